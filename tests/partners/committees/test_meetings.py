"""Meetings: planned, moved, cancelled, recorded; two people at once; calendar files; who may."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from icalendar import Calendar

from core import clock
from notifications.models import Notification
from partners.models import CommitteeMeeting, CommitteeMember, ConventionParty, Organisation
from tests.conftest import as_owner
from tests.core.hostile_files import pdf
from tests.partners.committees.conftest import text

LIST = reverse("partners:committee_list")


def planned(**changes) -> dict[str, str]:
    day = clock.today() + timedelta(days=40)
    return {
        "held_on": day.isoformat(),
        "starts_at": "10:00",
        "ends_at": "12:30",
        "place": "Niort",
        "agenda": "",
    } | changes


# --- Reading ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "rita", "charlie", "carla", "nadia", "paul"])
def test_whoever_reads_conventions_reads_committees(world, visit, seat, address, name):
    page = text(visit(name).get(address("committee_detail", seat.committee)))
    for present in (
        "Comité du port",
        "Mona Manager",
        "présidence",
        "ARML Nouvelle-Aquitaine",
        "Réunion prévue",
    ):
        assert present.lower() in page.lower()
    assert "Prévoir une réunion" not in page
    meeting = text(visit(name).get(address("meeting_detail", seat.held)))
    assert "Noter la réunion" not in meeting
    assert "Point un" in meeting


def test_anonymous_is_sent_to_sign_in_and_a_bad_address_is_unknown(client, visit, seat, address):
    assert client.get(address("committee_detail", seat.committee)).status_code == 302
    for path in ("/comites/pas-un-uuid/", "/comites/00000000-0000-4000-8000-000000000000/"):
        assert visit("mona").get(path).status_code == 404


def test_a_sensitive_member_is_named_to_its_own_people_only(world, visit, seat, address):
    with as_owner():
        Organisation.objects.filter(key="RSMV").update(is_sensitive=True)
    page = text(visit("alice").get(address("committee_detail", seat.committee)))
    assert "Structure partenaire" in page
    assert "RSMV" not in page
    assert "Rosa Chief" not in page
    assert "3e RSMV" in text(visit("rosa").get(address("committee_detail", seat.committee)))


def test_the_pages_cost_the_same_whatever_they_show(world, visit, seat, address, queries):
    mona = visit("mona")
    pages = (address("committee_detail", seat.committee), address("meeting_detail", seat.held), LIST)
    before = [queries(mona, page)[0] for page in pages]
    with as_owner():
        for key in ("UNML", "SMV_EM", "ML_C"):
            CommitteeMember.objects.create(committee=seat.committee, organisation=world.org(key))
        for days in range(30, 60):
            CommitteeMeeting.objects.create(
                committee=seat.committee, held_on=clock.today() - timedelta(days=days)
            )
    assert [queries(mona, page)[0] for page in pages] == before
    assert before[0] <= 10
    assert before[1] <= 10
    assert before[2] <= 8


# --- All of them ---------------------------------------------------------------------------------------


def test_late_committees_come_first_and_can_be_asked_for(world, visit, seat):
    nadia = visit("nadia")
    assert "Réunion prévue" in text(nadia.get(LIST))
    assert "Aucun comité ne correspond" in text(nadia.get(f"{LIST}?etat=en_retard"))
    with as_owner():
        CommitteeMeeting.objects.all().delete()
    page = text(nadia.get(f"{LIST}?etat=en_retard"))
    assert "Comité du port" in page
    assert "Une réunion était attendue au plus tard" in page
    assert "1 comité aurait dû se réunir" in text(nadia.get(LIST))
    assert "Aucun comité" in text(nadia.get(f"{LIST}?etat=en_retard&region=53"))


def test_the_reckoning_of_the_committee_decides(world, visit, seat, travel):
    """DOMAIN §9.20: a meeting of January covers its calendar year; a sliding year ends twelve months later."""
    travel(datetime(2027, 2, 1, 9, tzinfo=UTC))
    with as_owner():
        CommitteeMeeting.objects.exclude(pk=seat.held.pk).delete()
        CommitteeMeeting.objects.filter(pk=seat.held.pk).update(held_on=date(2026, 1, 15))
    assert "Comité du port" in text(visit("nadia").get(f"{LIST}?etat=en_retard"))
    with as_owner():
        type(seat.committee).objects.filter(pk=seat.committee.pk).update(reckoning="calendar")
    assert "Comité du port" not in text(visit("nadia").get(f"{LIST}?etat=en_retard"))
    assert "Comité du port" in text(visit("nadia").get(f"{LIST}?etat=rien"))


# --- Planning, moving, cancelling ----------------------------------------------------------------------


def test_a_party_plans_a_meeting_and_those_who_sit_are_told(world, visit, seat, address):
    mona = visit("mona")
    url = address("meeting_plan", seat.committee)
    assert CommitteeMeeting.objects.count() == 2
    assert mona.get(url).status_code == 200
    assert CommitteeMeeting.objects.count() == 2
    response = mona.post(url, planned(agenda="Bilan\nSuites"), follow=True)
    page = text(response)
    assert "est enregistrée" in page
    assert "de 10\xa0h à 12\xa0h\xa030" in page
    with as_owner():
        told = list(Notification.objects.order_by("pk").values_list("user_id", "text"))
    assert [user for user, _ in told] == [world.user("rosa").pk]
    assert "port" not in told[0][1]


def test_wrong_input_is_said_beside_its_field_and_nothing_is_lost(visit, seat, address):
    mona = visit("mona")
    url = address("meeting_plan", seat.committee)
    wrong = {
        "Cette date n’existe pas": planned(held_on="31/02/2027"),
        "Choisissez une date entre": planned(held_on="1926-05-04"),
        "La réunion finit après avoir commencé": planned(ends_at="09:00"),
        "Indiquez aussi l’heure de début": planned(starts_at=""),
        "Cette heure n’existe pas": planned(starts_at="25:00"),
        "Ce comité a déjà une réunion ce jour-là": planned(held_on=seat.coming.held_on.isoformat()),
        "numéro de sécurité sociale": planned(place="Salle 1 85 05 78 006 084 36"),
    }
    for message, data in wrong.items():
        page = text(mona.post(url, data | {"agenda": "À ne pas perdre"}))
        assert message in page, message
        assert "À ne pas perdre" in page
    assert CommitteeMeeting.objects.count() == 2


def test_a_cancelled_meeting_leaves_its_day_free(visit, seat, address):
    mona = visit("mona")
    page = text(mona.get(address("meeting_cancel", seat.coming)))
    assert "Annuler la réunion" in page
    assert (
        mona.post(address("meeting_cancel", seat.coming), {"version": seat.coming.version}).status_code == 302
    )
    seat.coming.refresh_from_db()
    assert seat.coming.cancelled
    assert "Aucune réunion n’est prévue" in text(mona.get(address("committee_detail", seat.committee)))
    again = planned(held_on=seat.coming.held_on.isoformat())
    assert mona.post(address("meeting_plan", seat.committee), again).status_code == 302
    for name in ("meeting_edit", "meeting_cancel", "meeting_record", "action_add"):
        assert "est annulée" in text(mona.get(address(name, seat.coming), follow=True))


def test_two_people_at_once_one_wins_and_the_other_is_told(visit, seat, address):
    mona, rosa = visit("mona"), visit("rosa")
    url = address("meeting_edit", seat.coming)
    read = {"version": str(seat.coming.version)}
    assert rosa.post(url, planned(place="Rochefort") | read).status_code == 302
    response = mona.post(url, planned(place="Saintes") | read)
    page = text(response)
    assert response.status_code == 409
    assert "Saintes" in page
    assert "Rochefort" in page
    seat.coming.refresh_from_db()
    assert seat.coming.place == "Rochefort"
    # Knowing that, Mona sends it again: the page holds the version that she has now seen.
    version = response.context["form"].data["version"]
    assert mona.post(url, planned(place="Saintes") | {"version": version}).status_code == 302
    assert mona.post(address("meeting_cancel", seat.coming), {"version": "2"}).status_code == 409
    assert mona.post(address("meeting_cancel", seat.coming), {"version": "x"}).status_code == 409
    seat.coming.refresh_from_db()
    assert (seat.coming.place, seat.coming.cancelled) == ("Saintes", False)


@pytest.mark.parametrize("name", ["alice", "paul", "charlie", "carla", "nadia"])
def test_others_may_not(world, visit, seat, address, name):
    """A professional of a party, the manager of another organisation, the nation: read, and no more."""
    who = visit(name)
    for page, thing in (
        ("meeting_plan", seat.committee), ("meeting_edit", seat.coming), ("meeting_cancel", seat.coming),
        ("meeting_record", seat.held), ("action_add", seat.held),
    ):  # fmt: skip
        assert who.get(address(page, thing)).status_code == 403
        assert who.post(address(page, thing), planned()).status_code == 403


def test_a_member_may_and_a_party_that_left_may_no_more(world, visit, seat, address):
    assert visit("regis").get(address("meeting_plan", seat.committee)).status_code == 200
    with as_owner():
        CommitteeMember.objects.all().delete()
        ConventionParty.objects.filter(organisation=world.org("ML_A")).update(
            left_on=clock.today() - timedelta(days=1), exit_reason="départ"
        )
    assert visit("regis").get(address("meeting_plan", seat.committee)).status_code == 403
    assert visit("mona").get(address("meeting_plan", seat.committee)).status_code == 403
    assert visit("rosa").get(address("meeting_plan", seat.committee)).status_code == 200


# --- Recording -----------------------------------------------------------------------------------------


def noted(seat, **changes) -> dict:
    data = {f"presence_{member.pk}": "" for member in seat.members.values()}
    return data | {"decisions": "", "minutes": "", "version": str(seat.held.version)} | changes


def test_a_meeting_is_recorded_on_one_page(world, visit, seat, address):
    mona = visit("mona")
    url = address("meeting_record", seat.held)
    page = text(mona.get(url))
    assert "ML" in page
    rosa, arml = (f"presence_{seat.members[who].pk}" for who in ("rosa", "arml"))
    file = SimpleUploadedFile("CR de Mme Untel.pdf", pdf())
    data = noted(seat, decisions="On continue\nOn mesure", minutes="Tour de table.", file=file)
    assert mona.post(url, data | {rosa: "present", arml: "excuse"}).status_code == 302
    shown = text(visit("charlie").get(address("meeting_detail", seat.held)))
    for present in (
        "Étaient présents",
        "Excusés",
        "On mesure",
        "Tour de table",
        "Télécharger le compte rendu",
    ):
        assert present in shown
    assert "Absents" not in shown
    answer = visit("charlie").get(address("meeting_minutes", seat.held))
    assert answer["Content-Type"] == "application/pdf"
    assert "Untel" not in answer["Content-Disposition"]
    # Who was noted by mistake is unnoted; the file stays when none is brought.
    seat.held.refresh_from_db()
    data = noted(seat, decisions="On continue", minutes="Tour de table.") | {arml: "present"}
    assert mona.post(url, data).status_code == 302
    seat.held.refresh_from_db()
    assert dict(seat.held.attendances.values_list("member", "presence")) == {
        seat.members["arml"].pk: "present"
    }
    assert seat.held.minutes_document is not None
    assert "elle ne s’annule plus" in text(mona.get(address("meeting_cancel", seat.held), follow=True))
    assert "disabled" in text(mona.get(address("meeting_edit", seat.held)))


def test_two_records_at_once(visit, seat, address):
    mona, rosa = visit("mona"), visit("rosa")
    url = address("meeting_record", seat.held)
    assert rosa.post(url, noted(seat, decisions="Celle de Rosa")).status_code == 302
    response = mona.post(url, noted(seat, decisions="Celle de Mona"))
    assert response.status_code == 409
    assert "Celle de Rosa" in text(response)
    assert "Celle de Mona" in text(response)
    seat.held.refresh_from_db()
    assert seat.held.decisions == "Celle de Rosa"


def test_a_file_that_lies_is_refused_and_the_rest_is_kept(visit, seat, address):
    file = SimpleUploadedFile("compte-rendu.pdf", b"MZ not a pdf")
    response = visit("mona").post(
        address("meeting_record", seat.held), noted(seat, decisions="À garder", file=file)
    )
    assert response.status_code == 200
    assert "À garder" in text(response)
    assert "has-error" in text(response)
    seat.held.refresh_from_db()
    assert seat.held.decisions == ""


def test_a_meeting_to_come_has_nothing_to_record(visit, seat, address):
    mona = visit("mona")
    for name in ("meeting_record", "action_add"):
        assert "n’a pas encore eu lieu" in text(mona.get(address(name, seat.coming), follow=True))
    assert mona.get(address("meeting_minutes", seat.coming)).status_code == 404


# --- Calendars -----------------------------------------------------------------------------------------


def event_of(client, url: str):
    answer = client.get(url)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.content).events
    return event


def test_the_calendar_file_follows_the_meeting(world, visit, seat, address):
    mona = visit("mona")
    url = address("meeting_calendar", seat.coming)
    whole_day = event_of(mona, url)
    assert whole_day["dtstart"].dt == seat.coming.held_on
    assert whole_day["sequence"] == 0
    summer = clock.today().replace(month=7, day=14) + timedelta(days=366)
    changed = planned(held_on=summer.isoformat(), place="Salle 2; aile, nord") | {"version": "1"}
    assert mona.post(address("meeting_edit", seat.coming), changed).status_code == 302
    moved = event_of(visit("charlie"), url)
    assert moved["uid"] == whole_day["uid"]
    assert moved["sequence"] == 1
    # Ten o'clock in Paris, in summer.
    assert moved["dtstart"].dt == datetime(summer.year, summer.month, summer.day, 8, tzinfo=UTC)
    assert moved["location"] == "Salle 2; aile, nord"
    assert mona.post(address("meeting_cancel", seat.coming), {"version": "2"}).status_code == 302
    cancelled = event_of(mona, url)
    assert (cancelled["status"], cancelled["sequence"], cancelled["uid"]) == ("CANCELLED", 2, moved["uid"])
    raw = mona.get(url).content.decode()
    assert "Mona" not in raw
    assert r"aile\, nord" in raw
