"""The history of changes: written by triggers, readable by whom it concerns, blanked by one function only."""

import logging
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from core import clock, history
from core.models import AuditEntry, Change
from core.request_id import HEADER, RequestIdFilter, numbered
from core.scope import acting_as, system_scope
from partners.models import Membership, Organisation
from portal.consistency import personal_models
from referrals import workflow
from referrals.models import Message
from tests.conftest import as_owner, as_worker
from tests.partners.admin_pages import filled
from tests.referrals.test_loop import act, send
from youths.models import Accompaniment, Youth

# Not tracked, each for its reason.
NOT_TRACKED = {
    "core.Alert": "worked out from the trail",
    "core.AuditEntry": "itself a trail",
    "core.Change": "itself the history",
    "core.OpenedFile": "a counter of the trail",
    "core.OutboxMessage": "work in progress",
    "core.Task": "opened and closed by facts, which are tracked",
    "notifications.Notification": "told, not decided",
    "youths.Reach": "worked out from the records and the links, which are tracked",
    "youths.PortfolioRow": "waits for a day at most; the records that it makes are tracked",
    "referrals.ReferralEvent": "append-only: itself a history",
    "referrals.Reminder": "written once by the clock",
    "referrals.ThreadReading": "a mark of reading, not a decision",
    "reporting.ReferralFact": "worked out from what is tracked",
}


def changes(**wanted) -> list[Change]:
    with as_owner():
        return list(Change.objects.filter(**wanted).order_by("number"))


def test_every_model_that_leads_to_a_youth_is_tracked_or_says_why():
    tracked = {found.model._meta.label for _, found in history.tracked.items()}
    personal = {model._meta.label for model in personal_models()}
    assert personal - tracked == {label for label in NOT_TRACKED if label in personal}
    assert not tracked & NOT_TRACKED.keys()
    for label in ("accounts.User", "partners.Membership", "partners.Convention", "partners.Committee"):
        assert label in tracked


def test_the_triggers_are_those_of_the_code(db):
    assert history.differences() == {}
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE youths_youth DISABLE TRIGGER tu_history")
        assert list(history.differences()) == ["youths_youth"]
        history.sync()
        assert history.differences() == {}
        cursor.execute("DROP TRIGGER tu_history ON youths_opening")
        assert list(history.differences()) == ["youths_opening"]
        history.sync()
    assert history.differences() == {}


def test_no_hash_of_a_password_is_ever_kept(world):
    user = world.user("alice")
    user.set_password("un autre mot de passe")
    user.save()
    (change,) = changes(model="accounts.User", object_id=user.pk, operation="update")
    assert change.columns == ["password"]
    assert change.values == {"password": ["***", "***"]}
    for _, found in history.tracked.items():
        secret = {"password", "secret", "token", "key_hash"} & set(found.columns)
        assert secret <= {found.model._meta.get_field(name).column for name in found.masked}


def test_a_change_says_what_who_for_whom_and_in_which_request(world):
    yann, alice = world.youth("yann"), world.acting("alice")
    with numbered("42"), acting_as(alice):
        Youth.objects.filter(pk=yann.pk).update(phone="06 39 98 11 11", level=4)
    (change,) = changes(model="youths.Youth", object_id=yann.pk, operation="update")
    assert change.values == {"phone": ["06 39 98 00 00", "06 39 98 11 11"], "level": [3, 4]}
    assert sorted(change.columns) == ["level", "phone"]
    assert (change.user_id, change.organisation_id, change.request_id) == (
        alice.user_id, alice.organisation_id, "42",
    )  # fmt: skip
    assert (change.subject_kind, change.subject_id) == ("youth", yann.pk)
    assert change.organisations == [alice.organisation_id]
    assert (change.login, change.reason) == ("tu_app", "")


def test_a_change_that_changes_nothing_leaves_nothing(world):
    with acting_as(world.acting("alice")):
        youth = Youth.objects.get(pk=world.youth("yann").pk)
        youth.save()
    assert not changes(model="youths.Youth", operation="update")


def test_a_change_undone_leaves_no_line(world):
    with acting_as(world.acting("alice")):
        Youth.objects.filter(pk=world.youth("yann").pk).update(phone="")
        transaction.set_rollback(True)
    assert not changes(model="youths.Youth", operation="update")


def test_a_mass_update_tells_each_row(world):
    with as_owner():
        Accompaniment.objects.update(started_on="2020-01-01")
        count = Accompaniment.objects.count()
    assert count >= 3
    assert len(changes(model="youths.Accompaniment", operation="update")) == count


def test_what_the_worker_does_says_why_and_what_is_typed_by_hand_says_so(world):
    yann = world.youth("yann").pk
    with as_worker(), system_scope("deadlines"):
        Youth.objects.filter(pk=yann).update(level=5)
    with as_owner():
        Youth.objects.filter(pk=yann).update(level=6)
    by_worker, by_hand = changes(model="youths.Youth", operation="update")
    assert (by_worker.login, by_worker.reason, by_worker.user_id) == ("tu_worker", "deadlines", None)
    assert (by_hand.login, by_hand.reason, by_hand.user_id) == ("tu_owner", "", None)


def test_a_page_signs_its_changes_with_its_request(world, visit):
    response = visit("alice").post(f"/jeunes/{world.youth('zoe').uuid}/ouvrir/", {"reason": "reception"})
    (change,) = changes(model="youths.Opening")
    assert change.request_id == response.headers[HEADER]
    assert len(change.request_id) == 32
    assert change.user_id == world.user("alice").pk
    with as_owner():
        lines = set(AuditEntry.objects.order_by("at").values_list("request_id", flat=True))
    assert lines == {change.request_id}


def test_an_administrator_signs_too(world):
    from django.test import Client

    client = Client()
    client.force_login(world.user("adam"))
    network = world.org("RSMV")
    address = f"/admin/partners/organisation/{network.pk}/change/"
    response = client.post(address, filled(client.get(address), phone="05 46 00 00 00"))
    assert response.status_code == 302, response.context["errors"]
    (change,) = changes(model="partners.Organisation", object_id=network.pk, operation="update")
    assert change.user_id == world.user("adam").pk
    assert change.values["phone"][1] == "05 46 00 00 00"


def test_words_and_reserved_codes_are_not_copied(world):
    referral = send(world)
    with acting_as(world.acting("alice")):
        Message.objects.create(
            referral=referral, author=world.user("alice"), organisation=world.org("ML_A"), text="Bonjour"
        )
    with as_owner():
        Message.objects.all().delete()
    made, gone = changes(model="referrals.Message")
    assert (made.operation, gone.operation) == ("insert", "delete")
    assert made.values == {}
    assert "text" not in gone.values
    assert made.subject_id == gone.subject_id == world.youth("yann").pk
    assert sorted(made.organisations) == sorted([world.org("ML_A").pk, world.org("RSMV").pk])


def test_the_state_of_a_referral_is_told_by_its_events_alone(world):
    referral = send(world)
    acting = world.acting("rita")
    with acting_as(acting):
        workflow.open_first(acting, referral.uuid)
    act(world, "rita", referral, "accept", planned_on=clock.today() + timedelta(days=20))
    found = changes(model="referrals.Referral")
    assert found[0].operation == "insert"
    told = {column for change in found for column in change.columns}
    assert {"agreement_id", "planned_on"} <= told
    assert not told & {"state", "version", "due_on", "answered_at", "received_at"}


# --- Wall 2 -------------------------------------------------------------------------------------------


def seen_by(world, who: str, **wanted) -> int:
    with acting_as(world.acting(who)):
        return Change.objects.filter(**wanted).count()


def test_the_history_of_a_youth_is_behind_the_second_wall(world):
    kim, yann = world.youth("kim"), world.youth("yann")
    with acting_as(world.acting("charlie")):
        Youth.objects.filter(pk=kim.pk).update(phone="06 39 98 22 22")
    with acting_as(world.acting("alice")):
        Youth.objects.filter(pk=yann.pk).update(phone="06 39 98 22 22")
    assert seen_by(world, "charlie", model="youths.Youth", operation="update") == 1
    assert seen_by(world, "alice", model="youths.Youth", operation="update") == 1
    assert seen_by(world, "rita", model="youths.Youth") == 0
    assert seen_by(world, "charlie", subject_kind="youth", subject_id=yann.pk) == 0
    assert not Change.objects.exists()


def test_the_history_follows_the_access_to_its_subject(world):
    referral = send(world)
    youth = world.youth("yann").pk
    assert seen_by(world, "rita", subject_kind="youth", subject_id=youth, model="referrals.Referral") > 0
    with as_owner():
        Accompaniment.objects.filter(youth=youth, organisation=world.org("RSMV")).update(
            access_until=clock.now() - timedelta(minutes=1)
        )
    assert referral.recipient_id == world.org("RSMV").pk
    assert seen_by(world, "rita", subject_kind="youth", subject_id=youth) == 0


def test_the_history_of_people_is_their_organisation_s(world):
    with as_owner():
        Membership.objects.filter(user=world.user("bob")).update(ends_on=clock.today())
        Organisation.objects.filter(pk=world.org("RSMV").pk).update(phone="05 46 11 11 11")
    assert seen_by(world, "mona", model="partners.Membership", operation="update") == 1
    assert seen_by(world, "carla", model="partners.Membership", operation="update") == 0
    # An organisation is nobody's data.
    assert seen_by(world, "carla", model="partners.Organisation", operation="update") == 1


@pytest.mark.parametrize("role", ["tu_app", "tu_worker"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO core_change (at, operation, model, object_id, subject_kind, organisations, request_id, reason,"
        " login, columns, digest) VALUES (now(), 'insert', 'x', 1, '', '{}', '', '', '', '{}', '')",
        "UPDATE core_change SET values = NULL",
        "DELETE FROM core_change",
        "TRUNCATE core_change",
        "ALTER TABLE youths_youth DISABLE TRIGGER tu_history",
        "SELECT tu_record_change()",
        "SELECT setval('core_change_number', 1)",
        "INSERT INTO core_auditentry (id, at, kind, number) VALUES (gen_random_uuid(), now(), 'read', 1)",
    ],
)
def test_no_login_writes_the_history(world, role, statement):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE tu_app")


# --- Blanking -----------------------------------------------------------------------------------------


def test_blanking_takes_the_values_and_leaves_the_fact(world):
    yann = world.youth("yann").pk
    with acting_as(world.acting("alice")):
        Youth.objects.filter(pk=yann).update(phone="06 39 98 33 33")
    before = changes(subject_kind="youth", subject_id=yann)
    with as_worker(), system_scope("erasure"):
        assert history.blank("youth", yann, "erasure") == len(before)
        assert history.blank("youth", yann, "erasure") == 0
    after = changes(subject_kind="youth", subject_id=yann)
    assert [(one.number, bytes(one.digest), one.columns) for one in after] == [
        (one.number, bytes(one.digest), one.columns) for one in before
    ]
    assert {(one.values, one.salt) for one in after} == {(None, None)}
    assert all(one.blanked_at for one in after)
    assert all(
        one.values is not None for one in changes(model="youths.Youth", subject_id=world.youth("kim").pk)
    )
    with as_owner():
        line = AuditEntry.objects.filter(kind="erasure").order_by("at").first()
    assert (line.subject_kind, line.count, line.detail) == ("youth", len(before), f"{yann} erasure")


def test_the_web_and_a_worker_without_reason_blank_nothing(world):
    yann = world.youth("yann").pk
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        history.blank("youth", yann, "erasure")
    with as_worker(), pytest.raises(DatabaseError, match="system scope"), transaction.atomic():
        history.blank("youth", yann, "erasure")


# --- The number of a request --------------------------------------------------------------------------


def test_each_request_has_its_number_and_ignores_the_one_it_came_with(client, db):
    first = client.get("/accessibilite/", headers={HEADER: "forged"}).headers[HEADER]
    second = client.get("/accessibilite/").headers[HEADER]
    assert first != second
    assert "forged" not in (first, second)


def test_the_number_is_on_the_log_lines():
    record = logging.LogRecord("x", logging.INFO, "", 0, "text", (), None)
    # A job that ran in this process leaves its number behind.
    with numbered(""):
        with numbered("7"):
            RequestIdFilter().filter(record)
            assert record.request_id == "7"
        RequestIdFilter().filter(record)
        assert record.request_id == "-"


def test_a_job_has_a_number(world):
    from celery import signals

    with numbered(""):
        signals.task_prerun.send(None, task_id="job-1")
        with as_worker(), system_scope("deadlines"):
            Youth.objects.filter(pk=world.youth("yann").pk).update(level=5)
    (change,) = changes(model="youths.Youth", operation="update")
    assert change.request_id == "job-1"


def test_tracked_tables_exist_with_their_columns():
    for _, found in history.tracked.items():
        assert apps.get_model(found.model._meta.label) is found.model
        assert "search_name" not in found.columns
