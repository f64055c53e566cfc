"""Filters of the list of offers."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from core import clock
from partners import choices
from partners.filters import matching
from partners.models import Network
from referrals.models import Offer, programme_choices
from referrals.offers.codes import Kind


class DepartmentField(forms.CharField):
    """The number of a department, as people know it: a list of a hundred weighs as much as fifteen offers."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "size": 4})
    # What a chip says of a number.
    choices = choices.departments()

    def clean(self, value: Any) -> str:
        code = (super().clean(value) or "").upper()
        code = code.zfill(2) if code.isascii() and code.isdigit() else code
        if code and code not in dict(self.choices):
            raise ValidationError("Écrivez un numéro de département : 17, 2A ou 974.")
        return code


class DepartmentFilter(django_filters.Filter):
    """A filter by the number of a department."""

    field_class = DepartmentField


class OfferFilter(django_filters.FilterSet):
    """Programme, department, network, kind, one's own, words. Without a choice of time: those that are open."""

    dispositif = django_filters.ChoiceFilter(
        label="Dispositif", empty_label="Tous", field_name="programme", choices=programme_choices
    )
    departement = DepartmentFilter(label="Département (son numéro)", method="by_department", max_length=8)
    reseau = django_filters.ChoiceFilter(
        label="Réseau", empty_label="Tous", choices=Network.choices, field_name="organisation__network"
    )
    nature = django_filters.ChoiceFilter(
        label="Nature", empty_label="Toutes", choices=Kind.choices, field_name="kind"
    )
    qui = django_filters.ChoiceFilter(
        label="Qui",
        empty_label="Toutes les structures",
        choices=[("nous", "Ma structure")],
        method="of_mine",
    )
    quand = django_filters.ChoiceFilter(
        label="Quand", empty_label="Ouvertes", choices=[("toutes", "Toutes")], method="whenever"
    )
    q = django_filters.CharFilter(
        label="Titre, métier ou employeur", method="by_words", max_length=100, widget=forms.TextInput
    )

    class Meta:
        model = Offer
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Offer]) -> QuerySet[Offer]:
        """As asked; without a choice of time, what is open today."""
        found: Any = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("quand") else found.open_on(clock.today())

    def whenever(self, queryset: QuerySet[Offer], name: str, value: str) -> QuerySet[Offer]:
        """All of them, closed and to come included."""
        return queryset

    def by_department(self, queryset: Any, name: str, value: str) -> QuerySet[Offer]:
        """Those that serve a department."""
        found: QuerySet[Offer] = queryset.in_department(value)
        return found

    def of_mine(self, queryset: QuerySet[Offer], name: str, value: str) -> QuerySet[Offer]:
        """Those of the acting organisation."""
        return queryset.filter(organisation=self.request.acting.organisation_id)  # type: ignore[union-attr]

    def by_words(self, queryset: QuerySet[Offer], name: str, value: str) -> QuerySet[Offer]:
        """Those whose title, trade or employer holds what was typed."""
        return matching(queryset, value, "title", "trade", "employer")
