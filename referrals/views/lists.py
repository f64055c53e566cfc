"""Received and sent referrals."""

from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Case, Q, QuerySet, Value, When
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from core.acting import Acting
from core.doors import about_to_list
from core.prepared import Prepared
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.templatetags.portal_ui import fr_day
from core.views import may, reads
from partners.models import Network
from referrals import programmes
from referrals.filters import LATEST, MINE_FIRST, STAGES, ReferralFilter
from referrals.models import Referral, followed_by
from referrals.presenting import LINE, Line, badge_of, late_words, next_words, quoted, state_words

PAGE = 50
# The moment that orders a tab: what was received by its sending, what I write by its creation.
_ORDER = {"received": "sent_at", "sent": "created_at"}


@reads
@may("list_referrals")
def referral_list(request: PortalRequest) -> HttpResponse:
    """Two tabs, open ones first to see, exact counts, pages by keyset; one's own first when asked so."""
    acting: Acting = request.acting
    about_to_list(request)
    default = "sent" if acting.network == Network.ML else "received"
    tab = request.GET.get("onglet", "")
    if tab not in _ORDER:
        tab = default
    data: QueryDict = request.GET.copy()
    if "etape" not in data:
        data["etape"] = "open"
    stage, programme = str(data["etape"]), str(data.get("dispositif", ""))
    valid, form = _filter_form(tab, stage, programme, str(data.get("tri", LATEST)))
    kinds = (tab, stage, programme, str(data.get("tri", LATEST))) if valid else (tab, "open", "", LATEST)
    count = _IDS.count(acting, *kinds[:3])
    page = _page(acting, kinds, request.GET.get("apres", ""))
    shown = page[:PAGE]
    request.marks.listed(acting, "youth", len(shown))
    return render(
        request,
        "referrals/list.html",
        {
            "tab": tab,
            "sorted": f"&tri={MINE_FIRST}" if kinds[-1] == MINE_FIRST else "",
            "lines": [_row(line, acting) for line in shown],
            "count": count,
            "filter_form": form,
            "chips": _chips(data, tab),
            "next_url": _next_url(data, shown) if len(page) > PAGE else "",
        },
    )


@lru_cache(maxsize=64)
def _filter_form(tab: str, stage: str, programme: str, sort: str) -> tuple[bool, SafeString]:
    """Whether these filters are valid, and their form: the same for everybody."""
    form = ReferralFilter({"etape": stage, "dispositif": programme, "tri": sort}).form
    valid = form.is_valid()
    return valid, render_to_string("referrals/_filters.html", {"form": form, "tab": tab})


def _found(acting: Acting, tab: str, stage: str, programme: str) -> QuerySet[Referral]:
    """The referrals of a tab that pass the filters."""
    mine = Referral.objects.of_tab(acting, _side(tab))
    return ReferralFilter({"etape": stage, "dispositif": programme}, queryset=mine).qs


def _side(tab: str) -> str:
    return "sender" if tab == "sent" else "recipient"


def _ordered(found: QuerySet[Referral], acting: Acting, tab: str, sort: str) -> QuerySet[Referral]:
    """Latest first; those that one follows oneself before the others when asked so."""
    latest = (f"-{_ORDER[tab]}", "-pk")
    if sort != MINE_FIRST:
        return found.order_by(*latest)
    return found.alias(own=_own(acting, tab)).order_by("-own", *latest)


def _own(acting: Acting, tab: str) -> Case:
    """1 for what this person follows, 0 for the rest of what they read."""
    return Case(When(followed_by(acting, _side(tab)), then=Value(1)), default=Value(0))


def _ids(acting: Acting, tab: str, stage: str, programme: str) -> QuerySet[Referral, Any]:
    return _found(acting, tab, stage, programme).order_by().values("pk")


def _lines(found: QuerySet[Referral], acting: Acting, tab: str, sort: str) -> QuerySet[Referral, Any]:
    """The lines of a page. People and organisations are looked up for them alone, not for all those that are sorted."""
    page = Referral.objects.filter(pk__in=_ordered(found, acting, tab, sort).values("pk")[: PAGE + 1])
    return _ordered(page, acting, tab, sort).values_list(*LINE)


def _first(acting: Acting, tab: str, stage: str, programme: str, sort: str) -> QuerySet[Referral, Any]:
    return _lines(_found(acting, tab, stage, programme), acting, tab, sort)


_IDS, _FIRST = Prepared(_ids), Prepared(_first)


def _page(acting: Acting, kinds: tuple[str, str, str, str], after: str) -> list[Line]:
    """The page after a referral; the first one when the address names none of them."""
    tab, *_, sort = kinds
    order, found = _ORDER[tab], _found(acting, *kinds[:3])
    anchor = None
    with suppress(ValueError):
        where = after and found.filter(uuid=UUID(after)).annotate(own=_own(acting, tab))
        anchor = where and where.values_list("own", order, "pk").first()
    if not anchor:
        return [Line(*row) for row in _FIRST(acting, *kinds)]
    own, at, pk = anchor
    older = Q(**{f"{order}__lt": at}) | Q(**{order: at, "pk__lt": pk})
    if sort == MINE_FIRST:
        found = found.alias(own=_own(acting, tab))
        older = Q(own__lt=own) | Q(own=own) & older
    return [Line(*row) for row in _lines(found.filter(older), acting, tab, sort)]


def _row(line: Line, acting: Acting) -> Row:
    other = line.recipient_name if line.sender_id == acting.organisation_id else line.sender_name
    context = f"{programmes.get(line.programme).short_label} · {line.counterpart(acting.organisation_id)}"
    return Row(
        reverse("referrals:detail", args=[line.uuid]),
        line.who,
        f"{context} · {fr_day(line.sent_at or line.created_at)}",
        # The line names the other organisation already.
        late_words(line) + next_words(line, acting).replace(f" ({quoted(other)})", ""),
        (badge_of(line), state_words(line, acting)),
    )


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
        rest = {key: data[key] for key in ("etape", "dispositif", "tri") if key != name and data.get(key)}
        if name == "etape":
            rest["etape"] = ""
        chips.append({"label": label, "url": "?" + urlencode({"onglet": tab} | rest)})
    return chips


def _programmes() -> list[tuple[str, str]]:
    return ReferralFilter.base_filters["dispositif"].extra["choices"]()


def _next_url(data: QueryDict, shown: list[Line]) -> str:
    following = data.copy()
    following["apres"] = str(shown[-1].uuid)
    return "?" + following.urlencode()
