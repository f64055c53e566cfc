"""Sessions: three clocks, a list, an end at once; keys that change and never come back."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import devices, sessions
from accounts.models import Session
from core import clock
from tests.client import StrictClient
from tests.conftest import as_worker

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
PAGE = reverse("accounts:sessions")
INSIDE = "/orientations/"
CLOSED = "Votre connexion a été fermée"


@pytest.fixture
def alice_on_two_devices(world):
    def browser(agent: str) -> StrictClient:
        client = StrictClient(headers={"user-agent": agent})
        client.post(
            reverse("accounts:sign_in"),
            {"username": "alice@portail.example", "password": "mot de passe de test"},
        )
        return client

    return browser(FIREFOX), browser(PHONE)


def inside(client: StrictClient) -> bool:
    return client.get(INSIDE).status_code == 200


def test_my_sessions_are_listed_in_words(alice_on_two_devices):
    desk, _phone = alice_on_two_devices
    page = desk.get(PAGE).content.decode()
    assert "Firefox sur Windows" in page
    assert "Safari sur iPhone" in page
    assert page.count("Cet appareil") == 1
    assert page.index("Cet appareil") < page.index("Safari sur iPhone")
    assert desk.session.session_key not in page


def test_one_of_them_is_closed(alice_on_two_devices):
    desk, phone = alice_on_two_devices
    desk.post(reverse("accounts:end_session"), {"session": sessions.reference(phone.session.session_key)})
    assert inside(desk)
    assert not inside(phone)


@pytest.mark.parametrize("asked", [INSIDE, reverse("accounts:sign_in")])
def test_whoever_was_closed_out_is_told_once(alice_on_two_devices, asked):
    desk, phone = alice_on_two_devices
    desk.post(reverse("accounts:end_session"), {"others": "1"})
    assert CLOSED in phone.get(asked, follow=True).content.decode()
    assert CLOSED not in phone.get(asked, follow=True).content.decode()


def test_whoever_left_or_waited_too_long_is_told_nothing_of_it(alice_on_two_devices, client, travel):
    desk, phone = alice_on_two_devices
    kept = desk.cookies["sessionid"].value
    desk.post(reverse("accounts:sign_out"))
    desk.cookies["sessionid"] = kept
    travel(clock.now() + timedelta(minutes=90))
    for browser in (client, desk, phone):
        assert CLOSED not in browser.get(INSIDE, follow=True).content.decode()


def test_all_the_others_are_closed(alice_on_two_devices, visit):
    desk, phone = alice_on_two_devices
    bob = visit("bob")
    desk.post(reverse("accounts:end_session"), {"others": "1"})
    assert inside(desk)
    assert inside(bob)
    assert not inside(phone)


def test_nobody_closes_somebody_elses(alice_on_two_devices, visit):
    desk, _phone = alice_on_two_devices
    charlie = visit("charlie")
    charlie.post(reverse("accounts:end_session"), {"session": sessions.reference(desk.session.session_key)})
    charlie.post(reverse("accounts:end_session"), {"others": "1"})
    assert inside(desk)
    assert "Firefox" not in charlie.get(PAGE).content.decode()


def test_the_page_does_not_write(alice_on_two_devices):
    desk, _phone = alice_on_two_devices
    before = list(Session.objects.order_by("pk").values_list("pk", "last_seen"))
    assert desk.get(PAGE).status_code == 200
    assert desk.get(reverse("accounts:end_session")).status_code == 302
    assert list(Session.objects.order_by("pk").values_list("pk", "last_seen")) == before


def test_end_all_is_at_once(world, visit):
    alice, other = visit("alice"), visit("alice")
    assert sessions.end_all(world.user("alice").pk, except_key=alice.session.session_key) == 1
    assert inside(alice)
    assert not inside(other)
    assert sessions.end_all(world.user("alice").pk) == 1
    assert not inside(alice)


def test_a_cookie_kept_from_before_the_sign_out_opens_nothing(world, visit):
    alice = visit("alice")
    kept = alice.cookies["sessionid"].value
    alice.post(reverse("accounts:sign_out"))
    thief = StrictClient()
    thief.cookies["sessionid"] = kept
    assert not inside(thief)


def test_the_key_before_the_sign_in_opens_nothing_after(world, client):
    """Session fixation: a key that somebody planted is not the one that is opened."""
    store = sessions.SessionStore()
    store["planted"] = True
    store.create()
    client.cookies["sessionid"] = store.session_key
    sign_in = {"username": "alice@portail.example", "password": "mot de passe de test"}
    client.post(reverse("accounts:sign_in"), sign_in)
    first = client.cookies["sessionid"].value
    assert first != store.session_key
    client.post(reverse("accounts:sign_in"), sign_in)
    second = client.cookies["sessionid"].value
    assert second != first
    for old in (store.session_key, first):
        thief = StrictClient()
        thief.cookies["sessionid"] = old
        assert not inside(thief)


def test_a_changed_password_ends_the_sessions(world, visit):
    alice = visit("alice")
    user = world.user("alice")
    user.set_password("une autre phrase de passe")
    user.save()
    assert not inside(alice)


@pytest.mark.parametrize(("minutes", "opens"), [(59, True), (61, False)])
def test_an_idle_session_closes(visit, travel, minutes, opens):
    alice = visit("alice")
    travel(clock.now() + timedelta(minutes=minutes))
    assert inside(alice) is opens
    # Coming back does not wake it up.
    assert inside(alice) is opens


def test_the_idle_limit_is_a_setting(visit, travel, settings):
    settings.SESSION_IDLE_MINUTES = 30
    alice = visit("alice")
    travel(clock.now() + timedelta(minutes=31))
    assert not inside(alice)


def test_ten_hours_at_most_however_busy(visit, travel):
    alice = visit("alice")
    start = clock.now()
    for half_hours in range(1, 20):
        travel(start + timedelta(minutes=30 * half_hours))
        assert inside(alice), half_hours
    # Changing something does not lengthen it.
    alice.post("/jeunes/chercher/", {"q": "kermarrec"})
    travel(start + timedelta(hours=10, minutes=1))
    assert not inside(alice)


def test_the_last_sign_of_life_is_written_once_a_minute(visit, travel):
    alice = visit("alice")
    start = clock.now()
    row = Session.objects.get(pk=alice.session.session_key)
    travel(start + timedelta(seconds=30))
    alice.get(INSIDE)
    row.refresh_from_db()
    assert row.last_seen < start + timedelta(seconds=29)
    travel(start + timedelta(seconds=90))
    alice.get(INSIDE)
    row.refresh_from_db()
    assert row.last_seen == start + timedelta(seconds=90)


def test_what_has_run_out_is_forgotten(visit, travel):
    from accounts import tasks

    old, alice = visit("bob"), visit("alice")
    start = clock.now()
    travel(start + timedelta(minutes=50))
    inside(alice)
    travel(start + timedelta(minutes=70))
    with as_worker():
        tasks.forget()
    kept = set(Session.objects.values_list("pk", flat=True))
    assert alice.cookies["sessionid"].value in kept
    assert old.cookies["sessionid"].value not in kept


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox sur Windows"),
        (PHONE, "Safari sur iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537.36", "Chrome sur Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        ("curl/8", "Appareil inconnu"),
        ("", "Appareil inconnu"),
        ("<script>Firefox", "Firefox"),
    ],
)
def test_a_device_in_words(agent, words):
    assert devices.in_words(agent) == words
