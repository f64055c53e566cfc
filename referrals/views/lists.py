"""Received and sent referrals."""

from functools import lru_cache
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from core.acting import Acting
from core.addresses import address
from core.doors import about_to_list
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.templatetags.portal_ui import fr_day
from core.views import may, reads
from partners.models import Network
from referrals import programmes, tabs
from referrals.filters import LATEST, MINE_FIRST, STAGES, ReferralFilter
from referrals.presenting import Line, badge_of, state_words, told_next


@reads
@may("list_referrals")
def referral_list(request: PortalRequest) -> HttpResponse:
    """Two tabs, open ones first to see, exact counts, pages by keyset; one's own first when asked so."""
    acting: Acting = request.acting
    about_to_list(request)
    asked = tabs.read(acting, request.GET)
    tab = asked.tab
    data: QueryDict = request.GET.copy()
    if "etape" not in data:
        data["etape"] = tabs.OPEN
    form = _filter_form(
        tab, str(data["etape"]), str(data.get("dispositif", "")), str(data.get("tri", LATEST))
    )
    count = tabs.count(acting, asked)
    page = tabs.page(acting, asked, request.GET.get("apres", ""))
    shown = page[: tabs.PAGE]
    request.marks.listed(acting, "youth", len(shown))
    return render(
        request,
        "referrals/list.html",
        {
            "tab": tab,
            "sorted": f"&tri={MINE_FIRST}" if asked.sort == MINE_FIRST else "",
            "lines": [_row(line, acting) for line in shown],
            "count": count,
            "export_url": f"{reverse('referrals:export')}?{asked.query}",
            "filter_form": form,
            "chips": _chips(data, tab, asked),
            # A figure goes on counting what a partner's access has ended for.
            "may_lack": bool(asked.counts) and acting.network != Network.ML,
            "next_url": _next_url(data, shown) if len(page) > tabs.PAGE else "",
        },
    )


@lru_cache(maxsize=64)
def _filter_form(tab: str, stage: str, programme: str, sort: str) -> SafeString:
    """The form of some filters: the same for everybody."""
    form = ReferralFilter({"etape": stage, "dispositif": programme, "tri": sort}).form
    form.is_valid()
    return render_to_string("referrals/_filters.html", {"form": form, "tab": tab})


def _row(line: Line, acting: Acting) -> Row:
    context = f"{programmes.get(line.programme).short_label} · {line.counterpart(acting.organisation_id)}"
    return Row(
        address("referrals:detail", line.uuid),
        line.who,
        f"{context} · {fr_day(line.sent_at or line.created_at)}",
        told_next(line, acting),
        (badge_of(line), state_words(line, acting)),
    )


def _chips(data: QueryDict, tab: str, asked: tabs.Asked) -> list[dict[str, str]]:
    """The active filters, each with the address that takes it off."""
    chips = []
    for name in ("etape", "dispositif"):
        value = data.get(name)
        if not value:
            continue
        label = (
            STAGES[value][0] if name == "etape" and value in STAGES else dict(_programmes()).get(value, value)
        )
        kept = ("etape", "dispositif", "tri", *asked.counts)
        rest = {key: data[key] for key in kept if key != name and data.get(key)}
        if name == "etape":
            rest["etape"] = ""
        chips.append({"label": label, "url": "?" + urlencode({"onglet": tab} | rest)})
    for name, label in tabs.figure_words(asked):
        without = asked._replace(step="") if name == "parcours" else asked._replace(months="")
        chips.append({"label": label, "url": f"?{without.query}"})
    return chips


def _programmes() -> list[tuple[str, str]]:
    return ReferralFilter.base_filters["dispositif"].extra["choices"]()


def _next_url(data: QueryDict, shown: list[Line]) -> str:
    following = data.copy()
    following["apres"] = str(shown[-1].uuid)
    return "?" + following.urlencode()
