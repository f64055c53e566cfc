"""Forms of the people who come, change and leave."""

from typing import Any

from django import forms

from core.validators import FreeTextField
from partners.invitations import roles_of
from partners.models import Membership, Organisation, Team


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
