"""The shape of a founding text and of what it names. Plain data: no Django here."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Nature = Literal["accord_cadre", "convention", "declinaison", "proposition", "pratique"]
Level = Literal["national", "regional", "local"]
Frequency = Literal["once", "continuous", "yearly"]

MEASURES = (
    "sessions_held",
    "sessions_attended",
    "answers_returned",
    "answers_on_time",
    "returns_of_unfinished",
    "outcomes_known_m3",
    "designations_covered",
    "committee_held",
)


@dataclass(frozen=True, slots=True)
class Branch:
    """A professional branch; ``idcc`` none, one or several (DOMAIN 4)."""

    code: str
    name: str
    idcc: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class NationalOrganisation:
    """A national body. ``ceased`` with ``ends_on`` None: it no longer exists, the date is not established."""

    key: str
    name: str
    acronym: str
    network: str
    municipality: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ceased: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class SmvSite:
    """A site of the service militaire volontaire (DOMAIN 3.2)."""

    key: str
    name: str
    acronym: str
    kind: Literal["etat_major", "regiment", "centre", "antenne"]
    municipality: str
    department: str
    region: str
    parent: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A signatory; ``signed_on`` None when the source gives no date."""

    organisation: str
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a party promised. ``party`` None: all of them. ``measure`` None: shown by evidence."""

    code: str
    theme: str
    party: str | None
    wording: str
    measure: str | None = None
    frequency: Frequency = "continuous"


@dataclass(frozen=True, slots=True)
class Committee:
    """A follow-up committee. ``rhythm``: months counted from the signature (sliding) or calendar years.

    The text of 2019 does not choose (DOMAIN 9.20): ``sliding`` is the default of the portal, a setting.
    """

    label: str
    frequency_months: int
    rhythm: Literal["sliding", "calendar"] = "sliding"


@dataclass(frozen=True, slots=True)
class DeclaredFigure:
    """A figure that the portal does not hold but a source states; ``unit`` is ``%`` or a noun."""

    label: str
    value: int
    unit: str
    perimeter: str
    period: str
    source: str
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class FoundingConvention:
    """One text of the founding history. Dates are None when not established, never guessed.

    ``parties`` is empty when no source names them, and the note says so. ``branches`` are codes of ``BRANCHES``.

    ``ends_on`` is the last day covered. A non-empty ``lapse_reason`` means the text is void (caduc) even when
    ``lapsed_on`` is unknown; ``lapsed_at_latest`` is then the first day on which a source says so. ``signed_label``
    keeps what the source says of the signature when it is less precise than a day.
    """

    code: str
    title: str
    nature: Nature
    level: Level
    parties: tuple[Party, ...]
    themes: tuple[str, ...]
    source_label: str
    note: str
    purpose: str = ""
    region: str | None = None
    parent: str | None = None
    parent_proven: bool = False
    predecessor: str | None = None
    signed_on: date | None = None
    signature_known: bool = False
    signed_label: str = ""
    place: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    end_known: bool = False
    lapsed_on: date | None = None
    lapsed_at_latest: date | None = None
    lapse_reason: str = ""
    tacit_renewal: bool | None = None
    notice_months: int | None = None
    commitments: tuple[Commitment, ...] = ()
    committee: Committee | None = None
    branches: tuple[str, ...] = ()
    figures: tuple[DeclaredFigure, ...] = ()
