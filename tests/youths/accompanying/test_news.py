"""The last contact follows what is written about the youth, by whoever writes it."""

from datetime import date, timedelta

import pytest

from core import clock
from core.scope import acting_as
from tests.conftest import as_owner
from tests.referrals.test_loop import act, send
from tests.youths.test_journal import accepted
from youths import journal, records
from youths.models import Youth

LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def yann(world):
    """Yann, whom Alice and Rita accompany, and of whom nobody heard for long."""
    accepted(world)
    forget(world)
    return world.youth("yann")


def forget(world) -> None:
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(last_contact_on=LONG_AGO)


def heard(world) -> date:
    with as_owner():
        return Youth.objects.get(pk=world.youth("yann").pk).last_contact_on


@pytest.mark.parametrize(("kind", "counts"), [
    ("contact", True), ("rendez_vous", True), ("etape", True), ("information", False),
])  # fmt: skip
@pytest.mark.parametrize("who", ["alice", "rita"])
def test_a_fact_of_either_side_is_news_unless_it_is_information(world, yann, who, kind, counts):
    day = clock.today() - timedelta(days=4)
    with acting_as(world.acting(who)):
        journal.share(world.acting(who), yann, kind=kind, happened_on=day, text="Vu ce jour.")
    assert heard(world) == (day if counts else LONG_AGO)


def test_a_note_of_contact_is_news_and_tells_nobody_else(world, yann):
    with acting_as(world.acting("rita")):
        journal.note(world.acting("rita"), yann, "Rappeler.")
        assert heard(world) == LONG_AGO
        journal.note(world.acting("rita"), yann, "Au téléphone.", kind="contact", happened_on=clock.today())
    assert heard(world) == clock.today()


def test_it_never_goes_back_nor_ahead(world, yann):
    with as_owner():
        Youth.objects.filter(pk=yann.pk).update(last_contact_on=clock.today())
    with acting_as(world.acting("alice")):
        acting = world.acting("alice")
        journal.share(acting, yann, kind="contact", happened_on=LONG_AGO, text="Vu il y a longtemps.")
        journal.share(
            acting, yann, kind="contact", happened_on=clock.today() + timedelta(days=3), text="Demain."
        )
    assert heard(world) == clock.today()


def test_a_situation_is_news(world, yann):
    with acting_as(world.acting("rita")):
        records.note_situation(world.acting("rita"), yann, "EMPLOI", clock.today())
    assert heard(world) == clock.today()


def test_what_a_referral_tells_is_news_and_reading_it_is_not(world):
    referral = send(world)
    forget(world)
    act(world, "rita", referral, "receive")
    assert heard(world) == LONG_AGO
    act(world, "rita", referral, "accept")
    assert heard(world) == clock.today()
    forget(world)
    act(world, "alice", referral, "ask_cancel", reason="JEUNE_RENONCE")
    act(world, "rita", referral, "confirm_cancel")
    assert heard(world) == LONG_AGO


def test_an_agreement_is_news(world):
    forget(world)
    send(world)
    assert heard(world) == clock.today()
