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

# The wholes of a dashboard that one comments as a figure: each with the words of its heading.
WHOLES = {
    "whole_journey": "Le parcours des orientations",
    "whole_quarters": "Au fil des trimestres",
    "whole_map": "Sur le territoire (la carte)",
    "whole_territories": "Par territoire",
    "whole_organisations": "Les structures de votre réseau",
    "whole_sides": "Dans les deux sens",
    "whole_median": "À côté de la médiane de la région",
    "whole_gaps": "Ce qui manque",
}
# The figures and the wholes, in groups.
_CHOICES = [
    *((title, [(code, CATALOGUE[code].label) for code in codes]) for title, codes in FAMILIES.items()),
    ("Les ensembles du tableau de bord", list(WHOLES.items())),
]
COMMENTED = frozenset({*CATALOGUE, *WHOLES})


class CommentForm(forms.Form):
    """A figure, or a whole of them, and a few words. An empty text takes back what was said."""

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
        field.choices = _CHOICES  # type: ignore[assignment]

    def clean_texte(self) -> str:
        """A territory or an organisation is described here, nobody's health nor justice."""
        text: str = self.cleaned_data["texte"]
        self.warned = sensitive_words(text)
        return text


def _said(acting: Acting, region: str | None, convention: int | None) -> QuerySet[FigureComment]:
    found = FigureComment.objects.read_by(acting, region).about(convention)
    return found.last_said().select_related("organisation", "created_by")


_SAID = Prepared(_said)


def said(
    acting: Acting, region: str | None, convention: int | None = None
) -> dict[str, list[dict[str, Any]]]:
    """What is said of each figure and of each whole of a page, by code (one query)."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in _SAID(acting, region or None, convention):
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


def say(
    acting: Acting, region: str | None, indicator: str, text: str, convention: int | None = None
) -> FigureComment:
    """Say something of a figure: of one's own organisation, or of the territory that one steers."""
    where = None if not acting.steers else (region or None) if acting.sees_nation else acting.region
    return FigureComment.objects.create(
        indicator=indicator,
        own=not acting.steers,
        region_id=where,
        convention_id=convention,
        organisation_id=acting.organisation_id,
        text=text,
        created_by_id=acting.user_id,
    )
