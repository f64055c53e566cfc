"""Choosing a referent among hundreds, by the first letter of the name, to filter a list of youths."""

from collections import defaultdict
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.acting import Acting
from core.names import normalise
from core.requests import PortalRequest
from core.templatetags.portal_lists import Row
from core.views import may, reads
from youths.listing import asked as asking
from youths.listing.forms import Colleague, around, referents

LETTER = "lettre"


@reads
@may("list_youths")
def referent_list(request: PortalRequest) -> HttpResponse:
    """The colleagues whose name begins with a letter; each leads to the list of the address, for them alone."""
    acting: Acting = request.acting
    asked = asking.read(acting, request.GET)
    here = reverse("youths:list")
    by_letter: dict[str, list[Colleague]] = defaultdict(list)
    for one in referents(acting, asked, around(acting).colleagues):
        by_letter[_letter_of(one)].append(one)
    letters = sorted(by_letter)
    given = request.GET.get(LETTER, "")
    letter = given if given in letters else next(iter(letters), "")
    kept = f"&{asked.query}" if asked.query else ""
    context: dict[str, Any] = {
        "letters": [(one, f"?{LETTER}={one}{kept}") for one in letters],
        "letter": letter,
        "people": [
            Row(f"{here}?{asked.led_by(str(one.uuid)).query}", one.name)
            for one in sorted(by_letter[letter], key=lambda one: (normalise(one.last_name), one.name))
        ],
        "list_url": f"{here}?{asked.query}",
    }
    return render(request, "youths/listing/referents.html", context)


def _letter_of(one: Colleague) -> str:
    """The first letter of the last name, without its accent; that of the first name when there is none."""
    return (normalise(one.last_name) or normalise(one.name) or "-")[0].upper()
