"""A closure is declared: what was due on those days is due at the reopening."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.db.models import Q

from core import clock, outbox
from core.working_days import Calendar, working_days_between
from partners.closures import calendars
from referrals import effects
from referrals.clocks import Level, Rung, read_rungs
from referrals.delays import side_id
from referrals.models import Referral

KIND = "referrals.put_off"


def ask(organisation_id: int, until: date) -> None:
    """An organisation closes until a day (hook ``closure_declared``): the worker does the rest."""
    payload = {"organisation": organisation_id, "until": until.isoformat()}
    outbox.post(KIND, payload, effect_key=f"put_off:{uuid4()}", organisation_id=organisation_id)


def put_off(payload: dict[str, Any]) -> None:
    """Move what falls on a closed day of an organisation (outbox handler). Twice changes nothing more."""
    organisation_id, until = payload["organisation"], date.fromisoformat(payload["until"])
    calendar = calendars([organisation_id])[organisation_id]
    ours = Q(sender=organisation_id) | Q(recipient=organisation_id)
    for referral in (
        Referral.objects.filter(ours, wake_on__lte=until).order_by("pk").select_for_update(of=("self",))
    ):
        _put_off(referral, organisation_id, calendar)


def _put_off(referral: Referral, organisation_id: int, calendar: Calendar) -> None:
    today = clock.today()
    rungs = read_rungs(referral.rungs)
    moved = [
        Rung(calendar.opening(rung.on), rung.level, rung.side)
        if rung.on >= today
        and side_id(referral, rung.side) == organisation_id
        and rung.level != Level.EXPIRED
        else rung
        for rung in rungs
    ]
    if moved == rungs:
        return
    due_on, escalate_on = referral.due_on, referral.escalate_on
    if due_on and escalate_on and side_id(referral, referral.clock_side) == organisation_id:
        apart = working_days_between(due_on, escalate_on, calendar.department)
        referral.due_on = calendar.opening(due_on) if due_on >= today else due_on
        referral.escalate_on = (
            calendar.add(referral.due_on, apart)
            if referral.due_on != due_on
            else calendar.opening(escalate_on)
        )
        days = {Level.ESCALATED: referral.escalate_on}
        if referral.expires_on and referral.expires_on <= referral.escalate_on:
            days[Level.EXPIRED] = referral.expires_on = calendar.add(referral.escalate_on, 1)
        moved = [Rung(days.get(Level(rung.level), rung.on), rung.level, rung.side) for rung in moved]
    referral.rungs = [rung.stored() for rung in sorted(moved)]
    referral.wake_on = min(rung.on for rung in moved)
    referral.save(update_fields=["due_on", "escalate_on", "expires_on", "rungs", "wake_on"])
    effects.refresh_tasks(referral)
