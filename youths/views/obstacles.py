"""Noting an obstacle of a youth, and what is done about it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from core import clock
from core.acting import Acting
from core.place import back_to
from core.requests import PortalRequest
from core.views import may, writes
from youths import obstacle_codes, obstacles
from youths.doors import accompanied_youth_or_404
from youths.obstacle_forms import ObstacleForm, ObstacleStepForm
from youths.records import Overtaken, Refused

SAID = {obstacle_codes.LIFTED: "Le frein est levé.", obstacle_codes.ABANDONED: "Le frein n’est plus suivi."}


@writes
@may("follow_obstacles")
def obstacle_note(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Note an obstacle, and who takes it in charge."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    takers = obstacles.who_may_take(acting, youth)
    initial = {"since": clock.today(), "taken_by": acting.organisation_id}
    form = ObstacleForm(youth, takers, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            obstacles.note(acting, youth, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("category", str(refusal))
        else:
            messages.success(request, "Le frein est noté, et qui s’en charge.")
            return back_to(request, "youths:detail", youth.uuid)
    return render(request, "youths/obstacle.html", {"form": form, "youth": youth})


@writes
@may("follow_obstacles")
def obstacle_step(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """Say what was done about an obstacle (``frein``); lifted, it leaves the record and stays in the story."""
    acting: Acting = request.acting
    youth = accompanied_youth_or_404(request, uuid)
    wanted = request.GET.get("frein", "")
    found = next((one for one in obstacles.open_of(youth) if one["uuid"] == wanted), None)
    if found is None:
        messages.warning(request, "Ce frein n’est plus suivi : voyez ce qui a été fait.")
        return back_to(request, "youths:detail", youth.uuid)
    form = ObstacleStepForm(
        youth,
        obstacles.who_may_take(acting, youth),
        request.POST if request.method == "POST" else None,
        initial={"on": clock.today(), "taken_by": found["taken_by_id"]},
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            obstacles.act(acting, youth, UUID(wanted), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("on", str(refusal))
        except Overtaken:
            form.add_error(None, "Quelqu’un vient de clore ce frein : voyez ce qui a été fait.")
            status = 409
        else:
            messages.success(request, SAID.get(form.cleaned_data["code"], "C’est noté."))
            return back_to(request, "youths:detail", youth.uuid)
    return render(
        request, "youths/obstacle.html", {"form": form, "youth": youth, "obstacle": found}, status=status
    )
