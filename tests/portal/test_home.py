"""« À faire »: what awaits me, in groups, by promise; and what is said when nothing does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock, todo
from core.models import Task
from core.scope import acting_as
from referrals import deadlines
from tests.conftest import as_owner, as_worker
from tests.referrals.placing import put
from tests.referrals.test_loop import act, send
from youths.agreements.codes import EXPIRING


def page(client, query: str = "") -> str:
    response = client.get(f"/{query}")
    assert response.status_code == 200
    return response.content.decode()


def give(world, who: str, *kinds: str, days: int = 3, awaited: int = 0) -> None:
    """Tasks of several kinds about a referral of their own each."""
    for kind in kinds:
        referral = put(world, "received")
        with as_owner():
            todo.open_task(
                kind, subject_kind="referral", subject_id=referral.pk, organisation_id=world.org("ML_A").pk,
                counterpart_id=world.org("RSMV").pk, user_id=world.user(who).pk if who else None,
                due_on=clock.today() + timedelta(days=days), awaited_on=clock.today() + timedelta(days=awaited),
            )  # fmt: skip


def groups(client, query: str = "") -> dict[str, int]:
    return {group["label"]: group["count"] for group in client.get(f"/{query}").context["groups"]}


def test_the_groups_count_what_they_show(world, visit):
    give(world, "alice", "complement", "acknowledge", "rebound", "follow_up")
    give(world, "alice", "complement", days=-2)
    alice = visit("alice")
    assert groups(alice) == {
        "À traiter": 1,
        "À compléter": 2,
        "dont en retard": 1,
        "À boucler": 2,
        "Sans nouvelles": 0,
        "Accords qui expirent": 0,
        "À venir": 0,
    }
    for query, count in {
        "": 5,
        "?groupe=todo": 1,
        "?groupe=complete": 2,
        "?groupe=late": 1,
        "?groupe=close": 2,
    }.items():
        response = alice.get(f"/{query}")
        assert sum(len(section["cards"]) for section in response.context["sections"]) == count, query


def test_the_oldest_promise_comes_first(world, visit):
    give(world, "alice", "complement", days=12)
    give(world, "alice", "complement", days=-3)
    give(world, "alice", "complement", days=0)
    give(world, "alice", "complement", days=5)
    sections = visit("alice").get("/").context["sections"]
    assert [section["title"] for section in sections] == [
        "En retard",
        "Aujourd’hui",
        "Dans les 7 jours",
        "Plus tard",
    ]


def test_what_is_expected_next_year_waits_for_its_time(world, visit, travel):
    give(world, "alice", "outcome", days=300, awaited=293)
    alice = visit("alice")
    response = alice.get("/")
    assert (response.context["todo_count"], groups(alice)["À venir"], groups(alice)["À boucler"]) == (0, 1, 0)
    assert "Kermarrec" not in response.content.decode()
    assert "Rien ne vous attend" in response.content.decode()
    assert "Kermarrec" in page(alice, "?groupe=coming")
    travel(clock.now() + timedelta(days=293))
    alice = visit("alice")
    assert alice.get("/").context["todo_count"] == 1
    assert "Kermarrec" in page(alice)


def test_a_date_known_long_ahead_is_awaited_a_week_before(world, visit):
    referral = send(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "accept", planned_on=clock.today() + timedelta(days=60))
    with acting_as(world.acting("rita")):
        referral.refresh_from_db()
        task = Task.objects.visible_to(world.acting("rita")).open().get()
    assert (task.kind, task.awaited_on) == ("start", referral.due_on - timedelta(days=7))


def test_nothing_to_do_says_what_goes_on(world, visit):
    alice = visit("alice")
    assert "Aucune orientation n’est en cours." in page(alice)
    send(world)
    html = page(alice)
    assert "Rien ne vous attend" in html
    assert "1 orientation suit son cours." in html


@pytest.mark.parametrize(("who", "sees"), [
    ("alice", True), ("bob", False), ("dora", False), ("charlie", False), ("rita", False),
])  # fmt: skip
def test_a_task_is_its_owners(world, visit, who, sees):
    give(world, "alice", "complement")
    assert ("Kermarrec" in page(visit(who))) is sees


def test_a_manager_sees_the_whole_on_request_and_what_nobody_owns(world, visit):
    give(world, "alice", "complement")
    give(world, None, "acknowledge")
    mona = visit("mona")
    assert sum(groups(mona).values()) == 1
    with as_owner():
        Task.objects.filter(kind="acknowledge").delete()
    assert "Dans votre structure, 1 tâche attend." in page(mona)
    give(world, None, "acknowledge")
    assert sum(groups(mona, "?vue=structure").values()) == 2
    assert sum(groups(visit("bob"), "?vue=structure").values()) == 0


def test_a_task_on_what_one_no_longer_sees_is_not_named(world, visit):
    """A card is made by the room that knows, behind its own door."""
    give(world, "dora", "complement")
    dora = visit("dora")
    assert "Kermarrec" not in page(dora)


@pytest.mark.parametrize(("who", "target"), [
    ("regis", "/tableau-de-bord/"), ("nadia", "/tableau-de-bord/"), ("paul", "/protection-des-donnees/"),
])  # fmt: skip
def test_who_steers_is_led_to_figures(world, visit, who, target):
    assert visit(who).get("/").url == target


@pytest.mark.parametrize(("who", "key"), [("regis", "ARML"), ("nadia", "UNML")])
def test_who_steers_finds_what_falls_to_their_organisation(world, visit, who, key):
    """Until something does, the figures are their home; nobody else of another organisation sees it."""
    for days, kind in ((3, "some_duty"), (-2, "other_duty")):
        with as_owner():
            todo.open_task(
                kind, subject_kind="organisation", subject_id=world.org(key).pk,
                organisation_id=world.org(key).pk, counterpart_id=None, user_id=None,
                due_on=clock.today() + timedelta(days=days), awaited_on=clock.today(),
            )  # fmt: skip
    response = visit(who).get("/")
    assert response.status_code == 200
    assert response.context["todo_count"] == response.context["total"] == 2
    assert groups(visit(who))["À traiter"] == 2
    assert "À faire" in visit(who).get("/conventions/").content.decode()
    other = "nadia" if who == "regis" else "regis"
    assert visit(other).get("/").url == "/tableau-de-bord/"
    assert sum(groups(visit("mona")).values()) == 0


def test_what_is_to_come_keeps_who_steers_waiting_without_alarm(world, visit):
    with as_owner():
        todo.open_task(
            "some_duty", subject_kind="organisation", subject_id=world.org("UNML").pk,
            organisation_id=world.org("UNML").pk, counterpart_id=None, user_id=None,
            due_on=clock.today() + timedelta(days=90), awaited_on=clock.today() + timedelta(days=60),
        )  # fmt: skip
    response = visit("nadia").get("/")
    assert (response.context["todo_count"], groups(visit("nadia"))["À venir"]) == (0, 1)
    assert "Rien ne vous attend" in response.content.decode()


def test_the_count_of_the_header_is_that_of_the_page(world, visit):
    give(world, "alice", "complement", "acknowledge")
    response = visit("alice").get("/")
    assert response.context["todo_count"] == response.context["total"] == 2


@pytest.mark.parametrize(("count", "shown"), [(99, 99), (100, "99+"), (130, "99+")])
def test_the_header_counts_up_to_ninety_nine(world, visit, count, shown):
    """One's own and, for a manager, those of nobody, together; the page itself counts them all."""
    with as_owner():
        for number in range(count):
            todo.open_task(
                "some_duty", subject_kind="organisation", subject_id=number, organisation_id=world.org("ML_A").pk,
                counterpart_id=None, user_id=world.user("mona").pk if number % 2 else None,
                due_on=clock.today(), awaited_on=clock.today(),
            )  # fmt: skip
    response = visit("mona").get("/")
    assert response.context["total"] == count
    assert response.context["todo_count"] == shown
    assert f'<span class="count">{shown}</span>' in response.content.decode()


def test_the_number_of_queries_does_not_grow(world, visit):
    alice = visit("alice")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(alice)
        return len(captured)

    give(world, "alice", "complement")
    few = queries()
    give(world, "alice", *["complement", "acknowledge", "rebound"] * 4)
    assert queries() == few


def test_a_task_closes_by_the_fact(world, visit):
    referral = send(world)
    rita = visit("rita")
    assert "Yann Kermarrec" in page(rita)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "decline", reason="NON_PRECISE")
    assert "Yann Kermarrec" not in page(rita)
    assert "À rebondir" in page(visit("alice"))
    with acting_as(world.acting("alice")):
        assert Task.objects.visible_to(world.acting("alice")).open().get().kind == "rebound"


def test_orienting_again_closes_the_loop(world, visit):
    referral = send(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "decline", reason="NON_RETENU_CAPACITE")
    send(world)
    alice = visit("alice")
    assert "À rebondir" not in page(alice)
    assert "la boucle est fermée" in alice.get(referral.get_absolute_url()).content.decode()


def test_an_empty_group_says_so_and_an_unknown_one_is_none(world, visit):
    send(world)
    rita = visit("rita")
    assert "Rien dans cette rubrique" in page(rita, "?groupe=close")
    assert "Yann Kermarrec" in page(rita, "?groupe=inconnu")


def test_who_waits_sees_that_nothing_comes_until_it_does(world, visit, travel):
    referral = send(world)
    travel(clock.start_of(referral.escalate_on) + timedelta(hours=10))
    alice = visit("alice")
    assert groups(alice)["Sans nouvelles"] == 0
    with as_worker():
        deadlines.run()
    shown = page(alice, "?groupe=silent")
    assert "Rien n’est venu à la date promise" in shown
    assert "Voir et relancer" in shown
    # The delay is the other side's.
    assert (groups(alice)["Sans nouvelles"], groups(alice)["dont en retard"]) == (1, 0)
    assert (groups(visit("rita"))["Sans nouvelles"], groups(visit("rita"))["dont en retard"]) == (0, 1)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "accept")
    assert groups(alice)["Sans nouvelles"] == 0


def test_an_agreement_about_to_end_is_a_group_of_its_own(world, visit):
    give(world, "alice", "complement")
    with as_owner():
        todo.open_task(
            EXPIRING, subject_kind="agreement", subject_id=1, organisation_id=world.org("ML_A").pk,
            counterpart_id=None, user_id=world.user("alice").pk,
            due_on=clock.today() + timedelta(days=20), awaited_on=clock.today(),
        )  # fmt: skip
    found = groups(visit("alice"))
    assert (found["Accords qui expirent"], found["À compléter"], found["À traiter"]) == (1, 1, 0)


def test_the_view_of_the_team_says_whom_each_task_awaits(world, visit):
    give(world, "alice", "complement")
    give(world, None, "acknowledge")
    mona = visit("mona")
    shown = page(mona, "?vue=structure")
    assert f"suivi par {world.user('alice').get_full_name()}" in shown
    assert "aux responsables" in shown
    assert "suivi par" not in page(visit("alice"))


def test_a_promise_that_passed_is_late(world, visit, travel):
    send(world)
    travel(clock.now() + timedelta(days=60))
    assert "En retard" in page(visit("rita"))
