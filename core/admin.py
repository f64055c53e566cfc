"""The ground floor in the administration: the messages that were put aside, and nothing that they say (ADR 0031)."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core import outbox
from core.admin_history import ReadsHistory
from core.hooks import outbox_words
from core.models import SetAside


@admin.register(SetAside)
class SetAsideAdmin(ReadsHistory, admin.ModelAdmin):
    """What keeps failing: of what kind, since when, with what error; an administrator retries, the trail says so."""

    actions = ("retry",)
    list_display = ("what", "attempts", "last_error", "created_at", "quarantined_at")
    fields = list_display
    ordering = ("-quarantined_at", "-id")
    show_facets = admin.ShowFacets.NEVER

    @admin.display(description="message", ordering="kind")
    def what(self, message: SetAside) -> str:
        return outbox_words.get(message.kind) or message.kind

    @admin.action(description="Réessayer", permissions=["view"])
    def retry(self, request: HttpRequest, queryset: QuerySet[SetAside]) -> None:
        """Try the chosen ones again."""
        assert request.user.pk is not None
        count = outbox.retry(request.user.pk, queryset.order_by("pk").values_list("pk", flat=True))
        if count:
            words = "1 message repart" if count == 1 else f"{count} messages repartent"
            messages.success(request, f"{words} : le résultat se lira ici s’il échoue encore.")
        else:
            messages.warning(request, "Ces messages sont déjà repartis.")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Django's list, in the scope of an administrator."""
        self._as_administrator(request)
        return super().changelist_view(
            request, {"title": "Messages mis de côté", "subtitle": None} | (extra_context or {})
        )

    changelist_view.access_mode = "writes"  # type: ignore[attr-defined]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Django's page, in the scope of an administrator."""
        self._as_administrator(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Nothing is kept of a message but the trail."""
        self._as_administrator(request)
        return super().history_view(request, object_id, extra_context)

    history_view.access_mode = "reads"  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: the portal puts aside."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what was promised is sent, or seen not to be."""
        return False

    @staticmethod
    def _as_administrator(request: HttpRequest) -> None:
        if request.user.pk is not None:
            outbox.as_administrator(request.user.pk)
