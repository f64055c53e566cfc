"""The loop as a rule-based machine: random people act on one referral at random moments, against PostgreSQL."""

import uuid
from datetime import timedelta

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core import clock
from core.models import Task
from core.prepared import Prepared
from core.scope import acting_as
from referrals import allowed, creation, deadlines, programmes, transitions, workflow
from referrals.delays import moments_of
from referrals.effects import task_kind
from referrals.models import (
    CLOSED_BY_OUTCOME,
    OPEN_STATES,
    REASONED,
    MoveRequest,
    Referral,
    ReferralEvent,
)
from referrals.states import REDIRECTABLE, TERMINAL, State, side_in
from referrals.transitions import ACTIONS, NotAllowed
from tests.conftest import as_owner, as_worker
from tests.referrals.placing import inputs_for
from tests.referrals.test_loop import send
from tests.world import World
from youths.models import Youth

TAKING_PART = ("alice", "bob", "mona", "rita", "sam", "rosa")
OUTSIDE = ("dora", "remi", "charlie", "carla", "rose", "regis", "nadia", "paul")
# Asked after each step for everybody: its SQL is written once.
_SEEN = Prepared(lambda acting, uuid: Referral.objects.visible_to(acting).filter(uuid=uuid).only("pk"))
LEAVES_A_TERMINAL_STATE = {"reopen", "answer_late", "mark_error", "confirm_error"}
# Guards about moments that the walk does not count.
OF_TIME = {
    transitions.SILENT_SIDE, transitions.WITHIN_30_DAYS, transitions.WITHIN_24_HOURS, transitions.AFTER_24_HOURS,
}  # fmt: skip
# What is left to do while a cancellation waits for its answer, besides answering.
WHILE_CANCELLING = {"mark_error", "ask_error", "confirm_error", "drop_error"}


class _Undone(Exception):
    """What was tried is not kept."""


class Walk(RuleBasedStateMachine):
    """One referral from Alice to Rita; each step is tried, and what must always hold is checked after it."""

    counted = 0

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.travelling = None

    def teardown(self) -> None:
        if self.travelling:
            self.travelling.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.world = World.load()
        self.travel(clock.now())
        self.uuid = send(self.world).uuid
        self.before = self.read()
        self.fresh = True

    def travel(self, moment) -> None:
        if self.travelling:
            self.travelling.__exit__(None, None, None)
        self.travelling = clock.travel(moment)
        self.travelling.__enter__()
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM test_clock")
            cursor.execute("INSERT INTO test_clock VALUES (%s)", [moment])

    def read(self) -> Referral:
        with as_owner():
            return Referral.objects.get(uuid=self.uuid)

    def visible_to(self, name: str) -> bool:
        acting = self.world.acting(name)
        with acting_as(acting):
            return bool(_SEEN(acting, uuid=self.uuid))

    @rule(who=st.sampled_from(TAKING_PART), action=st.sampled_from(ACTIONS), stale=st.integers(0, 9))
    def try_anything(self, who: str, action: str, stale: int) -> None:
        """Somebody tries something, one time in ten with the page of an earlier version."""
        self.act(who, action, stale == 0)

    @rule(pick=st.integers(0, 999))
    def move(self, pick: int) -> None:
        """Somebody does what the table lets them do, so that the walk goes far."""
        possible = [
            (who, action)
            for who in TAKING_PART
            for action in ACTIONS
            if any((self.before.state, action, side) in allowed.triples() for side in self.sides(who))
        ]
        if possible:
            self.act(*possible[pick % len(possible)], stale=False, lost=pick % 2 == 0)

    def sides(self, who: str) -> frozenset[str]:
        acting = self.world.acting(who)
        return side_in(acting.organisation_id, acting.role, self.before.sender_id, self.before.recipient_id)

    def act(self, who: str, action: str, stale: bool, lost: bool = False) -> None:
        Walk.counted += 1
        inputs = inputs_for(action)
        if lost and "outcome" in inputs:
            inputs |= {"outcome": "SANS_SOLUTION"}  # which opens a return
        acting, before = self.world.acting(who), self.before
        version = before.version - 1 if stale else before.version
        possible = any((before.state, action, side) in allowed.triples() for side in self.sides(who))
        row = allowed.find_for(action, before.state, self.sides(who))[0] if possible else None
        refused = row is not None and self.refused(acting, row)
        could_read = self.visible_to(who)
        try:
            with acting_as(acting):
                workflow.apply(acting, self.uuid, action, version=version, inputs=inputs)
        except workflow.Stale:
            assert stale
        except NotAllowed:
            already_read = action == "acknowledge" and before.acknowledged_at
            assert not possible or already_read or refused or row.guard in OF_TIME
        except Referral.DoesNotExist:
            assert not could_read
        else:
            assert possible
            assert not refused
            assert could_read
            assert not stale
            assert self.read().version == before.version + 1
            self.fresh = True

    def refused(self, acting, row: transitions.Transition) -> bool:
        """Whether somebody else has to act first: what waits for an answer, a course that is suspended or not."""
        waiting = [
            request
            for request in self.pending()
            if request.kind in (row.asks, row.settles)
            and (request.kind == "cancel" or request.organisation_id == acting.organisation_id)
        ]
        cancelling = self.before.clock_kind == "cancel"
        if cancelling and row.settles != "cancel" and row.action not in WHILE_CANCELLING:
            return True
        if row.guard == transitions.WITH_PROOF:
            return True  # of the SMV, the centre alone says that it has begun
        if row.guard == transitions.SUSPENDED and self.before.suspended_on is None:
            return True
        if row.guard == transitions.NOT_SUSPENDED and self.before.suspended_on is not None:
            return True
        if row.asks:
            return bool(waiting)
        if row.settles and not waiting:
            return True
        if row.settles in ("reopen", "error") and row.answer == transitions.CONFIRMED:
            alone = waiting[0].asked_by_id == acting.user_id
            return alone or not (waiting[0].by_manager or acting.is_manager)
        return False

    def pending(self) -> list[MoveRequest]:
        with as_owner():
            return list(
                MoveRequest.objects.filter(referral__uuid=self.uuid, answered_at=None).order_by("number")
            )

    @rule(who=st.sampled_from(TAKING_PART))
    def open(self, who: str) -> None:
        """Somebody opens the page for the first time."""
        Walk.counted += 1
        if self.visible_to(who):
            with acting_as(self.world.acting(who)):
                workflow.open_first(self.world.acting(who), self.uuid)
            self.fresh = True

    @rule(days=st.integers(0, 45))
    def wait(self, days: int) -> None:
        """Time passes, and the clock of the worker runs."""
        Walk.counted += 1
        self.travel(clock.now() + timedelta(days=days, minutes=1))
        with as_worker():
            deadlines.run()
            again = deadlines.run()
        assert (again.reminded, again.escalated, again.expired) == (0, 0, 0)
        self.fresh = True

    @rule(who=st.sampled_from(TAKING_PART))
    def follow_up(self, who: str) -> None:
        """Somebody says what became of the youth."""
        Walk.counted += 1
        acting, before = self.world.acting(who), self.before
        if not self.visible_to(who):
            return
        with as_owner():
            known = set(before.outcomes.values_list("moment", flat=True))
        awaited = workflow.asked_of(before, before.side_of(acting.organisation_id), known)
        try:
            with acting_as(acting):
                workflow.follow_up(
                    acting, self.uuid, version=before.version, code="EMPLOI_DURABLE", on=clock.today()
                )
        except NotAllowed:
            assert not awaited
        else:
            assert awaited
            self.fresh = True

    @rule(who=st.sampled_from(("alice", "bob", "rita")))
    def propose_elsewhere(self, who: str) -> None:
        """Somebody proposes the youth to another centre: after an exit that allows it, and the sender alone."""
        Walk.counted += 1
        acting, before = self.world.acting(who), self.before
        allowed_here = acting.organisation_id == before.sender_id and before.state in REDIRECTABLE
        assert creation.may_redirect(acting, before) == allowed_here
        youth, elsewhere = self.world.youth("yann"), self.world.org("SMV_C")
        key, smv = uuid.uuid4(), programmes.get("smv")
        try:
            with acting_as(acting), transaction.atomic():
                creation.create_draft(
                    acting, youth, smv, elsewhere, details={}, submission=key, redirected_from=before
                )
                assert allowed_here
                raise _Undone  # the walk is about one referral
        except _Undone:
            pass
        except creation.ForeignSubmission:  # the database refused it
            assert not allowed_here

    @invariant()
    def holds(self) -> None:
        """What must be true after any step."""
        if not getattr(self, "fresh", False):
            return
        self.fresh = False
        now = self.read()
        with as_owner():
            told = list(now.events.order_by("number"))
            events = [(event.action, event.from_state, event.to_state, event.number) for event in told]
            tasks = list(Task.objects.open().filter(subject_kind="referral", subject_id=now.pk))
            known = set(now.outcomes.values_list("moment", flat=True))
        assert allowed.replay([event[:3] for event in events]) == now.state
        assert [event[3] for event in events] == list(range(2, now.version + 1))
        waiting = self.pending()
        owed = {
            (f"confirm_{request.kind}", request.organisation_id, request.answer_by)
            for request in waiting
            if request.kind != "cancel"
        }
        if now.clock_kind:
            owed.add((task_kind(now), getattr(now, f"{now.clock_side}_id"), now.due_on))
            assert now.escalate_on >= now.due_on
        running = [task for task in tasks if task.kind not in ("follow_up", "silent")]
        assert {(task.kind, task.organisation_id, task.due_on) for task in running} == owed
        assert len(running) == len(owed)
        assert (now.clock_kind == "cancel") == any(request.kind == "cancel" for request in waiting)
        self.attributed(told)
        self.dated(now, told)
        # What becomes of the youth is asked after an end, and of nobody who said it.
        asked = {rung.on for rung in moments_of(now) if rung.level not in known}
        assert {task.due_on for task in tasks if task.kind == "follow_up"} <= asked
        assert bool(moments_of(now)) == (now.state in CLOSED_BY_OUTCOME)
        if now.state in OPEN_STATES:
            assert now.clock_kind
            assert now.closed_at is None
        else:
            assert now.closed_at is not None
        self.absorbing(now, events)
        self.nobody_gains(now)
        self.before = now

    def attributed(self, told: list[ReferralEvent]) -> None:
        """Each event says who acted, for whom, on which side, and why it ended."""
        for event in told:
            assert (event.actor_id is None) == (event.side == "clock")
            assert (event.organisation_id is None) == (event.side == "clock")
            if event.to_state in REASONED and event.from_state != event.to_state:
                assert event.reason

    def dated(self, now: Referral, told: list[ReferralEvent]) -> None:
        """The events rebuild the entry that is planned and the suspension under way."""
        planned = [event.details["planned_on"] for event in told if "planned_on" in event.details]
        assert (now.planned_on.isoformat() if now.planned_on else None) == (planned[-1] if planned else None)
        turns = [
            event for event in told
            if event.action in ("suspend", "resume") or event.from_state != event.to_state
        ]  # fmt: skip
        until = turns[-1].details.get("suspended_until") if turns[-1].action == "suspend" else None
        assert (now.suspended_until.isoformat() if now.suspended_until else None) == until

    def absorbing(self, now: Referral, events: list[tuple]) -> None:
        """A terminal state is left by a reopening, a late answer or an error, and by nothing else."""
        for action, before, after, _ in events:
            if before in TERMINAL and after != before:
                assert action in LEAVES_A_TERMINAL_STATE
                assert before != State.ENTERED_IN_ERROR

    def nobody_gains(self, now: Referral) -> None:
        """Moving a referral gives nobody outside it anything to read, in either wall: each is asked without the other."""
        youth = now.youth_id
        with as_owner():
            for name in OUTSIDE:
                assert not _SEEN(self.world.acting(name), uuid=self.uuid), name
        for name in ("charlie", "rose"):
            with acting_as(self.world.acting(name)):
                assert not Referral.objects.filter(pk=now.pk).exists()
                assert not Youth.objects.filter(pk=youth).exists()
