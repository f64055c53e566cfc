"""A youth whom one partner declines is proposed to another, then comes back: one story, told to each side in part."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.scope import acting_as
from referrals import creation, programmes
from referrals.models import Referral
from tests.conftest import as_owner
from tests.referrals.placing import put
from tests.referrals.test_loop import act, send
from youths.models import Agreement


def elsewhere(world, origin: Referral, who="alice", to="SMV_C") -> Referral:
    """Proposed to another partner, under an agreement of its own."""
    acting = world.acting(who)
    with acting_as(acting):
        draft = creation.create_draft(
            acting, world.youth("yann"), programmes.get("smv"), world.org(to), details={},
            submission=uuid.uuid4(), redirected_from=origin,
        )  # fmt: skip
        creation.record_agreement(
            acting, draft, channel="face_to_face", informed="read_aloud", covers_return=True
        )
        return creation.send(acting, draft)


def declined(world) -> Referral:
    referral = send(world)
    act(world, "rita", referral, "receive")
    return act(world, "rita", referral, "decline", reason="NON_PRECISE")


def page_of(visit, name: str, referral: Referral) -> str:
    return visit(name).get(referral.get_absolute_url()).content.decode()


def questions(client, referral: Referral) -> int:
    """How many statements the page takes, without the marks of transactions."""
    client.get(referral.get_absolute_url())
    with CaptureQueriesContext(connection) as captured:
        assert client.get(referral.get_absolute_url()).status_code == 200
    marks = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SET ", "ROLLBACK")
    return len([query for query in captured if not query["sql"].startswith(marks)])


def chain_on(page: str) -> list[str]:
    """The titles of the chain that a page tells."""
    part = re.search(r'id="chaine".*?</ol>', page, re.DOTALL)
    return re.findall(r"\w[\w ]* : [^<]* → [^<]*(?=</)", part[0]) if part else []


def test_a_chain_is_one_story_on_each_of_its_pages(world, visit):
    first = declined(world)
    second = elsewhere(world, first)
    act(world, "rose", second, "receive")
    act(world, "rose", second, "accept")
    act(world, "rose", second, "start", started_on=clock.today())
    act(world, "rose", second, "drop_out", reason="ABANDON", outcome="SANS_SOLUTION", ended_on=clock.today())
    with as_owner():
        back = Referral.objects.get(returned_from=second)
    to_first, to_second = (
        f"SMV : Mission locale du Port → {name}" for name in ("3e RSMV de La Rochelle", "Centre SMV de Brest")
    )
    returned = "Retour : Centre SMV de Brest → Mission locale du Port"
    for referral in (first, second, back):
        page = page_of(visit, "alice", referral)
        assert chain_on(page) == [to_first, to_second, returned]
        assert "Proposée ailleurs" in page
    # The second partner reads its own part, the first one nothing: neither knows of the other.
    for referral in (second, back):
        page = page_of(visit, "rose", referral)
        assert chain_on(page) == [to_second, returned]
        assert "La Rochelle" not in page
        assert "Proposée ailleurs" not in page  # it would say that another one was asked before
    page = page_of(visit, "rita", first)
    assert chain_on(page) == []
    assert "Brest" not in page
    for name in ("rita", "sam", "rosa"):
        assert visit(name).get(second.get_absolute_url()).status_code == 404
    assert visit("rose").get(first.get_absolute_url()).status_code == 404


def test_who_is_asked_twice_learns_nothing_of_who_was_asked_between(world, visit):
    first = declined(world)
    second = elsewhere(world, first)
    act(world, "rose", second, "receive")
    act(world, "rose", second, "decline", reason="NON_PRECISE")
    third = elsewhere(world, second, to="RSMV")
    for referral in (first, third):
        page = page_of(visit, "rita", referral)
        assert chain_on(page) == []  # the link between the two goes through what it does not read
        assert "Brest" not in page
    assert len(chain_on(page_of(visit, "alice", third))) == 3


def test_two_referrals_that_follow_what_one_does_not_read_stand_alone(world, visit):
    first = elsewhere(world, declined(world))
    act(world, "rose", first, "receive")
    act(world, "rose", first, "decline", reason="NON_PRECISE")
    again = put(world, "received", redirected_from=first)
    once_more = put(world, "received", redirected_from=first)
    for referral in (again, once_more):
        page = page_of(visit, "rita", referral)
        assert chain_on(page) == []
        assert "Proposée ailleurs" not in page


@pytest.mark.parametrize("state", ["declined", "no_response", "withdrawn", "dropped_out"])
def test_what_came_to_nothing_is_proposed_elsewhere_with_what_was_said(world, visit, state):
    origin = put(
        world, state, details={"nationalite_francaise": True, "residence": "metropole"}, note="Motivé."
    )
    alice = visit("alice")
    page = alice.get(origin.get_absolute_url()).content.decode()
    choose = re.search(r'href="([^"]*suite=[^"]*)"', page)[1].replace("&amp;", "&")
    offered = alice.get(choose).content.decode()
    write = re.search(r'href="(\?jeune=[^"]*dispositif=smv[^"]*)"', offered)[1].replace("&amp;", "&")
    address = reverse("referrals:create") + write
    form = alice.get(address).content.decode()
    assert "Suite d’une orientation vers 3e RSMV de La Rochelle" in form
    assert "Motivé.</textarea>" in form
    assert re.search(r'name="p_nationalite_francaise" value="oui"[^>]*checked', form)
    assert f'<option value="{world.org("RSMV").pk}"' not in form
    answer = alice.post(
        address,
        {
            "submission": re.search(r'name="submission" value="([^"]+)"', form)[1],
            "recipient": world.org("SMV_C").pk, "p_nationalite_francaise": "oui", "p_residence": "metropole",
            "p_jdc": "oui", "agreed": "on", "informed": "read_aloud", "channel": "face_to_face", "note": "Motivé.",
        },
        follow=True,
    )  # fmt: skip
    assert "est envoyée" in answer.content.decode()
    with as_owner():
        following = Referral.objects.get(redirected_from=origin)
        assert (following.state, following.recipient) == ("sent", world.org("SMV_C"))
        assert following.agreement != origin.agreement
        assert following.agreement.recipient == world.org("SMV_C")
    for name in ("rose",):
        page = page_of(visit, name, following)
        assert "La Rochelle" not in page


def test_an_agreement_for_another_partner_sends_nothing_elsewhere(world):
    first = declined(world)
    acting = world.acting("alice")
    with acting_as(acting):
        draft = creation.create_draft(
            acting, world.youth("yann"), programmes.get("smv"), world.org("SMV_C"), details={},
            submission=uuid.uuid4(), redirected_from=first,
        )  # fmt: skip
        creation.use_agreement(draft, Agreement.objects.get(pk=first.agreement_id))
    sending = "state = 'sent', version = 2, last_action = 'send', sent_at = tu_now()"
    with (
        acting_as(acting), connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="not for this referral"), transaction.atomic(),
    ):  # fmt: skip
        cursor.execute(f"UPDATE referrals_referral SET {sending} WHERE id = %s", [draft.pk])


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("received", "alice"),
        ("accepted", "alice"),
        ("started", "alice"),
        ("completed", "alice"),
        ("declined", "rita"),
        ("dropped_out", "rita"),
    ],
)
def test_only_the_sender_proposes_elsewhere_and_only_after_a_no(world, visit, state, who):
    referral = put(world, state)
    assert "Proposer ailleurs" not in page_of(visit, who, referral)
    address = reverse("referrals:create") + f"?jeune={world.youth('yann').uuid}&suite={referral.uuid}"
    assert visit(who).get(address).status_code == 404
    for nonsense in ("suite=", "suite=%00", f"suite={uuid.uuid4()}"):
        address = reverse("referrals:create") + f"?jeune={world.youth('yann').uuid}&{nonsense}"
        assert visit("alice").get(address).status_code in (400, 404)


@pytest.mark.parametrize(("state", "youth"), [("received", "yann"), ("declined", "zoe")])
def test_the_database_refuses_to_follow_what_did_not_come_to_nothing(world, state, youth):
    origin = put(world, state, youth=world.youth(youth))
    values = {"youth": world.youth("yann"), "programme": "smv", "redirected_from": origin}
    sides = {"sender": world.org("ML_A"), "recipient": world.org("SMV_C")}
    refusal = pytest.raises(DatabaseError, match="came to nothing")
    with refusal, acting_as(world.acting("alice")), transaction.atomic():
        Referral.objects.create(**values, **sides, sender_professional=world.user("alice"))


def test_what_a_referral_follows_does_not_change(world):
    origin, other = put(world, "declined"), put(world, "received")
    with (
        pytest.raises(DatabaseError, match="does not change"), acting_as(world.acting("alice")), transaction.atomic(),
        connection.cursor() as cursor,
    ):  # fmt: skip
        cursor.execute(
            "UPDATE referrals_referral SET redirected_from_id = %s WHERE id = %s", [origin.pk, other.pk]
        )


def test_a_chain_adds_no_query_to_the_page(world, visit):
    lone = put(world, "declined")
    first = declined(world)
    second = elsewhere(world, first)
    alice = visit("alice")
    counted = [questions(alice, referral) for referral in (lone, first, second)]
    assert len(set(counted)) == 1
    assert max(counted) <= 10


# --- The summary to recopy ------------------------------------------------------------------------


def summary_on(page: str) -> str:
    return re.search(r"<textarea[^>]*id=\"id_resume\"[^>]*>(.*?)</textarea>", page, re.DOTALL)[1]


def test_the_summary_tells_the_referral_and_names_no_youth(world, visit):
    referral = declined(world)
    for name in ("alice", "rita"):
        page = page_of(visit, name, referral)
        text = summary_on(page)
        assert "readonly" in page
        assert "Vers : 3e RSMV de La Rochelle" in text
        assert ": Orientation envoyée" in text
        assert ": Non retenue. Motif non précisé." in text
        for secret in ("Yann", "Kermarrec", "06 39"):
            assert secret not in text


def test_the_summary_keeps_back_fitness_and_a_sensitive_name(world, visit):
    referral = put(world, "received")
    act(world, "rita", referral, "decline", reason="INAPTE_MEDICAL")
    with as_owner():
        recipient = world.org("RSMV")
        recipient.is_sensitive = True
        recipient.save(update_fields=["is_sensitive"])
    page = page_of(visit, "alice", referral)
    text = summary_on(page)
    assert "napt" not in text
    assert "Vers : Structure partenaire" in text
    assert "La Rochelle" not in text


def test_a_draft_has_no_summary_and_an_accepted_one_says_its_day(world, visit):
    assert 'id="id_resume"' not in page_of(visit, "alice", put(world, "draft"))
    referral = put(world, "received")
    day = clock.today() + timedelta(days=20)
    act(world, "rita", referral, "accept", planned_on=day)
    assert "Entrée prévue le" in summary_on(page_of(visit, "alice", referral))
