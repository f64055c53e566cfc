"""Everything that an organisation holds about a youth, in words, for an access request (RGPD art. 15).

Its own rows, those of the record when it keeps it, and of the story what it may read. Professionals are not named;
neither are the lines that another organisation keeps for itself.
"""

import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from core import clock
from core.models import AuditEntry
from core.personal import ACTOR, REFERENCE, Circle, Personal, of_youths
from core.personal_words import word_of
from partners.models import Organisation
from youths.merging.joining import former_keys
from youths.models import Accompaniment, Youth
from youths.sharing import Share, share_of

PURPOSES = {
    AuditEntry.Kind.READ: "lecture pour l’accompagnement",
    AuditEntry.Kind.EXPORT: "export dans un fichier",
    AuditEntry.Kind.OPENING: "ouverture avec motif",
}


def held_by(organisation_id: int, youth: Youth) -> dict[str, Any]:
    """What an organisation holds: titles, rows of (name, value), and who opened the record. In a system scope."""
    reader = _reader(youth, organisation_id)
    names = _names()
    sections = []
    # A record that was merged into this one was opened too.
    identifiers: list[Any] = [address for _, address in former_keys(youth)]
    for found in sorted(of_youths(), key=lambda one: one.chapter):
        rows = list(_rows(found, youth, organisation_id, reader))
        identifiers += [row.uuid for row in rows if hasattr(row, "uuid")]
        told = [pairs for row in rows if (pairs := _pairs(found, row, names, _kept_from(row, reader)))]
        if told:
            sections.append({"title": found.name.capitalize(), "rows": told})
    return {
        "organisation": names[organisation_id],
        "person": youth.full_name,
        "birth_date": _words(youth.birth_date),
        "made_on": _words(clock.today()),
        "made_on_iso": clock.today().isoformat(),
        "sections": sections,
        "trace": _trace(organisation_id, identifiers, names),
    }


def _names() -> dict[int, str]:
    return {one.pk: one.outward_name for one in Organisation.objects.order_by("pk")}


class _Reader(NamedTuple):
    """What an organisation may read beside its own rows: all of the record while it keeps it."""

    keeps: bool
    # It has a link today, asked for or accepted: it reads who the youth is.
    linked: bool
    share: Share
    keepers: set[int]


def _reader(youth: Youth, organisation_id: int) -> _Reader:
    links = Accompaniment.objects.live().filter(youth=youth, organisation=organisation_id).order_by("pk")
    told = [
        {
            "role": role,
            "ended_on": ended_on and ended_on.isoformat(),
            "reads_from": start and start.isoformat(),
        }
        for role, ended_on, start in links.values_list("role", "ended_on", "reads_from")
    ]
    keeps = organisation_id in youth.keepers
    linked = any(link["role"] != Accompaniment.Role.CLOSING for link in told)
    return _Reader(keeps, linked, share_of(told, keeps=keeps), youth.keepers)


def _rows(found: Personal, youth: Youth, organisation_id: int, reader: _Reader) -> Iterator[Any]:
    """The rows of a table that the organisation holds: its own, and those that it reads."""
    rows = found.of(youth.pk).order_by("pk")
    if found.withheld:
        rows = rows.exclude(found.withheld(organisation_id))
    own = set(rows.filter(found.named(organisation_id)).values_list("pk", flat=True))
    for row in rows:
        if row.pk in own or _reads(found, row, reader):
            yield row


def _reads(found: Personal, row: Any, reader: _Reader) -> bool:
    """Whether an organisation reads a row that is not its own, as the page of the record shows it."""
    if found.circle == Circle.NAMED:
        return False
    if reader.keeps:
        return True
    if not reader.linked:
        return False
    if found.circle == Circle.STORY:
        return reader.share.holds(getattr(row, found.moment).isoformat())
    if isinstance(row, Accompaniment):
        lives = row.access_until is None or row.access_until > clock.now()
        told = reader.share.reads or row.organisation_id in reader.keepers
        return lives and told and reader.share.knew(row.ended_on, own=False)
    return found.circle == Circle.ACCESS


def _kept_from(row: Any, reader: _Reader) -> frozenset[str]:
    """What the page of the record does not say of the youth, to who is merely solicited or no longer accompanies."""
    if reader.keeps or not isinstance(row, Youth):
        return frozenset()
    row.forget_contact_since(reader.share.last_day)
    return frozenset() if reader.share.reads else frozenset({"file_number", "last_contact_on"})


def _pairs(
    found: Personal, row: Any, names: dict[int, str], kept_from: frozenset[str]
) -> list[tuple[str, str]]:
    pairs = []
    for field in found.model._meta.concrete_fields:
        if found.uses[field.name] in (ACTOR, REFERENCE) or field.name in found.hidden | kept_from:
            continue
        value = getattr(row, field.attname)
        if say := found.said.get(field.name):
            value = say(row)
        elif field.is_relation and field.related_model is Organisation:
            value = names.get(value, "")
        elif field.is_relation:
            value = str(getattr(row, field.name) or "")
        elif field.choices:
            value = getattr(row, f"get_{field.name}_display")()
        elif labels := dict(getattr(getattr(field, "base_field", None), "choices", None) or ()):
            value = [labels.get(code, code) for code in value]
        if words := _words(value):
            pairs.append((word_of(field), words))
    return pairs


def _words(value: Any) -> str:
    """A value as people read it; "" for nothing."""
    if value is None or value == "" or value == {} or value == []:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return value.astimezone(clock.PARIS).strftime("%d/%m/%Y à %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, dict):
        return " ; ".join(f"{name} : {_words(one)}" for name, one in sorted(value.items()) if _words(one))
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    return str(value)


def _trace(organisation_id: int, identifiers: list[Any], names: dict[int, str]) -> list[dict[str, str]]:
    """Who opened the record, by day, organisation and purpose: never which professional."""
    lines = AuditEntry.objects.filter(
        organisation_id=organisation_id, subject_uuid__in=identifiers, kind__in=PURPOSES
    ).order_by("at", "number")
    told = {
        (clock.day_of(at), PURPOSES[AuditEntry.Kind(kind)]): None
        for at, kind in lines.values_list("at", "kind")
    }
    return [
        {"date": _words(day), "organisation": names[organisation_id], "purpose": purpose}
        for day, purpose in told
    ]


def archive(held: dict[str, Any], pdf: bytes) -> bytes:
    """The same content twice in one archive: a document to read, and one that machines read (RGPD art. 20)."""
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as file:
        file.writestr("mes-donnees.pdf", pdf)
        file.writestr("mes-donnees.json", json.dumps(held, ensure_ascii=False, indent=2))
    return content.getvalue()
