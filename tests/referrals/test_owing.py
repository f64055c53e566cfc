"""A Mission Locale accompanies Lina without registering her: months later it still answers, and reads nothing else."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock
from core.scope import acting_as
from notifications.models import Notification
from referrals import deadlines, programmes
from referrals.models import Message, Referral
from referrals.thread import writing
from referrals.transitions import NotAllowed
from tests.conftest import as_owner, as_worker
from tests.filling import form_of, send_pairs
from tests.referrals.chambers import later, send, trades, walk_in
from tests.referrals.staging import becoming, months_later, move, orient, receive, stored, tell_later
from youths.agreements.withdrawing import withdraw
from youths.merging.adoption import adopt
from youths.models import Accompaniment, Agreement, JournalEntry, Youth

__all__ = ["trades"]
NEEDS = {"besoin_mobilite": "permis", "formation": "CAP boulanger", "au_centre": True, "contact": "phone"}


@pytest.fixture
def autumn(travel):
    travel(clock.now().replace(year=2026, month=10, day=5, hour=9))
    return travel


def accompanied(world, programme: str, **details) -> Referral:
    """Clara asks, Alice takes her without registering her, and it ends well."""
    asked = send(world, "clara", walk_in(world), programme, "ML_A", **details)
    receive(world, "alice", asked)
    move(world, "alice", asked, "accept")
    move(world, "alice", asked, "start", started_on=clock.today())
    with acting_as(world.acting("alice")):
        writing.post_message(world.acting("alice"), asked, "Nous la voyons lundi.")
    code = "ACCOMPAGNEMENT_REPRIS" if programme == "retour" else "ACCOMPAGNEMENT_ML"
    move(world, "alice", asked, "complete", outcome=code, ended_on=clock.today())
    move(world, "clara", asked, "acknowledge")
    return stored(asked)


def reads(world, who: str, referral: Referral) -> dict[str, bool]:
    """What wall 2 alone lets an organisation read."""
    with acting_as(world.acting(who)):
        return {
            "referral": Referral.objects.filter(pk=referral.pk).exists(),
            "youth": Youth.objects.filter(pk=referral.youth_id).exists(),
            "thread": Message.objects.filter(referral=referral.pk).exists(),
        }


@pytest.mark.parametrize(
    ("programme", "details"), [("retour", {"situation": "direct"}), ("accompagnement_conjoint", NEEDS)]
)
def test_who_accompanied_without_registering_answers_at_three_and_six_months(
    trades, autumn, visit, programme, details
):
    ended = accompanied(trades, programme, **details)
    assert all(reads(trades, "alice", ended).values())
    later(autumn, 31)
    now = reads(trades, "alice", ended)
    assert (now["referral"], now["youth"], now["thread"]) == (True, True, False)
    alice = visit("alice")
    page = alice.get(ended.get_absolute_url()).content.decode()
    assert "Lina Le Goff" in page
    for secret in ("06 39 98 11 22", "Nous la voyons lundi.", "CAP boulanger", "Écrire un message"):
        assert secret not in page
    with as_owner():
        record = reverse("youths:detail", args=[ended.youth.uuid])
    assert alice.get(record).status_code == 404
    with acting_as(trades.acting("alice")):
        with pytest.raises(NotAllowed, match="terminé"):
            writing.post_message(trades.acting("alice"), ended, "Encore un mot.")
        assert not Youth.objects.visible_to(trades.acting("alice")).filter(pk=ended.youth_id).exists()
        assert not JournalEntry.objects.filter(youth=ended.youth_id).exists()
    code = becoming(ended)[0][1]
    months_later(autumn, 2)
    tell_later(trades, "alice", ended, code)
    assert reads(trades, "alice", ended)["youth"]  # the second answer is still to come
    months_later(autumn, 3)
    with as_worker():
        deadlines.run()
    alice = visit("alice")  # months later, she signs in again
    form = form_of(alice.get(ended.get_absolute_url()).content.decode(), "follow_up-outcome")
    on = clock.today().isoformat()
    said = form.filled(**{"follow_up-outcome": code, "follow_up-on": on})
    answer = send_pairs(alice, f"{ended.get_absolute_url()}devenir/", said)
    assert (answer.status_code, answer.url) == (302, "/orientations/")
    assert becoming(ended) == [("exit", code), ("m3", code), ("m6", code)]
    # Both are answered: nothing is left to read.
    assert not any(reads(trades, "alice", ended).values())
    assert alice.get(ended.get_absolute_url()).status_code == 404


def test_what_nobody_answers_is_over_one_day_and_so_is_the_access(trades, autumn):
    ended = accompanied(trades, "retour", situation="direct")
    last = next(date.fromisoformat(on) for on, level, _ in ended.rungs if level == "m6_over")
    later(autumn, (last - clock.today()).days - 1)
    assert reads(trades, "alice", ended)["youth"]
    later(autumn, 1)
    assert not any(reads(trades, "alice", ended).values())


def test_within_the_thirty_days_everything_is_read_and_the_answers_end_nothing(trades, autumn):
    ended = accompanied(trades, "retour", situation="direct")
    later(autumn, 29)
    assert all(reads(trades, "alice", ended).values())


def test_who_owes_nothing_loses_its_access_after_thirty_days(trades, autumn):
    """The chamber that received Yann from his Mission Locale: what becomes of him is asked of Alice."""
    contract = orient(
        trades, "alice", trades.youth("yann"), "apprentissage", "CMA_17", details={"metier": "CAP"}
    )
    receive(trades, "clara", contract)
    move(trades, "clara", contract, "accept")
    move(trades, "clara", contract, "start", started_on=clock.today())
    move(trades, "clara", contract, "complete", outcome="EMPLOI", ended_on=clock.today())
    move(trades, "alice", contract, "acknowledge")
    later(autumn, 31)
    assert not any(reads(trades, "clara", contract).values())
    months_later(autumn, 2)
    tell_later(trades, "alice", contract, "EMPLOI")


def test_an_agreement_that_is_withdrawn_ends_it_at_once(trades, autumn):
    ended = accompanied(trades, "retour", situation="direct")
    later(autumn, 40)
    with acting_as(trades.acting("clara")):
        withdraw(Agreement.objects.get(pk=ended.agreement_id), how="phone", by=trades.acting("clara"))
    assert not any(reads(trades, "alice", ended).values())


def call(referral: Referral) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tu_keep_for_follow_ups(%s)", [referral.pk])


def test_forged_calls_give_nothing(trades, autumn):
    ended = accompanied(trades, "retour", situation="direct")
    for who in ("charlie", "rita", "regis"):
        with acting_as(trades.acting(who)), pytest.raises(DatabaseError, match="the referral of others"):
            call(ended)
    # Days of the clock that are written by hand give a year at most, and never to who owes nothing.
    far = [["2090-01-01", "m6_over", "recipient"], ["2090-01-01", "m6_over", "sender"]]
    with acting_as(trades.acting("alice")):
        Referral.objects.filter(pk=ended.pk).update(rungs=far)
        call(ended)
    later(autumn, 364)
    assert reads(trades, "alice", ended)["youth"]
    later(autumn, 2)
    assert not any(reads(trades, "alice", ended).values())
    with acting_as(trades.acting("clara")):  # an access that ended is not given back
        call(ended)
    assert not any(reads(trades, "alice", ended).values())


def test_reopened_it_is_accompanied_as_before(trades, autumn):
    ended = accompanied(trades, "retour", situation="direct")
    later(autumn, 20)
    move(trades, "alice", ended, "ask_reopen", reason="ELEMENT_NOUVEAU")
    move(trades, "mona", ended, "reopen")
    later(autumn, 60)
    assert all(reads(trades, "alice", ended).values())
    with as_owner():
        mine = Accompaniment.objects.filter(youth=ended.youth_id, organisation=trades.org("ML_A"))
        assert sorted((one.role, one.ended_on is None) for one in mine.order_by("pk")) == [
            ("closing", False),
            ("partner", True),
        ]
    move(trades, "alice", ended, "complete", outcome="ACCOMPAGNEMENT_REPRIS", ended_on=clock.today())
    later(autumn, 40)
    assert reads(trades, "alice", ended)["youth"]
    with as_owner():
        assert mine.filter(role="closing").count() == 1


def test_a_course_under_way_owes_nothing(trades, autumn):
    asked = send(trades, "clara", walk_in(trades), "retour", "ML_A", situation="direct")
    receive(trades, "alice", asked)
    with acting_as(trades.acting("alice")):
        call(asked)
    with as_owner():
        assert not Accompaniment.objects.filter(youth=asked.youth_id, role="closing").exists()


# --- Who sent the youth is told (ADR 0043) --------------------------------------------------------


@pytest.fixture
def registered(trades, autumn) -> Referral:
    """Clara asked for joint accompaniment; Alice registered Lina, and it ended well."""
    asked = send(trades, "clara", walk_in(trades), "accompagnement_conjoint", "ML_A", **NEEDS)
    receive(trades, "alice", asked)
    alice = trades.acting("alice")
    with acting_as(alice):
        youth = Youth.objects.visible_to(alice).get(pk=asked.youth_id)
        adopt(alice, youth, lead_id=alice.user_id, file_number="")
    with as_owner():  # what Clara does with her ends with what she asked
        Accompaniment.objects.filter(youth=asked.youth_id, organisation=trades.org("CMA_17")).update(
            reason="referral"
        )
    move(trades, "alice", asked, "accept")
    move(trades, "alice", asked, "start", started_on=clock.today())
    move(trades, "alice", asked, "complete", outcome="ACCOMPAGNEMENT_ML", ended_on=clock.today())
    move(trades, "clara", asked, "acknowledge")
    return stored(asked)


def told(world, who: str) -> int:
    with as_owner():
        return Notification.objects.filter(user=world.user(who), kind="referral.becoming").count()


def test_who_sent_the_youth_reads_what_became_of_them_as_they_agreed(trades, autumn, visit, registered):
    months_later(autumn, 3)
    now = reads(trades, "clara", registered)
    assert (now["referral"], now["youth"], now["thread"]) == (True, True, False)
    tell_later(trades, "alice", registered, "ACCOMPAGNEMENT_ML")
    assert told(trades, "clara") == 1
    clara = visit("clara")
    page = clara.get(registered.get_absolute_url()).content.decode()
    assert "Lina Le Goff" in page
    assert "À 3 mois : <strong>" in page
    assert "comme son accord le prévoit" in page
    for secret in ("06 39 98 11 22", "CAP boulanger", "Écrire un message", "Voir le dossier"):
        assert secret not in page
    with as_owner():
        record = reverse("youths:detail", args=[registered.youth.uuid])
    assert clara.get(record).status_code == 404
    months_later(autumn, 3)
    tell_later(trades, "alice", registered, "ACCOMPAGNEMENT_ML")
    assert told(trades, "clara") == 2
    assert "À 6 mois : <strong>" in visit("clara").get(registered.get_absolute_url()).content.decode()
    later(autumn, 29)
    assert reads(trades, "clara", registered)["referral"]
    later(autumn, 2)  # the time to read the last answer is over
    assert not any(reads(trades, "clara", registered).values())


def test_a_withdrawn_agreement_ends_what_is_told(trades, autumn, registered):
    later(autumn, 40)
    assert reads(trades, "clara", registered)["referral"]
    with acting_as(trades.acting("alice")):
        withdraw(Agreement.objects.get(pk=registered.agreement_id), how="phone", by=trades.acting("alice"))
    assert not any(reads(trades, "clara", registered).values())


def test_what_the_agreement_does_not_say_is_not_told(trades, autumn):
    """The agreement of a return says what is answered, not what becomes of the youth."""
    asked = send(trades, "clara", walk_in(trades), "retour", "ML_A", situation="direct")
    receive(trades, "alice", asked)
    alice = trades.acting("alice")
    with acting_as(alice):
        youth = Youth.objects.visible_to(alice).get(pk=asked.youth_id)
        adopt(alice, youth, lead_id=alice.user_id, file_number="")
    for action, typed in (
        ("accept", {}),
        ("start", {"started_on": clock.today()}),
        ("complete", {"outcome": "ACCOMPAGNEMENT_REPRIS", "ended_on": clock.today()}),
    ):
        move(trades, "alice", asked, action, **typed)
    later(autumn, 31)
    assert not reads(trades, "clara", asked)["referral"]
    months_later(autumn, 2)
    tell_later(trades, "alice", asked, "ACCOMPAGNEMENT_REPRIS")
    assert told(trades, "clara") == 0


def test_the_database_knows_the_agreements_that_say_so(db):
    with as_owner(), connection.cursor() as cursor:
        for programme in programmes.all():
            for version in (programme.agreement_version, *programme.earlier_agreements):
                cursor.execute("SELECT tu_becoming_told(%s)", [version])
                assert cursor.fetchone() == (version in programme.becoming_told,), version
