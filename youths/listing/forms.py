"""The filters of a list of youths, as a form of its address."""

from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.db.models import BigIntegerField, CharField, F, QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.html import format_html

from core.acting import Acting
from core.hooks import list_sources
from core.prepared import Prepared
from core.validators import FreeTextField
from partners.models import Membership, Role
from youths import obstacle_codes
from youths.listing.asked import (
    EXPIRING,
    HOUSE,
    MINORS,
    NEAR,
    NOBODY,
    OBSTACLE,
    REFERENT,
    SILENCE,
    SILENCES,
    SORTS,
    Asked,
    filter_names,
    sorts,
)
from youths.models import SavedFilter

_MEMBER, _SAVED = "member", "saved"
# More names than that would weigh more than the page itself: they have a page of their own.
MOST_CHOICES = 30


class Colleague(NamedTuple):
    """Somebody who may accompany youths in one's organisation."""

    uuid: UUID
    name: str
    last_name: str
    user_id: int
    team_id: int | None


class Kept(NamedTuple):
    """A list kept under a name."""

    uuid: UUID
    name: str
    query: str


class Around(NamedTuple):
    """What stands around a list: who may be the referent, and the lists kept under a name."""

    colleagues: list[Colleague]
    kept: list[Kept]


def _around(acting: Acting) -> QuerySet[Any, Any]:
    name = Concat(F("user__first_name"), Value(" "), F("user__last_name"), output_field=CharField())
    people = Membership.objects.live().filter(
        organisation=acting.organisation_id, role__in=[Role.PROFESSIONAL, Role.MANAGER]
    )
    mine = SavedFilter.objects.filter(user=acting.user_id, organisation=acting.organisation_id)
    found = people.values_list(
        Value(_MEMBER, CharField()), "uuid", name, "user__last_name", "user_id", "team_id"
    )
    # In no order: a few dozen lines are sorted by who reads them.
    return found.union(
        mine.values_list(
            Value(_SAVED, CharField()), "uuid", "name", "query", "user_id", Value(None, BigIntegerField())
        ),
        all=True,
    )


_AROUND = Prepared(_around)


def around(acting: Acting) -> Around:
    """What stands around a list, in one question."""
    rows = sorted(_AROUND(acting), key=lambda row: row[2].casefold())
    return Around(
        [Colleague(*row) for kind, *row in rows if kind == _MEMBER],
        [Kept(uuid, name, query) for kind, uuid, name, query, *_ in rows if kind == _SAVED],
    )


def referents(acting: Acting, asked: Asked, colleagues: list[Colleague]) -> list[Colleague]:
    """Who may be chosen: anybody in the view of the structure, else those whose youths one sees."""
    return [one for one in colleagues if asked.view == HOUSE or _is_near(acting, one)]


def _is_near(acting: Acting, one: Colleague) -> bool:
    """Whether it is the person, somebody whom they replace, or somebody of their declared team."""
    in_team = acting.sharing_team_id is not None and one.team_id == acting.sharing_team_id
    return in_team or one.user_id in acting.stands_for


class ListForm(forms.Form):
    """The filters and the order of a view; drawn with what the address means, whatever it says."""

    vue = forms.CharField(widget=forms.HiddenInput, required=False)
    referent = forms.ChoiceField(label="Référent", required=False)
    frein = forms.ChoiceField(
        label="Frein en cours", required=False, choices=[("", "Tous"), *obstacle_codes.CHOICES]
    )
    silence = forms.ChoiceField(
        label="Sans nouvelles",
        required=False,
        choices=[("", "Indifférent"), *((days, f"depuis {days} jours") for days in SILENCES)],
    )
    accord = forms.ChoiceField(
        label="Accord qui se termine",
        required=False,
        choices=[("", "Indifférent"), *((days, f"dans les {days} jours") for days in NEAR)],
    )
    # What the box sends is what :mod:`youths.listing.asked` reads.
    mineurs = forms.BooleanField(
        label="Mineurs seulement", required=False, widget=forms.CheckboxInput(attrs={"value": "1"})
    )
    tri = forms.ChoiceField(label="Trier par", required=False)

    def __init__(self, acting: Acting, asked: Asked, colleagues: list[Colleague]) -> None:
        shown = dict(asked.filters) | {"vue": asked.view, "tri": asked.sort}
        super().__init__(initial=shown | {MINORS: MINORS in shown})
        self.use_required_attribute = False
        names = filter_names(acting, asked.view)
        for name, source in list_sources.items():
            self.fields[name] = forms.ChoiceField(
                label=source.label, required=False, choices=[("", source.anything), *source.choices()]
            )
        people = referents(acting, asked, colleagues)
        self._choose_referent(acting, asked, people)
        self._choose("tri", [(code, SORTS[code]) for code in sorts(acting, asked.view)])
        for name in (REFERENT, *list_sources, OBSTACLE, SILENCE, EXPIRING, MINORS):
            if name not in names or (name == REFERENT and len(people) < 2):
                del self.fields[name]
        self.order_fields(["vue", REFERENT, *list_sources, OBSTACLE, SILENCE, EXPIRING, MINORS, "tri"])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _choose_referent(self, acting: Acting, asked: Asked, people: list[Colleague]) -> None:
        """Offer everybody; in a large structure one's team and who is chosen, the others being a page away."""
        near = people
        if len(people) > MOST_CHOICES:
            chosen = dict(asked.filters).get(REFERENT)
            near = [one for one in people if _is_near(acting, one) or str(one.uuid) == chosen]
            self.fields[REFERENT].help_text = format_html(
                '<a href="{}?{}">Choisir parmi les {} référents</a>',
                reverse("youths:referents"),
                asked.query,
                len(people),
            )
        unknown = [(NOBODY, "Sans référent")] if asked.view == HOUSE else []
        self._choose(REFERENT, [("", "Tous"), *unknown, *((str(one.uuid), one.name) for one in near)])


class NameForm(forms.Form):
    """The name of a list that one keeps."""

    nom = FreeTextField(
        label="Nom de ce filtre", max_length=60, help_text="Par exemple : À relancer ce mois-ci."
    )


def words_of(asked: Asked, colleagues: list[Colleague]) -> list[tuple[str, str]]:
    """Each filter of a list, with what it says in words."""
    people = {str(one.uuid): one.name for one in colleagues}
    found = []
    for name, value in asked.filters:
        if name == REFERENT:
            words = "Sans référent" if value == NOBODY else f"Référent : {people.get(value, 'parti')}"
        elif name == OBSTACLE:
            words = f"Frein : {obstacle_codes.BY_CODE[value].label}"
        elif name == SILENCE:
            words = f"Sans nouvelles depuis {value} jours"
        elif name == EXPIRING:
            words = f"Accord qui se termine dans les {value} jours"
        elif name == MINORS:
            words = "Mineurs"
        else:
            words = list_sources[name].words(value)
        found.append((name, words))
    return found
