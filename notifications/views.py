"""What I was told."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from core import clock
from core.requests import PortalRequest
from core.views import may, reads, writes
from notifications.models import Notification

PAGE = 50


@reads
@may("read_own_notifications")
def notification_list(request: PortalRequest) -> HttpResponse:
    """The latest notifications, unread ones marked."""
    mine = Notification.objects.visible_to(request.acting).order_by("-at", "-pk")[:PAGE]
    return render(request, "notifications/list.html", {"notifications": mine})


@writes
@may("clear_own_notifications")
def mark_read(request: PortalRequest) -> HttpResponse:
    """Mark all of them as read."""
    if request.method == "POST":
        Notification.objects.visible_to(request.acting).unread().update(read_at=clock.now())
    return redirect("notifications:list")
