"""Long absences: the substitute opens what the absent person opens, from the first day to the last."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core import clock
from core.models import Task
from core.scope import acting_as
from partners.designations.routing import Found, referent_for
from partners.models import Absence, Designation, Membership, Topic
from partners.people import absences
from partners.people.invitations import Refused
from partners.people.members import acting_from, resolve_acting, with_substitutes
from referrals.models import Referral
from tests.conftest import as_owner, as_worker
from tests.days import noon
from tests.referrals.test_loop import act, send
from youths.models import Youth

TEAM = reverse("partners:team")


def text(response) -> str:
    return response.content.decode()


def of(world, name: str) -> Membership:
    found = Membership.objects.filter(user=world.user(name)).select_related("organisation__department")
    return found.order_by("pk")[0]


def url_of(world, name: str, page: str = "absence") -> str:
    return reverse(f"partners:{page}", args=[of(world, name).uuid])


@pytest.fixture
def declare(world):
    def make(name="alice", substitute="sonia", days=10, starts_in=0, by="mona"):
        today = clock.today()
        return absences.declare(
            world.acting(by), of(world, name).uuid, substitute=world.user(substitute),
            starts_on=today + timedelta(days=starts_in), until=today + timedelta(days=days),
        )  # fmt: skip

    return make


@pytest.fixture
def data(world):
    def fill(**changes):
        today = clock.today()
        filled = {
            "starts_on": today.isoformat(),
            "until": (today + timedelta(days=10)).isoformat(),
            "substitute": world.user("sonia").pk,
        }
        return filled | changes

    return fill


# --- The story ------------------------------------------------------------------------------


def test_sonia_replaces_alice_and_stops_on_her_return(world, visit, data, run_outbox, travel):
    referral = send(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "ask_info", question="A-t-il fait sa JDC ?")
    record, answer = f"/jeunes/{world.youth('yann').uuid}/", referral.get_absolute_url()
    sonia, mona = visit("sonia"), visit("mona")
    for closed in (record, answer):
        assert sonia.get(closed).status_code == 404
    mail.outbox.clear()
    response = mona.post(url_of(world, "alice"), data(), follow=True)
    assert "L’absence est déclarée" in text(response)
    assert "en absence jusqu’au" in text(response)
    run_outbox()
    assert "sonia@portail.example" in {message.to[0] for message in mail.outbox}
    for opened in (record, answer, reverse("youths:list")):
        assert "Kermarrec" in text(sonia.get(opened))
    # Her tasks are there, and her referrals answered.
    home = sonia.get("/")
    assert "Compléter" in text(home)
    assert home.context["todo_count"] == 1
    act_as_sonia = acting_from(of(world, "sonia"))
    with acting_as(act_as_sonia):
        assert Task.objects.mine(act_as_sonia).open().count() == 1
    # What the partner says now reaches both.
    assert with_substitutes(world.org("ML_A").pk, [world.user("alice").pk]) == sorted(
        [world.user("alice").pk, world.user("sonia").pk]
    )
    # The last day is a day of absence; the day after is not, without anybody doing anything.
    travel(noon(clock.today() + timedelta(days=10)))
    assert resolve_acting(world.user("sonia"), None).replaces == (world.user("alice").pk,)
    travel(noon(clock.today() + timedelta(days=1)))
    assert resolve_acting(world.user("sonia"), None).replaces == ()
    back = visit("sonia")
    for closed in (record, answer):
        assert back.get(closed).status_code == 404
    assert "Kermarrec" not in text(back.get(reverse("youths:list")))
    assert Absence.objects.get().ended_at is None
    with as_worker():
        assert absences.close_past() == 1
        assert absences.close_past() == 0
    assert Absence.objects.get().ended_at


def test_back_earlier_than_said(world, visit, declare):
    declare()
    record = f"/jeunes/{world.youth('yann').uuid}/"
    sonia = visit("sonia")
    assert sonia.get(record).status_code == 200
    page = text(visit("mona").get(url_of(world, "alice")))
    assert "La personne est de retour" in page
    response = visit("mona").post(url_of(world, "alice", "come_back"), follow=True)
    assert "Le retour est noté" in text(response)
    assert sonia.get(record).status_code == 404
    declare()  # and away again


def test_the_absence_begins_on_its_day(world, visit, declare, travel):
    declare(starts_in=3)
    record = f"/jeunes/{world.youth('yann').uuid}/"
    assert visit("sonia").get(record).status_code == 404
    travel(noon(clock.today() + timedelta(days=3)))
    assert visit("sonia").get(record).status_code == 200


def test_the_absent_person_stays_at_home_in_their_work(world, visit, declare):
    declare()
    assert visit("alice").get(f"/jeunes/{world.youth('yann').uuid}/").status_code == 200


def test_nobody_else_opens_anything(world, visit, declare):
    declare()
    for name in ("dora", "charlie", "carla"):
        assert visit(name).get(f"/jeunes/{world.youth('yann').uuid}/").status_code == 404


def test_new_referrals_are_routed_to_the_substitute(world, declare):
    rsmv = world.org("RSMV")
    with as_owner():
        Designation.objects.filter(organisation=rsmv).update(substitute=None)
        Designation.objects.create(
            organisation=rsmv, topic=Topic.RETURN, user=world.user("rita"), substitute=world.user("sam")
        )
    declare("rita", "remi", by="rosa")
    assert (referent_for(rsmv.pk, Topic.SMV).found, referent_for(rsmv.pk, Topic.SMV).user_id) == (
        Found.SUBSTITUTE, world.user("remi").pk,
    )  # fmt: skip
    # A substitute who was named before keeps their place.
    assert referent_for(rsmv.pk, Topic.RETURN).user_id == world.user("sam").pk
    referral = send(world)
    assert referral.recipient_professional == world.user("remi")
    absences.come_back(world.acting("rosa"), of(world, "rita").uuid)
    smv, back = Designation.objects.filter(organisation=rsmv).order_by("pk")
    assert (smv.user, smv.substitute, smv.absent_from) == (world.user("rita"), None, None)
    assert (back.substitute, back.absent_until) == (world.user("sam"), None)


def test_a_partner_s_substitute_opens_what_was_sent(world, visit, declare):
    referral = send(world)
    with as_owner():
        Referral.objects.filter(pk=referral.pk).update(recipient_substitute=None)
    assert visit("remi").get(referral.get_absolute_url()).status_code == 404
    declare("rita", "remi", by="rosa")
    assert visit("remi").get(referral.get_absolute_url()).status_code == 200
    assert visit("remi").get(f"/jeunes/{world.youth('yann').uuid}/").status_code == 200


# --- Dates ----------------------------------------------------------------------------------


@given(st.integers(-3, 6), st.integers(0, 6), st.integers(-5, 15))
@hypothesis_settings(max_examples=25, deadline=None)
def test_the_substitute_replaces_on_those_days_and_no_other(
    django_db_setup, django_db_blocker, start, length, day
):
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        today = clock.today()
        alice, sonia, mona = (
            Membership.objects.select_related("organisation__department", "user").get(
                user__email=f"{name}@portail.example"
            )
            for name in ("alice", "sonia", "mona")
        )
        starts_on = today + timedelta(days=start)
        until = starts_on + timedelta(days=length)
        try:
            absences.declare(
                acting_from(mona), alice.uuid, substitute=sonia.user, starts_on=starts_on, until=until
            )
        except Refused:
            assert until < today
        else:
            with clock.travel(noon(today + timedelta(days=day))):
                there = starts_on <= clock.today() <= until
                assert bool(acting_from(sonia).replaces) == there
                assert bool(resolve_acting(sonia.user, None).replaces) == there
        transaction.set_rollback(True)


# --- What is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "bob", "paul", "regis", "nadia", "rita"])
def test_only_managers_declare(world, visit, data, name):
    someone = visit(name)
    for url in (url_of(world, "alice"), url_of(world, "alice", "come_back")):
        assert someone.get(url).status_code == someone.post(url, data()).status_code == 403
    assert not Absence.objects.exists()


def test_a_foreign_manager_finds_nobody(world, visit, data, declare):
    declare()
    for page in ("absence", "come_back"):
        assert visit("carla").post(url_of(world, "alice", page), data()).status_code == 404
    assert Absence.objects.get().ended_at is None


def test_reading_the_form_writes_nothing(world, visit):
    html = text(visit("mona").get(url_of(world, "alice")))
    assert "Jeunes accompagnés" in html
    assert "Kermarrec" not in html
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"until": "2020-01-01"}, "until"),
        ({"until": ""}, "until"),
        ({"starts_on": "2999-01-01"}, "until"),
        ({"starts_on": "demain"}, "starts_on"),
        ({"substitute": ""}, "substitute"),
        ({"substitute": "\x00"}, "substitute"),
    ],
)
def test_bad_input_is_explained(world, visit, data, changes, field):
    response = visit("mona").post(url_of(world, "alice"), data(**changes))
    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert not Absence.objects.exists()


@pytest.mark.parametrize("name", ["alice", "charlie", "paul", "rita"])
def test_only_a_colleague_replaces(world, visit, data, name):
    response = visit("mona").post(url_of(world, "alice"), data(substitute=world.user(name).pk))
    assert response.context["form"].errors["substitute"]


def test_somebody_absent_replaces_nobody_and_an_absence_is_declared_once(world, declare):
    declare("sonia", "dora")
    with pytest.raises(Refused, match="collègue présent"):
        declare("alice", "sonia")
    declare("alice", "bob")
    with pytest.raises(Refused, match="déjà déclarée"):
        declare("alice", "dora")


def test_a_manager_says_their_own_absence(world, visit, data):
    assert visit("mona").post(url_of(world, "mona"), data()).status_code == 302
    assert Absence.objects.get().membership.user == world.user("mona")


def test_who_leaves_while_replacing_hands_the_replacement_over(world, visit, declare):
    declare()
    leave = reverse("partners:departure", args=[of(world, "sonia").uuid])
    assert "Alice Advisor" in text(visit("mona").get(leave))
    assert visit("mona").post(leave, {"everything": world.user("bob").pk}).status_code == 302
    assert Absence.objects.get().substitute == world.user("bob")


def test_who_leaves_while_absent_is_no_longer_replaced(world, visit, declare):
    declare()
    leave = reverse("partners:departure", args=[of(world, "alice").uuid])
    assert visit("mona").post(leave, {"everything": world.user("bob").pk}).status_code == 302
    assert Absence.objects.get().ended_at
    sonia = acting_from(of(world, "sonia"))
    assert sonia.replaces == ()
    with acting_as(sonia):
        assert not Youth.objects.visible_to(sonia).exists()
