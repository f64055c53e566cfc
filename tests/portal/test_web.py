"""The pages of errors: in French, sober, ours; each says what happened and what to do."""

import socket
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from core import clock
from core.models import OpenedFile
from portal import errors
from tests.client import StrictClient
from tests.conftest import as_owner
from tests.filling import form_of, forms_of, send_pairs
from tests.portal.reading import check_headers, check_inline
from tests.referrals.placing import put
from youths.models import Youth


def check_error(response, status: int, words: str) -> None:
    """Assert a page of error: its status, its words, its language, its headers, a way onward."""
    html = response.content.decode()
    assert response.status_code == status
    assert words in html
    assert 'lang="fr"' in html
    assert 'href="/"' in html
    assert "Traceback" not in html
    check_headers(response, status)
    check_inline(response, status)


# --- What is refused ----------------------------------------------------------------------------------


def test_an_unknown_host_is_refused(client, settings):
    settings.ALLOWED_HOSTS = ["portail.example"]
    response = client.get("/", headers={"host": "evil.example"})
    check_error(response, 400, "La demande n’a pas été comprise")
    assert "evil" not in response.content.decode()


@pytest.mark.parametrize("forwarded", ["X-Forwarded-Host", "X-Host", "Forwarded"])
def test_the_name_of_the_site_is_not_taken_from_elsewhere(visit, forwarded):
    response = visit("alice").get("/", headers={forwarded: "evil.example"})
    assert response.status_code == 200
    assert "evil" not in response.content.decode()


def test_a_role_that_may_not(visit):
    check_error(visit("regis").get("/jeunes/"), 403, "Cette action ne vous est pas ouverte")


@pytest.mark.parametrize(("who", "address"), [
    ("alice", "/nulle-part/"), (None, "/nulle-part/"), ("alice", "/jeunes/00000000-0000-4000-8000-000000000000/"),
])  # fmt: skip
def test_a_page_that_does_not_exist(world, visit, who, address):
    response = (visit(who) if who else StrictClient()).get(address)
    check_error(response, 404, "Cette page n’existe pas, ou n’est pas pour vous")


def test_somebody_moved_first(world, visit):
    referral = put(world, "received")
    rita, colleague = visit("rita"), visit("sam")
    forms = [
        form_of(one.get(referral.get_absolute_url()).content.decode(), "accept-planned_on")
        for one in (rita, colleague)
    ]
    assert send_pairs(rita, forms[0].action, forms[0].filled()).status_code == 302
    second = send_pairs(colleague, forms[1].action, forms[1].filled())
    check_error(second, 409, "Quelqu’un a agi juste avant vous")


def test_more_files_than_a_day_allows(world, visit):
    with as_owner():
        OpenedFile.objects.bulk_create(
            OpenedFile(
                user_id=world.user("mona").pk, day=clock.today(), subject_kind="youth", subject_uuid=uuid4(),
                organisation_id=world.org("ML_A").pk,
            )
            for _ in range(settings.TRAIL_LIMITS["files_day"])
        )  # fmt: skip
    response = visit("mona").get(reverse("youths:detail", args=[world.youth("yann").uuid]))
    check_error(response, 429, "Vous avez ouvert beaucoup de dossiers aujourd’hui")
    html = response.content.decode()
    assert "quelques minutes" not in html, "the limit is that of a day"
    assert 'href="/notifications/"' in html, "a way onward that no list closes"


# --- What is too large --------------------------------------------------------------------------------


def test_a_text_larger_than_a_form(visit):
    response = visit("alice").post("/jeunes/nouveau/", {"last_name": "é" * 1_500_000})
    check_error(response, 413, "L’envoi est trop volumineux")


def test_more_fields_than_a_form_has(visit):
    response = visit("alice").post("/jeunes/nouveau/", {f"f{number}": "x" for number in range(1_100)})
    check_error(response, 413, "L’envoi est trop volumineux")


@pytest.mark.parametrize("who", ["alice", None])
def test_a_body_larger_than_anything_is_not_read(world, visit, settings, monkeypatch, who):
    """Refused on the size it announces, before the session is even looked for."""
    settings.MAX_BODY_BYTES = 1_000
    monkeypatch.setattr("django.contrib.sessions.middleware.SessionMiddleware.process_request", None)
    client = visit(who) if who else StrictClient()
    response = client.post("/jeunes/nouveau/", b"x" * 1_001, content_type="application/octet-stream")
    check_error(response, 413, "L’envoi est trop volumineux")


def test_a_size_that_is_no_number_is_nothing(visit):
    response = visit("alice").generic("POST", "/notifications/lues/", b"", CONTENT_LENGTH="beaucoup")
    assert response.status_code in (302, 404)


# --- A form left open too long ------------------------------------------------------------------------

OURS = {"headers": {"origin": "http://testserver"}}
TYPED = {
    "last_name": "D’Été <b>",
    "first_name": "Zoé",
    "note": "Deux mots\r\net une ligne",
    "freins": ["a", "b"],
}


def stale(world, address: str = "/jeunes/nouveau/", data: dict | None = None, **extra):
    """A form sent with a token that is no longer good."""
    client = StrictClient(enforce_csrf_checks=True)
    client.force_login(world.user("alice"))
    return client, client.post(address, TYPED if data is None else data, **extra)


def test_a_form_left_open_too_long_is_given_back(world):
    _, response = stale(world, "/jeunes/nouveau/?depuis=accueil", **OURS)
    check_error(response, 403, "Votre page était ouverte depuis trop longtemps")
    html = response.content.decode()
    assert "Deux mots<br>et une ligne" in html
    assert "<b>" not in html
    (form,) = forms_of(html)
    assert form.action == "/jeunes/nouveau/?depuis=accueil"
    pairs = [(name, value) for name, value in form.pairs if name != "csrfmiddlewaretoken"]
    assert pairs == [(name, one) for name, value in TYPED.items() for one in ([value] if isinstance(value, str) else value)]  # fmt: skip


def test_what_is_given_back_can_be_sent(world):
    typed = {"last_name": "Tardif", "first_name": "Zoé", "birth_date": "2005-01-02"}
    client, response = stale(world, data=typed, **OURS)
    (form,) = forms_of(response.content.decode())
    assert send_pairs(client, form.action, form.filled(), **OURS).status_code == 302
    with as_owner():
        assert Youth.objects.filter(last_name="Tardif").count() == 1


def test_whoever_is_signed_out_is_promised_nothing(world):
    """Every cookie is gone: sending again would lead to sign-in and an empty form."""
    typed = TYPED | {"submission": "6f1c1f4e-4c0e-4a57-9d0e-0a3a2b6f2d11"}
    page = "http://testserver/jeunes/nouveau/?depuis=accueil"
    response = StrictClient(enforce_csrf_checks=True).post(
        "/jeunes/nouveau/", typed, headers={**OURS["headers"], "referer": page}
    )
    check_error(response, 403, "Votre connexion a pris fin")
    html = response.content.decode()
    assert forms_of(html) == []
    assert "rien n’est à ressaisir" not in html
    assert "avant de vous reconnecter" in html
    assert "Deux mots<br>et une ligne" in html
    assert "<li>Zoé</li>" in html
    assert "<b>" not in html
    assert "6f1c1f4e" not in html
    assert 'href="/connexion/?next=/jeunes/nouveau/%3Fdepuis%3Daccueil"' in html


def test_whoever_is_signed_out_sees_nothing_of_another_site(world):
    response = StrictClient(enforce_csrf_checks=True).post("/jeunes/nouveau/", TYPED)
    check_error(response, 403, "Votre connexion a pris fin")
    assert "Deux mots" not in response.content.decode()


def test_a_public_form_is_given_back_to_anybody(world):
    response = StrictClient(enforce_csrf_checks=True).post(
        reverse("accounts:reset"), {"email": "alice@portail.example"}, **OURS
    )
    check_error(response, 403, "Votre page était ouverte depuis trop longtemps")
    assert len(forms_of(response.content.decode())) == 1


@pytest.mark.parametrize("extra", [
    {}, {"headers": {"origin": "https://evil.example"}}, {"headers": {"origin": "null"}},
    {"headers": {"origin": "http://testserver.evil.example"}}, {"headers": {"sec-fetch-site": "cross-site"}},
    {"headers": {"origin": "https://evil.example", "sec-fetch-site": "same-origin"}},
])  # fmt: skip
def test_a_form_of_another_site_never_becomes_ours(world, extra):
    _, response = stale(world, **extra)
    check_error(response, 403, "Votre page était ouverte depuis trop longtemps")
    assert forms_of(response.content.decode()) == []
    assert "Deux mots" not in response.content.decode()


def test_a_secret_is_never_written_in_a_page(world):
    secret = {"username": "alice@portail.example", "password": "mon mot de passe"}
    _, response = stale(world, "/connexion/", secret, **OURS)
    check_error(response, 403, "Votre page était ouverte depuis trop longtemps")
    assert "mon mot de passe" not in response.content.decode()
    assert forms_of(response.content.decode()) == []


# --- What fails ---------------------------------------------------------------------------------------


def test_a_failure_is_said_without_asking_the_database(world, visit, monkeypatch):
    """The page of error is made even when the transaction is broken."""

    def broken(*args: object, **kwargs: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0 AS secret_detail")

    monkeypatch.setattr("youths.listing.rows.page", broken)
    alice = visit("alice")
    alice.raise_request_exception = False
    response = alice.get(reverse("youths:list"))
    check_error(response, 500, "Ce n’est pas de votre fait.")
    assert "secret_detail" not in response.content.decode()


def test_what_is_broken_answers_as_it_should_afterwards(world, visit):
    """One failed request leaves nothing behind for the next one on the same connection."""
    alice = visit("alice")
    alice.raise_request_exception = False
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("REVOKE INSERT ON core_auditentry FROM tu_app")
    assert alice.get("/jeunes/").status_code == 500
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("GRANT INSERT ON core_auditentry TO tu_app")
    assert alice.get("/jeunes/").status_code == 200


@pytest.fixture
def away(monkeypatch):
    """``away(port)``: every new connection goes to that port of this machine, whatever listens there."""

    def go(port: int) -> None:
        default = connections["default"]
        default.close()
        monkeypatch.setattr(
            default, "get_connection_params",
            lambda: {"host": "127.0.0.1", "port": port, "dbname": "portal", "user": "tu_app", "connect_timeout": 1},
        )  # fmt: skip
        monkeypatch.setattr(
            type(default), "get_new_connection", lambda self, params: self.Database.connect(**params)
        )

    yield go
    connections["default"].close()


@pytest.fixture
def silent():
    """A server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def absent():
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("server", ["silent", "absent"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_database_the_page_says_to_come_back(world, visit, away, request, server, method):
    alice = visit("alice")
    alice.raise_request_exception = False
    away(request.getfixturevalue(server))
    response = getattr(alice, method)("/jeunes/nouveau/")
    check_error(response, 503, "Le portail revient dans quelques minutes")
    assert response["Retry-After"] == errors.RETRY_AFTER_SECONDS
    assert "127.0.0.1" not in response.content.decode()
    # What needs no database still answers.
    assert alice.get("/sante/vivante").status_code == 200
    assert Client().get("/nulle-part/").status_code == 404
