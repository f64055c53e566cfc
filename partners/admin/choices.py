"""How the administration picks a convention: by its code and its title, which successive texts often share."""

from typing import Any

from django import forms
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.http import HttpRequest

from partners.models import Convention


def label_of(convention: Convention) -> str:
    """A convention as an administrator picks one."""
    return f"{convention.code} – {convention.title}"


class ConventionField(forms.ModelChoiceField):
    """A convention, by code and title."""

    def label_from_instance(self, obj: models.Model) -> str:
        assert isinstance(obj, Convention)
        return label_of(obj)


class ConventionSelect(AutocompleteSelect):
    """The administration's autocomplete, answered with codes."""

    url_name = "%s:partners_convention_choices"


class ConventionsJson(AutocompleteJsonView):
    """The answers of :class:`ConventionSelect`."""

    def get_queryset(self) -> models.QuerySet[Convention]:
        """Found by the words typed, without what only lists compute."""
        found = Convention.objects.order_by("-starts_on", "code")
        found = found.complex_filter(self.source_field.get_limit_choices_to())
        found, twice = self.model_admin.get_search_results(self.request, found, self.term)
        return found.distinct() if twice else found

    def serialize_result(self, obj: models.Model, to_field_name: str) -> dict[str, str]:
        """Django's answer, with the code and the title."""
        assert isinstance(obj, Convention)
        return super().serialize_result(obj, to_field_name) | {"text": label_of(obj)}


class NamesConventions:
    """Mixin of admin classes: a key to a convention is picked by its code and its title."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Django's field, with codes."""
        if db_field.remote_field.model is Convention:
            kwargs["form_class"] = ConventionField
            kwargs["widget"] = ConventionSelect(db_field, self.admin_site)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
