"""The demonstration shows a breach, a registration asked, an obstacle, attendance, a closure and agreed delays, once each."""

from core.models import Task
from partners.models import Closure, Convention
from portal.demo.persons import HOME, REGIMENT
from referrals.breaches.declaring import HANDOVER
from referrals.models import Attendance, Breach, Referral, ReferralEvent


def test_the_chamber_asks_the_mission_locale(demo):
    assert Referral.objects.get(programme="inscription").state == "sent"
    request = Referral.objects.get(programme="accompagnement_conjoint")
    assert (request.recipient.key, request.state) == (HOME, "received")
    assert request.details["referent"].startswith("Camille Brossardin, ")
    steps = ReferralEvent.objects.filter(referral=request, action="step").order_by("number")
    assert [event.details["step"] for event in steps] == ["CONTACTE_SANS_RETOUR", "RDV_PRIS"]


def test_a_breach_waits_for_its_hand_over_and_another_was_handed_over(demo):
    assert sorted(Breach.objects.values_list("closing", flat=True)) == ["", "envoyee"]
    waiting = Breach.objects.get(closing="")
    assert Task.objects.open().get(kind=HANDOVER).subject_id == waiting.pk
    contract = Referral.objects.get(youth=waiting.youth_id, programme="apprentissage", state="started")
    assert contract.events.filter(action="step", details__step="RUPTURE").exists()


def test_an_agency_asks_for_help_with_an_obstacle(demo):
    referral = Referral.objects.get(programme="levee_freins")
    assert (referral.sender.network, referral.recipient.key, referral.state) == ("interim", HOME, "received")


def test_attendance_was_taken(demo):
    found = Attendance.objects.filter(session__organiser__key=REGIMENT)
    assert sorted(found.values_list("state", flat=True)) == ["absent", "present", "present", "present"]
    assert found.filter(noted_at__isnull=True).count() == 0


def test_what_is_due_while_closed_waits_for_the_reopening(demo):
    closed = Closure.objects.get()
    days = (closed.starts_on, closed.ends_on)
    waiting = Referral.objects.filter(recipient=closed.organisation, clock_side="recipient")
    assert waiting.exists()
    assert not waiting.filter(due_on__range=days).exists()


def test_a_referral_holds_the_delays_that_a_text_agreed(demo):
    agreed = Convention.objects.get(code="DEMO-NUM")
    assert agreed.delays
    assert Referral.objects.get(programme="inclusion_numerique").convention == agreed


def test_a_chain_is_told_to_its_end(demo):
    first = Referral.objects.get(redirections__isnull=False)
    second = first.redirections.get()
    back = second.returns.get()
    assert [one.state for one in (first, second, back)] == ["declined", "dropped_out", "completed"]
    for course in (second, back):
        assert sorted(course.outcomes.values_list("moment", flat=True)) == ["exit", "m3", "m6"]


def test_a_course_was_resumed_and_another_cancelled_by_both_sides(demo):
    resumed = ReferralEvent.objects.filter(action="resume", referral__sender__key=HOME)
    assert resumed.filter(referral__state="started").exists()
    cancelled = ReferralEvent.objects.filter(
        action="confirm_cancel", side="recipient", referral__sender__key=HOME
    )
    assert cancelled.filter(referral__programme="smv", referral__state="withdrawn").exists()


def test_a_candidacy_to_the_smv_is_shown_at_each_stage(demo):
    """Every state that a referral may have, and each step of the candidacy."""
    of_home = Referral.objects.filter(programme="smv", sender__key=HOME)
    states = set(of_home.order_by("state").values_list("state", flat=True).distinct())
    assert states >= {
        "sent", "received", "info_requested", "waitlisted", "accepted", "started", "completed", "declined",
        "withdrawn", "dropped_out",
    }  # fmt: skip
    steps = ReferralEvent.objects.filter(referral__in=of_home, action="step").order_by("pk")
    assert {event.details["step"] for event in steps} >= {
        "DOSSIER_COMPLET", "TESTS", "VISITE", "APTE", "ENTRETIEN",
    }  # fmt: skip
