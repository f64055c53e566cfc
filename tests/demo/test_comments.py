"""Three houses say something beside their figures."""

from portal.demo.staging import persona
from reporting.dashboards.commenting import said
from reporting.models import FigureComment


def test_each_reads_what_is_said_of_its_figures(demo):
    assert FigureComment.objects.count() == 3
    home, region, nation = (persona(name) for name in ("manager", "regional", "national_unml"))
    assert {code for code, found in said(home, None).items() if found} >= {"sent"}
    assert len(said(region, region.region)["answer_rate"]) == 1
    assert len(said(nation, "")["answer_rate"]) == 1
