"""The list that a record was opened from, kept while one acts on it: in the addresses of its pages, and nowhere else.

A form sends to its own address, hence the address of the form says it, and the answer goes back to the record with it.
It is only ever a parameter of an address of ours: whatever was written there, nobody is led elsewhere; and what means
nothing as a list is dropped here, or ignored by the list itself.
"""

import re
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

# The parameter that says which list: its own address (codes and identifiers), "recherche" for what was searched.
FROM = "liste"
_LIST = re.compile(r"[A-Za-z0-9_=&:.+%-]{1,500}")


def place_of(request: HttpRequest | None) -> str:
    """The list that the address of this page names; empty when it names none."""
    told = request.GET.get(FROM, "") if request is not None else ""
    return told if _LIST.fullmatch(told) else ""


def keeping_place(request: HttpRequest | None, address: str, **asked: object) -> str:
    """An address of ours, with what is asked of it and the list that one comes from."""
    given = {name: value for name, value in asked.items() if value}
    if told := place_of(request):
        given[FROM] = told
    if not given:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(given)}"


def back_to(request: HttpRequest, name: str, *args: object) -> HttpResponseRedirect:
    """Go to the page of this name, the place in the list kept."""
    return HttpResponseRedirect(keeping_place(request, reverse(name, args=args)))
