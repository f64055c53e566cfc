"""Who prescribes a period in a company: by right, by delegation, or another prescriber (DOMAIN P-04, P-05)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.scope import acting_as
from partners.models import Convention, ConventionDecision, ConventionParty, Theme
from referrals.models import WorkPlacement
from referrals.placements import operations, prescribing
from referrals.placements.rules import Prescribing, findings
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.referrals.placing_periods import declare, read, values_of
from tests.referrals.test_placement_pages import fill, only, text
from tests.rules.test_placements import plan
from tests.youths.test_journal import accepted


@pytest.fixture
def noting(world) -> str:
    """The address where the centre that took Yann notes a period."""
    accepted(world)
    return reverse("referrals:placement_declare", args=[world.youth("yann").uuid])


def delegation(world, *, until: date | None = None, left_on: date | None = None) -> Convention:
    """The Mission Locale lets the centre prescribe in its place."""
    start = clock.today() - timedelta(days=100)
    with as_owner():
        made = Convention.objects.create(
            code="DELEGATION-PMSMP", title="Délégation de prescription de la mission locale", level="local",
            region_id="75", themes=[Theme.PRESCRIBING], signed_on=start, starts_on=start,
            ends_on=until or start + timedelta(days=730),
        )  # fmt: skip
        for key in ("ML_A", "RSMV"):
            left = {"left_on": left_on, "exit_reason": "Fin"} if left_on and key == "RSMV" else {}
            ConventionParty.objects.create(convention=made, organisation=world.org(key), **left)
    return made


def found(world, **typed) -> list[str]:
    acting = world.acting("rita")
    with acting_as(acting):
        values = values_of(world, followed_by=acting.organisation_id, **typed)
        return [one.code for one in operations.findings(acting, world.youth("yann"), values)]


def test_a_mission_locale_prescribes_by_right(world, visit):
    placement = declare(world)
    assert (placement.prescriber, placement.to_check) == ("", [])
    html = text(visit("alice").get(placement.get_absolute_url()))
    assert "Convention entre" in html
    assert f"Le jeune, l’entreprise, {world.org('ML_A').name}, son employeur" in html


def test_france_travail_prescribes_a_period_that_the_mission_locale_follows(world, visit):
    address = reverse("referrals:placement_declare", args=[world.youth("yann").uuid])
    response = fill(visit("alice"), address, prescriber="FRANCE_TRAVAIL")
    assert (only().prescriber, only().delegated, only().to_check) == ("FRANCE_TRAVAIL", False, [])
    html = text(visit("alice").get(response.url))
    assert "Prescrite par</dt><dd>France Travail" in html
    assert "France Travail, son employeur, s’il est salarié" in html


def test_a_centre_says_who_prescribes_or_is_told_to_look_again(world, visit, noting):
    rita = visit("rita")
    response = fill(rita, noting)
    assert "Votre structure ne prescrit pas de droit" in text(response)
    form = form_of(response.content.decode(), "starts_on")
    kept = send_pairs(rita, noting, form.filled(press=("verifie", "PRESCRIPTEUR")))
    assert kept.status_code == 302
    assert only().to_check == ["PRESCRIPTEUR"]
    assert "Prescripteur sans droit connu" in text(rita.get(kept.url))


def test_under_a_delegation_in_force_nothing_is_to_be_checked(world, visit, noting):
    made = delegation(world)
    typed = {"prescriber": "MISSION_LOCALE", "delegated": "on"}
    response = fill(visit("rita"), noting, **typed)
    placement = only()
    assert (placement.delegation_id, placement.delegated, placement.to_check) == (made.pk, True, [])
    html = text(visit("alice").get(response.url))
    assert "au nom de : Une mission locale" in html
    assert made.title in html
    # Who changes it for another structure does not make the delegation its own.
    amend = reverse("referrals:placement_amend", args=[placement.uuid])
    assert fill(visit("alice"), amend, tutor_name="Dominique Levain").status_code == 302
    assert (read(placement).delegation_id, read(placement).to_check) == (made.pk, [])


def test_a_delegation_is_looked_at_on_the_first_day(world, noting):
    asked = {"prescriber": "MISSION_LOCALE", "delegated": True}
    assert found(world, **asked) == ["DELEGATION"]
    made = delegation(world)
    assert found(world, **asked) == []
    first = values_of(world)["starts_on"]
    for last, expected in ((first - timedelta(days=1), ["DELEGATION"]), (first, [])):
        with as_owner():
            Convention.objects.filter(pk=made.pk).update(ends_on=last)
        assert found(world, **asked) == expected
    # Suspended without notice.
    with as_owner():
        Convention.objects.filter(pk=made.pk).update(ends_on=first + timedelta(days=90))
        ConventionDecision.objects.create(
            convention=made, kind=ConventionDecision.Kind.SUSPENDED, decided_on=clock.today(),
            effective_on=clock.today(), reason="Sans préavis",
        )  # fmt: skip
    assert found(world, **asked) == ["DELEGATION"]


def test_who_left_the_convention_prescribes_no_more(world, noting):
    delegation(world, left_on=values_of(world)["starts_on"] - timedelta(days=1))
    assert found(world, prescriber="MISSION_LOCALE", delegated=True) == ["DELEGATION"]


@pytest.mark.parametrize(("who", "expected"), [
    (Prescribing(), []),
    (Prescribing(by_right=False), ["PRESCRIPTEUR"]),
    (Prescribing(by_right=False, named=True), []),
    (Prescribing(by_right=False, delegated=True, known=True), ["DELEGATION"]),
    (Prescribing(named=True, delegated=True, may_delegate=True), ["DELEGATION"]),
    (Prescribing(named=True, delegated=True, may_delegate=False, known=True), ["DELEGATION"]),
    (Prescribing(named=True, delegated=True, may_delegate=True, known=True), []),
])  # fmt: skip
def test_the_rule(who, expected):
    asked = plan(date(2026, 6, 1), date(2026, 6, 5))
    assert [one.code for one in findings(replace(asked, prescribing=who))] == expected


def test_a_delegation_without_a_prescriber_is_not_stored(world):
    placement = declare(world)
    with (
        as_owner(),
        pytest.raises(IntegrityError, match="referrals_placement_delegation"),
        transaction.atomic(),
    ):
        WorkPlacement.objects.filter(pk=placement.pk).update(delegated=True)
    assert prescribing.columns(placement.organisation_id, {"delegated": True, "starts_on": placement.starts_on}) == {
        "prescriber": "", "delegated": False, "delegation_id": None,
    }  # fmt: skip
