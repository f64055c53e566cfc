"""Filters of the list of referrals."""

import django_filters

from referrals.models import OPEN_STATES, Referral, programme_choices
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
