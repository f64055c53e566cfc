"""What templates share: badges, icons, French dates and figures, form controls.

Everything here is small enough to be called fifty times a page: tags build their HTML directly.
"""

from datetime import date, datetime, time
from decimal import Decimal

from django import template
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    MultiWidget,
    RadioSelect,
    Select,
    SelectDateWidget,
    Textarea,
)
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core import ages, clock, icons
from core.addresses import address
from core.place import keeping_place
from core.working_days import DAYS, MONTHS

register = template.Library()

NBSP = "\u00a0"  # not U+202F: the portal's font has no glyph for it, and the documents have no fallback
BADGE_KINDS = ("ok", "attente", "retard", "info", "neutre")
UNKNOWN_FIGURE = "non calculable"


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of `core.icons`, hidden from assistive technology: words always stand beside it."""
    return mark_safe(icons.svg(name))  # noqa: S308 - a constant of our own


@register.simple_tag(takes_context=True)
def place_url(context: Context, name: str, *args: object, **asked: object) -> str:
    """As ``url``, with what is asked (``lien=…``) and the list that the record was opened from (``core.place``)."""
    return keeping_place(context.get("request"), address(name, *args), **asked)


@register.simple_tag(takes_context=True)
def with_place(context: Context, url: str, **asked: object) -> str:
    """An address of ours, with what is asked of it and the list that the record was opened from."""
    return keeping_place(context.get("request"), url, **asked)


@register.simple_tag
def badge(kind: str, label: str) -> SafeString:
    """A status in words on a tint; the style sheet draws the icon that goes with the kind.

    Raises ValueError on an unknown kind: a badge without its icon would speak by colour alone.
    """
    if kind not in BADGE_KINDS:
        raise ValueError(f"unknown badge kind: {kind}")
    return format_html('<span class="badge {}">{}</span>', kind, label)


def _paris_day(value: date | datetime) -> date:
    """The legal day: a moment counts in Paris, a date is already one."""
    if isinstance(value, datetime):
        return clock.day_of(value) if value.tzinfo else value.date()
    return value


def _day_and_month(day: date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NBSP}{MONTHS[day.month - 1]}"


@register.filter
def fr_date(value: date | datetime | None) -> str:
    """ "mardi 3 mars", with the year when it is not the current one; empty for no date."""
    if not value:
        return ""
    day = _paris_day(value)
    year = "" if day.year == clock.today().year else f" {day.year}"
    return f"{DAYS[day.weekday()]} {_day_and_month(day)}{year}"


@register.filter
def fr_day(value: date | datetime | None) -> str:
    """ "3 mars 2026", for tables and legal texts; empty for no date."""
    if not value:
        return ""
    day = _paris_day(value)
    return f"{_day_and_month(day)} {day.year}"


@register.filter
def fr_datetime(value: datetime | None) -> str:
    """ "mardi 3 mars à 14 h 05", Paris time; empty for no moment."""
    if not value:
        return ""
    local = value.astimezone(clock.PARIS) if value.tzinfo else value
    return f"{fr_date(local)} à {local.hour}{NBSP}h{NBSP}{local.minute:02d}"


@register.filter
def hour(value: time | None) -> str:
    """ "14 h" or "14 h 05"; empty for no hour."""
    if value is None:
        return ""
    return f"{value.hour}{NBSP}h" + (f"{NBSP}{value.minute:02d}" if value.minute else "")


@register.filter
def iso(value: date | datetime | None) -> str:
    """The machine form of a date or moment, for the `datetime` attribute of `<time>`."""
    return value.isoformat() if value else ""


@register.filter
def relative_day(value: date | datetime | None) -> str:
    """ "aujourd’hui", "demain", "dans 2 jours", "hier", "il y a 3 jours"; empty for no date."""
    if not value:
        return ""
    days = (_paris_day(value) - clock.today()).days
    near = {-1: "hier", 0: "aujourd’hui", 1: "demain"}
    if days in near:
        return near[days]
    return f"dans {fr_number(days)}{NBSP}jours" if days > 0 else f"il y a {fr_number(-days)}{NBSP}jours"


@register.filter
def time_left(value: date | datetime | None) -> str:
    """What remains before a promise: "Dans 5 jours", "Aujourd’hui", "En retard de 3 jours"; empty for no date."""
    if not value:
        return ""
    days = (_paris_day(value) - clock.today()).days
    if days < 0:
        return f"En retard de {fr_number(-days)}{NBSP}jour{'s' if days < -1 else ''}"
    words = relative_day(value)
    return words[0].upper() + words[1:]


@register.filter
def age(birth_date: date) -> str:
    """ "21 ans", today. A birth date in the future gives an empty text: nothing to say."""
    today = clock.today()
    return f"{ages.age_on(birth_date, today)}{NBSP}ans" if birth_date <= today else ""


@register.filter
def fr_number(value: int | float | Decimal | None, decimals: int = 0) -> str:
    """ "12 345" or "12 345,6" (no-break spaces); "non calculable" for no figure."""
    if value is None or value == "":
        return UNKNOWN_FIGURE
    return f"{value:,.{decimals}f}".replace(",", NBSP).replace(".", ",").replace("-", "−")


@register.filter
def fr_percent(value: float | Decimal | None, decimals: int = 0) -> str:
    """A ratio as a percentage: 0.62 gives "62 %"; "non calculable" for no ratio."""
    if value is None or value == "":
        return UNKNOWN_FIGURE
    return f"{fr_number(value * 100, decimals)}{NBSP}%"


@register.filter
def initials(value: str) -> str:
    """Up to two initials for the round mark beside a person or an organisation: decoration, never alone."""
    words = [word for word in str(value).replace("-", " ").split() if word[0].isalpha()]
    return "".join(word[0] for word in words[:2]).upper()


@register.simple_tag
def to_fill(value: str) -> SafeString:
    """What the publisher of this portal declared, or honestly that they still have to."""
    if value:
        return format_html("{}", value)
    return mark_safe('<span class="to-fill">à compléter par l’éditeur</span>')


@register.simple_tag(takes_context=True)
def nav_link(context, url_name: str, label: str) -> SafeString:
    """One entry of the main navigation, marked when the page shown is that one or one below it."""
    url = address(url_name)
    request = context.get("request")
    path = request.path if request else ""
    current = ""
    if path == url:
        current = mark_safe(' aria-current="page"')
    elif url != "/" and path.startswith(url):
        current = mark_safe(' aria-current="true"')
    return format_html('<li><a href="{}"{}>{}</a></li>', url, current, label)


@register.simple_tag
def breadcrumbs(*steps: str) -> SafeString:
    """The way back: `label, url, …, label of this page`. Raises ValueError without that last label."""
    if len(steps) % 2 == 0:
        raise ValueError("breadcrumbs end with the label of the page itself")
    links = format_html_join("", '<li><a href="{}">{}</a></li>', zip(steps[1::2], steps[:-1:2], strict=True))
    return format_html(
        '<nav class="breadcrumbs" aria-label="Fil d’Ariane"><ol>{}<li aria-current="page">{}</li></ol></nav>',
        links,
        steps[-1],
    )


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """True for a single box, whose label stands after it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_choice_group(field: BoundField) -> bool:
    """True for radio buttons and groups of boxes, rendered one choice at a time."""
    return isinstance(field.field.widget, (RadioSelect, CheckboxSelectMultiple))


@register.filter
def is_group(field: BoundField) -> bool:
    """True for a field made of several controls, which needs a fieldset and a legend."""
    return is_choice_group(field) or isinstance(field.field.widget, (MultiWidget, SelectDateWidget))


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The widget of a form field in the portal's style, tied to its help and errors."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        look = "check-input"
    elif isinstance(widget, Select):
        look = "select"
    elif isinstance(widget, Textarea):
        look = "input textarea"
    else:
        look = "input"
    own = widget.attrs.get("class", "")
    attrs: dict[str, str | bool] = {"class": f"{look} {own}".strip()}
    if isinstance(widget, (MultiWidget, SelectDateWidget)):
        attrs["aria-label"] = str(field.label)  # the legend names the group, this names each of its parts
    # Django leaves this out for a file field, which it takes for a group.
    if not is_group(field) and field.aria_describedby:
        attrs["aria-describedby"] = field.aria_describedby
    return field.as_widget(attrs=attrs)


@register.filter
def required_notice(form) -> str:
    """What is required, said before the first field; empty when the form has nothing to fill."""
    visible = [field.field for field in form.visible_fields() if not field.field.disabled]
    required = sum(field.required for field in visible)
    if not visible:
        return ""
    if required == len(visible):
        return "Ce champ est obligatoire." if len(visible) == 1 else "Tous les champs sont obligatoires."
    if not required:
        return "Aucun champ n’est obligatoire."
    return "Les champs sont obligatoires, sauf ceux qui portent la mention « facultatif »."


@register.filter
def shows_optional(form) -> bool:
    """True when optional fields must say so: some other field of the form is required, or the form wants it."""
    return getattr(form, "says_optional", False) or any(
        field.field.required for field in form.visible_fields()
    )


@register.filter
def says_optional(field: BoundField) -> bool:
    """True when a field must say that it may stay empty; not where leaving it as it is is an answer (``obvious``)."""
    if field.field.required or getattr(field.field, "obvious", False):
        return False
    return shows_optional(field.form)


def _joined(label: str, text: str) -> str:
    """ "Prénom : ce champ est obligatoire.", or "Pourquoi ? Ce champ est obligatoire." after a question."""
    if label.endswith("?"):
        return f"{label} {text}"
    if text[1:2].islower():
        text = text[0].lower() + text[1:]
    return f"{label}{NBSP}: {text}"


@register.filter
def error_list(form) -> list[dict[str, str]]:
    """The errors of a form for its summary: a sentence, and the id of its control (empty for none)."""
    found = [{"text": text, "target": ""} for text in form.non_field_errors()]
    for field in form.visible_fields():
        target = field.id_for_label or field.auto_id
        if is_group(field):
            target = f"{field.auto_id}_0"  # the group itself cannot take the focus, its first control can
        found += [{"text": _joined(str(field.label), text), "target": target} for text in field.errors]
    for field in form.hidden_fields():
        found += [{"text": text, "target": ""} for text in field.errors]
    return found
