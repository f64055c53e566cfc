"""CHANGELOG.md becomes plain sentences; what it contains cannot become markup."""

from django.template.loader import render_to_string

from portal import news

TEXT = """# Nouveautés

Ignoré.

## Deux

Un paragraphe
sur deux lignes.

### Partie

- Un point
  qui continue
- Un autre <script>

## Un
"""


def test_parse():
    two, one = news.parse(TEXT)
    assert (two.title, one.title) == ("Deux", "Un")
    assert two.parts[0].paragraphs == ["Un paragraphe sur deux lignes."]
    assert two.parts[1].title == "Partie"
    assert two.parts[1].items == ["Un point qui continue", "Un autre <script>"]
    assert one.parts == []


def test_the_real_file_has_something_to_say():
    assert news.releases()
    assert all(release.title for release in news.releases())


def test_nothing_passes_as_markup(settings):
    settings.ROOT_URLCONF = "tests.front.urls"
    context = {
        "releases": news.parse(TEXT),
        "user": None,
        "acting": None,
        "demo": False,
        "messages": [],
    }
    html = render_to_string("pages/nouveautes.html", context)
    assert "Un autre &lt;script&gt;" in html
