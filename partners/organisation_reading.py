"""Organisations as their page reads them: figures that name nobody, and those they hang on, hold or replaced."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core import clock
from core.acting import Acting
from core.working_days import add_months, long_date
from partners.designations.coverage import EXPECTED, listed_for
from partners.founding import NATIONAL_ORGANISATIONS
from partners.models import Catchment, Level, Network, Organisation, Session, Topic

# As many of those that hang on an organisation as its page shows; the directory shows them all.
SHOWN = 40
_GONE_ON_UNKNOWN_DAY = {body.key for body in NATIONAL_ORGANISATIONS if body.ceased and not body.ends_on}


@dataclass(frozen=True, slots=True)
class Figure:
    """A count about an organisation. ``text`` says of what, in a few words more."""

    label: str
    value: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Relatives:
    """Those that hang on an organisation today (``more`` of them are not shown), and those it replaced."""

    hanging: list[Organisation]
    more: int
    replaced: list[Organisation]


def with_figures(queryset: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """Annotate the counts of the page, in the query that reads the organisation."""
    today = clock.today()
    sites = Organisation.objects.existing_on(today).filter(parent=OuterRef("pk"), is_sensitive=False)
    held = Session.objects.filter(
        state=Session.State.HELD, starts_at__gte=clock.start_of(add_months(today, -12))
    ).filter(Q(organiser=OuterRef("pk")) | Q(partners=OuterRef("pk")))
    return queryset.annotate(
        site_count=_count(sites, "parent"),
        municipality_count=_count(Catchment.objects.filter(organisation=OuterRef("pk")), "organisation"),
        session_count=Coalesce(
            Subquery(
                held.order_by()
                .annotate(one=F("state"))
                .values("one")
                .annotate(n=Count("pk", distinct=True))
                .values("n")
            ),
            0,
        ),
    )


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")), 0)


def topics_without(organisation: Organisation, covered: Iterable[str]) -> list[str]:
    """The topics for which a local organisation is expected to name somebody, and names nobody, in words."""
    covered = set(covered)
    return [Topic(topic).label for topic in expected_topics(organisation) if topic not in covered]


def expected_topics(organisation: Organisation) -> list[str]:
    """The topics for which an organisation is expected to name a referent: a local one that exists."""
    gone = organisation.ends_on is not None and organisation.ends_on <= clock.today()
    if organisation.level != Level.LOCAL or organisation.is_sensitive or gone:
        return []
    return [topic for topic, networks in EXPECTED.items() if organisation.network in networks]


def figures_of(organisation: Organisation, running: int, missing: list[str]) -> list[Figure]:
    """What is counted about an organisation read through :func:`with_figures`; no figure speaks of a person."""
    counts: dict[str, int] = organisation.__dict__
    figures = [Figure("Conventions en vigueur", str(running))]
    if expected := len(expected_topics(organisation)):
        figures.append(Figure("Sujets avec un référent", f"{expected - len(missing)} sur {expected}"))
    figures.append(Figure("Rencontres tenues", str(counts["session_count"]), "sur les douze derniers mois"))
    if counts["site_count"]:
        figures.append(Figure("Structures rattachées", str(counts["site_count"])))
    if organisation.network == Network.ML and organisation.level == Level.LOCAL:
        served = counts["municipality_count"]
        figures.append(
            Figure("Communes desservies", str(served))
            if served
            else Figure("Communes desservies", "–", "territoire pas encore chargé")
        )
    return figures


def relatives_of(organisation: Organisation, acting: Acting) -> Relatives:
    """The organisations beside one read through :func:`with_figures`, as a member may see them. One query."""
    hanging = Organisation.objects.existing_on(clock.today()).filter(parent=organisation)
    found = (
        listed_for(acting)
        .filter(Q(pk__in=hanging.values("pk")) | Q(successor=organisation))
        .select_related("region", "department", "municipality")
        # Those it replaced are few, and come whatever the number of those that hang on it.
        .order_by(F("successor_id").asc(nulls_last=True), "name", "pk")
    )
    relatives = list(found[: 2 * SHOWN])
    replaced = [one for one in relatives if one.successor_id == organisation.pk]
    shown = [one for one in relatives if one not in replaced][:SHOWN]
    counts: dict[str, int] = organisation.__dict__
    return Relatives(shown, counts["site_count"] - len(shown), replaced)


def end_in_words(organisation: Organisation) -> str:
    """Since when it no longer exists, or from when it will not; empty when no end is known."""
    ends_on = organisation.ends_on
    if ends_on is None:
        return ""
    if ends_on > clock.today():
        return f"Cette structure cessera d’exister le {long_date(ends_on)}."
    how = "au plus tard le" if organisation.key in _GONE_ON_UNKNOWN_DAY else "le"
    return f"Cette structure a cessé d’exister {how} {long_date(ends_on)}."


def replaced_in_words(replaced: Organisation) -> str:
    """Since when it is replaced."""
    return f"depuis le {long_date(replaced.ends_on)}" if replaced.ends_on else ""
