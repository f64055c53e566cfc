"""The pages by which a manager entrusts referrals to a colleague."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core.acting import Acting
from core.doors import about_to_list
from core.requests import PortalRequest
from core.views import may, writes
from partners.views.listing import all_ticked, ticked
from referrals.entrusting import passing
from youths.accompanying.passing import colleagues
from youths.listing.reassign_views import SuccessorForm
from youths.records import Overtaken

NOBODY = "aucun"
NOTHING = "Cochez au moins une orientation."
SAME = "Choisissez quelqu’un d’autre."
OVERTAKEN = (
    "Une autre personne vient de changer une de ces orientations. Rien n’a été confié : relisez d’abord."
)


class FollowerForm(forms.Form):
    """Whose referrals."""

    de = forms.ChoiceField(label="Orientations suivies par")

    def __init__(self, people: list[tuple[int, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["de"].choices = [  # type: ignore[attr-defined]
            ("", "Choisissez un collègue"),
            (NOBODY, "Personne : sans référent désigné"),
            *((str(user), name) for user, name in people),
        ]


@writes
@may("reassign_referrals")
def entrust(request: PortalRequest) -> HttpResponse:
    """Choose whose referrals, which ones and to whom; see what would pass; then do it once."""
    acting: Acting = request.acting
    about_to_list(request)
    people = colleagues(acting.organisation_id)
    chooser = FollowerForm(people, request.GET if "de" in request.GET else None)
    context: dict[str, Any] = {"chooser": chooser, "most": passing.MOST}
    if not chooser.is_valid():
        return render(request, "referrals/entrusting/choose.html", context)
    code = chooser.cleaned_data["de"]
    follower = None if code == NOBODY else int(code)
    others = [pair for pair in people if pair[0] != follower]
    form = SuccessorForm(others, request.POST if request.method == "POST" else None)
    context |= {"form": form, "follower": dict(chooser.fields["de"].choices)[code]}  # type: ignore[attr-defined]
    chosen: set[UUID] | None = None if all_ticked(request) else set()
    if request.method == "POST":
        uuids = ticked(request, "orientation")[: passing.MOST]
        chosen = set(uuids)
        if not uuids:
            form.add_error(None, NOTHING)
        if form.is_valid():
            return _previewed(request, follower, uuids, form.cleaned_data["vers"], dict(people), context)
    rows = passing.rows_of(passing.followed(acting, follower))
    request.marks.listed(acting, "youth", len(rows))
    context["rows"] = [(row, chosen is None or row.uuid in chosen) for row in rows]
    context |= {"full": len(rows) >= passing.MOST, "query": f"de={code}", "none": not all_ticked(request)}
    return render(request, "referrals/entrusting/choose.html", context)


def _previewed(
    request: PortalRequest,
    follower: int | None,
    uuids: list[UUID],
    successor: int,
    names: dict[int, str],
    context: dict[str, Any],
) -> HttpResponse:
    """What would pass; once it was seen, it passes."""
    acting: Acting = request.acting
    status = 200
    if "seen" in request.POST:
        try:
            count = passing.carry_out(acting, follower, uuids, successor, request.POST["seen"])
        except Overtaken:
            status, context["overtaken"] = 409, OVERTAKEN
        else:
            words = "1 orientation est confiée" if count == 1 else f"{count} orientations sont confiées"
            messages.success(request, f"{words} à {names[successor]}.")
            return redirect("referrals:list")
    plan = passing.prepare(acting, follower, uuids, successor)
    request.marks.listed(acting, "youth", len(plan.rows))
    context |= {"plan": plan, "name": names[successor], "successor": successor}
    context["counts"] = plan.counted(acting.organisation_id)
    return render(request, "referrals/entrusting/preview.html", context, status=status)
