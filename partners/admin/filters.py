"""The filters of the list of conventions in the administration."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core import clock
from core.working_days import add_months
from partners.conventions.reading import ending_between, in_state
from partners.conventions.state import ConventionState
from partners.models import Convention, ConventionParty, Network


class StateFilter(admin.SimpleListFilter):
    """The state, computed today for each convention: it is nowhere in a column."""

    title = "état"
    parameter_name = "etat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every state."""
        return [(state.value, state.label) for state in ConventionState]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Convention]) -> QuerySet[Convention]:
        """Those in the chosen state."""
        if self.value() is None:
            return queryset
        return queryset.filter(pk__in=in_state(queryset, str(self.value())))


class PartyNetworkFilter(admin.SimpleListFilter):
    """The network of a party."""

    title = "réseau"
    parameter_name = "reseau"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every network."""
        return list(Network.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Convention]) -> QuerySet[Convention]:
        """Those with a party of the chosen network."""
        if self.value() is None:
            return queryset
        parties = ConventionParty.objects.filter(organisation__network=self.value())
        return queryset.filter(pk__in=parties.values("convention_id"))


class EndsWithinFilter(admin.SimpleListFilter):
    """Conventions whose term, as it stands with its amendments and renewals, comes soon."""

    title = "échéance"
    parameter_name = "echeance"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """One, three, six months."""
        return [("1", "dans le mois"), ("3", "dans les 3 mois"), ("6", "dans les 6 mois")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Convention]) -> QuerySet[Convention]:
        """Those that end between today and then."""
        if self.value() not in ("1", "3", "6"):
            return queryset
        today = clock.today()
        limit = add_months(today, int(str(self.value())))
        return queryset.filter(pk__in=ending_between(queryset, today, limit))
