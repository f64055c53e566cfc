"""Personal data, declared beside the models (ADR 0023): why each field is held, and how a person's rows are found.

The register (``/donnees-personnelles/registre/``), what a youth is given on request, and what an erasure removes
are all made from these declarations. A test fails when a model, or one of its fields, is missing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q

from core.hooks import person_data
from core.models import Document
from core.personal_words import word_of

MISSION = "Mission d’intérêt public (RGPD art. 6-1-e ; code du travail, art. L5314-1 et L5314-2)"
RECORD_LIFE = "Deux ans après le dernier contact, ou la durée décidée par le délégué de la structure"


@dataclass(frozen=True, slots=True)
class Use:
    """Why some fields are held. The words are those of the register."""

    purpose: str
    basis: str = MISSION
    retention: str = RECORD_LIFE
    readers: str = "Les structures qui accompagnent le jeune, par ceux qui ont à en connaître"


# What needs no word of its own: the fields that every table has.
REFERENCE = Use(
    "Désigner la ligne sans nommer personne (identifiants, versions, liens entre les lignes)",
    readers="Personne : sert au portail",
)
ACTOR = Use(
    "Savoir quel professionnel agit ou a agi, et pour quelle structure",
    readers="Les professionnels des structures concernées ; jamais donné dans une réponse à une demande d’accès",
)
STRUCTURE = Use("Savoir quelle structure agit ou est concernée")


class Circle(StrEnum):
    """Whose a row about a youth is, besides the organisations that it names itself (``holders``)."""

    NAMED = "named"  # nobody else's
    KEEPERS = "keepers"  # those who keep the record
    STORY = "story"  # those who keep it or accompany the youth, until their last day
    ACCESS = "access"  # those who keep it, or have a link with the youth


class Chapter(IntEnum):
    """Where the rows stand in what a youth is handed."""

    IDENTITY = 1
    PEOPLE = 2
    AGREEMENTS = 3
    STORY = 4
    REFERRALS = 5
    OTHERS = 6
    FIGURES = 7


@dataclass(frozen=True, slots=True)
class Personal:
    """What is declared of a model that holds somebody's data.

    ``youth`` is the lookup that leads to the youth's key ("" when the rows are a professional's). ``holders`` are
    the foreign keys that name whose row it is. ``own``: the row is the holder's alone, and goes with the holder's
    part; any other row goes with the record. ``moment`` dates a row of the story.
    """

    model: type[models.Model]
    uses: Mapping[str, Use]
    youth: str = ""
    circle: Circle = Circle.NAMED
    holders: tuple[str, ...] = ()
    own: bool = False
    moment: str = ""
    # Fields that the youth is not handed: they speak of somebody else, or of the machine.
    hidden: frozenset[str] = frozenset()
    # The rows that an organisation does not hold: what was not sent to it yet, or was taken back.
    withheld: Callable[[int], Q] | None = None
    # The kinds under which tasks know a row.
    subjects: tuple[str, ...] = ()
    chapter: Chapter = Chapter.OTHERS
    # What people call a row, when the name of the model does not tell them.
    title: str = ""
    # Fields whose value is a code or a number: what a row says there, in words.
    said: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)

    @property
    def files(self) -> list[str]:
        """The foreign keys to the files that belong to a row, and go with it."""
        return [
            one.name
            for one in self.model._meta.concrete_fields
            if one.is_relation and one.related_model is Document
        ]

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def name(self) -> str:
        """What people call a row."""
        return self.title or str(self.model._meta.verbose_name)

    def of(self, youth_id: int) -> models.QuerySet[Any]:
        """Every row about a youth, whoever holds it."""
        return self.model._base_manager.filter(**{self.youth: youth_id})

    def named(self, organisation_id: int) -> Q:
        """The condition under which a row names an organisation as one of its holders."""
        condition = Q(pk__in=[])
        for holder in self.holders:
            condition |= Q(**{holder: organisation_id})
        return condition

    def undeclared(self) -> list[str]:
        """The fields of the model for which no use was given."""
        return [one.name for one in self.model._meta.concrete_fields if one.name not in self.uses]

    def unnamed(self) -> list[str]:
        """The declared fields that have no French word."""
        return [
            one.name for one in self.model._meta.concrete_fields if one.name in self.uses and not word_of(one)
        ]

    def by_use(self) -> Iterator[tuple[Use, list[str]]]:
        """The uses of the model, each with the names under which people know its fields."""
        found: dict[Use, list[str]] = {}
        for one in self.model._meta.concrete_fields:
            if one.name not in self.uses:
                continue
            found.setdefault(self.uses[one.name], []).append(word_of(one))
        yield from found.items()


_TECHNICAL = {"uuid", "version", "submission", "created_at"}


def standard_use(one: Any) -> Use | None:
    """The use of a field that needs no word of its own; None for any other."""
    if one.primary_key or one.name in _TECHNICAL:
        return REFERENCE
    if not one.is_relation:
        return None
    if one.related_model is get_user_model() or one.related_model._meta.label == "partners.Team":
        return ACTOR
    return STRUCTURE if one.related_model._meta.label == "partners.Organisation" else None


def declare(
    model: type[models.Model], fields: Mapping[Use, tuple[str, ...]], *, youth: str = "", **how: Any
) -> None:
    """Declare a model (at start only). ``fields``: each use with the fields that it explains.

    Of a youth's table every field is explained: keys, authors, organisations and the link to the youth are already,
    unless ``fields`` says otherwise. Of another one, those that tell something of a professional.
    """
    uses = {name: use for use, names in fields.items() for name in names}
    known: dict[str, Any] = {one.name: one for one in model._meta.concrete_fields}
    unknown = uses.keys() - known.keys()
    if unknown:
        raise ValueError(f"{model._meta.label} has no field {', '.join(sorted(unknown))}")
    link = youth.split("__", 1)[0]
    for name, one in known.items() if youth else ():
        use = REFERENCE if name == link and name not in uses else standard_use(one)
        if name not in uses and use is not None:
            uses[name] = use
    person_data.register(model._meta.label, Personal(model, uses, youth=youth, **how))


def of_youths() -> Iterator[Personal]:
    """What is declared of the tables that lead to a youth."""
    yield from (found for _, found in person_data.items() if found.youth)


def of_professionals() -> Iterator[Personal]:
    """What is declared of the tables that hold professionals' data alone."""
    yield from (found for _, found in person_data.items() if not found.youth)
