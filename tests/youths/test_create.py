"""Opening a record: who may, what it gives, and the twin who is not a duplicate."""

import pytest
from django.urls import reverse

from core.scope import acting_as
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from youths.models import Accompaniment, Youth

ADDRESS = "/jeunes/nouveau/"
LOU = {"last_name": "Nouveau", "first_name": "Lou", "birth_date": "2005-03-14"}


def create(client, **typed):
    form = form_of(client.get(ADDRESS).content.decode(), "last_name")
    return send_pairs(client, ADDRESS, form.filled(**typed))


@pytest.mark.parametrize(("who", "organisation", "role"), [
    ("alice", "ML_A", "lead"), ("mona", "ML_A", "lead"), ("rita", "RSMV", "partner"),
])  # fmt: skip
def test_the_author_accompanies(world, visit, who, organisation, role):
    """In a Mission Locale the youth is registered and has a lead; a partner holds the record and accompanies."""
    response = create(visit(who), **LOU)
    with as_owner():
        youth = Youth.objects.get(last_name="Nouveau")
        link = Accompaniment.objects.get(youth=youth)
    assert response.url == reverse("youths:detail", args=[youth.uuid])
    assert youth.held_by == world.org(organisation)
    assert youth.registered_with == (world.org("ML_A") if role == "lead" else None)
    assert (link.professional, link.role, link.team_id) == (world.user(who), role, world.acting(who).team_id)


@pytest.mark.parametrize(("who", "sees"), [
    ("bob", True), ("mona", True), ("dora", False), ("charlie", False), ("rita", False), ("rosa", False),
])  # fmt: skip
def test_who_opens_a_new_record(world, visit, who, sees):
    address = create(visit("alice"), **LOU).url
    response = visit(who).get(address)
    assert response.status_code == (200 if sees else 404)
    assert ("Nouveau" in response.content.decode()) is sees


@pytest.mark.parametrize("who", ["regis", "nadia", "paul", "adam"])
def test_who_does_not_accompany_creates_nothing(world, visit, who):
    client = visit(who)
    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS, LOU).status_code == 403
    with as_owner():
        assert Youth.objects.count() == 3


@pytest.mark.parametrize(("first", "last"), [
    ("Yann", "Kermarrec"), ("yann", "KERMARREC"), ("Yan", "Kermarec"), ("Kermarrec", "Yann"), ("Yann-Erwan", "Kermarrec"),
])  # fmt: skip
def test_a_close_name_born_the_same_day_is_shown_first(world, visit, first, last):
    client = visit("dora")
    response = create(client, **LOU | {"first_name": first, "last_name": last})
    html = response.content.decode()
    assert response.status_code == 200
    assert "Ce jeune est peut-être déjà connu" in html
    assert "Kermarrec Yann" in html
    assert set(form_of(html, "last_name").pairs) >= {("last_name", last), ("first_name", first)}
    with as_owner():
        assert Youth.objects.count() == 3


@pytest.mark.parametrize(("typed"), [
    {"birth_date": "2005-03-15"}, {"first_name": "Solène", "last_name": "Abgrall"},
])  # fmt: skip
def test_another_day_or_another_name_is_somebody_else(world, visit, typed):
    same = {"first_name": "Yann", "last_name": "Kermarrec", "birth_date": "2005-03-14"}
    assert create(visit("alice"), **same | typed).status_code == 302


def test_twins_are_two(world, visit):
    """The button of the warning, pressed in a browser: two people, two records."""
    client = visit("alice")
    html = create(client, last_name="Kermarrec", first_name="Yvan", birth_date="2005-03-14").content.decode()
    form = form_of(html, "last_name", "distinct")
    response = send_pairs(client, ADDRESS, form.filled(press=("distinct", "on")))
    assert response.status_code == 302
    with as_owner():
        assert set(Youth.objects.filter(last_name="Kermarrec").values_list("first_name", flat=True)) == {
            "Yann",
            "Yvan",
        }


def test_the_youths_of_others_are_never_a_duplicate(world, visit):
    """A warning would say that somebody is known elsewhere."""
    kim = {"last_name": "Lointain", "first_name": "Kim", "birth_date": "2005-11-30"}
    assert create(visit("alice"), **kim).status_code == 302
    assert (
        create(visit("rita"), last_name="Kermarrec", first_name="Yann", birth_date="2005-03-14").status_code
        == 302
    )


def test_a_file_number_is_used_once_in_a_mission_locale(world, visit):
    assert create(visit("alice"), **LOU, file_number="A-1").status_code == 302
    html = create(
        visit("bob"), last_name="Autre", first_name="Max", birth_date="2004-04-04", file_number="A-1"
    ).content
    assert "Ce numéro de dossier existe déjà" in html.decode()
    other = create(
        visit("charlie"), last_name="Autre", first_name="Max", birth_date="2004-04-04", file_number="A-1"
    )
    assert other.status_code == 302


@pytest.mark.parametrize(("typed", "code"), [
    ("17000 La Rochelle", "17300"), ("la rochelle", "17300"), ("17000", "17300"), ("Brest", "29019"), ("", None),
])  # fmt: skip
def test_a_municipality_is_found_as_people_write_it(world, visit, typed, code):
    create(visit("alice"), **LOU, municipality=typed)
    with acting_as(world.acting("alice")):
        assert Youth.objects.get(last_name="Nouveau").municipality_id == code
