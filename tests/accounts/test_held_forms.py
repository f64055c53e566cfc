"""A form sent after the session ended: found again by its author, never shown to anybody else."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import refill, tasks
from accounts.models import HeldForm
from core import clock
from partners.models import Membership, Role
from tests.accounts.signing_in import CHALLENGE, code_of, give_app, inside, password
from tests.client import StrictClient
from tests.conftest import as_owner, as_worker
from youths.models import Youth

CREATE = reverse("youths:create")
TYPED = {"last_name": "Le Goff & fils", "first_name": "Maël <b>", "birth_date": "2006-05-04"}


@pytest.fixture
def too_late(visit, travel):
    """Alice sends a form an hour and a half after her last request."""

    def send(address=CREATE, data=TYPED, page=CREATE, name="alice", **more) -> StrictClient:
        client = visit(name)
        travel(clock.now() + timedelta(minutes=90))
        answer = client.post(address, data, headers={"referer": f"http://testserver{page}"}, **more)
        assert answer.status_code == 302
        assert answer.url.startswith("/connexion/?next=")
        for text in TYPED.values():
            assert text not in answer.url
        return client

    return send


def held() -> list[HeldForm]:
    with as_owner():
        return list(HeldForm.objects.order_by("pk"))


def test_it_is_found_intact_and_nothing_was_sent(world, too_late):
    alice = too_late()
    assert not inside(alice)
    assert "vous retrouverez votre saisie" in alice.get("/connexion/").content.decode()
    assert password(alice, "alice").url == CREATE
    page = alice.get(CREATE).content.decode()
    assert "votre saisie a été gardée" in page
    assert 'value="Le Goff &amp; fils"' in page
    assert 'value="Maël &lt;b&gt;"' in page
    assert 'value="2006-05-04"' in page
    with as_owner():
        assert not Youth.objects.filter(last_name=TYPED["last_name"]).exists()
    # Read again, it is still there; sent again, it is done and forgotten.
    assert 'value="2006-05-04"' in alice.get(CREATE).content.decode()
    assert alice.post(CREATE, TYPED | {"last_name": "Le Goff"}).status_code in (200, 302)
    assert held() == []
    assert "votre saisie a été gardée" not in alice.get(CREATE).content.decode()


def test_it_waits_behind_the_second_factor(world, too_late):
    secret = give_app(world.user("alice"))
    alice = too_late()
    assert password(alice, "alice").url == CHALLENGE
    assert alice.post(CHALLENGE, {"code": code_of(secret)}).url == CREATE
    assert 'value="2006-05-04"' in alice.get(CREATE).content.decode()


def test_somebody_else_sees_nothing_of_it(world, too_late):
    browser = too_late()
    assert password(browser, "bob").url == "/"
    page = browser.get(CREATE).content.decode()
    assert "gardée" not in page
    assert "Le Goff" not in page
    # Alice on another device does not meet it by surprise either; it stays hers.
    assert [form.user_id for form in held()] == [world.user("alice").pk]


def test_it_comes_back_for_the_organisation_that_it_was_written_for(world, visit, travel):
    with as_owner():
        there = Membership.objects.create(
            user=world.user("alice"), organisation=world.org("ML_C"), role=Role.MANAGER
        )
    alice = visit("alice")
    alice.post(reverse("partners:switch"), {"membership": there.uuid})
    travel(clock.now() + timedelta(minutes=90))
    alice.post(CREATE, TYPED)
    password(alice, "alice")
    page = alice.get(CREATE)
    assert 'value="2006-05-04"' in page.content.decode()
    assert page.context["acting"].organisation_id == world.org("ML_C").pk
    # Somebody else who signs in there acts for their own.
    alice.post(reverse("partners:switch"), {"membership": there.uuid})
    travel(clock.now() + timedelta(minutes=90))
    alice.post(CREATE, TYPED)
    password(alice, "bob")
    assert alice.get("/").context["acting"].organisation_id == world.org("ML_A").pk


def test_the_database_shows_it_to_its_owner_only(world, too_late):
    too_late()
    assert not HeldForm.objects.exists(), "no scope, no row"
    from core.scope import acting_as

    with acting_as(world.acting("bob")):
        assert not HeldForm.objects.exists()
    with acting_as(world.acting("alice")):
        assert HeldForm.objects.exists()


def test_after_ten_hours_as_well(world, visit, travel):
    alice = visit("alice")
    start = clock.now()
    for half_hours in range(1, 20):
        travel(start + timedelta(minutes=30 * half_hours))
        alice.get("/aide/")
        inside(alice)
    travel(start + timedelta(hours=10, minutes=1))
    assert alice.post(CREATE, TYPED).url == "/connexion/?next=/jeunes/nouveau/"
    password(alice, "alice")
    assert 'value="2006-05-04"' in alice.get(CREATE).content.decode()


def test_a_form_without_its_token_is_not_kept(world, visit, travel):
    alice = StrictClient(enforce_csrf_checks=True)
    alice.force_login(world.user("alice"))
    travel(clock.now() + timedelta(minutes=90))
    assert alice.post(CREATE, TYPED).status_code == 403
    assert held() == []


def test_whoever_signed_out_or_was_never_in_keeps_nothing(world, visit, client, travel):
    client.post(CREATE, TYPED)
    alice = visit("alice")
    cookie = alice.cookies["sessionid"].value
    alice.post(reverse("accounts:sign_out"))
    alice.cookies["sessionid"] = cookie
    travel(clock.now() + timedelta(minutes=90))
    alice.post(CREATE, TYPED)
    assert held() == []


def test_what_is_typed_at_the_door_is_never_kept(world, visit, travel):
    alice = visit("alice")
    travel(clock.now() + timedelta(minutes=90))
    alice.post(reverse("accounts:change_password"), {"current": "x", "password": "y", "again": "z"})
    assert held() == []


def test_a_form_with_a_password_is_never_kept(world, visit, travel):
    alice = visit("alice")
    travel(clock.now() + timedelta(minutes=90))
    alice.post(CREATE, TYPED | {"new_password1": "secret"})
    assert held() == []


def test_a_door_stays_a_door_for_whoever_comes_back_late(world, visit, travel, monkeypatch):
    """The demo's one-click door, pressed on a page left open, signs in."""
    from types import SimpleNamespace

    from core import hooks

    people = [
        SimpleNamespace(email="alice@portail.example", role="Conseillère", name="Alice", what="Essayez.")
    ]
    monkeypatch.setattr(hooks.demo_people, "_function", lambda: people)
    alice = visit("alice")
    travel(clock.now() + timedelta(minutes=90))
    assert alice.post(reverse("accounts:demo_sign_in"), {"email": "alice@portail.example"}).url == "/"
    assert inside(alice)
    assert held() == []


def test_files_are_not_kept_and_it_is_said(world, too_late):
    file = SimpleUploadedFile("liste.csv", b"secret", content_type="text/csv")
    alice = too_late(data={**TYPED, "file": file})
    password(alice, "alice")
    assert "Les fichiers joints ne sont pas gardés" in alice.get(CREATE).content.decode()
    assert "secret" not in repr(held()[0].fields)


def test_a_page_that_changed_shows_what_was_typed(world, too_late):
    alice = too_late(
        address=reverse("partners:designation_create"),
        data={"reason": "un texte tapé longuement", "csrf": "1"},
        page="/aide/",
    )
    assert password(alice, "alice").url == "/aide/"
    page = alice.get("/aide/").content.decode()
    assert "a changé depuis votre saisie" in page
    assert "un texte tapé longuement" in page


@pytest.mark.parametrize("page", ["https://evil.example/x", "//evil.example", "/" + "x" * 300])
def test_the_way_back_is_a_page_of_ours(world, visit, travel, page):
    alice = visit("alice")
    travel(clock.now() + timedelta(minutes=90))
    alice.post(CREATE, TYPED, headers={"referer": page})
    assert password(alice, "alice").url == CREATE


def test_a_swap_of_a_part_leads_to_the_whole_page(world, visit, travel):
    alice = visit("alice")
    travel(clock.now() + timedelta(minutes=90))
    answer = alice.post(
        CREATE, TYPED, headers={"hx-request": "true", "referer": f"http://testserver{CREATE}"}
    )
    assert answer["HX-Redirect"] == "/connexion/?next=/jeunes/nouveau/"


def test_five_at_most_and_a_day_at_most(world, visit, travel):
    alice = visit("alice")
    cookie = alice.cookies["sessionid"].value
    start = clock.now()
    travel(start + timedelta(minutes=90))
    for number in range(7):
        alice.cookies["sessionid"] = cookie
        alice.post(CREATE, TYPED | {"last_name": f"N{number}"})
    assert [form.fields["last_name"] for form in held()] == [[f"N{number}"] for number in range(2, 7)]
    travel(start + timedelta(hours=26))
    with as_worker():
        tasks.forget()
    assert held() == []


# --- Putting values back into a page ------------------------------------------------------------------

PAGE = """<!doctype html><html lang="fr"><body><!-- note --><p>1 &lt; 2 &eacute; &#233;</p>
<form method="post" action="/x/"><input name="other"></form>
<details><summary>Plus</summary><form method="post" action="/y/">
<input type="hidden" name="csrfmiddlewaretoken" value="new">
<input type="hidden" name="version" value="4"><input name="q" value="ancien" required>
<textarea name="note" rows="3">ancien</textarea>
<select name="kind"><option value="a" selected>A</option><option value="b">B</option></select>
<input type="radio" name="r" value="1" checked><input type="radio" name="r" value="2">
<input type="checkbox" name="c" value="u" checked><input type="checkbox" name="c" value="v">
<input type="password" name="p"><input type="file" name="f"><button name="go" value="1">Ok</button></form></details>
<script src="/a.js"></script></body></html>"""


def test_every_kind_of_control_gets_its_value():
    values = {
        "csrfmiddlewaretoken": ["old"], "version": ["3"], "q": ['a "b" & <c>'], "note": ["\nl’un\nl’autre </textarea>"],
        "kind": ["b"], "r": ["2"], "c": ["v"], "p": ["x"], "go": ["1"],
    }  # fmt: skip
    html, found = refill.fill(PAGE, "/page/", "/y/", values)
    assert found
    assert 'name="csrfmiddlewaretoken" value="new"' in html
    assert 'name="version" value="3"' in html, "what was read is what was answered: a conflict shows"
    assert 'name="q" required value="a &quot;b&quot; &amp; &lt;c&gt;"' in html
    assert "\n\nl’un\nl’autre &lt;/textarea&gt;</textarea>" in html
    assert '<option value="a">' in html
    assert '<option value="b" selected>' in html
    assert '<input type="radio" name="r" value="1">' in html
    assert '<input type="radio" name="r" value="2" checked>' in html
    assert '<input type="checkbox" name="c" value="u">' in html
    assert '<input type="checkbox" name="c" value="v" checked>' in html
    assert '<input type="password" name="p">' in html
    assert "<details open>" in html


def test_the_rest_of_the_page_is_copied_to_the_letter():
    html, found = refill.fill(PAGE, "/page/", "/y/", {})
    assert found
    unfilled = refill.fill(PAGE, "/page/", "/nowhere/", {"q": ["x"]})
    assert unfilled == (PAGE, False)
    for part in (
        "<!doctype html>",
        "<!-- note -->",
        "1 &lt; 2 &eacute; &#233;",
        '<script src="/a.js"></script>',
    ):
        assert part in html


@pytest.mark.parametrize(
    "address", ["/", "/orientations/", "/jeunes/nouveau/", "/structures/", "/referents/nouveau/"]
)
def test_real_pages_are_copied_to_the_letter(world, visit, address):
    html = visit("mona").get(address, follow=True).content.decode()
    writer = refill._Writer(-2, (), {})
    writer.feed(html)
    writer.close()
    assert "".join(writer.out) == html
