"""Received and sent referrals."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from core.acting import Acting
from core.doors import about_to_list
from core.requests import PortalRequest
from core.views import may, reads
from partners.models import Network
from referrals.filters import STAGES, ReferralFilter
from referrals.models import OPEN_STATES, Referral
from referrals.presenting import badge_of, in_sentence, late_words, next_words, state_words

PAGE = 50
# The moment that orders a tab: what was received by its sending, what I write by its creation.
_ORDER = {"received": "sent_at", "sent": "created_at"}


@reads
@may("list_referrals")
def referral_list(request: PortalRequest) -> HttpResponse:
    """Two tabs, open ones first to see, exact counts, pages by keyset."""
    acting: Acting = request.acting
    about_to_list(request)
    default = "sent" if acting.network == Network.ML else "received"
    tab = request.GET.get("onglet", "")
    if tab not in _ORDER:
        tab = default
    data: QueryDict = request.GET.copy()
    if "etape" not in data:
        data["etape"] = "open"
    filters = ReferralFilter(data, queryset=_of_tab(acting, tab))
    found = filters.qs if filters.is_valid() else _of_tab(acting, tab).filter(state__in=OPEN_STATES)
    count = found.count()
    page = list(_page(found, _ORDER[tab], request.GET.get("apres")))
    shown = page[:PAGE]
    request.marks.listed(acting, "youth", len(shown))
    return render(
        request,
        "referrals/list.html",
        {
            "tab": tab,
            "rows": [_row(referral, acting, tab) for referral in shown],
            "count": count,
            "form": filters.form,
            "chips": _chips(data, tab),
            "next_url": _next_url(data, shown) if len(page) > PAGE else "",
        },
    )


def _of_tab(acting: Acting, tab: str) -> QuerySet[Referral]:
    return Referral.objects.of_tab(acting, "sender" if tab == "sent" else "recipient")


def _page(found: QuerySet[Referral], order: str, after: str | None) -> QuerySet[Referral]:
    """The page after a referral, latest first."""
    page = found.order_by(f"-{order}", "-pk")
    try:
        anchor = found.filter(uuid=UUID(after or "")).values_list(order, "pk").first()
    except ValueError:
        anchor = None
    if anchor:
        at, pk = anchor
        page = page.filter(Q(**{f"{order}__lt": at}) | Q(**{order: at, "pk__lt": pk}))
    # People and organisations are looked up for the rows of the page alone, not for all those that are sorted.
    return (
        Referral.objects.filter(pk__in=page.values("pk")[: PAGE + 1])
        .select_related("youth", "sender", "recipient")
        .order_by(f"-{order}", "-pk")
    )


def _row(referral: Referral, acting: Acting, tab: str) -> dict[str, Any]:
    other = referral.recipient if tab == "sent" else referral.sender
    return {
        "url": referral.get_absolute_url(),
        "who": referral.youth.full_name,
        "context": f"{referral.rules.short_label} · {other.outward_name}",
        "at": referral.sent_at or referral.created_at,
        "badge": badge_of(referral),
        "state": state_words(referral, acting),
        # The line names the other organisation already.
        "next": late_words(referral) + next_words(referral, acting).replace(f" ({in_sentence(other)})", ""),
    }


def _chips(data: QueryDict, tab: str) -> list[dict[str, str]]:
    """The active filters, each with the address that takes it off."""
    chips = []
    for name in ("etape", "dispositif"):
        value = data.get(name)
        if not value:
            continue
        label = (
            STAGES[value][0] if name == "etape" and value in STAGES else dict(_programmes()).get(value, value)
        )
        rest = {key: data[key] for key in ("etape", "dispositif") if key != name and data.get(key)}
        if name == "etape":
            rest["etape"] = ""
        chips.append({"label": label, "url": "?" + urlencode({"onglet": tab} | rest)})
    return chips


def _programmes() -> list[tuple[str, str]]:
    return ReferralFilter.base_filters["dispositif"].extra["choices"]()


def _next_url(data: QueryDict, shown: list[Referral]) -> str:
    following = data.copy()
    following["apres"] = str(shown[-1].uuid)
    return "?" + following.urlencode()
