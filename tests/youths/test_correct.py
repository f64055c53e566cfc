"""Correcting a record, and noting a situation: who may, what stays, and two people at once."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import Change
from core.scope import acting_as
from tests.conftest import as_owner, as_worker
from tests.filling import form_of, send_pairs
from tests.referrals.test_loop import send
from tests.youths.test_journal import accepted
from youths import records, situations
from youths.models import LegalRepresentative, Situation, Youth


@pytest.fixture
def address(world) -> str:
    return reverse("youths:correct", args=[world.youth("yann").uuid])


@pytest.fixture
def situation(world) -> str:
    return reverse("youths:situation", args=[world.youth("yann").uuid])


@pytest.fixture
def minor(world) -> Youth:
    """Yann, sixteen years old."""
    today = clock.today()
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(birth_date=date(today.year - 16, 1, 2))
        return Youth.objects.get(pk=world.youth("yann").pk)


def page(client, address: str, field: str):
    return form_of(client.get(address).content.decode(), field)


def stored(world) -> Youth:
    with as_owner():
        return Youth.objects.get(pk=world.youth("yann").pk)


# --- The record ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["alice", "bob", "mona"])
def test_those_who_keep_the_record_correct_it(world, visit, address, who):
    client = visit(who)
    typed = {"last_name": "Kermarec", "municipality": "29200 Brest", "level": "3", "level_obtained": "on"}
    response = send_pairs(client, address, page(client, address, "last_name").filled(**typed))
    assert response.url == reverse("youths:detail", args=[world.youth("yann").uuid])
    youth = stored(world)
    assert (youth.last_name, youth.municipality_id, youth.level, youth.level_obtained, youth.version) == (
        "Kermarec", "29019", 3, True, 2,
    )  # fmt: skip
    html = client.get(response.url).content.decode()
    assert "Kermarec" in html
    assert "diplôme obtenu" in html


def test_what_is_not_touched_stays(world, visit, address):
    client, before = visit("alice"), stored(world)
    send_pairs(client, address, page(client, address, "last_name").filled())
    after = stored(world)
    for name in (
        "first_name",
        "last_name",
        "birth_date",
        "phone",
        "email",
        "municipality_id",
        "level",
        "file_number",
    ):
        assert getattr(after, name) == getattr(before, name), name


@pytest.mark.parametrize(("who", "status"), [
    ("rita", 404), ("rosa", 404), ("dora", 404), ("charlie", 404), ("carla", 404), ("regis", 403), ("nadia", 403), ("paul", 403),
])  # fmt: skip
def test_the_others_do_not(world, visit, address, who, status):
    """Rita reads the record that was sent to her; correcting it is for those who keep it."""
    send(world)
    client = visit(who)
    assert client.get(address).status_code == status
    assert client.post(address, {"last_name": "Autre"}).status_code == status
    assert stored(world).last_name == "Kermarrec"
    if who == "rita":
        assert "/corriger/" not in client.get(address.removesuffix("corriger/")).content.decode()


def test_two_at_once_one_wins_and_the_other_is_told(world, visit, address):
    first, second = visit("alice"), visit("bob")
    theirs, late = page(first, address, "phone"), page(second, address, "phone")
    send_pairs(first, address, theirs.filled(phone="06 39 98 11 11"))
    response = send_pairs(second, address, late.filled(phone="06 39 98 22 22"))
    html = response.content.decode()
    assert response.status_code == 409
    assert "Quelqu’un a changé ce dossier" in html
    assert "06 39 98 22 22" in html
    assert stored(world).phone == "06 39 98 11 11"


@pytest.mark.parametrize(("typed", "words"), [
    ({"birth_date": "2190-01-01"}, "dans le futur"),
    ({"first_name": ""}, "obligatoire"),
    ({"phone": "12"}, "10 chiffres"),
    ({"last_name": "1 85 05 78 006 084 91"}, "sécurité sociale"),
    ({"municipality": "99999"}, "pas connue"),
    ({"level": "", "level_obtained": "on"}, "Choisissez le niveau"),
])  # fmt: skip
def test_wrong_input_is_told_beside_its_field_and_kept(world, visit, address, typed, words):
    client, before = visit("alice"), stored(world)
    response = send_pairs(client, address, page(client, address, "last_name").filled(**typed))
    html = response.content.decode()
    assert response.status_code == 200
    assert words in html
    # The heading still says whose record it is.
    assert "Kermarrec" in html
    assert stored(world).version == before.version


def test_a_number_taken_is_told(world, visit, address):
    with as_owner():
        other = Youth.objects.filter(registered_with=world.org("ML_A")).exclude(pk=world.youth("yann").pk)
        assert other.update(file_number="A-17") == 1
    client = visit("alice")
    response = send_pairs(client, address, page(client, address, "file_number").filled(file_number="A-17"))
    assert "existe déjà" in response.content.decode()


def test_the_history_keeps_what_changed(world, visit, address):
    client = visit("alice")
    send_pairs(client, address, page(client, address, "phone").filled(phone="06 39 98 33 33"))
    with as_owner():
        change = Change.objects.filter(model="youths.Youth", subject_id=world.youth("yann").pk).latest("pk")
    assert change.values["phone"][1] == "06 39 98 33 33"


def test_the_page_of_correction_reads_little(world, visit, address):
    client = visit("alice")
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    asked = [query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) <= 10


# --- Who represents a minor ---------------------------------------------------------------------------


REPRESENTED = {
    "representative_name": "Anne Kermarrec", "representative_link": "parent", "representative_phone": "06 39 98 44 44",
}  # fmt: skip


def test_a_minor_has_a_representative_seen_by_those_who_keep_the_record(world, visit, address, minor):
    send(world, representative_informed_on=clock.today(), representative_signed_on=clock.today())
    client = visit("alice")
    record = reverse("youths:detail", args=[minor.uuid])
    send_pairs(client, address, page(client, address, "last_name").filled(**REPRESENTED))
    assert "Anne Kermarrec" in client.get(record).content.decode()
    assert "Anne Kermarrec" not in visit("rita").get(record).content.decode()
    with acting_as(world.acting("rita")):
        assert not LegalRepresentative.objects.exists()
    send_pairs(client, address, page(client, address, "last_name").filled(representative_name=""))
    with as_owner():
        assert not LegalRepresentative.objects.exists()


def test_the_history_never_names_a_representative(world, visit, address, minor):
    client = visit("alice")
    for name in ("Anne Kermarrec", "Anna Kermarrec"):
        typed = REPRESENTED | {"representative_name": name}
        send_pairs(client, address, page(client, address, "last_name").filled(**typed))
    with as_owner():
        made, changed = Change.objects.filter(model="youths.LegalRepresentative").order_by("pk")
    assert made.subject_id == changed.subject_id == minor.pk
    assert changed.columns == ["name"]
    assert "Ann" not in str((made.values, changed.values))


def test_who_is_of_age_has_none(world, visit, address):
    assert "représentant légal" not in visit("alice").get(address).content.decode()


def test_they_are_forgotten_when_the_youth_comes_of_age(world, minor):
    with as_owner():
        LegalRepresentative.objects.create(youth=minor, name="Anne Kermarrec")
    with as_worker():
        assert records.forget_representatives() == 0
    with as_owner():
        today = clock.today()
        Youth.objects.filter(pk=minor.pk).update(birth_date=date(today.year - 18, today.month, today.day))
    with as_worker():
        assert records.forget_representatives() == 1
        assert records.forget_representatives() == 0


# --- Situations ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["alice", "mona", "rita", "rosa"])
def test_those_who_accompany_note_it_and_both_sides_read_it(world, visit, situation, who):
    accepted(world)
    client = visit(who)
    send_pairs(client, situation, page(client, situation, "code").filled(code="EMPLOI", since="2026-03-02"))
    for reader in ("alice", "rita"):
        html = visit(reader).get(situation.removesuffix("situation/")).content.decode()
        assert "En emploi, depuis le 2\xa0mars 2026" in html
    with as_owner():
        noted = Situation.objects.get()
    assert (noted.organisation_id, noted.recorded_by_id) == (
        world.acting(who).organisation_id, world.acting(who).user_id,
    )  # fmt: skip


@pytest.mark.parametrize(("who", "status"), [("dora", 404), ("charlie", 404), ("remi", 404), ("regis", 403)])
def test_the_others_note_nothing(world, visit, situation, who, status):
    accepted(world)
    assert visit(who).post(situation, {"code": "EMPLOI", "since": "2026-03-02"}).status_code == status
    with as_owner():
        assert not Situation.objects.exists()


def test_the_next_one_ends_the_one_before_and_a_framework_is_apart(world, visit, situation):
    client = visit("alice")
    for code, since in (
        ("PROJET", "2026-01-05"),
        ("CONTRAT_ENGAGEMENT", "2026-01-05"),
        ("EMPLOI", "2026-03-02"),
    ):
        send_pairs(client, situation, page(client, situation, "code").filled(code=code, since=since))
    with as_owner():
        rows = list(Situation.objects.order_by("pk").values_list("code", "until"))
    assert rows == [("PROJET", date(2026, 3, 2)), ("CONTRAT_ENGAGEMENT", None), ("EMPLOI", None)]


@pytest.mark.parametrize(("typed", "words"), [
    ({"code": "CEJ", "since": "2025-02-01"}, "n’a plus été ouvert après le 31/12/2024"),
    ({"code": "CONTRAT_ENGAGEMENT", "since": "2024-12-31"}, "existe depuis le 01/01/2025"),
    ({"code": "EMPLOI", "since": "2190-01-01"}, "dans le futur"),
    ({"code": "EMPLOI", "since": "1990-01-01"}, "précède la naissance"),
    ({"code": "", "since": "2026-01-01"}, "obligatoire"),
    ({"code": "PROJET", "since": "2025-01-01"}, "commence le 05/01/2026"),
])  # fmt: skip
def test_a_wrong_situation_is_told(world, visit, situation, typed, words):
    client = visit("alice")
    send_pairs(client, situation, page(client, situation, "code").filled(code="PROJET", since="2026-01-05"))
    response = send_pairs(client, situation, page(client, situation, "code").filled(**typed))
    assert words in response.content.decode()
    with as_owner():
        assert Situation.objects.count() == 1


def test_reading_changes_nothing(world, visit, address, situation):
    before = stored(world).version
    for one in (address, situation):
        assert visit("alice").get(one).status_code == 200
    assert stored(world).version == before
    for bad in ("pas-un-uuid", "00000000-0000-4000-8000-000000000000"):
        for end in ("corriger", "situation"):
            assert visit("alice").get(f"/jeunes/{bad}/{end}/").status_code == 404


def test_each_code_exists_on_some_day_and_the_old_ones_no_more():
    def written_of(day: date) -> set[str]:
        return {entry.code for entry in situations.CODES if not situations.why_not(entry.code, day)}

    assert written_of(date(2026, 6, 1)).isdisjoint({"CEJ", "PACEA", "GARANTIE_JEUNES"})
    assert "CONTRAT_ENGAGEMENT" in written_of(date(2026, 6, 1))
    assert written_of(date(2022, 6, 1)) >= {"CEJ", "PACEA"}
    assert all(
        situations.why_not(entry.code, entry.until or date(2026, 6, 1)) == "" for entry in situations.CODES
    )
