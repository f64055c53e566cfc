"""The record, and opening it with a reason."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.scope import acting_as
from partners.models import Organisation
from referrals.presenting import of_youth
from tests.conftest import as_owner
from tests.referrals.test_loop import act, send
from tests.youths.test_journal import accepted
from youths.models import Accompaniment, JournalEntry, NextStep, Obstacle, ObstacleStep, Opening, Youth


@pytest.fixture
def address(world) -> str:
    return reverse("youths:detail", args=[world.youth("yann").uuid])


@pytest.fixture
def opening(world) -> str:
    return reverse("youths:open", args=[world.youth("yann").uuid])


@pytest.mark.parametrize("who", ["alice", "bob", "mona"])
def test_those_who_accompany_open_it(world, visit, address, who):
    html = visit(who).get(address).content.decode()
    assert "Kermarrec" in html
    assert "06 39 98 00 00" in html


@pytest.mark.parametrize(("who", "status"), [
    ("dora", 404), ("charlie", 404), ("carla", 404), ("rita", 404), ("rosa", 404), ("regis", 403), ("nadia", 403),
    ("paul", 403), ("adam", 403),
])  # fmt: skip
def test_the_others_do_not(world, visit, address, who, status):
    response = visit(who).get(address)
    assert response.status_code == status
    assert "Kermarrec" not in response.content.decode()


def test_the_partner_sees_only_what_was_sent(world, visit, address):
    """Rita reads Yann's record; what another partner answered about him is not hers."""
    elsewhere = send(world, to="SMV_C")
    send(world)
    act(world, "rose", elsewhere, "receive")
    act(world, "rose", elsewhere, "decline", reason="NON_RETENU_AUTRE")
    html = visit("rita").get(address).content.decode()
    assert "Kermarrec" in html
    with acting_as(world.acting("rita")):
        story = of_youth(world.acting("rita"), world.youth("yann"))
    assert len(story["current"]) == 1
    assert not any("retenue" in item["title"] for item in story["items"])


def test_a_bad_or_unknown_uuid_is_404(world, visit):
    alice = visit("alice")
    for uuid in ("00000000-0000-4000-8000-000000000000", "pas-un-uuid", "1"):
        assert alice.get(f"/jeunes/{uuid}/").status_code == 404


def test_reading_changes_nothing(world, visit, address):
    with as_owner():
        before = Youth.objects.filter(pk=world.youth("yann").pk).values().get()
    visit("alice").get(address)
    with as_owner():
        assert Youth.objects.filter(pk=world.youth("yann").pk).values().get() == before
    assert visit("alice").post(address).status_code == 405


def test_the_number_of_queries_does_not_grow(world, visit, address):
    alice = visit("alice")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(address).status_code == 200
        return len([query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))])

    send(world)
    few = queries()
    for _ in range(4):
        send(world, to="SMV_C")
    assert queries() <= few


def test_a_replacement_opens_what_the_person_they_replace_accompanies(world, visit, address):
    with as_owner():
        Accompaniment.objects.filter(youth=world.youth("yann")).update(substitute=world.user("dora"))
    assert visit("dora").get(address).status_code == 200


# --- Opening with a reason ---------------------------------------------------------------------------


def test_a_reason_opens_for_twenty_four_hours(world, visit, travel, address, opening):
    start = clock.now()
    dora = visit("dora")
    assert dora.get(address).status_code == 404
    assert dora.post(opening, {"reason": "reception"}).status_code == 302
    assert dora.get(address).status_code == 200
    travel(start + timedelta(hours=23, minutes=59))
    assert visit("dora").get(address).status_code == 200
    travel(start + timedelta(hours=24, minutes=1))
    assert visit("dora").get(address).status_code == 404
    assert visit("dora").get(opening).status_code == 200


def test_it_opens_for_that_person_alone(world, visit, address, opening):
    with as_owner():
        Accompaniment.objects.filter(youth=world.youth("yann")).update(team=None)
    visit("dora").post(opening, {"reason": "replacement"})
    assert visit("dora").get(address).status_code == 200
    assert visit("bob").get(address).status_code == 404


@pytest.mark.parametrize(("who", "status"), [
    ("charlie", 404), ("carla", 404), ("rita", 404), ("remi", 404), ("regis", 403), ("paul", 403), ("adam", 403),
])  # fmt: skip
def test_no_reason_opens_another_organisation(world, visit, opening, who, status):
    client = visit(who)
    assert client.get(opening).status_code == status
    assert client.post(opening, {"reason": "urgency"}).status_code == status
    with as_owner():
        assert not Opening.objects.exists()


def test_the_lead_and_the_manager_see_who_opened_and_why(world, visit, address, opening):
    visit("dora").post(opening, {"reason": "replacement"})
    for who in ("alice", "mona"):
        html = visit(who).get(address).content.decode()
        assert "Dora Elsewhere" in html
        assert "remplacement d’un collègue" in html


def test_asking_for_the_reason_writes_nothing(world, visit, opening):
    html = visit("dora").get(opening).content.decode()
    assert "Kermarrec" in html
    assert "06 39 98 00 00" not in html
    with as_owner():
        assert not Opening.objects.exists()


@pytest.mark.parametrize(
    ("who", "named"), [("alice", True), ("mona", True), ("rose", True), ("rita", False), ("rosa", False)]
)
def test_a_sensitive_structure_is_named_to_its_own_and_to_who_keeps_the_record(
    world, visit, address, who, named
):
    youth = accepted(world).youth
    sensitive, rose = world.org("SMV_C"), world.user("rose")
    with as_owner():
        Organisation.objects.filter(pk=sensitive.pk).update(is_sensitive=True, name="Centre Sensible")
        Accompaniment.objects.create(
            youth=youth, organisation=sensitive, professional=rose, role="partner", reason="referral"
        )
        JournalEntry.objects.create(
            youth=youth, organisation=sensitive, author=rose, kind="information", text="Un mot du centre.",
            happened_on=clock.today(),
        )  # fmt: skip
        NextStep.objects.create(
            youth=youth,
            wording="Revenir lundi",
            due_on=clock.today(),
            proposed_for=sensitive,
            proposed_by=rose,
        )
        obstacle = Obstacle.objects.create(
            youth=youth, category="MOBILITE", since=clock.today(), organisation=sensitive, taken_by=sensitive
        )
        ObstacleStep.objects.create(
            youth=youth,
            obstacle=obstacle,
            code="demande",
            on=clock.today(),
            organisation=sensitive,
            author=rose,
        )
    client = visit(who)
    for page in (address, reverse("youths:obstacle_note", args=[youth.uuid])):
        html = client.get(page).content.decode()
        assert ("Centre Sensible" in html) is named
        assert ("Structure partenaire" in html) is not named
    html = client.get(address).content.decode()
    assert all(words in html for words in ("Un mot du centre.", "Revenir lundi", "Se déplacer"))
    for word in (rose.get_full_name(), rose.email):
        assert (word in html) is named


def test_the_file_number_is_read_by_who_keeps_the_record_or_accompanies(world, visit, address):
    referral = send(world)
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(file_number="ML-777")
    assert "ML-777" in visit("alice").get(address).content.decode()
    assert "ML-777" not in visit("rita").get(address).content.decode()
    for action in ("receive", "accept"):
        act(world, "rita", referral, action)
    assert "ML-777" in visit("rita").get(address).content.decode()
