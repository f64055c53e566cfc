"""check_consistency passes on the demonstration, and finds each kind of breach that is planted."""

import io
import shutil
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core import clock, documents
from core.models import OutboxMessage, Task
from core.scope import WrongLogin
from partners.models import CommitteeAction, Organisation
from portal import consistency
from referrals.guard import sync_transitions
from referrals.models import Referral, ReferralEvent, TransitionRow
from reporting import facts, summaries
from reporting.models import (
    DelayCell,
    ExitCell,
    GroupCell,
    OwnCell,
    OwnExit,
    OwnMark,
    ReferralFact,
    SummaryCell,
)
from tests.conftest import _role, as_worker
from youths.models import Agreement


def found() -> list[str]:
    """What the checks say, by code; warnings between brackets."""
    return [
        f"[{breach.check}]" if breach.warning else breach.check
        for _, breaches in consistency.run()
        for breach in breaches
    ]


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def an_open_one() -> Referral:
    received = Referral.objects.filter(clock_kind="answer", state="received", returned_from=None)
    return received.order_by("pk").first()


def test_the_demonstration_is_consistent(demo):
    assert found() == []


def test_on_the_login_of_the_worker(demo):
    with as_worker():
        assert found() == []


def test_not_on_the_login_of_the_web(demo):
    with _role("tu_app"), pytest.raises(WrongLogin), transaction.atomic():
        found()
    with _role("tu_app"), pytest.raises(CommandError, match="PORTAL_LOGIN"), transaction.atomic():
        call_command("check_consistency", stdout=io.StringIO())


def test_the_command_says_so(demo):
    out = io.StringIO()
    call_command("check_consistency", stdout=out)
    assert "Les données se tiennent (aucun écart)." in out.getvalue()


def test_the_command_fails_with_the_identifiers(demo):
    referral = an_open_one()
    Referral.objects.filter(pk=referral.pk).update(state="accepted")
    out = io.StringIO()
    with pytest.raises(CommandError) as raised:
        call_command("check_consistency", stdout=out)
    assert raised.value.returncode == 1
    assert f"orientation {referral.pk}, événement {referral.version}" in out.getvalue()
    assert referral.youth.last_name not in out.getvalue()


def test_a_long_list_of_breaches_is_cut(demo):
    Task.objects.filter(done_at=None).update(done_at=clock.now())
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_consistency", stdout=out)
    assert "de plus" in out.getvalue()


def test_a_state_changed_by_hand(demo):
    Referral.objects.filter(pk=an_open_one().pk).update(state="waitlisted")
    assert set(found()) == {"histories", "facts"}


def test_a_version_changed_by_hand(demo):
    Referral.objects.filter(pk=an_open_one().pk).update(version=40)
    assert found() == ["histories"]


def test_a_last_action_changed_by_hand(demo):
    Referral.objects.filter(pk=an_open_one().pk).update(last_action="accept")
    assert found() == ["histories"]


@pytest.mark.parametrize("which", ["number", "-number"])
def test_an_event_that_vanished(demo, which):
    referral = an_open_one()
    ReferralEvent.objects.filter(pk=referral.events.order_by(which).first().pk).delete()
    assert "histories" in found()


def test_every_event_vanished(demo):
    an_open_one().events.all().delete()
    assert found() == ["histories"]


def test_an_event_in_the_middle_vanished(demo):
    referral = Referral.objects.filter(state="completed", version__gte=6).order_by("pk").first()
    referral.events.filter(number=3).delete()
    assert set(found()) == {"histories"}


def test_an_event_that_the_table_does_not_know(demo):
    event = ReferralEvent.objects.filter(action="receive").order_by("pk").first()
    ReferralEvent.objects.filter(pk=event.pk).update(side="sender")
    assert found() == ["histories"]


@pytest.mark.parametrize("changed", [{"planned_on": None}, {"planned_on": "2020-01-01"}])
def test_an_entry_that_no_event_planned(demo, changed):
    planned = Referral.objects.filter(state="accepted", planned_on__isnull=False).order_by("pk").first()
    Referral.objects.filter(pk=planned.pk).update(**changed)
    assert found() == ["dates"]


def test_a_suspension_that_no_event_ended(demo):
    Referral.objects.filter(suspended_on__isnull=False).update(suspended_on=None, suspended_until=None)
    assert found() == ["dates"]


def test_a_suspension_that_no_event_began(demo):
    going_on = Referral.objects.filter(state="started", suspended_on=None).order_by("pk").first()
    Referral.objects.filter(pk=going_on.pk).update(
        suspended_on=clock.today(), suspended_until=clock.today() + timedelta(days=9)
    )
    assert found() == ["dates"]


def test_a_task_that_is_missing(demo):
    Task.objects.filter(subject_kind="referral", subject_id=an_open_one().pk).delete()
    assert found() == ["tasks"]


def test_a_task_for_another_day(demo):
    Task.objects.filter(subject_kind="referral", subject_id=an_open_one().pk).update(
        due_on=clock.today() + timedelta(days=400)
    )
    assert found() == ["tasks", "tasks"]


def test_an_action_of_a_committee_without_its_task(demo):
    action = CommitteeAction.objects.open().order_by("pk")[0]
    Task.objects.filter(subject_kind="committee_action", subject_id=action.pk).update(user_id=None)
    assert found() == ["committee_actions"]


def test_a_closed_action_whose_task_is_open(demo):
    action = CommitteeAction.objects.open().order_by("pk")[0]
    action.state, action.closed_on, action.closing_note = "fait", clock.today(), "Fait."
    action.save()
    assert found() == ["committee_actions"]


def test_a_task_that_nothing_asks_for(demo):
    done = Referral.objects.filter(clock_kind="", state="withdrawn").order_by("pk").first()
    Task.objects.create(
        kind="answer",
        subject_kind="referral",
        subject_id=done.pk,
        organisation_id=done.recipient_id,
        awaited_on=clock.today(),
        due_on=clock.today(),
    )
    assert found() == ["tasks"]


@pytest.mark.parametrize("change", ["another youth", "too late", "another recipient"])
def test_an_agreement_that_is_not_the_right_one(demo, change):
    referral = an_open_one()
    agreements = Agreement.objects.filter(pk=referral.agreement_id)
    if change == "another youth":
        other = Agreement.objects.exclude(youth=referral.youth_id).order_by("pk").first()
        Referral.objects.filter(pk=referral.pk).update(agreement=other)
    elif change == "too late":
        agreements.update(given_on=clock.today() + timedelta(days=1))
    else:
        agreements.update(recipient=Organisation.objects.get(key="UNML"))
    assert found() == ["agreements"]


def test_a_transition_added_in_the_database_and_one_missing(demo):
    sync_transitions()
    TransitionRow.objects.create(action="accept", from_state="sent", to_state="accepted", side="recipient")
    assert found() == ["transitions"]
    TransitionRow.objects.filter(action="ask_error", from_state="completed").delete()
    assert found().count("transitions") == 3


def test_a_fact_that_lies(demo):
    fact = ReferralFact.objects.filter(answer_days__gt=0).order_by("pk").first()
    ReferralFact.objects.filter(pk=fact.pk).update(answer_days=fact.answer_days + 1)
    assert set(found()) == {"facts", "cells"}
    assert f"orientation {fact.pk} :" in next(consistency.facts()).text
    summaries.rebuild()
    assert found() == ["facts"]


def test_a_fact_that_is_missing(demo):
    ReferralFact.objects.filter(state="started").order_by("pk").first().delete()
    summaries.rebuild()
    assert found() == ["facts"]


def test_the_command_mends_facts_and_summaries_and_first_says_what_it_would_do(demo):
    ReferralFact.objects.filter(state="started").order_by("pk").first().delete()
    lying = ReferralFact.objects.filter(state="completed").order_by("pk").first()
    ReferralFact.objects.filter(pk=lying.pk).update(outcome="AUTRE", at_m3="positive", direction="other")
    DelayCell.objects.all().delete()
    before = found()
    out = io.StringIO()
    call_command("rebuild_figures", stdout=out)
    assert "Faits à récrire : 2" in out.getvalue()
    assert found() == before
    call_command("rebuild_figures", "--wet-run", stdout=out)
    assert found() == []
    with _role("tu_app"), pytest.raises(CommandError, match="PORTAL_LOGIN"), transaction.atomic():
        call_command("rebuild_figures", stdout=io.StringIO())


def test_a_restricted_reason_in_a_fact(demo):
    unfit = Referral.objects.filter(reason="INAPTE_MEDICAL").order_by("pk").first()
    fact = ReferralFact.objects.get(pk=unfit.pk)
    assert fact.reason == "NON_PRECISE"
    ReferralFact.objects.filter(pk=unfit.pk).update(reason=unfit.reason)
    assert found() == ["facts"]


@pytest.mark.parametrize("cell", [SummaryCell, DelayCell, ExitCell, GroupCell, OwnCell, OwnExit])
def test_a_cell_that_is_missing(demo, cell):
    cell.objects.order_by("pk").first().delete()
    assert found() == ["cells"]


def test_a_cell_that_is_wrong_unless_it_is_about_to_be_made_again(demo):
    cell = SummaryCell.objects.order_by("pk").first()
    SummaryCell.objects.filter(pk=cell.pk).update(sent=cell.sent + 1)
    assert found() == ["cells"]
    of_cell = {"month": cell.month, "department_id": cell.department_id, "programme": cell.programme}
    facts.mark(facts.cells_of(ReferralFact.objects.filter(**of_cell).order_by("pk").first()))
    assert found() == []


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [(OwnCell, {"answer_days": {"2": 999}}), (OwnCell, {"sent": 999}), (OwnExit, {"ended": 999})],
)
def test_what_an_organisation_reads_of_itself_is_wrong_unless_it_is_marked(demo, cell, wrong):
    one = cell.objects.order_by("pk").first()
    cell.objects.filter(pk=one.pk).update(**wrong)
    assert found() == ["cells"]
    assert f"structure {one.organisation_id}" in next(consistency.cells()).text
    names = ("organisation_id", "is_sender", "month", "programme")
    key = {name: getattr(one, name) for name in names}
    OwnMark.objects.create(**key, exits=cell is OwnCell)
    assert found() == ["cells"]
    OwnMark.objects.create(**key, exits=cell is OwnExit)
    assert found() == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE youths_youth DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE referrals_message NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY youths_youth_see ON youths_youth",
        "DROP POLICY referrals_outcome_system ON referrals_outcome",
        "DROP POLICY youths_opening_owner ON youths_opening",
        "DROP POLICY referrals_reminder_backup ON referrals_reminder",
        "CREATE POLICY wide ON youths_agreement FOR SELECT TO tu_app USING (true)",
        "CREATE POLICY wide ON youths_agreement FOR SELECT TO public USING (tu_org() > 0)",
        "ALTER POLICY youths_youth_see ON youths_youth USING (true)",
        "GRANT SELECT ON reporting_referralfact TO tu_stats",
    ],
)
def test_a_table_that_is_not_protected(demo, statement):
    sql(statement)
    assert set(found()) == {"protection"}


def test_what_leads_to_a_youth():
    labels = {model._meta.label for model in consistency.personal_models()}
    assert {"youths.Youth", "youths.Accompaniment", "referrals.Reminder", "reporting.ReferralFact"} <= labels
    assert "partners.Organisation" not in labels
    assert "reporting.SummaryCell" not in labels


def test_messages_put_aside_and_late(demo):
    long_ago = clock.now() - timedelta(hours=1)
    late = {"created_at": long_ago, "due_at": long_ago}
    OutboxMessage.objects.create(kind="notification.mail", effect_key="late", **late)
    OutboxMessage.objects.create(kind="notification.mail", effect_key="done", done_at=clock.now(), **late)
    OutboxMessage.objects.create(kind="notification.mail", effect_key="just now")
    assert found() == ["[outbox]"]
    out = io.StringIO()
    call_command("check_consistency", stdout=out)
    assert "1 alerte" in out.getvalue()
    OutboxMessage.objects.filter(effect_key="late").update(quarantined_at=clock.now())
    assert found() == ["outbox"]


def test_documents_on_the_disk(demo, settings, tmp_path):
    # The demonstration has files of its own.
    shutil.copytree(settings.PRIVATE_FILES, tmp_path, dirs_exist_ok=True)
    settings.PRIVATE_FILES = tmp_path
    document = documents.store(b"%PDF-", filename="dossier.pdf", media_type="application/pdf")
    assert found() == []
    (tmp_path / document.path).write_bytes(b"something else")
    assert found() == ["documents"]
    (tmp_path / document.path).unlink()
    assert found() == ["documents"]
