"""A partner invited without a referral: asked, answered, taken back, left without an answer."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock
from core.models import Task
from core.scope import acting_as
from notifications.models import Notification
from tests.conftest import as_owner, as_worker
from tests.filling import form_of, send_pairs
from tests.referrals.test_loop import act, send
from tests.youths.test_journal import accepted
from youths import journal
from youths.accompanying import inviting
from youths.agreements import withdrawing
from youths.agreements.giving import give
from youths.models import Accompaniment, AccompanimentInvitation, Agreement, JournalEntry, Youth

AGREED = {"agreed": "on", "informed": "read_aloud", "channel": "face_to_face"}


@pytest.fixture
def record(world) -> str:
    return reverse("youths:detail", args=[world.youth("yann").uuid])


def ask(world, client, record: str, key="RSMV", **typed):
    address = f"{record}inviter/"
    values = {"aspects": ["training"], "reason": "formation", **AGREED} | typed
    form = form_of(client.get(address).content.decode(), "organisation")
    return send_pairs(client, address, form.filled(organisation=str(world.org(key).pk), **values))


@pytest.fixture
def invited(world, visit, record) -> AccompanimentInvitation:
    """Alice invited the RSMV for Yann; Rita, its referent, is asked."""
    assert ask(world, visit("alice"), record).status_code == 302
    with as_owner():
        return AccompanimentInvitation.objects.get()


def link() -> Accompaniment:
    with as_owner():
        return Accompaniment.objects.get(organisation__key="RSMV")


def answer(client, record: str, no: bool = False, **typed):
    address = f"{record}invitation/"
    form = form_of(client.get(address).content.decode(), "declining" if no else "professional")
    return send_pairs(client, address, form.filled(press=("refuser" if no else "accepter", "oui"), **typed))


def text(client, address: str) -> str:
    return client.get(address).content.decode().replace("\xa0", " ")


def state() -> str:
    with as_owner():
        return AccompanimentInvitation.objects.get().state


# --- Asking -------------------------------------------------------------------------------------------


def test_it_goes_to_the_designated_referent_with_the_agreement_of_the_youth(world, invited):
    assert invited.invited == world.user("rita")
    assert (invited.state, invited.aspects) == ("pending", ["training"])
    found = link()
    assert (found.role, found.reason, found.professional) == ("contacted", "invitation", world.user("rita"))
    assert found.substitute == world.user("sam")
    with as_owner():
        agreement = Agreement.objects.get()
        assert (agreement.purpose, agreement.recipient) == ("co_accompagnement", world.org("RSMV"))
        task = Task.objects.open().get(subject_kind="accompaniment")
        told = set(Notification.objects.filter(kind="youth.invited").values_list("user_id", flat=True))
    assert (task.organisation_id, task.user_id) == (world.org("RSMV").pk, world.user("rita").pk)
    assert told == {world.user("rita").pk, world.user("sam").pk}


def test_until_the_answer_it_reads_who_the_youth_is_and_nothing_of_the_story(world, visit, invited, record):
    with acting_as(world.acting("alice")):
        journal.share(
            world.acting("alice"),
            world.youth("yann"),
            kind="contact",
            happened_on=clock.today(),
            text="Canari.",
        )
    for who in ("rita", "sam", "rosa"):
        html = text(visit(who), record)
        assert "Kermarrec" in html
        assert "Répondre à l’invitation" in html
        assert "Canari" not in html
        assert visit(who).post(f"{record}journal/", {}).status_code == 404
    assert "Préparer ou suivre une formation" in text(visit("rita"), f"{record}invitation/")
    assert visit("remi").get(f"{record}invitation/").status_code == 404


def test_the_home_page_asks_for_the_answer_and_the_mail_names_nobody(world, visit, invited, run_outbox):
    page = visit("rita").get("/").content.decode()
    assert "Invitation à accompagner" in page
    assert reverse("youths:invitation", args=[world.youth("yann").uuid]) in page
    run_outbox()
    assert {message.to[0] for message in mail.outbox} == {"rita@portail.example", "sam@portail.example"}
    assert not any("Yann" in message.body + message.subject for message in mail.outbox)


@pytest.mark.parametrize(
    ("who", "status"),
    [("rita", 404), ("dora", 404), ("charlie", 404), ("remi", 404), ("regis", 403), ("paul", 403)],
)
def test_only_those_who_keep_the_record_invite(world, visit, record, who, status):
    accepted(world)
    for address in ("inviter/", "inviter/reprendre/"):
        for method in ("get", "post"):
            assert getattr(visit(who), method)(record + address).status_code == status
    with as_owner():
        assert not AccompanimentInvitation.objects.exists()


@pytest.mark.parametrize("key", ["ML_A", "ML_C", "SMV_C", "UNML"])
def test_neither_one_s_own_nor_elsewhere_is_offered(world, visit, record, key):
    page = visit("alice").get(f"{record}inviter/").content.decode()
    assert f'value="{world.org(key).pk}"' not in page
    response = visit("alice").post(
        f"{record}inviter/",
        {"organisation": world.org(key).pk, "aspects": "training", "reason": "formation", **AGREED},
    )
    assert response.status_code == 200
    with as_owner():
        assert not AccompanimentInvitation.objects.exists()


def test_a_sensitive_structure_is_not_named(world, visit, record):
    with as_owner():
        world.org("RSMV").__class__.objects.filter(key="RSMV").update(is_sensitive=True)
    assert world.org("RSMV").name not in visit("alice").get(f"{record}inviter/").content.decode()


def test_who_accompanies_or_is_asked_already_is_not_offered_again(world, visit, invited, record):
    assert f'value="{world.org("RSMV").pk}"' not in visit("alice").get(f"{record}inviter/").content.decode()
    with acting_as(world.acting("alice")), pytest.raises(inviting.Refused):
        inviting.invite(
            world.acting("alice"), world.youth("yann"), organisation=world.org("RSMV").pk,
            aspects=["training"], reason="formation", agreed={"channel": "phone", "informed": "handed"},
        )  # fmt: skip


@pytest.mark.parametrize("missing", ["organisation", "aspects", "reason", "agreed", "informed", "channel"])
def test_what_is_missing_is_told_and_nothing_is_lost(world, visit, record, missing):
    typed = {
        "organisation": world.org("RSMV").pk,
        "aspects": "housing",
        "reason": "frein",
        **AGREED,
    }
    del typed[missing]
    response = visit("alice").post(f"{record}inviter/", typed)
    assert response.status_code == 200
    form = form_of(response.content.decode(), "organisation")
    sent = {name: value for name, value in form.pairs if name in typed}
    assert sent == {name: str(value) for name, value in typed.items()}
    with as_owner():
        assert not AccompanimentInvitation.objects.exists()
        assert not Agreement.objects.exists()


def test_without_a_referent_the_managers_answer(world, visit, record):
    with as_owner():
        from partners.models import Designation

        Designation.objects.filter(organisation=world.org("RSMV")).update(
            ends_on=clock.today() - timedelta(days=1)
        )
    ask(world, visit("alice"), record)
    with as_owner():
        assert AccompanimentInvitation.objects.get().invited is None
    assert visit("rita").get(record).status_code == 404
    assert answer(visit("rosa"), record, professional=str(world.user("remi").pk)).status_code == 302
    assert link().professional == world.user("remi")


# --- Answering ----------------------------------------------------------------------------------------


def test_accepted_the_partner_accompanies(world, visit, invited, record):
    with acting_as(world.acting("alice")):
        journal.share(
            world.acting("alice"),
            world.youth("yann"),
            kind="contact",
            happened_on=clock.today(),
            text="Canari.",
        )
    assert answer(visit("rita"), record, aspects=["training", "digital"]).url == record
    found = link()
    assert (found.role, found.aspects, found.professional) == (
        "partner", ["training", "digital"], world.user("rita"),
    )  # fmt: skip
    assert "Canari" in text(visit("rita"), record)
    assert "formation, numérique" in text(visit("alice"), record)
    with as_owner():
        assert not Task.objects.open().filter(subject_kind="accompaniment").exists()
        assert Notification.objects.get(kind="youth.invitation_answered").user_id == world.user("alice").pk


def test_it_may_be_for_a_colleague_and_never_for_a_stranger(world, visit, invited, record):
    assert answer(visit("rosa"), record, professional=str(world.user("remi").pk)).status_code == 302
    assert link().professional == world.user("remi")
    response = visit("rita").post(
        f"{record}invitation/", {"professional": world.user("charlie").pk, "aspects": "whole"}
    )
    assert response.status_code in (302, 404)


@pytest.mark.parametrize("role", ["contacted", "partner"])
def test_a_colleague_who_has_a_link_already_goes_on_with_it(world, visit, invited, record, role):
    with as_owner():
        Accompaniment.objects.bulk_create([
            Accompaniment(
                youth=world.youth("yann"), organisation=world.org("RSMV"), professional=world.user("remi"),
                role=role, reason="referral",
            )
        ])  # fmt: skip
    response = answer(visit("rosa"), record, professional=str(world.user("remi").pk), aspects=["digital"])
    assert response.status_code == 302
    with as_owner():
        first, theirs = Accompaniment.objects.filter(organisation__key="RSMV").order_by("pk")
    assert (first.end_reason, first.ended_on) == ("handed_over", clock.today())
    assert (theirs.role, theirs.reason, theirs.aspects) == ("partner", "invitation", ["digital"])
    assert theirs.professional == world.user("remi")
    assert visit("remi").get(record).status_code == 200


def test_what_a_referral_made_of_the_link_meanwhile_outlives_the_invitation(world, invited, travel):
    with as_owner():
        Accompaniment.objects.filter(pk=invited.link_id).update(role="partner")
    travel(invited.expires_at)
    with as_worker():
        assert inviting.expire() == 1
    assert (link().role, link().ended_on) == ("partner", None)


def test_declined_with_a_code_it_reads_nothing_any_more(world, visit, invited, record):
    assert answer(visit("rita"), record, no=True, declining="places").url == reverse("youths:list")
    assert state() == "declined"
    assert (link().end_reason, link().ended_on) == ("decline", clock.today())
    assert visit("rita").get(record).status_code == 404
    with as_owner():
        assert Notification.objects.get(kind="youth.invitation_answered").text.startswith(
            world.org("RSMV").name
        )
    # It may be asked again later.
    assert ask(world, visit("alice"), record).status_code == 302


def test_a_refusal_says_why(world, visit, invited, record):
    response = answer(visit("rita"), record, no=True)
    assert response.status_code == 200
    assert state() == "pending"


def test_nobody_accepts_once_the_youth_took_the_agreement_back(world, visit, invited, record):
    with as_owner():
        Agreement.objects.update(withdrawn_at=clock.now(), withdrawn_how="phone")
    response = answer(visit("rita"), record)
    assert "retiré son accord" in response.content.decode()
    assert (state(), link().role) == ("pending", "contacted")


@pytest.mark.parametrize(("who", "becomes"), [("alice", "taken_back"), ("rita", "declined")])
def test_an_agreement_taken_back_ends_the_invitation_that_it_allowed(
    world, visit, invited, record, who, becomes
):
    acting = world.acting(who)
    with acting_as(acting):
        withdrawing.withdraw(Agreement.objects.get(pk=invited.agreement_id), how="phone", by=acting)
    assert state() == becomes
    assert link().end_reason == "agreement_withdrawn"
    with as_owner():
        assert not Task.objects.open().filter(subject_kind="accompaniment").exists()
    assert "retiré son accord" in text(visit("alice"), record)
    assert ask(world, visit("alice"), record).status_code == 302


def test_a_minor_s_representative_is_informed(world, visit, record):
    with as_owner():
        world.youth("yann").__class__.objects.filter(pk=world.youth("yann").pk).update(
            birth_date=clock.today() - timedelta(days=16 * 366)
        )
    assert "représentant légal" in ask(world, visit("alice"), record).content.decode()
    day = clock.today().isoformat()
    assert ask(world, visit("alice"), record, representative_informed_on=day).status_code == 302


def test_two_answer_at_once_one_wins(world, visit, invited, record, monkeypatch):
    rita = visit("rita")
    form = form_of(rita.get(f"{record}invitation/").content.decode(), "professional")
    known = inviting.received

    def then_sam_declines(acting, youth):
        found = known(acting, youth)
        with as_owner():
            AccompanimentInvitation.objects.update(
                state="declined", declining="places", answered_at=clock.now()
            )
        return found

    monkeypatch.setattr(inviting, "received", then_sam_declines)
    response = send_pairs(rita, f"{record}invitation/", form.filled(press=("accepter", "oui")))
    assert response.status_code == 409
    assert "vient de répondre" in response.content.decode()
    assert link().role == "contacted"


@pytest.mark.parametrize("who", ["alice", "mona"])
def test_taken_back_the_partner_reads_nothing_any_more(world, visit, invited, record, who):
    client = visit(who)
    assert "Reprendre l’invitation" in text(client, record)
    client.post(f"{record}inviter/reprendre/", {"structure": world.org("RSMV").pk})
    assert state() == "taken_back"
    assert visit("rita").get(record).status_code == 404
    assert "n’attend plus" in text(
        client, client.post(f"{record}inviter/reprendre/", {"structure": world.org("RSMV").pk}).url
    )


@pytest.mark.parametrize("sent", ["", "x", "0", str(10**30), "\0"])
def test_an_unknown_invitation_is_not_taken_back(world, visit, invited, record, sent):
    assert visit("alice").post(f"{record}inviter/reprendre/", {"structure": sent}).status_code == 302
    assert state() == "pending"


def test_after_thirty_days_it_ends_to_the_minute(world, visit, invited, record, travel):
    end = invited.expires_at
    travel(end - timedelta(minutes=1))
    with as_worker():
        assert inviting.expire() == 0
    assert visit("rita").get(record).status_code == 200
    travel(end)
    # Before the clock passes, nobody answers any more.
    assert visit("rita").get(f"{record}invitation/").status_code == 302
    with as_worker():
        assert inviting.expire() == 1
        assert inviting.expire() == 0
    assert state() == "expired"
    assert link().end_reason == "expire"
    travel(end + timedelta(minutes=1))
    assert visit("rita").get(record).status_code == 404
    with as_owner():
        assert not Task.objects.open().filter(subject_kind="accompaniment").exists()


@pytest.mark.parametrize("colleague", [False, True])
def test_invited_again_the_story_begins_where_it_began(world, visit, record, colleague):
    """The RSMV came with a record of its own, attached to Alice's, and left: what was before stays unread."""
    start, yann = clock.now(), world.youth("yann")
    with acting_as(world.acting("alice")):
        journal.share(world.acting("alice"), yann, kind="contact", happened_on=clock.today(), text="Canari.")
    with as_owner():
        JournalEntry.objects.update(at=start - timedelta(days=3))
        Accompaniment.objects.create(
            youth=yann, organisation=world.org("RSMV"), role="partner", reads_from=start,
            ended_on=clock.today(), end_reason="done", access_until=start,
        )  # fmt: skip
    ask(world, visit("alice"), record)
    if colleague:
        with as_owner():
            Accompaniment.objects.create(
                youth=yann, organisation=world.org("RSMV"), professional=world.user("remi"), role="contacted"
            )
    answer(visit("rosa"), record, professional=str(world.user("remi" if colleague else "rita").pk))
    with as_owner():
        (active,) = Accompaniment.objects.active().filter(organisation=world.org("RSMV"))
    assert (active.role, active.reads_from) == ("partner", start)
    assert "Canari" not in text(visit("remi" if colleague else "rita"), record)


# --- Asked for twice ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["decline", "take_back", "expire", "withdraw"])
def test_a_referral_under_way_holds_the_link_of_an_invitation_and_ends_it(
    world, visit, invited, record, travel, how
):
    """Rita is asked twice for Yann: she reads who he is until both are answered, and no longer."""
    referral = send(world)
    if how == "decline":
        answer(visit("rita"), record, no=True, declining="places")
    elif how == "take_back":
        visit("alice").post(f"{record}inviter/reprendre/", {"structure": world.org("RSMV").pk})
    elif how == "expire":
        with as_owner():
            AccompanimentInvitation.objects.update(sent_at=clock.now() - AccompanimentInvitation.LASTS)
        with as_worker():
            assert inviting.expire() == 1
    else:
        with acting_as(world.acting("alice")):
            agreement = Agreement.objects.get(pk=invited.agreement_id)
            withdrawing.withdraw(agreement, how="phone", by=world.acting("alice"))
    assert (link().role, link().reason, link().ended_on) == ("contacted", "referral", None)
    assert visit("rita").get(record).status_code == 200
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "decline", reason="PLACES")
    assert (link().role, link().ended_on) == ("contacted", clock.today())
    with acting_as(world.acting("rita")):
        assert not Youth.objects.registrable_for(world.acting("rita")).exists()


def test_what_a_referral_made_of_the_link_ends_with_the_referral_once_the_invitation_is_declined(
    world, visit, invited, record
):
    referral = send(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "accept")
    answer(visit("rita"), record, no=True, declining="places")
    assert (link().role, link().ended_on) == ("partner", None)
    act(world, "rita", referral, "start", started_on=clock.today())
    act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=clock.today())
    assert link().ended_on == clock.today()
    assert link().access_until is not None


def test_once_the_referral_is_over_an_invitation_that_waits_is_still_to_be_answered(
    world, visit, invited, record
):
    referral = send(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "accept")
    act(world, "rita", referral, "start", started_on=clock.today())
    assert link().role == "partner"
    act(world, "rita", referral, "complete", outcome="EMPLOI_DURABLE", ended_on=clock.today())
    assert (link().role, link().ended_on) == ("contacted", None)
    answer(visit("rita"), record, no=True, declining="places")
    assert link().ended_on == clock.today()
    assert visit("rita").get(record).status_code == 404


def test_an_agreement_for_something_else_holds_no_link_of_an_invitation(world, visit, invited, record):
    with acting_as(world.acting("alice")):
        give(
            world.youth("yann"), recorded_by=world.user("alice").pk, recorded_for=world.org("ML_A").pk,
            recipient_id=world.org("RSMV").pk, purpose="smv", channel="phone", informed="handed",
        )  # fmt: skip
        agreement = Agreement.objects.get(pk=invited.agreement_id)
        withdrawing.withdraw(agreement, how="phone", by=world.acting("alice"))
    assert link().end_reason == "agreement_withdrawn"
    assert visit("rita").get(record).status_code == 404


# --- Wall 2 -------------------------------------------------------------------------------------------


def run(world, who: str, statement: str) -> int:
    with acting_as(world.acting(who)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def test_the_database_lets_each_side_do_its_part(world, invited):
    accept = "UPDATE youths_accompanimentinvitation SET state = 'accepted', answered_at = now()"
    back = "UPDATE youths_accompanimentinvitation SET state = 'taken_back', answered_at = now()"
    for who, statement in (("alice", accept), ("rita", back)):
        with pytest.raises(DatabaseError, match="the other side"):
            run(world, who, statement)
    assert run(world, "charlie", accept) == 0
    assert run(world, "rita", accept) == 1
    with pytest.raises(DatabaseError, match="is closed"):
        run(world, "rita", accept)


def test_nobody_invites_in_the_name_of_another(world, invited):
    forged = (
        "INSERT INTO youths_accompanimentinvitation (uuid, youth_id, link_id, agreement_id, from_organisation_id,"
        " to_organisation_id, sent_by_id, sent_at, aspects, reason, state, declining) SELECT gen_random_uuid(),"
        f" youth_id, link_id, agreement_id, {{org}}, {world.org('SMV_C').pk}, sent_by_id, now(), aspects, reason,"
        f" 'pending', '' FROM (VALUES ({world.youth('yann').pk}, {invited.link_id}, {invited.agreement_id},"
        f" {world.user('rita').pk}, '{{{{whole}}}}'::varchar[], 'frein')) AS v"
        " (youth_id, link_id, agreement_id, sent_by_id, aspects, reason)"
    )
    for who, key in (("rita", "RSMV"), ("rita", "ML_A"), ("charlie", "ML_C"), ("charlie", "ML_A")):
        with pytest.raises(DatabaseError, match="row-level security"):
            run(world, who, forged.format(org=world.org(key).pk))
