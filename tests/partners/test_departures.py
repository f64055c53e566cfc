"""Leaving: what somebody holds is shown, passes whole to colleagues, and access ends at once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import Session
from core import clock, todo
from core.hooks import handovers
from core.models import Task
from core.scope import acting_as
from notifications.models import Notification
from partners.designations.routing import referent_for
from partners.models import (
    Committee,
    CommitteeAction,
    CommitteeMeeting,
    CommitteeMember,
    Convention,
    Designation,
    Handover,
    HandoverLine,
    Membership,
    Role,
    Topic,
)
from partners.people import departures
from partners.people.invitations import Refused
from referrals import creation, programmes, workflow
from tests.conftest import as_owner
from tests.keeping import staged
from tests.referrals.test_loop import act, send
from youths.models import Accompaniment, Youth

TEAM = reverse("partners:team")
KINDS = (
    "draft", "referral_sent", "referral_received", "youth", "task", "designation", "replacement",
    "committee_action", "committee_seat", "breach",
)  # fmt: skip


def text(response) -> str:
    return response.content.decode()


def of(world, name: str) -> Membership:
    return Membership.objects.filter(user=world.user(name)).order_by("pk")[0]


def url_of(world, name: str) -> str:
    return reverse("partners:departure", args=[of(world, name).uuid])


def held(world, name: str, key: str) -> dict[str, int]:
    """How much somebody holds of each kind, as the owner counts it."""
    with as_owner():
        return {
            kind: len(holding.held(world.user(name).pk, world.org(key).pk))
            for kind, holding in handovers.items()
        }


@staged
def busy(world):
    """Alice: a youth, a referral under way, a draft, one to come back on, a task, a designation."""
    referral = send(world)
    with acting_as(world.acting("rita")):
        workflow.open_first(world.acting("rita"), referral.uuid)
    act(world, "rita", referral, "ask_info", question="A-t-il fait sa JDC ?")
    alice = world.acting("alice")
    with acting_as(alice):
        creation.create_draft(
            alice,
            world.youth("yann"),
            programmes.get("smv"),
            world.org("RSMV"),
            details={},
            submission=uuid4(),
        )
        todo.open_task(
            "agreement", subject_kind="referral", subject_id=referral.pk, organisation_id=alice.organisation_id,
            counterpart_id=None, user_id=alice.user_id, due_on=clock.today() + timedelta(days=3), awaited_on=clock.today(),
        )  # fmt: skip
    with as_owner():
        Designation.objects.create(
            organisation=world.org("ML_A"), topic=Topic.RETURN, user=world.user("alice"),
            substitute=world.user("bob"), starts_on=clock.today() - timedelta(days=30),
        )  # fmt: skip
        Designation.objects.create(
            organisation=world.org("ML_A"), topic=Topic.DIGITAL, user=world.user("bob"),
            substitute=world.user("alice"), starts_on=clock.today(),
        )  # fmt: skip
        committee = Committee.objects.create(convention=Convention.objects.get())
        CommitteeMember.objects.create(
            committee=committee, organisation=world.org("ML_A"), user=world.user("alice")
        )
        meeting = CommitteeMeeting.objects.create(committee=committee, held_on=clock.today())
        CommitteeAction.objects.create(
            committee=committee, meeting=meeting, wording="Relire", organisation=world.org("ML_A"),
            owner=world.user("alice"), due_on=clock.today(),
        )  # fmt: skip
    return referral


def test_every_room_has_filled_the_registry():
    assert set(handovers) == set(KINDS)


# --- The story ------------------------------------------------------------------------------


def test_alice_leaves_and_nothing_is_lost(world, visit, busy, run_outbox):
    alice, mona, bob = visit("alice"), visit("mona"), visit("bob")
    assert alice.get(reverse("youths:list")).status_code == 200
    before = held(world, "alice", "ML_A")
    assert {kind for kind, count in before.items() if count} == set(KINDS) - {
        "referral_received",
        "replacement",
        "breach",
    }
    page = text(mona.get(url_of(world, "alice")))
    for present in ("Jeunes accompagnés", "Yann Kermarrec", "Brouillons d’orientation", "Tâches à faire"):
        assert present in page
    theirs = held(world, "bob", "ML_A")
    response = mona.post(url_of(world, "alice"), {"everything": world.user("bob").pk}, follow=True)
    assert "a quitté la structure, et tout a été transmis" in text(response)
    assert "Alice Advisor" not in text(mona.get(TEAM))
    # Nothing is left behind, and everything arrived: the substitute of Bob's own designation is nobody now.
    assert not any(held(world, "alice", "ML_A").values())
    after = held(world, "bob", "ML_A")
    shared = {"designation": 1}
    assert after == {kind: theirs[kind] + before[kind] - (2 if kind in shared else 0) for kind in before} | {
        "designation": 2
    }
    handover = Handover.objects.get()
    assert handover.counts == {kind: count for kind, count in before.items() if count}
    with acting_as(world.acting("mona")):
        assert HandoverLine.objects.count() == sum(before.values())
    with acting_as(world.acting("carla")):
        assert not HandoverLine.objects.exists()
    # The record, as its new lead opens it; the old link stays in its history.
    assert "Bob Colleague" in text(bob.get(f"/jeunes/{world.youth('yann').uuid}/"))
    with as_owner():
        links = Accompaniment.objects.filter(youth=world.youth("yann"), organisation=world.org("ML_A"))
        old, new = links.order_by("pk")
        assert (old.professional, old.ended_on, old.end_reason) == (
            world.user("alice"), clock.today(), "handed_over",
        )  # fmt: skip
        assert (new.professional, new.role, new.ended_on) == (world.user("bob"), "lead", None)
        busy.refresh_from_db()
        assert busy.sender_professional == world.user("bob")
        assert Task.objects.open().filter(user_id=world.user("alice").pk).count() == 0
    # Access ended at once, on every device; people were told.
    assert not Session.objects.filter(user_id=world.user("alice").pk).exists()
    assert alice.get(reverse("youths:list")).status_code == 302
    mail.outbox.clear()
    run_outbox()
    told = {message.to[0]: message.body for message in mail.outbox}
    assert "a pris fin" in told["alice@portail.example"]
    with as_owner():
        (notice,) = Notification.objects.filter(kind="people.handed_over")
    assert notice.user == world.user("bob")
    assert f"{sum(before.values())} éléments" in notice.text


def test_she_signs_in_again_and_finds_nothing(world, visit, busy):
    visit("mona").post(url_of(world, "alice"), {"everything": world.user("bob").pk})
    alice = visit("alice")
    assert "rattaché à aucune structure" in text(alice.get("/"))
    assert alice.get(reverse("youths:list")).status_code == 403
    assert alice.get(f"/jeunes/{world.youth('yann').uuid}/").status_code in (403, 404)


def test_a_referent_of_a_partner_leaves(world, visit):
    """On the partner's side access comes from the links alone: they pass without a moment of blindness."""
    referral = send(world)
    with acting_as(world.acting("rita")):
        workflow.open_first(world.acting("rita"), referral.uuid)
    before = held(world, "rita", "RSMV")
    assert before["referral_received"] == before["youth"] == before["designation"] == 1
    response = visit("rosa").post(url_of(world, "rita"), {"everything": world.user("remi").pk})
    assert response.status_code == 302, response.context["form"].errors
    with as_owner():
        referral.refresh_from_db()
        assert referral.recipient_professional == world.user("remi")
        assert referral.recipient_substitute == world.user("sam")
        old, new = Designation.objects.filter(organisation=world.org("RSMV")).order_by("starts_on")
    assert (old.user, old.ends_on) == (world.user("rita"), clock.today() - timedelta(days=1))
    assert (new.user, new.substitute, new.starts_on) == (world.user("remi"), world.user("sam"), clock.today())
    assert referent_for(world.org("RSMV").pk, Topic.SMV).user_id == world.user("remi").pk
    remi = visit("remi")
    assert remi.get(f"/jeunes/{world.youth('yann').uuid}/").status_code == 200
    assert remi.get(referral.get_absolute_url()).status_code == 200
    act(world, "remi", referral, "accept")


def test_the_substitute_leaves(world, visit):
    referral = send(world)
    assert visit("rosa").post(url_of(world, "sam"), {"everything": world.user("rita").pk}).status_code == 302
    with as_owner():
        referral.refresh_from_db()
        # Rita is not her own substitute.
        assert (referral.recipient_professional, referral.recipient_substitute) == (world.user("rita"), None)
        assert Designation.objects.get(organisation=world.org("RSMV")).substitute is None


def test_one_successor_for_each_part(world, visit, busy):
    chosen = {"everything": world.user("bob").pk, "youth": world.user("dora").pk}
    assert visit("mona").post(url_of(world, "alice"), chosen).status_code == 302
    with as_owner():
        busy.refresh_from_db()
        lead = Accompaniment.objects.get(youth=world.youth("yann"), role="lead", ended_on=None)
    assert (busy.sender_professional, lead.professional) == (world.user("bob"), world.user("dora"))
    assert lead.team == world_team(world, "dora")


def world_team(world, name):
    return of(world, name).team


def test_the_successor_already_accompanies_the_youth(world, visit, busy):
    with as_owner():
        Accompaniment.objects.create(
            youth=world.youth("yann"), organisation=world.org("ML_A"), professional=world.user("bob"),
            role=Accompaniment.Role.PARTNER, aspects=[Accompaniment.Aspect.MOBILITY],
        )  # fmt: skip
    assert visit("mona").post(url_of(world, "alice"), {"everything": world.user("bob").pk}).status_code == 302
    with as_owner():
        link = Accompaniment.objects.get(
            youth=world.youth("yann"), organisation=world.org("ML_A"), ended_on=None
        )
    assert (link.professional, link.role) == (world.user("bob"), "lead")


def test_nothing_to_pass_on(world, visit):
    page = visit("mona").get(url_of(world, "paul"))
    assert "il n’y a rien à transmettre" in text(page)
    assert visit("mona").post(url_of(world, "paul")).status_code == 302
    assert of(world, "paul").revoked_at
    assert not HandoverLine.objects.exists()


# --- What is refused ------------------------------------------------------------------------


def test_reading_the_preview_writes_nothing(world, visit, busy):
    before = held(world, "alice", "ML_A")
    visit("mona").get(url_of(world, "alice"))
    assert held(world, "alice", "ML_A") == before
    assert of(world, "alice").revoked_at is None


@pytest.mark.parametrize("name", ["bob", "paul", "rita", "regis", "nadia"])
def test_others_may_not(world, visit, name):
    someone = visit(name)
    assert someone.get(url_of(world, "alice")).status_code == 403
    assert someone.post(url_of(world, "alice"), {"everything": world.user("bob").pk}).status_code == 403
    assert of(world, "alice").revoked_at is None


def test_a_foreign_manager_finds_nobody(world, visit, busy):
    for name in ("carla", "rosa"):
        stranger = visit(name)
        for response in (stranger.get(url_of(world, "alice")), stranger.post(url_of(world, "alice"))):
            assert response.status_code == 404
    assert of(world, "alice").revoked_at is None


@pytest.mark.parametrize("successor", ["", "charlie", "rita", "paul", "alice", "0", "\x00"])
def test_only_a_colleague_takes_over(world, visit, busy, successor):
    value = world.user(successor).pk if successor.isalpha() else successor
    response = visit("mona").post(url_of(world, "alice"), {"everything": value})
    assert response.status_code == 200
    assert response.context["form"].errors
    assert of(world, "alice").revoked_at is None
    assert held(world, "alice", "ML_A")["youth"] == 1


def shares_are_open(response) -> bool:
    return '<details class="disclosure" open><summary>Répartir' in text(response)


def test_nothing_chosen_is_said_once(world, visit, busy):
    """One error, beside the field that answers for every part; the parts stay folded."""
    mona = visit("mona")
    page = mona.get(url_of(world, "alice"))
    assert "Choisissez au moins la personne qui prend la suite." in text(page)
    assert "obligatoire" not in text(page)
    assert not shares_are_open(page)
    response = mona.post(url_of(world, "alice"), {})
    assert response.context["form"].errors == {"everything": ["Choisissez la personne qui prend la suite."]}
    assert "Un point est à corriger" in text(response)
    assert not shares_are_open(response)


def test_a_part_alone_is_not_enough(world, visit, busy):
    response = visit("mona").post(url_of(world, "alice"), {"youth": world.user("dora").pk})
    assert list(response.context["form"].errors) == ["everything"]
    assert "« Comme ci-dessus »" in response.context["form"].errors["everything"][0]
    assert shares_are_open(response)
    assert of(world, "alice").revoked_at is None


def test_every_part_given_needs_nobody_for_all(world, visit, busy):
    parts = {kind: world.user("bob").pk for kind, count in held(world, "alice", "ML_A").items() if count}
    assert visit("mona").post(url_of(world, "alice"), parts).status_code == 302
    assert not any(held(world, "alice", "ML_A").values())


def test_an_error_on_a_part_is_in_sight(world, visit, busy):
    chosen = {"everything": world.user("bob").pk, "youth": world.user("rita").pk}
    response = visit("mona").post(url_of(world, "alice"), chosen)
    assert list(response.context["form"].errors) == ["youth"]
    assert shares_are_open(response)


def test_nobody_ends_their_own_membership(world, visit):
    """So an organisation never loses its last manager: another one, named first, ends it."""
    mona = visit("mona")
    assert mona.get(url_of(world, "mona")).status_code == 403
    assert mona.post(url_of(world, "mona")).status_code == 403
    with pytest.raises(Refused, match="Un autre responsable"):
        departures.carry_out(world.acting("mona"), of(world, "mona").uuid, {})


def test_two_managers_end_one_another(world):
    """The second finds that they are no longer a manager: one of them stays."""
    with as_owner():
        Membership.objects.filter(user=world.user("bob")).update(role=Role.MANAGER)
    from partners.people.members import acting_from

    bob = acting_from(
        Membership.objects.select_related("organisation__department").get(user=world.user("bob"))
    )
    with acting_as(world.acting("mona")):
        departures.carry_out(world.acting("mona"), of(world, "bob").uuid, {})
    with acting_as(bob), pytest.raises(Refused, match="plus responsable"):
        departures.carry_out(bob, of(world, "mona").uuid, {})


def test_a_failure_undoes_everything(world, busy, monkeypatch):
    monkeypatch.setattr(departures, "_tell_leaver", lambda *args: 1 / 0)
    before = held(world, "alice", "ML_A")
    successors = dict.fromkeys(KINDS, world.user("bob").pk)
    with pytest.raises(ZeroDivisionError), acting_as(world.acting("mona")):
        departures.carry_out(world.acting("mona"), of(world, "alice").uuid, successors)
    assert held(world, "alice", "ML_A") == before
    assert of(world, "alice").revoked_at is None


def test_what_would_stay_behind_stops_the_procedure(world, busy, monkeypatch):
    from dataclasses import replace

    lazy = replace(handovers["youth"], hand_over=lambda one: [])
    monkeypatch.setitem(handovers._entries, "youth", lazy)
    successors = dict.fromkeys(KINDS, world.user("bob").pk)
    with pytest.raises(departures.SomethingLeft), acting_as(world.acting("mona")):
        departures.carry_out(world.acting("mona"), of(world, "alice").uuid, successors)
    assert of(world, "alice").revoked_at is None


def test_other_memberships_live_on(world, visit):
    with as_owner():
        Membership.objects.create(user=world.user("alice"), organisation=world.org("ML_C"))
    visit("mona").post(url_of(world, "alice"), {"everything": world.user("bob").pk})
    home = visit("alice").get("/")
    assert home.context["acting"].organisation_id == world.org("ML_C").pk
    with acting_as(world.acting("mona")):
        assert Youth.objects.filter(pk=world.youth("yann").pk).exists()


def test_queries_do_not_grow(world, visit, queries):
    from tests.factories import many_referrals

    mona = visit("mona")
    with as_owner():
        many_referrals(world, 2)
    few = queries(mona, url_of(world, "alice"))[0]
    with as_owner():
        many_referrals(world, 30)
    many, sql = queries(mona, url_of(world, "alice"))
    assert many == few, sql
    assert "et 13 de plus" in text(mona.get(url_of(world, "alice")))
