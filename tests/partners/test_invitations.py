"""Invitations: who may invite whom, who decides, what the link opens, and what closes it."""

import re
from datetime import timedelta
from threading import Thread

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from core import clock
from core.acting import NEWCOMER
from core.models import OutboxMessage
from notifications.models import Notification
from partners.models import Invitation, Membership, Organisation, Role, Team
from partners.people import invitations
from partners.people.members import acting_from, is_new
from tests.client import StrictClient
from tests.conftest import as_owner, as_worker

TEAM = reverse("partners:team")
INVITE = reverse("partners:invite")
LIST = reverse("partners:invitation_list")
PASSWORD = "une phrase assez longue 42"


def text(response) -> str:
    return response.content.decode()


def detail(invitation) -> str:
    return reverse("partners:invitation_detail", args=[invitation.uuid])


@pytest.fixture
def data():
    def fill(**changes):
        filled = {
            "email": "Nina@portail.example",
            "first_name": "Nina",
            "last_name": "Nouvelle",
            "role": Role.PROFESSIONAL,
            "team": "",
        }
        return filled | changes

    return fill


@pytest.fixture
def invite(world):
    def make(who="mona", key="ML_A", email="nina@portail.example", **more):
        fields = {"first_name": "Nina", "last_name": "Nouvelle", "role": Role.PROFESSIONAL} | more
        return invitations.invite(world.user(who).pk, world.org(key).pk, email=email, **fields)

    return make


@pytest.fixture
def second_manager(world):
    with as_owner():
        Membership.objects.filter(user=world.user("dora")).update(role=Role.MANAGER)


def approve(world, invitation, who="regis"):
    return invitations.decide(invitation.uuid, by=world.user(who).pk, approve=True, acting=world.acting(who))


@pytest.fixture
def link(world, invite, run_outbox):
    """The address of the mail of an approved invitation."""

    def made(**more):
        mail.outbox.clear()
        invitation = approve(world, invite(**more))
        run_outbox()
        (message,) = [one for one in mail.outbox if one.to == [invitation.email]]
        return re.search(r"http://[^/]+(/invitation/\S+)", message.body).group(1)

    return made


# --- The story ------------------------------------------------------------------------------


def test_somebody_is_invited_approved_and_arrives(world, visit, data, run_outbox, client):
    """Mona invites Nina; Régis, at the head of the network, approves; Nina opens her account and works."""
    mona, regis = visit("mona"), visit("regis")
    response = mona.post(INVITE, data(), follow=True)
    assert "Elle partira quand une autre personne" in text(response)
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.state) == ("nina@portail.example", "pending")
    assert "Nina Nouvelle" in text(mona.get(TEAM))
    assert "Nina Nouvelle" in text(regis.get(LIST))
    run_outbox()
    assert [message.to for message in mail.outbox] == [["regis@portail.example"]]
    assert regis.post(detail(invitation), {"decision": "approve"}).status_code == 302
    run_outbox()
    (message,) = [one for one in mail.outbox if one.to == ["nina@portail.example"]]
    assert "Nina" not in message.subject + message.body
    path = re.search(r"http://[^/]+(/invitation/\S+)", message.body).group(1)
    assert "Ouvrir votre compte" in text(client.get(path))
    passwords = {"password": PASSWORD, "again": PASSWORD}
    assert client.post(path, passwords).url == reverse("accounts:sign_in")
    nina = User.objects.get(email="nina@portail.example")
    membership = Membership.objects.get(user=nina)
    assert (membership.organisation, membership.role) == (world.org("ML_A"), "professional")
    assert nina.check_password(PASSWORD)
    client.force_login(nina)
    assert "À faire" in text(client.get("/"))
    with as_owner():
        assert Notification.objects.filter(user=world.user("mona"), kind="people.arrived").exists()
    assert client.get(path).status_code == 404


def test_a_newcomer_is_new_for_72_hours(world, link, client, travel):
    client.post(link(), {"password": PASSWORD, "again": PASSWORD})
    acting = acting_from(Membership.objects.select_related("organisation__department").latest("pk"))
    assert is_new(acting)
    assert not is_new(world.acting("alice"))
    travel(clock.now() + NEWCOMER)
    assert not is_new(acting)


def test_a_newcomer_exports_no_names_and_lists_few(world, visit, travel, settings):
    with as_owner():
        Membership.objects.filter(user=world.user("mona")).update(arrived_at=clock.now())
    mona, export, listing = visit("mona"), reverse("partners:trail_export"), reverse("youths:list")
    assert mona.get(export).status_code == 429
    settings.TRAIL_LIMITS = settings.TRAIL_LIMITS | {"names_day_newcomer": 4}
    statuses = [mona.get(listing).status_code for _ in range(4)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    travel(clock.now() + NEWCOMER)
    mona = visit("mona")
    assert mona.get(export).status_code == 200
    assert mona.get(listing).status_code == 200


# --- Inviting -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "paul", "rita", "regis", "nadia"])
def test_only_managers_invite(world, visit, data, name):
    someone = visit(name)
    assert someone.get(INVITE).status_code == someone.post(INVITE, data()).status_code == 403
    assert not Invitation.objects.exists()


def test_reading_the_form_writes_nothing(world, visit):
    assert "@portail.example" in text(visit("mona").get(INVITE))
    assert not Invitation.objects.exists()


def test_charlie_s_manager_sees_nothing_of_it(world, visit, invite):
    invitation = invite()
    for name in ("carla", "rosa"):
        stranger = visit(name)
        for response in (
            stranger.get(detail(invitation)),
            stranger.post(detail(invitation), {"decision": "cancel"}),
        ):
            assert response.status_code == 404
        assert "Nina" not in text(stranger.get(LIST)) + text(stranger.get(TEAM))
    invitation.refresh_from_db()
    assert invitation.state == "pending"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"email": "nina@ailleurs.example"}, "email", "finit par @portail.example"),
        ({"email": "nina@faux-portail.example"}, "email", "finit par"),
        ({"email": "nina@x.portail.example"}, "email", "finit par"),
        ({"email": "nina"}, "email", "valide"),
        ({"email": "alice@portail.example"}, "email", "déjà rattachée"),
        ({"email": "ALICE@PORTAIL.EXAMPLE"}, "email", "déjà rattachée"),
        ({"role": "regional"}, "role", "Sélectionnez"),
        ({"role": "admin"}, "role", "Sélectionnez"),
        ({"team": "99999"}, "team", "choix"),
        ({"first_name": "\x00"}, "first_name", ""),
        ({"last_name": ""}, "last_name", "obligatoire"),
    ],
)
def test_bad_input_is_explained_and_kept(world, visit, data, changes, field, words):
    response = visit("mona").post(INVITE, data(**changes))
    assert response.status_code == 200
    assert words in str(response.context["form"].errors[field])
    assert not Invitation.objects.exists()


def test_a_team_of_somebody_else_is_no_choice(world, visit, data):
    with as_owner():
        theirs = Team.objects.create(organisation=world.org("ML_C"), name="Équipe du large")
    response = visit("mona").post(INVITE, data(team=theirs.pk))
    assert response.context["form"].errors["team"]


def test_without_a_declared_domain_nobody_is_invited(world, visit, data):
    with as_owner():
        Organisation.objects.filter(key="ML_A").update(email_domains=[])
    response = visit("mona").post(INVITE, data())
    assert "Aucun domaine de messagerie" in str(response.context["form"].errors["email"])


def test_the_same_person_twice(world, visit, data, invite):
    invite()
    response = visit("mona").post(INVITE, data())
    assert "déjà invitée" in str(response.context["form"].errors["email"])


def test_an_account_closed_by_the_administration_is_not_reopened(world, visit, data):
    with as_owner():
        User.objects.create_user("nina@portail.example", first_name="N", last_name="N", is_active=False)
    response = visit("mona").post(INVITE, data())
    assert "fermé par l’administration" in str(response.context["form"].errors["email"])


def test_the_limits(world, visit, data, invite, settings):
    settings.INVITATIONS_WAITING, settings.INVITATIONS_PER_DAY = 3, 2
    for number in range(2):
        invite(email=f"n{number}@portail.example")
    response = visit("mona").post(INVITE, data())
    assert "Vous avez déjà écrit 2 invitations" in text(response)
    settings.INVITATIONS_PER_DAY = 10
    invite(email="n2@portail.example")
    assert "a déjà 3 invitations en cours" in text(visit("mona").post(INVITE, data()))
    assert Invitation.objects.count() == 3


def test_an_expired_or_cancelled_invitation_gives_its_place_back(world, invite, settings, travel):
    settings.INVITATIONS_WAITING = 1
    first = invite()
    with pytest.raises(invitations.Refused):
        invite(email="autre@portail.example")
    travel(clock.now() + Invitation.LASTS)
    second = invite()
    first.refresh_from_db()
    assert first.state == "expired"
    invitations.cancel(world.acting("mona"), second.uuid)
    invite()


@given(st.lists(st.sampled_from(["invite", "cancel", "night"]), max_size=12))
@hypothesis_settings(max_examples=15, deadline=None)
def test_no_order_of_acts_passes_a_limit(django_db_setup, django_db_blocker, acts):
    """Whatever is invited, cancelled or waited for, neither limit is passed."""
    from django.test import override_settings

    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        override_settings(INVITATIONS_WAITING=3, INVITATIONS_PER_DAY=2),
    ):
        mona = Membership.objects.select_related("organisation__department").get(
            user__email="mona@portail.example"
        )
        moment, written = clock.now(), {}
        for number, act in enumerate(acts):
            with clock.travel(moment), as_owner(), connection.cursor() as cursor:
                cursor.execute("DELETE FROM test_clock")
                cursor.execute("INSERT INTO test_clock VALUES (%s)", [moment])
            with clock.travel(moment):
                if act == "invite":
                    try:
                        invitations.invite(
                            mona.user_id, mona.organisation_id, email=f"p{number}@portail.example",
                            first_name="P", last_name="P", role="professional",
                        )  # fmt: skip
                        written[clock.today()] = written.get(clock.today(), 0) + 1
                    except invitations.Refused:
                        full = (
                            Invitation.objects.open().filter(organisation=mona.organisation_id).count() >= 3
                        )
                        assert full or written.get(clock.today(), 0) >= 2
                elif act == "cancel":
                    if one := Invitation.objects.open().order_by("pk").first():
                        invitations.cancel(acting_from(mona), one.uuid)
                else:
                    moment += timedelta(days=1)
                assert Invitation.objects.open().count() <= 3
        assert all(number <= 2 for number in written.values())
        transaction.set_rollback(True)


# --- Deciding -------------------------------------------------------------------------------


def test_the_inviter_never_approves(world, visit, invite):
    invitation = invite()
    response = visit("mona").post(detail(invitation), {"decision": "approve"}, follow=True)
    assert "Une autre personne que celle qui invite doit décider" in text(response)
    assert "Approuver et envoyer" not in text(visit("mona").get(detail(invitation)))
    with pytest.raises(invitations.OwnInvitation):
        invitations.decide(invitation.uuid, by=world.user("mona").pk, approve=True, acting=None)
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(decided_by=invitation.invited_by_id, state="sent")
    invitation.refresh_from_db()
    assert invitation.state == "pending"
    assert not OutboxMessage.objects.filter(kind=invitations.KIND).exists()


def test_another_manager_comes_before_the_head(world, visit, invite, second_manager):
    invitation = invite()
    assert visit("regis").get(detail(invitation)).status_code == 404
    assert visit("dora").post(detail(invitation), {"decision": "approve"}).status_code == 302
    invitation.refresh_from_db()
    assert (invitation.state, invitation.decided_by) == ("sent", world.user("dora"))


def test_the_parent_comes_before_the_region(world, visit, invite):
    with as_owner():
        Organisation.objects.filter(key="RSMV").update(parent=world.org("SMV_EM"))
        Membership.objects.filter(user=world.user("nadia")).update(organisation=world.org("SMV_EM"))
    invitation = invite("rosa", "RSMV")
    assert [member.user for member in invitations.approvers_of(invitation)] == [world.user("nadia")]


def test_a_manager_who_sleeps_or_left_is_no_approver(world, visit, invite, second_manager):
    for change in ({"suspended_at": clock.now()}, {"revoked_at": clock.now(), "ends_on": clock.today()}):
        with as_owner():
            Membership.objects.filter(user=world.user("dora")).update(
                suspended_at=None, revoked_at=None, ends_on=None
            )
            Membership.objects.filter(user=world.user("dora")).update(**change)
        invitation = invite(email=f"n{len(change)}@portail.example")
        assert [m.user for m in invitations.approvers_of(invitation)] == [world.user("regis")]


def test_without_anybody_an_administrator_decides(world, visit, invite):
    with as_owner():
        Membership.objects.filter(user=world.user("regis")).update(ends_on=clock.today() - timedelta(days=1))
    invitation = invite()
    assert "l’administration du portail le fera" in text(visit("mona").get(detail(invitation)))
    admin = visit("adam")
    address = reverse("admin:partners_invitation_changelist")
    assert "Nina Nouvelle" in text(admin.get(address))
    admin.post(address, {"action": "approve", "_selected_action": [invitation.pk]})
    invitation.refresh_from_db()
    assert (invitation.state, invitation.decided_by) == ("sent", world.user("adam"))


def test_an_administrator_does_not_approve_their_own(world, visit):
    admin = visit("adam")
    add = reverse("admin:partners_invitation_add")
    filled = {
        "organisation": world.org("ML_C").pk, "email": "neuf@portail.example", "first_name": "N",
        "last_name": "Neuf", "role": "manager",
    }  # fmt: skip
    errors = admin.post(add, filled | {"email": "neuf@ailleurs.example"}).context["adminform"].form.errors
    assert "finit par" in str(errors["email"])
    assert admin.post(add, filled).status_code == 302
    invitation = Invitation.objects.get()
    assert invitation.invited_by == world.user("adam")
    address = reverse("admin:partners_invitation_changelist")
    response = admin.post(address, {"action": "approve", "_selected_action": [invitation.pk]}, follow=True)
    assert "une autre personne que vous doit décider" in text(response)
    invitation.refresh_from_db()
    assert invitation.state == "pending"
    change = reverse("admin:partners_invitation_change", args=[invitation.pk])
    assert admin.post(change, filled | {"email": "x@portail.example"}).status_code in (302, 403)
    delete = reverse("admin:partners_invitation_delete", args=[invitation.pk])
    assert admin.post(delete, {"post": "yes"}).status_code == 403
    assert visit("carla").post(detail(invitation), {"decision": "approve"}).status_code == 302
    invitation.refresh_from_db()
    assert (invitation.state, invitation.email) == ("sent", "neuf@portail.example")


def test_refused_or_cancelled_nothing_leaves(world, visit, invite, run_outbox):
    refused, cancelled = invite(), invite(email="autre@portail.example")
    visit("regis").post(detail(refused), {"decision": "refuse"})
    approve(world, cancelled)
    visit("mona").post(detail(cancelled), {"decision": "cancel"})
    mail.outbox.clear()
    run_outbox()
    assert {message.to[0] for message in mail.outbox} <= {"regis@portail.example", "mona@portail.example"}
    assert set(Invitation.objects.values_list("state", flat=True).order_by("pk")) == {"refused", "cancelled"}


def test_somebody_decided_first(world, visit, invite):
    invitation = invite()
    approve(world, invitation)
    response = visit("regis").post(detail(invitation), {"decision": "refuse"})
    assert response.status_code == 409
    assert "Quelqu’un a agi juste avant vous" in text(response)
    invitation.refresh_from_db()
    assert invitation.state == "sent"


@pytest.mark.django_db(transaction=True)
def test_two_approve_at_once_one_wins():
    from tests.world import World

    world = World.load()
    with as_owner():
        Membership.objects.filter(user__email__in=["dora@portail.example", "bob@portail.example"]).update(
            role=Role.MANAGER
        )
    world = World.load()
    invitation = invitations.invite(
        world.user("mona").pk, world.org("ML_A").pk, email="nina@portail.example", first_name="N",
        last_name="N", role="professional",
    )  # fmt: skip
    told = []

    def decide(who):
        try:
            approve(world, invitation, who)
            told.append("won")
        except invitations.AlreadyDecided:
            told.append("told")
        finally:
            connection.close()

    threads = [Thread(target=decide, args=[who]) for who in ("dora", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["told", "won"]
    assert OutboxMessage.objects.none().count() == 0
    with as_owner():
        assert OutboxMessage.objects.filter(kind=invitations.KIND).count() == 1


# --- The link -------------------------------------------------------------------------------


def test_the_database_holds_no_token(world, link):
    token = link().split("/")[2]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT i::text FROM partners_invitation i UNION SELECT o::text FROM core_outboxmessage o"
        )
        assert token not in repr(cursor.fetchall())


def test_a_dead_link_is_one_sober_page(world, link, invite, client, travel):
    pages = {text(client.get(f"/invitation/{token}/")) for token in ("x", "0" * 64, "é")}
    path = link()
    used = link(email="autre@portail.example")
    passwords = {"password": PASSWORD, "again": PASSWORD}
    assert client.post(used, passwords).status_code == 302
    for response in (client.get(used), client.post(used, passwords)):
        assert response.status_code == 404
        pages.add(text(response))
    travel(clock.now() + Invitation.LASTS + timedelta(seconds=1))
    for response in (client.get(path), client.post(path, passwords)):
        assert response.status_code == 404
        pages.add(text(response))
    assert len(pages) == 1
    assert User.objects.filter(email="nina@portail.example").count() == 0


def test_weak_passwords_are_explained(world, link, client):
    path = link()
    for password in ("court", "password1234", "nina@portail.example"):
        response = client.post(path, {"password": password, "again": password})
        assert response.status_code == 200
        assert response.context["form"].errors
    client.post(path, {"password": PASSWORD, "again": "autre chose 12"})
    assert not User.objects.filter(email="nina@portail.example").exists()


def test_reading_the_link_writes_nothing(world, link, client):
    client.get(link())
    assert Invitation.objects.get().state == "sent"
    assert not User.objects.filter(email="nina@portail.example").exists()


def test_an_existing_account_joins_after_signing_in(world, visit, link, client):
    path = link(email="charlie@portail.example")
    assert "Me connecter pour rejoindre" in text(client.get(path))
    client.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert world.user("charlie").check_password("mot de passe de test")
    assert "adressée à une autre personne" in text(visit("alice").post(path))
    assert Membership.objects.filter(user=world.user("charlie")).count() == 1
    charlie = visit("charlie")
    key = charlie.session.session_key
    response = charlie.post(path, follow=True)
    assert "Vous avez rejoint Mission locale du Port" in text(response)
    assert response.context["acting"].organisation_id == world.org("ML_A").pk
    assert charlie.session.session_key != key
    assert User.objects.get(email="charlie@portail.example").check_password("mot de passe de test")


def test_the_inviter_may_have_left_and_the_domain_is_an_administrator_s(world, visit):
    admin = visit("adam")
    change = reverse("admin:partners_organisation_change", args=[world.org("ML_A").pk])
    assert "email_domains" in text(admin.get(change))
    for bad in ("@ml.fr", "ML.fr", "ml", "a b.fr"):
        filled = {"name": "ML", "network": "ml", "level": "local", "region": "75", "email_domains": bad}
        response = admin.post(change, filled | {"teams-TOTAL_FORMS": 0, "teams-INITIAL_FORMS": 0})
        assert response.context["adminform"].form.errors["email_domains"]


def test_what_lapsed_is_closed_by_the_worker(world, invite, travel):
    invite()
    travel(clock.now() + Invitation.LASTS)
    with as_worker():
        assert invitations.lapse() == 1
        assert invitations.lapse() == 0


def test_a_signed_in_stranger_may_open_their_own_account(world, visit, link):
    """On a shared computer, the session of a colleague does not become the newcomer's."""
    alice = visit("alice")
    response = alice.post(link(), {"password": PASSWORD, "again": PASSWORD}, follow=True)
    assert "Votre compte est prêt" in text(response)
    assert not response.context["user"].is_authenticated


def test_queries(world, visit, invite, queries):
    mona = visit("mona")
    few = queries(mona, TEAM)[0]
    for number in range(6):
        invite(email=f"n{number}@portail.example")
    many, sql = queries(mona, TEAM)
    assert many == few <= 8, sql
    assert isinstance(mona, StrictClient)
