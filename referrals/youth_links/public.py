"""The page of a youth's link: the birthday first, then the questions of its one purpose."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from core.requests import PortalRequest
from core.views import writes
from referrals import programmes
from referrals.digital import answering
from referrals.digital.forms import DigitalForm
from referrals.models import YouthLink
from referrals.opinions import answering as opinions
from referrals.opinions.forms import OpinionForm
from referrals.youth_links import asking
from youths.agreements.public import let_in, page, refused


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a link asks: its form (of what the link is about, and of what was posted), its pages, its recording."""

    form: Callable[[dict[str, Any], Any], Form]
    questions: str
    thanks: str
    record: Callable[[str, int, int, dict[str, Any]], dict[str, Any] | None]


PURPOSES = {
    YouthLink.Kind.DIGITAL: Purpose(
        lambda found, data: DigitalForm(data),
        "referrals/digital/link_questions.html",
        "referrals/digital/link_thanks.html",
        answering.record,
    ),
    YouthLink.Kind.OPINION: Purpose(
        lambda found, data: OpinionForm(programmes.get(found["programme"]), data),
        "referrals/opinions/link_questions.html",
        "referrals/opinions/link_thanks.html",
        opinions.record,
    ),
}


@csrf_exempt  # no session to ride on: the token and the birthday are the whole right to answer
@writes
@login_not_required
def youth_link(request: PortalRequest, token: str) -> HttpResponse:
    """Say who you are, read, answer. Opening the page changes nothing: mail scanners open links."""
    birth = let_in(request, asking.is_open, token)
    if isinstance(birth, HttpResponse):
        return birth
    day, month = birth.cleaned_data["day"], birth.cleaned_data["month"]
    found = asking.question(token, day, month)
    if stopped := refused(request, birth, found):
        return stopped
    assert found is not None  # a dead link was answered above
    purpose = PURPOSES[YouthLink.Kind(found["kind"])]
    form = purpose.form(found, request.POST if "etape" in request.POST else None)
    if not form.is_valid():  # never, while nothing was answered
        shown = {"form": form, "first_name": found["first_name"], "day": day, "month": month}
        return page(request, purpose.questions, **shown)
    recorded = purpose.record(token, day, month, form.cleaned_data)
    return refused(request, birth, recorded) or page(request, purpose.thanks)
