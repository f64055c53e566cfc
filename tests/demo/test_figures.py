"""Three houses say something beside their figures; the report of last year waits for the worker."""

from portal.demo.staging import persona
from reporting.dashboards.commenting import said
from reporting.models import CommitteePack, FigureComment


def test_each_reads_what_is_said_of_its_figures(demo):
    assert FigureComment.objects.count() == 3
    home, region, nation = (persona(name) for name in ("manager", "regional", "national_unml"))
    assert {code for code, found in said(home, None).items() if found} >= {"sent"}
    assert len(said(region, region.region)["answer_rate"]) == 1
    assert len(said(nation, "")["answer_rate"]) == 1


def test_a_report_is_asked(demo):
    (report,) = CommitteePack.objects.filter(year__isnull=False)
    assert (report.convention.code, report.late) == ("UNML-SMV-2024", False)
