"""Limits of attempts: who is stopped, who is not, and what is kept of it."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.urls import reverse

from accounts import limits
from accounts.models import Attempt
from core import clock
from core.models import AuditEntry
from tests.accounts.signing_in import SIGN_IN, inside, password
from tests.client import StrictClient
from tests.conftest import as_owner

HERE, ELSEWHERE = {"REMOTE_ADDR": "192.0.2.10"}, {"REMOTE_ADDR": "198.51.100.7"}


def fail(client, times: int, who: str = "alice", **where) -> list[int]:
    return [password(client, who, "ce n’est pas lui", **where).status_code for _ in range(times)]


def test_the_sixth_failure_is_not_even_tried(client, world, monkeypatch):
    assert fail(client, 5, **HERE) == [200] * 5

    def hashed(*args, **kwargs):
        raise AssertionError("a password was checked")

    monkeypatch.setattr("accounts.forms.authenticate", hashed)
    answer = password(client, "alice", **HERE)
    assert answer.status_code == 429
    page = answer.content.decode()
    assert "Vous pourrez réessayer" in page
    assert 0 < int(answer["Retry-After"]) <= 900


def test_the_lock_opens_after_fifteen_minutes(client, world, travel):
    fail(client, 6, **HERE)
    travel(clock.now() + timedelta(minutes=15, seconds=1))
    assert password(client, "alice", **HERE).status_code == 302
    assert inside(client)


def test_success_forgets_the_failures(client, world):
    fail(client, 4, **HERE)
    assert password(client, "alice", **HERE).status_code == 302
    assert fail(StrictClient(), 5, **HERE) == [200] * 5


def test_a_stranger_elsewhere_locks_nobody_out(client, world):
    """Fifty failures from another network: Alice, on a device that has signed in before, does not notice."""
    password(client, "alice", **HERE)
    client.post(reverse("accounts:sign_out"))
    for network in range(10):
        fail(StrictClient(), 5, REMOTE_ADDR=f"198.51.100.{network}")
    assert password(StrictClient(), "alice", REMOTE_ADDR="203.0.113.5").status_code == 429, (
        "a stranger is slowed"
    )
    assert password(client, "alice", REMOTE_ADDR="203.0.113.9").status_code == 302, "her device is known"
    assert password(StrictClient(), "alice", **HERE).status_code == 302, "her office is known"


def test_a_known_device_is_no_way_to_try_for_ever(client, world):
    password(client, "alice", **HERE)
    client.post(reverse("accounts:sign_out"))
    answers = [fail(client, 1, REMOTE_ADDR=f"203.0.113.{number}")[0] for number in range(11)]
    assert answers == [200] * 10 + [429]


def test_the_device_of_one_is_not_that_of_another(client, world):
    password(client, "bob", **HERE)
    client.post(reverse("accounts:sign_out"))
    for network in range(5):
        fail(StrictClient(), 5, REMOTE_ADDR=f"198.51.100.{network}")
    assert password(client, "alice", REMOTE_ADDR="203.0.113.9").status_code == 429


@pytest.mark.parametrize("cookie", ["", "x", "eyJ1IjoxfQ:1x:abc"])
def test_a_forged_device_is_a_stranger(client, world, cookie):
    for network in range(5):
        fail(StrictClient(), 5, REMOTE_ADDR=f"198.51.100.{network}")
    client.cookies["device"] = cookie
    assert password(client, "alice", **ELSEWHERE).status_code == 429


def test_twenty_failures_a_minute_from_one_address(client, world, travel):
    answers = [fail(client, 1, f"nobody{number}@portail.example", **HERE)[0] for number in range(21)]
    assert answers == [200] * 20 + [429]
    travel(clock.now() + timedelta(seconds=61))
    assert password(client, "alice", **HERE).status_code == 302


def test_a_busy_office_is_not_a_flood(world):
    """Forty people who sign in rightly in one minute from one address are all let in."""
    for _ in range(40):
        assert password(StrictClient(), "alice", **HERE).status_code == 302


def test_an_account_that_does_not_exist_locks_alike(client, world):
    assert fail(client, 6, "personne@portail.example", **HERE) == [200] * 5 + [429]


def test_what_fails_afterwards_stays_counted(client, world, monkeypatch):
    """A count does not roll back with the request that it counted."""
    client.raise_request_exception = False

    def broken(*args, **kwargs):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("accounts.forms.authenticate", broken)
        assert fail(client, 5, **HERE) == [500] * 5
    assert password(client, "alice", **HERE).status_code == 429


def test_nothing_in_clear_is_kept(client, world):
    fail(client, 2, **HERE)
    password(client, "alice", **HERE)
    kept = repr(list(Attempt.objects.order_by("pk").values_list("key", "count")))
    for clear in ("alice", "192.0.2.10"):
        assert clear not in kept
    assert Attempt.objects.exists()


def test_the_trail_says_who_failed_by_number_only(client, world):
    with as_owner():
        AuditEntry.objects.filter(kind="sign_in").delete()
    fail(client, 6, **HERE)
    fail(client, 1, "personne@portail.example", **HERE)
    password(StrictClient(), "bob", **ELSEWHERE)
    with as_owner():
        lines = sorted(
            AuditEntry.objects.filter(kind="sign_in").values_list("detail", "user_id", "organisation_id"),
            key=str,
        )
    alice, bob = world.user("alice").pk, world.user("bob").pk
    assert lines == sorted(
        [("wrong_password", alice, None)] * 5
        + [
            ("too_many:password", alice, None),
            ("wrong_password", None, None),
            ("signed_in:password", bob, None),
        ],
        key=str,
    )


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.1", "192.0.2.10"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "10.0.0.1, 203.0.113.1", "203.0.113.1"),
        (2, "10.0.0.1, 203.0.113.1, 192.0.2.99", "203.0.113.1"),
        (2, "203.0.113.1", "192.0.2.10"),
        (1, "", "192.0.2.10"),
        (1, "pas une adresse", "unknown"),
        (1, "2001:db8:1:2:3:4:5:6", "20010db800010002/64"),
    ],
)
def test_an_address_is_believed_from_our_proxies_only(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory(**HERE).get("/", headers={"x-forwarded-for": forwarded})
    assert limits.client_address(request) == address


def test_a_forged_header_does_not_escape_the_count(client, world):
    answers = [
        fail(client, 1, headers={"x-forwarded-for": f"203.0.113.{number}"}, **HERE)[0] for number in range(6)
    ]
    assert answers[-1] == 429


def test_counts_are_forgotten(client, world, travel):
    fail(client, 3, **HERE)
    travel(clock.now() + timedelta(minutes=16))
    limits.forget()
    assert not Attempt.objects.exists()


def test_the_door_of_the_administration_is_the_same(client, world, visit):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == f"{SIGN_IN}?next=/admin/"
    assert (
        client.post("/admin/login/", {"username": "adam@portail.example", "password": "x"}).status_code == 405
    )
    assert visit("alice").get("/admin/", follow=True).redirect_chain[-1][0] == "/"


def test_an_administrator_has_one_password_page_and_one_way_out(visit):
    adam = visit("adam")
    assert adam.get("/admin/password_change/").url == reverse("accounts:change_password")
    answer = adam.post("/admin/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert adam.get("/admin/").status_code == 302


# --- The time of an answer says nothing ---------------------------------------------------------------


def test_as_many_hashes_and_questions_for_an_account_that_does_not_exist(client, world, monkeypatch):
    from django.contrib.auth import hashers
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    runs = []
    real = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda self, *args: runs.append(1) or real(self, *args)
    )
    closed, invited = world.user("bob"), world.user("dora")
    closed.is_active = False
    closed.save()
    invited.set_unusable_password()
    invited.save()
    counted = {}
    for who in ("alice", "bob", "dora", "personne@portail.example"):
        runs.clear()
        with CaptureQueriesContext(connection) as queries:
            password(StrictClient(), who, "ce n’est pas lui", **HERE)
        counted[who] = (len(runs), len(queries))
    assert len(set(counted.values())) == 1, counted
    assert counted["alice"][0] == 1


@pytest.mark.prove
@pytest.mark.alone
@pytest.mark.django_db
def test_the_medians_are_the_same_with_the_real_hash(world, settings):
    """Interleaved pairs with Argon2: the difference of medians is lost in the noise of one answer.

    The usual tests count the hashes and the questions of each answer (above), which no busy machine changes.
    """
    from statistics import median
    from time import perf_counter

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    user = world.user("alice")
    user.set_password("une phrase que personne ne devine")
    user.save()
    times: dict[str, list[float]] = {"alice": [], "personne": []}
    client = StrictClient()
    for number in range(30):
        for who in times if number % 2 else reversed(times):
            start = perf_counter()
            answer = password(client, who, "ce n’est pas lui", REMOTE_ADDR=f"192.0.2.{number + 1}")
            times[who].append(perf_counter() - start)
            assert answer.status_code == 200
        Attempt.objects.all().delete()
    here, nowhere = (median(found) for found in times.values())
    spread = median(abs(time - here) for time in times["alice"])
    assert abs(here - nowhere) < max(3 * spread, 0.1 * here), (here, nowhere, spread)
