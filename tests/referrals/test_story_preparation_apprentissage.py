"""ML → CMA, and back: the preparation of an apprenticeship, from the referral to what Yann is six months after."""

from datetime import date, timedelta

import pytest

from core import clock
from core.ages import birthday
from core.scope import acting_as
from referrals import programmes, workflow
from referrals.models import Referral
from referrals.programmes.base import CHECK, NO, YES, Candidate, overall
from referrals.registration.answering import answer
from referrals.transitions import NotAllowed
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.referrals.chambers import (
    later,
    send,
    six_months,
    trades,
    walk_in,
)
from tests.referrals.staging import becoming, move, receive, stored
from youths.merging import adoption
from youths.models import Youth

__all__ = ["trades"]
CODE = "preparation_apprentissage"


@pytest.fixture
def day_one(travel):
    """A Monday of the autumn."""
    travel(clock.now().replace(year=2026, month=10, day=5, hour=9))
    return travel


def test_from_the_referral_to_a_contract_and_six_months_after(trades, day_one):
    entry = clock.today() + timedelta(days=21)
    referral = send(
        trades, "alice", trades.youth("yann"), CODE, "CMA_17",
        entree_prevue=entry.isoformat(), metier="Boulanger", immersion=True,
    )  # fmt: skip
    assert referral.recipient_professional == trades.user("clara")
    later(day_one, 1)
    receive(trades, "clara", referral)
    move(trades, "clara", referral, "step", step="VISITE")
    move(trades, "clara", referral, "accept", planned_on=entry)
    later(day_one, 20)
    move(trades, "clara", referral, "start", started_on=clock.today())
    move(trades, "clara", referral, "step", step="IMMERSION")
    later(day_one, 90)
    move(trades, "clara", referral, "complete", outcome="APPRENTISSAGE", ended_on=clock.today())
    assert not programmes.get(CODE).must_return("complete", "APPRENTISSAGE")
    move(trades, "alice", referral, "acknowledge")
    six_months(trades, "alice", referral, day_one, "APPRENTISSAGE")
    assert becoming(referral) == [("exit", "APPRENTISSAGE"), ("m3", "APPRENTISSAGE"), ("m6", "APPRENTISSAGE")]


def test_back_to_the_mission_locale_and_six_months_after(trades, day_one):
    """Without a contract at the end, Yann is sent back to Alice, who knows what becomes of him."""
    referral = send(trades, "alice", trades.youth("yann"), CODE, "CMA_17", way_back=True)
    receive(trades, "clara", referral)
    move(trades, "clara", referral, "accept")
    move(trades, "clara", referral, "start", started_on=clock.today())
    later(day_one, 100)
    move(trades, "clara", referral, "complete", outcome="SANS_SOLUTION", ended_on=clock.today())
    with as_owner():
        back = Referral.objects.get(returned_from=referral)
    assert (back.state, back.programme, back.recipient) == ("sent", "retour", trades.org("ML_A"))
    move(trades, "alice", referral, "acknowledge")
    receive(trades, "alice", back)
    move(trades, "alice", back, "accept")
    move(trades, "alice", back, "start", started_on=clock.today())
    later(day_one, 30)
    move(trades, "alice", back, "complete", outcome="NOUVELLE_ORIENTATION", ended_on=clock.today())
    move(trades, "clara", back, "acknowledge")
    six_months(trades, "alice", back, day_one, "ACCOMPAGNEMENT_REPRIS")
    assert [moment for moment, _ in becoming(back)] == ["exit", "m3", "m6"]


# --- No entry without a registration --------------------------------------------------------------------


def of_nobody(world):
    """Lina came back from the chamber, Alice took her and did not register her, and sent her on."""
    youth = walk_in(world)
    returned = send(world, "clara", youth, "retour", "ML_A", situation="direct")
    receive(world, "alice", returned)
    move(world, "alice", returned, "accept")
    referral = send(world, "alice", youth, CODE, "CMA_17")
    receive(world, "clara", referral)
    move(world, "clara", referral, "accept")
    return youth, referral


def test_an_entry_without_a_registration_is_refused_with_its_reason(trades, visit, day_one):
    youth, referral = of_nobody(trades)
    with pytest.raises(NotAllowed, match="n’est inscrit dans aucune mission locale"):
        move(trades, "clara", referral, "start", started_on=clock.today())
    clara = visit("clara")
    html = clara.get(referral.get_absolute_url()).content.decode()
    assert "n’est inscrit dans aucune mission locale" in html
    assert f"?jeune={youth.uuid}&amp;dispositif=inscription" in html
    assert "Confirmer le démarrage" not in html
    response = clara.post(
        f"{referral.get_absolute_url()}action/start/",
        {"start-version": stored(referral).version, "start-started_on": clock.today().isoformat()},
    )
    assert response.status_code == 409
    assert "n’est inscrit dans aucune mission locale" in response.content.decode()
    assert stored(referral).state == "accepted"
    # The sender reads why, and registers her from there.
    html = visit("alice").get(referral.get_absolute_url()).content.decode()
    assert "Inscrire ce jeune dans votre Mission Locale" in html
    alice = trades.acting("alice")
    with acting_as(alice):
        adoption.adopt(alice, Youth.objects.get(pk=youth.pk), lead_id=alice.user_id, file_number="")
    move(trades, "clara", referral, "start", started_on=clock.today())
    assert stored(referral).state == "started"


def test_the_chamber_asks_and_the_entry_follows(trades, day_one):
    """CMA → ML → CMA: the request is answered, and the same referral starts."""
    youth, referral = of_nobody(trades)
    asked = send(trades, "clara", youth, "inscription", "ML_A")
    receive(trades, "alice", asked)
    alice = trades.acting("alice")
    with acting_as(alice):
        fresh = Referral.objects.visible_to(alice).select_related("youth").get(pk=asked.pk)
        answer(alice, fresh, version=fresh.version, lead_id=alice.user_id)
    move(trades, "clara", referral, "start", started_on=clock.today())
    assert stored(referral).state == "started"


def test_where_no_registration_is_asked_nothing_changes(trades, day_one):
    youth, _ = of_nobody(trades)
    contract = send(trades, "alice", youth, "apprentissage", "CMA_17", metier="Boulanger")
    receive(trades, "clara", contract)
    move(trades, "clara", contract, "accept")
    move(trades, "clara", contract, "start", started_on=clock.today())
    assert stored(contract).state == "started"


# --- The scheme that ended, and its successor -------------------------------------------------------------

BORN = Candidate(birth_date=date(2005, 3, 14), level=3, registered_with_ml=True)


def worst(code: str, answers=None, day=date(2026, 3, 2), candidate=BORN) -> str:
    return overall(programmes.get(code).verdicts(candidate, answers or {}, day))


@pytest.mark.parametrize(
    ("entry", "prepa", "successor"),
    [("2024-12-30", YES, NO), ("2024-12-31", YES, NO), ("2025-01-01", NO, YES), ("2025-01-02", NO, YES)],
)
def test_the_day_of_the_entry_says_which_scheme(entry, prepa, successor):
    assert worst("prepa_apprentissage", {"entree_prevue": entry}) == prepa
    assert worst(CODE, {"entree_prevue": entry}) == successor
    # Without a day, that of the referral is meant.
    assert worst("prepa_apprentissage") == NO
    assert worst(CODE) == YES


@pytest.mark.parametrize(("age", "exact", "eve"), [(15, CHECK, NO), (16, YES, CHECK), (30, CHECK, YES)])
def test_the_ages_of_the_successor_on_their_days(age, exact, eve):
    for born in (date(2008, 2, 29), date(2007, 6, 15)):
        candidate = Candidate(birth_date=born, registered_with_ml=True)
        on = max(birthday(born, age), date(2025, 1, 2))
        if birthday(born, age) < date(2025, 1, 2):
            continue
        assert worst(CODE, day=on, candidate=candidate) == exact
        assert worst(CODE, day=on - timedelta(days=1), candidate=candidate) == eve
        assert worst(CODE, day=on + timedelta(days=1), candidate=candidate) == exact
    late = Candidate(birth_date=date(1995, 2, 28), registered_with_ml=True)
    assert worst(CODE, {"age_exception": False}, candidate=late) == NO


def test_a_course_of_the_past_is_still_written_down(trades, visit):
    """Alice notes, today, a Prépa that began in November 2024; its figures are counted with those of the scheme."""
    alice, yann = visit("alice"), trades.youth("yann")
    html = alice.get(f"/orientations/nouvelle/?jeune={yann.uuid}").content.decode()
    assert "Saisir un parcours commencé au plus tard le" in html
    address = f"/orientations/nouvelle/?jeune={yann.uuid}&dispositif=prepa_apprentissage"

    def written(entry: str):
        form = form_of(alice.get(address).content.decode(), "p_entree_prevue")
        return send_pairs(
            alice, address,
            form.filled(
                recipient=str(trades.org("CMA_17").pk), p_entree_prevue=entry,
                agreed="on", informed="read_aloud", channel="face_to_face",
            ),
        )  # fmt: skip

    assert "a pris fin le" in written("2025-01-01").content.decode()
    assert written("2024-11-04").status_code == 302
    with as_owner():
        referral = Referral.objects.get(programme="prepa_apprentissage")
    receive(trades, "clara", referral)
    move(trades, "clara", referral, "accept")
    clara, now = visit("clara"), stored(referral)
    action = f"{referral.get_absolute_url()}action/start/"
    late = clara.post(action, {"start-version": now.version, "start-started_on": "2025-01-01"})
    assert "a pris fin le" in late.content.decode()
    assert (
        clara.post(action, {"start-version": now.version, "start-started_on": "2024-11-04"}).status_code
        == 302
    )
    assert stored(referral).started_on == date(2024, 11, 4)


def test_a_page_that_is_behind_does_not_start(trades, day_one):
    _, referral = of_nobody(trades)
    with acting_as(trades.acting("clara")), pytest.raises(workflow.Stale):
        workflow.apply(
            trades.acting("clara"), referral.uuid, "start", version=1, inputs={"started_on": clock.today()}
        )
