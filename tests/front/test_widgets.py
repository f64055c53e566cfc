"""The controls drawn without templates are those of Django's templates."""

import re
from datetime import date

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe

from core.forms_ui import DateInput
from core.widgets import Renderer

HARD = "<b>\"l’été\" & 'l'hiver'</b>"


class Everything(forms.Form):
    text = forms.CharField(max_length=40)
    mail = forms.EmailField(required=False)
    number = forms.IntegerField(min_value=0, max_value=9)
    day = forms.DateField(widget=DateInput())
    password = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput)
    box = forms.BooleanField()
    long = forms.CharField(widget=forms.Textarea(attrs={"rows": 4, "data-x": HARD}))
    one = forms.ChoiceField(
        choices=[("", "Choisir"), (HARD, HARD), ("safe", mark_safe("<i>x</i>")), ("Groupe <", [("3", "CAP")])]
    )
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", HARD)])
    radio = forms.ChoiceField(choices=[("a", HARD), ("b", "B")], widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    file = forms.FileField()
    when = forms.SplitDateTimeField()


def drawn(renderer, **given) -> dict[str, str]:
    form = Everything(renderer=renderer, **given)
    controls = {name: str(form[name]) for name in form.fields}
    controls["choices"] = "".join(choice.tag() for choice in form["radio"])
    # White space between tags is all that may differ.
    return {name: re.sub(r">\s+<", "><", html).strip() for name, html in controls.items()}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"initial": {"text": HARD, "number": 0, "day": date(2026, 3, 1), "one": HARD, "several": ["a", "b"]}},
        {
            "data": {
                "text": HARD,
                "long": HARD,
                "box": "on",
                "one": "3",
                "radio": "b",
                "boxes": ["a"],
                "mail": "",
            }
        },
    ],
)
def test_same_controls(given):
    assert drawn(Renderer(), **given) == drawn(TemplatesSetting(), **given)


def test_the_portal_draws_its_controls():
    """The setting is in force: a control of any form comes without the white space of the templates."""
    assert "\n" not in str(Everything()["one"])
