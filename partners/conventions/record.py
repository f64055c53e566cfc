"""A convention as its page reads it on a day: the text as amended, its parties, branches, amendments, papers, figures.

What :func:`record_rows` adds is read in the query of the convention itself; nothing here makes another one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject

from core.working_days import long_date
from partners.conventions.facts import Span, spans_of
from partners.conventions.reading import Party, decisions_of, facts_of, parties_of
from partners.conventions.text import LineFacts, Text, TextFacts, text_on
from partners.conventions.words import kinds_words, named_list
from partners.models import (
    Amendment,
    Convention,
    ConventionBranch,
    ConventionDecision,
    ConventionDocument,
    DeclaredFigure,
)

_DOCUMENT_KINDS = dict(ConventionDocument.Kind.choices)


@dataclass(frozen=True, slots=True)
class Branch:
    """A professional branch that the text covers; ``idcc`` in words, ``by`` the number of the amendment."""

    name: str
    idcc: str
    by: int | None


@dataclass(frozen=True, slots=True)
class PartyLine:
    """A party as a page shows it: ``detail`` says since when, until when, why, and in whose place."""

    name: str
    uuid: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class AmendmentLine:
    """An amendment as a page shows it. ``content``: a sentence per change; ``in_force``: on the day of the page."""

    number: int
    kinds: str
    signed_on: date | None
    effective_on: date
    in_force: bool
    content: list[str]
    note: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a document."""

    uuid: str
    version: int
    size: int
    sha256: str
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document with its versions, newest first."""

    title: str
    kind: str
    latest: Version
    older: list[Version]


@dataclass(frozen=True, slots=True)
class Figure:
    """A declared figure, in words."""

    label: str
    value: Decimal
    decimals: int
    unit: str
    approximate: bool
    perimeter: str
    period: str
    source: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How a convention reads on a day."""

    text: Text
    parties: list[PartyLine]
    gone: list[PartyLine]
    branches: list[Branch]
    amendments: list[AmendmentLine]


def record_rows() -> dict[str, ArraySubquery]:
    """What the page of a convention shows beside its facts, to annotate it: branches, documents, declared figures."""
    branches = ConventionBranch.objects.filter(convention=OuterRef("pk")).order_by("branch__name", "pk")
    papers = ConventionDocument.objects.filter(convention=OuterRef("pk")).order_by(
        "kind", "title", "amendment__number", "-version"
    )
    figures = DeclaredFigure.objects.filter(convention=OuterRef("pk")).order_by("pk")
    return {
        "branch_rows": ArraySubquery(
            branches.values(
                row=JSONObject(
                    key=F("pk"),
                    name=F("branch__name"),
                    idcc=F("branch__idcc"),
                    added_by=F("added_by__number"),
                    removed_by=F("removed_by__number"),
                )
            )
        ),
        "document_rows": ArraySubquery(
            papers.values(
                row=JSONObject(
                    uuid=F("uuid"),
                    kind=F("kind"),
                    title=F("title"),
                    amendment=F("amendment__number"),
                    version=F("version"),
                    size=F("document__size"),
                    sha256=F("document__sha256"),
                    added_at=F("added_at"),
                    first_name=F("added_by__first_name"),
                    last_name=F("added_by__last_name"),
                )
            )
        ),
        "figure_rows": ArraySubquery(
            figures.values(
                row=JSONObject(
                    label=F("label"),
                    value=F("value"),
                    unit=F("unit"),
                    approximate=F("approximate"),
                    perimeter=F("perimeter"),
                    period=F("period"),
                    source=F("source"),
                )
            )
        ),
    }


def reading_of(convention: Convention, day: date) -> Reading:
    """How a convention reads on a day; it was read through ``with_facts``, with :func:`record_rows`."""
    facts = facts_of(convention)
    rows: list[dict[str, Any]] = convention.branch_rows  # type: ignore[attr-defined]
    lines = tuple(LineFacts(row["key"], row["added_by"], row["removed_by"]) for row in rows)
    text = text_on(facts, TextFacts(convention.purpose, convention.data_clause, branches=lines), day)
    branches = [
        Branch(row["name"], _idcc(row["idcc"]), row["added_by"])
        for row in rows
        if row["key"] in text.branches
    ]
    present, gone = _parties(convention, spans_of(facts), day)
    return Reading(text, present, gone, branches, _amendments(convention, text))


def documents_of(convention: Convention) -> list[DocumentLine]:
    """The documents of a convention read with :func:`record_rows`, each with its versions."""
    found: dict[tuple[str, str, int | None], list[Version]] = {}
    for row in convention.document_rows:  # type: ignore[attr-defined]
        found.setdefault((row["kind"], row["title"], row["amendment"]), []).append(
            Version(
                uuid=row["uuid"],
                version=row["version"],
                size=row["size"],
                sha256=row["sha256"],
                added_at=datetime.fromisoformat(row["added_at"]),
                added_by=f"{row['first_name']} {row['last_name']}".strip(),
            )
        )
    order = list(_DOCUMENT_KINDS)
    return [
        DocumentLine(
            title,
            _DOCUMENT_KINDS[kind] + (f" n° {amendment}" if amendment else ""),
            versions[0],
            versions[1:],
        )
        for (kind, title, amendment), versions in sorted(
            found.items(), key=lambda item: (item[0][2] or 0, order.index(item[0][0]), item[0][1])
        )
    ]


def figures_of(convention: Convention) -> list[Figure]:
    """The figures that sources declare about a convention read with :func:`record_rows`."""
    found = []
    for row in convention.figure_rows:  # type: ignore[attr-defined]
        value = Decimal(str(row["value"])).normalize()
        decimals = max(0, -int(value.as_tuple().exponent))
        found.append(Figure(**{**row, "value": value, "decimals": decimals}))
    return found


def _idcc(codes: Iterable[str]) -> str:
    codes = list(codes)
    return f"IDCC {named_list(codes)}" if codes else "sans IDCC"


def _parties(
    convention: Convention, spans: Iterable[Span], day: date
) -> tuple[list[PartyLine], list[PartyLine]]:
    """(the parties on a day, those that had left by then)."""
    rows = {party.key: party for party in parties_of(convention)}
    heirs = {party.replaces: party for party in rows.values() if party.replaces is not None}
    denounced = {
        decision.party: decision.reason
        for decision in decisions_of(convention)
        if decision.kind == ConventionDecision.Kind.DENOUNCED
    }
    present, gone = [], []
    for span in spans:
        party = rows[span.key]
        if span.covers(day):
            present.append(PartyLine(party.name, party.uuid, _since(party, span, rows, day)))
        elif span.last is not None and span.last < day:
            reason = party.exit_reason or denounced.get(party.organisation, "")
            gone.append(PartyLine(party.name, party.uuid, _until(party, span, heirs.get(party.key), reason)))
    return present, gone


def _since(party: Party, span: Span, rows: dict[int, Party], day: date) -> str:
    others_signed = any(other.signed_on is not None for other in rows.values())
    words = []
    replaced = rows.get(party.replaces) if party.replaces is not None else None
    since = f" depuis le {long_date(span.first)}" if span.first else ""
    if replaced is not None:
        words.append(f"à la place de {replaced.name}{since}")
    elif party.joined_by is not None:
        words.append(
            f"entrée le {long_date(span.first)} par l’avenant n° {party.joined_by}" if span.first else ""
        )
    elif span.first is not None:
        words.append(f"partie{since}")
    if party.signed_on is not None and party.signed_on <= day:
        words.insert(0, f"a signé le {long_date(party.signed_on)}")
    elif party.signed_on is not None or others_signed:
        # What a reader of that day could not know, or what nobody recorded.
        words.insert(0, "n’a pas encore signé" if party.signed_on else "signature non enregistrée")
    if span.last is not None:
        words.append(f"jusqu’au {long_date(span.last)}")
    return ", ".join(word for word in words if word)


def _until(party: Party, span: Span, heir: Party | None, reason: str) -> str:
    assert span.last is not None
    words = f"sortie : dernier jour le {long_date(span.last)}"
    if party.left_by is not None:
        words += f", par l’avenant n° {party.left_by}"
    if heir is not None:
        words += f", remplacée par {heir.name}"
    return f"{words}. {reason.rstrip('.')}." if reason else f"{words}."


def _amendments(convention: Convention, text: Text) -> list[AmendmentLine]:
    found = []
    for row in convention.amendment_rows:  # type: ignore[attr-defined]
        found.append(
            AmendmentLine(
                number=row["number"],
                kinds=kinds_words(row["kinds"]),
                signed_on=date.fromisoformat(row["signed_on"]) if row["signed_on"] else None,
                effective_on=date.fromisoformat(row["effective_on"]),
                in_force=row["number"] in text.amendments,
                content=_content(convention, row),
                note=row["note"],
            )
        )
    return found


def _content(convention: Convention, row: dict[str, Any]) -> list[str]:
    """What an amendment changes, one sentence each."""
    number = row["number"]
    parties = parties_of(convention)
    branches: list[dict[str, Any]] = convention.branch_rows  # type: ignore[attr-defined]
    sentences = []
    if row["ends_on"]:
        sentences.append(f"Nouvelle échéance : {long_date(date.fromisoformat(row['ends_on']))}.")
    for label, names in (
        ("Entrée de", [party.name for party in parties if party.joined_by == number]),
        ("Sortie de", [party.name for party in parties if party.left_by == number]),
        ("Branche ajoutée :", [line["name"] for line in branches if line["added_by"] == number]),
        ("Branche retirée :", [line["name"] for line in branches if line["removed_by"] == number]),
    ):
        if names:
            sentences.append(f"{label} {named_list(names)}.")
    if row["purpose"]:
        sentences.append("Nouvel objet.")
    if row["data_clause"]:
        sentences.append("Nouvelles données échangées.")
    if Amendment.Kind.COMMITMENTS in row["kinds"]:
        sentences.append("Engagements modifiés.")
    return sentences
