"""Memberships and invitations in the administration: nobody opens an account alone, not even there (ADR 0008)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import sessions
from accounts.admin import NamesPeople
from core.admin_history import ReadsHistory
from partners.admin.base import RoomAdmin
from partners.forms import MembershipForm
from partners.models import Invitation, Membership
from partners.people import invitations

# Written by the operations of this room, never typed.
MOMENTS = ["arrived_at", "revoked_at", "suspended_at"]


@admin.register(Membership)
class MembershipAdmin(NamesPeople, RoomAdmin):
    """Who belongs where, with which role. A membership begins with an invitation that two people decide."""

    form = MembershipForm
    fields = ["user", "organisation", "role", "team", "starts_on", "ends_on", *MOMENTS]
    readonly_fields = ["user", "organisation", *MOMENTS]
    list_display = ["person", "organisation", "role", "team", "starts_on", "ends_on", "suspended_at"]
    list_filter = ["role", "organisation__network"]
    list_select_related = ["user", "organisation", "team"]
    search_fields = ["user__last_name", "user__email", "organisation__name"]
    autocomplete_fields = ["team"]
    date_hierarchy = "starts_on"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: an invitation does, and a second person approves it."""
        return False

    def save_model(self, request: HttpRequest, obj: Membership, form: forms.ModelForm, change: bool) -> None:
        """Other rights, another session."""
        super().save_model(request, obj, form, change)
        if "role" in form.changed_data:
            sessions.end_all(obj.user_id)

    @admin.display(description="personne", ordering="user__last_name")
    def person(self, membership: Membership) -> str:
        """The name of the professional."""
        return membership.user.get_full_name()


class InvitationAdminForm(forms.ModelForm):
    """An administrator invites the first people of an organisation."""

    inviter_id: int

    class Meta:
        model = Invitation
        fields = ["organisation", "email", "first_name", "last_name", "role", "team"]

    def clean(self) -> dict[str, Any] | None:
        """The rules that the pages apply, said beside the same fields."""
        cleaned = super().clean()
        if not self.errors:
            place = {name: self.cleaned_data[name] for name in ("email", "role", "team")}
            place["email"] = place["email"].lower()
            try:
                invitations.check(self.inviter_id, self.cleaned_data["organisation"], **place)
            except invitations.Refused as refusal:
                self.add_error(refusal.field, str(refusal))
        return cleaned


@admin.register(Invitation)
class InvitationAdmin(NamesPeople, ReadsHistory, admin.ModelAdmin):
    """Invitations: written here for the first people of an organisation, decided by somebody else."""

    form = InvitationAdminForm
    list_display = ["name", "organisation", "role", "state", "inviter", "invited_at", "decider", "expires_at"]
    list_filter = ["state", "organisation__network"]
    list_select_related = ["organisation", "invited_by", "decided_by"]
    search_fields = ["last_name", "email", "organisation__name"]
    autocomplete_fields = ["organisation", "team"]
    date_hierarchy = "invited_at"
    actions = ["approve", "refuse"]

    def get_form(
        self, request: HttpRequest, obj: Invitation | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Django's form, which knows who invites."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.inviter_id = request.user.pk
        return form

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        """The list and its decisions; an invitation itself is never rewritten."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: it says who brought whom."""
        return False

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        """Written by the operation that the pages use."""
        fields = ("email", "first_name", "last_name", "role", "team")
        made = invitations.invite(
            form.inviter_id, obj.organisation_id, **{name: form.cleaned_data[name] for name in fields}
        )
        obj.pk, obj._state.adding = made.pk, False

    @admin.display(description="personne", ordering="last_name")
    def name(self, invitation: Invitation) -> str:
        """The name of the professional."""
        return invitation.get_full_name()

    @admin.display(description="invitée par")
    def inviter(self, invitation: Invitation) -> str:
        """The name of the one who invites."""
        return invitation.invited_by.get_full_name()

    @admin.display(description="décidée par")
    def decider(self, invitation: Invitation) -> str:
        """The name of the second person."""
        return invitation.decided_by.get_full_name() if invitation.decided_by else ""

    @admin.action(description="Approuver et envoyer", permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """Approve those that somebody else wrote."""
        self._decide(request, queryset, approve=True)

    @admin.action(description="Refuser", permissions=["change"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """Refuse those that somebody else wrote."""
        self._decide(request, queryset, approve=False)

    def _decide(self, request: HttpRequest, queryset: QuerySet[Invitation], *, approve: bool) -> None:
        done = 0
        assert request.user.pk is not None
        for invitation in queryset.order_by("pk"):
            try:
                invitations.decide(invitation.uuid, by=request.user.pk, approve=approve, acting=None)
            except invitations.OwnInvitation:
                messages.error(request, f"{invitation} : une autre personne que vous doit décider.")
            except invitations.AlreadyDecided:
                messages.error(request, f"{invitation} : elle n’attend plus de décision.")
            else:
                self.log_change(request, invitation, "Approuvée." if approve else "Refusée.")
                done += 1
        if done:
            messages.success(request, f"{done} invitation(s) {'approuvée(s)' if approve else 'refusée(s)'}.")
