"""CMA → ML: Lina comes to the chamber by herself. Clara asks the Mission Locale to register her, and is only answered."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from core import clock
from core.models import Task
from core.scope import acting_as
from notifications.models import Notification
from portal.bench.counting import Statements
from portal.bench.pages import FORM, QUERIES
from referrals import programmes
from referrals.models import Referral
from referrals.programmes.base import NO, Candidate, overall
from referrals.registration.answering import answer
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.referrals.chambers import (
    send,
    trades,
    walk_in,
)
from tests.referrals.staging import becoming, move, receive, stored
from youths import journal
from youths.merging import adoption, joining
from youths.models import Accompaniment, Merge, Youth

__all__ = ["trades"]


@pytest.fixture
def request_of(trades):
    """Clara's request about Lina, to the Mission Locale of her territory."""
    return send(trades, "clara", walk_in(trades), "inscription", "ML_A")


def known_here(world, who="alice") -> Youth:
    """Alice has followed Lina for a year; nobody at the chamber knows."""
    youth = walk_in(world, who)
    with acting_as(world.acting(who)):
        journal.share(
            world.acting(who), youth, kind="contact", happened_on=clock.today(), text="Un an de suivi."
        )
    return youth


def page_of(referral: Referral) -> str:
    return reverse("referrals:registration", args=[referral.uuid])


def html_of(client, address: str, **options) -> str:
    return client.get(address, **options).content.decode().replace("\xa0", " ")


def answered(client, referral: Referral, **typed):
    form = form_of(html_of(client, page_of(referral)), "lead")
    return send_pairs(client, page_of(referral), form.filled(**typed))


def tasks(world, who: str) -> list[str]:
    with acting_as(world.acting(who)):
        found = Task.objects.visible_to(world.acting(who)).open().filter(subject_kind="referral")
        return list(found.values_list("kind", flat=True))


# --- The story ----------------------------------------------------------------------------------------


def test_she_is_registered_today_and_the_chamber_reads_the_answer(trades, visit, request_of, travel):
    assert tasks(trades, "alice") == ["answer"]
    alice = visit("alice")
    detail = html_of(alice, request_of.get_absolute_url())
    assert "Répondre : déjà inscrit, ou l’inscrire" in detail
    assert "Confirmer le démarrage" not in detail
    assert answered(alice, request_of, file_number="ML-9").status_code == 302

    done = stored(request_of)
    assert (done.state, becoming(request_of)) == ("completed", [("exit", "INSCRIT")])
    with as_owner():
        lina = Youth.objects.get(pk=done.youth_id)
        roles = set(
            Accompaniment.objects.active().filter(youth=lina).values_list("organisation__key", "role")
        )
    assert lina.registered_with == trades.org("ML_A")
    assert roles == {("ML_A", "lead"), ("CMA_17", "partner")}
    assert tasks(trades, "clara") == ["acknowledge"]
    clara = html_of(visit("clara"), request_of.get_absolute_url())
    assert "Réponse de la mission locale" in clara
    assert "<strong>Inscrit</strong>" in clara
    assert "3 et 6 mois" not in clara
    with acting_as(trades.acting("clara")):
        told = Notification.objects.visible_to(trades.acting("clara")).values_list("kind", flat=True)
        assert sorted(told) == ["referral.complete", "youth.registered"]
    move(trades, "clara", request_of, "acknowledge")
    assert stored(request_of).clock_kind == ""  # what becomes of her is told by what follows


def test_she_was_registered_already_and_the_chamber_reads_only_that(trades, visit, travel):
    today = clock.now()
    travel(today - timedelta(days=365))
    theirs = known_here(trades)
    travel(today)
    request_of = send(trades, "clara", walk_in(trades), "inscription", "ML_A")
    alice = visit("alice")
    html = html_of(alice, page_of(request_of))
    assert "Déjà inscrit ici : Le Goff Lina" in html
    assert answered(alice, request_of, record=str(theirs.uuid)).status_code == 302
    done = stored(request_of)
    assert (done.youth_id, done.state) == (theirs.pk, "completed")
    assert becoming(request_of) == [("exit", "DEJA_INSCRIT")]
    clara = visit("clara")
    seen = html_of(clara, request_of.get_absolute_url())
    assert "<strong>Déjà inscrit</strong>" in seen
    record = html_of(clara, reverse("youths:detail", args=[theirs.uuid]))
    assert "Un an de suivi." not in seen + record


def test_before_the_answer_nothing_says_whether_she_is_known(trades, visit, travel):
    """The page of the chamber is the same, to the letter, whether the Mission Locale has a record of her or not."""
    travel(clock.now())
    referral = send(trades, "clara", walk_in(trades), "inscription", "ML_A")
    clara = visit("clara")

    def seen() -> str:
        html = html_of(clara, referral.get_absolute_url())
        return re.sub(r'nonce="[^"]+"|csrfmiddlewaretoken" value="[^"]+"', "", html)

    before = seen()
    known_here(trades)
    assert seen() == before


def test_another_mission_locale_says_that_it_is_not_for_her(trades, visit):
    referral = send(trades, "clara", walk_in(trades), "inscription", "ML_A")
    receive(trades, "alice", referral)
    move(trades, "alice", referral, "decline", reason="HORS_TERRITOIRE")
    clara = html_of(visit("clara"), referral.get_absolute_url())
    assert "Le jeune relève d’une autre mission locale" in clara
    assert tasks(trades, "clara") == ["rebound"]


# --- Who, and what may go wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "status"), [("bob", 200), ("mona", 200), ("clara", 302), ("celine", 302)])
def test_the_mission_locale_answers(trades, visit, request_of, who, status):
    assert visit(who).get(page_of(request_of)).status_code == status


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("rita", 404), ("dora", 404), ("regis", 403)])
def test_the_others_do_not(trades, visit, request_of, who, status):
    known_here(trades)
    response = visit(who).get(page_of(request_of))
    assert response.status_code == status
    assert "Le Goff" not in response.content.decode()


def test_reading_the_page_answers_nothing(trades, visit, request_of):
    visit("alice").get(page_of(request_of))
    assert stored(request_of).state == "received"
    assert visit("alice").get(page_of(request_of).replace(str(request_of.uuid), "0" * 8)).status_code == 404


def test_the_buttons_of_the_referral_cannot_answer_instead(trades, visit, request_of):
    alice = visit("alice")
    alice.get(request_of.get_absolute_url())
    response = alice.post(f"{request_of.get_absolute_url()}action/accept/", {"accept-version": "2"})
    assert response.status_code == 409
    assert stored(request_of).state == "received"


def test_nothing_is_chosen_in_advance_when_she_may_be_known(trades, visit, request_of):
    known_here(trades)
    response = answered(visit("alice"), request_of)
    assert "Dites si c’est l’un de ces jeunes" in response.content.decode()
    assert stored(request_of).state == "received"


def test_a_record_that_is_not_proposed_is_refused(trades, visit, request_of):
    known_here(trades)
    response = answered(visit("alice"), request_of, record=str(trades.youth("zoe").uuid))
    assert response.status_code == 200
    assert stored(request_of).state == "received"
    with as_owner():
        assert not Merge.objects.exists()


def test_a_number_that_is_taken_is_said_beside_the_field(trades, visit, request_of):
    with as_owner():
        Youth.objects.filter(pk=trades.youth("zoe").pk).update(file_number="A-1")
    html = answered(visit("alice"), request_of, file_number="A-1").content.decode()
    assert "existe déjà" in html
    assert 'value="A-1"' in html
    assert stored(request_of).state == "received"


def test_two_answer_at_once(trades, visit, request_of):
    alice, bob = visit("alice"), visit("bob")
    forms = [form_of(html_of(client, page_of(request_of)), "lead") for client in (alice, bob)]
    assert send_pairs(alice, page_of(request_of), forms[0].filled()).status_code == 302
    assert (
        send_pairs(bob, page_of(request_of), forms[1].filled()).status_code == 302
    )  # it is answered: read it
    with as_owner():
        assert Referral.objects.get(pk=request_of.pk).version == 6  # sent, opened, and the answer once
        assert list(
            request_of.events.filter(action="complete").values_list("actor__first_name", flat=True)
        ) == ["Alice"]


def test_a_page_that_is_behind_is_told_so(trades, visit, request_of):
    alice = visit("alice")
    form = form_of(html_of(alice, page_of(request_of)), "lead")
    move(trades, "bob", request_of, "ask_info", question="Où habite-t-elle ?")
    response = send_pairs(alice, page_of(request_of), form.filled())
    assert response.status_code == 409
    assert "juste avant vous" in response.content.decode()
    assert stored(request_of).state == "info_requested"


def test_registered_elsewhere_meanwhile(trades, visit, request_of):
    with as_owner():
        Youth.objects.filter(pk=request_of.youth_id).update(registered_with=trades.org("ML_C"))
    response = visit("alice").get(page_of(request_of))
    assert response.status_code == 409
    assert "Large" not in response.content.decode()


def test_registered_here_meanwhile_from_the_page_of_the_record(trades, request_of):
    receive(trades, "alice", request_of)
    alice = trades.acting("alice")
    with acting_as(alice):
        adoption.adopt(
            alice, Youth.objects.get(pk=request_of.youth_id), lead_id=alice.user_id, file_number=""
        )
        fresh = Referral.objects.visible_to(alice).select_related("youth").get(pk=request_of.pk)
        answer(alice, fresh, version=fresh.version)
    assert becoming(request_of) == [("exit", "INSCRIT")]


def test_a_wrong_number_does_not_keep_half_of_an_answer(trades, request_of):
    """The acceptance, the registration and the outcome are one transaction."""
    receive(trades, "alice", request_of)
    alice = trades.acting("alice")
    with acting_as(alice):
        fresh = Referral.objects.visible_to(alice).select_related("youth").get(pk=request_of.pk)
        with pytest.raises(AssertionError):
            answer(alice, fresh, version=fresh.version)
    assert stored(request_of).state == "received"


def test_who_is_registered_has_nothing_to_ask():
    rules = programmes.get("inscription")
    born = Candidate(birth_date=date(2006, 1, 1), registered_with_ml=True)
    assert overall(rules.verdicts(born, {}, date(2026, 1, 1))) == NO
    assert [programme.code for programme in programmes.for_sender("cma")].count("inscription") == 1


def test_undone_the_chamber_has_its_record_again(trades, visit, request_of):
    """An attachment that was wrong is undone within thirty days, and the request goes with its record."""
    theirs = known_here(trades)
    answered(visit("alice"), request_of, record=str(theirs.uuid))
    before = request_of.youth_id
    alice = trades.acting("alice")
    with acting_as(alice):
        joining.unmerge(alice, Merge.objects.get())
    assert stored(request_of).youth_id == before


def test_the_number_of_queries_does_not_grow_with_likenesses(trades, visit, request_of):
    alice, counts = visit("alice"), []
    for _ in range(3):
        known_here(trades)
        alice.get(page_of(request_of))
        asked = Statements()
        with connection.execute_wrapper(asked):
            alice.get(page_of(request_of))
        # The scope ends with the transaction, which a test keeps open.
        counts.append(len([sql for sql, _ in asked.kept if not sql.startswith("SELECT set_config")]))
    assert len(set(counts)) == 1
    assert counts[0] <= QUERIES[FORM]
