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


class ReferralFilter(django_filters.FilterSet):
    """By stage and by programme."""

    etape = django_filters.ChoiceFilter(
        label="Étape",
        empty_label="Toutes",
        choices=[(code, label) for code, (label, _) in STAGES.items()],
        method="filter_stage",
    )
    dispositif = django_filters.ChoiceFilter(
        label="Dispositif", empty_label="Tous", field_name="programme", choices=programme_choices
    )

    class Meta:
        model = Referral
        fields: list[str] = []

    def filter_stage(self, queryset, name, value):
        return queryset.filter(state__in=STAGES[value][1])
