"""Preparing an entry and an exit: each side its own, the clock that asks, and what nobody else may read."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.models import Task
from core.scope import acting_as
from core.working_days import add_months
from notifications.models import Notification
from referrals import erasing, presenting, workflow
from referrals.models import Preparation, Referral, ReferralEvent, Reminder
from referrals.preparing import exits, noting
from referrals.transitions import NotAllowed
from tests.conftest import as_owner, as_worker
from tests.referrals.placing import put
from tests.referrals.staging import arrives
from tests.referrals.staging import move as does

EXIT_ON = date(2027, 3, 31)
SMV = {"PROJET", "ACQUIS"}
ML = {"CONTACT", "RENDEZ_VOUS"}


def open_tasks(referral: Referral, kind: str = "prepare_exit") -> dict[int, date]:
    with as_owner():
        found = Task.objects.open().filter(subject_kind="referral", subject_id=referral.pk, kind=kind)
        return dict(found.order_by("pk").values_list("organisation_id", "due_on"))


def note(world, who, referral, state, codes, seen=""):
    acting = world.acting(who)
    with acting_as(acting):
        return noting.note(acting, referral.uuid, dict.fromkeys(codes, state), seen=seen)


def started(world, **fields) -> Referral:
    values = {"planned_end_on": EXIT_ON, "started_on": date(2026, 6, 1)}
    return put(world, "started", **values | fields)


# --- The clock ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "opened"),
    [
        (date(2027, 1, 30), 0),
        (date(2027, 1, 31), 1),
        (date(2027, 2, 1), 1),
        (EXIT_ON, 1),
        (date(2027, 4, 1), 0),
    ],
)
def test_two_months_before_the_planned_exit_each_side_is_asked(world, travel, day, opened):
    referral = started(world)
    assert arrives(travel, day).exits == opened
    sides = {world.org("ML_A").pk, world.org("RSMV").pk} if opened else set()
    assert open_tasks(referral) == dict.fromkeys(sides, EXIT_ON)


def test_it_asks_once_and_says_when_it_is_late(world, travel):
    referral = started(world)
    assert arrives(travel, date(2027, 2, 9)).exits == 1
    assert [arrives(travel, date(2027, 2, day)).exits for day in (9, 10, 28)] == [0, 0, 0]
    with as_owner():
        assert Reminder.objects.get(referral=referral, kind="prepare_exit").late
        told = Notification.objects.filter(kind="referral.prepare_exit").order_by("pk")
        assert sorted(told.values_list("user_id", flat=True)) == sorted(
            world.user(name).pk for name in ("alice", "rita", "sam")
        )
        assert not any("Yann" in line.text for line in told)


def test_without_a_planned_end_the_length_of_the_programme_is_planned(world, travel):
    referral = started(world, planned_end_on=None, started_on=date(2026, 4, 30))
    assert arrives(travel, date(2027, 2, 27)).exits == 0
    assert arrives(travel, date(2027, 2, 28)).exits == 1
    assert arrives(travel, date(2027, 3, 1)).exits == 0
    assert set(open_tasks(referral).values()) == {date(2027, 4, 30)}


def test_a_step_leaves_the_task_and_the_exit_closes_it(world, travel):
    referral = started(world)
    arrives(travel, date(2027, 2, 1))
    does(world, "rita", referral, "step", step="TESTS")
    assert len(open_tasks(referral)) == 2
    does(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=clock.today())
    assert open_tasks(referral) == {}


def test_a_reopened_course_is_asked_for_its_new_exit(world, travel):
    referral = started(world)
    arrives(travel, date(2027, 2, 1))
    does(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=clock.today())
    later = date(2027, 6, 15)
    does(world, "rita", referral, "ask_reopen", reason="ELEMENT_NOUVEAU")
    does(world, "rosa", referral, "reopen", planned_end_on=later)
    assert arrives(travel, date(2027, 4, 14)).exits == 0
    assert arrives(travel, date(2027, 4, 15)).exits == 1
    assert set(open_tasks(referral).values()) == {later}


def test_a_stopped_sharing_asks_nothing(world, travel):
    referral = started(world, sharing_stopped_at=clock.now())
    assert arrives(travel, date(2027, 2, 1)).exits == 0
    assert open_tasks(referral) == {}


def test_every_other_programme_is_left_alone(world, travel):
    started(world, programme="mission_jeunes")
    assert arrives(travel, date(2027, 2, 1)).exits == 0


# --- Each side its own --------------------------------------------------------------------------------


def test_what_a_side_has_prepared_closes_its_task_alone(world, travel):
    referral = started(world)
    arrives(travel, date(2027, 2, 1))
    note(world, "rita", referral, "done", SMV)
    assert set(open_tasks(referral)) == {world.org("ML_A").pk}
    with as_owner():
        seen = noting.stamp([{"at": noting.as_text(row.at)} for row in Preparation.objects.order_by("pk")])
    note(world, "rita", referral, "todo", SMV, seen=seen)
    assert set(open_tasks(referral)) == {world.org("ML_A").pk, world.org("RSMV").pk}
    note(world, "alice", referral, "not_needed", ML)
    assert set(open_tasks(referral)) == {world.org("RSMV").pk}


def test_prepared_beforehand_nobody_is_asked(world, travel):
    referral = started(world)
    note(world, "alice", referral, "done", ML)
    arrives(travel, date(2027, 2, 1))
    assert set(open_tasks(referral)) == {world.org("RSMV").pk}


def test_a_side_writes_what_is_its_own(world):
    referral = started(world)
    with pytest.raises(NotAllowed):
        note(world, "alice", referral, "done", SMV)
    with pytest.raises(NotAllowed):
        note(world, "rita", referral, "done", ["PROJET"])
    with pytest.raises(Referral.DoesNotExist):
        note(world, "charlie", referral, "done", ML)


def test_of_two_colleagues_the_second_is_told(world):
    referral = put(world, "received")
    entry = ["INFORMATION", "CERTIFICAT_JDC", "PIECES", "SAVOIRS", "SPORT"]
    note(world, "alice", referral, "done", entry)
    with pytest.raises(noting.Overtaken):
        note(world, "bob", referral, "todo", entry)


def test_wall_2_keeps_the_rows_of_each_side(world):
    referral = started(world)
    note(world, "rita", referral, "done", SMV)
    with acting_as(world.acting("charlie")):
        assert not Preparation.objects.exists()
    with acting_as(world.acting("alice")):
        assert Preparation.objects.update(state="todo") == 0
        assert Preparation.objects.count() == 2
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Preparation.objects.create(
                referral=referral, code="CONTACT", state="done", organisation=world.org("RSMV")
            )
    with as_owner():
        Referral.objects.filter(pk=referral.pk).update(sharing_stopped_at=clock.now())
    with acting_as(world.acting("rita")):
        assert Preparation.objects.update(state="todo") == 0


def test_who_takes_the_code_of_the_other_side_says_nothing_of_it(world, visit):
    """With wall 1 removed: a row of one's own in the name of a thing that the other side prepares."""
    referral = started(world)
    with acting_as(world.acting("rita")):
        for code in ML:
            Preparation.objects.create(
                referral=referral, code=code, state="done", organisation=world.org("RSMV")
            )
    acting = world.acting("alice")
    with acting_as(acting):
        assert not exits._settled(referral, "sender")
        note(world, "alice", referral, "todo", ML)
    page = visit("alice").get(referral.get_absolute_url()).content.decode()
    assert page.count("À faire") >= len(ML)
    note(world, "alice", referral, "done", ML)
    with as_owner():
        assert Preparation.objects.filter(organisation=world.org("ML_A"), state="done").count() == len(ML)


@pytest.mark.parametrize(
    "change", ["code = 'CONTACT'", "organisation_id = organisation_id", "referral_id = referral_id"]
)
def test_what_was_noted_is_about_what_it_was_about(world, change):
    referral = started(world)
    note(world, "rita", referral, "done", SMV)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        acting_as(world.acting("rita")),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE referrals_preparation SET {change}")


def test_a_draft_is_prepared_by_its_author_and_seen_by_nobody_else(world):
    draft = put(world, "draft")
    note(world, "alice", draft, "done", ["INFORMATION", "CERTIFICAT_JDC", "PIECES", "SAVOIRS", "SPORT"])
    with acting_as(world.acting("rita")):
        assert not Preparation.objects.exists()


# --- The page -----------------------------------------------------------------------------------------


def test_the_page_says_where_both_sides_stand(world, visit):
    referral = started(world)
    address = f"{referral.get_absolute_url()}preparation/"
    page = visit("rita").get(address).content.decode()
    assert "Préparer la sortie" in page
    assert "La mission locale a repris contact avec le jeune" in page
    seen = visit("rita")
    answer = seen.post(address, {"seen": "", "PROJET": "done", "ACQUIS": "not_needed"}, follow=True)
    assert "La préparation est notée" in answer.content.decode()
    page = visit("alice").get(referral.get_absolute_url()).content.decode()
    assert "Le projet de sortie est établi" in page
    assert "Sans objet" in page
    assert f"{referral.get_absolute_url()}preparation/" in page


def test_the_page_refuses_what_it_cannot_read_and_tells_who_comes_second(world, visit):
    referral = started(world)
    address = f"{referral.get_absolute_url()}preparation/"
    answer = visit("rita").post(address, {"seen": "", "PROJET": "perhaps"})
    assert answer.status_code == 200
    assert "PROJET" in answer.content.decode()
    visit("rita").post(address, {"seen": "", "PROJET": "done", "ACQUIS": "done"})
    late = visit("sam").post(address, {"seen": "", "PROJET": "todo", "ACQUIS": "todo"})
    assert late.status_code == 409
    assert "noté autre chose entre-temps" in late.content.decode()
    done = put(world, "completed", youth=world.youth("zoe"))
    over = visit("rita").get(f"{done.get_absolute_url()}preparation/")
    assert "Rien n’est à préparer" in over.content.decode()


def test_who_the_page_lets_in(world, visit):
    referral = started(world)
    address = f"{referral.get_absolute_url()}preparation/"
    assert [visit(name).get(address).status_code for name in ("alice", "bob", "mona", "sam", "rosa")] == [
        200
    ] * 5
    assert [visit(name).get(address).status_code for name in ("charlie", "dora", "remi")] == [404] * 3
    assert visit("regis").get(address).status_code == 403
    with as_owner():
        assert not Preparation.objects.exists()


# --- What only the two referents read -----------------------------------------------------------------


def test_fitness_is_read_by_the_two_referents(world):
    referral = put(world, "received")
    does(world, "rita", referral, "step", step="APTE")
    rules, details = referral.rules, {"step": "APTE"}
    assert presenting.action_words(rules, "step", details) == "Apte"
    assert presenting.action_words(rules, "step", details, referent=False) == "Visite passée"


@pytest.mark.parametrize(
    ("who", "read"), [("alice", "Apte"), ("mona", "Visite passée"), ("rosa", "Visite passée")]
)
def test_the_page_of_others_says_that_the_visit_took_place(world, visit, who, read):
    referral = put(world, "received")
    does(world, "rita", referral, "step", step="APTE")
    page = visit(who).get(referral.get_absolute_url()).content.decode()
    assert f"<h3>{read}" in page or f">{read}<" in page
    if who != "alice":
        assert ">Apte<" not in page.replace('<option value="APTE">Apte</option>', "")


def test_unfit_reads_as_no_reason_given(world, visit):
    """Not even that the reason is kept for the referents: only fitness is."""
    unfit, plain = put(world, "received"), put(world, "received", youth=world.youth("zoe"))
    does(world, "rita", unfit, "decline", reason="INAPTE_MEDICAL")
    does(world, "rita", plain, "decline", reason="NON_PRECISE")
    for one in (unfit, plain):
        page = visit("mona").get(one.get_absolute_url()).content.decode()
        assert "Motif : Motif non précisé." in page
        assert "réservé" not in page
    assert "Inapte" in visit("alice").get(unfit.get_absolute_url()).content.decode()


def test_fitness_is_forgotten_six_months_after_the_end(world, travel):
    referral = put(world, "received")
    does(world, "rita", referral, "step", step="APTE")
    does(world, "rita", referral, "decline", reason="DESISTEMENT")
    start = clock.now()
    for months, code in ((5, "APTE"), (7, "VISITE")):
        travel(start + timedelta(days=30 * months + 5))
        with as_worker():
            erasing.forget_unfitness()
        with as_owner():
            assert ReferralEvent.objects.get(referral=referral, action="step").details == {"step": code}


# --- The day of the entry -----------------------------------------------------------------------------


def test_the_day_that_the_centre_plans_is_held_to_the_age_at_signature(world, visit, travel):
    travel(datetime(2026, 9, 15, 8, tzinfo=clock.PARIS))  # no public holiday is near the birthday
    with as_owner():
        youth = world.youth("yann")
        youth.birth_date = add_months(clock.today(), -12 * 26) + timedelta(days=30)
        youth.save(update_fields=["birth_date"])
    referral = put(world, "received")
    address = f"{referral.get_absolute_url()}action/accept/"
    birthday = clock.today() + timedelta(days=30)
    late = visit("rita").post(address, {"accept-version": "2", "accept-planned_on": birthday.isoformat()})
    assert "18 à 25 ans révolus" in late.content.decode()
    eve = birthday - timedelta(days=1)
    visit("rita").post(address, {"accept-version": "2", "accept-planned_on": eve.isoformat()})
    with acting_as(world.acting("rita")):
        assert Referral.objects.get(pk=referral.pk).planned_on == eve


def test_the_clock_of_the_exit_knows_nothing_of_what_has_not_started(world):
    assert exits.exit_of(put(world, "accepted")) is None
    assert workflow.running_clock(started(world, youth=world.youth("zoe"))) is None
