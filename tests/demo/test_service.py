"""The demonstration shows the SMV, the missions of an agency, a branch and the direct candidates, once each."""

from core.models import Task
from portal.demo.persons import HOME, REGIMENT
from referrals.models import DirectCount, Mission, Preparation, Referral


def test_each_is_shown_once(demo):
    prepared = Preparation.objects.filter(referral__state="received", referral__sender__key=HOME)
    assert prepared.filter(state="done").count() == 4
    assert Mission.objects.values("referral").distinct().count() == 1
    assert Mission.objects.filter(ended_on__isnull=True, days__isnull=True).count() == 1
    referral = Referral.objects.get(programme="branches")
    assert (referral.sender.key, referral.state) == (HOME, "received")
    assert referral.recipient_professional.email.startswith("axel.delmas@akto")
    counts = DirectCount.objects.filter(organisation__key=REGIMENT).order_by("what")
    assert list(counts.values_list("what", "count")) == [("counted", 1), ("invited", 2)]


def test_exits_that_come_near_await_both_sides(demo):
    tasks = Task.objects.open().filter(kind="prepare_exit")
    referrals = set(tasks.values_list("subject_id", flat=True))
    assert referrals
    assert set(Referral.objects.filter(pk__in=referrals).values_list("programme", "state")) == {
        ("smv", "started")
    }
