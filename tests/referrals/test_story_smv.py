"""Service militaire volontaire: from the candidacy to six months after the exit, and the two ways back."""

from datetime import date

import pytest

from core import clock
from core.models import Task
from core.scope import acting_as
from core.working_days import add_months
from referrals.models import Referral
from referrals.preparing import noting
from tests.conftest import as_owner
from tests.referrals.staging import arrives, becoming, months_later, move, orient, receive, tell_later
from youths import records
from youths.merging.adoption import adopt
from youths.models import Accompaniment, Youth

ANSWERS = {
    "signature_prevue": "2027-03-01",
    "nationalite_francaise": True,
    "residence": "metropole",
    "jdc": True,
}
ENTRY = ("INFORMATION", "CERTIFICAT_JDC", "PIECES", "SAVOIRS", "SPORT")


def prepares(world, who, referral, *codes) -> None:
    acting = world.acting(who)
    with acting_as(acting):
        noting.note(acting, referral.uuid, dict.fromkeys(codes, "done"), seen="")


def awaited(referral) -> set[tuple[str, int]]:
    with as_owner():
        found = Task.objects.open().filter(subject_kind="referral", subject_id=referral.pk)
        return set(found.order_by("pk").values_list("kind", "organisation_id"))


def under_way(world, travel) -> Referral:
    """Yann is prepared, sent, examined step by step, taken, and incorporated on 1 March 2027."""
    arrives(travel, date(2027, 1, 4))
    referral = orient(world, "alice", world.youth("yann"), "smv", "RSMV", details=ANSWERS)
    prepares(world, "alice", referral, *ENTRY)
    arrives(travel, date(2027, 1, 6))
    receive(world, "rita", referral)
    steps = (
        (date(2027, 1, 8), "DOSSIER_COMPLET", date(2027, 1, 18)),
        (date(2027, 1, 18), "TESTS", date(2027, 1, 25)),
        (date(2027, 1, 25), "VISITE", date(2027, 2, 1)),
        (date(2027, 1, 29), "APTE", None),
    )
    for day, step, next_on in steps:
        arrives(travel, day)
        moved = move(world, "rita", referral, "step", step=step, next_on=next_on)
        if next_on:
            assert moved.due_on == next_on
    move(world, "rita", referral, "accept", planned_on=date(2027, 3, 1))
    arrives(travel, date(2027, 3, 1))
    return move(
        world, "rita", referral, "start", started_on=date(2027, 3, 1), planned_end_on=date(2027, 12, 15)
    )


def test_from_the_candidacy_to_six_months_after_the_exit(world, travel):
    referral = under_way(world, travel)
    ml, centre = world.org("ML_A").pk, world.org("RSMV").pk
    arrives(travel, date(2027, 10, 14))
    assert ("prepare_exit", ml) not in awaited(referral)
    arrives(travel, date(2027, 10, 15))
    assert {("prepare_exit", ml), ("prepare_exit", centre)} <= awaited(referral)
    prepares(world, "rita", referral, "PROJET", "ACQUIS")
    prepares(world, "alice", referral, "CONTACT", "RENDEZ_VOUS")
    assert not [one for one in awaited(referral) if one[0] == "prepare_exit"]
    arrives(travel, date(2027, 12, 15))
    move(world, "rita", referral, "complete", outcome="EMPLOI_TRANSITION", ended_on=clock.today())
    move(world, "alice", referral, "acknowledge")
    months_later(travel, 3)
    tell_later(world, "alice", referral, "EMPLOI_TRANSITION")
    months_later(travel, 3)
    tell_later(world, "alice", referral, "EMPLOI_DURABLE")
    assert becoming(referral) == [
        ("exit", "EMPLOI_TRANSITION"), ("m3", "EMPLOI_TRANSITION"), ("m6", "EMPLOI_DURABLE"),
    ]  # fmt: skip
    assert awaited(referral) == set()


def test_who_drops_out_is_returned_and_followed_by_the_mission_locale(world, travel):
    referral = under_way(world, travel)
    arrives(travel, date(2027, 4, 20))
    move(
        world, "rita", referral, "drop_out",
        reason="DENONCIATION_VOLONTAIRE", outcome="SANS_SOLUTION", ended_on=clock.today(),
    )  # fmt: skip
    with as_owner():
        back = Referral.objects.get(returned_from=referral)
    assert (back.state, back.programme, back.recipient) == ("sent", "retour", world.org("ML_A"))
    receive(world, "alice", back)
    move(world, "alice", back, "accept")
    move(world, "alice", back, "start", started_on=clock.today())
    arrives(travel, date(2027, 6, 1))
    move(world, "alice", back, "complete", outcome="NOUVELLE_ORIENTATION", ended_on=clock.today())
    move(world, "rita", back, "acknowledge")
    months_later(travel, 3)
    tell_later(world, "alice", back, "ACCOMPAGNEMENT_REPRIS")
    months_later(travel, 3)
    tell_later(world, "alice", back, "AUTRE_SOLUTION")
    assert [code for _, code in becoming(back)] == [
        "NOUVELLE_ORIENTATION", "ACCOMPAGNEMENT_REPRIS", "AUTRE_SOLUTION",
    ]  # fmt: skip
    assert awaited(back) == set()


def test_a_direct_candidate_is_sent_with_their_agreement_and_adopted(world, travel):
    rita, mona = world.acting("rita"), world.acting("mona")
    with acting_as(rita):
        youth = records.create_record(
            rita,
            Youth(
                first_name="Tim",
                last_name="Direct",
                birth_date=add_months(clock.today(), -12 * 20),
                municipality_id="17300",
            ),
        )
    referral = orient(world, "rita", youth, "retour", "ML_A", details={"situation": "direct"})
    with as_owner():
        agreement = referral.youth.agreements.get()
        assert (agreement.recorded_for, agreement.purpose) == (world.org("RSMV"), "retour")
    receive(world, "mona", referral)
    with acting_as(mona):
        known = Youth.objects.visible_to(mona).get(pk=youth.pk)
        adopt(mona, known, lead_id=world.user("bob").pk, file_number="")
    move(world, "mona", referral, "accept")
    with as_owner():
        youth.refresh_from_db()
        assert youth.registered_with == world.org("ML_A")
        assert Accompaniment.objects.active().get(youth=youth, role="lead").professional == world.user("bob")
    move(world, "mona", referral, "start", started_on=clock.today())
    arrives(travel, clock.today().replace(day=28))
    move(world, "mona", referral, "complete", outcome="ACCOMPAGNEMENT_REPRIS", ended_on=clock.today())
    move(world, "rita", referral, "acknowledge")
    for code in ("ACCOMPAGNEMENT_REPRIS", "AUTRE_SOLUTION"):
        months_later(travel, 3)
        tell_later(world, "mona", referral, code)
    assert [moment for moment, _ in becoming(referral)] == ["exit", "m3", "m6"]


@pytest.mark.parametrize(
    "reason", ["INAPTE_MEDICAL", "NIVEAU_SCOLAIRE", "NON_RETENU_CAPACITE", "DESISTEMENT"]
)
def test_not_taken_is_a_task_to_look_for_something_else(world, reason):
    referral = orient(world, "alice", world.youth("yann"), "smv", "RSMV", details=ANSWERS)
    receive(world, "rita", referral)
    move(world, "rita", referral, "decline", reason=reason)
    assert awaited(referral) == {("rebound", world.org("ML_A").pk)}
    with as_owner():
        assert not Referral.objects.filter(returned_from=referral).exists()
