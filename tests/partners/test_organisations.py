"""The directory, and the page of an organisation: public to members, its people to its own members only."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from partners.convention_state import ConventionState
from partners.models import Designation, Membership, Organisation, Topic
from tests.conftest import as_owner

LIST = reverse("partners:organisation_list")


def page_of(organisation) -> str:
    return reverse("partners:organisation_detail", args=[organisation.uuid])


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def hidden(world, owner_makes):
    return owner_makes(
        Organisation,
        name="Foyer de la Source",
        network="state",
        level="local",
        region_id="75",
        is_sensitive=True,
    )


@pytest.mark.parametrize("name", ["alice", "rita", "charlie", "regis", "nadia", "paul"])
def test_any_member_reads_the_directory(world, visit, name):
    member = visit(name)
    response = member.get(LIST)
    assert response.context["total"] == 7
    assert member.get(page_of(world.org("ML_A"))).status_code == 200


def test_anonymous_is_sent_to_sign_in(client, world):
    for url in (LIST, page_of(world.org("ML_A"))):
        assert client.get(url).status_code == 302


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("reseau=smv", {"SMV_EM", "RSMV", "SMV_C"}),
        ("region=53", {"ML_C", "SMV_C"}),
        ("departement=17", {"ML_A", "RSMV"}),
        ("reseau=ml&region=75", {"ARML", "ML_A"}),
        ("q=etat+MAJOR", {"SMV_EM"}),
        ("q=larochelle", set()),
        ("q=la+rochelle", {"RSMV"}),
    ],
)
def test_filters(world, visit, query, keys):
    rows = visit("alice").get(f"{LIST}?{query}").context["page"]
    assert {organisation.name for organisation in rows} == {world.org(key).name for key in keys}


@pytest.mark.parametrize("query", ["reseau=zz", "departement=%00", "q=%00", "q=%25_", "page=0", "page=-1"])
def test_odd_filters_never_break_the_page(world, visit, query):
    # A null byte is refused before any view sees it.
    expected = 400 if "%00" in query else 200
    assert visit("alice").get(f"{LIST}?{query}").status_code == expected


def test_unknown_or_bad_uuid_is_not_found(world, visit):
    alice = visit("alice")
    assert alice.get(reverse("partners:organisation_detail", args=[uuid4()])).status_code == 404
    assert alice.get("/structures/1/").status_code == 404


def test_pages_are_read_only(world, visit):
    assert visit("alice").post(LIST).status_code == 405
    assert visit("alice").post(page_of(world.org("ML_A"))).status_code == 405


def test_people_are_for_members_of_the_same_organisation(world, visit):
    own = text(visit("alice").get(page_of(world.org("ML_A"))))
    assert "Dora Elsewhere" in own
    assert "Équipe gare" in own
    assert "Paul Protection" in own
    for name in ("charlie", "rita", "regis", "nadia"):
        assert "Dora Elsewhere" not in text(visit(name).get(page_of(world.org("ML_A"))))


def test_referents_are_for_everybody(world, visit):
    for name in ("alice", "charlie", "nadia"):
        html = text(visit(name).get(page_of(world.org("RSMV"))))
        assert "Rita Referent" in html
        assert "Remi" not in html


def test_somebody_who_left_is_not_listed(world, visit):
    with as_owner():
        Membership.objects.filter(user=world.user("dora")).update(ends_on=date(2021, 1, 1))
    assert "Dora Elsewhere" not in text(visit("alice").get(page_of(world.org("ML_A"))))


def test_sensitive_organisation_is_named_to_its_own_members_only(world, visit, hidden, owner_makes):
    alice = visit("alice")
    assert hidden.name not in text(alice.get(LIST))
    assert not alice.get(f"{LIST}?q=source").context["page"]
    assert alice.get(page_of(hidden)).status_code == 404
    with as_owner():
        Membership.objects.filter(user=world.user("dora")).update(organisation=hidden, team=None)
    assert hidden.name in text(visit("dora").get(LIST))


def test_founding_notes_and_an_organisation_that_is_gone(founding, visit):
    nadia = visit("nadia")
    html = text(nadia.get(page_of(Organisation.objects.get(key="CNML"))))
    assert "a cessé d’exister au plus tard le 5 juillet 2019" in html
    assert "Date de disparition non établie" in html
    assert "Accord entre le CNML" in html
    assert "Implantation à vérifier" in text(nadia.get(page_of(Organisation.objects.get(key="SMV_AMBERIEU"))))
    assert "N’existe plus" in text(nadia.get(f"{LIST}?q=conseil+national"))


def test_conventions_still_running_come_first(founding, visit):
    response = visit("nadia").get(page_of(Organisation.objects.get(key="UNML")))
    over = {state.label for state in ConventionState if state.ended}
    ended = [line.badge[1] in over for line in response.context["conventions"]]
    assert len(ended) == 6
    assert ended == sorted(ended)


def test_queries(founding, visit, queries, world):
    alice = visit("alice")
    unml = Organisation.objects.get(key="UNML")
    few_list, _ = queries(alice, LIST)
    few_page, _ = queries(alice, page_of(world.org("ML_A")))
    with as_owner():
        Organisation.objects.bulk_create(
            Organisation(
                name=f"Mission locale {n}",
                network="ml",
                level="local",
                region_id="75",
                department_id="17",
                parent=unml,
            )
            for n in range(30)
        )
        for topic in Topic.values:
            Designation.objects.create(
                organisation=world.org("ML_A"),
                topic=topic,
                user=world.user("bob"),
                starts_on=date(2026, 1, 1),
            )
    many_list, sql = queries(alice, LIST)
    assert many_list == few_list <= 8, sql
    many_page, sql = queries(alice, page_of(world.org("ML_A")))
    assert many_page == few_page <= 10, sql
    assert queries(visit("nadia"), page_of(unml))[0] <= 10
