"""Forms of the people who come, change and leave."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import User
from core import clock
from core.validators import FreeTextField, PlainDateField
from partners.forms import PersonChoiceField
from partners.models import Membership, Organisation, Team
from partners.people.holdings import Part
from partners.people.invitations import roles_of


class RoleAndTeam(forms.Form):
    """The role and the team of somebody in an organisation."""

    role = forms.ChoiceField(
        label="Rôle",
        help_text="Un responsable voit tous les dossiers de la structure et gère son équipe.",
    )
    team = forms.ModelChoiceField(
        label="Équipe", queryset=Team.objects.none(), required=False, empty_label="Aucune équipe"
    )

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles_of(organisation)]  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.filter(organisation=organisation).order_by("name")  # type: ignore[attr-defined]


class InvitationForm(RoleAndTeam):
    """Who is invited, to do what."""

    email = forms.EmailField(
        label="Adresse électronique professionnelle",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    first_name = FreeTextField(label="Prénom", max_length=80)
    last_name = FreeTextField(label="Nom", max_length=80)
    field_order = ["email", "first_name", "last_name", "role", "team"]

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(organisation, *args, **kwargs)
        domains = ", ".join(f"@{domain}" for domain in organisation.email_domains)
        if domains:
            self.fields["email"].help_text = f"Elle finit par : {domains}."


class MembershipChangeForm(RoleAndTeam):
    """The role and the team of a colleague."""

    def __init__(self, membership: Membership, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"role": membership.role, "team": membership.team_id})
        super().__init__(membership.organisation, *args, **kwargs)


class TeamForm(forms.ModelForm):
    """The name of a team, unique in its organisation."""

    name = FreeTextField(label="Nom de l’équipe", max_length=80)

    class Meta:
        model = Team
        fields = ["name"]

    def clean_name(self) -> str:
        """Said beside the field: the organisation is not on this form."""
        name = self.cleaned_data["name"]
        namesakes = Team.objects.filter(organisation=self.instance.organisation_id, name=name)
        if namesakes.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Cette structure a déjà une équipe de ce nom.")
        return name


class SuccessorsForm(forms.Form):
    """Who takes over: one colleague for everything, and another one for some kinds of things if need be."""

    everything = PersonChoiceField(
        label="Qui prend la suite de tout ?",
        queryset=User.objects.none(),
        required=False,
        empty_label="Choisir une personne",
    )

    def __init__(self, parts: list[Part], colleagues: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts
        self.fields["everything"].queryset = colleagues  # type: ignore[attr-defined]
        if not parts:
            del self.fields["everything"]
        for part in parts if len(parts) > 1 else []:
            self.fields[part.kind] = PersonChoiceField(
                label=part.label,
                queryset=colleagues,
                required=False,
                empty_label="Comme ci-dessus",
            )

    @property
    def shares(self) -> list[forms.BoundField]:
        """The fields that give one part to somebody else, folded away."""
        return [self[part.kind] for part in self.parts if part.kind in self.fields]

    @property
    def is_shared(self) -> bool:
        """True when one of these fields has something to show: a choice or an error."""
        return any(field.value() or field.errors for field in self.shares)

    def clean(self) -> dict[str, Any] | None:
        """Each part has somebody; said once, beside the field that answers for all of them."""
        cleaned = super().clean()
        if not self.errors and not all(self._chosen(part.kind) for part in self.parts):
            self.add_error("everything", self._missing())
        return cleaned

    def _missing(self) -> str:
        if any(self.cleaned_data.get(field.name) for field in self.shares):
            return "Choisissez qui prend la suite des parties laissées « Comme ci-dessus »."
        return "Choisissez la personne qui prend la suite."

    def _chosen(self, kind: str) -> Any:
        return self.cleaned_data.get(kind) or self.cleaned_data.get("everything")

    def successors(self) -> dict[str, int]:
        """The chosen colleague of each part (once valid)."""
        return {part.kind: self._chosen(part.kind).pk for part in self.parts}


class AbsenceForm(forms.Form):
    """How long somebody is away, and who replaces them."""

    starts_on = PlainDateField(label="Absente à partir du")
    until = PlainDateField(label="Jusqu’au", help_text="Dernier jour d’absence ; il se corrige au retour.")
    substitute = PersonChoiceField(
        label="Remplacée par",
        queryset=User.objects.none(),
        empty_label="Choisissez un collègue",
        help_text="Il ouvre les dossiers et les orientations de la personne absente, ces jours-là seulement.",
    )

    def __init__(self, colleagues: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["substitute"].queryset = colleagues  # type: ignore[attr-defined]
        self.initial.setdefault("starts_on", clock.today())
