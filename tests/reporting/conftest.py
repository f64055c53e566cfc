"""Histories of referrals, made of events, as many as a figure needs."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from core import clock
from core.scope import system_scope
from partners.models import (
    Commitment,
    Committee,
    CommitteeMeeting,
    Convention,
    ConventionParty,
)
from referrals.models import REASONED, Outcome, Referral, ReferralEvent
from referrals.states import ANSWERED, TERMINAL
from reporting import facts, summaries
from reporting.models import ReferralFact
from reporting.published import making
from tests.conftest import as_owner, as_worker
from tests.keeping import staged
from youths.models import Agreement

NOW = datetime(2026, 6, 17, 9, 30, tzinfo=UTC)
MOVES = {
    "send": ("sent", "sender"),
    "receive": ("received", "recipient"),
    "accept": ("accepted", "recipient"),
    "decline": ("declined", "recipient"),
    "start": ("started", "recipient"),
    "complete": ("completed", "recipient"),
    "drop_out": ("dropped_out", "recipient"),
    "withdraw": ("withdrawn", "sender"),
    "expire": ("no_response", "clock"),
}
PATHS = {
    "sent": ["send"],
    "received": ["send", "receive"],
    "silent": ["send", "expire"],
    "withdrawn": ["send", "withdraw"],
    "declined": ["send", "receive", "decline"],
    "accepted": ["send", "receive", "accept"],
    "started": ["send", "receive", "accept", "start"],
    "completed": ["send", "receive", "accept", "start", "complete"],
    "dropped_out": ["send", "receive", "accept", "start", "drop_out"],
}
_CANARIES = re.compile(r"\b(?:Yann|Kermarrec|Zoé|Aubigné|Kim|Lointain)\b")


def named_in(text: str) -> list[str]:
    """The names of the youths of the world that a text holds, as words: three letters of a token are nobody."""
    return _CANARIES.findall(text)


@pytest.fixture
def now(travel):
    """A Wednesday, held still."""
    travel(NOW)
    return NOW


class Story:
    """``story(3, "completed", sent_at=…)``: three referrals that went that way, two days a step."""

    def __init__(self, world):
        self.world = world

    def __call__(
        self, count, path, *, sent_at=None, sender="ML_A", recipient="RSMV", programme="smv",
        outcome="EMPLOI_DURABLE", step=timedelta(days=2), returned_from=None,
    ):  # fmt: skip
        youth = self.world.youth("kim" if "ML_C" in (sender, recipient) else "yann")
        sent_at = sent_at or NOW - timedelta(days=60)
        with as_owner():
            agreement = Agreement.objects.create(
                youth=youth, recorded_by=self.world.user("alice"), recorded_for=self.world.org(sender),
                recipient=self.world.org(recipient), purpose=programme, channel="face_to_face", covers_return=True,
                informed="read_aloud", text_version="essai-1", given_on=clock.day_of(sent_at),
            )  # fmt: skip
            return self._create(
                count,
                PATHS[path],
                outcome=outcome,
                times=[sent_at + step * number for number in range(len(PATHS[path]))],
                youth=youth,
                agreement=agreement,
                sender=self.world.org(sender),
                recipient=self.world.org(recipient),
                programme=programme,
                returned_from=returned_from,
            )

    def _create(self, count, path, *, outcome, times, **fields):
        states = [MOVES[action][0] for action in path]
        answered = [at for at, state in zip(times, states, strict=True) if state in ANSWERED]
        started = [clock.day_of(at) for at, state in zip(times, states, strict=True) if state == "started"]
        ended = clock.day_of(times[-1]) if states[-1] in ("completed", "dropped_out") else None
        found = Referral.objects.bulk_create(
            Referral(
                sender_professional=self.world.user("alice"),
                state=states[-1],
                last_action=path[-1],
                version=len(path) + 1,
                reason="NON_PRECISE" if states[-1] in REASONED else "",
                sent_at=times[0],
                answered_at=answered[0] if answered else None,
                started_on=started[0] if started else None,
                ended_on=ended,
                closed_at=times[-1] if states[-1] in TERMINAL else None,
                state_since=times[-1],
                **fields,
            )
            for _ in range(count)
        )
        exit_details = {"outcome": outcome, "ended_on": ended.isoformat()} if ended else {}
        ReferralEvent.objects.bulk_create(
            ReferralEvent(
                referral=referral,
                number=number + 2,
                action=action,
                from_state=states[number - 1] if number else "draft",
                to_state=states[number],
                side=MOVES[action][1],
                details=exit_details if action in ("complete", "drop_out") else {},
                at=times[number],
            )
            for referral in found
            for number, action in enumerate(path)
        )
        if ended:
            Outcome.objects.bulk_create(
                Outcome(referral=referral, moment=Outcome.Moment.EXIT, code=outcome, on=ended, at=times[-1])
                for referral in found
            )
        # The same history gives the same fact: one goes through the operation, the others are its copies.
        facts.record(found[0], None)
        values = facts.fact_values(found[0])
        ReferralFact.objects.bulk_create(ReferralFact(referral=referral, **values) for referral in found[1:])
        return found


@pytest.fixture
def story(world):
    return Story(world)


@pytest.fixture
def refresh():
    """Make the summaries exact, as the worker does."""

    def run():
        with as_worker():
            return summaries.refresh()

    return run


@pytest.fixture
def publish(refresh):
    """Make the summaries exact, then publish the figures of those who steer, as the worker does."""

    def run():
        refresh()
        with as_worker():
            return making.publish()

    return run


def sights():
    """What the worker reads every indicator from, before anything is hidden: by territory, programme and period."""
    with as_worker(), system_scope("test"):
        return making.Maker(clock.today()).sights.places


@staged
def convention(world):
    """The convention between the two heads of network, with its promises and its committee."""
    with as_owner():
        found = Convention.objects.get(code="UNML-SMV-2019")
        for key in ("UNML", "SMV_EM"):
            ConventionParty.objects.create(convention=found, organisation=world.org(key))
        for order, (party, wording, measure) in enumerate(
            [
                ("SMV_EM", "Donner suite à chaque candidature.", "answers_returned"),
                ("SMV_EM", "Adresser les volontaires sans solution.", "returns_of_unfinished"),
                (None, "Réunir un comité chaque année.", "committee_held"),
                ("UNML", "Faire connaître le SMV.", ""),
            ]
        ):
            Commitment.objects.create(
                convention=found, party=world.org(party) if party else None, theme="smv", wording=wording,
                measure=measure, order=order,
            )  # fmt: skip
        Committee.objects.create(convention=found, name="Comité de suivi UNML – SMV")
        return found


@pytest.fixture
def meeting(convention):
    """``meeting(date)``: a meeting of the committee."""

    def on(day: date, **fields):
        with as_owner():
            return CommitteeMeeting.objects.create(
                committee=convention.committees.get(), held_on=day, place="Paris", **fields
            )

    return on


def counted(captured):
    """The queries of a page: transaction control aside, and the reset that only a test's transaction needs."""
    control = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT set_config('app.user', ''")
    return [entry["sql"][:150] for entry in captured if not entry["sql"].startswith(control)]
