"""The definitions of the figures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.views import may, reads
from reporting.indicators import CATALOGUE, FAMILIES
from reporting.indicators.base import REFERRALS


@reads
@may("read_definitions")
def indicator_list(request: HttpRequest) -> HttpResponse:
    """What each figure counts, on what, and from when: the same page for everybody, one anchor per indicator."""
    families = [
        {"title": title, "indicators": [CATALOGUE[code] for code in codes]}
        for title, codes in FAMILIES.items()
    ]
    return render(request, "reporting/indicators.html", {"families": families, "usual_source": REFERRALS})
