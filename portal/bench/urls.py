"""The routes of the portal, and an empty page to compare the others with; never in production."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from core.views import may, reads
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as portal_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

_EMPTY = (
    '{% extends "base.html" %}{% block title %}Page vide{% endblock %}'
    "{% block content %}<h1>Page vide</h1>{% endblock %}"
)


@reads
@may("read_figures")
def empty(request: HttpRequest) -> HttpResponse:
    """What every page costs: middleware, session, user, scope, header and footer."""
    return HttpResponse(engines["django"].from_string(_EMPTY).render({}, request))


urlpatterns = [path("banc/vide/", empty, name="bench_empty"), *portal_urls]
