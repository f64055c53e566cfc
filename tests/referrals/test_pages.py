"""The pages of the loop, person by person."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from core.scope import acting_as
from referrals.models import Message, Referral
from tests.conftest import as_owner
from tests.referrals.placing import put
from tests.referrals.test_dates_of_a_course import press
from tests.referrals.test_loop import act, send
from youths.models import Youth


def test_alice_sends_yann_to_rita(world, visit):
    alice = visit("alice")
    assert "Rien ne vous attend" in alice.get("/").content.decode()
    found = alice.post(reverse("youths:search"), {"q": "kermar"}, follow=True).content.decode()
    assert "Kermarrec" in found
    youth = world.youth("yann")
    choose = alice.get(reverse("referrals:create"), {"jeune": youth.uuid}).content.decode()
    assert "Service militaire volontaire" in choose
    address = reverse("referrals:create") + f"?jeune={youth.uuid}&dispositif=smv"
    page = alice.get(address).content.decode()
    submission = re.search(r'name="submission" value="([^"]+)"', page)[1]
    answer = {
        "submission": submission,
        "recipient": world.org("RSMV").pk,
        "p_nationalite_francaise": "oui",
        "p_residence": "metropole",
        "p_jdc": "oui",
        "agreed": "on",
        "informed": "read_aloud",
        "channel": "face_to_face",
        "covers_return": "on",
        "note": "Motivé.",
    }
    response = alice.post(address, answer, follow=True)
    content = response.content.decode()
    assert "est envoyée" in content, content
    again = alice.post(address, answer, follow=True)
    assert again.status_code == 200
    with acting_as(world.acting("alice")):
        referral = Referral.objects.get()
    rita = visit("rita")
    home = rita.get("/").content.decode()
    assert "Yann Kermarrec" in home
    detail = rita.get(referral.get_absolute_url()).content.decode()
    version = re.search(r'name="accept-version" value="(\d+)"', detail)[1]
    accepted = rita.post(
        reverse("referrals:act", args=[referral.uuid, "accept"]), {"accept-version": version}, follow=True
    )
    assert "C’est enregistré" in accepted.content.decode()
    late = visit("sam").post(
        reverse("referrals:act", args=[referral.uuid, "decline"]),
        {"decline-version": version, "decline-reason": "PLACES"},
    )
    assert late.status_code == 409


KEPT = "votre premier envoi est enregistré"


def test_the_second_click_of_one_gesture_is_told_that_the_first_is_kept(world, visit):
    referral = send(world)
    rita = visit("rita")
    rita.get(referral.get_absolute_url())
    with acting_as(world.acting("rita")):
        version = Referral.objects.get().version
    accept = reverse("referrals:act", args=[referral.uuid, "accept"])
    first = rita.post(accept, {"accept-version": version})
    again = rita.post(accept, {"accept-version": version})
    assert (first.status_code, again.status_code) == (302, 409)
    assert KEPT in again.content.decode()
    for who, stale in (("sam", version), ("rita", "9" * 40)):
        late = visit(who).post(accept, {"accept-version": stale})
        assert late.status_code == 409
        assert KEPT not in late.content.decode()
    with acting_as(world.acting("rita")):
        assert list(Referral.objects.get().events.values_list("action", flat=True)).count("accept") == 1


def test_the_same_gesture_much_later_is_another_one(world, visit, travel):
    referral = send(world)
    rita = visit("rita")
    rita.get(referral.get_absolute_url())
    with acting_as(world.acting("rita")):
        version = Referral.objects.get().version
    accept = reverse("referrals:act", args=[referral.uuid, "accept"])
    rita.post(accept, {"accept-version": version})
    travel(clock.now() + timedelta(minutes=1))
    late = rita.post(accept, {"accept-version": version})
    assert late.status_code == 409
    assert KEPT not in late.content.decode()


def test_a_message_sent_twice_by_one_gesture_is_kept_once(world, visit):
    referral = send(world)
    message = reverse("referrals:message", args=[referral.uuid])
    for words in ("Bonjour.", "Bonjour.", "Bonne journée."):
        assert visit("alice").post(message, {"text": words}).status_code == 302
    assert visit("bob").post(message, {"text": "Bonjour."}).status_code == 302
    with acting_as(world.acting("alice")):
        assert sorted(Message.objects.values_list("text", flat=True)) == [
            "Bonjour.",
            "Bonjour.",
            "Bonne journée.",
        ]


@pytest.mark.parametrize("name", ["charlie", "carla", "dora", "remi", "regis", "nadia", "paul"])
def test_a_stranger_gets_nothing(world, visit, name):
    referral = send(world)
    response = visit(name).get(referral.get_absolute_url())
    assert response.status_code in (403, 404)
    assert "Kermarrec" not in response.content.decode()


@pytest.mark.parametrize("name", ["bob", "mona", "rita", "sam", "rosa"])
def test_those_who_need_to_know_open_it(world, visit, name):
    referral = send(world)
    assert "Kermarrec" in visit(name).get(referral.get_absolute_url()).content.decode()


def test_dora_opens_with_a_reason(world, visit):
    dora = visit("dora")
    youth = world.youth("yann")
    assert dora.get(reverse("youths:detail", args=[youth.uuid])).status_code == 404
    found = dora.post(reverse("youths:search"), {"q": "Kermarrec"}, follow=True).content.decode()
    assert "Ouvrir avec motif" in found
    address = reverse("youths:open", args=[youth.uuid])
    assert dora.get(address).status_code == 200
    assert "obligatoire" in dora.post(address, {}).content.decode()
    for _ in range(2):
        page = dora.post(address, {"reason": "reception"}, follow=True).content.decode()
        assert "Dora Elsewhere" in page
    with as_owner():
        assert youth.openings.count() == 1, "a second click is not a second opening, told twice"
    dora.post(address, {"reason": "urgency"})
    with as_owner():
        assert youth.openings.count() == 2


def test_creating_a_youth_warns_of_a_duplicate(world, visit):
    alice = visit("alice")
    data = {
        "first_name": "Yan",
        "last_name": "KERMARREC",
        "birth_date": "2005-03-14",
        "municipality": "17000 La Rochelle",
    }
    page = alice.post(reverse("youths:create"), data).content.decode()
    assert "peut-être déjà connu" in page
    data["submission"] = re.search(r'name="submission" value="([^"]+)"', page)[1]
    for _ in range(2):  # a second click is not a second person
        page = alice.post(reverse("youths:create"), data | {"distinct": "on"}, follow=True).content.decode()
        assert "Le dossier est créé" in page
    again = alice.post(reverse("youths:create"), data, follow=True).content.decode()
    assert "peut-être déjà connu" not in again, "nor is one's own record a duplicate of itself"
    # The page was gone back to, for a brother: somebody else.
    brother = data | {"first_name": "Loïc", "last_name": "LE GOFF", "birth_date": "2003-01-02"}
    assert (
        "Le dossier est créé" in alice.post(reverse("youths:create"), brother, follow=True).content.decode()
    )
    with acting_as(world.acting("alice")):
        assert Youth.objects.filter(last_name="KERMARREC").count() == 1


@pytest.mark.parametrize(
    "address",
    ["/", "/jeunes/", "/orientations/", "/orientations/nouvelle/", "/notifications/", "/jeunes/nouveau/"],
)
def test_lists_stay_within_budget(world, visit, address, django_assert_max_num_queries):
    send(world)
    alice = visit("alice")
    with django_assert_max_num_queries(14):
        assert alice.get(address).status_code == 200


def test_every_action_has_its_page(world, visit):
    referral = send(world)
    visit("rita").get(referral.get_absolute_url())
    act(world, "rita", referral, "accept")
    assert "Confirmer le démarrage" in visit("rita").get(referral.get_absolute_url()).content.decode()
    youth = visit("alice").get(reverse("youths:detail", args=[world.youth("yann").uuid])).content.decode()
    assert "Acceptée" in youth


@pytest.mark.parametrize(("action", "typed", "words"), [
    ("ask_info", {"question": "?"}, "en quelques mots"),
    ("waitlist", {"review_on": "2020-01-01"}, "dans les 90 jours à venir"),
    ("waitlist", {"review_on": "9999-12-31"}, "dans les 90 jours à venir"),
])  # fmt: skip
def test_what_cannot_be_answered_is_said_beside_its_field(world, visit, action, typed, words):
    referral = put(world, "received")
    page = press(visit("rita"), referral, action, **typed).content.decode()
    assert words in page
    assert "has-error" in page
    with as_owner():
        assert Referral.objects.get(pk=referral.pk).state == "received"


def opened(world, visit):
    """Alice before the form of an orientation of Yann: where it is sent, and what most type there."""
    alice = visit("alice")
    address = reverse("referrals:create") + f"?jeune={world.youth('yann').uuid}&dispositif=smv"
    page = alice.get(address).content.decode()
    submission = re.search(r'name="submission" value="([^"]+)"', page)[1]
    return alice, address, {
        "submission": submission, "recipient": world.org("RSMV").pk, "p_residence": "metropole",
    }  # fmt: skip


def test_a_page_gone_back_to_and_changed_is_not_taken_for_its_first_sending(world, visit):
    """Kept as a draft for one regiment, gone back to, sent to another one: nothing leaves for the first."""
    alice, address, typed = opened(world, visit)
    typed |= {
        "note": "Première version.",
    }
    agreed = {"agreed": "on", "informed": "read_aloud", "channel": "face_to_face"}
    alice.post(address, typed | {"draft": "1"})
    changed = alice.post(address, typed | agreed | {"note": "Deuxième version."})
    said = changed.content.decode()
    assert changed.status_code == 409
    assert f"Cette orientation est déjà gardée en brouillon, pour « {world.org('RSMV')} »." in said
    assert "Deuxième version." in said
    with acting_as(world.acting("alice")):
        assert [(one.state, one.note) for one in Referral.objects.all()] == [("draft", "Première version.")]
    # Sent again as the page now is, it is a second one; sent twice, it is still the second one.
    anew = typed | agreed | {"note": "Deuxième version."}
    anew["submission"] = re.search(r'name="submission" value="([^"]+)"', said)[1]
    for _ in range(2):
        alice.post(address, anew)
    with acting_as(world.acting("alice")):
        found = Referral.objects.order_by("pk").values_list("state", "note")
        assert list(found) == [("draft", "Première version."), ("sent", "Deuxième version.")]


def test_a_draft_is_sent_from_the_page_that_kept_it(world, visit):
    """Gone back to and sent without a change: the draft leaves, once."""
    alice, address, typed = opened(world, visit)
    typed |= {
        "p_date_signature": (clock.today() + timedelta(days=40)).isoformat(),
    }
    alice.post(address, typed | {"draft": "1"})
    agreed = {"agreed": "on", "informed": "read_aloud", "channel": "face_to_face"}
    for _ in range(2):
        assert alice.post(address, typed | agreed).status_code == 302
    with acting_as(world.acting("alice")):
        assert Referral.objects.get().state == "sent"


def test_a_draft_sent_twice_is_sent_and_nothing_is_wrong(world, visit):
    draft = put(world, "draft")
    alice, address = visit("alice"), reverse("referrals:send", args=[draft.uuid])
    agreed = {
        "agreement-agreed": "on",
        "agreement-informed": "read_aloud",
        "agreement-channel": "face_to_face",
    }
    assert "L’orientation est envoyée à" in alice.post(address, agreed, follow=True).content.decode()
    again = alice.post(address, agreed, follow=True)
    assert again.redirect_chain == [(draft.get_absolute_url(), 302)]
    assert "Cette orientation est déjà envoyée" in again.content.decode()
    with as_owner():
        assert draft.events.filter(action="send").count() == 1
    # Who received it sends nothing.
    assert visit("rita").post(address, agreed).status_code == 404
