"""A period in a company: who reads it, who changes it, with both walls and with the second one alone."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core import clock
from core.models import Change, Task
from core.scope import acting_as
from notifications.models import Notification
from portal.bench.counting import Statements
from referrals.models import WorkPlacement
from referrals.placements import operations, reminding
from tests.conftest import as_owner, as_worker
from tests.referrals.placing_periods import HOST, bilan, declare, read, signed, values_of, youth_of
from tests.referrals.test_loop import act, send
from tests.youths.test_journal import accepted
from youths.models import Accompaniment, Youth
from youths.records import Overtaken, Refused


def readers(world, placement) -> set[str]:
    """The inhabitants who read a period."""
    found = set()
    for name in world.actings:
        acting = world.acting(name)
        with acting_as(acting):
            if WorkPlacement.objects.visible_to(acting).filter(pk=placement.pk).exists():
                found.add(name)
    return found


def readers_behind_the_second_wall(world, placement) -> set[str]:
    """Those whose organisation reads it once the first wall is down."""
    found = set()
    for name in world.actings:
        with acting_as(world.acting(name)):
            if WorkPlacement.objects.filter(pk=placement.pk).exists():
                found.add(name)
    return found


OF_THE_ML = {"alice", "bob", "mona"}


def test_it_is_read_by_those_who_accompany_and_by_nobody_else(world):
    placement = declare(world)
    assert readers(world, placement) == OF_THE_ML
    send(world)  # Rita is solicited: she reads what she was sent, and none of the story
    assert readers(world, placement) == OF_THE_ML
    assert not readers_behind_the_second_wall(world, placement) & {"rita", "charlie", "rose", "remi", "regis"}


def test_the_partner_reads_it_once_it_has_accepted_and_until_its_last_day(world, travel):
    accepted(world)
    placement = declare(world)
    assert {"rita", "sam", "rosa"} <= readers(world, placement)
    assert not readers(world, placement) & {
        "remi",
        "dora",
        "charlie",
        "carla",
        "rose",
        "regis",
        "nadia",
        "paul",
    }
    with as_owner():
        Accompaniment.objects.filter(organisation=world.org("RSMV")).update(
            ended_on=clock.today(), end_reason="complete", access_until=clock.now() + timedelta(days=30)
        )
    travel(clock.now() + timedelta(days=2))
    later = declare(world, host_name="Garage du Large")
    assert "rita" not in readers(world, later)
    assert "rita" in readers_behind_the_second_wall(world, later)  # its access lasts: wall 1 stops the story
    assert "rita" in readers(world, placement)


def test_who_came_with_its_own_record_reads_what_was_declared_since(world):
    accepted(world)
    placement = declare(world)
    with as_owner():
        Accompaniment.objects.filter(organisation=world.org("RSMV")).update(
            reads_from=clock.now() + timedelta(hours=1)
        )
    assert "rita" not in readers(world, placement)
    assert "rita" not in readers_behind_the_second_wall(world, placement)


def test_each_side_declares_and_the_other_is_told_without_a_name(world):
    accepted(world)
    by_rita = declare(world, "rita", followed_by=world.org("ML_A").pk)
    assert by_rita.organisation == world.org("RSMV")
    with acting_as(world.acting("alice")):
        told = Notification.objects.visible_to(world.acting("alice")).filter(kind="placement.declared").get()
        assert "Yann" not in told.text
        assert "Boulangerie" not in told.text
        assert told.path == by_rita.get_absolute_url()
    # Who follows it signs and tells it as well.
    assert signed(world, by_rita).state == "signed"
    with acting_as(world.acting("rita")):
        assert Notification.objects.visible_to(world.acting("rita")).filter(kind="placement.signed").exists()


def task_of(placement) -> list[tuple]:
    with as_owner():
        found = Task.objects.open().filter(subject_kind="placement", subject_id=placement.pk)
        return list(found.order_by("pk").values_list("kind", "organisation_id", "user_id", "due_on"))


def test_who_follows_a_period_on_the_referral_of_others_changes_it(world):
    referral = accepted(world)
    brest = world.org("SMV_C")
    with as_owner():
        Accompaniment.objects.create(
            youth=world.youth("yann"), organisation=brest, professional=world.user("rose"), role="partner"
        )
    placement = declare(world, referral=referral, followed_by=brest.pk)
    acting = world.acting("rose")
    with acting_as(acting):
        operations.cancel(acting, placement.uuid, version=1, reason="ENTREPRISE_RENONCE")
    with acting_as(world.acting("alice")):
        assert (
            Notification.objects.visible_to(world.acting("alice")).filter(kind="placement.cancelled").exists()
        )


def test_what_is_awaited_follows_the_period(world):
    accepted(world)
    ml, rsmv = world.org("ML_A").pk, world.org("RSMV").pk
    placement = declare(world, followed_by=rsmv)
    assert task_of(placement) == [("placement_sign", ml, world.user("alice").pk, placement.starts_on)]
    signed(world, placement)
    assert task_of(placement) == [("placement_bilan", rsmv, world.user("rita").pk, placement.ends_on)]
    acting = world.acting("alice")
    with acting_as(acting):
        later = placement.ends_on + timedelta(days=3)
        values = values_of(world, ends_on=later, followed_by=rsmv, signed_on=clock.today())
        amended = operations.amend(acting, placement.uuid, values, version=2)
    assert task_of(placement) == [("placement_bilan", rsmv, world.user("rita").pk, later)]
    with acting_as(world.acting("rita")):
        operations.tell(world.acting("rita"), placement.uuid, bilan(), version=amended.version)
    assert task_of(placement) == []
    assert read(placement).closed_at is not None


def test_a_cancelled_period_awaits_nothing_and_counts_nowhere(world):
    placement = declare(world)
    acting = world.acting("alice")
    with acting_as(acting):
        operations.cancel(acting, placement.uuid, version=1, reason="ENTREPRISE_RENONCE")
        assert operations.known_periods(acting, youth_of(world, "alice", "yann")) == []
    assert task_of(placement) == []


def test_the_limits_are_counted_on_what_one_may_see(world):
    """Rita's periods before she came with her own record are hers; the Mission Locale sees all."""
    accepted(world)
    first = declare(world)
    acting = world.acting("rita")
    with acting_as(acting):
        assert [one.key for one in operations.known_periods(acting, youth_of(world, "rita", "yann"))] == [
            first.pk
        ]
    with as_owner():
        Accompaniment.objects.filter(organisation=world.org("RSMV")).update(
            reads_from=clock.now() + timedelta(hours=1)
        )
    with acting_as(acting):
        assert operations.known_periods(acting, youth_of(world, "rita", "yann")) == []


def test_what_passes_a_limit_is_recorded_as_to_be_checked(world):
    start = clock.today() - timedelta(days=60)
    placement = declare(
        world, starts_on=start, ends_on=start + timedelta(days=31), signed_on=start, external_id="IF-2",
        exception_reason="DEJA_SIGNEE",
    )  # fmt: skip
    assert (placement.state, placement.to_check, placement.exception_reason) == (
        "signed", ["MOIS_DEPASSE"], "DEJA_SIGNEE",
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="referrals_placement_month"), transaction.atomic():
        declare(world, starts_on=start, ends_on=start + timedelta(days=31), signed_on=start)
    # Within the limits, no reason is kept.
    assert declare(world, host_siret="13002526500013", exception_reason="DEJA_SIGNEE").exception_reason == ""


def test_one_submission_is_one_period(world):
    key = uuid.uuid4()
    assert declare(world, submission=key).pk == declare(world, submission=key).pk
    with pytest.raises(Refused):
        declare(world, "charlie", "kim", submission=key)


def test_two_at_once_one_wins(world):
    placement = declare(world)
    signed(world, placement)
    for attempt in (
        lambda acting: operations.cancel(acting, placement.uuid, version=1, reason="JEUNE_RENONCE"),
        lambda acting: operations.amend(acting, placement.uuid, values_of(world), version=1),
        lambda acting: operations.sign(acting, placement.uuid, version=1, signed_on=clock.today()),
    ):
        with acting_as(world.acting("bob")), pytest.raises(Overtaken):
            attempt(world.acting("bob"))


def test_a_bilan_is_written_once_on_what_was_signed(world):
    placement = declare(world)
    acting = world.acting("alice")
    with acting_as(acting), pytest.raises(Refused, match="une fois la convention signée"):
        operations.tell(acting, placement.uuid, bilan(), version=1)
    version = signed(world, placement).version
    with acting_as(acting):
        told = operations.tell(acting, placement.uuid, bilan(youth_view="not_asked"), version=version)
        with pytest.raises(Overtaken):
            operations.cancel(acting, placement.uuid, version=told.version, reason="ERREUR_DE_SAISIE")
        with pytest.raises(Overtaken):
            operations.tell(acting, placement.uuid, bilan(), version=told.version)
        seen = operations.note_view(acting, placement.uuid, version=told.version, view="agrees", comment="")
        with pytest.raises(Overtaken):
            operations.note_view(
                acting, placement.uuid, version=seen.version, view="disagrees", comment="Non."
            )
    assert read(placement).youth_view == "agrees"


def test_it_is_news_of_the_youth(world, travel):
    placement = declare(world)
    travel(clock.now() + timedelta(days=5))
    signed(world, placement)
    with as_owner():
        assert Youth.objects.get(pk=world.youth("yann").pk).last_contact_on == clock.today()


def test_the_history_keeps_no_person_of_the_company(world):
    placement = declare(world)
    acting = world.acting("alice")
    with acting_as(acting):
        operations.amend(acting, placement.uuid, values_of(world, tutor_name="Dominique Levain"), version=1)
    with as_owner():
        changes = Change.objects.filter(model="referrals.WorkPlacement", object_id=placement.pk)
        assert changes.count() == 2
        assert "tutor_name" in changes.order_by("-number").first().columns
        assert "Levain" not in str(list(changes.values("values")))


# --- Written by hand, behind the first wall -------------------------------------------------------

_COLUMNS = (
    "uuid, submission, version, youth_id, organisation_id, followed_by_id, author_id, declared_at, host_siret,"
    " host_name, trade, tutor_name, tutor_role, purpose, starts_on, ends_on, schedule, planned_minutes, emancipated,"
    " state, external_id, to_check, exception_reason, cancel_reason, suite, youth_view, youth_comment, renewal_of_id,"
    " referral_id, prescriber, delegated"
)
_ROW = (
    "gen_random_uuid(), gen_random_uuid(), 1, {youth}, {organisation}, {followed}, {author}, now(), '"
    + HOST
    + "',"
    " 'X', '', 'X', '', 'DECOUVRIR', '2026-01-05', '2026-01-09', '{{}}', 60, false, '{state}', '', '{{}}', '', '', '',"
    " '', '', {renewal}, {referral}, '', false"
)
_INSERT = f"INSERT INTO referrals_workplacement ({_COLUMNS}) VALUES ({_ROW})"


def forge(world, who: str, statement: str, **how) -> int:
    acting = world.acting(who)
    values = {
        "youth": world.youth("yann").pk, "organisation": acting.organisation_id, "followed": acting.organisation_id,
        "author": acting.user_id, "state": "planned", "renewal": "NULL", "referral": "NULL",
    } | how  # fmt: skip
    with transaction.atomic(), acting_as(acting), connection.cursor() as cursor:
        cursor.execute(statement.format(**values))
        return cursor.rowcount


def test_nobody_forges_a_period(world):
    accepted(world)
    kim = send(world, "charlie", "kim", to="SMV_C")
    planned = declare(world)
    assert forge(world, "alice", _INSERT) == 1
    for who, how in (
        ("charlie", {}),  # the youth of another Mission Locale
        ("rose", {"youth": world.youth("kim").pk}),  # merely solicited
        ("alice", {"organisation": world.org("RSMV").pk}),  # in the name of another
        ("alice", {"followed": world.org("ML_C").pk}),  # followed by who does not accompany
        ("alice", {"state": "done"}),
        ("alice", {"renewal": planned.pk}),  # not signed
        ("alice", {"referral": kim.pk}),
    ):
        with pytest.raises(DatabaseError, match="row-level security"):
            forge(world, who, _INSERT, **how)


def test_nobody_changes_what_is_not_theirs_nor_what_is_closed(world):
    accepted(world)
    placement = declare(world)
    change = f"UPDATE referrals_workplacement SET host_name = 'Y' WHERE id = {placement.pk}"
    assert forge(world, "alice", change) == 1
    for who in ("rita", "charlie", "rose", "regis"):  # Rita reads it, and neither declared nor follows it
        assert forge(world, who, change) == 0
    told = f"UPDATE referrals_workplacement SET state = 'no_show' WHERE id = {placement.pk}"
    with pytest.raises(DatabaseError, match="row-level security: what was not signed"):
        forge(world, "alice", told)
    with acting_as(world.acting("alice")):
        operations.cancel(world.acting("alice"), placement.uuid, version=1, reason="JEUNE_RENONCE")
    with pytest.raises(DatabaseError, match="row-level security: what is closed"):
        forge(world, "alice", change.replace("'Y'", "'Z'"))
    for forbidden in (
        "DELETE FROM referrals_workplacement",
        f"UPDATE referrals_workplacement SET youth_id = {world.youth('zoe').pk}",
    ):
        with pytest.raises(DatabaseError, match="permission denied"):
            forge(world, "alice", forbidden)


def test_a_referral_that_is_taken_back_leaves_its_period_to_who_keeps_the_record(world):
    referral = accepted(world)
    placement = declare(world, "rita", referral=referral)
    act(world, "alice", referral, "mark_error", reason="ESSAI")
    assert readers(world, placement) == OF_THE_ML
    with acting_as(world.acting("alice")):
        operations.cancel(world.acting("alice"), placement.uuid, version=1, reason="JEUNE_RENONCE")
    assert task_of(placement) == []


def run_clock() -> None:
    with as_worker():
        reminding.run()


def reminders(world, who: str) -> int:
    with acting_as(world.acting(who)):
        told = Notification.objects.visible_to(world.acting(who)).filter(kind="placement.bilan_late")
        return told.count()


def test_a_late_outcome_is_asked_for_again_twice_and_no_more(world, travel):
    accepted(world)
    placement = declare(world, followed_by=world.org("RSMV").pk)
    signed(world, placement)
    end = clock.now() + (placement.ends_on - clock.today())
    for days, expected in ((2, 0), (3, 1), (4, 1), (9, 1), (10, 2), (11, 2), (70, 2)):
        travel(end + timedelta(days=days))
        run_clock()
        run_clock()
        assert reminders(world, "rita") == expected, days
    assert reminders(world, "alice") == 0


def test_after_ten_days_without_a_worker_one_is_reminded_once(world, travel):
    placement = declare(world)
    signed(world, placement)
    travel(clock.now() + (placement.ends_on - clock.today()) + timedelta(days=12))
    run_clock()
    assert reminders(world, "alice") == 1


def test_what_the_one_that_left_cannot_do_is_asked_of_who_keeps_the_record(world):
    referral = accepted(world)
    placement = declare(world, "rita", referral=referral)
    run_clock()
    assert task_of(placement)[0][1] == world.org("RSMV").pk
    act(world, "alice", referral, "mark_error", reason="ESSAI")
    run_clock()
    assert [row[:3] for row in task_of(placement)] == [
        ("placement_sign", world.org("ML_A").pk, world.user("alice").pk)
    ]


def test_the_clock_asks_nothing_of_each_period_that_stands_well(world):
    def statements() -> int:
        asked = Statements()
        with connection.execute_wrapper(asked):
            run_clock()
        return len(asked.kept)

    referral = accepted(world)
    declare(world, "rita", referral=referral)
    few = statements()
    declare(world, "rita", referral=referral)
    declare(world, "rita", referral=referral)
    assert statements() == few
