"""The home page ("À faire") and the public pages."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from core import clock
from core.acting import Acting
from core.doors import about_to_list
from core.hooks import todo_sources
from core.models import Task
from core.personal import of_professionals, of_youths
from core.requests import PortalRequest
from core.todo import Card
from core.views import reads
from partners.people.dormancy import is_asleep
from portal import news
from portal.waiting import GROUP, MINE, counted
from referrals.models import OPEN_STATES, Referral
from referrals.todo import GROUPS

PAGE = 50


@reads
@login_not_required
def home(request: PortalRequest) -> HttpResponse:
    """What awaits me, oldest promise first; the landing page for those who are not signed in."""
    if not request.user.is_authenticated:
        return render(request, "pages/accueil.html")
    acting: Acting | None = request.acting
    if acting is None:
        return render(request, "portal/no_membership.html", {"asleep": is_asleep(request.user.pk)})
    if not (acting.accompanies or acting.steers):
        return redirect("youths:rights")
    if acting.accompanies:
        about_to_list(request)
    whole = acting.is_manager and request.GET.get("vue") == "structure"
    group = request.GET.get("groupe", "")
    tasks = Task.objects.visible_to(acting) if whole else Task.objects.mine(acting)
    counts = counted(acting, whole=whole)
    if acting.steers and not counts["total"] + counts["coming"]:
        return redirect("reporting:dashboard")
    found = _after(_of_group(tasks.open(), group), request.GET.get("apres", ""))
    if whole:
        found = found.annotate(owner=_OWNER)
    shown = list(found.order_by("due_on", "pk")[: PAGE + 1])
    cards = _cards(acting, shown[:PAGE], whole=whole)
    if acting.accompanies:
        request.marks.listed(acting, "youth", len(cards))
    return render(
        request,
        "portal/home.html",
        {
            "groups": _groups(counts, group, whole),
            "total": counts["total"],
            "known": counts["total"] + counts["coming"],
            "sections": _by_promise(cards),
            "next_url": _next_url(shown, group, whole) if len(shown) > PAGE else "",
            "group": group if group in GROUPS else "",
            "whole": whole,
        }
        | ({} if cards else _when_nothing_awaits(acting, whole)),
    )


def _of_group(tasks: QuerySet[Task], group: str) -> QuerySet[Task]:
    if group == "coming":
        return tasks.filter(awaited_on__gt=clock.today())
    tasks = tasks.filter(awaited_on__lte=clock.today())
    if group == "late":
        return tasks.filter(MINE, due_on__lt=clock.today())
    return tasks.filter(GROUP[group]) if group in GROUP else tasks


def _after(tasks: QuerySet[Task], last: str) -> QuerySet[Task]:
    """The promises after a task, by keyset; all of them when the address names none of mine."""
    anchor = (
        tasks.filter(pk=int(last)).first() if last.isascii() and last.isdigit() and len(last) < 19 else None
    )
    if anchor is None:
        return tasks
    return tasks.filter(Q(due_on__gt=anchor.due_on) | Q(due_on=anchor.due_on, pk__gt=anchor.pk))


def _next_url(shown: list[Task], group: str, whole: bool) -> str:
    view = {"vue": "structure"} if whole else {}
    return "?" + urlencode(
        view | ({"groupe": group} if group in GROUPS else {}) | {"apres": shown[PAGE - 1].pk}
    )


def _groups(counts: dict[str, int], current: str, whole: bool) -> list[dict[str, Any]]:
    view = {"vue": "structure"} if whole else {}
    return [
        {
            "label": label,
            "count": counts[code],
            "current": code == current,
            "late": code == "late",
            "url": "?" + urlencode(view if code == current else view | {"groupe": code}),
        }
        for code, label in GROUPS.items()
    ]


# Who a task awaits, for the view of the team.
_OWNER = Subquery(
    User.objects.filter(pk=OuterRef("user_id"))
    .order_by()
    .values_list(Concat("first_name", Value(" "), "last_name", output_field=CharField()))
)


def _cards(acting: Acting, tasks: list[Task], *, whole: bool) -> list[Card]:
    """The cards of the tasks, asked of the room of each subject, in the order of the promises."""
    by_task: dict[int, Card] = {}
    for kind, source in todo_sources.items():
        by_task |= source(acting, [task for task in tasks if task.subject_kind == kind])
    cards = [(by_task[task.pk], task) for task in tasks if task.pk in by_task]
    if not whole:
        return [card for card, _ in cards]
    return [replace(card, owner=_awaits(task.owner)) for card, task in cards]  # type: ignore[attr-defined]


def _awaits(owner: str | None) -> str:
    return f"suivi par {owner}" if owner else "aux responsables"


def _by_promise(cards: list[Card]) -> list[dict[str, Any]]:
    """Cards grouped by promise: late, today, this week, later."""
    today = clock.today()
    titles = {"late": "En retard", "today": "Aujourd’hui", "soon": "Dans les 7 jours", "later": "Plus tard"}
    sections: dict[str, list[Card]] = {name: [] for name in titles}
    for card in cards:
        days = (card.due_on - today).days
        name = "late" if days < 0 else "today" if days == 0 else "soon" if days <= 7 else "later"
        sections[name].append(card)
    return [
        {"kind": name, "title": titles[name], "cards": found} for name, found in sections.items() if found
    ]


def _when_nothing_awaits(acting: Acting, whole: bool) -> dict[str, str]:
    """What goes on without me, in words, and the way there; for a manager, what awaits the organisation first."""
    if acting.is_manager and not whole:
        counts = counted(acting, whole=True)
        if total := counts["total"]:
            words = "1 tâche attend" if total == 1 else f"{total} tâches attendent"
            late = f", dont {counts['late']} en retard" if counts["late"] else ""
            return {
                "moving_words": f"Dans votre structure, {words}{late}.",
                "onward_url": "?vue=structure",
                "onward_label": "Voir toute la structure",
            }
    if acting.steers:
        return {
            "moving_words": "Des échéances sont à venir : elles apparaîtront ici en leur temps.",
            "onward_url": reverse("reporting:dashboard"),
            "onward_label": "Voir le tableau de bord",
        }
    return {
        "moving_words": _under_way(acting),
        "onward_url": reverse("referrals:list"),
        "onward_label": "Voir les orientations",
    }


def _under_way(acting: Acting) -> str:
    """How many referrals follow their course without me, in words."""
    count = Referral.objects.visible_to(acting).filter(state__in=OPEN_STATES).count()
    if count == 0:
        return "Aucune orientation n’est en cours."
    return "1 orientation suit son cours." if count == 1 else f"{count} orientations suivent leur cours."


def _public(template: str, **context: Any) -> Any:
    """A public page: readable by anybody, signed in or not."""

    @reads
    @login_not_required
    def page(request: PortalRequest) -> HttpResponse:
        return render(request, template, context)

    return page


help_page = _public("pages/aide.html")
accessibility = _public("pages/accessibilite.html", publisher=settings.PUBLISHER)
legal = _public("pages/mentions_legales.html", publisher=settings.PUBLISHER)
privacy = _public("pages/donnees_personnelles.html", publisher=settings.PUBLISHER)
terms = _public("pages/conditions.html", publisher=settings.PUBLISHER)
contact = _public("pages/contact.html", publisher=settings.PUBLISHER)
site_map = _public("pages/plan_du_site.html")


@reads
@login_not_required
def register(request: PortalRequest) -> HttpResponse:
    """Every personal field, why it is held, on what basis, how long, and who reads it: made from the models."""
    sections = [
        ("jeunes", "Les jeunes", list(of_youths())),
        ("professionnels", "Les professionnels", list(of_professionals())),
    ]
    return render(request, "pages/registre.html", {"sections": sections})


@reads
@login_not_required
def news_page(request: PortalRequest) -> HttpResponse:
    """What changed, for users."""
    return render(request, "pages/nouveautes.html", {"releases": news.releases()})
