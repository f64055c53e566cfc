"""Each shared partial with everything, then with the least it accepts."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from core import clock
from core.templatetags import portal_lists
from tests.front.reader import Page

NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)


def render(name: str, **context) -> str:
    return render_to_string(f"partials/{name}.html", context)


def test_page_head():
    full = render("page_head", title="Orientations", lead="Phrase.", action_url="/x/", action_label="Ajouter")
    assert Page(full).find("a", href="/x/")
    assert "<h1>Orientations</h1>" in render("page_head", title="Orientations")
    assert "&lt;b&gt;" in render("page_head", title="<b>")


def test_empty():
    assert Page(render("empty", title="Rien.", text="Suite.", url="/x/", label="Voir")).find("a", href="/x/")
    assert not Page(render("empty", title="Rien.")).find("a")


def test_timeline():
    moment = {"at": NOON, "title": "Reçue", "text": "<Ouverte>.", "actor_org": "3e RSMV", "kind": ""}
    nxt = {"at": date(2026, 3, 12), "title": "Réponse attendue", "text": "", "actor_org": "", "kind": "next"}
    with clock.travel(NOON):
        html = portal_lists.timeline([nxt, moment])
    assert "&lt;Ouverte&gt;" in html
    page = Page(html)
    assert [attrs["datetime"] for attrs in page.find("time")] == ["2026-03-12", "2026-03-03T11:00:00+00:00"]
    assert page.find("li", **{"class": "next"})
    assert "mardi 3\u00a0mars" in html


def test_pagination():
    page = Page(render("pagination", count="1 à 50 sur 120", prev_url="", next_url="?apres=1"))
    assert [attrs["rel"] for attrs in page.find("a")] == ["next"]
    assert not Page(render("pagination", count="3 orientations", prev_url="", next_url="")).find("nav")


class Filters(forms.Form):
    q = forms.CharField(label="Nom", required=False)
    late = forms.BooleanField(label="En retard", required=False)
    states = forms.MultipleChoiceField(
        label="État", required=False, choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple
    )


def test_filter_bar():
    html = render("filter_bar", form=Filters(), chips=[{"label": "En retard", "url": "?"}], reset_url="?")
    page = Page(html)
    labelled = {attrs.get("for") for attrs in page.find("label")}
    assert {attrs["id"] for attrs in page.find("input")} <= labelled
    assert page.find("fieldset")
    assert "Retirer ce filtre" in html
    assert not Page(render("filter_bar", form=Filters())).find("ul", **{"class": "chips"})


def test_confirm():
    html = render(
        "confirm",
        title="Retirer l’orientation ?",
        text="Le partenaire sera prévenu.",
        action="/x/",
        label="Retirer",
        danger=True,
        cancel_url="/y/",
        hidden={"version": 3},
        csrf_token="token",
    )
    page = Page(html)
    assert page.find("form", action="/x/", method="post")
    assert page.find("input", name="version", value="3")
    assert page.find("input", name="csrfmiddlewaretoken")


def test_definition():
    html = render("definition", label="Envoyées", text="Texte.", numerator="a", denominator="b", source="c")
    assert "On compte" in html
    assert "On compte" not in render("definition", label="Envoyées", text="Texte.")


def test_chart_has_its_table():
    html = render(
        "chart",
        title="De l’envoi à la sortie",
        svg=mark_safe("<svg></svg>"),
        columns=["Étape", "Nombre"],
        rows=[["Envoyées", "12"]],
        note="Depuis janvier",
        source="Source",
    )
    page = Page(html)
    assert page.find("svg")
    assert page.find("table")
    assert len(page.find("th", scope="row")) == 1
    assert Page(render("chart", title="T", svg="<svg>", columns=[], rows=[])).find("svg") == []  # escaped


def test_tree():
    leaf = {"title": "<Rennes>", "url": "/r/?a&b"}
    root = {
        "title": "Accord",
        "current": True,
        "badge_kind": "ok",
        "badge_label": "En vigueur",
        "detail": "National",
        "children": [leaf],
        "folded": [{"title": "Brest"}],
        "fold": "1 texte local",
        "open": True,
        "elsewhere": 12,
    }
    html = portal_lists.tree([root])
    page = Page(html)
    assert len(page.find("ul", **{"class": "tree"})) == 3
    assert page.find("a", href="/r/?a&b")
    assert "&lt;Rennes&gt;" in html
    assert page.find("strong", **{"aria-current": "page"})
    assert "<summary>1 texte local</summary>" in html
    assert '<details class="tree-fold" open>' in html
    assert "12 textes locaux" in html


def test_succession():
    step = SimpleNamespace(
        years="2016 – 2019",
        title="Convention",
        url="/c/",
        current=False,
        badge_kind="neutre",
        badge_label="Remplacée",
        ending="",
    )
    assert Page(render("succession", steps=[step])).find("a", href="/c/")


@pytest.mark.parametrize("level", ["success", "error", "warning", "info", ""])
def test_messages_are_announced(level):
    class Message:
        level_tag = level

        def __str__(self):
            return "Envoyée <b>"

    html = render("messages", messages=[Message()])
    assert Page(html).find("div", role="status")
    assert "Envoyée &lt;b&gt;" in html
    assert Page(render("messages", messages=[])).find("div", role="status")
