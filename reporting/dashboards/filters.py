"""The filters of the dashboards: listed values only. What is unknown is said, and ignored."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from core.acting import Acting
from core.prepared import Prepared
from partners.models import Convention, Department, Level, Network, Theme, Topic
from referrals import programmes
from reporting.perimeter import perimeter_of
from reporting.periods import PERIODS

# The programmes that a network works for: one group of them.
NETWORKS = (
    (Network.CMA, Topic.APPRENTICESHIP),
    (Network.SMV, Topic.SMV),
    (Network.AKTO, Topic.EMPLOYERS),
    (Network.INTERIM, Topic.INTERIM),
    (Network.REGION, Topic.TRAINING),
    (Network.DIGITAL, Topic.DIGITAL),
)
# Themes that are about some programmes: a convention on others has none of its own.
_THEMES = [Theme.SMV, Theme.APPRENTICESHIP, Theme.INTERIM, Theme.DIGITAL]
Choices = list[tuple[str, str]]


class DashboardFilters(forms.Form):
    """Period, programmes (one, a group, those of a network or of a convention) and territory."""

    periode = forms.ChoiceField(label="Période", choices=PERIODS, required=False)
    dispositif = forms.ChoiceField(label="Dispositif", required=False)
    reseau = forms.ChoiceField(label="Réseau partenaire", required=False)
    convention = forms.ChoiceField(label="Convention", required=False)
    region = forms.ChoiceField(label="Région", required=False)
    departement = forms.ChoiceField(label="Département", required=False)

    def __init__(self, acting: Acting, data: Any) -> None:
        super().__init__(data)
        self.acting = acting
        self.conventions = {
            str(one.uuid): one for one in _CONVENTIONS(acting) if perimeter_of(one).programmes
        }
        groups = dict.fromkeys(one.topic for one in programmes.all())
        self._offer(
            "dispositif",
            [
                ("", "Tous les dispositifs"),
                *((f"g:{topic}", f"{Topic(topic).label} : ensemble") for topic in groups),
                *programmes.choices(),
            ],
        )
        self._offer(
            "reseau", [("", "Tous les réseaux"), *((code, Network(code).label) for code, _ in NETWORKS)]
        )
        self._offer(
            "convention",
            [("", "Toutes"), *((uuid, one.title) for uuid, one in self.conventions.items())],
        )
        if not acting.steers:
            del self.fields["region"], self.fields["departement"]
            self.departments: list[Department] = []
            return
        found = list(Department.objects.select_related("region").order_by("code"))
        regions = {one.region_id: one.region.name for one in found if one.region_id and one.region}
        self.regions = dict(sorted(regions.items(), key=lambda item: item[1]))
        if acting.sees_nation:
            self._offer("region", [("", "France entière"), *self.regions.items()])
        else:
            del self.fields["region"]
        self.departments = found
        wanted = self.territory
        within = [one for one in found if one.region_id == wanted] if wanted else found
        self._offer(
            "departement", [("", "Tous"), *((one.code, f"{one.name} ({one.code})") for one in within)]
        )

    def _offer(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def territory(self) -> str:
        """The region that is read: one's own, or the one that was chosen; "" for the nation."""
        if not self.acting.sees_nation:
            return self.acting.region or ""
        asked = str(self.data.get("region", ""))
        return asked if asked in self.regions else ""

    @property
    def chosen(self) -> dict[str, str]:
        """The valid choices, with the default of the others."""
        self.is_valid()
        names = ("dispositif", "reseau", "convention", "region", "departement")
        found = {name: str(self.cleaned_data.get(name) or "") for name in names}
        return {"periode": self.cleaned_data.get("periode") or PERIODS[0][0], **found}

    @property
    def nodes(self) -> tuple[str, ...]:
        """The programmes, or the groups of them, that are read: one, but for a convention on several themes."""
        chosen = self.chosen
        if chosen["convention"]:
            return tuple(f"g:{topic}" for topic in self._topics(self.conventions[chosen["convention"]]))
        if chosen["reseau"]:
            return (f"g:{dict(NETWORKS)[Network(chosen['reseau'])]}",)
        return (chosen["dispositif"],)

    @staticmethod
    def _topics(convention: Convention) -> list[str]:
        codes = perimeter_of(convention).programmes
        return list(dict.fromkeys(programmes.get(code).topic for code in codes))

    @property
    def codes(self) -> list[str]:
        """The programmes of the nodes."""
        nodes = self.nodes
        return [
            one.code
            for one in programmes.all()
            if "" in nodes or one.code in nodes or f"g:{one.topic}" in nodes
        ]

    def choice_label(self, name: str, value: str) -> str:
        """The label of a listed value."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return dict(field.choices)[value]  # type: ignore[arg-type]


def _conventions(acting: Acting) -> QuerySet[Convention]:
    """The conventions on a theme of some programmes: those of the nation, and those of one's region."""
    found = Convention.objects.filter(themes__overlap=_THEMES)
    found = found.filter(Q(level=Level.NATIONAL) | Q(level=Level.REGIONAL, region=acting.region))
    return found.only("uuid", "title", "themes", "region").order_by("title")


_CONVENTIONS = Prepared(_conventions)
