"""What I was told, and what I want by mail."""

from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from core import clock
from core.requests import PortalRequest
from core.views import may, reads, writes
from notifications import mailbox, preferences
from notifications.digests import opening_path
from notifications.models import Notification

PAGE = 50


@reads
@may("read_own_notifications")
def notification_list(request: PortalRequest) -> HttpResponse:
    """The latest notifications by day, unread ones marked; the earlier ones a page further."""
    mine = Notification.objects.visible_to(request.acting).order_by("-at", "-pk")
    anchor = _asked(request, "avant")
    if anchor is not None:
        mine = mine.filter(pk__lt=anchor)
    found = list(mine[: PAGE + 1])
    rows = [(one, opening_path(one.pk)) for one in found[:PAGE]]
    days = [(day, list(lines)) for day, lines in groupby(rows, lambda row: clock.day_of(row[0].at))]
    earlier = found[PAGE - 1].pk if len(found) > PAGE else None
    return render(request, "notifications/list.html", {"days": days, "earlier": earlier})


@reads
@may("read_own_notifications")
def open_notification(request: PortalRequest) -> HttpResponse:
    """Go where a notification leads; it is read from then on."""
    found = Notification.objects.visible_to(request.acting).filter(pk=_asked(request, "n") or 0).first()
    if found is None:
        messages.info(
            request,
            "Cette notification n’est plus là, ou concerne une autre de vos structures : changez de structure, "
            "puis suivez de nouveau le lien.",
        )
        return redirect("notifications:list")
    if found.read_at is None:
        request.marks.effect(lambda: _mark_read(found.pk))
    return redirect(found.path)


def _mark_read(notification_id: int) -> None:
    Notification.objects.unread().filter(pk=notification_id).update(read_at=clock.now())


def _asked(request: PortalRequest, name: str) -> int | None:
    """The number that an address carries; None for anything else."""
    typed = request.GET.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


@writes
@may("clear_own_notifications")
def mark_read(request: PortalRequest) -> HttpResponse:
    """Mark all of them as read."""
    if request.method == "POST":
        Notification.objects.visible_to(request.acting).unread().update(read_at=clock.now())
    return redirect("notifications:list")


@writes
@may("choose_own_mails")
def edit_preferences(request: PortalRequest) -> HttpResponse:
    """Which kinds come by mail, for oneself."""
    if request.method == "POST":
        preferences.choose(request.acting.user_id, request.POST.getlist("kind"))
        messages.success(request, "Vos choix sont enregistrés. Tout reste visible dans le portail.")
        return redirect("notifications:preferences")
    context = {
        "groups": preferences.choices_of(request.acting.user_id),
        "weekly": request.acting.is_manager,
    }
    return render(request, "notifications/preferences.html", context)


@reads
@may("read_demo_mails")
def demo_mailbox(request: PortalRequest) -> HttpResponse:
    """The mails that the demonstration did not send, everybody's; it exists nowhere else."""
    place = mailbox.folder()
    if place is None:
        raise Http404
    return render(request, "notifications/mailbox.html", {"letters": mailbox.latest(place)})
