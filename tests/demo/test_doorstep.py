"""The demonstration shows what a youth answered by a link, and the two programmes of the doorstep, once each."""

from core.models import Task
from portal.demo.persons import HOME
from referrals.digital.answering import TASK
from referrals.models import DigitalCheck, Referral


def test_each_is_shown_once(demo):
    check = DigitalCheck.objects.get()
    assert check.organisation.key == HOME
    assert Task.objects.open().filter(kind=TASK).count() == 1
    found = Referral.objects.filter(programme__in=("inclusion_numerique", "offre_regionale"))
    assert sorted(found.values_list("programme", "state", "recipient__is_fictitious")) == [
        ("inclusion_numerique", "accepted", True),
        ("offre_regionale", "sent", True),
    ]
