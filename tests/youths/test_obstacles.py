"""Obstacles: noted by one side, lifted by the other, told in the story, never about health or justice."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock
from core.models import Change
from core.scope import acting_as
from core.templatetags.portal_ui import fr_day
from core.working_days import long_date
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from tests.keeping import staged
from tests.youths.test_journal import accepted
from youths import obstacle_codes
from youths.models import Obstacle, ObstacleStep, RestrictedSubject


@staged
def record(world) -> str:
    """The record of Yann, whom Alice follows, and whom Rita took."""
    accepted(world)
    return reverse("youths:detail", args=[world.youth("yann").uuid])


def text(client, address: str) -> str:
    return client.get(address).content.decode().replace("\xa0", " ")


def note(world, client, record: str, category: str = "LOGEMENT", by: str = "ML_A", **typed):
    address = f"{record}freins/"
    form = form_of(client.get(address).content.decode(), "category")
    return send_pairs(
        client, address, form.filled(category=category, taken_by=str(world.org(by).pk), **typed)
    )


def act(client, record: str, code: str, **typed):
    with as_owner():
        obstacle = Obstacle.objects.latest("pk")
    address = f"{record}freins/suite/?frein={obstacle.uuid}"
    form = form_of(client.get(address).content.decode(), "code")
    return send_pairs(client, address, form.filled(code=code, **typed))


def test_the_chamber_notes_it_and_the_mission_locale_lifts_it(world, visit, record):
    alice, rita = visit("alice"), visit("rita")
    assert note(world, rita, record).url == record
    html = text(alice, record)
    assert "Se loger" in html
    assert f"{world.org('ML_A').name} s’en charge" in html
    assert act(alice, record, "demande").url == record
    assert "Une demande est déposée." in text(rita, record)
    assert act(alice, record, "leve").url == record
    html = text(rita, record)
    assert "Se loger : le frein est levé" in html
    assert "Aucun frein en cours." in html
    with as_owner():
        obstacle = Obstacle.objects.get()
        assert (obstacle.closing, obstacle.closed_on) == ("leve", clock.today())
        assert list(obstacle.steps.order_by("pk").values_list("code", "organisation__key")) != []


@pytest.mark.parametrize(
    ("code", "said", "listed"),
    [("leve", "Le frein est levé.", True), ("abandon", "Le frein n’est plus suivi.", False)],
)
def test_what_closes_it_is_said_as_it_is_on_the_day_typed_and_nobody_takes_it_further(
    world, visit, record, code, said, listed
):
    alice = visit("alice")
    day = clock.today() - timedelta(days=9)
    note(world, alice, record, by="RSMV", since=day.isoformat())
    on = clock.today() - timedelta(days=3)
    assert act(alice, record, code, on=on.isoformat(), taken_by="").url == record
    html = text(alice, record)
    assert said in html
    assert ("Levés (1)" in html, f"Se loger, le {fr_day(on)}".replace("\xa0", " ") in html) == (
        listed,
        listed,
    )
    assert f"Le {long_date(on)}." in html
    with as_owner():
        assert Obstacle.objects.get().taken_by == world.org("RSMV")


def test_what_goes_on_needs_somebody(world, visit, record):
    alice = visit("alice")
    note(world, alice, record)
    assert "obligatoire" in act(alice, record, "aide", taken_by="").content.decode()


@pytest.mark.parametrize(
    ("who", "status"), [("dora", 404), ("charlie", 404), ("remi", 404), ("regis", 403), ("paul", 403)]
)
def test_the_others_neither_read_nor_write(world, visit, record, who, status):
    note(world, visit("alice"), record)
    client = visit(who)
    for address in ("freins/", "freins/suite/"):
        assert client.get(record + address).status_code == status
        assert client.post(record + address, {"category": "LOGEMENT"}).status_code == status
    with as_owner():
        assert Obstacle.objects.count() == 1


def test_neither_health_nor_justice_is_offered(visit, record):
    html = visit("alice").get(f"{record}freins/").content.decode()
    assert {"SANTE", "JUSTICE"}.isdisjoint(obstacle_codes.BY_CODE)
    assert "SANTE" not in html
    response = visit("alice").post(
        f"{record}freins/", {"category": "SANTE", "since": "2026-01-01", "taken_by": "1"}
    )
    assert response.status_code == 200
    with as_owner():
        assert not Obstacle.objects.exists()


@pytest.mark.parametrize(("typed", "words"), [
    ({"category": ""}, "obligatoire"),
    ({"since": "2190-01-01"}, "dans le futur"),
    ({"since": "1990-01-01"}, "précède la naissance"),
])  # fmt: skip
def test_wrong_input_is_told(world, visit, record, typed, words):
    assert words in note(world, visit("alice"), record, **typed).content.decode()
    with as_owner():
        assert not Obstacle.objects.exists()


def test_only_who_accompanies_takes_it_in_charge(world, visit, record):
    response = visit("alice").post(
        f"{record}freins/", {"category": "LOGEMENT", "since": "2026-01-01", "taken_by": world.org("ML_C").pk}
    )
    assert response.status_code == 200
    assert world.org("ML_C").name not in response.content.decode()
    with as_owner():
        assert not Obstacle.objects.exists()


def test_one_is_noted_once(world, visit, record):
    note(world, visit("alice"), record)
    assert "déjà noté" in note(world, visit("rita"), record).content.decode()
    act(visit("alice"), record, "abandon")
    assert note(world, visit("rita"), record).url == record


def test_two_close_it_at_once_one_is_told(world, visit, record):
    alice, rita = visit("alice"), visit("rita")
    note(world, alice, record)
    with as_owner():
        address = f"{record}freins/suite/?frein={Obstacle.objects.get().uuid}"
    form = form_of(rita.get(address).content.decode(), "code")
    act(alice, record, "leve")
    response = send_pairs(rita, address, form.filled(code="aide"))
    assert response.url == record
    assert "n’est plus suivi" in rita.get(record).content.decode()
    with as_owner():
        assert ObstacleStep.objects.count() == 1


def test_a_day_before_it_was_noted_is_told(world, visit, record):
    client = visit("alice")
    note(world, client, record)
    eve = (clock.today() - timedelta(days=1)).isoformat()
    assert "plus récent" in act(client, record, "aide", on=eve).content.decode()


@pytest.mark.parametrize("asked", ["", "?frein=", "?frein=x", "?frein=00000000-0000-4000-8000-000000000000"])
def test_an_unknown_one_leads_back(visit, record, asked):
    assert visit("alice").get(f"{record}freins/suite/{asked}").url == record


def test_wall_two_alone_keeps_them_apart(world, visit, record):
    note(world, visit("alice"), record)
    youth = world.youth("yann")
    forged = (
        "INSERT INTO youths_obstacle (uuid, youth_id, category, since, organisation_id, taken_by_id, closing)"
        f" VALUES (gen_random_uuid(), {youth.pk}, 'EMPLOI', now(), {world.org('ML_C').pk}, {world.org('ML_C').pk}, '')"
    )
    refusal = pytest.raises(DatabaseError, match="row-level security")
    with refusal, transaction.atomic(), acting_as(world.acting("charlie")), connection.cursor() as cursor:
        cursor.execute(forged)
    with acting_as(world.acting("charlie")):
        assert not Obstacle.objects.exists()


def test_a_step_is_about_an_obstacle_of_the_same_youth(world, visit, record):
    kim = world.youth("kim")
    with as_owner():
        theirs = Obstacle.objects.create(
            youth=kim,
            category="LOGEMENT",
            since=clock.today(),
            organisation=world.org("ML_C"),
            taken_by=world.org("ML_C"),
        )
    refusal = pytest.raises(DatabaseError, match="row-level security")
    with refusal, transaction.atomic(), acting_as(world.acting("rita")):
        ObstacleStep.objects.create(
            youth=world.youth("yann"), obstacle=theirs, code="aide", on=clock.today(),
            organisation=world.org("RSMV"), author=world.user("rita"),
        )  # fmt: skip


def test_the_one_who_held_it_reads_that_it_was_taken_back(world, visit, record):
    note(world, visit("alice"), record, by="RSMV")
    act(visit("alice"), record, "aide", taken_by=str(world.org("ML_A").pk))
    with as_owner():
        change = Change.objects.filter(model="youths.Obstacle", operation="update").latest("pk")
    assert set(change.organisations) == {world.org("ML_A").pk, world.org("RSMV").pk}


def test_each_category_compares_with_a_public_nomenclature():
    everything = (*obstacle_codes.CATEGORIES, *obstacle_codes.RESTRICTED)
    for category in everything:
        assert category.france_travail or category.data_inclusion, category.code
        assert all(name == name.lower() for name in category.data_inclusion)
        assert all(name == name.upper() for name in (*category.iae, category.tba))
    assert {one.code for one in obstacle_codes.RESTRICTED} == set(RestrictedSubject.values)
    assert len({one.code for one in everything}) == len(everything)
    assert set(obstacle_codes.CLOSING) <= dict(obstacle_codes.STEPS).keys()


def test_a_step_sent_twice_is_told_once(world, visit, record):
    alice = visit("alice")
    note(world, alice, record)
    for _ in range(2):
        assert act(alice, record, "demande").url == record
    act(alice, record, "rendez_vous")
    with as_owner():
        assert list(Obstacle.objects.get().steps.order_by("pk").values_list("code", flat=True)) == [
            "demande",
            "rendez_vous",
        ]
