"""A course has begun: who received the youth says so, or who sent them, with a proof (SECURITY §2.3, row 11)."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from core import clock
from core.scope import acting_as
from notifications.models import Notification
from referrals import programmes
from referrals.models import ReferralEvent
from referrals.placements import operations
from referrals.transitions import NotAllowed
from tests.conftest import as_owner
from tests.filling import form_of
from tests.referrals.placing import put
from tests.referrals.placing_periods import next_monday, signed
from tests.referrals.staging import move, orient, receive, settle, stored
from tests.referrals.test_dates_of_a_course import press
from tests.referrals.test_story_pmsmp import NEEDED, declare_for

PROVED = "Confirmer le démarrage, preuve à l’appui"


@pytest.fixture
def taken(world):
    """Céline's chamber took Yann for a period in a company."""
    settle(world, "CMA_17", "Chambre de métiers du Port", "cma", "celine", "lien_entreprises")
    referral = orient(world, "alice", world.youth("yann"), "pmsmp", "CMA_17", details=NEEDED)
    receive(world, "celine", referral)
    move(world, "celine", referral, "accept", planned_on=next_monday())
    return referral


def page(visit, who: str, referral) -> str:
    return visit(who).get(referral.get_absolute_url()).content.decode()


def test_who_sent_the_youth_says_that_the_signed_period_has_begun(world, visit, travel, taken):
    assert PROVED not in page(visit, "alice", taken)
    placement = declare_for(world, "celine", world.youth("yann"), taken)
    signed(world, placement, "celine")
    assert PROVED not in page(visit, "alice", taken)  # its first day is to come
    with pytest.raises(NotAllowed, match="aura commencé"):
        move(world, "alice", taken, "start", reason="PERIODE_SIGNEE", started_on=clock.today())
    travel(clock.now() + (placement.starts_on - clock.today()))
    html = page(visit, "alice", taken)
    assert PROVED in html
    assert "et n’aura plus à le confirmer" in html
    form = form_of(html, "start-started_on")  # all is filled in
    said = visit("alice").post(f"{taken.get_absolute_url()}action/start/", dict(form.filled()), follow=True)
    said = said.content.decode()
    assert "C’est enregistré" in said
    now = stored(taken)
    assert (now.state, now.started_on, now.clock_side) == ("started", placement.starts_on, "recipient")
    with as_owner():
        event = ReferralEvent.objects.get(referral=taken, action="start")
        told = Notification.objects.filter(user=world.user("celine"), kind="referral.start")
        assert (event.side, event.reason, told.count()) == ("sender", "PERIODE_SIGNEE", 1)
    assert "La convention est signée et la période a commencé" in page(visit, "celine", taken)


def test_nobody_starts_on_a_convention_that_is_to_be_signed(world, visit, travel, taken):
    placement = declare_for(world, "celine", world.youth("yann"), taken)
    travel(clock.now() + (placement.starts_on - clock.today()))
    html = page(visit, "celine", taken)
    assert "n’est pas notée comme signée" in html
    assert "Demander son inscription" not in html
    with pytest.raises(NotAllowed, match="Notez d’abord sa signature"):
        move(world, "celine", taken, "start", started_on=clock.today())
    acting = world.acting("celine")
    with acting_as(acting):
        operations.cancel(acting, placement.uuid, version=1, reason="ENTREPRISE_RENONCE")
    move(world, "celine", taken, "start", started_on=clock.today())  # it is followed elsewhere


def test_of_temporary_work_the_contract_that_was_read_is_enough(world, visit):
    referral = put(world, "accepted", programme="mission_jeunes")
    html = page(visit, "alice", referral)
    assert "Le contrat de mission, lu avec le jeune" in html
    without = press(visit("alice"), referral, "start", started_on=clock.today().isoformat())
    assert without.status_code == 200
    assert stored(referral).state == "accepted"
    said = press(
        visit("alice"), referral, "start", started_on=clock.today().isoformat(), reason="CONTRAT_DE_MISSION"
    )
    assert "C’est enregistré" in said.content.decode()
    assert stored(referral).state == "started"


def test_elsewhere_the_recipient_alone_says_so(world, visit):
    referral = put(world, "accepted")
    assert "preuve à l’appui" not in page(visit, "alice", referral)
    for who in ("alice", "mona"):
        with pytest.raises(NotAllowed, match="la structure qui accueille"):
            move(world, who, referral, "start", started_on=clock.today(), reason="CONTRAT_DE_MISSION")


START = """
    UPDATE referrals_referral SET state = 'started', last_action = 'start', version = version + 1, started_on = %s
    WHERE id = %s
"""
EVENT = """
    INSERT INTO referrals_referralevent (referral_id, number, action, from_state, to_state, side, reason, details, at,
                                         late, actor_id, organisation_id)
    VALUES (%s, %s, 'start', 'accepted', 'started', %s, %s, '{}', tu_now(), false, %s, %s)
"""


def forge(world, referral, reason: str, side: str = "sender", day: date | None = None) -> None:
    acting, day = world.acting("alice"), day or clock.today()
    with acting_as(acting), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(START, [day, referral.pk])
        cursor.execute(
            EVENT, [referral.pk, referral.version + 1, side, reason, acting.user_id, acting.organisation_id]
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_wants_the_proof_too(world, travel, taken):
    placement = declare_for(world, "celine", world.youth("yann"), taken)
    travel(clock.now() + (placement.starts_on - clock.today()) + timedelta(days=1))
    now = stored(taken)
    for reason in ("", "PERIODE_SIGNEE"):
        with pytest.raises(DatabaseError, match="proves that the course has begun"):
            forge(world, now, reason)
    signed(world, placement, "celine")
    forge(world, now, "PERIODE_SIGNEE")
    assert stored(taken).state == "started"


@pytest.mark.parametrize(
    ("programme", "reason", "side"),
    [
        ("smv", "CONTRAT_DE_MISSION", "sender"),
        ("mission_jeunes", "PERIODE_SIGNEE", "sender"),
        ("mission_jeunes", "VU", "sender"),
        ("smv", "", "recipient"),
    ],
)
def test_the_database_knows_what_proves_each_course(world, programme, reason, side):
    """By SQL: the proof of another scheme, a word of one's own, or the place of the other side."""
    referral = put(world, "accepted", programme=programme)
    with pytest.raises(DatabaseError):
        forge(world, referral, reason, side)
    assert stored(referral).state == "accepted"


def test_a_day_to_come_proves_nothing(world, taken):
    signed(world, declare_for(world, "celine", world.youth("yann"), taken), "celine")
    with pytest.raises(DatabaseError, match="proves that the course has begun"):
        forge(world, stored(taken), "PERIODE_SIGNEE", day=clock.today() + timedelta(days=60))


def test_the_database_knows_every_proof(db):
    with as_owner(), connection.cursor() as cursor:
        for programme in programmes.all():
            for code in {proof.code for one in programmes.all() for proof in one.start_proofs}:
                cursor.execute("SELECT tu_start_proof(%s, %s)", [programme.code, code])
                known = code in {proof.code for proof in programme.start_proofs}
                assert cursor.fetchone() == (known,), (programme.code, code)
