"""Deadlines of conventions: one task each, always somebody's, closed by facts; a parent that ends warns."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import OutboxMessage, Task
from core.scope import acting_as
from notifications.kinds import for_digest
from notifications.models import Notification
from partners.conventions import deadlines as alerts
from partners.conventions.reading import with_facts
from partners.models import (
    AlertAnswer,
    Convention,
    ConventionDecision,
    ConventionParty,
    Membership,
    Organisation,
    Role,
)
from tests.conftest import as_owner, as_worker
from tests.days import noon

END = date(2027, 6, 30)


def text(response) -> str:
    return response.content.decode()


def run() -> alerts.Run:
    with as_worker():
        return alerts.run()


def tasks(**asked) -> list[Task]:
    with as_owner():
        return list(Task.objects.filter(subject_kind=alerts.SUBJECT, **asked).order_by("awaited_on", "pk"))


def waiting() -> list[str]:
    return [task.kind for task in tasks(done_at=None)]


@pytest.fixture
def convention(world):
    """A national convention of both networks, followed by the UNML, which ends on 30 June 2027."""
    with as_owner():
        Convention.objects.all().delete()
        made = Convention.objects.create(
            code="UNML-SMV-2024",
            title="Convention UNML – SMV de 2024",
            themes=["smv"],
            signed_on=date(2024, 7, 1),
            starts_on=date(2024, 7, 1),
            ends_on=END,
            lead=world.org("UNML"),
        )
        for key in ("UNML", "SMV_EM"):
            ConventionParty.objects.create(convention=made, organisation=world.org(key))
    return made


def change(convention, **fields):
    with as_owner():
        Convention.objects.filter(pk=convention.pk).update(**fields)


# --- One task for each alert ----------------------------------------------------------------


def test_each_alert_opens_one_task_in_its_time(world, convention, travel):
    travel(noon(date(2026, 12, 29)))
    assert (run().opened, tasks()) == (0, [])
    opened = {
        date(2026, 12, 30): "convention_before_6_months",
        date(2027, 3, 30): "convention_before_3_months",
        date(2027, 5, 30): "convention_before_1_months",
        date(2027, 7, 1): "convention_ended",
    }
    for day, kind in opened.items():
        travel(noon(day))
        assert run().opened == 1
        assert waiting() == [kind]
        assert run() == alerts.Run()
    found = tasks()
    assert [(task.kind, task.due_on, task.awaited_on) for task in found] == [
        ("convention_before_6_months", END, date(2026, 12, 30)),
        ("convention_before_3_months", END, date(2027, 3, 30)),
        ("convention_before_1_months", END, date(2027, 5, 30)),
        ("convention_ended", date(2027, 7, 31), date(2027, 7, 1)),
    ]
    assert {(task.organisation_id, task.user_id) for task in found} == {(world.org("UNML").pk, None)}


def test_missed_nights_lose_nothing_and_ask_once(world, convention, travel):
    travel(noon(date(2027, 6, 2)))
    assert run().opened == 1
    assert waiting() == ["convention_before_1_months"]
    # The two that were overtaken before they could be told are there, closed.
    assert len(tasks()) == 3
    assert run() == alerts.Run()
    assert Notification.objects.filter(kind="conventions.deadline").count() == 0  # another person's line
    with as_owner():
        (line,) = Notification.objects.filter(kind="conventions.deadline").order_by("pk")
        assert line.user == world.user("nadia")
        # It waits for the digest: no mail of its own.
        assert line.kind in for_digest()
        assert not OutboxMessage.objects.filter(effect_key__startswith="mail:").exists()


def test_tacit_renewal_warns_of_the_last_day_to_denounce_then_says_it_is_renewed(world, convention, travel):
    change(convention, tacit_renewal=True, renewal_months=12, notice_months=3)
    travel(noon(date(2027, 3, 1)))
    run()
    assert waiting() == ["convention_before_6_months", "convention_denounce_soon"]
    (soon,) = tasks(kind="convention_denounce_soon")
    last_day = soon.due_on
    travel(noon(last_day))
    run()
    assert "convention_denounce_today" in waiting()
    assert "convention_denounce_soon" not in waiting()
    travel(noon(date(2027, 7, 1)))
    run()
    assert waiting() == ["convention_renewed"]


def test_an_old_end_registered_today_asks_nothing(world, convention, travel):
    travel(noon(END + timedelta(days=400)))
    run()
    assert waiting() == []


# --- Closed by facts ------------------------------------------------------------------------


@pytest.fixture
def opened(convention, travel):
    travel(noon(date(2027, 4, 2)))
    run()
    assert waiting() == ["convention_before_3_months"]
    return convention


def successor(convention, **fields):
    with as_owner():
        return Convention.objects.create(
            code="UNML-SMV-2027", title="Convention de 2027", predecessor=convention, **fields
        )


def test_a_signed_successor_closes_it_a_draft_does_not(opened):
    after = successor(opened)
    run()
    assert waiting() == ["convention_before_3_months"]
    change(after, signed_on=date(2027, 4, 1), starts_on=END + timedelta(days=1), ends_on=date(2030, 6, 30))
    assert run().closed == 1
    assert waiting() == []


def test_another_term_closes_it(opened):
    change(opened, ends_on=date(2028, 6, 30))
    run()
    assert waiting() == []


@pytest.mark.parametrize("kind", ["denonciation", "resiliation", "caducite"])
def test_a_decision_to_end_closes_it(opened, kind):
    with as_owner():
        ConventionDecision.objects.create(
            convention=opened,
            kind=kind,
            decided_on=date(2027, 4, 1),
            effective_on=date(2027, 6, 1),
            reason="D’un commun accord",
        )
    run()
    assert waiting() == []


def test_a_decision_taken_back_opens_it_again(opened, owner_makes):
    decision = owner_makes(
        ConventionDecision,
        convention=opened,
        kind="resiliation",
        decided_on=date(2027, 4, 1),
        effective_on=date(2027, 6, 1),
        reason="Erreur",
    )
    run()
    with as_owner():
        decision.delete()
    assert run().opened == 1
    assert waiting() == ["convention_before_3_months"]
    assert len(tasks(kind="convention_before_3_months")) == 1


# --- Whose it is ----------------------------------------------------------------------------


def owner_now() -> tuple[int, int | None]:
    (task,) = tasks(done_at=None)
    return task.organisation_id, task.user_id


def test_the_steward_then_those_who_answer_for_the_lead(world, opened, owner_makes):
    change(opened, steward=world.user("nadia"))
    run()
    assert owner_now() == (world.org("UNML").pk, world.user("nadia").pk)
    with as_owner():
        Membership.objects.filter(user=world.user("nadia")).update(ends_on=date(2027, 4, 1))
    owner_makes(
        Membership, user=world.user("dora"), organisation=world.org("UNML"), role=Role.NATIONAL,
        starts_on=date(2020, 1, 1),
    )  # fmt: skip
    run()
    assert owner_now() == (world.org("UNML").pk, None)


def test_without_anybody_at_the_lead_the_first_party_with_an_account(world, opened):
    change(opened, lead=world.org("SMV_EM"))
    run()
    assert owner_now() == (world.org("UNML").pk, None)
    with as_owner():
        ConventionParty.objects.filter(convention=opened).delete()
        ConventionParty.objects.create(
            convention=opened, organisation=world.org("SMV_C")
        )  # professionals only
        ConventionParty.objects.create(convention=opened, organisation=world.org("RSMV"))
    run()
    assert owner_now() == (world.org("RSMV").pk, None)
    assert len([task for task in tasks() if task.done_at is None]) == 1


def test_a_party_that_left_is_not_asked(world, opened):
    with as_owner():
        ConventionParty.objects.filter(convention=opened).delete()
        ConventionParty.objects.create(
            convention=opened, organisation=world.org("RSMV"), left_on=date(2027, 1, 1), exit_reason="Sortie"
        )
        for key in ("ML_C", "SMV_EM"):
            ConventionParty.objects.create(convention=opened, organisation=world.org(key))
    change(opened, lead=None)
    run()
    assert owner_now() == (world.org("ML_C").pk, None)


def test_nobody_among_the_parties_a_national_head(world, opened):
    change(opened, lead=None)
    with as_owner():
        ConventionParty.objects.filter(convention=opened).delete()
    run()
    assert owner_now() == (world.org("UNML").pk, None)


def test_every_alert_of_every_founding_convention_has_an_owner(world, founding, travel):
    """Each one on each of its own days: never nobody, in an organisation that somebody answers for."""
    asked = 0
    with as_owner():
        for convention in with_facts(Convention.objects.all()).order_by("pk"):
            days = {
                end + timedelta(days=shift)
                for end in [convention.ends_on]
                if end
                for shift in (-180, -90, -30, 1)
            }
            for day in sorted(days):
                travel(noon(day))
                one = with_facts(Convention.objects.all()).get(pk=convention.pk)
                parent = with_facts(Convention.objects.all()).filter(pk=one.parent_id).first()
                owners = alerts.Owners.today()
                for due in alerts.dues_of(one, parent, day):
                    asked += 1
                    owner = owners.of(one, set(), day)
                    assert owner is not None, (convention.code, due)
                    assert owners.answering[owner.organisation_id]
        codes = set(Convention.objects.order_by("pk").values_list("code", flat=True))
    assert len(codes) >= 8
    assert asked >= 4


# --- A parent that ends ---------------------------------------------------------------------


@pytest.fixture
def child(world, convention):
    with as_owner():
        made = Convention.objects.create(
            code="NA-SMV-2025",
            title="Déclinaison de Nouvelle-Aquitaine",
            nature="declinaison",
            level="regional",
            region_id="75",
            parent=convention,
            signed_on=date(2025, 1, 1),
            starts_on=date(2025, 1, 1),
            ends_on=date(2029, 12, 31),
            lead=world.org("ARML"),
        )
        for key in ("ARML", "RSMV"):
            ConventionParty.objects.create(convention=made, organisation=world.org(key))
    return made


def of(convention) -> list[str]:
    return [task.kind for task in tasks(done_at=None, subject_id=convention.pk)]


def test_a_parent_that_ends_warns_its_declination_and_never_closes_it(world, child, travel):
    travel(noon(date(2026, 12, 30)))
    run()
    assert of(child) == ["convention_parent_ending"]
    travel(noon(END + timedelta(days=1)))
    run()
    assert of(child) == ["convention_parent_ended"]
    (task,) = tasks(done_at=None, subject_id=child.pk)
    assert task.organisation_id == world.org("ARML").pk
    child.refresh_from_db()
    assert child.ends_on == date(2029, 12, 31)


@pytest.mark.parametrize("kind", ["denonciation", "resiliation", "caducite"])
def test_a_parent_ended_by_a_decision_warns_too(child, convention, travel, owner_makes, kind):
    owner_makes(
        ConventionDecision,
        convention=convention,
        kind=kind,
        decided_on=date(2026, 3, 1),
        effective_on=date(2026, 4, 1),
        reason="Fin du réseau",
    )
    travel(noon(date(2026, 4, 1)))
    run()
    assert of(child) == ["convention_parent_ended"]
    assert of(convention) == []


def test_a_parent_that_ended_long_ago_is_no_news(child, convention, travel):
    change(convention, ends_on=date(2025, 6, 30))
    travel(noon(date(2026, 6, 29)))
    run()
    assert of(child) == ["convention_parent_ended"]
    travel(noon(date(2026, 7, 1)))
    run()
    assert of(child) == []


def test_a_declination_made_after_the_end_of_its_parent_is_not_warned(child, convention, travel):
    change(convention, ends_on=date(2024, 12, 1))
    travel(noon(date(2025, 6, 1)))
    run()
    assert of(child) == []


# --- The page -------------------------------------------------------------------------------


def address(task) -> str:
    return reverse("partners:deadline", args=[task.pk])


def test_nadia_sees_it_decides_and_it_is_done(world, opened, visit):
    (task,) = tasks(done_at=None)
    nadia = visit("nadia")
    home = text(nadia.get("/"))
    assert "Convention UNML – SMV de 2024" in home
    assert address(task) in home
    page = text(nadia.get(address(task)))
    assert "prend fin le" in page
    assert AlertAnswer.objects.count() == 0
    asked = {"comment": "La suite se négocie, réunion le 3 mai."}
    response = nadia.post(address(task), asked)
    assert response.status_code == 302
    assert waiting() == []
    kept = AlertAnswer.objects.get()
    assert (kept.code, kept.term, kept.answered_by) == ("before_3_months", END, world.user("nadia"))
    assert run() == alerts.Run()
    assert nadia.get(address(task)).status_code == 302


def test_after_an_answer_the_next_alert_still_comes(opened, travel, owner_makes, world):
    owner_makes(
        AlertAnswer, convention=opened, code="before_3_months", term=END, comment="Vu",
        answered_by=world.user("nadia"),
    )  # fmt: skip
    run()
    assert waiting() == []
    travel(noon(date(2027, 6, 1)))
    run()
    assert waiting() == ["convention_before_1_months"]


def test_the_second_to_answer_is_told(world, opened, visit):
    (task,) = tasks(done_at=None)
    nadia = visit("nadia")
    nadia.post(address(task), {"comment": "Premier"})
    response = nadia.post(address(task), {"comment": "Second"})
    assert response.status_code == 409
    assert "vient de recevoir une réponse" in text(response)
    assert "Premier" in text(response)
    assert "Second" in text(response)


@pytest.mark.parametrize("comment", ["", "   ", "\x00", "1 85 05 78 006 084 91"])
def test_a_bad_comment_is_explained(opened, visit, comment):
    (task,) = tasks(done_at=None)
    response = visit("nadia").post(address(task), {"comment": comment})
    assert response.status_code == 200
    assert response.context["form"].errors["comment"]
    assert waiting() == ["convention_before_3_months"]


@pytest.mark.parametrize("name", ["alice", "mona", "rosa", "carla", "regis"])
def test_it_is_unknown_to_the_others(opened, visit, name):
    (task,) = tasks(done_at=None)
    someone = visit(name)
    assert someone.get(address(task)).status_code == 404
    assert someone.post(address(task), {"comment": "Non"}).status_code == 404
    assert waiting() == ["convention_before_3_months"]


def test_a_stale_deadline_says_so(opened, visit):
    (task,) = tasks(done_at=None)
    change(opened, ends_on=date(2030, 6, 30))
    assert "n’est plus d’actualité" in text(visit("nadia").get(address(task)))


def test_the_page_costs_few_queries(opened, visit, queries, child):
    (task,) = tasks(done_at=None)
    count, sql = queries(visit("nadia"), address(task))
    assert count <= 10, sql


# --- Many -----------------------------------------------------------------------------------


def test_a_run_costs_the_same_queries_for_many(world, opened):
    def cost() -> int:
        with as_worker(), CaptureQueriesContext(connection) as captured:
            alerts.run()
        return len(captured)

    cost()
    few = cost()
    with as_owner():
        unml = world.org("UNML")
        made = Convention.objects.bulk_create(
            Convention(
                code=f"M-{number}", title=f"M {number}", signed_on=date(2025, 1, 1), starts_on=date(2025, 1, 1),
                ends_on=END, lead=unml,
            )
            for number in range(100)
        )  # fmt: skip
        ConventionParty.objects.bulk_create(
            ConventionParty(convention=one, organisation=unml) for one in made
        )
    first = cost()
    assert len(waiting()) == 101
    with as_owner():
        # One line for one person, whatever the number.
        assert Notification.objects.filter(kind="conventions.deadline").count() == 2
    assert first <= few + 8
    assert cost() == few


def test_nobody_else_has_these_tasks(world, opened):
    for name in ("mona", "rosa", "regis"):
        with acting_as(world.acting(name)):
            assert (
                not Task.objects.visible_to(world.acting(name)).filter(subject_kind=alerts.SUBJECT).exists()
            )
    assert clock.today() == date(2027, 4, 2)
    assert Organisation.objects.filter(pk=tasks()[0].organisation_id, key="UNML").exists()
