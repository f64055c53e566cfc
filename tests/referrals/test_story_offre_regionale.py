"""Offre régionale, both ways; the theme of health is for the two referents, and nobody writes about it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from core import clock
from core.models import Change
from core.scope import acting_as
from notifications.models import Notification
from partners.models import Designation, Membership, Role, Topic
from referrals import programmes
from referrals.models import Referral
from referrals.programmes.registry import problems
from tests.conftest import as_owner
from tests.referrals.staging import becoming, months_later, move, orient, receive, settle, stored, tell_later
from youths import decisions
from youths.models import DelegateDecision

HEALTH = "Santé : droits, prévention, bilan"


@pytest.fixture
def oscar(world):
    """Oscar answers for an organisation that the Region works with."""
    settle(world, "OFFRE_17", "Tremplin du Port", "region", "oscar", "formation")
    return world


def refer(world, theme="mobilite", **how) -> Referral:
    return orient(
        world, "alice", world.youth("yann"), "offre_regionale", "OFFRE_17", details={"theme": theme}, **how
    )


def allow_health(world) -> None:
    with acting_as(world.acting("paul")):
        decisions.decide(
            world.acting("paul"), DelegateDecision.Subject.HEALTH, "Code du travail, art. L5314-2"
        )


def test_a_solution_is_found_and_holds_six_months_later(oscar, travel):
    world = oscar
    referral = refer(world)
    assert referral.recipient_professional == world.user("oscar")
    receive(world, "oscar", referral)
    move(world, "oscar", referral, "ask_info", question="A-t-il une place dans le car de ramassage ?")
    move(world, "alice", referral, "answer_info", answer="Non, c’est pourquoi il vient vous voir.")
    move(world, "oscar", referral, "accept", planned_on=clock.today() + timedelta(days=20))
    travel(clock.now() + timedelta(days=20))
    move(world, "oscar", referral, "start", started_on=clock.today())
    months_later(travel, 4)
    move(world, "oscar", referral, "complete", outcome="BESOIN_REPONDU", ended_on=clock.today())
    move(world, "alice", referral, "acknowledge")
    for code in ("BESOIN_REPONDU", "EMPLOI"):
        months_later(travel, 3)
        tell_later(world, "alice", referral, code)
    assert becoming(referral) == [("exit", "BESOIN_REPONDU"), ("m3", "BESOIN_REPONDU"), ("m6", "EMPLOI")]
    assert stored(referral).clock_kind == ""


def test_without_solution_the_mission_locale_takes_over(oscar, travel):
    world = oscar
    referral = refer(world, "logement")
    receive(world, "oscar", referral)
    move(world, "oscar", referral, "accept")
    move(world, "oscar", referral, "start", started_on=clock.today())
    months_later(travel, 2)
    move(world, "oscar", referral, "complete", outcome="SANS_SOLUTION", ended_on=clock.today())
    with acting_as(world.acting("alice")):
        back = Referral.objects.visible_to(world.acting("alice")).get(returned_from=referral)
    assert (back.programme, back.state) == ("retour", "sent")
    receive(world, "alice", back)
    move(world, "alice", back, "accept")
    move(world, "alice", back, "start", started_on=clock.today())
    move(world, "alice", back, "complete", outcome="NOUVELLE_ORIENTATION", ended_on=clock.today())
    move(world, "oscar", back, "acknowledge")
    for _ in range(2):
        months_later(travel, 3)
        tell_later(world, "alice", back, "NOUVELLE_ORIENTATION")
    assert [moment for moment, _ in becoming(back)] == ["exit", "m3", "m6"]


# --- The theme of health --------------------------------------------------------------------------


def writing(world) -> str:
    return f"{reverse('referrals:create')}?jeune={world.youth('yann').uuid}&dispositif=offre_regionale"


def test_health_is_offered_once_the_delegate_allows_it(oscar, visit):
    assert HEALTH not in visit("alice").get(writing(oscar)).content.decode()
    forged = visit("alice").post(
        writing(oscar), {"p_theme": "sante", "recipient": oscar.org("OFFRE_17").pk, "draft": "1"}
    )
    assert forged.status_code == 200
    allow_health(oscar)
    assert HEALTH in visit("alice").get(writing(oscar)).content.decode()


def test_nothing_is_written_beside_health(oscar, visit):
    allow_health(oscar)
    page = visit("alice").get(writing(oscar)).content.decode()
    key = page.split('name="submission" value="')[1].split('"')[0]
    data = {"submission": key, "recipient": oscar.org("OFFRE_17").pk, "p_theme": "sante", "draft": "1"}
    refused = visit("alice").post(writing(oscar), data | {"note": "Un rendez-vous le matin l’arrange."})
    assert "rien ne s’écrit" in refused.content.decode()
    assert "Un rendez-vous le matin" in refused.content.decode()  # nothing typed is lost
    assert visit("alice").post(writing(oscar), data).status_code == 302


def test_health_is_read_by_the_two_referents_alone(oscar, visit, run_outbox):
    referral = refer(oscar, "sante")
    for name, reads in (("alice", True), ("oscar", True), ("bob", False), ("mona", False)):
        page = visit(name).get(referral.get_absolute_url()).content.decode()
        assert (HEALTH in page) is reads, name
        assert ("Réservé aux deux référents" in page) is not reads, name
    run_outbox()
    said = [message.subject + message.body for message in mail.outbox]
    for name in ("alice", "oscar", "bob", "mona"):
        said.append(visit(name).get(reverse("referrals:list")).content.decode())
    for name in ("alice", "mona"):
        said.append(visit(name).get(reverse("youths:detail", args=[referral.youth.uuid])).content.decode())
    with as_owner():
        said += Notification.objects.order_by("pk").values_list("text", flat=True)
        said += map(str, Change.objects.order_by("at", "number").values_list("values", flat=True))
    for text in said:
        assert HEALTH not in text
        assert "sante" not in text


def test_health_is_said_to_the_manager_where_nobody_is_designated(world, visit):
    settle(world, "OFFRE_17", "Tremplin du Port", "region", "oscar")
    referral = refer(world, "sante")
    assert HEALTH not in visit("oscar").get(referral.get_absolute_url()).content.decode()


def designate(world, person: str, topic: str) -> None:
    with as_owner():
        user = User.objects.create_user(
            f"{person}@portail.example", "mot de passe de test", first_name=person.title()
        )
        offre = world.org("OFFRE_17")
        Membership.objects.create(
            user=user, organisation=offre, role=Role.PROFESSIONAL, starts_on=date(2020, 1, 1)
        )
        Designation.objects.create(organisation=offre, topic=topic, user=user, starts_on=date(2020, 1, 1))
    world.users[person] = user


def test_who_is_designated_for_the_theme_answers_else_who_is_for_training(oscar):
    """Lia answers for housing, Oscar for what nobody else does; health is answered as the rest, and tells nothing."""
    designate(oscar, "lia", "logement")
    allow_health(oscar)
    for theme, who in (
        ("logement", "lia"),
        ("mobilite", "oscar"),
        ("formation_qualifiante", "oscar"),
        ("sante", "oscar"),
    ):
        with transaction.atomic():
            assert refer(oscar, theme).recipient_professional == oscar.user(who), theme
            transaction.set_rollback(True)


def test_a_theme_leads_to_a_topic_that_can_be_designated_and_health_to_none():
    rules = programmes.get("offre_regionale")
    assert set(rules.topics_by_answer.values()) <= set(Topic.values)
    assert "sante" not in rules.topics_by_answer
    assert rules.topics_for("ml", {"theme": "sante"}) == ("formation",)
    assert rules.topics_for("ml", {"theme": None}) == rules.topics_for("ml", {}) == ("formation",)
    assert rules.topics_for("ml", {"theme": "culture"}) == ("culture", "formation")
    told = replace(rules, topics_by_answer={"sante": "formation"})
    assert any("topics_by_answer" in problem for problem in problems(told))


def test_a_referral_never_says_which_public_a_youth_belongs_to():
    programme = programmes.get("offre_regionale")
    asked = {item.name for item in programme.all_fields}
    assert asked == {"theme", "disponible_le"}
    words = " ".join(f"{item.label} {item.help} {item.choices}" for item in programme.all_fields).lower()
    for public in ("public", "rsa", "handicap", "rqth", "qpv", "quartier", "réfugié", "justice"):
        assert public not in words


@pytest.mark.parametrize("outcome", programmes.get("offre_regionale").outcomes, ids=lambda item: item.code)
def test_no_outcome_tells_the_theme(outcome):
    for word in ("santé", "soin", "logement", "permis", "droit"):
        assert word not in outcome.label.lower().split()
