"""The durations that a convention agrees: typed in the administration, checked, and held by the clocks."""

import pytest

from core import clock
from core.working_days import working_days_between
from partners.models import Convention
from referrals import programmes
from referrals.clocks import DELAY_LABELS
from referrals.delays import agreed_clocks, why_not_agreed
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
