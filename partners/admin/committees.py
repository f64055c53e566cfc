"""Follow-up committees in the administration: who sits, when they meet, what remains to be done."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from accounts.admin import NamesPeople
from partners.admin.base import RoomAdmin, RoomInline, short_list
from partners.admin.choices import NamesConventions
from partners.forms import ActionForm, CommitteeForm, MeetingForm, MemberForm
from partners.models import Committee, CommitteeAction, CommitteeMeeting, CommitteeMember


class MemberInline(NamesPeople, RoomInline):
    """Who sits, and who represents them."""

    model = CommitteeMember
    add_label = "Ajouter un membre"
    form = MemberForm
    lead = "Une structure peut siéger sans que la personne qui la représente ait un compte."
    fields = [("organisation", "user", "function")]
    autocomplete_fields = ["organisation"]


class MeetingInline(RoomInline):
    """The meetings of a committee, latest first."""

    model = CommitteeMeeting
    add_label = "Ajouter une réunion"
    form = MeetingForm
    fields = [("held_on", "starts_at", "ends_at", "place", "cancelled"), "agenda", "decisions", "minutes"]
    classes = ["collapse"]


class ActionInline(NamesPeople, RoomInline):
    """What the committee decided to do."""

    model = CommitteeAction
    add_label = "Ajouter une action"
    form = ActionForm
    fields = [
        "wording",
        ("meeting", "organisation", "owner", "due_on"),
        ("state", "closed_on", "closing_note"),
    ]
    autocomplete_fields = ["organisation"]
    classes = ["collapse"]

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        """The meetings of this very committee."""
        found = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "meeting":
            committee = request.resolver_match.kwargs.get("object_id", "0")  # type: ignore[union-attr]
            return short_list(
                found, CommitteeMeeting.objects.filter(committee_id=committee).order_by("-held_on")
            )
        return found


@admin.register(Committee)
class CommitteeAdmin(NamesConventions, RoomAdmin):
    """Follow-up committees, their members, their meetings and their actions."""

    form = CommitteeForm
    list_display = ["name", "convention", "frequency_months", "reckoning"]
    list_select_related = ["convention"]
    list_filter = ["reckoning", "convention__level", "convention__region"]
    search_fields = ["name", "convention__title", "convention__code"]
    inlines = [MemberInline, MeetingInline, ActionInline]

    def kept(self, objs: list[Any]) -> list[str]:
        """A committee that met, or that decided to do something, is the memory of its parties."""
        busy = Committee.objects.filter(pk__in=[one.pk for one in objs]).filter(
            Exists(CommitteeMeeting.objects.filter(committee=OuterRef("pk")))
            | Exists(CommitteeAction.objects.filter(committee=OuterRef("pk")))
        )
        return [f"« {one} » : ses réunions et ses actions s’y rapportent" for one in busy.order_by("pk")]
