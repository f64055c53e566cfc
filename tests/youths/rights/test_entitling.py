"""The delegate names who may note and read a restricted obstacle, while the decision stands; each in their own house."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.scope import acting_as
from tests.conftest import as_owner
from youths import decisions
from youths.accompanying.restricted import entitlements
from youths.models import DelegateDecision, EntitledPerson

TEXT = "RGPD, article 9, 2, b ; avis du délégué du 3 mars 2026"


@pytest.fixture
def decision(world) -> DelegateDecision:
    with acting_as(world.acting("paul")):
        return decisions.decide(world.acting("paul"), DelegateDecision.Subject.HEALTH, TEXT)


def page(decision) -> str:
    return reverse("youths:rights_entitle", args=[decision.pk])


def asked(client, address: str) -> int:
    """The questions that a page asks, without the marks of its transactions."""
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return sum(not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "SET TRANS")) for one in found)


def codes(world, name: str) -> list[str]:
    with acting_as(world.acting(name)):
        return [one.subject for one in entitlements(world.acting(name))]


def test_the_delegate_names_a_person_and_ends_it(world, visit, decision):
    paul = visit("paul")
    assert page(decision) in paul.get(reverse("youths:rights")).content.decode()
    assert codes(world, "alice") == []
    assert paul.post(page(decision), {"person": world.user("alice").pk}).status_code == 302
    assert codes(world, "alice") == ["SANTE"]
    assert codes(world, "bob") == []
    html = paul.get(page(decision)).content.decode()
    assert "Alice Advisor" in html
    with as_owner():
        found = EntitledPerson.objects.get()
    assert found.given_by == world.user("paul")
    assert paul.post(page(decision), {"fin": found.pk}).status_code == 302
    assert codes(world, "alice") == []
    again = paul.post(page(decision), {"fin": found.pk}, follow=True)
    assert "déjà terminée" in again.content.decode()


def test_two_at_once_name_a_person_once(world, visit, decision, monkeypatch):
    paul = visit("paul")
    alice = world.user("alice")
    monkeypatch.setattr("youths.rights.entitling.candidates", lambda *args: [(alice.pk, "Alice Advisor")])
    for said in ("est habilitée", "était déjà habilitée"):
        assert said in paul.post(page(decision), {"person": alice.pk}, follow=True).content.decode()
    with as_owner():
        assert EntitledPerson.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "0", "x", "\x00", "9" * 400, "-1"])
def test_what_is_wrong_is_said_beside_the_field(world, visit, decision, typed):
    response = visit("paul").post(page(decision), {"person": typed})
    assert response.status_code == 200
    assert response.context["form"].errors["person"]
    assert visit("paul").post(page(decision), {"fin": typed}).status_code == 302


def test_nobody_of_another_organisation_is_named(world, visit, decision):
    response = visit("paul").post(page(decision), {"person": world.user("charlie").pk})
    assert response.status_code == 200
    assert not EntitledPerson.objects.exists()


@pytest.mark.parametrize("who", ["charlie", "carla", "alice", "mona", "regis", "nadia"])
def test_the_delegate_alone(world, visit, decision, who):
    for answer in (visit(who).get(page(decision)), visit(who).post(page(decision), {"person": 1})):
        assert answer.status_code in (403, 404)


def test_only_what_is_restricted_has_entitled_persons(world, visit):
    paul = world.acting("paul")
    with acting_as(paul):
        other = decisions.decide(paul, DelegateDecision.Subject.PORTFOLIO, TEXT)
    assert visit("paul").get(page(other)).status_code == 404


def test_once_the_decision_ends_nobody_reads_and_the_page_is_gone(world, visit, decision):
    visit("paul").post(page(decision), {"person": world.user("alice").pk})
    with acting_as(world.acting("paul")):
        decisions.end(world.acting("paul"), decision.pk)
    assert codes(world, "alice") == []
    assert visit("paul").get(page(decision)).status_code == 404
    # A later decision names its own.
    with acting_as(world.acting("paul")):
        decisions.decide(world.acting("paul"), DelegateDecision.Subject.HEALTH, TEXT)
    assert codes(world, "alice") == []


def test_reading_writes_nothing_and_asks_no_more_for_many(world, visit, decision):
    paul = visit("paul")
    one = asked(paul, page(decision))
    for name in ("alice", "bob", "dora", "sonia"):
        paul.post(page(decision), {"person": world.user(name).pk})
    assert asked(paul, page(decision)) == one <= 10
    with as_owner():
        assert EntitledPerson.objects.count() == 4
