"""The door of ProConnect: there and back. 404 where it is not configured."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts import entry, limits, proconnect, trail
from accounts.views.common import entrance

_NEXT = "proconnect_next"


def _configured() -> None:
    if not settings.PROCONNECT:
        raise Http404


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("accounts:proconnect_return"))


def _sorry(request: HttpRequest) -> HttpResponse:
    """One sentence for every refusal: it does not say whether an account exists."""
    messages.error(
        request,
        "ProConnect n’ouvre aucun compte du portail pour cette adresse et cette structure. Connectez-vous avec votre "
        "mot de passe, ou demandez une invitation au responsable de votre structure.",
    )
    return redirect("accounts:sign_in")


@entrance
def leave(request: HttpRequest) -> HttpResponse:
    """Off to ProConnect."""
    _configured()
    limits.count(limits.ADDRESS, "proconnect", limits.client_address(request))
    request.session[_NEXT] = entry.next_page(request)
    try:
        return proconnect.leave_for(request, _back(request))
    except proconnect.Refused:
        return _sorry(request)


@entrance
def come_back(request: HttpRequest) -> HttpResponse:
    """Back from ProConnect: the first step is passed, the second factor stays due."""
    _configured()
    try:
        user = proconnect.come_back(request)
    except proconnect.Refused:
        trail.note(None, trail.WRONG_PASSWORD, how="proconnect")
        return _sorry(request)
    next_url = request.session.pop(_NEXT, None) or reverse("home")
    return entry.begin(request, user, next_url=next_url, how="proconnect")
