"""Who came by themselves and was not taken: invited to their Mission Locale, or counted; never known."""

import re
import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, transaction

from core.scope import acting_as
from partners.models import Catchment, Organisation
from referrals.models import DirectCount, Referral
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from youths import records
from youths.models import Youth

PAGE = "/orientations/candidats-directs/"


@pytest.fixture
def served(world):
    """La Rochelle is of the territory of Alice's Mission Locale, which can be reached."""
    with as_owner():
        Catchment.objects.create(organisation=world.org("ML_A"), municipality_id="17300")
        Organisation.objects.filter(key="ML_A").update(
            address="1 quai du Port",
            postcode="17000",
            phone="05 46 00 00 00",
            email="accueil@portail.example",
        )


def form(what="invited", code="17300", submission=None) -> dict[str, str]:
    return {"what": what, "code": code, "submission": str(submission or uuid.uuid4())}


def counts() -> list[tuple[str, int]]:
    with as_owner():
        return list(DirectCount.objects.order_by("what", "month").values_list("what", "count"))


def test_the_invitation_gives_the_address_of_their_mission_locale(served, visit):
    page = visit("rita").get(PAGE, {"commune": "la rochelle"}).content.decode()
    for said in ("Mission locale du Port", "1 quai du Port", "05 46 00 00 00", "accueil@portail.example"):
        assert said in page
    assert "à confirmer" not in page
    answer = visit("rita").post(PAGE, form(), follow=True).content.decode()
    assert "Rien n’est gardé de cette personne" in answer
    assert "invités : 1 ; comptés seulement : 0" in answer


def test_the_nearest_is_to_be_confirmed_where_the_territory_is_not_known(world, visit):
    page = visit("rita").get(PAGE, {"code": "17300"}).content.decode()
    assert "Mission locale du Port" in page
    assert "à confirmer" in page


def test_counted_by_month_and_department_once_for_each_form(served, visit, travel):
    travel(datetime(2027, 1, 31, 12, tzinfo=UTC))
    rita, same = visit("rita"), uuid.uuid4()
    for submission in (same, same, None):
        rita.post(PAGE, form("counted", submission=submission))
    visit("sam").post(PAGE, form())
    assert counts() == [("counted", 2), ("invited", 1)]
    travel(datetime(2027, 2, 1, 12, tzinfo=UTC))
    visit("rita").post(PAGE, form("counted"))
    assert counts() == [("counted", 2), ("counted", 1), ("invited", 1)]


@pytest.mark.parametrize(
    "wrong", [{"what": "known"}, {"code": "99999"}, {"code": ""}, {"code": "\x00"}, {"submission": "x"}]
)
def test_what_does_not_hold_is_not_counted(served, visit, wrong):
    answer = visit("rita").post(PAGE, form() | wrong)
    assert answer.status_code == 200
    assert "notice attente" in answer.content.decode()
    assert counts() == []


def test_an_unknown_place_is_said_beside_the_field(world, visit):
    for typed in ("Nulle-Part", "", "x" * 200, "%", "<b>"):
        assert visit("rita").get(PAGE, {"commune": typed}).status_code == 200
    assert "Aucune commune" in visit("rita").get(PAGE, {"commune": "Nulle-Part"}).content.decode()


def test_a_get_counts_nothing_and_only_those_who_receive_people_come_in(served, visit):
    visit("rita").get(PAGE, form())
    assert counts() == []
    assert [visit(who).get(PAGE).status_code for who in ("regis", "nadia", "paul")] == [403] * 3
    assert "Un candidat venu de lui-même" in visit("rita").get("/orientations/").content.decode()
    assert "Un candidat venu de lui-même" not in visit("alice").get("/orientations/").content.decode()


def test_each_organisation_reads_its_own_counts(served, world, visit):
    visit("rita").post(PAGE, form())
    assert "invités : 0 ; comptés seulement : 0" in visit("rose").get(PAGE).content.decode()
    with acting_as(world.acting("rose")):
        assert not DirectCount.objects.exists()
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            DirectCount.objects.create(
                organisation=world.org("RSMV"), month="2026-01-01", department_id="17", what="invited"
            )


def test_no_column_tells_who_it_was():
    assert {field.name for field in DirectCount._meta.concrete_fields} == {
        "id", "organisation", "month", "department", "what", "count", "last_submission",
    }  # fmt: skip


def test_the_mission_locale_that_serves_where_they_live_is_proposed(world, visit):
    """Not the one of the region: the one whose territory holds their municipality."""
    rita = world.acting("rita")
    with acting_as(rita):
        youth = records.create_record(
            rita,
            Youth(first_name="Tim", last_name="Direct", birth_date=date(2006, 1, 1), municipality_id="29019"),
        )
    page = f"/orientations/nouvelle/?jeune={youth.uuid}&dispositif=retour"
    chosen = f'<option value="{world.org("ML_C").pk}" selected>'
    assert chosen not in visit("rita").get(page).content.decode()
    with as_owner():
        Catchment.objects.create(organisation=world.org("ML_C"), municipality_id="29019")
    assert chosen in visit("rita").get(page).content.decode()


def test_from_the_counter_to_a_referral_without_looking_for_anything(served, world, visit):
    """The record opens the referral: to the Mission Locale of where they live, with what is known; no name in an address."""
    rita = visit("rita")
    page = rita.get(PAGE, {"code": "17300"}).content.decode()
    opening = re.search(r'href="(/jeunes/nouveau/[?][^"]+)"', page)[1]
    form = form_of(rita.get(opening).content.decode(), "first_name")
    typed = {
        "first_name": "Tim",
        "last_name": "Direct",
        "birth_date": "2006-01-01",
        "municipality": "17000 La Rochelle",
    }
    answer = send_pairs(rita, opening, form.filled(**typed))
    with as_owner():
        tim = Youth.objects.get(last_name="Direct")
    assert answer.url == f"/orientations/nouvelle/?jeune={tim.uuid}&dispositif=retour"
    assert opening == "/jeunes/nouveau/?pour=retour"
    writing = rita.get(answer.url).content.decode()
    assert f'<option value="{world.org("ML_A").pk}" selected>' in writing
    assert re.search(r'value="direct"[^>]*(checked|selected)', writing)
    sent = form_of(writing, "p_situation").filled(agreed="on", informed="read_aloud", channel="face_to_face")
    assert send_pairs(rita, answer.url, sent).status_code == 302
    with as_owner():
        referral = Referral.objects.get(youth=tim)
    assert (referral.state, referral.recipient, referral.details) == (
        "sent",
        world.org("ML_A"),
        {"situation": "direct"},
    )


@pytest.mark.parametrize("wanted", ["", "x", "smv", "%C3%A9", "retour&pour=x"])
def test_a_record_opened_for_nothing_known_is_shown(world, visit, wanted):
    address = f"/jeunes/nouveau/?pour={wanted}"
    rita = visit("rita")
    form = form_of(rita.get(address).content.decode(), "first_name")
    answer = send_pairs(
        rita, address, form.filled(first_name="Tim", last_name="Direct", birth_date="2006-01-01")
    )
    assert answer.status_code == 302
    assert answer.url.startswith("/jeunes/")
