"""« Quelle Mission Locale pour cette commune ? »: certain where the territory is known, else the nearest ones."""

from datetime import date

import pytest
from django.urls import reverse

from partners.models import Catchment, Department, Level, Municipality, Network, Organisation
from partners.territory.dataset import normalise_name
from partners.territory.serving import municipalities_like, serving
from tests.conftest import as_owner

URL = reverse("partners:municipality")


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def towns(world):
    """Towns of two departments, some of one name, and the coordinates of those of the world."""
    with as_owner():
        Municipality.objects.filter(pk="17300").update(longitude=-1.1517, latitude=46.1591)
        for code, name, department, postcode, longitude, latitude in (
            ("17415", "Saintes", "17", "17100", -0.6333, 45.7464),
            ("17301", "Rochefort", "17", "17300", -0.9667, 45.9333),
            ("86194", "Poitiers", "86", "86000", 0.3404, 46.5802),
            ("86060", "Saint-Denis", "86", "86170", 0.2, 46.6),
            ("17999", "Saint-Denis", "17", "17650", -1.4, 46.03),
        ):
            Municipality.objects.create(
                code=code,
                name=name,
                department_id=department,
                postcodes=[postcode],
                longitude=longitude,
                latitude=latitude,
                search_name=normalise_name(name),
            )
        Organisation.objects.filter(key="ML_A").update(municipality="17300")
        Organisation.objects.filter(key="ML_C").update(municipality="29019")
    return {one.pk: one for one in Municipality.objects.select_related("department").order_by("pk")}


@pytest.fixture
def near(towns, owner_makes):
    """A Mission Locale of the next department, nearer to Rochefort than nothing."""
    return owner_makes(
        Organisation,
        name="Mission locale du Seuil",
        network=Network.ML,
        level=Level.LOCAL,
        region_id="75",
        department_id="86",
        municipality_id="86060",
    )


def test_a_known_territory_is_certain(world, towns, visit, owner_makes):
    owner_makes(Catchment, organisation=world.org("ML_C"), municipality_id="17301")
    response = visit("alice").get(URL, {"commune": "rochefort"})
    assert "Dessert cette commune" in text(response)
    assert [line.title for line in response.context["known"]] == ["Mission locale du Large"]
    assert "À confirmer" not in text(response)


def test_an_unknown_territory_gives_the_nearest_of_the_department_first(world, towns, near, visit):
    response = visit("rita").get(URL, {"commune": "17300"})  # the postcode of Rochefort
    lines = response.context["suggested"]
    assert [line.title for line in lines] == ["Mission locale du Port", "Mission locale du Seuil"]
    assert lines[0].meta.startswith("À 29 km · La Rochelle")
    assert {line.badge[1] for line in lines} == {"À confirmer"}
    assert "à vol d’oiseau" in text(response)


def test_what_is_too_far_or_gone_or_not_local_is_no_suggestion(world, towns, near, owner_makes):
    alice = world.acting("alice")
    with as_owner():
        Organisation.objects.filter(pk=near.pk).update(ends_on=date(2020, 1, 1))
        Organisation.objects.filter(key="ARML").update(municipality="17301")
    names = [one.organisation.name for one in serving(towns["86060"], alice).suggested]
    assert names == ["Mission locale du Port"]
    with as_owner():
        Organisation.objects.filter(key="ML_A").update(municipality="29019", department_id="29")
    assert not serving(towns["86060"], alice).suggested


def test_places_without_coordinates(world, towns):
    with as_owner():
        Department.objects.create(code="978", name="Saint-Martin", kind="collectivity")
        island = Municipality.objects.create(
            code="97801", name="Saint-Martin", department_id="978", search_name="saint martin"
        )
        local = Organisation.objects.create(
            name="Mission locale de l’île", network="ml", level="local", department_id="978"
        )
    found = serving(island, world.acting("alice"))
    assert [(one.organisation, one.km) for one in found.suggested] == [(local, None)]


def test_the_arrondissement_of_a_city_is_served_by_those_of_the_city(world, towns):
    with as_owner():
        Department.objects.create(code="75", name="Paris", region_id="75")
        for code, name in (("75056", "Paris"), ("75112", "Paris 12e arrondissement")):
            Municipality.objects.create(code=code, name=name, department_id="75", search_name=name.lower())
        Catchment.objects.create(organisation=world.org("ML_C"), municipality_id="75056")
    arrondissement = Municipality.objects.select_related("department").get(pk="75112")
    assert serving(arrondissement, world.acting("alice")).known == [world.org("ML_C")]


def test_homonyms_are_listed_with_their_department(world, towns, visit):
    alice = visit("alice")
    response = alice.get(URL, {"commune": "st denis"})
    assert [line.meta for line in response.context["choices"]] == [
        "Charente-Maritime (17) · 17650",
        "Vienne (86) · 86170",
    ]
    chosen = alice.get(response.context["choices"][1].url)
    assert chosen.context["chosen"].pk == "86060"
    assert 'value="Saint-Denis"' in text(chosen)


def test_names_are_found_whatever_the_case_and_by_their_beginning(world, towns):
    assert [one.pk for one in municipalities_like("SAINT-DENIS")] == ["17999", "86060"]
    assert {one.pk for one in municipalities_like("sain")} == {"17999", "86060", "17415"}
    assert [one.pk for one in municipalities_like("17100")] == ["17415"]
    assert municipalities_like("s") == municipalities_like("  ") == municipalities_like("%") == []


@pytest.mark.parametrize(
    "query", [{"commune": "Nullepart"}, {"commune": "99999"}, {"code": "99999"}, {"code": "x" * 200}]
)
def test_an_unknown_municipality_is_said_beside_the_field_and_nothing_is_lost(world, visit, query):
    response = visit("alice").get(URL, query)
    assert response.status_code == 200
    assert "Aucune commune ne porte ce nom ou ce code postal" in text(response)
    assert f'value="{next(iter(query.values()))[:80]}' in text(response)


@pytest.mark.parametrize("query", [{"commune": ""}, {"commune": "x" * 500}])
def test_odd_questions_never_break_the_page(world, visit, query):
    response = visit("alice").get(URL, query)
    assert response.status_code == 200
    assert response.context["form"].errors


def test_a_sensitive_structure_is_never_suggested(world, towns, near, visit):
    with as_owner():
        Organisation.objects.filter(pk=near.pk).update(is_sensitive=True)
        Catchment.objects.create(organisation=near, municipality_id="86060")
    html = text(visit("alice").get(URL, {"code": "86060"}))
    assert near.name not in html
    assert "Mission locale du Port" in html


@pytest.mark.parametrize("name", ["alice", "rita", "charlie", "regis", "nadia", "paul"])
def test_any_member_may_ask(world, visit, name):
    assert visit(name).get(URL).status_code == 200


def test_it_is_asked_from_the_directory(world, visit):
    html = text(visit("alice").get(reverse("partners:organisation_list")))
    assert "Quelle Mission Locale pour cette commune ?" in html
    assert f'action="{URL}"' in html


def test_anonymous_and_post_are_refused(client, world, visit):
    assert client.get(URL).status_code == 302
    assert visit("alice").post(URL).status_code == 405


def test_queries_do_not_grow(world, towns, visit, queries):
    alice = visit("alice")
    few, _ = queries(alice, f"{URL}?code=17301")
    with as_owner():
        Organisation.objects.bulk_create(
            Organisation(
                name=f"Mission locale {n}",
                network="ml",
                level="local",
                region_id="75",
                department_id="17",
                municipality_id="17415",
            )
            for n in range(40)
        )
    many, sql = queries(alice, f"{URL}?code=17301")
    assert many == few <= 8, sql
    assert queries(alice, f"{URL}?commune=saint-denis")[0] <= 8
