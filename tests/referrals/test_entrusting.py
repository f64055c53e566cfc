"""A manager entrusts the referrals of one to another: previewed, done once; the one before keeps reading the answer."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from core.models import Task
from core.scope import acting_as
from notifications.models import Notification
from referrals.models import Referral
from tests.conftest import as_owner
from tests.referrals.placing import put
from tests.referrals.test_loop import act, send
from youths.models import Accompaniment, Youth

PAGE = reverse("referrals:reassign")


def text(response) -> str:
    return response.content.decode()


def of(world, who: str) -> str:
    return f"{PAGE}?de={world.user(who).pk}"


def confirm(client, address: str, preview) -> dict:
    html = text(preview)
    return {
        "vers": re.search(r'name="vers" value="(\d+)"', html)[1],
        "seen": re.search(r'name="seen" value="([0-9a-f]+)"', html)[1],
        "orientation": re.findall(r'name="orientation" value="([^"]+)"', html),
    }


def reads(world, who: str, referral: Referral) -> bool:
    acting = world.acting(who)
    with acting_as(acting):
        return Referral.objects.visible_to(acting).filter(pk=referral.pk).exists()


def test_rosa_entrusts_what_rita_follows_to_remi(world, visit):
    referral = send(world)
    assert not reads(world, "remi", referral)
    rosa = visit("rosa")
    assert "Kermarrec" in text(rosa.get(of(world, "rita")))
    typed = {"vers": world.user("remi").pk, "orientation": [referral.uuid]}
    preview = rosa.post(of(world, "rita"), typed)
    assert "1 orientation à confier" in text(preview)
    with as_owner():
        assert Referral.objects.get(pk=referral.pk).recipient_professional == world.user("rita")
    done = rosa.post(of(world, "rita"), confirm(rosa, of(world, "rita"), preview), follow=True)
    assert "1 orientation est confiée" in text(done)
    with as_owner():
        moved = Referral.objects.get(pk=referral.pk)
        assert moved.recipient_professional == world.user("remi")
        assert moved.recipient_former == world.user("rita")
        assert (
            moved.recipient_team == world.acting("remi").team_id
            or moved.recipient_team_id == world.acting("remi").team_id
        )
        assert (
            Task.objects.open().get(subject_id=referral.pk, subject_kind="referral").user_id
            == world.user("remi").pk
        )
        told = Notification.objects.get(kind="referral.entrusted")
        assert told.user == world.user("remi")
        link = Accompaniment.objects.active().get(youth=referral.youth_id, organisation=world.org("RSMV"))
        assert link.professional == world.user("remi")
    # Remi answers, opens the youth's name as Rita did; Rita still reads what is answered.
    act(world, "remi", referral, "receive")
    act(world, "remi", referral, "decline", reason="NON_RETENU_CAPACITE")
    assert "Non retenu" in text(visit("rita").get(referral.get_absolute_url()))
    with acting_as(world.acting("remi")):
        assert Youth.objects.filter(pk=referral.youth_id).exists()


def test_on_the_sending_side_the_youth_stays_with_their_lead(world, visit):
    referral = send(world)
    mona = visit("mona")
    address = of(world, "alice")
    preview = mona.post(address, {"vers": world.user("dora").pk, "orientation": [referral.uuid]})
    mona.post(address, confirm(mona, address, preview))
    with as_owner():
        moved = Referral.objects.get(pk=referral.pk)
        assert (moved.sender_professional, moved.sender_former) == (world.user("dora"), world.user("alice"))
        lead = Accompaniment.objects.active().get(youth=referral.youth_id, role="lead")
        assert lead.professional == world.user("alice")
    assert reads(world, "alice", referral)
    assert reads(world, "dora", referral)


def test_what_nobody_follows_finds_somebody(world, visit):
    referral = put(world, "received", recipient=None)
    rosa, address = visit("rosa"), f"{PAGE}?de=aucun"
    assert "Kermarrec" in text(rosa.get(address))
    preview = rosa.post(address, {"vers": world.user("rita").pk, "orientation": [referral.uuid]})
    rosa.post(address, confirm(rosa, address, preview))
    with as_owner():
        moved = Referral.objects.get(pk=referral.pk)
        assert (moved.recipient_professional, moved.recipient_former) == (world.user("rita"), None)


def test_two_managers_at_once_the_second_is_told(world, visit):
    referral = send(world)
    rosa, address = visit("rosa"), of(world, "rita")
    preview = rosa.post(address, {"vers": world.user("remi").pk, "orientation": [referral.uuid]})
    with as_owner():
        Referral.objects.filter(pk=referral.pk).update(recipient_professional=world.user("sam"))
    late = rosa.post(address, confirm(rosa, address, preview))
    assert late.status_code == 409
    assert "relisez" in text(late)
    with as_owner():
        assert Referral.objects.get(pk=referral.pk).recipient_professional == world.user("sam")


@pytest.mark.parametrize("who", ["rita", "alice", "charlie", "regis", "paul"])
def test_only_a_manager(world, visit, who):
    assert visit(who).get(PAGE).status_code in (403, 404)


def test_carla_touches_nothing_of_others(world, visit):
    referral = send(world)
    carla = visit("carla")
    assert "Kermarrec" not in text(carla.get(of(world, "alice")))
    typed = {"vers": world.user("charlie").pk, "orientation": [referral.uuid], "seen": "0"}
    carla.post(of(world, "charlie"), typed)
    with as_owner():
        moved = Referral.objects.get(pk=referral.pk)
        assert (moved.sender_professional, moved.sender_former) == (world.user("alice"), None)


@pytest.mark.parametrize("typed", [
    {"vers": "", "orientation": "rien"}, {"vers": "0", "orientation": str(uuid4())}, {"vers": "\x00"}, {},
])  # fmt: skip
def test_what_is_wrong_is_said(world, visit, typed):
    send(world)
    answer = visit("rosa").post(of(world, "rita"), typed)
    assert answer.status_code == 200
    assert "Choisissez" in text(answer) or "Sélectionnez" in text(answer)
    for address in (f"{PAGE}?de=", f"{PAGE}?de=99999999"):
        assert visit("rosa").get(address).status_code == 200


def test_the_preview_counts_each_sort(world, visit):
    """What was received, what was sent, what is only written: nothing of others."""
    found = [put(world, state) for state in ("received", "accepted", "draft")]
    typed = {"vers": world.user("bob").pk, "orientation": [referral.uuid for referral in found]}
    preview = text(visit("mona").post(of(world, "alice"), typed))
    assert "3 orientations à confier" in preview
    assert "2 envoyées, 1 brouillon." in preview


def test_one_of_many_is_entrusted_without_unticking_the_others(world, visit):
    send(world)
    rosa = visit("rosa")
    assert text(rosa.get(of(world, "rita"))).count(" checked>") == 1
    none = text(rosa.get(of(world, "rita") + "&coches=aucun"))
    assert 'name="orientation"' in none
    assert " checked>" not in none
    assert f'href="?de={world.user("rita").pk}">Tout cocher</a>' in none
