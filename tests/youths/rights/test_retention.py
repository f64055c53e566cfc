"""Nothing is kept longer than needed: announced for 30 days, erased once, with the proof."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from core import clock
from core.working_days import add_months
from notifications.models import Notification
from tests.conftest import as_owner, as_worker
from tests.filling import form_of, send_pairs
from tests.referrals.test_loop import send
from tests.youths.rights.test_erasure import asked
from youths.models import (
    Accompaniment,
    DelegateDecision,
    Erasure,
    PrivateNote,
    RetentionNotice,
    RightsRequest,
    Youth,
)
from youths.rights import retention

LIST = "/protection-des-donnees/conservation/"


@pytest.fixture
def run():
    def once() -> tuple[int, int]:
        with as_worker():
            return retention.run()

    return once


@pytest.fixture
def old(world):
    """Yann, whom nobody met for two years to the day; the others were seen today."""
    youth = world.youth("yann")
    with as_owner():
        Youth.objects.exclude(pk=youth.pk).update(last_contact_on=clock.today())
        Youth.objects.filter(pk=youth.pk).update(last_contact_on=add_months(clock.today(), -24))
    return youth


def exists(youth) -> bool:
    with as_owner():
        return Youth.objects.filter(pk=youth.pk).exists()


def notices() -> list[RetentionNotice]:
    with as_owner():
        return list(RetentionNotice.objects.order_by("pk"))


def later(travel, days: int) -> None:
    travel(clock.now() + timedelta(days=days))


def test_a_record_is_announced_for_thirty_days_then_erased_once(world, old, run, travel):
    assert run() == (1, 0)
    (notice,) = notices()
    assert (notice.youth_id, notice.organisation_id) == (old.pk, world.org("ML_A").pk)
    assert notice.erase_from == clock.today() + timedelta(days=30)
    assert run() == (0, 0)
    later(travel, 29)
    assert run()[1] == 0
    assert exists(old)
    later(travel, 1)
    assert run()[1] == 1
    assert not exists(old)
    assert run() == (0, 0)
    with as_owner():
        proof = Erasure.objects.get()
    assert (proof.reason, proof.by, proof.whole) == ("conservation", None, True)
    assert proof.counts["youths_youth"] == 1


def test_two_years_less_a_day_is_not_two_years(world, old, run):
    with as_owner():
        Youth.objects.filter(pk=old.pk).update(
            last_contact_on=add_months(clock.today(), -24) + timedelta(days=1)
        )
    assert run() == (0, 0)


def test_the_day_is_that_of_paris(world, old, run, travel):
    """At 23:30 in Paris the day before, nothing is due; half an hour later it is."""
    due = datetime(2028, 3, 1, 0, 0, tzinfo=clock.PARIS)
    with as_owner():
        Youth.objects.exclude(pk=old.pk).update(last_contact_on=due.date())
        Youth.objects.filter(pk=old.pk).update(last_contact_on="2026-03-01")
    travel(due - timedelta(minutes=30))
    assert run() == (0, 0)
    travel(due + timedelta(minutes=1))
    assert run()[0] == 1


def test_what_a_merge_hides_is_not_announced(world, old, run):
    zoe = world.youth("zoe")
    with as_owner():
        Youth.objects.filter(pk=old.pk).update(last_contact_on=clock.today())
        Youth.objects.filter(pk=zoe.pk).update(
            last_contact_on=add_months(clock.today(), -24), merged_into=old
        )
        Accompaniment.objects.create(
            youth=zoe, organisation=world.org("RSMV"), role="partner", end_reason="complete",
            started_on=add_months(clock.today(), -30), ended_on=add_months(clock.today(), -24),
            access_until=clock.now(),
        )  # fmt: skip
    assert run() == (0, 0)
    assert notices() == []


def test_a_contact_meanwhile_withdraws_the_announcement(world, old, run, travel):
    run()
    with as_owner():
        Youth.objects.filter(pk=old.pk).update(last_contact_on=clock.today())
    later(travel, 31)
    assert run()[1] == 0
    assert notices() == []
    assert exists(old)


def test_a_referral_under_way_keeps_the_record(world, old, run, travel):
    send(world)
    with as_owner():
        Youth.objects.filter(pk=old.pk).update(last_contact_on=add_months(clock.today(), -24))
    assert run() == (1, 0)
    later(travel, 31)
    assert run()[1] == 0
    assert exists(old)
    assert len(notices()) == 1


@pytest.mark.parametrize("state", ["ouverte", "satisfaite"])
def test_a_restriction_keeps_the_record(world, old, run, travel, state):
    run()
    asked(old, world.org("ML_A"), "limitation", state)
    later(travel, 31)
    assert run()[1] == 0
    assert exists(old)


@pytest.mark.parametrize("kind", ["acces", "rectification", "opposition", "effacement"])
@pytest.mark.parametrize("who", ["ML_A", "RSMV"])
def test_a_request_not_answered_keeps_the_record(world, old, run, travel, kind, who):
    """Whoever must answer it: the request, too, would go with the record."""
    run()
    request = asked(old, world.org(who), kind)
    later(travel, 31)
    assert run()[1] == 0
    assert exists(old)
    with as_owner():
        RightsRequest.objects.filter(pk=request.pk).update(
            state="refusee", answer="Non.", answered_on=clock.today()
        )
    assert run()[1] == 1
    assert not exists(old)


def test_the_delegate_keeps_it_for_a_reason_until_a_day(world, visit, old, run, travel):
    run()
    (notice,) = notices()
    address = reverse("youths:rights_keep", args=[notice.uuid])
    until = clock.today() + timedelta(days=90)
    paul = visit("paul")
    assert f"n° {notice.pk}" in paul.get(LIST).content.decode()
    form = form_of(paul.get(address).content.decode(), "reason")
    sent = send_pairs(
        paul, address, form.filled(reason="Recours au tribunal administratif", until=until.isoformat())
    )
    assert sent.status_code == 302
    assert "Recours au tribunal" in paul.get(LIST).content.decode()
    later(travel, 31)
    assert run()[1] == 0
    later(travel, 60)
    assert run()[1] == 1


@pytest.mark.parametrize("until", ["2001-01-01", "9999-12-31", "0000-01-01", ""])
def test_it_is_kept_until_a_day_to_come_within_five_years(world, visit, old, run, until):
    run()
    (notice,) = notices()
    address = reverse("youths:rights_keep", args=[notice.uuid])
    response = visit("paul").post(address, {"reason": "Recours", "until": until})
    assert response.status_code == 200
    assert response.context["form"].errors["until"]


def test_the_list_names_nobody_and_is_for_the_delegate(world, visit, old, run):
    run()
    html = visit("paul").get(LIST).content.decode()
    assert old.last_name not in html
    for who in ("alice", "mona", "regis"):
        assert visit(who).get(LIST).status_code == 403
    assert visit("paul").get(reverse("youths:rights_keep", args=[old.uuid])).status_code == 404


def test_the_delegate_s_months_are_those_of_the_organisation_alone(world, old, run):
    kim = world.youth("kim")
    with as_owner():
        Youth.objects.filter(pk__in=[old.pk, kim.pk]).update(last_contact_on=add_months(clock.today(), -7))
        DelegateDecision.objects.create(
            organisation=world.org("ML_A"), subject="conservation", legal_text="Décision du 1er mars", months=6,
            decided_by=world.user("paul"),
        )  # fmt: skip
    assert run() == (1, 0)
    assert [notice.youth_id for notice in notices()] == [old.pk]


def test_a_partner_s_part_goes_two_years_after_its_last_link(world, run, travel):
    youth, centre = world.youth("yann"), world.org("RSMV")
    with as_owner():
        Youth.objects.update(last_contact_on=clock.today())
        ended = add_months(clock.today(), -24)
        Accompaniment.objects.create(
            youth=youth,
            organisation=centre,
            role="partner",
            started_on=ended,
            ended_on=ended,
            end_reason="complete",
            access_until=clock.now(),
        )
        PrivateNote.objects.create(
            youth=youth, organisation=centre, author=world.user("rita"), text="Du centre"
        )
    assert run() == (1, 0)
    later(travel, 30)
    assert run()[1] == 1
    assert exists(youth)
    with as_owner():
        assert not PrivateNote.objects.filter(organisation=centre).exists()
        assert not Accompaniment.objects.filter(organisation=centre).exists()
        assert not Erasure.objects.get().whole
    assert run() == (0, 0)


def test_the_delegate_is_told_without_a_name(world, old, run):
    from notifications.models import Notification

    run()
    with as_owner():
        told = Notification.objects.get(user=world.user("paul"))
    assert told.path == LIST
    assert "1 dossier" in told.text


def test_each_batch_of_a_day_says_its_own_count(world, old, run):
    assert run() == (1, 0)
    with as_owner():
        Youth.objects.update(last_contact_on=add_months(clock.today(), -24))
    run()
    with as_owner():
        told = Notification.objects.filter(kind="rights.retention", user=world.user("paul")).order_by("pk")
        assert [note.text.partition(" :")[0] for note in told] == [
            "Durée de conservation atteinte pour 1 dossier"
        ] * 2
