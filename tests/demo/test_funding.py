"""The Region of the demonstration shows three plans for the same envelope; the regional association made a fourth."""

from portal.demo.persons import NAMED
from reporting.funding import running
from reporting.models import FundingRun


def test_four_plans_of_the_same_envelope(demo):
    runs = list(FundingRun.objects.select_related("organisation", "created_by").order_by("pk"))
    assert [(run.organisation.key, run.shared) for run in runs] == [("REGION_75", True)] * 3 + [
        ("ARML_75", False)
    ]
    assert len({run.envelope for run in runs}) == 1
    assert {run.asked["method"] for run in runs} == {"ranks", "scores"}
    assert runs[3].created_by.first_name == NAMED["regional"][2]
    for run in runs:
        lines = running.lines_of(run)
        assert sum(line.amount for line in lines) == run.envelope
        assert running.computed_again(run) == lines
        assert not run.inputs["left_out"]
    assert {line.held for line in running.lines_of(runs[2])} > {""}, "the caps hold somebody"
