"""The files that machines look for: whom to tell about a weakness, and what robots may read (nothing)."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core import clock
from core.views import without_scope

# RFC 9116 asks for less than a year. Computed, so that the file of a portal in service never lies.
VALID = timedelta(days=180)
_TEXT = "text/plain; charset=utf-8"
_ONE_DAY = cache_control(public=True, max_age=86_400)


@without_scope
@login_not_required
@require_safe
@_ONE_DAY
def robots(request: HttpRequest) -> HttpResponse:
    """No page is for search engines, the public ones included."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type=_TEXT)


@without_scope
@login_not_required
@require_safe
@_ONE_DAY
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116. 404 until the publisher has said whom to write to: the file means nothing without it."""
    contact = security_contact()
    if not contact:
        raise Http404
    expires = (clock.now() + VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.PORTAL_URL.rstrip('/')}{reverse('security_txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=_TEXT)


def security_contact() -> str:
    """Where to report a weakness, as an address that starts with its scheme; empty when nobody has said."""
    contact = (settings.PUBLISHER["security"] or settings.PUBLISHER["contact"]).strip()
    if contact.startswith(("https://", "mailto:", "tel:")):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else ""
