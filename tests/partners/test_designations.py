"""Designated referents: the list and its gaps, naming somebody, ending it; and what the database refuses."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from partners.designations.routing import Found, referent_for
from partners.models import Designation, Membership, Organisation, Topic
from tests.conftest import as_owner

LIST = reverse("partners:designation_list")
CREATE = reverse("partners:designation_create")


def text(response) -> str:
    return response.content.decode()


def end_url(designation) -> str:
    return reverse("partners:designation_end", args=[designation.pk])


@pytest.fixture
def data(world):
    def fill(**changes):
        filled = {
            "topic": Topic.SMV,
            "user": world.user("bob").pk,
            "substitute": world.user("alice").pk,
            "department": "",
            "starts_on": clock.today().isoformat(),
            "ends_on": "",
        }
        return {name: value for name, value in (filled | changes).items() if value is not None}

    return fill


@pytest.fixture
def designated(world):
    with as_owner():
        return Designation.objects.create(
            organisation=world.org("ML_A"),
            topic=Topic.SMV,
            user=world.user("bob"),
            substitute=world.user("alice"),
            starts_on=clock.today() - timedelta(days=30),
        )


# --- The list -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "rita", "charlie", "regis", "nadia", "paul"])
def test_any_member_reads_the_list(world, visit, name):
    html = text(visit(name).get(LIST))
    assert "Rita Referent" in html
    assert "Rose Other" in html
    assert "2 désignations en cours" in html


def test_anonymous_is_sent_to_sign_in(client, world):
    for url in (LIST, CREATE):
        assert client.get(url).status_code == 302


def test_coverage_leads_to_the_gaps(world, visit):
    response = visit("regis").get(f"{LIST}?region=75")
    lines = {
        line["topic"]: (line["cell"].covered, line["cell"].total) for line in response.context["summary"]
    }
    # The Mission Locale and the regiment of the region; only the regiment has a referent.
    assert lines[Topic.SMV] == (1, 2)
    assert "?region=75&amp;sujet=smv#sans-referent" in text(response)
    gaps = visit("regis").get(f"{LIST}?region=75&sujet=smv")
    assert [organisation.name for organisation in gaps.context["gaps"]] == ["Mission locale du Port"]
    everywhere = visit("nadia").get(f"{LIST}?sujet=smv").context["gaps"]
    assert {organisation.key for organisation in everywhere} == {"ML_A", "ML_C"}


def test_a_designation_fills_the_gap(world, visit, designated):
    response = visit("regis").get(f"{LIST}?region=75&sujet=smv")
    assert response.context["gaps"] == []
    assert "Chaque structure concernée a désigné quelqu’un" in text(response)


def test_ended_and_future_designations_are_not_listed(world, visit, designated):
    today = clock.today()
    for starts_on, ends_on in (
        (today - timedelta(days=9), today - timedelta(days=1)),
        (today + timedelta(days=1), None),
    ):
        with as_owner():
            Designation.objects.filter(pk=designated.pk).update(starts_on=starts_on, ends_on=ends_on)
        assert "Bob Colleague" not in text(visit("alice").get(LIST))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("sujet=smv", {"Rita Referent", "Rose Other"}),
        ("region=53", {"Rose Other"}),
        ("reseau=ml", set()),
        ("sujet=smv&reseau=smv&region=75", {"Rita Referent"}),
    ],
)
def test_filters(world, visit, query, names):
    rows = visit("alice").get(f"{LIST}?{query}").context["rows"]
    assert {row["name"] for row in rows} == names


@pytest.mark.parametrize("query", ["sujet=zz", "region=%00", "page=10000000000"])
def test_odd_filters_never_break_the_page(world, visit, query):
    # A null byte is refused before any view sees it.
    expected = 400 if "%00" in query else 200
    assert visit("alice").get(f"{LIST}?{query}").status_code == expected


def test_sensitive_organisation_is_absent(world, visit):
    with as_owner():
        Organisation.objects.filter(key="RSMV").update(is_sensitive=True)
    html = text(visit("alice").get(f"{LIST}?sujet=smv"))
    assert "Rita Referent" not in html
    assert "3e RSMV" not in html


def test_queries(world, visit, queries):
    mona = visit("mona")
    few = {url: queries(mona, url)[0] for url in (LIST, f"{LIST}?sujet=smv")}
    with as_owner():
        for n in range(30):
            one = Organisation.objects.create(name=f"ML {n}", network="ml", level="local", region_id="75")
            if n % 2:
                Designation.objects.create(
                    organisation=one, topic=Topic.SMV, user=world.user("bob"), starts_on=date(2026, 1, 1)
                )
    for url, before in few.items():
        many, sql = queries(mona, url)
        assert many == before <= 8, sql


# --- Naming somebody ------------------------------------------------------------------------


def test_a_manager_designates(world, visit, data):
    response = visit("mona").post(CREATE, data(), follow=True)
    assert "Bob Colleague est maintenant référent désigné" in text(response)
    made = Designation.objects.get(organisation=world.org("ML_A"))
    assert (made.user, made.substitute, made.topic) == (world.user("bob"), world.user("alice"), Topic.SMV)
    assert referent_for(made.organisation_id, Topic.SMV).user_id == world.user("bob").pk


def test_reading_the_form_writes_nothing(world, visit):
    html = text(visit("mona").get(f"{CREATE}?sujet=smv"))
    assert '<option value="smv" selected>' in html
    assert Designation.objects.count() == 2


@pytest.mark.parametrize("name", ["alice", "bob", "paul", "rita"])
def test_others_may_not_write(world, visit, data, name):
    someone = visit(name)
    assert someone.get(CREATE).status_code == 403
    assert someone.post(CREATE, data()).status_code == 403
    assert Designation.objects.count() == 2
    assert CREATE not in text(someone.get(LIST))


def test_only_colleagues_may_be_chosen(world, visit, data):
    mona = visit("mona")
    html = text(mona.get(CREATE))
    assert "Dora Elsewhere" in html
    for absent in ("Charlie Stranger", "Rita Referent", "Paul Protection"):
        assert absent not in html
    for field in ("user", "substitute"):
        response = mona.post(CREATE, data(**{field: world.user("charlie").pk}))
        assert response.status_code == 200
        assert response.context["form"].errors[field]
    assert Designation.objects.count() == 2


def test_somebody_not_there_yet_is_refused(world, visit, data):
    with as_owner():
        Membership.objects.filter(user=world.user("bob")).update(starts_on=clock.today() - timedelta(days=5))
    response = visit("mona").post(CREATE, data(starts_on=(clock.today() - timedelta(days=9)).isoformat()))
    assert "n’est pas rattachée à la structure à cette date" in str(response.context["form"].errors["user"])


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"topic": ""}, "topic", "obligatoire"),
        ({"topic": "astrologie"}, "topic", "Sélectionnez"),
        ({"user": ""}, "user", "obligatoire"),
        ({"user": "\x00"}, "user", "caractère nul"),
        ({"department": "ZZ"}, "department", "Sélectionnez"),
        ({"starts_on": "0000-01-01"}, "starts_on", "n’existe pas"),
        ({"starts_on": "9999-12-31", "ends_on": "2020-01-01"}, "ends_on", "ne peut pas finir avant"),
        ({"starts_on": None}, "starts_on", "obligatoire"),
        ({"ends_on": "2026-02-30"}, "ends_on", "n’existe pas"),
        ({"ends_on": "😀"}, "ends_on", "n’existe pas"),
    ],
)
def test_bad_input_is_explained_and_kept(world, visit, data, changes, field, words):
    response = visit("mona").post(CREATE, data(**changes))
    assert response.status_code == 200
    assert words in str(response.context["form"].errors[field])
    assert Designation.objects.count() == 2


def test_the_substitute_is_somebody_else(world, visit, data):
    response = visit("mona").post(CREATE, data(substitute=world.user("bob").pk))
    assert response.context["form"].errors == {
        "substitute": ["Le suppléant est une autre personne que le référent."]
    }


@pytest.mark.parametrize("starts_on", ["2026-01-01", "2030-01-01"])
def test_an_overlap_is_said_beside_the_topic(world, visit, data, designated, starts_on):
    response = visit("mona").post(CREATE, data(user=world.user("dora").pk, starts_on=starts_on))
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["topic"]
    assert "a déjà un référent pour ce sujet" in text(response)


def test_next_period_other_topic_other_territory_are_free(world, visit, data, designated):
    mona = visit("mona")
    with as_owner():
        Designation.objects.filter(pk=designated.pk).update(ends_on=clock.today() - timedelta(days=1))
    for changes in ({}, {"topic": Topic.APPRENTICESHIP}, {"department": "86"}):
        assert mona.post(CREATE, data(**changes)).status_code == 302
    assert Designation.objects.filter(organisation=world.org("ML_A")).count() == 4


def test_two_managers_at_once_the_second_is_told(world, visit, data, designated, monkeypatch):
    """The check has passed when the other one's row arrives: only the database sees it."""
    monkeypatch.setattr(
        "partners.designations.forms.overlapping", lambda designation: Designation.objects.none()
    )
    response = visit("mona").post(CREATE, data(user=world.user("dora").pk))
    assert response.status_code == 409
    assert "a déjà un référent pour ce sujet" in text(response)
    assert Designation.objects.filter(organisation=world.org("ML_A")).get() == designated


def test_the_database_refuses_an_overlap_by_itself(world, designated):
    with pytest.raises(IntegrityError, match="one_lead"), transaction.atomic():
        Designation.objects.create(
            organisation=world.org("ML_A"),
            topic=Topic.SMV,
            user=world.user("dora"),
            starts_on=clock.today() + timedelta(days=400),
        )


# --- Ending it ------------------------------------------------------------------------------


def test_a_manager_ends_a_designation(world, visit, designated):
    mona = visit("mona")
    assert end_url(designated) in text(mona.get(LIST))
    assert "Bob Colleague" in text(mona.get(end_url(designated)))
    response = mona.post(end_url(designated), {"ends_on": clock.today().isoformat()}, follow=True)
    assert "La désignation finit le" in text(response)
    designated.refresh_from_db()
    assert designated.ends_on == clock.today()
    assert referent_for(designated.organisation_id, Topic.SMV).found == Found.REFERENT
    tomorrow = clock.today() + timedelta(days=1)
    assert referent_for(designated.organisation_id, Topic.SMV, day=tomorrow).found == Found.GAP


def test_reading_the_end_form_writes_nothing(world, visit, designated):
    visit("mona").get(end_url(designated))
    designated.refresh_from_db()
    assert designated.ends_on is None


@pytest.mark.parametrize("value", ["", "2001-01-01", "9999-99-99"])
def test_a_bad_end_is_explained(world, visit, designated, value):
    response = visit("mona").post(end_url(designated), {"ends_on": value})
    assert response.status_code == 200
    assert response.context["form"].errors["ends_on"]
    designated.refresh_from_db()
    assert designated.ends_on is None


def test_a_later_end_that_meets_another_designation_is_refused(world, visit, designated):
    with as_owner():
        Designation.objects.filter(pk=designated.pk).update(ends_on=clock.today())
        Designation.objects.create(
            organisation=world.org("ML_A"),
            topic=Topic.SMV,
            user=world.user("dora"),
            starts_on=clock.today() + timedelta(days=1),
        )
    later = (clock.today() + timedelta(days=10)).isoformat()
    response = visit("mona").post(end_url(designated), {"ends_on": later})
    assert response.status_code == 200
    assert "a déjà un référent" in str(response.context["form"].errors)


def test_others_may_not_end_it(world, visit, designated):
    for name in ("alice", "bob", "carla", "rosa", "nadia"):
        response = visit(name).post(end_url(designated), {"ends_on": clock.today().isoformat()})
        assert response.status_code == 403
    designated.refresh_from_db()
    assert designated.ends_on is None


def test_unknown_designation_is_not_found(world, visit):
    mona = visit("mona")
    for pk in (999_999, 10**30):
        assert mona.post(reverse("partners:designation_end", args=[pk])).status_code == 404


# --- Who answers ----------------------------------------------------------------------------


def test_substitute_when_absent_else_a_gap(world):
    rsmv = world.org("RSMV")
    today = clock.today()
    with as_owner():
        Designation.objects.filter(organisation=rsmv).update(
            absent_from=today, absent_until=today + timedelta(days=2)
        )
    away = referent_for(rsmv.pk, Topic.SMV)
    assert (away.found, away.user_id) == (Found.SUBSTITUTE, world.user("sam").pk)
    back = referent_for(rsmv.pk, Topic.SMV, day=today + timedelta(days=3))
    assert (back.found, back.user_id) == (Found.REFERENT, world.user("rita").pk)
    with as_owner():
        Designation.objects.filter(organisation=rsmv).update(substitute=None)
    assert referent_for(rsmv.pk, Topic.SMV).found == Found.GAP
    assert referent_for(world.org("ML_A").pk, Topic.SMV).found == Found.GAP


def test_the_narrowest_territory_wins(world, designated):
    with as_owner():
        Designation.objects.create(
            organisation=world.org("ML_A"),
            topic=Topic.SMV,
            user=world.user("dora"),
            department_id="86",
            starts_on=clock.today(),
        )
    assert (
        referent_for(designated.organisation_id, Topic.SMV, department="86").user_id == world.user("dora").pk
    )
    assert (
        referent_for(designated.organisation_id, Topic.SMV, department="17").user_id == world.user("bob").pk
    )
