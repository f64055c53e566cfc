"""The forms of the split: bring a table, then say how to split."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core import clock
from core.uploads import UploadField
from core.validators import FreeTextField
from reporting.funding import running
from reporting.funding.money import plain_euros, read_cents, read_number
from reporting.funding.rules import LONGEST_TRANSITION, WIDEST_SPREAD, Direction, Impossible, Method, Plan
from reporting.funding.running import Source
from reporting.models import FundingRun

METHODS = {
    Method.RANKS: "Somme des rangs (chaque indicateur classe les Missions Locales)",
    Method.SCORES: "Somme des scores centrés réduits (chaque indicateur compte selon ses écarts à la moyenne)",
}
DIRECTIONS = [
    ("", "Ne pas l’utiliser"),
    (Direction.HIGH.value, "Plus il est élevé, plus le territoire est fragile"),
    (Direction.LOW.value, "Plus il est bas, plus le territoire est fragile"),
]
# Figures that come with the source, or that nobody gives.
GIVEN, NOBODY = "donnees", "aucun"
_FIELD_OF = {
    "envelope": "enveloppe", "youth_share": "part_jeunes", "spread": "ecart", "floor": "socle", "rise": "hausse",
    "fall": "baisse", "years": "transition", "youths": "jeunes_de", "previous": "montants_de",
}  # fmt: skip


class FundingFileForm(forms.Form):
    """A table of the region's Missions Locales."""

    titre = FreeTextField(
        label="Nom de ces données",
        max_length=120,
        help_text="Par exemple : Indicateurs INSEE et jeunes de 2026.",
    )
    fichier = UploadField(label="Tableau des Missions Locales", accepts=("csv",))


class ReadField[T](forms.CharField):
    """A figure typed in French, read by one of the functions of ``money``."""

    def __init__(self, read: Callable[[str], T], **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "class": "input-figure"}
        )
        super().__init__(max_length=30, widget=widget, **kwargs)
        self.read = read

    def clean(self, value: Any) -> T | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.read(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


def _percent(text: str) -> Fraction:
    ratio = Fraction(read_number(text)) / 100
    if not 0 <= ratio <= 1:
        raise ValueError("Un pourcentage va de 0 à 100.")
    return ratio


def _rise(text: str) -> Fraction:
    ratio = Fraction(read_number(text)) / 100
    if not 0 <= ratio <= 10:
        raise ValueError("La hausse maximale va de 0 à 1000 %.")
    return ratio


def _spread(text: str) -> Fraction:
    number = Fraction(read_number(text))
    if not 1 < number <= WIDEST_SPREAD:
        raise ValueError(f"L’écart est plus grand que 1, et de {WIDEST_SPREAD} au plus.")
    return number


def _plain(value: Fraction) -> str:
    """A ratio of hundredths as it was typed."""
    return f"{float(value):.6f}".rstrip("0").rstrip(".").replace(".", ",")


class RunForm(forms.Form):
    """How to split. The fields of the indicators, and where the figures come from, depend on the source."""

    nom = FreeTextField(
        label="Nom de la simulation", max_length=120, help_text="Par exemple : 2027, rangs, plafond 10 %."
    )
    exercice = forms.IntegerField(label="Exercice", min_value=2000, max_value=2100)
    enveloppe = ReadField(read_cents, label="Enveloppe à répartir (euros)")
    part_jeunes = ReadField(
        _percent,
        label="Part selon le nombre de jeunes (%)",
        help_text="Le reste dépend de la fragilité des territoires.",
    )
    methode = forms.ChoiceField(
        label="Mesure de la fragilité", choices=METHODS.items(), widget=forms.RadioSelect
    )
    ecart = ReadField(
        _spread,
        label="Écart de fragilité",
        help_text="2 : dans cette part, un jeune du territoire le plus fragile compte pour deux du moins fragile.",
    )
    socle = ReadField(
        read_cents,
        label="Socle par Mission Locale (euros)",
        required=False,
        help_text="Le même pour toutes, servi d’abord. Aucune ne reçoit moins.",
    )
    montants_de = forms.ChoiceField(label="Montants de l’an dernier")
    hausse = ReadField(
        _rise, label="Hausse maximale en un an (%)", required=False, help_text="Vide : pas de plafond."
    )
    baisse = ReadField(
        _percent, label="Baisse maximale en un an (%)", required=False, help_text="Vide : pas de limite."
    )
    transition = forms.IntegerField(
        label="Transition (années)",
        min_value=1,
        max_value=LONGEST_TRANSITION,
        help_text="1 : la cible dès cette année. 3 : un tiers du chemin cette année.",
    )
    jeunes_de = forms.ChoiceField(label="Nombres de jeunes")
    commentaire = FreeTextField(label="Commentaire", max_length=1000, multiline=True, required=False)
    partagee = forms.BooleanField(
        label="Montrer cette simulation aux équipes régionales de la Région, de l’État et de l’association régionale",
        required=False,
        help_text="Sinon, votre seule structure la lit. Ce choix ne change plus ; une copie peut en faire un autre.",
    )

    def __init__(self, source: Source, recent: Sequence[FundingRun], *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = _initial(source) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.source = source
        self.runs = {str(one.uuid): one for one in recent}
        self.indicator_fields: dict[str, str] = {}
        chosen = source.copied.asked["indicators"] if source.copied else {}
        for number, label in enumerate(source.indicators):
            name = f"indicateur_{number}"
            self.indicator_fields[label] = name
            self.fields[name] = forms.ChoiceField(
                label=label, choices=DIRECTIONS, required=False, initial=chosen.get(label, "")
            )
        own = "Ceux de la simulation copiée" if source.copied else f"Ceux des données « {source.title} »"
        others = [(code, f"{one.name} ({one.year})") for code, one in self.runs.items()]
        self._offer("jeunes_de", [(GIVEN, own)] if source.has_youths else [], others)
        self._offer(
            "montants_de",
            [
                *([(GIVEN, own)] if source.has_previous else []),
                (NOBODY, "Aucun : sans comparaison ni plafond"),
            ],
            [(code, f"Le résultat de : {label}") for code, label in others],
        )

    def _offer(self, name: str, first: list[tuple[str, str]], others: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*first, *others] or [("", "Ni ces données ni une simulation ne les donnent")]

    @property
    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields by subject, for the page."""
        for title, names in (
            ("Cette simulation", ["nom", "exercice", "enveloppe"]),
            ("Les jeunes et la fragilité", ["jeunes_de", "part_jeunes", "methode", "ecart"]),
            ("Les indicateurs de fragilité", list(self.indicator_fields.values())),
            (
                "Le socle, le plafond, la transition",
                ["socle", "montants_de", "hausse", "baisse", "transition"],
            ),
            ("Ce qui l’accompagne", ["commentaire", "partagee"]),
        ):
            if names:
                yield title, [self[name] for name in names]

    def plan(self) -> Plan:
        """What is asked for (once valid)."""
        typed = self.cleaned_data
        return Plan(
            envelope=typed["enveloppe"],
            youth_share=typed["part_jeunes"],
            method=Method(typed["methode"]),
            indicators={
                label: Direction(typed[name]) for label, name in self.indicator_fields.items() if typed[name]
            },
            spread=typed["ecart"],
            floor=typed["socle"] or 0,
            rise=typed["hausse"],
            fall=typed["baisse"],
            years=typed["transition"],
        )

    def places(self) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """The figures, from where they were asked for, and a word on where that is. Raises Impossible."""
        typed, sources = self.cleaned_data, {}
        places: list[dict[str, Any]] = [dict(place) for place in self.source.places]
        for field, key, amounts in (("jeunes_de", "youths", False), ("montants_de", "previous", True)):
            chosen = typed[field]
            if chosen == NOBODY:
                for place in places:
                    place.pop(key, None)
            elif chosen != GIVEN:
                found = self.runs[chosen]
                try:
                    places = running.with_figures_of(places, found, key, amounts=amounts)
                except Impossible as error:
                    error.setting = key
                    raise
                sources[f"{key}_from"] = found.name
        return places, sources

    def refuse(self, error: Impossible) -> None:
        """Say beside the right field why the split is impossible."""
        name = _FIELD_OF.get(error.setting)
        if error.setting == "indicators":
            label = next((one for one in self.indicator_fields if f"« {one} »" in str(error)), None)
            name = (
                self.indicator_fields[label]
                if label
                else next(iter(self.indicator_fields.values()), "part_jeunes")
            )
        self.add_error(name, str(error))


def _initial(source: Source) -> dict[str, Any]:
    """What the form says before anything is typed: the settings of the copied run, else usual ones."""
    if source.copied is None:
        return {
            "exercice": clock.today().year, "part_jeunes": "60", "methode": Method.RANKS.value, "ecart": "2",
            "transition": 1, "jeunes_de": GIVEN, "montants_de": GIVEN if source.has_previous else NOBODY,
        }  # fmt: skip
    run, plan = source.copied, running.plan_of(source.copied)
    return {
        "exercice": run.year,
        "enveloppe": plain_euros(plan.envelope),
        "part_jeunes": _plain(plan.youth_share * 100),
        "methode": plan.method.value,
        "ecart": _plain(plan.spread),
        "socle": plain_euros(plan.floor) if plan.floor else "",
        "hausse": "" if plan.rise is None else _plain(plan.rise * 100),
        "baisse": "" if plan.fall is None else _plain(plan.fall * 100),
        "transition": plan.years,
        "jeunes_de": GIVEN,
        "montants_de": GIVEN if source.has_previous else NOBODY,
        "commentaire": run.comment,
        "partagee": run.shared,
    }
