"""The team page: roles, teams, and the organisation one acts for."""

import pytest
from django.core import mail
from django.urls import reverse

from core import clock
from core.scope import acting_as
from partners.models import Membership, Role, Team
from partners.people import memberships
from partners.people.invitations import Refused
from partners.people.members import acting_from, resolve_acting
from tests.client import StrictClient
from tests.conftest import as_owner
from tests.filling import form_of, forms_of, send_pairs
from youths.models import Youth

TEAM = reverse("partners:team")
SWITCH = reverse("partners:switch")
CREATE = reverse("partners:team_create")


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def of(world):
    """``of("alice")``: the first membership of somebody, as it is now."""

    def find(name: str) -> Membership:
        found = Membership.objects.filter(user=world.user(name)).select_related(
            "organisation__department", "team"
        )
        return found.order_by("pk")[0]

    return find


def edit_url(membership) -> str:
    return reverse("partners:membership_edit", args=[membership.uuid])


@pytest.fixture
def two_organisations(world):
    """Alice also works, as a manager, in Charlie's Mission Locale."""
    with as_owner():
        return Membership.objects.create(
            user=world.user("alice"), organisation=world.org("ML_C"), role=Role.MANAGER
        )


def hand_over(mona, world, membership):
    """Everything that somebody holds passes to Bob, and they stay."""
    address = f"{reverse('partners:departure', args=[membership.uuid])}?reste=1"
    return mona.post(address, {"everything": world.user("bob").pk}, follow=True)


# --- The page -------------------------------------------------------------------------------


def test_a_manager_reads_who_works_there(world, visit):
    html = text(visit("mona").get(TEAM))
    for present in ("Alice Advisor", "Paul Protection", "Équipe port", "Équipe gare", "(vous)"):
        assert present in html
    for absent in ("Charlie", "Rita", "Régis"):
        assert absent not in html
    assert "Alice Advisor" not in text(visit("carla").get(TEAM))


@pytest.mark.parametrize("name", ["alice", "paul", "regis", "nadia", "adam"])
def test_others_do_not_open_it(world, visit, of, name):
    someone = visit(name)
    for url in (TEAM, CREATE, edit_url(of("bob"))):
        assert someone.get(url).status_code == 403
        if url != TEAM:
            assert someone.post(url, {"role": "manager", "name": "x"}).status_code == 403
    assert of("bob").role == "professional"
    assert reverse("partners:team") not in text(someone.get(reverse("help")))


def test_queries_do_not_grow(world, visit, queries):
    mona = visit("mona")
    few = queries(mona, TEAM)[0]
    with as_owner():
        for number in range(12):
            Team.objects.create(organisation=world.org("ML_A"), name=f"Équipe {number}")
    many, sql = queries(mona, TEAM)
    assert many == few <= 8, sql


# --- Roles and teams ------------------------------------------------------------------------


def test_a_manager_changes_a_role_and_it_holds_at_once(world, visit, of):
    alice = visit("alice")
    assert alice.get(TEAM).status_code == 403
    team = Team.objects.get(name="Équipe gare")
    response = visit("mona").post(edit_url(of("alice")), {"role": "manager", "team": team.pk}, follow=True)
    assert "sont enregistrés" in text(response)
    assert (of("alice").role, of("alice").team) == ("manager", team)
    # Other rights, another session: the cookie of before opens nothing.
    assert alice.get(TEAM).status_code == 302
    alice = visit("alice")
    assert alice.get(TEAM).status_code == 200
    hand_over(visit("mona"), world, of("alice"))
    visit("mona").post(edit_url(of("alice")), {"role": "dpo", "team": ""})
    assert alice.get(TEAM).status_code == 302
    alice = visit("alice")
    assert alice.get(TEAM).status_code == alice.get(reverse("youths:list")).status_code == 403


def test_who_still_holds_something_keeps_a_role_that_follows(world, visit, of):
    """Youths would stay with somebody who no longer opens any record."""
    mona, alice = visit("mona"), visit("alice")
    response = mona.post(edit_url(of("alice")), {"role": "dpo", "team": ""})
    (error,) = response.context["form"].errors["role"]
    assert "suit encore" in error
    assert "jeunes accompagnés (" in error
    assert f"{reverse('partners:departure', args=[of('alice').uuid])}?reste=1" in text(response)
    assert of("alice").role == "professional"
    assert alice.get(reverse("youths:list")).status_code == 200, "nothing was done, her session neither"
    # From one role that follows to another, nothing is in the way.
    mona.post(edit_url(of("alice")), {"role": "manager", "team": ""})
    assert of("alice").role == "manager"


def test_once_all_is_handed_over_the_role_changes(world, visit, of, run_outbox):
    mona, alice = visit("mona"), visit("alice")
    address = f"{reverse('partners:departure', args=[of('alice').uuid])}?reste=1"
    page = text(mona.get(address))
    assert "Organiser la relève" in page
    assert "L’accès de cette personne s’arrête" not in page
    after = hand_over(mona, world, of("alice"))
    assert after.redirect_chain[-1][0] == edit_url(of("alice"))
    assert "Tout a été transmis" in text(after)
    assert "Tout transmettre" not in text(mona.get(address)), "nothing is left to pass on"
    assert of("alice").revoked_at is None
    assert alice.get(reverse("youths:list")).status_code == 200, "she stays, her session too"
    mail.outbox.clear()
    run_outbox()
    assert "alice@portail.example" not in [to for message in mail.outbox for to in message.to]
    mona.post(edit_url(of("alice")), {"role": "dpo", "team": ""})
    assert of("alice").role == "dpo"


def test_reading_the_form_writes_nothing(world, visit, of):
    html = text(visit("mona").get(edit_url(of("bob"))))
    assert "Bob Colleague" in html
    assert '<option value="professional" selected>' in html
    assert of("bob").team.name == "Équipe port"


def test_nobody_changes_their_own_role(world, visit, of):
    mona = visit("mona")
    assert mona.get(edit_url(of("mona"))).status_code == 403
    assert mona.post(edit_url(of("mona")), {"role": "professional"}).status_code == 403
    with pytest.raises(Refused, match="Un autre responsable"):
        memberships.change(world.acting("mona"), of("mona").uuid, role="dpo", team=None)


def test_the_last_manager_stays_one(world, of):
    """Two managers who demote one another: the second finds that they no longer may."""
    with as_owner():
        Membership.objects.filter(user=world.user("dora")).update(role=Role.MANAGER)
    dora = acting_from(of("dora"))
    memberships.change(world.acting("mona"), of("dora").uuid, role="professional", team=None)
    with pytest.raises(Refused, match="Vous n’êtes plus responsable"):
        memberships.change(dora, of("mona").uuid, role="professional", team=None)
    assert Membership.objects.filter(organisation=world.org("ML_A"), role=Role.MANAGER).count() == 1


@pytest.mark.parametrize(
    ("posted", "field"),
    [
        ({"role": "regional"}, "role"),
        ({"role": "national"}, "role"),
        ({"role": ""}, "role"),
        ({"role": "professional", "team": "0"}, "team"),
        ({"role": "professional", "team": "\x00"}, "team"),
    ],
)
def test_bad_input_is_explained(world, visit, of, posted, field):
    response = visit("mona").post(edit_url(of("bob")), posted)
    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert (of("bob").role, of("bob").team.name) == ("professional", "Équipe port")


def test_a_foreign_colleague_is_not_found(world, visit, of):
    for name in ("charlie", "rita"):
        assert visit("mona").get(edit_url(of(name))).status_code == 404
        assert visit("mona").post(edit_url(of(name)), {"role": "manager"}).status_code == 404
        assert of(name).role == "professional"


def test_teams_are_created_and_renamed(world, visit):
    mona = visit("mona")
    assert "L’équipe est créée" in text(mona.post(CREATE, {"name": "Équipe plage"}, follow=True))
    made = Team.objects.get(name="Équipe plage")
    assert made.organisation == world.org("ML_A")
    rename = reverse("partners:team_rename", args=[made.uuid])
    assert 'value="Équipe plage"' in text(mona.get(rename))
    assert "déjà une équipe de ce nom" in text(mona.post(rename, {"name": "Équipe port"}))
    assert "est renommée" in text(mona.post(rename, {"name": "Équipe dune"}, follow=True))
    made.refresh_from_db()
    assert made.name == "Équipe dune"
    assert visit("carla").post(rename, {"name": "x"}).status_code == 404


# --- Acting for another organisation -----------------------------------------------------------


def test_the_switch_changes_everything_at_once(world, visit, of, two_organisations):
    alice = visit("alice")
    home = alice.get("/")
    assert home.context["acting"].organisation_id == world.org("ML_A").pk
    assert "Agir pour Mission locale du Large" in text(home)
    key = alice.session.session_key
    there = alice.post(SWITCH, {"membership": two_organisations.uuid}, follow=True)
    assert "Vous agissez maintenant pour Mission locale du Large" in text(there)
    assert there.context["acting"].organisation_id == world.org("ML_C").pk
    assert alice.session.session_key != key
    assert "Kermarrec" not in text(alice.get(reverse("youths:list")))
    assert "Lointain" in text(alice.get(reverse("youths:list")))
    back = alice.post(SWITCH, {"membership": of("alice").uuid}, follow=True)
    assert back.context["acting"].organisation_id == world.org("ML_A").pk


def test_a_form_open_in_another_tab_is_not_sent_for_the_organisation_one_went_to(world, two_organisations):
    """The page was read for Alice's first Mission Locale: what is typed there never becomes a record of the other."""
    alice = StrictClient(enforce_csrf_checks=True)
    alice.force_login(world.user("alice"))
    address = reverse("youths:create")
    form = form_of(text(alice.get(address)), "last_name")
    same_site = {"headers": {"origin": "http://testserver"}}
    token = alice.cookies["csrftoken"].value
    alice.post(SWITCH, {"membership": two_organisations.uuid, "csrfmiddlewaretoken": token}, **same_site)
    typed = form.filled(last_name="Tardif", first_name="Zoé", birth_date="2005-01-02")
    refused = send_pairs(alice, address, typed, **same_site)
    assert refused.status_code == 403
    page = text(refused)
    assert f"vous agissez maintenant pour « {world.org('ML_C')} »" in page
    assert "<li>Tardif</li>" in page
    assert forms_of(page) == [], "sending again would write for the other one"
    with as_owner():
        assert not Youth.objects.filter(last_name="Tardif").exists()
    # The pages of the organisation that one went to are sent as ever.
    fresh = form_of(text(alice.get(address)), "last_name")
    typed = fresh.filled(last_name="Tardif", first_name="Zoé", birth_date="2005-01-02")
    assert send_pairs(alice, address, typed, **same_site).status_code == 302
    with as_owner():
        assert Youth.objects.get(last_name="Tardif").held_by == world.org("ML_C")


def test_whoever_has_several_organisations_sends_no_stale_page_again(world, two_organisations):
    """Signed in again meanwhile, perhaps for the other one: what was typed is given back, to be copied."""
    alice = StrictClient(enforce_csrf_checks=True)
    alice.force_login(world.user("alice"))
    same_site = {"headers": {"origin": "http://testserver"}}
    refused = alice.post(reverse("youths:create"), {"last_name": "Tardif"}, **same_site)
    assert refused.status_code == 403
    assert "<li>Tardif</li>" in text(refused)
    assert forms_of(text(refused)) == []


def test_one_acts_only_for_one_s_own(world, visit, of):
    alice = visit("alice")
    assert "Agir pour" not in text(alice.get("/"))
    for wanted in (of("charlie").uuid, "x", "00000000-0000-4000-8000-000000000000"):
        assert alice.post(SWITCH, {"membership": wanted}).status_code == 404
    assert alice.get(SWITCH).status_code == alice.post(SWITCH).status_code == 302
    assert "membership" not in alice.session


def test_only_those_who_may_choose_pay_for_the_choice(world, visit, two_organisations, queries):
    assert queries(visit("alice"), reverse("help"))[0] == queries(visit("bob"), reverse("help"))[0] + 1


# --- What ends, ends at once -------------------------------------------------------------------


@pytest.mark.parametrize("column", ["revoked_at", "suspended_at"])
def test_a_revoked_or_sleeping_membership_opens_nothing(world, visit, of, column):
    alice = visit("alice")
    assert alice.get(reverse("youths:list")).status_code == 200
    with as_owner():
        Membership.objects.filter(pk=of("alice").pk).update(
            **{column: clock.now()}, ends_on=clock.today() if column == "revoked_at" else None
        )
    assert alice.get(reverse("youths:list")).status_code == 403
    assert resolve_acting(world.user("alice"), of("alice").pk) is None
    assert not Membership.objects.live().filter(user=world.user("alice")).exists()


def test_the_scope_is_the_chosen_membership_s(world, of, two_organisations):
    """The scope is set for the chosen row alone, whatever the number of memberships."""
    for chosen in (of("alice"), two_organisations):
        acting = resolve_acting(world.user("alice"), chosen.pk)
        assert (acting.membership_id, acting.several) == (chosen.pk, True)
        with acting_as(acting):
            seen = {youth.held_by_id for youth in Youth.objects.order_by("pk")}
        assert seen == {chosen.organisation_id}
    assert resolve_acting(world.user("bob"), None).several is False
