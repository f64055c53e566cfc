"""The pages by which the youths of a list are entrusted to a colleague."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.acting import Acting
from core.doors import about_to_list
from core.requests import PortalRequest
from core.views import may, writes
from partners.views.listing import all_ticked, ticked
from youths.accompanying.passing import colleagues
from youths.listing import asked as asking
from youths.listing import entrusting, rows
from youths.listing.entrusting import MOST
from youths.records import Overtaken

OVERTAKEN = (
    "Une autre personne vient de changer un de ces accompagnements. Rien n’a été confié : relisez d’abord."
)
NOBODY = "Cochez au moins un jeune."


class SuccessorForm(forms.Form):
    vers = forms.TypedChoiceField(
        label="Confier à", coerce=int, error_messages={"required": "Choisissez un collègue."}
    )

    def __init__(self, people: list[tuple[int, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["vers"].choices = [("", "Choisissez un collègue"), *people]  # type: ignore[attr-defined]


@writes
@may("reassign_youths")
def reassign(request: PortalRequest) -> HttpResponse:
    """Choose the youths and the colleague, see what would pass, then do it once."""
    acting: Acting = request.acting
    about_to_list(request)
    asked = asking.read(acting, request.GET)
    people = colleagues(acting.organisation_id)
    form = SuccessorForm(people, request.POST if request.method == "POST" else None)
    list_url = f"{reverse('youths:list')}?{asked.query}"
    context: dict[str, Any] = {"form": form, "list_url": list_url, "most": MOST}
    status = 200
    kept: set[UUID] | None = None if all_ticked(request) else set()
    if request.method == "POST":
        youths = entrusting.chosen(acting, ticked(request, "jeune"))
        if not youths:
            form.add_error(None, NOBODY)
        if form.is_valid():
            successor = form.cleaned_data["vers"]
            name = dict(people)[successor]
            if "seen" in request.POST:
                try:
                    count = entrusting.carry_out(acting, youths, successor, request.POST["seen"])
                except Overtaken:
                    status, context["overtaken"] = 409, OVERTAKEN
                else:
                    messages.success(request, _said(count, name))
                    return redirect(list_url)
            plan = entrusting.prepare(acting, youths, successor)
            request.marks.listed(acting, "youth", len(plan.rows))
            return render(
                request,
                "youths/listing/reassign_preview.html",
                {**context, "plan": plan, "name": name, "successor": successor},
                status=status,
            )
        kept = {youth.uuid for youth in youths}
    found = rows.all_of(acting, asked, MOST)
    lines = [line for line in found if line.may_open]
    request.marks.listed(acting, "youth", len(lines))
    context |= {
        "lines": [(line, kept is None or line.uuid in kept) for line in lines],
        "full": len(found) >= MOST,
        "query": asked.query,
        "none": not all_ticked(request),
    }
    return render(request, "youths/listing/reassign.html", context)


def _said(count: int, name: str) -> str:
    if not count:
        return f"Ces jeunes sont déjà confiés à {name}."
    return f"1 jeune est confié à {name}." if count == 1 else f"{count} jeunes sont confiés à {name}."
