"""The page of the import: bring a file, read what it would do, confirm or give up."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from core.acting import Acting
from core.doors import about_to_list
from core.requests import PortalRequest
from core.uploads import UploadField, brought
from core.views import may, writes
from partners.directory.reading import Unreadable
from youths.models import PortfolioImport, PortfolioRow, Youth
from youths.portfolio import importing
from youths.portfolio.reading import LABELS, MOST
from youths.records import Overtaken, Refused

OVERTAKEN = (
    "Un de ces dossiers vient d’être changé par quelqu’un d’autre. Rien n’a été importé : voici ce que le fichier "
    "ferait maintenant."
)
GONE = "Ce fichier a déjà été importé, ou abandonné, par quelqu’un d’autre."
# Lines of each kind that the page names; the counts are those of the whole file.
SHOWN = 100
# What is said of lines by a word that agrees with how many they are.
AGREEING = (PortfolioRow.Verdict.SAME, PortfolioRow.Verdict.REFUSED)


class PortfolioForm(forms.Form):
    fichier = UploadField(label="Fichier extrait du logiciel de votre structure", accepts=("csv",))


@writes
@may("import_portfolio")
def portfolio(request: PortalRequest) -> HttpResponse:
    """Off until the delegate allows it; then a file at a time, shown before anything is written."""
    acting: Acting = request.acting
    about_to_list(request)
    form, status, overtaken = PortfolioForm(), 200, ""
    if request.method == "POST":
        what = request.POST.get("action", "")
        if what == "abandonner":
            importing.give_up(acting)
            return redirect("youths:portfolio")
        try:
            if what == "confirmer":
                done = _confirm(acting, request)
                messages.success(
                    request, f"Dossiers créés : {done['created']}. Dossiers mis à jour : {done['changed']}."
                )
                return redirect("youths:list")
            form = PortfolioForm(request.POST, brought(request))
            if form.is_valid():
                importing.bring(acting, form.cleaned_data["fichier"].content)
                return redirect("youths:portfolio")
        except Unreadable as error:
            form.add_error("fichier", str(error))
        except Refused as refusal:
            form.add_error(None, str(refusal)) if form.is_bound else messages.error(request, str(refusal))
        except Overtaken:
            status, overtaken = 409, OVERTAKEN
    found = importing.waiting(acting)
    if overtaken:
        if found is None:
            overtaken = GONE
        else:
            importing.assess_again(acting, found)
    context: dict[str, Any] = {
        "form": form,
        "allowed": importing.allowed(acting),
        "overtaken": overtaken,
        "columns": list(LABELS.values()),
        "most": MOST,
        "shown": _shown(request, acting, found) if found else None,
    }
    return render(request, "youths/portfolio/portfolio.html", context, status=status)


def _confirm(acting: Acting, request: PortalRequest) -> dict[str, int]:
    found = importing.waiting(acting)
    if found is None or str(found.uuid) != request.POST.get("import", ""):
        raise Overtaken
    distinct = {
        int(one)
        for one in request.POST.getlist("distinct")
        if one.isascii() and one.isdigit() and len(one) < 8
    }
    return importing.apply(acting, found, distinct)


def _shown(request: PortalRequest, acting: Acting, found: PortfolioImport) -> dict[str, Any]:
    """The lines of each kind, and how many there are of it; the names shown are counted."""
    groups: list[dict[str, Any]] = []
    named = 0
    for verdict in PortfolioRow.Verdict:
        lines = found.rows.filter(verdict=verdict)
        count = lines.count()
        told = list(lines.order_by("number")[:SHOWN]) if verdict != PortfolioRow.Verdict.SAME else []
        named += 0 if verdict == PortfolioRow.Verdict.REFUSED else len(told)
        words = f"{verdict.label}s" if count > 1 and verdict in AGREEING else verdict.label
        groups.append(
            {"verdict": verdict, "words": words, "count": count, "rows": [_row(row) for row in told]}
        )
    similar = [pk for row in groups[1]["rows"] for pk in row["similar_ids"]]
    known = {
        youth.pk: youth
        for youth in Youth.objects.openable_by(acting)
        .filter(pk__in=similar)
        .only("pk", "uuid", "first_name", "last_name", "file_number")
    }
    for row in groups[1]["rows"]:
        row["similar"] = [known[pk] for pk in row["similar_ids"] if pk in known]
    request.marks.listed(acting, "youth", named + len(known))
    useful = any(group["count"] for group in groups[:3])
    return {"uuid": found.uuid, "at": found.created_at, "groups": groups, "useful": useful}


def _row(row: PortfolioRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "name": f"{row.last_name} {row.first_name}",
        "birth_date": row.birth_date,
        "file_number": row.file_number,
        "reason": row.reason,
        "changes": ", ".join(LABELS[name].lower() for name in row.changes).replace(
            "courriel du référent", "référent"
        ),
        "similar_ids": row.similar,
        "similar": [],
    }
