"""The page of the lists that one keeps under a name."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.acting import Acting
from core.requests import PortalRequest
from core.views import may, writes
from youths.listing import asked as asking
from youths.listing import saved
from youths.listing.forms import NameForm, around, words_of
from youths.records import Refused

KEEP, RENAME, REMOVE = "garder", "renommer", "supprimer"


@writes
@may("keep_filters")
def filters(request: PortalRequest) -> HttpResponse:
    """Give a name to the list of the address, rename those one has, remove them."""
    acting: Acting = request.acting
    given = request.POST if request.method == "POST" else request.GET
    asked = asking.read_query(acting, given.get("requete", ""))
    what, chosen = request.POST.get("action", ""), asking.uuid_of(request.POST.get("filtre", ""))
    form = NameForm(request.POST if what in (KEEP, RENAME) else None)
    if request.method == "POST":
        done = _done(acting, what, chosen, asked, form)
        if done:
            messages.success(request, done)
            return redirect(f"{reverse('youths:list')}?{asked.query}" if what == KEEP else "youths:filters")
    beside = around(acting)
    context: dict[str, Any] = {
        "form": form,
        "asked": asked,
        "told": [words for _, words in words_of(asked, beside.colleagues)],
        "view": asking.VIEWS[asked.view],
        "kept": [_row(acting, one, beside.colleagues) for one in beside.kept],
        "renamed": chosen if what == RENAME else None,
    }
    return render(request, "youths/listing/filters.html", context)


def _done(acting: Acting, what: str, chosen: UUID | None, asked: asking.Asked, form: NameForm) -> str:
    """Do what was asked, and say it; empty when nothing was done, with the error beside the name."""
    if what == REMOVE and chosen:
        saved.remove(acting, chosen)
        return "Le filtre est supprimé."
    if what not in (KEEP, RENAME) or not form.is_valid():
        return ""
    try:
        if what == KEEP:
            saved.keep(acting, form.cleaned_data["nom"], asked.query)
            return "La liste est gardée sous ce nom."
        if chosen:
            saved.rename(acting, chosen, form.cleaned_data["nom"])
            return "Le filtre est renommé."
    except Refused as refusal:
        form.add_error("nom", str(refusal))
    return ""


def _row(acting: Acting, one: Any, colleagues: list[Any]) -> dict[str, Any]:
    asked = asking.read_query(acting, one.query)
    words = [asking.VIEWS[asked.view], *(words for _, words in words_of(asked, colleagues))]
    return {
        "uuid": one.uuid,
        "name": one.name,
        "url": f"{reverse('youths:list')}?{asked.query}",
        "words": ", ".join(words),
    }
