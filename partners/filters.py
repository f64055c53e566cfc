"""The filters of the lists. Their choices come from the shipped lists: a filter costs no query of its own."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.http import QueryDict

from core import clock
from partners import choices
from partners.committees.reading import STANDINGS
from partners.conventions.reading import in_state
from partners.conventions.state import ConventionState
from partners.designations.gaps import Asked
from partners.models import (
    Convention,
    ConventionParty,
    Designation,
    Level,
    Network,
    Organisation,
    Resource,
    Session,
    Theme,
    Topic,
)


class _Normalised(Func):
    """Lower case, without accents nor punctuation, by the database's own function."""

    function = "tu_normalise"
    output_field = TextField()


def matching(queryset: QuerySet, typed: str, *fields: str) -> QuerySet:
    """The rows whose fields hold what was typed, whatever the case, the accents and the punctuation."""
    words = _Normalised(*(F(field) for field in fields))
    return queryset.alias(searched=words).filter(searched__contains=_Normalised(Value(typed)))


def _choice(label: str, found: Any, **options: Any) -> django_filters.ChoiceFilter:
    options.setdefault("empty_label", "Tous")
    return django_filters.ChoiceFilter(label=label, choices=found, **options)


def _text(label: str, method: str) -> django_filters.CharFilter:
    return django_filters.CharFilter(label=label, method=method, max_length=100, widget=forms.TextInput)


class ConventionFilter(django_filters.FilterSet):
    """Computed state, level, network of a party, region, theme, words."""

    etat = _choice("État", [(state.value, state.label) for state in ConventionState], method="by_state")
    niveau = _choice("Niveau", Level.choices, field_name="level")
    reseau = _choice("Réseau", Network.choices, method="by_network")
    region = _choice("Région", choices.regions, empty_label="Toutes", field_name="region_id")
    theme = _choice("Thème", Theme.choices, method="by_theme")
    convention = django_filters.UUIDFilter(label="Déclinaisons de", method="under", widget=forms.HiddenInput)
    q = _text("Titre ou partie", "by_words")

    class Meta:
        model = Convention
        fields: list[str] = []

    # How many conventions are found, when that is known without asking the database.
    known_count: int | None = None
    _state = ""

    def filter_queryset(self, queryset: QuerySet[Convention]) -> QuerySet[Convention]:
        """The state last: computed on what the other filters leave, it also says how many there are."""
        found = super().filter_queryset(queryset)
        if self._state:
            wanted = in_state(found.order_by("pk"), self._state)
            self.known_count = len(wanted)
            found = found.filter(pk__in=wanted)
        return found

    def by_state(self, queryset: QuerySet[Convention], name: str, value: str) -> QuerySet[Convention]:
        """Those whose state, computed today, is the one asked for: see ``filter_queryset``."""
        self._state = value
        return queryset

    def by_network(self, queryset: QuerySet[Convention], name: str, value: str) -> QuerySet[Convention]:
        """Those to which an organisation of a network is or was a party."""
        return queryset.filter(
            pk__in=ConventionParty.objects.filter(organisation__network=value).values("convention_id")
        )

    def under(self, queryset: QuerySet[Convention], name: str, value: UUID) -> QuerySet[Convention]:
        """Those that decline a text, at any of the two levels under it."""
        return queryset.filter(Q(parent__uuid=value) | Q(parent__parent__uuid=value))

    def by_theme(self, queryset: QuerySet[Convention], name: str, value: str) -> QuerySet[Convention]:
        """Those that bear on a theme."""
        return queryset.filter(themes__contains=[value])

    def by_words(self, queryset: QuerySet[Convention], name: str, value: str) -> QuerySet[Convention]:
        """Those whose title, code or parties hold what was typed; a sensitive party leads to nothing."""
        parties = ConventionParty.objects.filter(organisation__is_sensitive=False)
        named = matching(parties, value, "organisation__name", "organisation__acronym").values(
            "convention_id"
        )
        titled = matching(Convention.objects.all(), value, "title", "code").values("pk")
        return queryset.filter(Q(pk__in=titled) | Q(pk__in=named))


class OrganisationFilter(django_filters.FilterSet):
    """Network, region, department, words."""

    reseau = _choice("Réseau", Network.choices, field_name="network")
    region = _choice("Région", choices.regions, empty_label="Toutes", method="by_region")
    departement = _choice("Département", choices.departments, field_name="department_id")
    q = _text("Nom ou commune", "by_words")

    class Meta:
        model = Organisation
        fields: list[str] = []

    def by_region(self, queryset: QuerySet[Organisation], name: str, value: str) -> QuerySet[Organisation]:
        """Those of a region, said directly, through their department, or through those that hang on them.

        An association of several regions is filed under one: its Missions Locales say the others.
        """
        here = Q(region_id=value) | Q(department__region_id=value)
        heads = Organisation.objects.filter(here, parent__level=Level.REGIONAL).order_by().values("parent_id")
        return queryset.filter(here | Q(pk__in=heads))

    def by_words(self, queryset: QuerySet[Organisation], name: str, value: str) -> QuerySet[Organisation]:
        """Those whose name, acronym or town holds what was typed."""
        return matching(queryset, value, "name", "acronym", "municipality__name")


class DesignationFilter(django_filters.FilterSet):
    """Topic, network, region."""

    sujet = _choice("Sujet", Topic.choices, field_name="topic")
    reseau = _choice("Réseau", Network.choices, field_name="organisation__network")
    region = _choice("Région", choices.regions, empty_label="Toutes", method="by_region")

    class Meta:
        model = Designation
        fields: list[str] = []

    def by_region(self, queryset: QuerySet[Designation], name: str, value: str) -> QuerySet[Designation]:
        """Those of the organisations of a region."""
        return queryset.filter(
            Q(organisation__region_id=value) | Q(organisation__department__region_id=value)
        )


class SessionFilter(django_filters.FilterSet):
    """When, kind, network, territory, convention, one's own, words. Without a choice: those to come."""

    quand = _choice(
        "Quand", [("passees", "Passées"), ("toutes", "Toutes")], empty_label="À venir", method="when"
    )
    nature = _choice("Nature", Session.Kind.choices, empty_label="Toutes", field_name="kind")
    pour = _choice(
        "Qui", [("nous", "Avec ma structure")], empty_label="Toutes les structures", method="with_mine"
    )
    reseau = _choice("Réseau", Network.choices, method="by_network")
    region = _choice("Région", choices.regions, empty_label="Toutes", field_name="department__region_id")
    departement = _choice("Département", [], field_name="department_id")
    convention = django_filters.UUIDFilter(
        label="Convention", field_name="convention__uuid", widget=forms.HiddenInput
    )
    q = _text("Titre ou lieu", "by_words")

    class Meta:
        model = Session
        fields: list[str] = []

    def __init__(self, data: QueryDict, *args: Any, **options: Any) -> None:
        """The departments are those of the region chosen, or of one's own: the whole list weighs as much as a page."""
        super().__init__(data, *args, **options)
        chosen = data.get("departement") or ""
        own = self.request.acting.region if self.request else None
        region = data.get("region") or choices.region_of(chosen) or own or ""
        self.filters["departement"].extra["choices"] = choices.departments_of(region, chosen)

    def filter_queryset(self, queryset: QuerySet[Session]) -> QuerySet[Session]:
        """As asked; without a choice of time, what is not over."""
        found = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("quand"):
            return found.filter(ends_at__gte=clock.now()).order_by("starts_at", "pk")
        return found

    def when(self, queryset: QuerySet[Session], name: str, value: str) -> QuerySet[Session]:
        """Those that are over, the latest first; or all of them."""
        return queryset.filter(ends_at__lt=clock.now()) if value == "passees" else queryset

    def with_mine(self, queryset: QuerySet[Session], name: str, value: str) -> QuerySet[Session]:
        """Those that the acting organisation holds, or takes part in."""
        mine = self.request.acting.organisation_id  # type: ignore[union-attr]
        joined = Session.partners.through.objects.filter(organisation_id=mine).values("session_id")
        return queryset.filter(Q(organiser=mine) | Q(pk__in=joined))

    def by_network(self, queryset: QuerySet[Session], name: str, value: str) -> QuerySet[Session]:
        """Those held by an organisation of a network, or with one; a sensitive one leads to nothing."""
        known = Organisation.objects.filter(network=value, is_sensitive=False).values("pk")
        joined = Session.partners.through.objects.filter(organisation_id__in=known).values("session_id")
        return queryset.filter(Q(organiser__in=known) | Q(pk__in=joined))

    def by_words(self, queryset: QuerySet[Session], name: str, value: str) -> QuerySet[Session]:
        """Those whose title, place or town holds what was typed."""
        return matching(queryset, value, "title", "place", "municipality__name")


class ResourceFilter(django_filters.FilterSet):
    """Theme, kind, convention, words."""

    theme = _choice("Thème", Theme.choices)
    nature = _choice("Nature", Resource.Kind.choices, empty_label="Toutes", field_name="kind")
    convention = django_filters.UUIDFilter(
        label="Convention", field_name="convention__uuid", widget=forms.HiddenInput
    )
    q = _text("Titre, description ou convention", "by_words")

    class Meta:
        model = Resource
        fields: list[str] = []

    def by_words(self, queryset: QuerySet[Resource], name: str, value: str) -> QuerySet[Resource]:
        """Those whose title, description or convention holds what was typed."""
        return matching(queryset, value, "title", "description", "convention__title")


class CommitteeFilter(ConventionFilter):
    """Where a committee stands (computed: the view narrows), and the level, network, region of its convention."""

    etat = _choice("Réunion", list(STANDINGS.items()), method="as_it_is")
    theme = None
    convention = None
    q = _text("Convention ou partie", "by_words")

    def as_it_is(self, queryset: QuerySet[Convention], name: str, value: str) -> QuerySet[Convention]:
        """All of them: no column says whether a committee is late."""
        return queryset


class GapFilter(django_filters.FilterSet):
    """Convention, topic, network, region: of what :mod:`partners.designations.gaps` finds, which is no queryset."""

    convention = _choice("Convention", [], empty_label="Toutes", method="_as_it_is")
    sujet = _choice("Sujet", Topic.choices, method="_as_it_is")
    reseau = _choice("Réseau", Network.choices, method="_as_it_is")
    region = _choice("Région", choices.regions, empty_label="Toutes", method="_as_it_is")

    class Meta:
        model = Organisation
        fields: list[str] = []

    def __init__(self, data: QueryDict, conventions: Iterable[Asked], region: str) -> None:
        super().__init__(data, Organisation.objects.none())
        named, of = data.get("convention"), data.get("region") or region
        self.filters["convention"].extra["choices"] = [
            (one.code, one.title)
            for one in conventions
            if one.parties is None and (one.region in ("", of) or one.code == named)
        ]

    def _as_it_is(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset
