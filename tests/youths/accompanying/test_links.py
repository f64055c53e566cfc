"""The link itself: for what, how it began, why it ended; and how it passes to a colleague."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from core import clock
from core.scope import acting_as
from notifications.models import Notification
from partners.models import Topic
from referrals import effects
from referrals import links as referral_links
from referrals.models import Referral
from referrals.states import TERMINAL
from referrals.transitions import TRANSITIONS
from tests.conftest import as_owner
from tests.referrals.placing import put
from tests.referrals.test_loop import act, reopen, send
from tests.youths.test_journal import accepted
from youths import link_codes
from youths.accompanying import aspects, passing
from youths.models import Accompaniment, AccompanimentInvitation, Agreement, JournalEntry, Youth


def links(youth, **wanted) -> list[Accompaniment]:
    with as_owner():
        return list(Accompaniment.objects.filter(youth=youth, **wanted).order_by("pk"))


def hand(world, who: str, to: str, *names: str) -> list[int]:
    acting = world.acting(who)
    with acting_as(acting):
        youths = list(
            Youth.objects.visible_to(acting)
            .filter(pk__in=[world.youth(name).pk for name in names])
            .order_by("pk")
        )
        found = passing.principal_links(acting, [youth.pk for youth in youths], lock=True).values()
        theirs = [link for link in found if passing.may_change(acting, link)]
        return passing.pass_these(acting, theirs, world.user(to).pk)


# --- For what, how it began, why it ended -------------------------------------------------------------


def test_every_topic_says_what_the_recipient_takes_care_of():
    assert set(Topic.values) == aspects.OF_TOPIC.keys()
    assert aspects.in_words(["training", "orientation", "training"]) == "orientation, formation"
    assert aspects.in_words([]) == "parcours"


def test_every_action_that_closes_a_referral_is_an_end_with_its_words():
    closing = {effects.closing(row.action) for row in TRANSITIONS if row.target in TERMINAL}
    # The youth's withdrawal ends the links under its own name, whatever referral it closes.
    assert "end_sharing" in closing
    assert closing - {"end_sharing"} | {"agreement_withdrawn"} <= set(link_codes.EndReason.values)


def test_who_joins_on_a_referral_says_for_what(world):
    accepted(world)
    (link,) = links(world.youth("yann"), organisation=world.org("RSMV"))
    assert (link.role, link.reason, link.aspects) == ("partner", "referral", ["training"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"aspects": []},
        {"aspects": ["cuisine"]},
        {"reason": "hasard"},
        {"end_reason": "done"},
        {"ended_on": "2030-01-01"},
        {"ended_on": "2030-01-01", "end_reason": "x"},
    ],
)
def test_the_database_refuses_a_code_that_means_nothing(world, wrong):
    with pytest.raises(IntegrityError, match="youths_accompaniment"), transaction.atomic(), as_owner():
        Accompaniment.objects.filter(youth=world.youth("yann")).update(**wrong)


# --- Passing to a colleague ---------------------------------------------------------------------------


def test_a_youth_passes_to_a_colleague_with_the_story_of_who_followed(world):
    yann = world.youth("yann")
    assert hand(world, "alice", "dora", "yann") == [yann.pk]
    old, new = links(yann)
    assert (old.professional, old.end_reason) == (world.user("alice"), "handed_over")
    assert old.access_until is not None
    assert (new.professional, new.role, new.reason) == (world.user("dora"), "lead", "handed_over")
    assert new.ended_on is None
    with as_owner():
        told = Notification.objects.get(user_id=world.user("dora").pk)
    assert told.text == "Un jeune vous est confié."


def test_a_manager_passes_several_and_a_professional_only_their_own(world):
    assert hand(world, "mona", "bob", "yann", "zoe") == sorted(
        world.youth(name).pk for name in ("yann", "zoe")
    )
    assert [one.professional for one in links(world.youth("zoe"), ended_on=None)] == [world.user("bob")]


def test_what_is_not_ones_own_is_left(world):
    # Bob is of Alice's team: he opens the record of Yann, and does not give it away.
    assert hand(world, "bob", "dora", "yann") == []
    assert [one.professional for one in links(world.youth("yann"))] == [world.user("alice")]


def test_a_partner_passes_its_own_link_and_never_the_lead(world):
    accepted(world)
    yann = world.youth("yann")
    assert hand(world, "rita", "remi", "yann") == [yann.pk]
    assert [one.professional for one in links(yann, organisation=world.org("RSMV"), ended_on=None)] == [
        world.user("remi")
    ]
    assert [one.professional for one in links(yann, role="lead")] == [world.user("alice")]


def test_who_takes_over_reads_the_story_from_the_same_day(world):
    accepted(world)
    with as_owner():
        Accompaniment.objects.filter(organisation=world.org("RSMV")).update(reads_from=clock.now())
    hand(world, "rita", "remi", "yann")
    (new,) = links(world.youth("yann"), organisation=world.org("RSMV"), ended_on=None)
    assert new.reads_from is not None


def test_twice_changes_nothing(world):
    hand(world, "alice", "dora", "yann")
    assert hand(world, "mona", "dora", "yann") == []
    assert len(links(world.youth("yann"))) == 2


# --- A link and its referrals -------------------------------------------------------------------------


def again(world) -> Referral:
    """Alice addresses Yann to the RSMV once more, while Rita accompanies him."""
    with as_owner():
        Referral.objects.update(state="completed", started_on=clock.today(), ended_on=clock.today())
    return send(world)


def test_who_accompanies_is_not_merely_solicited_by_what_is_asked_next(world):
    accepted(world)
    again(world)
    (link,) = links(world.youth("yann"), organisation=world.org("RSMV"))
    assert link.role == "partner"


def test_who_was_invited_stays_whatever_becomes_of_a_referral(world):
    accepted(world)
    with as_owner():
        Accompaniment.objects.filter(organisation=world.org("RSMV")).update(reason="invitation")
    referral = again(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "decline", reason="NON_PRECISE")
    (link,) = links(world.youth("yann"), organisation=world.org("RSMV"))
    assert (link.role, link.ended_on, link.access_until) == ("partner", None, None)


def test_a_referral_reopened_before_its_answer_opens_no_story(world):
    referral = send(world)
    act(world, "rita", referral, "receive")
    act(world, "rita", referral, "decline", reason="NON_PRECISE")
    reopen(world, referral)
    (link,) = links(world.youth("yann"), organisation=world.org("RSMV"))
    assert (link.role, link.ended_on) == ("contacted", None)


@pytest.mark.parametrize("forged", [
    "UPDATE youths_accompaniment SET role = 'partner' WHERE organisation_id = {org}",
    "INSERT INTO youths_accompaniment (youth_id, organisation_id, professional_id, role, aspects, reason, started_on,"
    " end_reason) VALUES ({youth}, {org}, {user}, 'partner', '{{whole}}', 'creation', '2026-01-01', '')",
])  # fmt: skip
def test_who_is_solicited_does_not_make_itself_accompany(world, forged):
    """Wall 2: what was asked is not what was accepted."""
    send(world)
    values = {
        "org": world.org("RSMV").pk,
        "youth": world.youth("yann").pk,
        "user": world.user("rosa").pk,
    }
    refusal = pytest.raises(DatabaseError, match="before it accepted")
    with refusal, transaction.atomic(), acting_as(world.acting("rita")), connection.cursor() as cursor:
        cursor.execute(forged.format(**values))


@pytest.mark.parametrize("asked_before", [True, False])
def test_a_colleague_asked_next_reads_no_more_than_the_organisation_did(world, visit, asked_before):
    """The centre reads from a day on: whoever of its people a second referral asks, the story begins that day."""
    yann, start = world.youth("yann"), clock.now() - timedelta(days=1)
    write_before = {
        "kind": "information",
        "text": "Récit d’avant.",
        "happened_on": clock.today() - timedelta(days=5),
    }
    with as_owner():
        Accompaniment.objects.create(
            youth=yann,
            organisation=world.org("RSMV"),
            professional=world.user("rita"),
            role="partner",
            reads_from=start,
        )
        JournalEntry.objects.create(
            youth=yann, organisation=world.org("ML_A"), author=world.user("alice"),
            at=clock.now() - timedelta(days=5), **write_before,
        )  # fmt: skip
    referral = put(world, "received", recipient="remi")
    with as_owner():
        theirs = Accompaniment.objects.filter(organisation=world.org("RSMV"), professional=world.user("remi"))
        if not asked_before:
            theirs.delete()
        referral_links.open_link(referral, "recipient", "partner")
        assert (theirs.get().role, theirs.get().reads_from) == ("partner", start)
    for name in ("rita", "remi", "rosa"):
        html = visit(name).get(reverse("youths:detail", args=[yann.uuid])).content.decode()
        assert "Kermarrec" in html
        assert "Récit d’avant." not in html
        with acting_as(world.acting(name)):
            assert not JournalEntry.objects.exists()


def test_a_first_yes_is_not_an_answer_to_the_next_question(world):
    """Wall 2: solicited again, an organisation that accompanied once does not promote itself."""
    yann = world.youth("yann")
    with as_owner():
        asked = {"youth": yann, "organisation": world.org("RSMV"), "professional": world.user("rita")}
        today, before = clock.today(), clock.now() - timedelta(days=1)
        first, _ = Accompaniment.objects.bulk_create([
            Accompaniment(**asked, role="partner", ended_on=today, end_reason="done", access_until=before),
            Accompaniment(**asked, role="contacted"),
        ])  # fmt: skip
        agreement = Agreement.objects.create(
            youth=yann, recorded_by=world.user("alice"), recorded_for=world.org("ML_A"),
            recipient=world.org("RSMV"), purpose="co_accompagnement", text_version="1", channel="phone",
            informed="handed", given_on=today, expires_on=today,
        )  # fmt: skip
        AccompanimentInvitation.objects.create(
            youth=yann, link=first, agreement=agreement, from_organisation=world.org("ML_A"),
            to_organisation=world.org("RSMV"), sent_by=world.user("alice"), reason="frein", state="accepted",
            answered_at=clock.now(),
        )  # fmt: skip
    refusal = pytest.raises(DatabaseError, match="before it accepted")
    with refusal, transaction.atomic(), acting_as(world.acting("rita")), connection.cursor() as cursor:
        cursor.execute("UPDATE youths_accompaniment SET role = 'partner' WHERE role = 'contacted'")
