"""Places of an offer: taken by an acceptance under a lock, given back when the referral leaves."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock
from core.functions import call
from core.scope import acting_as
from notifications.models import Notification
from referrals import workflow
from referrals.models import Message, Referral, ReferralEvent
from referrals.offers import places
from referrals.transitions import NotAllowed
from tests.conftest import as_owner
from tests.referrals.offers.making import propose
from tests.referrals.placing import put
from tests.world import World
from youths.models import Youth

LAST_PLACES, AT_ONCE = 3, 40


def taken(world, offer) -> int:
    with acting_as(world.acting("charlie")):
        return call("tu_places_taken", offer.pk)


def act(world, referral, action, who="rita", **inputs) -> Referral:
    acting = world.acting(who)
    with acting_as(acting):
        return workflow.apply(acting, referral.uuid, action, version=None, inputs=inputs)


@pytest.mark.django_db(transaction=True)
def test_forty_acceptances_for_the_last_three_places(transactional_db):
    """Real transactions in real threads: three are accepted, thirty-seven wait, none is refused."""
    world = World.load()
    offer = propose(world, places=LAST_PLACES)
    with as_owner():
        youths = Youth.objects.bulk_create(
            Youth(
                held_by=world.org("ML_A"), registered_with=world.org("ML_A"), first_name="Jo",
                last_name=f"Numéro {number}", birth_date="2005-01-01",
            )
            for number in range(AT_ONCE)
        )  # fmt: skip
    referrals = [put(world, "received", youth=youth, offer=offer) for youth in youths]
    together = Barrier(AT_ONCE)

    def accept(number: int) -> str:
        acting = world.acting(("rita", "sam")[number % 2])
        try:
            together.wait()
            with acting_as(acting):
                moved = workflow.apply(
                    acting, referrals[number].uuid, "accept", version=referrals[number].version, inputs={}
                )
            return moved.state
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        states = Counter(pool.map(accept, range(AT_ONCE)))
    assert states == {"accepted": LAST_PLACES, "waitlisted": AT_ONCE - LAST_PLACES}
    assert taken(world, offer) == LAST_PLACES
    with as_owner():
        assert Counter(Referral.objects.values_list("state", flat=True).order_by()) == states
        assert ReferralEvent.objects.filter(action="accept").count() == LAST_PLACES
        assert ReferralEvent.objects.filter(action="waitlist").count() == AT_ONCE - LAST_PLACES


def test_the_last_place_is_taken_then_given_back(world, visit):
    """Yann takes the only place; Zoé waits, and enters when he does not come."""
    offer = propose(world, places=1)
    yann = put(world, "received", offer=offer)
    zoe = put(world, "received", offer=offer, youth=world.youth("zoe"), sender="dora")
    rita = visit("rita")
    assert "1 place sur 1" in rita.get(yann.get_absolute_url()).content.decode()
    act(world, yann, "accept")
    page = rita.get(zoe.get_absolute_url()).content.decode()
    assert "plus de place" in page
    answer = rita.post(
        reverse("referrals:act", args=[zoe.uuid, "accept"]),
        {"accept-version": zoe.version, "accept-note": "À bientôt."},
        follow=True,
    ).content.decode()
    assert places.WAITING in answer
    with acting_as(world.acting("rita")):
        waiting = Referral.objects.get(pk=zoe.pk)
        assert (waiting.state, waiting.last_action) == ("waitlisted", "waitlist")
        assert waiting.due_on == clock.today() + timedelta(days=waiting.rules.clocks.review_calendar_days)
        assert Message.objects.get(referral=zoe).text == "À bientôt."
    with pytest.raises(NotAllowed, match="plus de place"):
        act(world, zoe, "accept")
    refused = rita.post(
        reverse("referrals:act", args=[zoe.uuid, "accept"]), {"accept-version": waiting.version}
    ).content.decode()
    assert places.NONE_LEFT in refused
    act(world, yann, "withdraw", reason="JEUNE_RENONCE")
    assert taken(world, offer) == 0
    assert act(world, zoe, "accept").state == "accepted"
    assert act(world, zoe, "start", started_on=clock.today()).state == "started"
    assert taken(world, offer) == 1
    act(world, zoe, "complete", outcome="EMPLOI_DURABLE", ended_on=clock.today())
    assert taken(world, offer) == 0


def test_who_waits_is_told_that_a_place_is_free(world, run_outbox):
    """Alice asks to take Yann back, and does not see Zoé, who waits; once it is confirmed Rita and Sam learn it, once."""
    offer = propose(world, places=1)
    yann = put(world, "accepted", offer=offer)
    act(world, yann, "ask_cancel", "alice", reason="AUTRE_SOLUTION")
    act(world, yann, "confirm_cancel")
    run_outbox()
    with acting_as(world.acting("rita")):
        assert not Notification.objects.filter(kind="referral.place_free").exists()
    taking = put(world, "accepted", offer=offer)
    put(world, "waitlisted", offer=offer, youth=world.youth("zoe"), sender="dora")
    act(world, taking, "ask_cancel", "alice", reason="AUTRE_SOLUTION")
    act(world, taking, "confirm_cancel")
    run_outbox()
    run_outbox()
    told = set()
    for name in ("rita", "sam", "alice", "dora"):
        with acting_as(world.acting(name)):
            for notice in Notification.objects.visible_to(world.acting(name)).filter(
                kind="referral.place_free"
            ):
                told.add((name, notice.text))
    words = "Une place s’est libérée sur l’offre « Incorporation de mars » : 1 orientation attend en liste d’attente."
    assert told == {("rita", words), ("sam", words)}


def test_a_course_is_reopened_only_into_a_free_place(world):
    offer = propose(world, places=1)
    ended = put(world, "completed", offer=offer)
    other = put(world, "accepted", offer=offer, youth=world.youth("zoe"), sender="dora")
    for who, manager in (("rita", "rosa"), ("alice", "mona")):
        act(world, ended, "ask_reopen", who, reason="ELEMENT_NOUVEAU")
        with pytest.raises(NotAllowed, match="plus de place"):
            act(world, ended, "reopen", manager)
    act(world, other, "withdraw", reason="JEUNE_RENONCE")
    assert act(world, ended, "reopen", "mona").state == "started"


def test_places_that_are_not_counted_never_run_out(world):
    offer = propose(world, places=None)
    for youth, sender in (("yann", "alice"), ("zoe", "dora")):
        referral = put(world, "received", offer=offer, youth=world.youth(youth), sender=sender)
        assert act(world, referral, "accept").state == "accepted"


def test_fewer_places_than_are_taken_are_refused(world, visit):
    offer = propose(world, places=2)
    for youth, sender in (("yann", "alice"), ("zoe", "dora")):
        put(world, "accepted", offer=offer, youth=world.youth(youth), sender=sender)
    today = str(clock.today())
    typed = {
        "version": 1, "title": "Moins", "departments": "17", "publics": ["TOUS"], "opens_on": today, "places": "1",
    }  # fmt: skip
    page = visit("rita").post(reverse("referrals:offer_edit", args=[offer.uuid]), typed).content.decode()
    assert "2 places sont déjà prises" in page


# --- The second wall ----------------------------------------------------------------------------------


def test_the_database_counts_the_places_by_itself(world):
    """With the application's own question forgotten, SQL typed by hand takes no place that is not there."""
    offer = propose(world, places=1)
    put(world, "accepted", offer=offer, youth=world.youth("zoe"), sender="dora")
    referral = put(world, "received", offer=offer)
    with (
        acting_as(world.acting("rita")),
        pytest.raises(DatabaseError, match="no place is left"),
        transaction.atomic(),
    ):
        Referral.objects.filter(pk=referral.pk).update(
            state="accepted", last_action="accept", version=referral.version + 1
        )


def test_a_referral_names_an_offer_of_its_recipient_and_programme_only(world):
    offer, elsewhere = propose(world), propose(world, "SMV_C", departments=["29"])
    with pytest.raises(DatabaseError, match="not of this recipient"), transaction.atomic():
        put(world, "draft", offer=elsewhere)
    sent = put(world, "received", offer=offer)
    for change in ({"offer": None}, {"offer": propose(world, title="Autre")}):
        with (
            acting_as(world.acting("rita")),
            pytest.raises(DatabaseError, match="does not change"),
            transaction.atomic(),
        ):
            Referral.objects.filter(pk=sent.pk).update(**change)


def test_only_the_two_sides_hold_the_places_of_an_offer(world):
    offer = propose(world)
    put(world, "draft", offer=offer)
    for name in ("charlie", "rose", "alice", "rita"):
        with (
            acting_as(world.acting(name)),
            pytest.raises(DatabaseError, match="no place to take"),
            transaction.atomic(),
        ):
            call("tu_hold_places", offer.pk)
    put(world, "received", offer=offer, youth=world.youth("zoe"), sender="dora")
    for name, held in (("alice", True), ("rita", True), ("charlie", False), ("rose", False)):
        with acting_as(world.acting(name)):
            if held:
                assert call("tu_hold_places", offer.pk) == 3
            else:
                with pytest.raises(DatabaseError, match="no place to take"), transaction.atomic():
                    call("tu_hold_places", offer.pk)
    assert call("tu_places_taken", offer.pk) == 0  # without a scope


def test_the_page_of_a_referral_without_an_offer_costs_no_more(world, visit, queries):
    offer = propose(world)
    plain = put(world, "accepted", youth=world.youth("zoe"), sender="dora")
    chosen = put(world, "received", offer=offer)
    rita = visit("rita")
    assert offer.title in rita.get(chosen.get_absolute_url()).content.decode()
    cost = queries(rita, chosen.get_absolute_url())[0]
    assert queries(rita, plain.get_absolute_url())[0] <= cost <= 10
