"""What is said beside a figure: reading it, and saying it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.acting import Acting
from core.prepared import Prepared
from core.text_checks import sensitive_words
from core.validators import FreeTextField
from reporting.indicators import CATALOGUE, FAMILIES
from reporting.models import FigureComment


class CommentForm(forms.Form):
    """A figure and a few words. An empty text takes back what was said."""

    indicateur = forms.ChoiceField(label="Chiffre")
    texte = FreeTextField(
        label="Ce qu’il faut savoir pour le lire",
        max_length=500,
        multiline=True,
        required=False,
        help_text="Tous ceux qui lisent ce chiffre le liront, avec votre nom, votre structure et la date. Jamais une "
        "personne, même sans son nom. Vide : ce que votre structure avait dit est retiré.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["indicateur"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (title, [(code, CATALOGUE[code].label) for code in codes]) for title, codes in FAMILIES.items()
        ]

    def clean_texte(self) -> str:
        """A territory or an organisation is described here, nobody's health nor justice."""
        text: str = self.cleaned_data["texte"]
        self.warned = sensitive_words(text)
        return text


def _said(acting: Acting, region: str | None) -> QuerySet[FigureComment]:
    return (
        FigureComment.objects.read_by(acting, region).last_said().select_related("organisation", "created_by")
    )


_SAID = Prepared(_said)


def said(acting: Acting, region: str | None) -> dict[str, list[dict[str, Any]]]:
    """What is said of each figure of a page, by indicator (one query)."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in _SAID(acting, region or None):
        if one.text:
            found[one.indicator].append(
                {
                    "text": one.text,
                    "who": one.created_by.get_full_name(),
                    "organisation": one.organisation.outward_name,
                    "at": one.created_at,
                }
            )
    return found


def say(acting: Acting, region: str | None, indicator: str, text: str) -> FigureComment:
    """Say something of a figure: of one's own organisation, or of the territory that one steers."""
    where = None if not acting.steers else (region or None) if acting.sees_nation else acting.region
    return FigureComment.objects.create(
        indicator=indicator,
        own=not acting.steers,
        region_id=where,
        organisation_id=acting.organisation_id,
        text=text,
        created_by_id=acting.user_id,
    )
