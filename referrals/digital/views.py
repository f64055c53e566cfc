"""The self-diagnosis of a youth, for those who accompany them: asking for it, reading it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from core import todo
from core.acting import Acting
from core.place import keeping_place
from core.requests import PortalRequest
from core.views import may, writes
from referrals import programmes
from referrals.digital.answering import OF_LINK
from referrals.digital.reading import latest, presented
from referrals.models import YouthLink
from referrals.youth_links import asking, showing
from youths.agreements import seeds
from youths.doors import accompanied_youth_or_404

PROGRAMME = "inclusion_numerique"


@writes
@may("ask_self_diagnosis")
def digital(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """What the youth answered; a link for them to answer (again)."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    context = {}
    if asked := request.GET.get("demande"):
        link = showing.own_link_or_404(request, asked, youth=youth, kind=YouthLink.Kind.DIGITAL)
        if request.method == "POST":
            return showing.act_on(request, link)
        context = showing.context_of(request, link)
    elif request.method == "POST":
        made, seed = asking.ask(acting, youth, YouthLink.Kind.DIGITAL)
        seeds.keep(request, made.uuid, seed)
        return redirect(keeping_place(request, request.path, demande=made.uuid))
    checks = latest(acting, youth)
    if checks:
        # The answers are read: their task is done.
        request.marks.effect(lambda: _close(acting, youth.pk))
    context |= {
        "youth": youth,
        "check": presented(checks[0]) if checks else None,
        "earlier": [presented(check) for check in checks[1:]],
        "may_refer": acting.network in programmes.get(PROGRAMME).sends,
        "programme": PROGRAMME,
    }
    return render(request, "referrals/digital/page.html", context)


def _close(acting: Acting, youth_id: int) -> None:
    used = YouthLink.objects.filter(
        youth=youth_id,
        requested_for=acting.organisation_id,
        kind=YouthLink.Kind.DIGITAL,
        used_at__isnull=False,
    )
    for pk in used.order_by("pk").values_list("pk", flat=True):
        todo.close_tasks(OF_LINK, pk)
