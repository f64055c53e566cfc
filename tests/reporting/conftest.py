"""Histories of referrals, made of events, as many as a figure needs."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core import clock
from partners.models import (
    Commitment,
    Committee,
    CommitteeMeeting,
    Convention,
    ConventionParty,
)
from referrals.models import REASONED, Outcome, Referral, ReferralEvent
from referrals.states import ANSWERED
from reporting import facts, summaries
from tests.conftest import as_owner, as_worker
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
CANARIES = ("Yann", "Kermarrec", "Zoé", "Aubigné", "Kim", "Lointain")


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
                text_version="essai-1", given_on=clock.day_of(sent_at),
            )  # fmt: skip
            return [
                self._one(
                    PATHS[path], youth=youth, agreement=agreement, sent_at=sent_at, sender=self.world.org(sender),
                    recipient=self.world.org(recipient), programme=programme, outcome=outcome, step=step,
                    returned_from=returned_from,
                )
                for _ in range(count)
            ]  # fmt: skip

    def _one(self, path, *, sent_at, outcome, step, **fields):
        times = [sent_at + step * number for number in range(len(path))]
        states = [MOVES[action][0] for action in path]
        answered = [at for at, state in zip(times, states, strict=True) if state in ANSWERED]
        started = [clock.day_of(at) for at, state in zip(times, states, strict=True) if state == "started"]
        ended = clock.day_of(times[-1]) if states[-1] in ("completed", "dropped_out") else None
        referral = Referral.objects.create(
            sender_professional=self.world.user("alice"), state=states[-1], last_action=path[-1],
            version=len(path) + 1, reason="NON_PRECISE" if states[-1] in REASONED else "", sent_at=sent_at,
            answered_at=answered[0] if answered else None, started_on=started[0] if started else None,
            ended_on=ended, state_since=times[-1], **fields,
        )  # fmt: skip
        before = "draft"
        for number, (action, state, at) in enumerate(zip(path, states, times, strict=True), start=2):
            details = (
                {"outcome": outcome, "ended_on": ended.isoformat()}
                if action in ("complete", "drop_out")
                else {}
            )
            ReferralEvent.objects.create(
                referral=referral, number=number, action=action, from_state=before, to_state=state,
                side=MOVES[action][1], details=details, at=at,
            )  # fmt: skip
            before = state
        if ended:
            Outcome.objects.create(
                referral=referral, moment=Outcome.Moment.EXIT, code=outcome, on=ended, at=times[-1]
            )
        facts.record(referral, None)
        return referral


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
