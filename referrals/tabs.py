"""The two lists of referrals, received and sent: which ones, in what order, a page or all of them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Case, Q, QuerySet, Value, When

from core.acting import Acting
from core.prepared import Prepared
from partners.models import Network
from referrals.filters import (
    JOURNEY,
    LATEST,
    MINE_FIRST,
    SORTS,
    STAGES,
    ReferralFilter,
    counted,
    months_of,
)
from referrals.models import Referral, followed_by, programme_choices
from referrals.presenting import LINE, Line

PAGE = 50
RECEIVED, SENT = "received", "sent"
TABS = {RECEIVED: "Orientations reçues", SENT: "Orientations envoyées"}
# The moment that orders a tab: what was received by its sending, what I write by its creation.
_ORDER = {RECEIVED: "sent_at", SENT: "created_at"}
OPEN = "open"


class Asked(NamedTuple):
    """A list as its address asks for it; everything in it is known to mean something."""

    tab: str
    stage: str
    programme: str
    sort: str
    # What a figure counts: a step of the journey, and the months of the sending.
    step: str = ""
    months: str = ""

    @property
    def kinds(self) -> tuple[str, str, str]:
        """What chooses the referrals, whatever their order; all of it but what a figure counts."""
        return self.tab, self.stage, self.programme

    @property
    def counts(self) -> dict[str, str]:
        """What it has of a figure, by name in the address."""
        return {name: said for name, said in (("parcours", self.step), ("mois", self.months)) if said}

    @property
    def query(self) -> str:
        """The address of this list."""
        pairs = {"onglet": self.tab, "etape": self.stage, "dispositif": self.programme}
        if self.sort != LATEST:
            pairs["tri"] = self.sort
        pairs |= self.counts
        return urlencode(pairs)


def read(acting: Acting, given: Mapping[str, str]) -> Asked:
    """The list that an address asks for: the open ones first; a filter that means nothing brings these back."""
    default = SENT if acting.network == Network.ML else RECEIVED
    tab = given.get("onglet", "")
    tab = tab if tab in TABS else default
    asked = Asked(
        tab,
        given.get("etape", OPEN),
        given.get("dispositif", ""),
        given.get("tri", LATEST) or LATEST,
        given.get("parcours", ""),
        given.get("mois", ""),
    )
    known = (
        asked.stage in ("", *STAGES)
        and asked.programme in ("", *dict(programme_choices()))
        and asked.sort in SORTS
        and asked.step in ("", *JOURNEY)
        and (not asked.months or months_of(asked.months) is not None)
    )
    return asked if known else Asked(tab, OPEN, "", LATEST)


def words_of(asked: Asked) -> list[tuple[str, str]]:
    """What a list asks for, in words."""
    found = [("Liste", TABS[asked.tab])]
    if asked.stage:
        found.append(("Filtre", f"Étape : {STAGES[asked.stage][0]}"))
    if asked.programme:
        found.append(("Filtre", f"Dispositif : {dict(programme_choices())[asked.programme]}"))
    found += [("Filtre", label) for _, label in figure_words(asked)]
    return [*found, ("Ordre", SORTS[asked.sort])]


def figure_words(asked: Asked) -> list[tuple[str, str]]:
    """The filters that come from a figure, by name, in words."""
    found = [("parcours", JOURNEY[asked.step][0])] if asked.step else []
    if span := months_of(asked.months):
        first, last = (f"{month:%m/%Y}" for month in span)
        found.append(("mois", f"Envoyées en {first}" if first == last else f"Envoyées de {first} à {last}"))
    return found


def chosen(acting: Acting, asked: Asked) -> QuerySet[Referral]:
    """The referrals of a list."""
    those = found(acting, *asked.kinds)
    return counted(those, asked.step, asked.months) if asked.counts else those


def found(acting: Acting, tab: str, stage: str, programme: str) -> QuerySet[Referral]:
    """The referrals of a tab that pass the filters."""
    mine = Referral.objects.of_tab(acting, side_of(tab))
    return ReferralFilter({"etape": stage, "dispositif": programme}, queryset=mine).qs


def side_of(tab: str) -> str:
    return "sender" if tab == SENT else "recipient"


def _ordered(found: QuerySet[Referral], acting: Acting, tab: str, sort: str) -> QuerySet[Referral]:
    """Latest first; those that one follows oneself before the others when asked so."""
    latest = (f"-{_ORDER[tab]}", "-pk")
    if sort != MINE_FIRST:
        return found.order_by(*latest)
    return found.alias(own=_own(acting, tab)).order_by("-own", *latest)


def _own(acting: Acting, tab: str) -> Case:
    """1 for what this person follows, 0 for the rest of what they read."""
    return Case(When(followed_by(acting, side_of(tab)), then=Value(1)), default=Value(0))


def _ids(acting: Acting, tab: str, stage: str, programme: str) -> QuerySet[Referral, Any]:
    return found(acting, tab, stage, programme).order_by().values("pk")


def _lines(
    found: QuerySet[Referral], acting: Acting, tab: str, sort: str, most: int = 0
) -> QuerySet[Referral, Any]:
    """The lines of a page. People and organisations are looked up for them alone, not for all those that are sorted."""
    page = Referral.objects.filter(pk__in=_ordered(found, acting, tab, sort).values("pk")[: most or PAGE + 1])
    return _ordered(page, acting, tab, sort).values_list(*LINE)


def _first(acting: Acting, tab: str, stage: str, programme: str, sort: str) -> QuerySet[Referral, Any]:
    return _lines(found(acting, tab, stage, programme), acting, tab, sort)


_IDS, _FIRST = Prepared(_ids), Prepared(_first)


def count(acting: Acting, asked: Asked) -> int:
    """How many referrals a list has."""
    return chosen(acting, asked).count() if asked.counts else _IDS.count(acting, *asked.kinds)


def page(acting: Acting, asked: Asked, after: str) -> list[Line]:
    """The page after a referral and one more line; the first one when the address names none of them."""
    tab, sort = asked.tab, asked.sort
    order, those = _ORDER[tab], chosen(acting, asked)
    anchor = None
    with suppress(ValueError):
        where = after and those.filter(uuid=UUID(after)).annotate(own=_own(acting, tab))
        anchor = where and where.values_list("own", order, "pk").first()
    if not anchor:
        rows = _lines(those, acting, tab, sort) if asked.counts else _FIRST(acting, *asked.kinds, sort)
        return [Line(*row) for row in rows]
    own, at, pk = anchor
    older = Q(**{f"{order}__lt": at}) | Q(**{order: at, "pk__lt": pk})
    if sort == MINE_FIRST:
        those = those.alias(own=_own(acting, tab))
        older = Q(own__lt=own) | Q(own=own) & older
    return [Line(*row) for row in _lines(those.filter(older), acting, tab, sort)]


def keys_of(acting: Acting, asked: Asked, most: int) -> list[tuple[int, int]]:
    """The referrals of a whole list in its order, each with its youth, ``most`` at most."""
    everything = _ordered(chosen(acting, asked), acting, asked.tab, asked.sort)
    return list(everything.values_list("pk", "youth_id")[:most])


def some_of(acting: Acting, asked: Asked, keys: list[int]) -> list[Line]:
    """The lines of some of a list in its order, but for those that are in it no more."""
    there = chosen(acting, asked).filter(pk__any_of=keys)
    return [Line(*row) for row in _lines(there, acting, asked.tab, asked.sort, len(keys))]
