"""Form controls drawn without templates: a page has dozens, and Django renders two templates for each option.

The HTML is that of Django's own templates, white space aside (compared in the tests). What is not here is rendered
by them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.html import conditional_escape as escape


def _attributes(widget: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{escape(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{escape(widget["name"])}"{value}{_attributes(widget)}>'


def _textarea(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else escape(widget["value"])
    # The browser drops the first line break.
    return f'<textarea name="{escape(widget["name"])}"{_attributes(widget)}>\n{value}</textarea>'


def _option(option: Mapping[str, Any]) -> str:
    return f'<option value="{escape(str(option["value"]))}"{_attributes(option)}>{escape(option["label"])}</option>'


def _select(widget: Mapping[str, Any]) -> str:
    html = ""
    for name, options, _ in widget["optgroups"]:
        drawn = "".join(map(_option, options))
        html += f'<optgroup label="{escape(name)}">{drawn}</optgroup>' if name else drawn
    return f'<select name="{escape(widget["name"])}"{_attributes(widget)}>{html}</select>'


def _choice(option: Mapping[str, Any]) -> str:
    drawn = _input(option)
    if not option["wrap_label"]:
        return drawn
    target = option["attrs"].get("id")
    opening = f'<label for="{escape(target)}">' if target else "<label>"
    return f"{opening}{drawn} {escape(option['label'])}</label>"


_INPUTS = (
    "input",
    "text",
    "number",
    "email",
    "url",
    "password",
    "hidden",
    "date",
    "checkbox",
    "search",
    "tel",
)
_DRAWN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    f"django/forms/widgets/{name}.html": draw
    for name, draw in {
        **dict.fromkeys(_INPUTS, _input),
        "textarea": _textarea,
        "select": _select,
        "select_option": _option,
        "radio_option": _choice,
        "checkbox_option": _choice,
    }.items()
}


class Renderer(TemplatesSetting):
    """The form renderer of the portal (setting ``FORM_RENDERER``)."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = _DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)
