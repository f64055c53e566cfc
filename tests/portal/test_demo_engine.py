"""The engine of the demonstration does what the workflow does: the same story, told twice, row by row."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import pytest

from core import clock
from core.models import Task
from core.scope import acting_as, system_scope
from notifications.models import Notification
from partners.models import Organisation
from portal.demo.engine import Engine
from portal.demo.load import _HISTORY, _cast
from referrals import creation, programmes, workflow
from referrals.models import Message, MoveRequest, Outcome, Referral, ReferralEvent
from reporting.facts import LEFT_TO_THE_DATABASE
from reporting.models import ReferralFact
from tests.conftest import as_owner, as_worker
from youths.models import Accompaniment, Agreement, Youth

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
# Identifiers and what is drawn at random: the two tellings differ there.
LEFT_OUT = {"id", "uuid", "submission", "agreement_id", "returned_from_id", "referral_id", "subject_id", "at"}
LEFT_OUT |= {"recorded_at", "done_at", "opened_at", "path", "effect_key"}
LEFT_OUT |= {"wake_on"}  # the clock of the worker does not run in the story that is told by hand

# (days since the start, side, action, inputs); the sending is the day 0
STORIES = {
    "completed": [
        (2, "recipient", "receive", {}),
        (3, "recipient", "ask_info", {"question": "Une question ?"}),
        (5, "sender", "answer_info", {"answer": "Une réponse."}),
        (8, "recipient", "step", {"step": "TESTS"}),
        (9, "recipient", "waitlist", {"review_on": 40}),
        (30, "recipient", "accept", {"planned_on": 60, "note": "Bienvenue."}),
        (61, "recipient", "start", {"started_on": 60, "planned_end_on": 300}),
        (301, "recipient", "complete", {"outcome": "FORMATION", "ended_on": 300}),
        (304, "sender", "acknowledge", {}),
        (395, "sender", "follow_up", {"outcome": "EMPLOI_DURABLE"}),
        (490, "sender", "follow_up", {"outcome": "EMPLOI_DURABLE"}),
    ],
    "unfit": [
        (2, "recipient", "receive", {}),
        (20, "recipient", "decline", {"reason": "INAPTE_MEDICAL"}),
        (21, "sender", "acknowledge", {}),
    ],
    "dropped_out": [
        (2, "recipient", "receive", {}),
        (20, "recipient", "accept", {"planned_on": 40}),
        (40, "recipient", "start", {"started_on": 40}),
        (90, "recipient", "drop_out", {"reason": "ABSENCE", "outcome": "SANS_SOLUTION", "ended_on": 90}),
    ],
    "suspended": [
        (2, "recipient", "receive", {}),
        (20, "recipient", "accept", {}),
        (21, "recipient", "plan", {"planned_on": 40, "note": "Rendez-vous à 9 h."}),
        (40, "recipient", "start", {"started_on": 40}),
        (90, "sender", "suspend", {"reason": "INDISPONIBLE", "suspended_until": 130}),
        (100, "recipient", "step", {"step": "TESTS"}),
        (132, "recipient", "resume", {}),
        (140, "recipient", "suspend", {"reason": "STRUCTURE", "suspended_until": 150}),
    ],
    "withdrawn": [(1, "sender", "withdraw", {"reason": "JEUNE_RENONCE"})],
    "silence": [(70, "clock", "expire", {}), (75, "recipient", "answer_late", {})],
    "silence of the sender": [
        (1, "recipient", "receive", {}),
        (2, "recipient", "ask_info", {"question": "Une question ?"}),
        (60, "clock", "expire", {}),
        (62, "sender", "answer_late", {"answer": "Une réponse."}),
    ],
    "error": [(0, "sender", "mark_error", {"reason": "DOUBLON"})],
    "reopened": [
        (2, "recipient", "receive", {}),
        (20, "recipient", "decline", {"reason": "DESISTEMENT"}),
        (25, "sender", "ask_reopen", {"reason": "JEUNE_REVENU"}),
        (26, "sender_manager", "reopen", {}),
    ],
    "left closed": [
        (2, "recipient", "receive", {}),
        (20, "recipient", "decline", {"reason": "DESISTEMENT"}),
        (25, "sender_manager", "ask_reopen", {"reason": "JEUNE_REVENU"}),
        (26, "sender", "drop_reopen", {}),
        (27, "sender", "ask_error", {"reason": "DOUBLON"}),
        (28, "sender_manager", "confirm_error", {}),
    ],
    "cancelled": [
        (2, "recipient", "receive", {}),
        (20, "recipient", "accept", {"planned_on": 60}),
        (23, "sender", "ask_cancel", {"reason": "AUTRE_SOLUTION"}),
        (24, "recipient", "refuse_cancel", {"note": "Sa place est prête."}),
        (25, "sender", "ask_cancel", {"reason": "JEUNE_RENONCE"}),
        (26, "sender", "take_back_cancel", {}),
        (30, "sender", "ask_cancel", {"reason": "JEUNE_RENONCE"}),
        (40, "clock", "confirm_cancel", {}),
    ],
}


def day_in(inputs: dict, start) -> dict:
    return {
        name: clock.day_of(start + timedelta(days=value)) if isinstance(value, int) else value
        for name, value in inputs.items()
    }


def by_workflow(world, travel, steps, covers_return) -> None:
    """Through the operations, each person in their own scope."""
    actings = {
        "sender": world.acting("alice"),
        "recipient": world.acting("rita"),
        "sender_manager": world.acting("mona"),
    }
    alice = actings["sender"]
    travel(START)
    with acting_as(alice):
        youth = Youth.objects.get(pk=world.youth("yann").pk)
        draft = creation.create_draft(
            alice, youth, programmes.get("smv"), world.org("RSMV"), details={}, submission=uuid.uuid4()
        )
        creation.record_agreement(
            alice, draft, channel="phone", informed="read_aloud", covers_return=covers_return
        )
        creation.send(alice, draft)
    for days, side, action, inputs in steps:
        travel(START + timedelta(days=days, hours=1))
        if side == "clock":
            with as_worker(), system_scope("test"):
                workflow.apply_clock(Referral.objects.select_for_update().get(pk=draft.pk), action)
        else:
            _act(actings[side], draft.uuid, action, day_in(inputs, START))


def _act(acting, referral, action, given) -> None:
    with acting_as(acting):
        if action == "receive":
            workflow.open_first(acting, referral)
        elif action == "follow_up":
            version = Referral.objects.get(uuid=referral).version
            workflow.follow_up(acting, referral, version=version, code=given["outcome"], on=clock.today())
        else:
            workflow.apply(acting, referral, action, version=None, inputs=given)


def by_engine(world, steps, covers_return) -> Engine:
    """The same in memory, from the links that the youth has before."""
    end = START + timedelta(days=max([step[0] for step in steps]) + 1)
    rng = Random(1)
    with as_owner():
        cast = _cast()
        youth = Youth.objects.select_related("registered_with").get(pk=world.youth("yann").pk)
        before = Accompaniment.objects.get(youth=youth, role="lead")
        sender, recipient = (
            Organisation.objects.select_related("department__region").get(key=key) for key in ("ML_A", "RSMV")
        )
    engine = Engine(cast, end, {model: count(1_000_000) for model in _HISTORY})
    with clock.travel(START):
        file = engine.open_file(youth, before.professional_id, "lead")
        link = next(iter(file.links.values()))
        link.started_on, link.team_id = before.started_on, before.team_id
        course = engine.draft(
            file,
            programmes.get("smv"),
            sender,
            before.professional_id,
            recipient,
            uuid=uuid.UUID(int=rng.getrandbits(128)),
            details={},
        )
        engine.agree(course, uuid=uuid.uuid4(), channel="phone", covers_return=covers_return)
        engine.send(course)
    for days, side, action, inputs in steps:
        given = day_in(inputs, START)
        with clock.travel(START + timedelta(days=days, hours=1)):
            if action == "expire":
                engine.expire(course)
            elif action == "follow_up":
                engine.follow_up(course, given["outcome"])
            else:
                engine.move(course, action, side, **given)
    with clock.travel(end):
        engine.finish()
    return engine


def _value(value):
    """Codes are compared as text, whether they come from an enumeration or from the database."""
    return value if isinstance(value, dict) else str(value)


def plain(model, rows) -> list[dict]:
    """Rows as comparable values, in the order they were made."""
    return [
        {
            field.attname: _value(getattr(row, field.attname))
            for field in model._meta.concrete_fields
            if field.attname not in LEFT_OUT
            and not field.generated
            # What the database writes is not in the rows that are about to be copied.
            and not (model is ReferralFact and field.attname in LEFT_TO_THE_DATABASE)
        }
        for row in sorted(rows, key=lambda row: vars(row)[model._meta.pk.attname])
    ]


@pytest.mark.parametrize("covers_return", [True, False])
@pytest.mark.parametrize("story", STORIES)
def test_the_same_story(world, travel, story, covers_return):
    by_workflow(world, travel, STORIES[story], covers_return)
    engine = by_engine(world, STORIES[story], covers_return)
    with as_owner():
        written = {
            model: list(model.objects.order_by("pk"))
            for model in (
                Referral, ReferralEvent, MoveRequest, Outcome, Message, Agreement, ReferralFact, Notification, Accompaniment
            )
        }  # fmt: skip
        written[Task] = list(Task.objects.open().order_by("pk"))
    youth = world.youth("yann").pk
    written[Accompaniment] = [link for link in written[Accompaniment] if link.youth_id == youth]
    for link in engine.rows[Accompaniment]:
        link.youth_id = youth
    for rows in (engine.rows[Referral], engine.rows[Agreement]):
        for row in rows:
            row.youth_id = youth
    recent = engine.end - timedelta(days=30)
    written[Notification] = [
        line for line in written[Notification] if line.at >= recent and "attend l’accord" not in line.text
    ]
    for line in engine.rows[Notification]:
        line.read_at = None
    for model, rows in written.items():
        made = [row for row in engine.rows[model] if getattr(row, "done_at", None) is None]
        if model is Notification:  # several people are told at once, in no order
            assert sorted(map(str, plain(model, made))) == sorted(map(str, plain(model, rows)))
        else:
            assert plain(model, made) == plain(model, rows), model
