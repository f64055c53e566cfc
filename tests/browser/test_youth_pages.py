"""Every page about youths, on the narrowest screen and on a desk: nothing scrolls sideways, axe is content."""

import re
from datetime import timedelta

import pytest

from core import clock
from core.scope import acting_as
from tests.browser.visitor import Visitor
from tests.conftest import as_owner
from tests.referrals.placing import put
from tests.youths import test_portfolio as portfolio
from tests.youths.accompanying.test_invitation import ask
from tests.youths.accompanying.test_restricted import allow, write
from tests.youths.rights.requesting import received
from tests.youths.test_adopt import opened_by_partner
from tests.youths.test_agreement_link import make_link, page
from tests.youths.test_journal import accepted
from tests.youths.test_list import add, hinder
from tests.youths.test_merge import record
from youths import decisions, journal
from youths.agreements.withdrawing import withdraw
from youths.merging import joining, transfers
from youths.models import Accompaniment, Agreement, DelegateDecision, Disposal, RetentionNotice, Youth

pytestmark = pytest.mark.browser
SOME = re.compile(".")


def visits(one: Visitor, *paths: str) -> None:
    for path in paths:
        one.goto(path)
        assert one.page.url.removeprefix(one.base_url) == path, f"{path} leads to {one.page.url}"
        one.look_at_both(SOME)


def of(youth: Youth) -> str:
    return f"/jeunes/{youth.uuid}/"


def test_lists(world, visit, person):
    hinder(world, world.youth("yann"))
    add(world, "Abel", lead="alice")
    alice, mona = person("alice"), person("mona")
    filtered = "?frein=MOBILITE&tri=naissance"
    visits(alice, f"/jeunes/{filtered}", "/jeunes/?vue=structure")
    # Who exports proves first who they are.
    alice.goto(f"/jeunes/export/{filtered}")
    alice.look_at_both("Confirmer que c’est vous")
    alice.fill("Mot de passe", "mot de passe de test")
    alice.click("Confirmer")
    alice.look_at_both("Exporter une liste")
    alice.goto(f"/jeunes/{filtered}")
    alice.link("Garder cette liste sous un nom")
    alice.look_at_both("Vos filtres")
    alice.fill("Nom de ce filtre", "Pas de permis")
    alice.click("Garder cette liste")
    alice.sees("Pas de permis")
    visits(alice, "/jeunes/filtres/", "/jeunes/confier/")
    alice.choose("Confier à", "Bob Colleague")
    alice.tick(re.compile("Kermarrec"))
    alice.click("Voir ce qui passerait")
    alice.look_at_both("Confier des jeunes : aperçu")
    visits(mona, "/jeunes/", "/jeunes/portefeuille/")
    with acting_as(world.acting("paul")):
        decisions.decide(world.acting("paul"), DelegateDecision.Subject.PORTFOLIO, "RGPD art. 6-1-e")
    visits(mona, "/jeunes/portefeuille/")
    portfolio.send(visit("mona"), [*portfolio.LINES, "1004;;Ana;30/02/2004;;;"])
    visits(mona, "/jeunes/portefeuille/")
    mona.sees("Le Goff")


def test_whose_record(world, person):
    alice, carla = person("alice"), person("carla")
    lina = opened_by_partner(world)
    add(world, "Le Goff", lead="alice", first_name="Lina", birth_date="2006-05-06")
    visits(alice, of(lina), f"{of(lina)}inscrire/")
    alice.sees(re.compile("Rattacher"))
    yann = world.youth("yann")
    other = record(world, phone="06 39 98 44 55", level=4)
    visits(alice, f"{of(yann)}doublons/", f"{of(yann)}fusionner/?avec={other.uuid}")
    with acting_as(world.acting("alice")):
        joining.merge(world.acting("alice"), yann, other, take=())
    visits(alice, f"{of(yann)}doublons/", f"{of(yann)}transferer/")
    with acting_as(world.acting("alice")):
        moving = transfers.propose(world.acting("alice"), yann, world.org("ML_C").pk, None)
    visits(alice, of(yann), f"/transferts/{moving.uuid}/")
    visits(carla, f"/transferts/{moving.uuid}/")


def test_who_accompanies(world, visit, person):
    alice, rita = person("alice"), person("rita")
    accepted(world)
    yann, abel = world.youth("yann"), add(world, "Abel", lead="alice")
    assert ask(world, visit("alice"), of(abel)).status_code == 302
    allow(world)
    with acting_as(world.acting("alice")):
        write(world)
    hinder(world, yann)
    with acting_as(world.acting("rita")):
        journal.propose(
            world.acting("rita"),
            yann,
            wording="Visiter le régiment",
            due_on=clock.today() + timedelta(days=9),
        )
    with as_owner():
        obstacle = yann.obstacles.get()
        partner = Accompaniment.objects.active().get(youth=yann, organisation=world.org("RSMV"))
    visits(
        alice, of(yann), f"{of(yann)}freins/reserves/", f"{of(yann)}freins/suite/?frein={obstacle.uuid}",
        f"{of(yann)}lien/?lien={partner.pk}", f"{of(yann)}corriger/", f"{of(yann)}situation/", f"{of(abel)}inviter/",
        f"{of(abel)}etape/",
    )  # fmt: skip
    visits(rita, of(yann), of(abel), f"{of(abel)}invitation/")
    visits(person("mona"), f"{of(yann)}traces/")
    visits(person("dora"), f"{of(yann)}ouvrir/")


def test_what_the_youth_agrees_to(world, person):
    alice, rita = person("alice"), person("rita")
    yann = world.youth("yann")
    waiting, _ = make_link(world)
    visits(
        alice, f"{of(yann)}accords/", f"{of(yann)}accords/lien/",
        f"{of(yann)}accords/lien/?demande={waiting.uuid}",
    )  # fmt: skip
    referral = put(world, "started")
    visits(alice, f"{of(yann)}accords/retirer/")
    with acting_as(world.acting("alice")):
        withdraw(Agreement.objects.get(pk=referral.agreement_id), how="phone", by=world.acting("alice"))
    with as_owner():
        disposal = Disposal.objects.get()
    visits(alice, of(yann), referral.get_absolute_url())
    visits(rita, f"/suppressions/{disposal.uuid}/", referral.get_absolute_url())


def test_the_delegate(world, visit, person):
    paul = person("paul")
    asked = received(world, visit)
    erased = received(world, visit, kind="effacement", name="zoe")
    with acting_as(world.acting("paul")):
        decision = decisions.decide(world.acting("paul"), DelegateDecision.Subject.HEALTH, "RGPD, article 9")
    with as_owner():
        notice = RetentionNotice.objects.create(
            youth=world.youth("yann"), organisation=world.org("ML_A"), last_contact_on=clock.today(),
            erase_from=clock.today() + timedelta(days=30),
        )  # fmt: skip
    home = "/protection-des-donnees/"
    visits(
        paul, home, f"{home}demandes/nouvelle/", f"{home}demandes/{asked.uuid}/", f"{home}demandes/{asked.uuid}/reponse/",
        f"{home}demandes/{asked.uuid}/delai/", f"{home}demandes/{erased.uuid}/effacer/", f"{home}decisions/nouvelle/",
        f"{home}decisions/{decision.pk}/fin/", f"{home}conservation/", f"{home}conservation/{notice.uuid}/",
    )  # fmt: skip


def test_anybody(world, visitor):
    anybody = visitor()
    _, token = make_link(world)
    visits(anybody, "/donnees-personnelles/", "/donnees-personnelles/registre/", page(token))
