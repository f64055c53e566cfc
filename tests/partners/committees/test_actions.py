"""Actions: given to somebody, in "À faire", back at each meeting until closed, passed on by those who leave."""

from datetime import timedelta

import pytest

from core import clock
from core.handovers import Pass
from core.models import Task
from core.scope import acting_as
from partners.committees import actions as committee_actions
from partners.committees import meetings
from partners.models import (
    CommitteeAction,
    CommitteeMeeting,
    CommitteeMember,
    ConventionParty,
    MeetingAttendance,
    Membership,
)
from tests.conftest import as_owner
from tests.filling import form_of
from tests.partners.committees.conftest import text


def wanted(world, key: str, who: str | None = None, **changes) -> dict[str, str]:
    organisation = world.org(key).pk
    person = f"{organisation}-{world.user(who).pk}" if who else str(organisation)
    due = clock.today() + timedelta(days=15)
    return {"wording": "Envoyer la liste des référents", "who": person, "due_on": due.isoformat()} | changes


@pytest.fixture
def given(world, visit, seat, address):
    """``given("RSMV", "rosa")``: an action that Mona writes for an organisation, and a person of it."""

    def give(key: str, who: str | None = None, **changes) -> CommitteeAction:
        response = visit("mona").post(address("action_add", seat.held), wanted(world, key, who, **changes))
        assert response.status_code == 302, text(response)
        return CommitteeAction.objects.order_by("-pk")[0]

    return give


def tasks(world, name: str) -> list[Task]:
    acting = world.acting(name)
    with acting_as(acting):
        return list(Task.objects.mine(acting).open().filter(kind=committee_actions.TASK).order_by("pk"))


def test_the_owner_finds_it_among_what_awaits_them_and_closes_it(world, visit, seat, address, given):
    action = given("RSMV", "rosa")
    (task,) = tasks(world, "rosa")
    assert (task.due_on, task.awaited_on) == (action.due_on, clock.today())
    rosa = visit("rosa")
    home = text(rosa.get("/"))
    assert "Envoyer la liste des référents" in home
    assert "Dire la suite donnée" in home
    url = address("action_close", action)
    page = text(rosa.get(url))
    assert "Envoyer la liste" in page
    assert form_of(page, "note").action == ""
    assert tasks(world, "rosa")
    response = rosa.post(url, {"state": "fait", "note": "Envoyée aux trois structures."}, follow=True)
    assert "L’action est close" in text(response)
    assert tasks(world, "rosa") == []
    assert "Envoyer la liste" not in text(rosa.get("/"))
    meeting = text(visit("charlie").get(address("meeting_detail", seat.held)))
    assert "Envoyée aux trois structures." in meeting


def test_without_a_person_it_falls_to_the_managers_or_to_the_staff(world, visit, seat, given):
    given("ML_A")
    given("ARML", wording="Réunir les structures de la région")
    assert len(tasks(world, "mona")) == 1
    assert tasks(world, "alice") == []
    assert len(tasks(world, "regis")) == 1
    assert "Réunir les structures" in text(visit("regis").get("/"))
    assert tasks(world, "rosa") == []


def test_it_comes_back_at_the_next_meeting_until_it_is_closed(world, visit, seat, address, given):
    late = given("RSMV", wording="La plus ancienne", due_on=(clock.today() - timedelta(days=2)).isoformat())
    given("ML_A", "alice", wording="La suivante")
    page = text(visit("charlie").get(address("committee_detail", seat.committee)))
    assert page.index("La plus ancienne") < page.index("La suivante")
    assert "En retard" in page
    coming = address("meeting_detail", seat.coming)
    assert "La plus ancienne" in text(visit("charlie").get(coming))
    with acting_as(world.acting("rosa")):
        committee_actions.close(world.acting("rosa"), late.pk, state="abandonne", note="Sans objet")
    shown = text(visit("charlie").get(coming))
    assert "La plus ancienne" not in shown
    assert "La suivante" in shown
    # What a past meeting had before it stays as it was.
    with as_owner():
        between = CommitteeMeeting.objects.create(
            committee=seat.committee, held_on=clock.today() - timedelta(days=3)
        )
    past = text(visit("charlie").get(address("meeting_detail", between)))
    assert "La plus ancienne" in past
    assert "Sans objet" in past


def test_who_may_close(world, visit, seat, address, given):
    action = given("ML_A", "alice")
    url = address("action_close", action)
    for name, status in {
        "alice": 200, "mona": 200, "rosa": 200, "regis": 200,
        "bob": 403, "dora": 403, "rita": 403, "charlie": 403, "carla": 403, "nadia": 403, "paul": 403,
    }.items():  # fmt: skip
        assert visit(name).get(url).status_code == status, name
        if status == 403:
            assert visit(name).post(url, {"state": "fait", "note": "Non"}).status_code == 403
    action.refresh_from_db()
    assert action.state == CommitteeAction.State.OPEN


def test_without_an_owner_those_who_answer_for_the_organisation_close_it_even_without_a_seat(
    world, visit, seat, address, given
):
    action = given("ML_A")
    today = clock.today()
    with as_owner():
        Membership.objects.filter(user=world.user("dora")).update(role="dpo")
        CommitteeMember.objects.filter(organisation=world.org("ML_A")).delete()
        ConventionParty.objects.filter(organisation=world.org("ML_A")).update(
            left_on=today - timedelta(days=1), exit_reason="Sortie"
        )
    url, committee = address("action_close", action), address("committee_detail", seat.committee)
    meeting = address("meeting_detail", seat.held)
    for name, status in {"mona": 200, "rosa": 200, "alice": 403, "dora": 403, "charlie": 403}.items():
        someone = visit(name)
        assert someone.get(url).status_code == status, name
        # The page shows the way to those who may, and to nobody else.
        for page in (committee, meeting):
            assert (url in text(someone.get(page))) is (status == 200), (name, page)
    assert visit("mona").post(url, {"state": "fait", "note": "Envoyée."}).status_code == 302


def test_a_party_sits_from_the_day_it_joins(world, visit, seat, address, given):
    with as_owner():
        ConventionParty.objects.create(
            convention=seat.convention,
            organisation=world.org("ML_C"),
            joined_on=clock.today() + timedelta(days=1),
        )
    assert visit("carla").get(address("meeting_plan", seat.committee)).status_code == 403
    offered = text(visit("mona").get(address("action_add", seat.held)))
    assert world.org("ML_C").name not in offered
    with as_owner():
        ConventionParty.objects.filter(organisation=world.org("ML_C")).update(joined_on=clock.today())
    assert visit("carla").get(address("meeting_plan", seat.committee)).status_code == 200


def test_a_meeting_cancelled_meanwhile_decides_nothing(world, seat):
    with as_owner():
        CommitteeMeeting.objects.filter(pk=seat.held.pk).update(cancelled=True)
    mona = world.acting("mona")
    with acting_as(mona), pytest.raises(meetings.Overtaken):
        committee_actions.add(
            mona, seat.held, wording="Trop tard", organisation_id=world.org("ML_A").pk, owner_id=None,
            due_on=clock.today(),
        )  # fmt: skip
    assert not CommitteeAction.objects.exists()


def test_a_third_member_closes_it_and_the_worker_closes_the_task_out_of_sight(
    world, visit, seat, address, given, run_outbox
):
    action = given("RSMV", "rosa")
    assert (
        visit("regis")
        .post(address("action_close", action), {"state": "fait", "note": "Vu en région."})
        .status_code
        == 302
    )
    run_outbox()
    assert tasks(world, "rosa") == []


def test_two_people_close_it_one_wins(world, visit, seat, address, given):
    action = given("RSMV", "rosa")
    url = address("action_close", action)
    assert visit("rosa").post(url, {"state": "fait", "note": "Celle de Rosa"}).status_code == 302
    response = visit("mona").post(url, {"state": "abandonne", "note": "Celle de Mona"})
    page = text(response)
    assert response.status_code == 409
    assert "Celle de Rosa" in page
    assert "Celle de Mona" in page
    action.refresh_from_db()
    assert (action.state, action.closing_note) == ("fait", "Celle de Rosa")
    assert "close depuis" in text(visit("mona").get(url))


def test_wrong_input_is_said_and_kept(world, visit, seat, address):
    mona, url = visit("mona"), address("action_add", seat.held)
    before_it = (seat.held.held_on - timedelta(days=1)).isoformat()
    for message, data in {
        "Choisissez une date entre": wanted(world, "ML_A", due_on=before_it),
        "Sélectionnez un choix valide": wanted(world, "ML_C"),
        "champ est obligatoire": wanted(world, "ML_A") | {"who": ""},
    }.items():
        page = text(mona.post(url, data))
        assert message in page, message
        assert "Envoyer la liste des référents" in page
    # Somebody of another organisation is not offered, whatever the address says.
    stranger = wanted(world, "ML_A", "charlie")
    assert "Sélectionnez un choix valide" in text(mona.post(url, stranger))
    assert not CommitteeAction.objects.exists()
    closing = address("meeting_detail", seat.held)
    assert mona.get(closing).status_code == 200


def test_an_action_sent_twice_is_one(world, visit, seat, address, given):
    given("RSMV")
    response = visit("mona").post(address("action_add", seat.held), wanted(world, "RSMV"))
    assert response.status_code == 409
    assert "déjà inscrite" in text(response)
    assert CommitteeAction.objects.count() == 1


def test_an_action_due_in_a_year_waits_for_its_month(world, visit, seat, given):
    given("RSMV", "rosa", due_on=(clock.today() + timedelta(days=365)).isoformat())
    (task,) = tasks(world, "rosa")
    assert task.awaited_on == clock.today() + timedelta(days=335)


def test_who_replaces_the_owner_closes_it(world, visit, seat, address, given):
    from partners.models import Absence

    action = given("ML_A", "alice")
    with as_owner():
        Absence.objects.create(
            membership=Membership.objects.get(user=world.user("alice")),
            substitute=world.user("sonia"),
            until=clock.today() + timedelta(days=7),
            declared_by=world.user("mona"),
        )
    assert visit("sonia").get(address("action_close", action)).status_code == 200


# --- Those who leave ------------------------------------------------------------------------------------


def test_a_leaver_passes_on_actions_and_seats(world, visit, seat, given):
    action = given("ML_A", "alice")
    with as_owner():
        CommitteeMember.objects.create(
            committee=seat.committee, organisation=world.org("ML_A"), user=world.user("alice")
        )
    home, alice, bob = world.org("ML_A").pk, world.user("alice").pk, world.user("bob").pk
    (line,) = committee_actions.held_actions(alice, home)
    assert line.words.startswith("Envoyer la liste des référents (pour le")
    assert len(committee_actions.held_seats(alice, home)) == 1
    one = Pass(organisation_id=home, leaver_id=alice, successor_id=bob)
    with acting_as(world.acting("mona")):
        assert committee_actions.pass_actions(one) == [action.pk]
        assert len(committee_actions.pass_seats(one)) == 1
    assert committee_actions.held_actions(alice, home) == committee_actions.held_seats(alice, home) == []
    assert [task.subject_id for task in tasks(world, "bob")] == [action.pk]
    assert tasks(world, "alice") == []


def test_two_seats_become_one_with_their_attendance(world, seat):
    home, alice, mona = world.org("ML_A"), world.user("alice"), world.user("mona")
    with as_owner():
        second = CommitteeMember.objects.create(committee=seat.committee, organisation=home, user=alice)
        MeetingAttendance.objects.create(meeting=seat.held, member=second, presence="present")
    with acting_as(world.acting("mona")):
        committee_actions.pass_seats(Pass(home.pk, alice.pk, mona.pk))
    assert not CommitteeMember.objects.filter(pk=second.pk).exists()
    assert MeetingAttendance.objects.get(meeting=seat.held).member_id == seat.members["mona"].pk


@pytest.mark.parametrize(
    ("leavers", "successors", "kept"),
    [("presidence", "membre", "presidence"), ("invite", "membre", "membre"), ("membre", "invite", "membre")],
)
def test_of_two_seats_the_higher_function_is_kept(world, seat, leavers, successors, kept):
    home, alice, mona = world.org("ML_A"), world.user("alice"), world.user("mona")
    own = seat.members["mona"]
    with as_owner():
        CommitteeMember.objects.filter(pk=own.pk).update(function=successors)
        CommitteeMember.objects.create(
            committee=seat.committee, organisation=home, user=alice, function=leavers
        )
    with acting_as(world.acting("mona")):
        committee_actions.pass_seats(Pass(home.pk, alice.pk, mona.pk))
    own.refresh_from_db()
    assert own.function == kept


def test_the_form_costs_the_same_whatever_the_number_of_colleagues(world, visit, seat, address, queries):
    mona, url = visit("mona"), address("action_add", seat.held)
    few, _ = queries(mona, url)
    with as_owner():
        for key in ("UNML", "SMV_EM"):
            ConventionParty.objects.create(convention=seat.convention, organisation=world.org(key))
    assert queries(mona, url)[0] == few <= 10
