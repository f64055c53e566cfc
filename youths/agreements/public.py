"""The page of a youth's link: no account, no session, no name before the day and the month of birth."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from accounts.limits import Limit, TooManyAttempts, client_address, count
from core.requests import PortalRequest
from core.views import writes
from youths.agreements import asking
from youths.agreements.forms import BirthForm
from youths.agreements.purposes import purposes
from youths.models import AgreementRequest

# A reception desk answers for many youths from one address.
FROM_ONE_ADDRESS = Limit("agreement-address", 60, asking.WINDOW)
WRONG = "Ce jour et ce mois ne correspondent pas. Encore {left} essai{s}."


def let_in(request: PortalRequest, is_open: Callable[[str], bool], token: str) -> BirthForm | HttpResponse:
    """The day and the month that were posted, counted and read; else the page to answer with, which changes nothing."""
    if request.method != "POST":
        if not is_open(token):
            return closed(request)
        return _page(request, "birth", form=BirthForm())
    try:
        count(FROM_ONE_ADDRESS, client_address(request))
    except TooManyAttempts:
        return _page(request, "slow", status=429)
    form = BirthForm(request.POST)
    if form.is_valid():
        return form
    return _page(request, "birth", form=form) if is_open(token) else closed(request)


@csrf_exempt  # no session to ride on: the token and the birthday are the whole right to answer
@writes
@login_not_required
def agreement_answer(request: PortalRequest, token: str) -> HttpResponse:
    """Say who you are, read, answer. Opening the page changes nothing: mail scanners open links."""
    form = let_in(request, asking.is_open, token)
    if isinstance(form, HttpResponse):
        return form
    day, month = form.cleaned_data["day"], form.cleaned_data["month"]
    said = request.POST.get("reponse", "")
    if said in ("oui", "non"):
        return _answer(request, token, day, month, yes=said == "oui")
    found = asking.question(token, day, month)
    return refused(request, form, found) or _ask(request, found or {}, day, month)


def _answer(request: PortalRequest, token: str, day: int, month: int, *, yes: bool) -> HttpResponse:
    found = asking.answer(token, day, month, yes=yes, covers_return=request.POST.get("retour") == "oui")
    stopped = refused(request, BirthForm(request.POST), found)
    return stopped or _page(request, "thanks", yes=yes, gave=(found or {}).get("kind") == "give")


def refused(request: PortalRequest, form: BirthForm, found: dict[str, Any] | None) -> HttpResponse | None:
    """A dead link says nothing more than an unknown one; a wrong birthday, how many tries are left, or that none is."""
    if found is None or (found.get("wrong") and not found["left"]):
        return closed(request, locked=found is not None)
    if not found.get("wrong"):
        return None
    form.full_clean()
    form.add_error(None, WRONG.format(left=found["left"], s="s" if found["left"] > 1 else ""))
    return _page(request, "birth", form=form)


def _ask(request: PortalRequest, found: dict[str, Any], day: int, month: int) -> HttpResponse:
    purpose = purposes[found["purpose"]]
    sender, recipient = f"« {found['sender']} »", f"« {found['recipient']} »"
    text = purpose.wording(found["version"], sender=sender, recipient=recipient)
    return _page(
        request,
        "question" if found["kind"] == AgreementRequest.Kind.GIVE else "withdraw",
        first_name=found["first_name"],
        sender=sender,
        recipient=recipient,
        purpose=purpose.label,
        sentences=[f"{part.strip('. ')}." for part in text.split(". ") if part.strip(". ")],
        minor=found["minor"],
        way_back=bool(purpose.receives) and "ml" not in purpose.receives,
        day=day,
        month=month,
    )


def closed(request: PortalRequest, *, locked: bool = False) -> HttpResponse:
    """What every link that does not open answers."""
    return _page(request, "closed", status=404, locked=locked)


def _page(request: PortalRequest, step: str, *, status: int = 200, **context: Any) -> HttpResponse:
    return page(request, f"youths/agreements/link_{step}.html", status=status, **context)


def page(request: PortalRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A page of a youth's link: kept out of caches, of engines, and of the addresses that the next site is told."""
    response = render(request, template, context, status=status)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
