"""Read marks: what a read page leaves behind (DESIGN, "A page read cannot write").

The page itself runs READ ONLY; the door queues marks; the middleware writes them in one short transaction
before the answer leaves. If they cannot be written, the page is not given.
"""

import hashlib
import hmac
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection

from core import clock, request_id
from core.acting import Acting
from core.models import AuditEntry

_INTO = (
    "INSERT INTO core_auditentry"
    " (id, at, kind, user_id, organisation_id, subject_kind, subject_uuid, count, detail, request_id) VALUES "
)
_LINE = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_OPENED = (
    "INSERT INTO core_openedfile (user_id, day, subject_kind, subject_uuid, organisation_id)"
    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)
_AUDIT_AND_OPENED = f"WITH opened AS ({_OPENED}) {_INTO}{_LINE}"


class UnguardedDoor(RuntimeError):
    """A view shows names or exports lines without having asked whether it may."""


@dataclass(slots=True)
class Marks:
    """The marks of one request."""

    entries: list[AuditEntry] = field(default_factory=list)
    # Run in a scoped transaction of their own: a first opening, an acknowledged outcome.
    effects: list[Callable[[], object]] = field(default_factory=list)
    # Whether the doors of lists and exports were passed (core.doors): a view that forgot them shows nothing.
    may_list: bool = False
    may_export: bool = False

    def read(self, acting: Acting, subject_kind: str, subject_uuid: uuid.UUID) -> None:
        """A nominative page is about to be shown."""
        self._add(AuditEntry.Kind.READ, acting, subject_kind, subject_uuid)

    def listed(self, acting: Acting, subject_kind: str, count: int) -> None:
        """A list with names is about to be shown."""
        if not self.may_list:
            raise UnguardedDoor("about_to_list() comes before the rows of a list with names")
        if count:
            self._add(AuditEntry.Kind.LIST, acting, subject_kind, count=count)

    def searched(self, acting: Acting, typed: str, count: int) -> None:
        """A search by name was run. The trail keeps a keyed hash of what was typed: nobody reads names in it."""
        key = hmac.new(settings.SECRET_KEY.encode(), typed.encode(), hashlib.sha256).hexdigest()[:32]
        self._add(AuditEntry.Kind.SEARCH, acting, "youth", count=count, detail=key)

    def exported(
        self, acting: Acting, subject_kind: str, subject_uuid: uuid.UUID | None, count: int, detail: str = ""
    ) -> None:
        """A file leaves the portal; ``detail`` says in codes what it was made from, and why."""
        if not self.may_export:
            raise UnguardedDoor("about_to_export() comes before the lines of an export")
        detail = detail[: AuditEntry.DETAIL]
        self._add(AuditEntry.Kind.EXPORT, acting, subject_kind, subject_uuid, count=count, detail=detail)

    def denied(self, acting: Acting | None, subject_kind: str, subject_uuid: uuid.UUID | None) -> None:
        """Somebody asked for what they may not see."""
        self._add(AuditEntry.Kind.DENIED, acting, subject_kind, subject_uuid)

    def effect(self, function: Callable[[], object]) -> None:
        """A fact that this reading establishes, written after the page was made."""
        self.effects.append(function)

    def _add(
        self,
        kind: str,
        acting: Acting | None,
        subject_kind: str,
        subject_uuid: uuid.UUID | None = None,
        count: int = 1,
        detail: str = "",
    ) -> None:
        self.entries.append(
            AuditEntry(
                at=clock.now(),
                kind=kind,
                user_id=acting.user_id if acting else None,
                organisation_id=acting.organisation_id if acting else None,
                subject_kind=subject_kind,
                subject_uuid=subject_uuid,
                count=count,
                detail=detail,
                request_id=request_id.current(),
            )
        )

    def pending(self, *, delivered: bool) -> list[AuditEntry]:
        """The lines to write: all of them for a page that is given, the denials alone for one that is not."""
        if delivered:
            return self.entries
        return [entry for entry in self.entries if entry.kind == AuditEntry.Kind.DENIED]

    @staticmethod
    def write(entries: list[AuditEntry]) -> None:
        """Write the trail and count the opened files: a statement for each of these, and one for all other lines."""
        others: list[Any] = []
        with connection.cursor() as cursor:
            for entry in entries:
                line = (
                    entry.id, entry.at, entry.kind, entry.user_id, entry.organisation_id,
                    entry.subject_kind, entry.subject_uuid, entry.count, entry.detail,
                    entry.request_id,
                )  # fmt: skip
                if entry.kind == AuditEntry.Kind.READ:
                    opened = (
                        entry.user_id, clock.day_of(entry.at), entry.subject_kind,
                        entry.subject_uuid, entry.organisation_id,
                    )  # fmt: skip
                    cursor.execute(_AUDIT_AND_OPENED, opened + line)
                else:
                    others += line
            if others:
                cursor.execute(_INTO + ", ".join([_LINE] * (len(others) // _LINE.count("%s"))), others)
