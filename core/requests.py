"""The request as views know it, once it went through the scope middleware."""

from django.http import HttpRequest

from core.acting import Acting
from core.marks import Marks


class PortalRequest(HttpRequest):
    """A request with its acting person and its read marks (type only: the middleware adds both).

    ``acting`` is None for a user without membership; a view behind ``may(…)`` always has one.
    """

    acting: Acting
    marks: Marks
