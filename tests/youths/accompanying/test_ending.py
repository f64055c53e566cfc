"""Two years without news: told thirty days before, ended at midnight, once; and access goes with the link."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import Task
from core.scope import acting_as
from tests.conftest import as_owner, as_worker
from tests.youths.test_journal import accepted
from youths import journal, tasks
from youths.accompanying import ending
from youths.models import Accompaniment, Youth

LAST = date(2025, 3, 10)
END = datetime(2027, 3, 9, 23, 0, tzinfo=clock.now().tzinfo)  # midnight in Paris, 10 March


@pytest.fixture
def silent(world):
    """Yann, whom Alice and Rita accompany, the referral over, and of whom nobody heard since LAST."""
    accepted(world)
    with as_owner():
        from referrals.models import Referral

        Referral.objects.update(state="completed", started_on=LAST, ended_on=LAST, clock_kind="", due_on=None)
        Youth.objects.filter(pk=world.youth("yann").pk).update(last_contact_on=LAST)
    return world.youth("yann")


def pass_clock() -> None:
    with as_worker():
        tasks.youths_clock()


def active(youth) -> set[str]:
    with as_owner():
        links = Accompaniment.objects.active().filter(youth=youth).order_by("pk")
        return set(links.values_list("role", flat=True))


def told() -> list[Task]:
    with as_owner():
        return list(Task.objects.filter(kind="no_news").order_by("pk"))


def test_it_ends_at_midnight_two_years_later_and_access_with_it(world, visit, travel, silent):
    record = reverse("youths:detail", args=[silent.uuid])
    travel(END - timedelta(minutes=1))
    pass_clock()
    assert active(silent) == {"lead", "partner"}
    assert visit("rita").get(record).status_code == 200
    travel(END)
    pass_clock()
    assert active(silent) == set()
    travel(END + timedelta(minutes=1))
    assert visit("rita").get(record).status_code == 404
    with as_owner():
        ended = Accompaniment.objects.filter(youth=silent).order_by("pk")
        assert {(one.end_reason, one.ended_on) for one in ended} == {("no_news", date(2027, 3, 10))}
    # The Mission Locale keeps the record: its manager opens it, and reads why nobody accompanies.
    assert "sans nouvelles depuis deux ans" in visit("mona").get(record).content.decode().replace("\xa0", " ")


def test_the_lead_is_told_thirty_days_before_and_once(world, visit, travel, silent):
    travel(END - timedelta(days=31))
    pass_clock()
    assert told() == []
    travel(END - timedelta(days=30))
    pass_clock()
    pass_clock()
    (task,) = told()
    assert (task.user_id, task.organisation_id) == (world.user("alice").pk, world.org("ML_A").pk)
    assert task.due_on == date(2027, 3, 10)
    page = visit("alice").get("/").content.decode()
    assert "Sans nouvelles depuis bientôt deux ans" in page
    assert reverse("youths:detail", args=[silent.uuid]) in page


def test_news_of_either_side_close_the_task_and_keep_the_links(world, travel, silent):
    travel(END - timedelta(days=20))
    pass_clock()
    with acting_as(world.acting("rita")):
        journal.share(
            world.acting("rita"), silent, kind="contact", happened_on=clock.today(), text="Vu ce matin."
        )
    (task,) = told()
    assert task.done_at is not None
    travel(END)
    pass_clock()
    assert active(silent) == {"lead", "partner"}


def test_twice_changes_nothing_and_a_missed_night_neither(world, travel, silent):
    travel(END + timedelta(days=9))
    with as_worker():
        assert ending.end() == 2
        assert ending.end() == 0
        assert ending.run() == (0, 0)


def test_what_a_referral_needs_is_kept(world, travel, silent):
    with as_owner():
        from referrals.models import Referral

        Referral.objects.update(state="started", ended_on=None)
        Task.objects.create(
            kind="next_step", subject_kind="accompaniment", subject_id=silent.pk,
            organisation_id=world.org("RSMV").pk, due_on=LAST, awaited_on=LAST,
        )  # fmt: skip
    travel(END + timedelta(days=1))
    pass_clock()
    assert active(silent) == {"lead", "partner"}
    with as_owner():
        assert Task.objects.open().filter(kind="next_step").exists()


def test_the_others_are_left_alone(world, travel, silent):
    with as_owner():
        Youth.objects.exclude(pk=silent.pk).update(last_contact_on=date(2027, 1, 1))
    travel(END)
    pass_clock()
    assert active(world.youth("kim")) == {"lead"}
    assert active(world.youth("zoe")) == {"lead"}


def test_by_batches(world, travel, silent, monkeypatch):
    monkeypatch.setattr(ending, "BATCH", 1)
    with as_owner():
        Youth.objects.update(last_contact_on=LAST)
    travel(END - timedelta(days=3))
    with as_worker():
        assert ending.run() == (3, 0)
    travel(END)
    with as_worker():
        assert ending.run() == (0, 4)


def test_one_rule_says_the_day_and_its_reverse_the_silence():
    """29 February included: what the lead was told is the day on which the clock ends."""
    day = date(2024, 1, 1)
    while day < date(2030, 1, 1):
        last = ending.ended_by(day)
        assert ending.ends_on(last) <= day < ending.ends_on(last + timedelta(days=1))
        day += timedelta(days=1)


def test_the_records_are_locked_while_their_links_end(world, travel, silent):
    """News that come at that minute are seen, or wait."""
    travel(END)
    with as_worker(), CaptureQueriesContext(connection) as asked:
        ending.end()
    reads = [query["sql"] for query in asked if 'FROM "youths_youth"' in query["sql"]]
    assert any("FOR NO KEY UPDATE" in query for query in reads)
