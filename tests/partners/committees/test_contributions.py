"""What an organisation brings to a meeting before it: one text each, signed, read by all the members."""

import pytest

from partners.committees import contributions
from partners.committees.meetings import Overtaken
from partners.models import CommitteeMeeting, MeetingContribution
from tests.conftest import as_owner

TEXT = "Le délai de réponse baisse.\nIl reste long en été."


def page(meeting):
    return f"/comites/reunions/{meeting.uuid}/contribution/"


def write(client, meeting, text, version=0):
    return client.post(page(meeting), {"text": text, "version": version})


def test_a_member_writes_changes_and_withdraws(visit, seat, world):
    mona = visit("mona")
    assert "Écrire notre contribution" in mona.get(seat.coming.get_absolute_url()).content.decode()
    assert write(mona, seat.coming, TEXT).status_code == 302
    with as_owner():
        (one,) = MeetingContribution.objects.all()
        assert (one.text, one.author, one.organisation) == (TEXT, world.user("mona"), world.org("ML_A"))
    shown = mona.get(seat.coming.get_absolute_url()).content.decode()
    assert "Il reste long en été." in shown
    assert "Modifier notre contribution" in shown
    # Another member reads it, with the name of the organisation; it has its own.
    read = visit("rosa").get(seat.coming.get_absolute_url()).content.decode()
    assert "Il reste long en été." in read
    assert "Écrire notre contribution" in read
    assert write(mona, seat.coming, "", version=1).status_code == 302
    with as_owner():
        assert not MeetingContribution.objects.exists()


def test_two_colleagues_at_once_one_is_told(visit, seat):
    mona = visit("mona")
    write(mona, seat.coming, TEXT)
    answer = write(mona, seat.coming, "Autre texte", version=0)
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "Il reste long en été." in said
    assert "Autre texte" in said
    # Sent again knowingly, it goes through.
    assert write(mona, seat.coming, "Autre texte", version=1).status_code == 302


def test_after_the_meeting_it_belongs_to_the_minutes(visit, seat, world):
    answer = visit("mona").get(page(seat.held), follow=True)
    assert "a eu lieu" in answer.content.decode()
    with pytest.raises(contributions.TooLate), as_owner():
        contributions.contribute(world.acting("mona"), seat.held.pk, 0, TEXT)


def test_a_cancelled_meeting_takes_none(visit, seat, world):
    with as_owner():
        CommitteeMeeting.objects.filter(pk=seat.coming.pk).update(cancelled=True)
    assert write(visit("mona"), seat.coming, TEXT).status_code == 302
    with as_owner():
        assert not MeetingContribution.objects.exists()
        with pytest.raises(Overtaken):
            contributions.contribute(world.acting("mona"), seat.coming.pk, 0, TEXT)


def test_those_who_do_not_sit_read_and_do_not_write(visit, seat):
    for name in ("carla", "nadia", "charlie", "alice"):
        assert write(visit(name), seat.coming, TEXT).status_code == 403
    assert visit("mona").get(page(seat.coming).replace("-", "0", 1)).status_code == 404


@pytest.mark.parametrize("text", ["2 99 01 75 116 001 22", "a" * 2001, "nul\x00"])
def test_a_wrong_text_is_refused_beside_the_field_and_kept(visit, seat, text):
    answer = write(visit("mona"), seat.coming, text)
    assert answer.status_code == 200
    assert "invalid" in answer.content.decode()
    with as_owner():
        assert not MeetingContribution.objects.exists()


def test_a_get_writes_nothing(visit, seat):
    assert visit("mona").get(page(seat.coming)).status_code == 200
    with as_owner():
        assert not MeetingContribution.objects.exists()
