"""Sessions that partners hold together: planned, changed, held or cancelled by the organisation that holds them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from core import clock
from core.acting import Acting
from core.gestures import just_written, one_at_a_time
from core.templatetags.portal_ui import fr_date, hour
from partners import promises
from partners.concerned import conventions_for
from partners.local_time import PARIS, local, zone_words
from partners.models import Organisation, Session


class Overtaken(Exception):
    """Somebody changed the session since it was read."""


class NotBegun(Exception):
    """A session is held once it has begun."""


@transaction.atomic
def create(acting: Acting, **fields: Any) -> Session:
    """A session that the acting organisation holds; sent twice, it is one."""
    own = {"organiser_id": acting.organisation_id, "created_by_id": acting.user_id} | fields
    one_at_a_time("session", acting.user_id)
    planned = Session.objects.filter(state=Session.State.PLANNED)
    return just_written(planned, "created_at", **own) or Session.objects.create(**own)


@transaction.atomic
def change(session_id: int, version: int, **fields: Any) -> Session:
    """Change a session. Raises Overtaken."""
    session = _locked(session_id, version)
    for name, value in fields.items():
        setattr(session, name, value)
    session.save()
    return session


@transaction.atomic
def cancel(session_id: int, version: int, reason: str) -> Session:
    """Cancel a session that is planned. Raises Overtaken."""
    session = _locked(session_id, version)
    if session.state != Session.State.PLANNED:
        raise Overtaken
    session.state, session.cancel_reason = Session.State.CANCELLED, reason
    session.save()
    return session


@transaction.atomic
def mark_held(session_id: int) -> Session:
    """Say that a session took place; twice is once. Raises NotBegun, and Overtaken for one that was cancelled."""
    session = Session.objects.select_for_update(of=("self",)).get(pk=session_id)
    if session.state == Session.State.CANCELLED:
        raise Overtaken
    if session.starts_at > clock.now():
        raise NotBegun
    if session.state == Session.State.PLANNED:
        session.state = Session.State.HELD
        session.save()
    return session


@transaction.atomic
def invite(session: Session, organisations: Iterable[Organisation]) -> int:
    """Add partners to a session, never its organiser; how many were asked for."""
    wanted = [one for one in organisations if one.pk != session.organiser_id]
    session.partners.add(*wanted)
    return len(wanted)


def _locked(session_id: int, version: int) -> Session:
    session = Session.objects.select_for_update(of=("self",)).get(pk=session_id)
    if session.version != version or session.state == Session.State.CANCELLED:
        raise Overtaken
    return session


# --- What a session may count for ----------------------------------------------------------------------


def purposes_for(acting: Acting, session: Session | None = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a session may be held for, by convention: the convention itself, or a commitment of its text today.

    What a session is held for already stays, whatever became of it. The codes: ``c12`` for a convention, ``c12-34`` for
    a commitment of it. Two queries.
    """
    conventions = conventions_for(acting, session.convention_id if session else None)
    promised = promises.in_texts(
        conventions, clock.today(), keeping=session.commitment_id if session else None
    )
    return [
        (
            convention.title,
            [
                (f"c{convention.pk}", "La convention, sans engagement précis"),
                *((f"c{convention.pk}-{one.pk}", _short(one.wording)) for one in promised[convention.pk]),
            ],
        )
        for convention in conventions
    ]


def _short(wording: str) -> str:
    return wording if len(wording) <= 90 else f"{wording[:89].rstrip()}…"


# --- Words ---------------------------------------------------------------------------------------------


def zone_of(session: Session) -> str:
    """The zone in which a session takes place: its department's, else that of Paris."""
    return session.department.timezone if session.department else PARIS


def when(session: Session) -> str:
    """ "mardi 3 mars, de 14 h à 16 h 30 (heure de La Réunion)"."""
    zone = zone_of(session)
    start, end = local(session.starts_at, zone), local(session.ends_at, zone)
    words = _span(start, end)
    where = zone_words(zone)
    return f"{words} ({where})" if where else words


def _span(start: datetime, end: datetime) -> str:
    first, last = hour(start.time()), hour(end.time())
    if start.date() == end.date():
        return f"{fr_date(start.date())}, de {first} à {last}"
    return f"du {fr_date(start.date())}, {first}, au {fr_date(end.date())}, {last}"


def where(session: Session) -> str:
    """The place, from the narrowest to the widest known."""
    parts = [
        session.place,
        session.municipality.name if session.municipality else "",
        session.department.name if session.department else "",
    ]
    return ", ".join(part for part in parts if part)
