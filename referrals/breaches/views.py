"""The page of a breach: what happened, what comes next; and the request for a joint accompaniment."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render

from core import clock
from core.acting import Acting
from core.place import back_to
from core.requests import PortalRequest
from core.views import may, writes
from core.working_days import long_date
from referrals import creation, presenting
from referrals.breaches import declaring
from referrals.breaches.forms import BreachForm, CloseForm, JointRequestForm
from referrals.breaches.rules import Facts, findings, handover_on, is_free
from referrals.models import Breach
from referrals.programmes.accompagnement_conjoint import NEEDS, PROGRAMME
from referrals.views.creation import write_down
from youths.doors import accompanied_youth_or_404
from youths.models import Youth
from youths.records import Overtaken

JUST_DONE = "Un collègue vient de dire la suite de cette rupture : rien n’a été enregistré ici."


@writes
@may("declare_breach")
def breach(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Declare that a contract was broken; once it is, what happened and what may be done."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    if not declaring.may_declare(acting):
        return back_to(request, "youths:detail", youth.uuid)
    found = declaring.current(acting, youth)
    if found is not None and request.method != "POST":
        return _page(request, youth, found)
    form = BreachForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (found is not None or form.is_valid()):
        try:
            if found is not None:
                raise Overtaken
            made = declaring.declare(acting, youth, form.cleaned_data)
        except Overtaken:
            messages.error(request, "Une rupture est déjà déclarée pour ce jeune : la voici.")
            return back_to(request, "referrals:breach", youth.uuid)
        for finding in form.found(form.cleaned_data):
            messages.warning(request, finding.words)
        day = long_date(handover_on(made.broke_on))
        messages.success(request, f"La rupture est déclarée. La suite vous sera demandée le {day}.")
        return back_to(request, "referrals:breach", youth.uuid)
    return render(request, "referrals/breaches/declare.html", {"youth": youth, "form": form})


@writes
@may("declare_breach")
def breach_close(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Say why the Mission Locale is not asked."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    found = declaring.current(acting, youth) if declaring.may_declare(acting) else None
    if request.method != "POST" or not declaring.may_declare(acting):
        return back_to(request, "youths:detail", youth.uuid)
    form = CloseForm(request.POST)
    if found is not None and not form.is_valid():
        return _page(request, youth, found, form=form)
    try:
        if found is None:
            raise Overtaken
        declaring.close(acting, youth, form.cleaned_data["closing"])
    except Overtaken:
        messages.error(request, JUST_DONE)
        return back_to(request, "youths:detail", youth.uuid)
    messages.success(request, "C’est noté : rien d’autre ne vous sera demandé pour cette rupture.")
    return back_to(request, "youths:detail", youth.uuid)


@writes
@may("declare_breach")
def joint_request(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Ask the Mission Locale to accompany too: needs, contact, agreement, sending."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    if not declaring.may_declare(acting):
        return back_to(request, "youths:detail", youth.uuid)
    found = declaring.current(acting, youth)
    if found is None:
        return back_to(request, "referrals:breach", youth.uuid)  # a request comes from a breach
    posted = request.POST if request.method == "POST" else None
    sender = creation.sender_of(acting, youth, PROGRAMME.code)
    form = JointRequestForm(acting, youth, found, posted, live=sender.live_rows)  # type: ignore[attr-defined]
    status = 200
    if posted is not None and form.is_valid():
        if (written := write_down(request, acting, youth, PROGRAMME, form)) is not None:
            return written
        status = 409
    needs = [form[f"p_{need.name}"] for need in NEEDS]
    return render(
        request,
        "referrals/breaches/ask.html",
        {
            "form": form,
            "youth": youth,
            "needs": needs,
            "of_needs": [field.name for field in needs],
            "facts": _facts(found),
            "agreement_text": presenting.agreement_to_read(PROGRAMME, sender, None),
        },
        status=status,
    )


def _facts(found: Breach) -> list[tuple[str, str]]:
    """What a breach says, in words."""
    facts = Facts(found.started_on, found.broke_on, found.mode, found.presence)
    free = {True: "oui", False: "non", None: "à vérifier : jours de présence inconnus"}[is_free(facts)]
    rows = [
        ("Contrat commencé le", long_date(found.started_on)),
        ("Rompu le", long_date(found.broke_on)),
        ("De quelle façon", found.get_mode_display()),
        ("Dans les 45 premiers jours en entreprise", free),
    ]
    dated = (("Médiateur saisi le", found.mediator_on), ("Employeur informé le", found.employer_on))
    return rows + [(label, long_date(day)) for label, day in dated if day]


def _page(
    request: PortalRequest, youth: Youth, found: Breach, *, form: CloseForm | None = None
) -> HttpResponse:
    acting: Acting = request.acting
    if found.youth_id != youth.pk:
        raise Http404
    facts = Facts(
        found.started_on, found.broke_on, found.mode, found.presence, found.mediator_on, found.employer_on
    )
    context: dict[str, Any] = {
        "youth": youth,
        "facts": _facts(found),
        "referent": found.referent.get_full_name(),
        "due_on": handover_on(found.broke_on),
        "is_due": clock.today() >= handover_on(found.broke_on),
        "to_check": findings(facts, max(clock.today(), found.broke_on)),
        "draft": declaring.request_under_way(acting, youth),
        "form": form or CloseForm(),
        "closing": form is not None,
    }
    return render(request, "referrals/breaches/breach.html", context)
