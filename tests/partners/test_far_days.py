"""Days at the very ends of the calendar, typed or loaded, never break a page."""

from datetime import date

import pytest
from django.urls import reverse

from partners import succession
from partners.conventions import deadlines
from partners.conventions.reading import facts_of, with_facts
from partners.models import Convention, ConventionDecision, ConventionParty, Organisation
from tests.conftest import as_owner
from tests.partners.admin_pages import errors_of, send, text, url

FIRST, LAST = date.min, date.max
SIGNED = date(2020, 1, 1)


@pytest.fixture
def far(world, owner_makes) -> Convention:
    """A text until the last day of the calendar, as one of its parties."""
    made = owner_makes(
        Convention, code="LOIN", title="Texte", signed_on=SIGNED, starts_on=SIGNED, ends_on=LAST,
        tacit_renewal=True, renewal_months=12, notice_months=6,
    )  # fmt: skip
    for key, left_on in (("UNML", None), ("RSMV", None), ("ML_A", LAST)):
        owner_makes(
            ConventionParty, convention=made, organisation=world.org(key), left_on=left_on,
            exit_reason="Retrait" if left_on else "",
        )  # fmt: skip
    return made


@pytest.mark.parametrize("day", ["", "?au=2199-12-31", "?au=1900-01-01"])
def test_the_page_of_a_convention(visit, far, day):
    page = visit("nadia").get(f"/conventions/{far.uuid}/{day}")
    assert page.status_code == 200
    assert "31 décembre 9999" in text(page)


def test_its_page_in_the_administration(visit, far):
    adam = visit("adam")
    assert adam.get(url(Convention, "change", far.pk)).status_code == 200
    assert adam.get(url(Convention, "changelist")).status_code == 200
    for year in ("9999", "0"):
        asked = adam.get(url(Convention, "changelist"), {"signed_on__year": year})
        assert asked.headers["Location"].endswith("?e=1")


def test_a_text_that_follows_and_waits_for_who_leaves_on_the_last_day(world, far, owner_makes):
    follows = owner_makes(Convention, code="SUITE", title="Suite", predecessor=far)
    for key, days in (
        ("UNML", {"signed_on": SIGNED}),
        ("RSMV", {"signed_on": SIGNED}),
        ("ML_A", {"left_on": LAST, "exit_reason": "Retrait"}),
    ):
        owner_makes(ConventionParty, convention=follows, organisation=world.org(key), **days)
    with as_owner():
        assert facts_of(with_facts(Convention.objects.filter(pk=far.pk)).get()).replaced_on == LAST


@pytest.mark.parametrize("day", [FIRST, LAST])
def test_the_deadlines_of_what_declines_a_text_that_ends_there(world, far, owner_makes, day):
    owner_makes(
        ConventionDecision, convention=far, kind="caducite", decided_on=day, at_latest=True, reason="Essai"
    )
    owner_makes(
        Convention, code="DECLINE", title="Déclinaison", parent=far, signed_on=SIGNED, starts_on=SIGNED
    )
    with as_owner():
        read = {one.code: one for one in with_facts(Convention.objects.order_by("pk"))}
    dues = deadlines.dues_of(read["DECLINE"], read["LOIN"], date(2026, 6, 1))
    assert [due for due in dues if due.code.startswith("parent")] == []


@pytest.mark.parametrize("day", [FIRST, LAST])
def test_a_succession(world, far, visit, owner_makes, day):
    heir = owner_makes(Organisation, name="Suite", network="smv", level="national")
    old = world.org("RSMV")
    with as_owner():
        try:
            succession.plan(old, heir, day)
        except succession.Refused as refusal:
            assert str(refusal)  # noqa: PT017
    page = reverse("admin:partners_organisation_succession", args=[old.pk])
    asked = {"heir": heir.pk, "on": day.isoformat(), "reason": "Essai"}
    assert visit("adam").post(page, asked).status_code == 200


def test_an_amendment(visit, far):
    address = f"{reverse('admin:partners_amendment_add')}?convention={far.pk}"
    sent = {"kinds": ["objet"], "new_purpose": "Autre", "effective_on": "0001-01-01"}
    assert errors_of(send(visit("adam"), address, **sent))["effective_on"] == [
        "L’avenant ne peut pas prendre effet avant la convention."
    ]
