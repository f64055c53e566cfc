"""The portal's routes, and a few views that misbehave on purpose."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from core import clock
from core.models import Heartbeat
from core.views import may, reads, writes
from portal.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def _write() -> None:
    Heartbeat.objects.update_or_create(name="test", defaults={"at": clock.now()})


@reads
@may("read_figures")
def writes_on_get(request: HttpRequest) -> HttpResponse:
    _write()
    return HttpResponse("written", content_type="text/plain")


@writes
@may("read_figures")
def form(request: HttpRequest) -> HttpResponse:
    """Writes whatever the method, then answers as asked."""
    _write()
    if request.GET.get("status") == "raise":
        raise RuntimeError("on purpose")
    return HttpResponse("done", status=int(request.GET.get("status", 200)), content_type="text/plain")


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("?", content_type="text/plain")


urlpatterns = [
    *urlpatterns,
    path("essai/lecture/", writes_on_get),
    path("essai/formulaire/", form),
    path("essai/sans-mode/", undeclared),
]
