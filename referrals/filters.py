"""Filters of the list of referrals."""

import re
from datetime import date
from functools import reduce
from operator import or_

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from core import clock
from core.working_days import add_months
from referrals import programmes
from referrals.models import OPEN_STATES, Outcome, Referral, ReferralEvent, programme_choices
from referrals.states import TAKEN, TERMINAL, Stage, State, states_of

STAGES = {
    "open": ("En cours", [*OPEN_STATES]),
    "waiting": ("En attente de réponse", states_of(Stage.WAITING)),
    "agreed": ("Acceptées ou démarrées", TAKEN),
    "closed": ("Closes", sorted(TERMINAL)),
    "draft": ("Brouillons", [State.DRAFT]),
}


LATEST, MINE_FIRST = "recentes", "miennes"
SORTS = {LATEST: "Les plus récentes d’abord", MINE_FIRST: "Les miennes d’abord"}


def _passed(*states: State) -> Exists:
    return Exists(ReferralEvent.objects.filter(referral=OuterRef("pk"), to_state__in=states))


def _known_at_exit() -> Exists:
    """Whether the outcome at the end is one that the programme counts as known."""
    known = [
        Q(referral__programme=one.code, code__in=[outcome.code for outcome in one.outcomes if outcome.known])
        for one in programmes.all()
    ]
    at_exit = Outcome.objects.filter(referral=OuterRef("pk"), moment=Outcome.Moment.EXIT)
    return Exists(at_exit.filter(reduce(or_, known)))


_ENDED = (State.COMPLETED, State.DROPPED_OUT)
# The steps that figures count (``reporting.counting``): a figure and the list behind it are the same referrals.
JOURNEY = {
    "sent": ("Envoyées", Q()),
    "unanswered": ("Sans aucune réponse", Q(answered_at__isnull=True)),
    "answered": ("Avec une réponse", Q(answered_at__isnull=False)),
    "accepted": ("Acceptées un jour", Q(_passed(*TAKEN, *_ENDED))),
    "started": ("Commencées", Q(_passed(State.STARTED, *_ENDED))),
    "ended": ("Terminées ou interrompues", Q(state__in=_ENDED)),
    "completed": ("Menées à terme", Q(state=State.COMPLETED)),
    "outcome_known": ("Devenir à la sortie connu", Q(state__in=_ENDED) & Q(_known_at_exit())),
    "decided": ("Acceptées un jour ou refusées", Q(_passed(*TAKEN, *_ENDED)) | Q(state=State.DECLINED)),
    "waitlisted": ("En liste d’attente", Q(state=State.WAITLISTED)),
    "under_way": ("Acceptées ou commencées, pas encore terminées", Q(state__in=TAKEN)),
    "closed": ("Closes, quelle qu’en soit la fin", Q(state__in=sorted(TERMINAL))),
}
_MONTHS = re.compile(r"(2\d{3})-(0[1-9]|1[0-2])_(2\d{3})-(0[1-9]|1[0-2])")


def months_of(said: str) -> tuple[date, date] | None:
    """The first and the last month of "2026-01_2026-06"; None for anything else."""
    found = _MONTHS.fullmatch(said)
    if found is None:
        return None
    first_year, first, last_year, last = map(int, found.groups())
    return date(first_year, first, 1), date(last_year, last, 1)


def counted(found: QuerySet[Referral], step: str, months: str) -> QuerySet[Referral]:
    """Those that figures count at a step, sent in some months; drafts and errors never are."""
    found = found.filter(JOURNEY[step or "sent"][1], sent_at__isnull=False)
    found = found.exclude(state__in=(State.DRAFT, State.ENTERED_IN_ERROR))
    if span := months_of(months):
        first, last = clock.start_of(span[0]), clock.start_of(add_months(span[1], 1))
        found = found.filter(sent_at__gte=first, sent_at__lt=last)
    return found


class ReferralFilter(django_filters.FilterSet):
    """By stage and by programme; the order is chosen beside them, and sorts what the filters leave."""

    etape = django_filters.ChoiceFilter(
        label="Étape",
        empty_label="Toutes",
        choices=[(code, label) for code, (label, _) in STAGES.items()],
        method="filter_stage",
    )
    dispositif = django_filters.ChoiceFilter(
        label="Dispositif", empty_label="Tous", field_name="programme", choices=programme_choices
    )

    tri = django_filters.ChoiceFilter(
        label="Ordre", empty_label=None, choices=list(SORTS.items()), method="leave"
    )

    class Meta:
        model = Referral
        fields: list[str] = []

    def leave(self, queryset, name, value):
        return queryset

    def filter_stage(self, queryset, name, value):
        return queryset.filter(state__in=STAGES[value][1])
