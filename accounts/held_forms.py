"""A form that was sent after the session had ended is kept, and found again after signing in.

It is kept on the server for the person whose session it was, under a row-level policy, and shown again in the very
page on which it was typed: nothing is sent in their place. Somebody else who signs in on that browser sees nothing
of it. Files are not kept, and the page says so.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import refill, sessions
from accounts.models import HeldForm
from accounts.own import acting_alone
from core import clock
from core.acting import CHOSEN
from core.scope import system_scope

_MARK = "held_form"
KEPT = timedelta(hours=24)
# Of one person at a time, and in one form: beyond that somebody plays.
MOST_FORMS, MOST_CHARACTERS, MOST_ADDRESS = 5, 200_000, 200


def hold(request: HttpRequest) -> HttpResponse | None:
    """Keep what an ended session was sending, and lead to sign-in; None when there is nothing to keep."""
    ended = getattr(request.session, "ended", None)
    if request.method != "POST" or not isinstance(ended, sessions.Session) or ended.user_id is None:
        return None
    page = page_of(request)
    fields = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    secret = any("passw" in name for name in fields)
    if (
        fields
        and not secret
        and sum(len(text) for texts in fields.values() for text in texts) <= MOST_CHARACTERS
    ):
        with acting_alone(ended.user_id):
            old = HeldForm.objects.filter(user_id=ended.user_id).order_by("-pk").values("pk")
            HeldForm.objects.filter(pk__in=list(old[MOST_FORMS - 1 :].values_list("pk", flat=True))).delete()
            held = HeldForm.objects.create(
                user_id=ended.user_id,
                action=request.get_full_path()[:MOST_ADDRESS],
                page=page,
                fields=fields,
                had_files=bool(request.FILES),
            )
        request.session[_MARK] = str(held.uuid)
        if chosen := request.session.decode(ended.session_data).get(CHOSEN):
            # What was written for an organisation is sent for that one; of somebody else, the number opens nothing.
            request.session[CHOSEN] = chosen
        messages.info(request, "Votre connexion a expiré. Connectez-vous : vous retrouverez votre saisie.")
    target = f"{reverse('accounts:sign_in')}?{urlencode({'next': page}, safe='/')}"
    if request.headers.get("HX-Request") == "true":
        # A swap would put the page of sign-in in the middle of another one.
        response = HttpResponse()
        response["HX-Redirect"] = target
        return response
    return redirect(target)


def page_of(request: HttpRequest) -> str:
    """The page on which the form was: the browser says so, for addresses of ours."""
    referer = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    if referer and url_has_allowed_host_and_scheme(referer, hosts, require_https=request.is_secure()):
        parts = urlsplit(referer)
        page = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if page.startswith("/") and len(page) <= MOST_ADDRESS:
            return page
    return request.path[:MOST_ADDRESS]


def is_waiting(request: HttpRequest) -> bool:
    """Whether something was kept from this browser (whoever it belongs to)."""
    return _MARK in request.session


def claim(request: HttpRequest, user_id: int) -> str | None:
    """The page to go back to, for the person whose form was kept; somebody else leaves it behind."""
    held = _held(request, user_id)
    if held is None:
        request.session.pop(_MARK, None)
        return None
    return held.page


def _held(request: HttpRequest, user_id: int) -> HeldForm | None:
    mark = request.session.get(_MARK)
    if mark is None:
        return None
    with acting_alone(user_id):
        return HeldForm.objects.filter(
            uuid=UUID(mark), user_id=user_id, held_at__gt=clock.now() - KEPT
        ).first()


def after(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Fill the page that is given with what was kept for it; forget it once it has been sent again."""
    user_id = request.user.pk
    if user_id is None or _MARK not in request.session:
        return response
    held = _held(request, user_id)
    if held is None:
        request.session.pop(_MARK, None)
    elif request.method == "POST" and request.get_full_path() == held.action and response.status_code < 400:
        with acting_alone(user_id):
            HeldForm.objects.filter(pk=held.pk).delete()
        request.session.pop(_MARK, None)
    elif request.method == "GET" and request.get_full_path() == held.page and _is_page(response):
        _refill(response, held)
    return response


def _is_page(response: HttpResponse) -> bool:
    kind = response.headers.get("Content-Type", "")
    return response.status_code == 200 and not response.streaming and kind.startswith("text/html")


def _refill(response: HttpResponse, held: HeldForm) -> None:
    fields: dict[str, list[str]] = held.fields
    html, found = refill.fill(response.content.decode(), held.page, held.action, fields)
    context: dict[str, Any] = {"found": found, "had_files": held.had_files}
    if not found:
        # The page has changed since: what was typed is shown, to be copied.
        context["texts"] = [text for texts in fields.values() for text in texts if " " in text.strip()]
    notice = render_to_string("accounts/_held_form.html", context)
    response.content = refill.add_notice(html, notice).encode()
    if "Content-Length" in response:
        response["Content-Length"] = str(len(response.content))


def forget() -> None:
    """Drop what nobody came back for (the worker)."""
    with system_scope("forget forms that nobody came back for"):
        HeldForm.objects.filter(held_at__lte=clock.now() - KEPT).delete()
