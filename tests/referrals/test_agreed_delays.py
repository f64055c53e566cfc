"""The durations that a convention agrees: typed in the administration, checked, and held by the clocks."""

from datetime import date

import pytest

from core import clock
from core.working_days import working_days_between
from partners.models import Convention, ConventionParty
from referrals import programmes
from referrals.clocks import DELAY_LABELS
from referrals.delays import agreed_clocks, clocks_of, why_not_agreed
from tests.conftest import as_owner
from tests.partners.admin_pages import errors_of, send, url
from tests.referrals.test_loop import send as send_referral


@pytest.fixture
def convention(world):
    with as_owner():
        return Convention.objects.get(code="UNML-SMV-2019")


def test_an_administrator_types_them_and_a_referral_holds_them(world, visit, convention):
    adam, page = visit("adam"), url(Convention, "change", convention.pk)
    saved = send(adam, page, **{"delays-answer_remind_days": "4", "delays-answer_escalate_days": "7"})
    assert saved.status_code == 302, errors_of(saved)
    convention.refresh_from_db()
    assert convention.delays == {"answer_remind_days": 4, "answer_escalate_days": 7}
    assert 'value="4"' in adam.get(page).content.decode()
    assert "Délais convenus" in visit("alice").get(f"/conventions/{convention.uuid}/").content.decode()
    referral = send_referral(world)
    assert referral.convention == convention
    department = referral.recipient.department_id
    assert working_days_between(clock.today(), referral.due_on, department) == 4
    assert working_days_between(clock.today(), referral.escalate_on, department) == 7
    # Emptied, the programme's come back.
    send(adam, page, **{"delays-answer_remind_days": "", "delays-answer_escalate_days": ""})
    convention.refresh_from_db()
    assert convention.delays == {}


@pytest.mark.parametrize(("typed", "words"), [
    ({"answer_remind_days": "0"}, "nombre entier"),
    ({"answer_remind_days": "dix"}, "nombre entier"),
    ({"answer_remind_days": "99999"}, "nombre entier"),
    ({"answer_remind_days": "40"}, "plus court"),
    ({"review_decide_calendar_days": "10"}, "plus court"),
])  # fmt: skip
def test_absurd_ones_are_refused_in_french(world, visit, convention, typed, words):
    values = {f"delays-{name}": value for name, value in typed.items()}
    answer = send(visit("adam"), url(Convention, "change", convention.pk), **values)
    assert words in errors_of(answer)["delays"][0]
    assert all(f'value="{value}"' in answer.content.decode() for value in typed.values())
    convention.refresh_from_db()
    assert convention.delays == {}


@pytest.fixture
def regional(world, convention):
    """What Nouvelle-Aquitaine agreed beside the national text: one delay of its own."""
    with as_owner():
        convention.delays = {"answer_remind_days": 9, "complement_remind_days": 3}
        convention.save(update_fields=["delays"])
        return Convention.objects.create(
            code="NA-SMV-2025", title="Déclinaison de Nouvelle-Aquitaine", nature="declinaison", level="regional",
            region_id="75", parent=convention, themes=["smv"], signed_on=date(2025, 3, 1), starts_on=date(2025, 3, 1),
            end_known=False, delays={"answer_remind_days": 4},
        )  # fmt: skip


def promised(referral) -> int:
    return working_days_between(clock.today(), referral.due_on, referral.recipient.department_id)


def test_a_declination_s_delay_wins_and_the_others_are_those_above_then_the_programme_s(world, regional):
    referral = send_referral(world)
    assert referral.convention == regional
    assert promised(referral) == 4
    clocks, usual = clocks_of(referral), programmes.get("smv").clocks
    assert (clocks.answer_remind_days, clocks.complement_remind_days) == (4, 3)
    assert clocks.answer_escalate_days == usual.answer_escalate_days


@pytest.mark.parametrize("change", [
    {"region_id": "53"},  # another region's
    {"parent_proven": False},
    {"ends_on": date(2025, 12, 31), "end_known": True},
    {"signed_on": None, "signature_known": False},
    {"nature": "proposition"},
    {"level": "local"},  # a local text binds those who signed it
])  # fmt: skip
def test_what_does_not_bind_both_sides_changes_nothing(world, convention, regional, change):
    with as_owner():
        Convention.objects.filter(pk=regional.pk).update(**change)
    referral = send_referral(world)
    assert referral.convention == convention
    assert promised(referral) == 9


def test_the_text_that_both_sides_signed_is_nearer_than_that_of_their_region(world, regional):
    with as_owner():
        local = Convention.objects.create(
            code="PORT-SMV-2025", title="Texte du port", nature="declinaison", level="local", region_id="75",
            parent=regional, themes=["smv"], signed_on=date(2025, 4, 1), starts_on=date(2025, 4, 1), end_known=False,
            delays={"opening_remind_days": 1},
        )  # fmt: skip
        for key in ("ML_A", "RSMV"):
            ConventionParty.objects.create(convention=local, organisation=world.org(key))
    referral = send_referral(world)
    clocks = clocks_of(referral)
    assert referral.convention == local
    assert (clocks.opening_remind_days, clocks.answer_remind_days, clocks.complement_remind_days) == (1, 4, 3)


def test_what_no_longer_holds_with_the_text_above_is_left_aside_alone(caplog):
    smv = programmes.get("smv")
    above, own = {"answer_escalate_days": 20}, {"answer_remind_days": 25}
    assert agreed_clocks(smv, own, above) == smv.clocks.with_overrides(own)
    assert agreed_clocks(smv, {}, above).answer_escalate_days == 20
    assert agreed_clocks(smv, {}, {}) == smv.clocks
    assert "left aside" in caplog.text


def test_every_label_is_a_duration_of_the_clocks():
    clocks = programmes.get("smv").clocks
    assert all(isinstance(getattr(clocks, name), int) for name in DELAY_LABELS)


def test_durations_that_no_longer_hold_stop_nothing(caplog):
    smv = programmes.get("smv")
    assert agreed_clocks(smv, {"answer_remind_days": 400}) == smv.clocks
    assert agreed_clocks(smv, {"gone": 4}) == smv.clocks
    assert "left aside" in caplog.text


def test_only_the_programmes_of_the_themes_are_asked():
    # Eleven working days before the alert: too long for the others, whose alert leaves after ten; not for the SMV.
    assert why_not_agreed({"answer_remind_days": 11}, ["smv"]) == ""
    assert why_not_agreed({"answer_remind_days": 11}, [])
