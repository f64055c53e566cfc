"""Who takes out too much is stopped, and noticed within a minute (Must show 3)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.db import DatabaseError, transaction

from core import clock, detectors, housekeeping
from core.doors import TooManyExports, TooManyNames, about_to_export, about_to_list
from core.marks import Marks, UnguardedDoor
from core.models import Alert, AuditEntry, DailyFiles, OpenedFile
from core.scope import acting_as
from notifications.models import Notification
from partners.models import Membership, Role
from tests.client import StrictClient
from tests.conftest import as_owner, as_worker
from youths.models import Accompaniment, Youth

LIMITS = settings.TRAIL_LIMITS


def detect() -> int:
    with as_worker():
        return detectors.run()


def alerts(**wanted) -> list[Alert]:
    with as_owner():
        return list(Alert.objects.filter(**wanted).order_by("pk"))


def mark(world, who: str, kind: str, count: int = 1, lines: int = 1, **columns) -> None:
    """Lines of the trail, as the doors leave them."""
    acting = world.acting(who)
    Marks.write(
        [
            AuditEntry(
                at=clock.now(), kind=kind, user_id=acting.user_id, organisation_id=acting.organisation_id,
                subject_kind="youth", subject_uuid=uuid4(), count=count, detail=columns.get("detail", str(number)),
            )
            for number in range(lines)
        ]
    )  # fmt: skip


def accompanied(world, who: str, count: int) -> list[Youth]:
    """Youths whom somebody accompanies, hence may open."""
    acting = world.acting(who)
    with as_owner():
        youths = Youth.objects.bulk_create(
            Youth(
                held_by_id=acting.organisation_id, registered_with_id=acting.organisation_id,
                first_name="Jeune", last_name=f"Numéro{number:03}", birth_date="2005-01-01",
            )
            for number in range(count)
        )  # fmt: skip
        Accompaniment.objects.bulk_create(
            Accompaniment(
                youth=youth,
                organisation_id=acting.organisation_id,
                professional_id=acting.user_id,
                role="lead",
            )
            for youth in youths
        )
    return youths


# --- The scraper --------------------------------------------------------------------------------------


def test_a_scraper_that_opens_files_is_stopped_before_the_first_too_many(world, visit, settings):
    """With smaller limits; that the 201st of a day is one too many is proved at the door (tests/access/test_walls.py)."""
    limits = LIMITS | {"files_hour": 20, "files_day": 30}
    settings.TRAIL_LIMITS = limits
    youths = accompanied(world, "alice", limits["files_day"] + 5)
    alice = visit("alice")
    alice.raise_request_exception = False
    statuses = []
    for youth in youths:
        statuses.append(alice.get(f"/jeunes/{youth.uuid}/").status_code)
        if len(statuses) == limits["files_hour"] + 1:
            # The worker comes by: the hour's threshold is passed, long before the day's.
            assert detect() == 1
    opened = limits["files_day"]
    assert statuses == [200] * opened + [429] * 5
    with as_owner():
        assert OpenedFile.objects.filter(user_id=world.user("alice").pk).count() == opened
        assert AuditEntry.objects.filter(kind="denied", user_id=world.user("alice").pk).count() == 5
    assert detect() == 1
    hour, day = alerts(user_id=world.user("alice").pk)
    assert (hour.kind, hour.threshold, hour.count) == ("files_hour", limits["files_hour"], opened)
    assert (day.kind, day.threshold, day.count) == ("files_day", opened, opened)
    assert day.organisation_id == world.org("ML_A").pk
    # A file already opened today stays open, and the next day is a new one.
    assert alice.get(f"/jeunes/{youths[0].uuid}/").status_code == 200


def test_a_scraper_that_pages_lists_is_stopped(world, visit, settings):
    """By the lists alone: the search by name gives the whole Mission Locale, fifty lines a page."""
    settings.TRAIL_LIMITS = LIMITS | {"names_hour": 300, "names_day": 500}
    accompanied(world, "dora", 620)
    alice = visit("alice")
    alice.raise_request_exception = False
    alice.post("/jeunes/recherche/", {"q": "numéro"})
    address, pages, seen = "/jeunes/?recherche=1", 0, set()
    while True:
        response = alice.get(address)
        if response.status_code != 200:
            break
        pages += 1
        seen |= {line.url for line in response.context["lines"]}
        address = "/jeunes/" + response.context["next_url"]
    assert response.status_code == 429
    assert (pages, len(seen)) == (10, 500)
    assert "Numéro" not in response.content.decode()
    # Every other list with names is closed as well.
    for list_of_names in ("/", "/orientations/", "/orientations/nouvelle/"):
        assert alice.get(list_of_names).status_code == 429
    assert alice.get("/conventions/").status_code == 200
    assert detect() >= 2
    assert {"names_hour", "names_day"} <= {alert.kind for alert in alerts(user_id=world.user("alice").pk)}


def test_the_worker_comes_by_each_minute():
    schedule = settings.CELERY_BEAT_SCHEDULE["detect-abuse"]
    assert (schedule["task"], schedule["schedule"]) == ("core.detect_abuse", 60.0)


def test_the_rows_of_a_refused_list_are_not_fetched(world, visit, settings, django_assert_max_num_queries):
    settings.TRAIL_LIMITS = LIMITS | {"names_day": 10}
    mark(world, "alice", "list", count=10)
    alice = visit("alice")
    from tests.access.probing import fetched

    with fetched() as rows:
        assert alice.get("/jeunes/").status_code == 429
    assert "Kermarrec" not in repr(rows)


def test_the_limit_follows_the_person_from_one_organisation_to_another(world, visit, settings):
    settings.TRAIL_LIMITS = LIMITS | {"names_day": 100}
    with as_owner():
        Membership.objects.create(
            user=world.user("alice"),
            organisation=world.org("ML_C"),
            role=Role.PROFESSIONAL,
            starts_on="2020-01-01",
        )
        there = Membership.objects.get(user=world.user("alice"), organisation=world.org("ML_C"))
    mark(world, "alice", "list", count=100)
    alice = visit("alice")
    session = alice.session
    session["membership"] = there.pk
    session.save()
    assert alice.get("/jeunes/").status_code == 429


def test_the_limit_is_of_the_day(world, visit, settings, travel):
    settings.TRAIL_LIMITS = LIMITS | {"names_day": 100}
    mark(world, "alice", "list", count=100)
    travel(clock.now() + timedelta(days=1))
    assert visit("alice").get("/jeunes/").status_code == 200


# --- The doors of lists and exports -------------------------------------------------------------------


class FakeRequest:
    def __init__(self, acting) -> None:
        self.acting, self.marks = acting, Marks()


def test_a_view_that_forgot_the_door_shows_nothing(world):
    request = FakeRequest(world.acting("alice"))
    with pytest.raises(UnguardedDoor):
        request.marks.listed(request.acting, "youth", 3)
    with pytest.raises(UnguardedDoor):
        request.marks.exported(request.acting, "youth", None, 3)
    about_to_list(request)
    request.marks.listed(request.acting, "youth", 3)
    assert [entry.kind for entry in request.marks.entries] == ["list"]


def test_an_export_that_would_pass_the_limit_is_refused_whole(world):
    mark(world, "mona", "export", count=LIMITS["exported_day"] - 10)
    request = FakeRequest(world.acting("mona"))
    about_to_export(request, 10)
    with pytest.raises(TooManyExports):
        about_to_export(FakeRequest(world.acting("mona")), 11)
    with pytest.raises(TooManyNames):
        about_to_list(FakeRequest(_full(world.acting("mona"))))


def _full(acting):
    from dataclasses import replace

    return replace(acting, names_listed=LIMITS["names_day"])


# --- Each detector ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "line", "limit", "by_day"),
    [
        ("files_hour", {"kind": "read"}, "files_hour", False),
        ("names_hour", {"kind": "list"}, "names_hour", False),
        ("exported_hour", {"kind": "export"}, "exported_hour", False),
        ("searches", {"kind": "search"}, "searches_hour", False),
        ("denied", {"kind": "denied"}, "denied_ten_minutes", False),
        ("names_day", {"kind": "list"}, "names_day", True),
        ("exported_day", {"kind": "export"}, "exported_day", True),
    ],
)
def test_a_threshold_is_passed_once(world, settings, travel, kind, line, limit, by_day):
    settings.TRAIL_LIMITS = dict.fromkeys(LIMITS, 10_000) | {limit: 5}
    mark(world, "alice", **line, lines=4 if by_day else 5)
    assert detect() == 0
    mark(world, "alice", **line, lines=1, detail="one more")
    assert detect() == 1
    (alert,) = alerts()
    assert (alert.kind, alert.user_id, alert.organisation_id) == (
        kind, world.user("alice").pk, world.org("ML_A").pk,
    )  # fmt: skip
    # Run again, nothing new; more of the same, the alert follows.
    assert detect() == 0
    mark(world, "alice", **line, lines=3, detail="more still")
    travel(clock.now() + timedelta(minutes=2))
    assert detect() == 0
    (followed,) = alerts()
    assert followed.count > alert.count or kind == "searches"
    assert followed.seen_at > alert.seen_at


def test_the_same_file_read_twice_and_the_same_search_count_once(world, settings):
    settings.TRAIL_LIMITS = dict.fromkeys(LIMITS, 10_000) | {"files_hour": 5, "searches_hour": 5}
    acting, subject = world.acting("alice"), uuid4()
    Marks.write(
        [
            AuditEntry(
                at=clock.now(), kind=kind, user_id=acting.user_id, organisation_id=acting.organisation_id,
                subject_kind="youth", subject_uuid=subject, detail="same",
            )
            for kind in ("read", "search")
            for _ in range(20)
        ]
    )  # fmt: skip
    assert detect() == 0


def test_a_handled_alert_comes_back_with_a_new_abuse_only(world, settings, travel):
    settings.TRAIL_LIMITS = dict.fromkeys(LIMITS, 10_000) | {"files_hour": 5}
    now = clock.now()
    mark(world, "alice", "read", lines=6)
    assert detect() == 1
    with as_owner():
        Alert.objects.update(handled_at=now, handled_by_id=1, comment="vu")
    travel(now + timedelta(minutes=30))
    assert detect() == 0
    travel(now + timedelta(hours=2))
    assert detect() == 0
    mark(world, "alice", "read", lines=6)
    assert detect() == 1


def test_who_acts_for_two_organisations_is_told_to_both(world, settings):
    settings.TRAIL_LIMITS = dict.fromkeys(LIMITS, 10_000) | {"files_hour": 5}
    mark(world, "alice", "read", lines=3)
    acting = world.acting("charlie")
    Marks.write(
        [
            AuditEntry(
                at=clock.now(), kind="read", user_id=world.user("alice").pk,
                organisation_id=acting.organisation_id, subject_kind="youth", subject_uuid=uuid4(),
            )
            for _ in range(3)
        ]
    )  # fmt: skip
    assert detect() == 2
    assert {alert.organisation_id for alert in alerts()} == {world.org("ML_A").pk, world.org("ML_C").pk}


def test_an_organisation_three_times_above_its_median(world, settings):
    settings.TRAIL_LIMITS = LIMITS | {"organisation_files": 20}
    organisation = world.org("ML_A").pk
    today = clock.today()

    def open_files(day, count) -> None:
        with as_owner():
            OpenedFile.objects.bulk_create(
                OpenedFile(
                    user_id=number % 7, day=day, subject_kind="youth", subject_uuid=uuid4(),
                    organisation_id=organisation,
                )
                for number in range(count)
            )  # fmt: skip

    for back, count in enumerate((10, 12, 14, 9), start=1):
        open_files(today - timedelta(days=back), count)
    with as_worker():
        housekeeping.run()
        housekeeping.run()
    open_files(today, 37)
    # Four days are no habit yet.
    assert detect() == 0
    with as_owner():
        assert DailyFiles.objects.filter(organisation_id=organisation).count() == 4
        DailyFiles.objects.create(organisation_id=organisation, day=today - timedelta(days=9), files=12)
        # Three times 12 is 36: 37 files are more.
    assert detect() == 1
    (alert,) = alerts()
    assert (alert.kind, alert.user_id, alert.count, alert.threshold) == ("organisation", None, 37, 36)
    assert detect() == 0


# --- Who is told, and what is made of it --------------------------------------------------------------


@pytest.fixture
def alerted(world, settings) -> Alert:
    settings.TRAIL_LIMITS = dict.fromkeys(LIMITS, 10_000) | {"files_hour": 5}
    mark(world, "alice", "read", lines=6)
    detect()
    (alert,) = alerts()
    return alert


def test_managers_delegates_and_administrators_are_told(world, alerted, run_outbox):
    told = {}
    for who in ("mona", "paul", "alice", "rosa", "carla"):
        with acting_as(world.acting(who)):
            told[who] = Notification.objects.visible_to(world.acting(who)).count()
    assert told == {"mona": 1, "paul": 1, "alice": 0, "rosa": 0, "carla": 0}
    run_outbox()
    assert {message.to[0] for message in mail.outbox} == {
        "mona@portail.example", "paul@portail.example", "adam@portail.example",
    }  # fmt: skip
    for message in mail.outbox:
        assert "Kermarrec" not in message.body
        assert "Advisor" not in message.body


@pytest.mark.parametrize("who", ["mona", "paul"])
def test_an_alert_is_handled_with_a_comment(world, visit, alerted, who):
    client = visit(who)
    page = client.get("/traces/alertes/").content.decode()
    assert "Alice Advisor" in page
    address = f"/traces/alertes/{alerted.pk}/"
    assert client.post(address, {"comment": ""}).status_code == 200
    assert alerts()[0].handled_at is None
    assert client.post(address, {"comment": "Journée d’accueil, vérifié avec elle."}).status_code == 302
    (handled,) = alerts()
    assert handled.handled_by_id == world.user(who).pk
    assert handled.comment == "Journée d’accueil, vérifié avec elle."
    assert "Journée d’accueil" in client.get("/traces/alertes/").content.decode()
    # Somebody else comes later.
    assert client.post(address, {"comment": "autre"}).status_code == 302
    assert alerts()[0].comment == handled.comment


def test_nobody_judges_themselves(world, visit, settings):
    settings.TRAIL_LIMITS = dict.fromkeys(LIMITS, 10_000) | {"files_hour": 5}
    mark(world, "mona", "read", lines=6)
    detect()
    (alert,) = alerts()
    with acting_as(world.acting("mona")):
        assert not Notification.objects.visible_to(world.acting("mona")).exists()
    mona = visit("mona")
    assert "une autre personne la traitera" in mona.get("/traces/alertes/").content.decode()
    assert mona.post(f"/traces/alertes/{alert.pk}/", {"comment": "rien"}).status_code == 403
    assert alerts()[0].handled_at is None


@pytest.mark.parametrize("who", ["rosa", "carla"])
def test_an_alert_of_another_organisation_is_unknown(visit, alerted, who):
    client: StrictClient = visit(who)
    assert client.get(f"/traces/alertes/{alerted.pk}/").status_code == 404
    assert "Advisor" not in client.get("/traces/alertes/").content.decode()


def test_the_web_opens_no_alert_and_hides_none(world, alerted):
    with acting_as(world.acting("mona")):
        for change in (
            lambda: Alert.objects.filter(pk=alerted.pk).update(count=1),
            lambda: Alert.objects.filter(pk=alerted.pk).delete(),
            lambda: Alert.objects.create(
                kind="denied", organisation_id=world.org("ML_A").pk, window_start=clock.now(), count=1,
                threshold=1, opened_at=clock.now(), seen_at=clock.now(),
            ),
        ):  # fmt: skip
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                change()
    with acting_as(world.acting("carla")):
        assert not Alert.objects.exists()
