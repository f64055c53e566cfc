"""Committees, sessions and resources of the demonstration: something late, something done, something to come."""

from core import clock
from core.models import Task
from partners.committees.reading import awaited_among, late_among, lines_of, standing_of
from partners.models import CommitteeAction, CommitteeMeeting, Convention, Resource, Session
from portal.demo import meetings


def test_a_committee_lives(demo):
    held = CommitteeMeeting.objects.filter(held_on__lt=clock.today()).order_by("-held_on")
    assert all(meeting.attendances.count() >= 4 for meeting in held)
    actions = CommitteeAction.objects.filter(meeting=held[0])
    assert actions.filter(state="fait").count() == 1
    late = actions.open().get(due_on__lt=clock.today())
    assert (
        Task.objects.open().get(subject_kind="committee_action", subject_id=late.pk).user_id == late.owner_id
    )
    assert late.owner.first_name == "Nadia"
    nobodys = actions.open().get(owner=None)
    assert Task.objects.open().get(subject_kind="committee_action", subject_id=nobodys.pk).user_id is None


def test_a_committee_is_awaited(demo):
    (line,) = lines_of(Convention.objects.filter(code=meetings.AWAITED), clock.today())
    assert standing_of(line.rhythm) == "en_retard"


def test_the_dashboard_counts_the_late_ones_of_the_list(demo):
    every, today = Convention.objects.all(), clock.today()
    lines = lines_of(every, today)
    late = sum(line.rhythm.overdue for line in lines)
    assert late_among(awaited_among(every), today) == (late, len(lines))
    assert 0 < late < len(lines)


def test_sessions_took_place_and_are_to_come(demo):
    past = Session.objects.filter(ends_at__lt=clock.now())
    coming = Session.objects.filter(starts_at__gt=clock.now())
    assert {session.state for session in past} == {"tenue"}
    assert {session.state for session in coming} == {"prevue", "annulee"}
    assert past.filter(commitment__measure="sessions_held").exists()
    assert all(session.created_at <= clock.now() for session in coming)


def test_resources_say_what_they_are(demo):
    shared = Resource.objects.order_by("pk")
    assert len(shared) == 3
    for resource in shared:
        assert resource.url.startswith("https://ressources.example.org/")
        assert "(démonstration)" in resource.title
