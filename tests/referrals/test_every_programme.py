"""Every registered programme, both ways, from its creation to what becomes of the youth six months after.

A programme is covered by being registered: nothing here names one. The stories beside (``test_story_…``) tell each in
its own words, with its pages; this walk says that no loop is left open.

=========================  ==========================================  =============================================
programme                  as it is sent, to +6 months                 the other way, to +6 months
=========================  ==========================================  =============================================
smv, mission_jeunes,       ``test_as_it_is_sent`` (from the Mission    ``test_back_to_the_mission_locale``: left
branches, apprentissage,   Locale)                                     without a solution, the youth returns
preparation_…, prepa_…,
inclusion_…, offre_…
pmsmp                      each prescriber that sends                  each structure that receives, the Mission
                                                                       Locale among them
retour, levee_freins,      ``test_as_it_is_sent`` (from a partner to   ``test_both_ways_exist``: the Mission Locale
accompagnement_conjoint    the Mission Locale)                         sends to the same network
inscription                its answer is its end (ADR 0035); the       the same: the Mission Locale then sends the
                           course it opens tells: ``test_what_…``      youth to the chamber
=========================  ==========================================  =============================================
"""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from core import clock
from core.models import Task
from core.scope import acting_as
from core.working_days import add_months
from partners.models import Network, Organisation
from referrals import programmes, workflow
from referrals.models import Referral
from referrals.programmes.base import NO, Candidate, Programme, overall
from referrals.registration.answering import answer
from tests.conftest import as_owner
from tests.referrals.staging import (
    arrives,
    becoming,
    months_later,
    move,
    orient,
    receive,
    settle,
    stored,
    tell_later,
)
from tests.world import World
from youths import records
from youths.models import Youth

ML = Network.ML.value
BORN = date(2006, 5, 4)
USUAL = date(2027, 3, 1)  # a Monday


def pairs(programme: Programme) -> list[tuple[str, str]]:
    """Who sends to whom: each network that sends and each that receives, at least once."""
    found = []
    for sender in programme.sends:
        found += [(sender, other) for other in programme.receives if other != sender][:1]
    for recipient in programme.receives:
        found += [(other, recipient) for other in programme.sends if other != recipient][:1]
    return list(dict.fromkeys(found))


def cases(chosen) -> list[Any]:
    """Each programme, two ways at least where it has them; the other networks in the long proofs."""
    return [
        pytest.param(
            programme,
            *pair,
            id=f"{programme.code}-{pair[0]}-{pair[1]}",
            marks=[pytest.mark.prove] if rank > 1 else [],
        )
        for programme in chosen
        for rank, pair in enumerate(pairs(programme))
    ]


def begins(programme: Programme) -> date:
    """A day on which the programme is open: today's for most, two months before its end for one that ended."""
    return programme.closes_on - timedelta(days=60) if programme.closes_on else USUAL


class Cast:
    """Who acts for each network: Alice and Mona for the Mission Locale, a person of their own for the others."""

    def __init__(self, world: World, programme: Programme, *networks: str) -> None:
        self.world = world
        for network in networks:
            if network != ML:
                topic = programme.topic if network in programme.receives else None
                settle(world, self.org(network), f"Partenaire {network}", network, f"par{network}", topic)

    def org(self, network: str) -> str:
        return "ML_A" if network == ML else f"PAR_{network}"

    def sends(self, network: str) -> str:
        return "alice" if network == ML else f"par{network}"

    def answers(self, network: str) -> str:
        return "mona" if network == ML else f"par{network}"

    def youth(self, network: str) -> Youth:
        """Yann, whom the Mission Locale follows, or somebody who came to the partner alone."""
        if network == ML:
            return self.world.youth("yann")
        acting = self.world.acting(self.sends(network))
        with acting_as(acting):
            return records.create_record(
                acting, Youth(first_name="Lou", last_name="Passage", birth_date=BORN, level=3)
            )


def answers_of(programme: Programme, entry: date) -> dict[str, Any]:
    """An answer to each question of a programme, as its form would keep them."""
    usual = {"yes_no": True, "text": "Boulanger", "number": 1, "date": entry.isoformat()}
    raw = {
        item.name: item.choices[0][0] if item.kind == "choice" else usual[item.kind]
        for item in programme.all_fields
        if item.asked
    }
    clean, errors = programme.clean_answers(raw)
    assert errors == {}
    return {name: value for name, value in clean.items() if value is not None}


def tasks_of(referral: Referral) -> list[tuple[str, str]]:
    with as_owner():
        found = Task.objects.open().filter(subject_kind="referral", subject_id=referral.pk)
        keys = dict(Organisation.objects.order_by("pk").values_list("pk", "key"))
        return [(task.kind, keys[task.organisation_id]) for task in found.order_by("pk")]


def taken(
    cast: Cast, travel: Any, programme: Programme, sender: str, recipient: str, youth: Youth
) -> Referral:
    """Written, agreed to, sent, opened, each of its steps, accepted, begun."""
    world, entry = cast.world, clock.today() + timedelta(days=14)
    candidate = Candidate(birth_date=youth.birth_date, level=3, registered_with_ml=sender == ML)
    details = answers_of(programme, entry)
    assert overall(programme.verdicts(candidate, details, clock.today())) != NO
    referral = orient(world, cast.sends(sender), youth, programme.code, cast.org(recipient), details=details)
    assert tasks_of(referral) == [("answer", cast.org(recipient))]
    who = cast.answers(recipient)
    receive(world, who, referral)
    for step in programme.steps:
        move(world, who, referral, "step", step=step.code)
    move(world, who, referral, "accept", planned_on=entry)
    arrives(travel, entry)
    return move(world, who, referral, "start", started_on=entry)


def told_to_the_end(cast: Cast, travel: Any, referral: Referral, sender: str, recipient: str) -> None:
    """Its outcome, read by the sender; then what became of the youth, at three months and at six."""
    world, programme = cast.world, referral.rules
    arrives(travel, add_months(clock.today(), min(programme.clocks.duration_months, 3)))
    outcome = next(item.code for item in programme.outcomes if item.positive)
    who = cast.answers(recipient)
    move(world, who, referral, "complete", outcome=outcome, ended_on=clock.today())
    assert ("acknowledge", cast.org(sender)) in tasks_of(referral)
    with acting_as(world.acting(cast.sends(sender))):
        assert referral.outcomes.get(moment="exit").code == outcome
    move(world, cast.sends(sender), referral, "acknowledge")
    asked = {side for _, level, side in stored(referral).rungs if level in ("m3", "m6")}
    assert len(asked) == 1
    knows = cast.sends(sender) if asked == {"sender"} else who
    for moment in ("m3", "m6"):
        months_later(travel, 3)
        tell_later(world, knows, referral, outcome)
        assert (moment, outcome) in becoming(referral)
    assert [moment for moment, _ in becoming(referral)] == ["exit", "m3", "m6"]
    assert (stored(referral).state, stored(referral).clock_kind, tasks_of(referral)) == ("completed", "", [])


FOLLOWED = [programme for programme in programmes.all() if not programme.followed_by]


@pytest.mark.parametrize(("programme", "sender", "recipient"), cases(FOLLOWED))
def test_as_it_is_sent_to_six_months_after(world, travel, programme, sender, recipient):
    arrives(travel, begins(programme))
    cast = Cast(world, programme, sender, recipient)
    referral = taken(cast, travel, programme, sender, recipient, cast.youth(sender))
    told_to_the_end(cast, travel, referral, sender, recipient)


@pytest.mark.parametrize(
    ("programme", "sender", "recipient"),
    cases(programme for programme in FOLLOWED if programme.returns_to_ml),
)
def test_back_to_the_mission_locale_to_six_months_after(world, travel, programme, sender, recipient):
    """Left without a solution, the youth is with their Mission Locale at once; the partner learns what it did."""
    arrives(travel, begins(programme))
    cast = Cast(world, programme, sender, recipient)
    referral = taken(cast, travel, programme, sender, recipient, cast.youth(sender))
    without = next(item.code for item in programme.outcomes if item.returns_to_ml)
    reason = programme.drop_out_reasons[0].code
    who = cast.answers(recipient)
    move(world, who, referral, "drop_out", reason=reason, outcome=without, ended_on=clock.today())
    with as_owner():
        back = Referral.objects.get(returned_from=referral)
    assert (back.state, back.sender_id, back.recipient.key) == ("sent", referral.recipient_id, "ML_A")
    receive(world, "mona", back)
    move(world, "mona", back, "accept")
    move(world, "mona", back, "start", started_on=clock.today())
    told_to_the_end(cast, travel, back, recipient, ML)


@pytest.mark.parametrize(
    ("programme", "sender", "recipient"),
    cases(programme for programme in programmes.all() if programme.followed_by),
)
def test_what_follows_tells_where_nothing_is_asked(world, travel, programme, sender, recipient):
    """A request for a registration ends with its answer; the course that it opens is followed to six months after."""
    arrives(travel, begins(programme))
    following = next(
        found for code in programme.followed_by if (found := programmes.get(code)).is_open_on(clock.today())
    )
    cast = Cast(world, following, sender)
    youth = cast.youth(sender)
    asked = orient(
        world, cast.sends(sender), youth, programme.code, "ML_A",
        details=answers_of(programme, clock.today() + timedelta(days=14)),
    )  # fmt: skip
    receive(world, "mona", asked)
    mona = world.acting("mona")
    with acting_as(mona):
        fresh = Referral.objects.visible_to(mona).select_related("youth").get(pk=asked.pk)
        answer(mona, fresh, version=fresh.version, lead_id=world.user("alice").pk)
    move(world, cast.sends(sender), asked, "acknowledge")
    assert (stored(asked).state, stored(asked).clock_kind, tasks_of(asked)) == ("completed", "", [])
    course = taken(cast, travel, following, recipient, sender, youth)
    told_to_the_end(cast, travel, course, recipient, sender)


def test_both_ways_exist_between_the_missions_locales_and_each_network():
    networks = {network for one in programmes.all() for network in (*one.sends, *one.receives)} - {ML}
    for network in sorted(networks):
        assert any(ML in one.sends and network in one.receives for one in programmes.all()), network
        assert any(network in one.sends and ML in one.receives for one in programmes.all()), network


def test_each_loop_is_followed_or_says_what_follows_it():
    for programme in programmes.all():
        assert programme.clocks.follow_up_months == (() if programme.followed_by else (3, 6))
        for code in programme.followed_by:
            assert programmes.get(code).clocks.follow_up_months == (3, 6)


def test_a_course_that_ended_before_it_was_written_down_is_told_at_once(world, travel):
    """Prépa Apprentissage: a course of 2024 that somebody writes down today is told to its end without waiting."""
    prepa = next(one for one in programmes.all() if one.keeps_its_past)
    travel(datetime.combine(USUAL, time(12), clock.PARIS))
    cast = Cast(world, prepa, "cma")
    begun = prepa.closes_on - timedelta(days=30)
    referral = orient(
        world, "alice", world.youth("yann"), prepa.code, cast.org("cma"), details=answers_of(prepa, begun)
    )
    receive(world, "parcma", referral)
    move(world, "parcma", referral, "accept")
    move(world, "parcma", referral, "start", started_on=begun)
    outcome = next(item.code for item in prepa.outcomes if item.positive)
    move(world, "parcma", referral, "complete", outcome=outcome, ended_on=add_months(begun, 4))
    move(world, "alice", referral, "acknowledge")
    alice = world.acting("alice")
    for _ in ("m3", "m6"):
        with acting_as(alice):
            version = Referral.objects.get(pk=referral.pk).version
            workflow.follow_up(alice, referral.uuid, version=version, code=outcome, on=clock.today())
    assert [moment for moment, _ in becoming(referral)] == ["exit", "m3", "m6"]
    assert tasks_of(referral) == []
