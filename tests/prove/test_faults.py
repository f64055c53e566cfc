"""Faults on managed servers (SECURITY §3.2): what is killed, hung, emptied or doubled loses nothing.

One installation for the whole file. Each test breaks one thing and repairs it; what must hold is read from the
database, from the mails received and from the pages, never from what the processes say of themselves.
"""

import os
import signal
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import psycopg
import pytest
import redis

from core.checkpoints import checkpoint_key
from core.outbox import RETRIES
from tests.infra.servers import wait_for
from tests.prove.managed import DATABASE, MAIL, Site, in_threads, installed
from tests.prove.visitor import Page, Visitor

pytestmark = [pytest.mark.prove, pytest.mark.alone]

PACKS_OF_MEETING = (
    "SELECT count(*), count(*) FILTER (WHERE p.status = 'ready'), bool_or(p.late) FROM reporting_committeepack p"
    " JOIN partners_committeemeeting m ON m.id = p.meeting_id WHERE m.held_on = current_date + %s"
)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with installed("--world", "--sent", "24") as started:
        started.start_web()
        yield started


@pytest.fixture(autouse=True)
def running(site: Site) -> Iterator[None]:
    """Each test starts with everything running and nothing waiting, and leaves the data consistent."""
    for name, start in (("worker", site.start_worker), ("beat", site.start_beat)):
        if not site.is_running(name):
            start()
    site.wait_delivered(90)
    yield
    site.mails.hold, site.mails.down = "", False
    assert site.is_running("web")


@pytest.fixture
def referrals(site: Site) -> list[str]:
    """Addresses of the referrals that wait for an answer of Rita's centre, those never opened last."""
    rows = site.rows(
        "SELECT uuid FROM referrals_referral WHERE state IN ('sent', 'received')"
        " AND sent_at > now() - interval '1 day' ORDER BY state = 'sent', id"
    )
    return [f"/orientations/{uuid}/" for (uuid,) in rows]


def _is_done(page: Page) -> bool:
    return page.status == 200 and page.hops[0] == 302 and "C’est enregistré" in page.text


def _has_one_pack(site: Site, days: int) -> bool:
    """Whether the meeting in so many days has one pack, ready and caught up."""
    return site.rows(PACKS_OF_MEETING, days) == [(1, 1, True)]


def _has_said(site: Site, name: str, words: str) -> bool:
    return words in site.log(name)


def _assert_mails_once(site: Site) -> None:
    site.wait_delivered(90)
    assert site.mails.counted() == site.expected_mails()


# --- Redis ----------------------------------------------------------------------------------------


def test_redis_killed_during_sixty_transitions(site: Site, referrals: list[str]) -> None:
    """F1: no request fails, nothing is lost, nothing leaves twice, the backlog is gone a minute after."""
    alice, rita = site.as_("alice"), site.as_("rita")
    before = site.one("SELECT count(*) FROM referrals_referralevent")
    done: list[Page] = []

    def walk(address: str) -> None:
        """Five transitions: received, step, question, answer, accepted."""
        recipient, sender = rita.again(), alice.again()
        done.append(recipient.get(address))
        done.append(recipient.act(address, "step", step="TESTS"))
        done.append(recipient.act(address, "ask_info", question="Est-il libre en mars ?"))
        done.append(sender.act(address, "answer_info", answer="Oui."))
        done.append(recipient.act(address, "accept"))

    def stop_redis() -> None:
        wait_for(lambda: len(done) >= 10, 60, "requests flow")
        site.redis.kill()

    fresh = [address for address in referrals if _state(site, address) == "sent"][-12:]
    in_threads([stop_redis, *(partial(walk, address) for address in fresh)], 3)
    assert [page.status for page in done] == [200] * 60
    assert all("C’est enregistré" in page.text for page in done if page.hops[0] == 302)
    assert site.one("SELECT count(*) FROM referrals_referralevent") == before + 60
    site.redis.start()
    assert site.wait_delivered(90) < 60
    _assert_mails_once(site)
    site.assert_consistent()


def _state(site: Site, address: str) -> str:
    return site.one("SELECT state FROM referrals_referral WHERE uuid = %s", address.split("/")[2])


def test_a_hung_redis_slows_nobody(site: Site, referrals: list[str]) -> None:
    """F2: pages stay fast, health says so, and what waited leaves when Redis wakes up."""
    rita = site.as_("rita")
    address = referrals[0]
    rita.get(address)
    site.redis.signal(signal.SIGSTOP)
    try:
        pages = []
        for _ in range(12):
            pages += [rita.get("/"), rita.get(address), rita.act(address, "step", step="VISITE")]
        health = site.health()
        seconds = site.visitor().get("/sante/prete").seconds
    finally:
        site.redis.signal(signal.SIGCONT)
    assert {page.status for page in pages} == {200}
    assert statistics.quantiles([page.seconds for page in pages], n=20)[-1] < 1
    assert (health["status"], health["checks"]["broker"]) == ("degraded", "down")
    assert seconds < 2
    _assert_mails_once(site)


def test_an_emptied_redis_signs_nobody_out_and_loses_nothing(site: Site, referrals: list[str]) -> None:
    """F3."""
    rita, alice = site.as_("rita"), site.as_("alice")
    rita.get(referrals[0])
    with redis.Redis(port=site.redis.port) as client:
        client.flushall()
    assert _is_done(rita.act(referrals[0], "step", step="ENTRETIEN"))
    for person in (rita, alice):
        assert "/connexion/" not in person.get("/").path
    _assert_mails_once(site)


# --- Workers and beats ----------------------------------------------------------------------------


def test_a_worker_killed_while_it_delivers(site: Site) -> None:
    """F4, for mails: none is lost; one that the mail server had accepted leaves a second time, and no other.

    SMTP has no transaction with our database: between the server's "250" and our COMMIT, a kill makes a
    duplicate. The five kills below fall twice inside that instant: two duplicates, counted.
    """
    before = site.mails.counted() - site.expected_mails()
    moments = ["data", "quit", "data", "quit", "data"]
    for number, moment in enumerate(moments):
        site.mails.held.clear()
        site.mails.dropped.clear()
        site.mails.hold = moment
        site.post_mails(f"Coupure {number}", 3)
        wait_for(site.mails.held.is_set, 60, f"a delivery reaches {moment}")
        if number < 3:
            # Like the system when memory runs out: the hand dies, the worker grows another.
            for child in site.children("worker"):
                os.kill(child, signal.SIGKILL)
        else:
            site.kill("worker")
            site.start_worker()
        wait_for(site.mails.dropped.is_set, 30, "the mail server sees the death")
        site.mails.hold = ""
        site.wait_delivered(90)
    lost = site.expected_mails() - site.mails.counted()
    twice = site.mails.counted() - site.expected_mails() - before
    assert not lost
    assert sum(twice.values()) == moments.count("quit")
    assert max(twice.values()) == 1
    # The next tests count from here.
    site.mails.mails = [mail for mail in site.mails.mails if "Coupure" not in mail.body]
    site.rows("DELETE FROM core_outboxmessage WHERE effect_key LIKE 'Coupure%%'")


def test_what_fell_due_without_beat_is_done_once_and_marked_late(site: Site) -> None:
    """F6: a committee's pack and reminders fall due while beat is off."""
    site.stop("beat")
    site.seed("--silent", "3", "--meeting", "10")
    time.sleep(2)
    assert site.rows(PACKS_OF_MEETING, 10) == [(0, 0, None)]
    reminders = "SELECT count(*), count(*) FILTER (WHERE late) FROM referrals_reminder WHERE kind = 'due'"
    [(already, _)] = site.rows(reminders)
    reminded = []
    for _ in range(2):
        site.start_beat(after_a_pause=True)
        wait_for(partial(_has_one_pack, site, 10), 90, "the pack is ready")
        wait_for(lambda: site.rows(reminders) == [(already + 3, already + 3)], 90, "reminded")
        site.stop("beat")
        reminded.append(
            site.rows("SELECT kind, count(*) FROM referrals_reminder GROUP BY kind ORDER BY kind")
        )
    assert reminded[0] == reminded[1]
    assert "Rattrapage" in site.as_("nadia").get("/comites/").text
    site.start_beat()
    _assert_mails_once(site)


def test_two_workers_and_two_beats_do_everything_once(site: Site) -> None:
    """F5."""
    site.stop("beat")
    reminders = "SELECT count(*) FROM referrals_reminder WHERE kind = 'due'"
    already = site.one(reminders)
    site.seed("--silent", "6", "--meeting", "11", "--meeting", "12", "--meeting", "13")
    site.start_worker("worker2")
    site.start_beat(after_a_pause=True)
    site.start_beat("beat2", after_a_pause=True)
    try:
        for days in (11, 12, 13):
            wait_for(partial(_has_one_pack, site, days), 90, f"the pack of the meeting in {days} days")
        site.wait(reminders, already + 6)
        # Both beats and both workers really worked.
        for name in ("beat", "beat2"):
            wait_for(partial(_has_said, site, name, "prepare-packs"), 60, f"{name} asks")
        wait_for(partial(_has_said, site, "worker2", "succeeded"), 60, "worker2 works")
        _assert_mails_once(site)
        # They share one schedule file, as two containers share PORTAL_VAR.
        site.assert_no_error("beat2", "worker2")
    finally:
        site.stop("beat2")
        site.stop("worker2")
    assert site.one(reminders) == already + 6
    ready = "SELECT count(*), count(DISTINCT effect_key) FROM notifications_notification WHERE kind = 'pack.ready'"
    [(told, _)] = site.rows(
        ready + " AND user_id = (SELECT id FROM accounts_user WHERE email LIKE 'nadia@%%')"
    )
    assert told == site.one("SELECT count(*) FROM reporting_committeepack")
    site.assert_consistent()


def test_a_worker_killed_at_a_step_of_a_pack_leaves_one_pack(site: Site) -> None:
    """F4: held at its PDF by a lock that the test owns, killed there; the next worker goes on."""
    site.stop("beat")
    site.seed("--meeting", "14")
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    address = site.postgres.url("postgres", DATABASE)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [checkpoint_key("pack:pdf")])
        site.start_beat(after_a_pause=True)
        wait_for(lambda: site.one(held) == 1, 90, "the worker is held")
        site.kill("worker")
        assert site.rows(PACKS_OF_MEETING, 14) == [(1, 0, True)]
        assert site.one("SELECT count(*) FROM reporting_committeepack WHERE pdf_id IS NULL") == 1
    site.stop("beat")
    site.start_worker()
    site.start_beat(after_a_pause=True)
    wait_for(partial(_has_one_pack, site, 14), 90, "the pack is ready")
    assert site.one("SELECT count(*) FROM core_document") == 2 * site.one(
        "SELECT count(*) FROM reporting_committeepack"
    )
    _assert_mails_once(site)
    site.assert_consistent()


# --- The outbox -----------------------------------------------------------------------------------


def test_a_poison_row_is_put_aside_while_the_others_flow(site: Site) -> None:
    """F17: a row that always fails is tried six times, at growing intervals, and stops nobody."""
    poison = "SELECT attempts FROM core_outboxmessage WHERE effect_key = 'poison'"
    site.rows(
        "INSERT INTO core_outboxmessage (kind, payload, effect_key, attempts, last_error)"
        " VALUES (%s, '{}', 'poison', 0, '')",
        MAIL,
    )
    for attempt, pause in enumerate([*RETRIES, None], start=1):
        site.post_mails(f"Poison {attempt}", 1)
        site.wait(poison, attempt, 30)
        [(due_in, quarantined)] = site.rows(
            "SELECT due_at - now(), quarantined_at IS NOT NULL FROM core_outboxmessage WHERE effect_key = 'poison'"
        )
        assert quarantined is (pause is None)
        if pause is not None:
            assert pause - timedelta(seconds=30) < due_in <= pause
            site.rows("UPDATE core_outboxmessage SET due_at = now() WHERE effect_key = 'poison'")
    _assert_mails_once(site)
    audit = site.run("manage.py", "check_consistency", login="worker")
    assert audit.returncode == 1
    assert "mis de côté" in audit.stdout
    site.rows("DELETE FROM core_outboxmessage WHERE effect_key = 'poison'")
    site.assert_consistent()


def test_mails_wait_for_a_mail_server_that_is_down(site: Site) -> None:
    """F11: what could not leave waits without using up its attempts, and is received once."""
    site.mails.down = True
    site.post_mails("Panne de courrier", 4)
    failed = (
        "SELECT count(*) FROM core_outboxmessage WHERE last_error <> '' AND attempts = 0 AND done_at IS NULL"
    )
    site.wait(failed, 4, 60)
    site.mails.down = False
    site.rows("UPDATE core_outboxmessage SET due_at = now() WHERE done_at IS NULL")
    _assert_mails_once(site)


# --- PostgreSQL -----------------------------------------------------------------------------------


def test_postgresql_restarted_under_requests(site: Site, referrals: list[str]) -> None:
    """F7: 503 while it lasts, what was acknowledged is there, no half transition, nobody restarts anything."""
    rita = site.as_("rita")
    steps = "SELECT count(*) FROM referrals_referralevent WHERE action = 'step'"
    before = site.one(steps)
    acknowledged: list[int] = []
    others: list[Page] = []
    over = threading.Event()

    def work(address: str) -> None:
        person = rita.again()
        while not over.is_set():
            page = person.get(address)
            if page.status == 200:
                page = person.submit(page, "/action/step/", **{"step-step": "DOSSIER_COMPLET"})
            if _is_done(page):
                acknowledged.append(1)
            else:
                others.append(page)
                time.sleep(0.1)

    threads = [threading.Thread(target=work, args=(address,)) for address in referrals[:3]]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(acknowledged) >= 6, 60, "requests flow")
    site.postgres.stop(immediate=True)
    wait_for(lambda: len(others) >= 5, 60, "requests are refused")
    site.postgres.start()
    reached = len(acknowledged)
    wait_for(lambda: len(acknowledged) >= reached + 6, 60, "requests flow again")
    over.set()
    for thread in threads:
        thread.join()

    assert {page.status for page in others} == {503}
    assert all(page.headers["Retry-After"] for page in others)
    assert "Le portail revient dans quelques minutes" in others[0].text
    # Between COMMIT and the answer, a request may be done and not acknowledged; the contrary never.
    assert len(acknowledged) <= site.one(steps) - before <= len(acknowledged) + len(others)
    _assert_mails_once(site)
    site.assert_consistent()


# --- Two at once ----------------------------------------------------------------------------------


def test_fifty_answers_at_once_one_wins(site: Site, referrals: list[str]) -> None:
    """F9: Rita accepts and Sam declines, twenty-five times each, from pages read before."""
    address = referrals[0]
    people = [site.as_("rita"), site.as_("sam")]
    people[0].get(address)
    forms = []
    for person, action, values in zip(
        people, ("accept", "decline"), ({}, {"decline-reason": "NON_RETENU_CAPACITE"}), strict=True
    ):
        form = person.get(address).form(f"/action/{action}/")
        forms.append((person, form.action, form.values | values))
    before = site.one("SELECT count(*) FROM referrals_referralevent")

    def answer(person: Visitor, action: str, values: dict[str, str]) -> Page:
        return person.again().post(action, values, referer=address)

    pages = in_threads([partial(answer, *forms[number % 2]) for number in range(50)], 10)
    assert Counter(page.hops[0] for page in pages) == {302: 1, 409: 49}
    assert all("Quelqu’un a agi juste avant vous" in page.text for page in pages if page.status == 409)
    assert site.one("SELECT count(*) FROM referrals_referralevent") == before + 1
    assert _state(site, address) in ("accepted", "declined")
    _assert_mails_once(site)
