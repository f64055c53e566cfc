"""The usual answers of an organisation: a manager adds, changes and removes them, twenty at the most."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower

from core import clock
from core.acting import Acting
from partners.models import Membership
from referrals.models import MOST_USUAL, UsualAnswer
from youths.models import Youth
from youths.records import Overtaken

# A civility before a capital letter, an address, a telephone number.
_CIVILITY = re.compile(r"\b(?:M\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle)\s+[A-ZÀ-Ý]")
_ADDRESS = re.compile(r"\S@\S|(?:\+33|0)\s?[1-9](?:[\s.-]?\d{2}){4}")
_WORD = re.compile(r"\b[A-ZÀ-Ý][\w’'-]+")
NAMED = "Ce texte sert pour tous les jeunes : retirez ce qui désigne une personne"


class Full(Exception):
    """The organisation has as many usual answers as it may."""


def somebody_in(acting: Acting, text: str) -> str:
    """Why a text seems to designate somebody, in French; empty when it does not.

    A person of one's own organisation, or a youth that one may open, by a word that begins with a capital letter.
    """
    if found := _CIVILITY.search(text) or _ADDRESS.search(text):
        return f"{NAMED} (« {found[0].strip()} »)."
    words = {word.lower() for word in _WORD.findall(text)}
    if not words:
        return ""
    youths = Youth.objects.visible_to(acting).annotate(first=Lower("first_name"), last=Lower("last_name"))
    people = Membership.objects.filter(organisation=acting.organisation_id).annotate(
        first=Lower("user__first_name"), last=Lower("user__last_name")
    )
    for found_of in (people, youths):
        named = found_of.filter(Q(first__in=words) | Q(last__in=words)).order_by("pk")
        if pair := named.values_list("first", "last").first():
            word = next(word for word in words if word in pair)
            return f"{NAMED} (« {word.capitalize()} »)."
    return ""


def of(acting: Acting) -> list[UsualAnswer]:
    """The usual answers of one's own organisation, by name."""
    return list(UsualAnswer.objects.filter(organisation=acting.organisation_id).order_by("label", "pk"))


@transaction.atomic
def add(acting: Acting, values: Mapping[str, Any]) -> UsualAnswer:
    """Keep one more. Raises Full, and Overtaken when somebody took the same name or place first."""
    taken = set(
        UsualAnswer.objects.filter(organisation=acting.organisation_id)
        .order_by("place")
        .values_list("place", flat=True)
    )
    free = [place for place in range(1, MOST_USUAL + 1) if place not in taken]
    if not free:
        raise Full
    try:
        with transaction.atomic():
            return UsualAnswer.objects.create(
                **values,
                organisation_id=acting.organisation_id,
                place=free[0],
                written_by_id=acting.user_id,
                at=clock.now(),
            )
    except IntegrityError as error:
        raise Overtaken from error


@transaction.atomic
def change(acting: Acting, uuid: UUID, values: Mapping[str, Any], *, version: int) -> None:
    """Change one. Raises Overtaken."""
    found = UsualAnswer.objects.filter(organisation=acting.organisation_id, uuid=uuid, version=version)
    try:
        with transaction.atomic():
            changed = found.update(
                **values, version=F("version") + 1, written_by=acting.user_id, at=clock.now()
            )
    except IntegrityError as error:
        raise Overtaken from error
    if not changed:
        raise Overtaken


@transaction.atomic
def remove(acting: Acting, uuid: UUID, *, version: int) -> None:
    """Remove one. Raises Overtaken."""
    found = UsualAnswer.objects.filter(organisation=acting.organisation_id, uuid=uuid, version=version)
    if not found.delete()[0]:
        raise Overtaken
