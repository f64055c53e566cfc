"""Forms say what is required, what is wrong, where, and link to it; crispy gives the same markup."""

import re
from datetime import date

from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string

from core.forms_ui import DateInput, PortalFormHelper
from core.templatetags import portal_ui
from tests.front.reader import Page


class Sample(forms.Form):
    first = forms.CharField(label="Prénom", help_text="Tel qu’il se prononce.")
    birth = forms.DateField(label="Date de naissance", widget=DateInput())
    level = forms.ChoiceField(label="Niveau", choices=[("", "Choisir"), ("3", "CAP")])
    why = forms.ChoiceField(label="Pourquoi ?", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Le jeune est d’accord")
    entry = forms.SplitDateTimeField(label="Rendez-vous")
    paper = forms.FileField(label="Pièce", help_text="PDF.")
    note = forms.CharField(label="Message", required=False, widget=forms.Textarea)
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper("Envoyer l’orientation")


def by_partial(form) -> str:
    context = {"form": form, "csrf_token": "token", "submit_label": "Envoyer"}
    return render_to_string("partials/form.html", context)


def by_crispy(form) -> str:
    return Template("{% load crispy_forms_tags %}{% crispy form %}").render(
        Context({"form": form, "csrf_token": "token"})
    )


def test_every_control_has_a_name():
    for html in (by_partial(Sample()), by_crispy(Sample())):
        page = Page(html)
        labelled = {attrs.get("for") for attrs in page.find("label")}
        for tag in ("input", "select", "textarea"):
            for attrs in page.find(tag):
                if attrs.get("type") not in ("hidden", "submit"):
                    assert attrs["id"] in labelled or attrs.get("aria-label") == "Rendez-vous", attrs


def test_summary_leads_to_each_control():
    for html in (by_partial(Sample({})), by_crispy(Sample({}))):
        page = Page(html)
        targets = [attrs["href"][1:] for attrs in page.find("a") if (attrs["href"] or "").startswith("#")]
        assert targets == [
            "id_first", "id_birth", "id_level", "id_why_0", "id_agreed", "id_entry_0", "id_paper",
        ]  # fmt: skip
        assert set(targets) <= set(page.ids)
        assert "8 points sont à corriger" in html
        assert page.find("div", role="alert")


def test_errors_and_help_are_tied_to_their_field():
    page = Page(by_partial(Sample({})))
    tied = [attrs["aria-describedby"] for _, attrs in page.elements if attrs.get("aria-describedby")]
    assert "id_first_helptext id_first_error" in tied
    assert "id_paper_helptext id_paper_error" in tied
    assert "id_why_error" in tied
    assert {name for names in tied for name in names.split()} <= set(page.ids)
    assert page.find("input", id="id_first")[0]["aria-invalid"] == "true"
    groups = [attrs["aria-describedby"] for attrs in page.find("fieldset")]
    assert groups == ["id_why_error", "id_entry_error"]


def test_crispy_and_partial_give_the_same_fields():
    def fields(html: str) -> str:
        inside = html[html.index("form-notice") : html.index("form-actions")]
        return re.sub(r"\s+", "", inside)

    for data in (None, {}):
        assert fields(by_crispy(Sample(data))) == fields(by_partial(Sample(data)))


def test_forms_answer_from_the_server():
    for html in (by_partial(Sample()), by_crispy(Sample())):
        (form,) = Page(html).find("form")
        assert "novalidate" in form
        assert form["enctype"] == "multipart/form-data"
        assert form["method"] == "post"
        assert Page(html).find("input", name="csrfmiddlewaretoken")


def test_no_summary_before_the_form_is_sent():
    assert "error-summary" not in by_partial(Sample())
    assert "error-summary" not in by_crispy(Sample())


def test_buttons_may_be_left_to_the_template():
    form = Sample()
    form.helper = PortalFormHelper(None)
    page = Page(by_crispy(form))
    assert not page.find("form")
    assert not page.find("button")


def test_what_is_required_is_said_before():
    class One(forms.Form):
        a = forms.CharField()

    class Optional(forms.Form):
        a = forms.CharField(required=False)

    class Both(One):
        b = forms.CharField()

    assert portal_ui.required_notice(One()) == "Ce champ est obligatoire."
    assert portal_ui.required_notice(Both()) == "Tous les champs sont obligatoires."
    assert portal_ui.required_notice(Optional()) == "Aucun champ n’est obligatoire."
    assert portal_ui.required_notice(forms.Form()) == ""
    assert "facultatif" in portal_ui.required_notice(Sample())
    assert by_partial(Sample()).count("(facultatif)") == 1
    assert "(facultatif)" not in by_partial(Optional())


def test_errors_read_as_sentences():
    errors = {error["target"]: error["text"] for error in portal_ui.error_list(Sample({}))}
    assert errors["id_first"] == "Prénom\u00a0: ce champ est obligatoire."
    assert errors["id_why_0"] == "Pourquoi ? Ce champ est obligatoire."


def test_errors_of_the_whole_form_have_no_link():
    form = Sample({})
    form.add_error(None, "Cette orientation existe déjà.")
    assert "<li>Cette orientation existe déjà.</li>" in by_partial(form)


def test_a_date_keeps_its_value_in_the_control():
    html = by_partial(Sample(initial={"birth": date(2007, 5, 4)}))
    assert Page(html).find("input", id="id_birth")[0]["value"] == "2007-05-04"
