"""The fields of the forms nobody has filled yet, drawn once: a page shows six of them, most of them folded.

They depend on the programme, the action and the day, never on a referral; what does (version, address, token) stays
in the page.
"""

from datetime import date
from functools import lru_cache

from django.forms import BaseForm
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from referrals.forms import ActionForm
from referrals.models import Referral
from referrals.thread.forms import MessageForm, NoteForm
from referrals.transitions import Transition


@lru_cache(maxsize=1024)
def action_fields(programme: str, row: Transition, day: date) -> SafeString:
    """The fields of an action; ``day`` is today, which some of them propose."""
    # Made from a referral that has nothing but its programme, so that no other can be drawn.
    return _visible(ActionForm(Referral(programme=programme), row))


@lru_cache(maxsize=1)
def message_fields() -> SafeString:
    """The fields of a message."""
    return _all(MessageForm())


@lru_cache(maxsize=1)
def note_fields() -> SafeString:
    """The fields of a note."""
    return _all(NoteForm())


def _all(form: BaseForm) -> SafeString:
    return mark_safe(render_to_string("partials/form_fields.html", {"form": form}))  # noqa: S308


def _visible(form: BaseForm) -> SafeString:
    return mark_safe(  # noqa: S308 - drawn by templates
        "".join(render_to_string("partials/field.html", {"field": field}) for field in form.visible_fields())
    )
