"""The client of the tests refuses what no page may hold: each rule is broken once."""

import pytest

from tests.client import BadPage, check_page

PAGE = '<!doctype html><html lang="fr"><body><h1>Titre</h1>{}</body></html>'


@pytest.mark.parametrize("part", [
    '<p onclick="x()">', "<p oNclick=1>", "<svg onload=x><path/></svg>", "<template><p onclick=1></template>", "\0<p onclick=x>",
    '<p style="color: red">', "<style>a</style>", "<script>1</script>", '<script type="module">1</script>',
    '<img src="http://ailleurs.example/x">', '<link href="//ailleurs.example">', '<use href="javascript:x">',
    "<p id=a></p><p id=a></p>", "<p ID=a></p><p id=a></p>", '<p id=""></p><p id=""></p>', "<h1>Un autre</h1>",
    "<input name=a>", '<input aria-label="">', "<select name=b></select>", "<textarea name=c></textarea>",
    "<input id=a><label for=b>Nom</label>", "<label>Nom</label><input>", "{{ nom }}", "{% url %}", "None</p>",
    "&lt;Youth object (1)&gt;", "\n<<<<<<< HEAD\n",
])  # fmt: skip
def test_a_broken_rule_is_told(part):
    with pytest.raises(BadPage):
        check_page(PAGE.format(part))


@pytest.mark.parametrize("part", [
    "", '<a href="http://ailleurs.example">', "<label>Nom <input></label>", "<label for=a>Nom</label><input id=a>",
    "<input aria-label=Nom>", "<input type=hidden name=a>", "<button>Oui</button>", "<script src=/a.js></script>",
    '<script type="application/json">{"a": {"b": 1}}</script>', "<textarea aria-label=a>{{ b }}</textarea>", "<!-- onclick=1 -->",
])  # fmt: skip
def test_the_rest_is_not(part):
    check_page(PAGE.format(part))


@pytest.mark.parametrize("page", ["", "<p>", "<html><h1>Titre</h1></html>", '<html lang="fr"><p></p></html>'])
def test_a_page_has_a_language_and_a_title(page):
    with pytest.raises(BadPage):
        check_page(page)
    check_page("<tr id=a><td><label for=b>Nom</label><input id=b></td></tr>", fragment=True)


@pytest.mark.parametrize(
    "part", ["<tr id=a><td id=a></td></tr>", "<tr onclick=1>", "<li><input name=x></li>"]
)
def test_a_fragment_is_read_too(part):
    with pytest.raises(BadPage):
        check_page(part, fragment=True)
