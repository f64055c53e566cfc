"""What the demonstration holds, and that it is made once."""

import io
from datetime import timedelta
from random import Random

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import F

from accounts.models import User
from core import clock
from core.models import OutboxMessage, Task
from partners.conventions.reading import facts_of, state_of, with_facts
from partners.conventions.state import ConventionState, term_on
from partners.models import Catchment, CommitteeMeeting, Convention, Membership, Organisation
from partners.promises import promises_of
from partners.territory.dataset import read_territory
from portal.demo import PASSWORD, accounts, load
from portal.demo.country import SEED, build_country
from portal.demo.persons import HOME, NEIGHBOUR, REGIMENT
from portal.demo.youths import youths as invent
from referrals import deadlines
from referrals.models import OPEN_STATES, Referral, ReferralEvent, Reminder
from reporting.models import ReferralFact, SummaryCell
from tests.conftest import as_worker
from tests.demo.conftest import DEPARTMENTS, YOUTHS
from youths.models import Accompaniment, Transfer, Youth
from youths.rights import requests


def test_one_youth_moves(demo):
    waiting = Transfer.objects.get()
    assert (waiting.state, waiting.sender.key, waiting.recipient.key) == ("propose", NEIGHBOUR, HOME)
    assert Task.objects.open().get(kind="transfer").organisation_id == waiting.recipient_id


def test_a_second_load_does_nothing(demo):
    before = User.objects.count(), Referral.objects.count()
    assert load.load(n_youths=5) == {}
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    assert "déjà là" in out.getvalue()
    assert (User.objects.count(), Referral.objects.count()) == before


def test_the_command_refuses_a_real_server(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="base embarquée"):
        call_command("load_demo", stdout=io.StringIO())


def test_fictitious_declinations_live(demo):
    found = {one.code: one for one in with_facts(Convention.objects.filter(code__startswith="DEMO-"))}
    states = {code: state_of(one) for code, one in found.items()}
    assert states.pop("DEMO-SMV-NAQ") == ConventionState.SUSPENDUE
    assert set(states.values()) == {ConventionState.EN_VIGUEUR}
    assert all("fictif" in one.source and one.documents.exists() for one in found.values())
    amended, left = found["DEMO-SMV-BRE"], found["DEMO-CMA-NAQ"]
    assert amended.ends_on < clock.today() < term_on(facts_of(amended), clock.today())
    assert amended.parties.get(joined_by__number=1).organisation.key == "DREETS_53"
    assert left.parties.get(left_on__isnull=False).organisation.key == "REGION_75"


def test_everybody_signs_in_with_the_one_password(demo):
    for account in accounts():
        user = authenticate(username=account.email, password=PASSWORD)
        assert user is not None, account
        assert user.get_full_name() == account.name
        assert user.is_superuser == (account.key == "administrator")
        assert Membership.objects.live().filter(user=user).count() == (account.key != "administrator")


def test_accounts_are_told_apart():
    for values in ([a.email for a in accounts()], [a.role for a in accounts()], [a.key for a in accounts()]):
        assert len(values) == len(set(values)) == 14


def test_the_territory_of_the_missions_locales_of_two_regions_is_known(demo):
    home = Organisation.objects.get(key=HOME)
    assert home.catchments.filter(municipality=home.municipality).exists()
    assert not Catchment.objects.exclude(organisation__network="ml").exists()


def test_youths_have_one_lead_and_a_file(demo):
    held = Youth.objects.filter(held_by__is_fictitious=True)
    assert Youth.objects.filter(created_at__gt=clock.now()).count() == 0
    assert demo["youths_youth"] == YOUTHS
    for youth in held.filter(registered_with__isnull=False).order_by("pk"):
        assert youth.accompaniments.active().filter(role=Accompaniment.Role.LEAD).count() == 1
        assert youth.search_name
        assert youth.last_contact_on <= clock.today()


def test_the_history_ends_today(demo):
    start_of_today = clock.now().astimezone(clock.PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
    assert not ReferralEvent.objects.filter(at__gt=start_of_today).exists()
    assert ReferralEvent.objects.filter(at__gt=start_of_today - timedelta(days=10)).exists()
    assert not Referral.objects.filter(started_on__gt=clock.today()).exists()
    assert not Referral.objects.filter(ended_on__gt=clock.today()).exists()
    states = set(Referral.objects.values_list("state", flat=True).order_by("pk"))
    assert {"draft", "sent", "received", "info_requested", "waitlisted", "accepted", "started"} <= states
    assert {"declined", "withdrawn", "dropped_out", "completed", "no_response"} <= states


def test_access_follows_the_referral(demo):
    """An open referral is open to both sides; a closed one is not for ever."""
    for referral in Referral.objects.filter(state__in=OPEN_STATES).select_related("youth").order_by("pk"):
        assert referral.sender_access_until is referral.recipient_access_until is None
        keepers = {referral.youth.held_by_id, referral.youth.registered_with_id}
        for organisation in {referral.sender_id, referral.recipient_id} - keepers:
            links = Accompaniment.objects.live().filter(youth=referral.youth_id, organisation=organisation)
            assert links.exists()
    closed = Referral.objects.filter(state__in=["declined", "withdrawn"]).exclude(programme="retour")
    assert closed.exists()
    assert not closed.filter(recipient_access_until=None).exists()


def test_routing_finds_the_referents(demo):
    rita = User.objects.get(email=next(a.email for a in accounts() if a.key == "rita"))
    to_her = Referral.objects.filter(recipient__key=REGIMENT, recipient_professional=rita, programme="smv")
    assert to_her.count() > 10
    assert not to_her.filter(convention=None).exists()


def test_returns_come_back_home(demo):
    returns = Referral.objects.filter(returned_from__isnull=False).exclude(state="draft")
    assert returns.exists()
    assert not returns.exclude(recipient=F("youth__registered_with")).exists()
    assert Task.objects.open().filter(kind="agreement").exists()


def test_the_first_run_of_the_clock_says_nothing(demo):
    assert Reminder.objects.exists()
    # A request of a youth about their data is on its way; no mail is.
    waiting = list(OutboxMessage.objects.order_by("pk").values_list("kind", flat=True))
    assert set(waiting) <= {requests.SPREAD}
    with as_worker():
        run = deadlines.run()
    assert (run.reminded, run.escalated) == (0, 0)
    assert run.expired == 0
    assert OutboxMessage.objects.count() == len(waiting)


def test_each_person_of_la_rochelle_has_something_to_do(demo):
    today = clock.today()
    tasks = {}
    for key in ("alice", "rita", "bob"):
        email = next(account.email for account in accounts() if account.key == key)
        user = User.objects.get(email=email)
        tasks[key] = list(Task.objects.open().filter(user_id=user.pk).order_by("due_on"))
    assert {"complement", "rebound", "acknowledge"} <= {task.kind for task in tasks["alice"]}
    assert any(task.due_on < today for task in tasks["alice"])
    assert {"answer", "start", "agreement"} <= {task.kind for task in tasks["rita"]}
    assert any(task.due_on == today for task in tasks["rita"])
    assert any(task.due_on < today for task in tasks["rita"])
    returned = Referral.objects.filter(programme="retour", recipient__key=HOME, state="sent")
    assert returned.filter(pk__in=[task.subject_id for task in tasks["bob"]]).exists()


def test_the_next_committee_is_near(demo):
    convention = Convention.objects.get(code="UNML-SMV-2024")
    meetings = CommitteeMeeting.objects.filter(committee__convention=convention).order_by("held_on")
    *held, coming = meetings
    assert held
    assert all(meeting.decisions.splitlines() and meeting.is_past for meeting in held)
    assert clock.today() < coming.held_on <= clock.today() + timedelta(days=15)
    assert coming.held_on.weekday() < 5
    assert coming.agenda
    assert not coming.decisions


def test_commitments_stand_in_every_way(demo):
    """Kept, under way or not, not kept, and what nobody can tell, from what the demonstration holds."""
    convention = with_facts(Convention.objects.filter(code="UNML-SMV-2024")).get()
    found = {
        line.commitment.wording: line
        for group in promises_of(convention)["groups"]
        for line in group["lines"]
    }
    assert len(found) == 10
    assert {line.status for line in found.values()} >= {"Tenu", "Non mesurable"}
    assert found["Faire connaître le SMV aux jeunes accompagnés."].status == "Tenu"
    added = found["Préparer les jeunes candidats, notamment aux prérequis du SMV."].added
    assert added == "1 pièce et 1 commentaire"


def test_figures_are_there(demo):
    # Seven more than the history tells: the youth who entered through the chamber of trades, those sent to a branch, to
    # an association and to an organisation of the Region; what the chamber and the agency asked of the Mission Locale.
    assert ReferralFact.objects.count() == demo["reporting_referralfact"] + 7 > 7
    assert SummaryCell.objects.exists()


def _told(country, seed: int) -> list[dict]:
    """Every row of a history told again in memory."""
    users = {user.email: user for user in User.objects.order_by("pk")}
    people = {person.key: users[person.email] for person in country.people}
    made = invent(country, 30, Random(f"{seed}-youths"), clock.today())
    engine = load._tell(country, load._cast(), people, made, seed)
    return [
        {name: str(value) for name, value in vars(row).items() if name != "_state"}
        for model in load._HISTORY
        for row in engine.rows[model]
    ]


def test_the_same_seed_and_day_make_the_same_history(demo):
    country = build_country(read_territory()).within(frozenset(DEPARTMENTS))
    told = _told(country, SEED)
    assert _told(country, SEED) == told
    assert _told(country, SEED + 1) != told


def test_local_structures_are_fictitious_and_institutions_are_not(demo):
    assert Organisation.objects.get(key=HOME).is_fictitious
    assert not Organisation.objects.get(key="UNML").is_fictitious
