"""The directory, and the page of an organisation: public to members, its people to its own members only."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import User
from core import clock
from partners.conventions.state import ConventionState
from partners.models import (
    Catchment,
    Convention,
    ConventionParty,
    Designation,
    Membership,
    Organisation,
    Session,
    Team,
    Topic,
)
from partners.organisation_reading import ONE_BY_ONE
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


def test_a_body_of_several_regions_is_found_in_each_of_them(world, visit):
    with as_owner():
        Organisation.objects.filter(key="ML_C").update(parent=world.org("ARML"))
        Organisation.objects.filter(key="SMV_C").update(parent=world.org("SMV_EM"))
    rows = visit("alice").get(f"{LIST}?region=53").context["page"]
    assert {organisation.name for organisation in rows} == {
        world.org(key).name for key in ("ML_C", "SMV_C", "ARML")
    }


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
    assert len(ended) == 14
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


def figures(response) -> dict[str, str]:
    return {figure.label: figure.value for figure in response.context["figures"]}


def session(world, organiser: str, days: int, **fields) -> Session:
    starts_at = clock.now() + timedelta(days=days)
    return Session.objects.create(
        kind=Session.Kind.INFORMATION,
        title="Information collective",
        organiser=world.org(organiser),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        created_by=world.user("alice"),
        **fields,
    )


def test_how_to_reach_it(world, visit):
    with as_owner():
        Organisation.objects.filter(key="ML_A").update(
            address="1 quai Neuf",
            postcode="17000",
            municipality="17300",
            phone="05 46 00 00 00",
            email="accueil@port.example",
            website="https://port.example/accueil",
        )
    html = text(visit("charlie").get(page_of(world.org("ML_A"))))
    for words in ("1 quai Neuf<br>17000 La Rochelle", "05 46 00 00 00", "mailto:accueil@port.example"):
        assert words in html
    assert (
        '<a href="https://port.example/accueil" rel="noopener noreferrer external">port.example/accueil</a>'
        in html
    )


def test_figures_count_organisations_and_meetings_never_persons(world, visit, hidden):
    with as_owner():
        Organisation.objects.filter(key__in=["ML_A", "ML_C"]).update(parent=world.org("ARML"))
        Organisation.objects.filter(pk=hidden.pk).update(parent=world.org("ARML"))
        Catchment.objects.create(organisation=world.org("ML_A"), municipality_id="17300")
        Designation.objects.create(
            organisation=world.org("ML_A"),
            topic=Topic.SMV,
            user=world.user("bob"),
            starts_on=date(2026, 1, 1),
        )
        session(world, "ML_A", -10, state=Session.State.HELD)
        session(world, "RSMV", -20, state=Session.State.HELD).partners.set(
            [world.org("ML_A"), world.org("ARML")]
        )
        session(world, "ML_A", -400, state=Session.State.HELD)
        session(world, "ML_A", 5)
        session(world, "ML_A", -5, state=Session.State.CANCELLED, cancel_reason="Grève")
    response = visit("nadia").get(page_of(world.org("ML_A")))
    assert figures(response) == {
        "Conventions en vigueur": "0",
        "Sujets avec un référent": "1 sur 9",
        "Rencontres tenues": "2",
        "Communes desservies": "1",
    }
    assert "Sans référent : Orientation, Apprentissage" in text(response)
    assert figures(visit("nadia").get(page_of(world.org("ARML")))) == {
        "Conventions en vigueur": "0",
        "Rencontres tenues": "1",
        "Structures rattachées": "2",
    }
    assert figures(visit("nadia").get(page_of(world.org("ML_C"))))["Communes desservies"] == "–"


def test_those_that_hang_on_it_are_listed_but_for_those_that_are_gone_to_come_or_hidden(world, visit, hidden):
    with as_owner():
        Organisation.objects.filter(key__in=["ML_A", "ML_C", "SMV_C"]).update(parent=world.org("ARML"))
        Organisation.objects.filter(key="SMV_C").update(starts_on=clock.today() + timedelta(days=30))
        Organisation.objects.filter(key="ML_C").update(ends_on=date(2021, 1, 1))
        Organisation.objects.filter(pk=hidden.pk).update(parent=world.org("ARML"))
    response = visit("regis").get(page_of(world.org("ARML")))
    assert [line.title for line in response.context["hanging"]] == ["Mission locale du Port"]
    assert response.context["hanging_more"] == 0
    assert world.org("ARML").name in text(visit("alice").get(page_of(world.org("ML_A"))))


def test_a_succession_is_told_on_both_pages(world, visit):
    with as_owner():
        Organisation.objects.filter(key="ML_C").update(ends_on=date(2021, 1, 1), successor=world.org("ML_A"))
    nadia = visit("nadia")
    before = text(nadia.get(page_of(world.org("ML_C"))))
    assert "a cessé d’exister le 1er janvier 2021." in before
    assert (
        f'Elle est remplacée par <a href="{page_of(world.org("ML_A"))}">Mission locale du Port</a>' in before
    )
    after = text(nadia.get(page_of(world.org("ML_A"))))
    assert "Mission locale du Large</a>, depuis le 1er janvier 2021" in after
    with as_owner():
        Organisation.objects.filter(key="ML_C").update(ends_on=clock.today() + timedelta(days=30))
    assert "Cette structure cessera d’exister le" in text(nadia.get(page_of(world.org("ML_C"))))


def test_a_sensitive_parent_or_successor_has_no_name_and_no_page(world, visit, hidden):
    with as_owner():
        Organisation.objects.filter(key="ML_C").update(
            parent=hidden, successor=hidden, ends_on=date(2021, 1, 1)
        )
    html = text(visit("alice").get(page_of(world.org("ML_C"))))
    assert "Elle est remplacée par une structure partenaire." in html
    assert hidden.name not in html
    assert str(hidden.uuid) not in html


def test_a_text_that_it_left_says_until_when_and_counts_no_more(world, visit):
    with as_owner():
        convention = Convention.objects.create(
            code="ESSAI", title="Texte d’essai", signed_on=date(2020, 1, 1), starts_on=date(2020, 1, 1)
        )
        for key, fields in (
            ("ML_A", {}),
            ("RSMV", {}),
            ("ML_C", {"left_on": date(2021, 1, 1), "exit_reason": "x"}),
        ):
            ConventionParty.objects.create(convention=convention, organisation=world.org(key), **fields)
    inside = visit("nadia").get(page_of(world.org("ML_A")))
    assert figures(inside)["Conventions en vigueur"] == "1"
    outside = visit("nadia").get(page_of(world.org("ML_C")))
    assert figures(outside)["Conventions en vigueur"] == "0"
    assert [line.more for line in outside.context["conventions"]] == ["Partie jusqu’au 1er janvier 2021."]
    # It came back: the days in between are nobody's business here.
    with as_owner():
        ConventionParty.objects.create(
            convention=convention, organisation=world.org("ML_C"), joined_on=date(2022, 1, 1)
        )
    back = visit("nadia").get(page_of(world.org("ML_C")))
    assert figures(back)["Conventions en vigueur"] == "1"
    assert len(back.context["conventions"]) == 1


def test_two_thousand_organisations_cost_no_more(world, visit, queries):
    head = world.org("UNML")
    with as_owner():
        Organisation.objects.bulk_create(
            Organisation(
                name=f"Structure {n}",
                network="ml",
                level="local",
                region_id="75",
                department_id="17",
                parent=head,
                successor=head if n % 500 == 0 else None,
            )
            for n in range(2000)
        )
    nadia = visit("nadia")
    count, sql = queries(nadia, f"{LIST}?q=structure&reseau=ml&region=75&page=7")
    assert count <= 8, sql
    count, sql = queries(nadia, page_of(head))
    assert count <= 10, sql
    response = nadia.get(page_of(head))
    assert len(response.context["hanging"]) == 40
    assert len(response.context["replaced"]) == 4
    assert "Et 1 960 autres" in text(response).replace("\u00a0", " ").replace("\u202f", " ")


def test_the_people_of_a_large_structure_are_named_by_team(world, visit):
    home = world.acting("alice").organisation_id
    with as_owner():
        teams = [Team.objects.create(organisation_id=home, name=f"Équipe {number}") for number in (10, 9)]
        users = User.objects.bulk_create(
            User(
                email=f"g{number}@portail.example",
                first_name="Prénom",
                last_name=f"Nom{number:02}",
                password="!",
            )
            for number in range(ONE_BY_ONE)
        )
        Membership.objects.bulk_create(
            Membership(
                user=user,
                organisation_id=home,
                role="manager" if number == 3 else "professional",
                team=teams[number % 2],
                starts_on=clock.today(),
            )
            for number, user in enumerate(users)
        )
        page = page_of(Organisation.objects.get(pk=home))
    html = text(visit("alice").get(page))
    assert html.index("<dt>Équipe 9</dt>") < html.index("<dt>Équipe 10</dt>")
    assert "Prénom Nom01, Prénom Nom03 (responsable), Prénom Nom05" in html
    assert "person-mark" not in html.split('id="equipe"')[1].split("</section>")[0]
    # Elsewhere, nobody is named.
    assert "Nom01" not in text(visit("rita").get(page))
