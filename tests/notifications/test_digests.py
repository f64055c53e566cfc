"""The digest: one mail a day, a week for who manages, of what was told and is not read; nothing lost, nothing twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.models import Task
from core.scope import acting_as, system_scope
from notifications import digests
from notifications.digests import CUT, LEAVES, period_of
from notifications.models import Digest, Notification
from notifications.notices import notify
from partners.models import Absence, Membership
from portal import waiting
from tests.conftest import as_owner, as_worker
from tests.referrals.test_loop import send

# A Wednesday in winter, at ten in Paris.
WEDNESDAY = datetime(2027, 1, 13, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def tell(world):
    """``tell("alice", "text")``: a notification of a kind that waits for the digest."""

    def told(name: str, text: str, kind: str = "referral.accept", path: str = "/orientations/") -> None:
        with as_owner():
            notify(
                [world.user(name).pk],
                organisation_id=world.acting(name).organisation_id,
                kind=kind,
                text=text,
                path=path,
                effect_key=f"{name}:{text}:{clock.now().isoformat()}",
            )

    return told


@pytest.fixture
def at(travel, run_outbox):
    """``at(moment)``: the mails that leave when the worker wakes at that moment."""

    def mails(moment: datetime) -> list[tuple[str, str, str]]:
        travel(moment)
        mail.outbox.clear()
        with as_worker():
            digests.run()
        run_outbox()
        return [(message.to[0].split("@")[0], message.subject, message.body) for message in mail.outbox]

    return mails


def test_one_mail_the_next_morning_with_what_alice_has_not_read(world, visit, tell, at, travel, settings):
    travel(WEDNESDAY)
    tell("alice", "Le RSMV a accepté une orientation (SMV).")
    tell("alice", "Le RSMV vous a écrit au sujet d’une orientation (SMV).", "referral.message")
    tell("alice", "Un collègue qui part vous passe la suite.", "people.handed_over", "/")
    assert at(WEDNESDAY + timedelta(hours=8)) == []
    ((to, subject, body),) = at(WEDNESDAY + DAY)
    assert (to, subject) == ("alice", "Trait d’union : votre résumé du jour")
    assert "3 choses vous attendent" in body
    # By subject, each with an address that leads there and marks it read.
    assert body.index("Votre structure") != -1
    assert body.index("Orientations\n") != -1
    links = [line.strip() for line in body.splitlines() if "/notifications/ouvrir/" in line]
    assert len(links) == 3
    client = visit("alice")
    for link in links:
        assert link.startswith(settings.PORTAL_URL)
        assert client.get(link.removeprefix(settings.PORTAL_URL), follow=True).status_code == 200
    assert "Nouveau<" not in client.get(reverse("notifications:list")).content.decode()
    # The same morning again, and the next one: nothing more to say.
    assert at(WEDNESDAY + DAY + timedelta(hours=1)) == []
    assert at(WEDNESDAY + 2 * DAY) == []


def test_what_was_read_is_not_told_again(world, visit, tell, at, travel):
    travel(WEDNESDAY)
    tell("alice", "Lu.")
    visit("alice").post(reverse("notifications:mark_read"))
    tell("rita", "Pas lu.")
    assert [(to, "Pas lu." in body) for to, _, body in at(WEDNESDAY + DAY)] == [("rita", True)]


def test_what_is_read_before_the_mail_leaves_is_not_in_it(world, visit, tell, travel, run_outbox):
    travel(WEDNESDAY)
    tell("alice", "Une nouvelle.")
    travel(WEDNESDAY + DAY)
    with as_worker():
        assert digests.run() == 1
    visit("alice").post(reverse("notifications:mark_read"))
    mail.outbox.clear()
    run_outbox()
    assert mail.outbox == []


def test_missed_nights_are_in_the_next_one(world, tell, at, travel):
    for number in range(5):
        travel(WEDNESDAY + number * DAY)
        tell("alice", f"Nouvelle {number}.")
    ((_, _, body),) = at(WEDNESDAY + 5 * DAY)
    assert [f"Nouvelle {number}." in body for number in range(5)] == [True] * 5


def test_who_manages_has_one_a_week(world, tell, at, travel):
    travel(WEDNESDAY)
    tell("mona", "Une personne est arrivée.", "people.arrived")
    assert at(WEDNESDAY + DAY) == []
    assert at(WEDNESDAY + 4 * DAY) == []
    monday = WEDNESDAY + 5 * DAY
    ((to, subject, body),) = at(monday)
    assert (to, subject) == ("mona", "Trait d’union : votre résumé de la semaine")
    assert "Une personne est arrivée." in body
    tell("mona", "Une autre personne est arrivée.", "people.arrived")
    assert at(monday + DAY) == []
    # The worker was off on the next Monday: the Tuesday will do.
    ((_, _, late),) = at(monday + 8 * DAY)
    assert "Une autre personne" in late
    assert "Une personne est arrivée" not in late


def test_what_is_urgent_left_at_once_and_is_not_in_the_digest(world, tell, at, travel, run_outbox):
    travel(WEDNESDAY)
    tell("rita", "Alice vous adresse une orientation.", "referral.send")
    mail.outbox.clear()
    run_outbox()
    assert [message.to for message in mail.outbox] == [["rita@portail.example"]]
    assert at(WEDNESDAY + DAY) == []


def test_nobody_is_told_of_an_organisation_they_left(world, tell, at, travel):
    from partners.models import Membership

    travel(WEDNESDAY)
    tell("alice", "Une nouvelle.")
    with as_owner():
        Membership.objects.filter(user=world.user("alice")).update(ends_on=clock.today())
    assert at(WEDNESDAY + DAY) == []


def test_more_than_a_screen_is_counted(world, tell, at, travel):
    travel(WEDNESDAY)
    for number in range(digests.LINES + 3):
        tell("alice", f"Nouvelle {number}.")
    ((_, _, body),) = at(WEDNESDAY + DAY)
    assert body.count("/notifications/ouvrir/") == digests.LINES
    assert "Et 3 de plus" in body


@pytest.mark.django_db(transaction=True)
def test_three_workers_write_it_once(transactional_db):
    from tests.world import World

    world = World.load()
    with as_owner():
        notify(
            [world.user("alice").pk],
            organisation_id=world.org("ML_A").pk,
            kind="referral.accept",
            text="Une nouvelle.",
            path="/",
            effect_key="one",
        )
        Notification.objects.update(at=clock.now() - 2 * DAY)
    together = Barrier(3)

    def work(_: int) -> int:
        try:
            with as_worker():
                together.wait(timeout=20)
                return digests.run()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    from core.models import OutboxMessage

    with as_owner():
        assert Digest.objects.count() == 1
        assert OutboxMessage.objects.filter(kind=digests.KIND).count() == 1


# --- The hours, pure --------------------------------------------------------------------------------------

moments = st.datetimes(datetime(2026, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))


@given(moments, st.booleans())
def test_a_period_is_over_when_its_digest_leaves_and_no_later_one_is_due(moment, weekly):
    period = period_of(moment, weekly=weekly)
    step = timedelta(days=7 if weekly else 1)
    local = moment.astimezone(clock.PARIS)
    leaves = datetime.combine(period.day, LEAVES, clock.PARIS)
    following = datetime.combine(period.day + step, LEAVES, clock.PARIS)
    assert period.until == datetime.combine(period.day, CUT, clock.PARIS)
    assert leaves.timestamp() <= local.timestamp() < following.timestamp()
    assert not weekly or period.day.weekday() == 0


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)])
def test_the_hour_is_that_of_clocks_when_they_change(day):
    before = datetime.combine(day, LEAVES, clock.PARIS).astimezone(UTC) - timedelta(seconds=1)
    assert period_of(before, weekly=False).day == day - DAY
    assert period_of(before + timedelta(seconds=1), weekly=False).day == day


# --- What one wants by mail ----------------------------------------------------------------------------------


def test_alice_turns_a_kind_off(world, visit, tell, at, travel):
    page = reverse("notifications:preferences")
    client = visit("alice")
    html = client.get(page).content.decode()
    assert "toujours envoyé" in html
    kept = ["referral.accept", "agreement.answered"]
    client.post(page, {"kind": kept})
    travel(WEDNESDAY)
    tell("alice", "Un message.", "referral.message")
    tell("alice", "Une acceptation.")
    ((_, _, body),) = at(WEDNESDAY + DAY)
    assert "Une acceptation." in body
    assert "Un message." not in body
    client = visit("alice")
    assert "Un message." in client.get(reverse("notifications:list")).content.decode()
    # Bob chose nothing: he gets everything.
    tell("bob", "Un message.", "referral.message")
    assert [to for to, _, _ in at(WEDNESDAY + 2 * DAY)] == ["bob"]
    # Turned on again.
    visit("alice").post(page, {"kind": [*kept, "referral.message"]})
    tell("alice", "Un autre message.", "referral.message")
    assert [to for to, _, _ in at(WEDNESDAY + 3 * DAY)] == ["alice"]


def test_an_urgent_kind_that_was_turned_off_stays_in_the_portal(world, visit, tell, run_outbox):
    visit("alice").post(reverse("notifications:preferences"), {"kind": []})
    tell("alice", "Un jeune a répondu.", "agreement.answered")
    tell("alice", "Un complément.", "referral.ask_info")
    mail.outbox.clear()
    run_outbox()
    assert ["Un complément." in message.body for message in mail.outbox] == [True]


def test_what_gives_something_to_do_cannot_be_turned_off(world, visit, tell, at, travel):
    from notifications.models import Mute

    visit("alice").post(reverse("notifications:preferences"), {"kind": ["nowhere", "referral.decline"]})
    with acting_as(world.acting("alice")):
        muted = set(Mute.objects.order_by("pk").values_list("kind", flat=True))
    assert muted
    assert not muted & {
        "referral.send",
        "referral.decline",
        "referral.reminder",
        "people.handed_over",
        "nowhere",
    }


def test_nobody_reads_nor_changes_the_choices_of_another(world, visit):
    from notifications.models import Mute

    visit("alice").post(reverse("notifications:preferences"), {})
    with acting_as(world.acting("bob")):
        assert not Mute.objects.exists()
        assert not Mute.objects.all().delete()[0]
        assert not Digest.objects.exists()


# --- The list ----------------------------------------------------------------------------------------------


def test_the_list_goes_by_day_and_opening_one_marks_it_read(world, visit, tell, travel):
    travel(WEDNESDAY)
    tell("alice", "Hier.")
    travel(WEDNESDAY + DAY)
    tell("alice", "Aujourd’hui.", path="/jeunes/")
    client = visit("alice")
    html = client.get(reverse("notifications:list")).content.decode()
    html = html.replace("\N{NO-BREAK SPACE}", " ")
    places = [html.index(words) for words in ("14 janvier", "Aujourd’hui.", "13 janvier", "Hier.")]
    assert places == sorted(places)
    with acting_as(world.acting("alice")):
        today, _ = Notification.objects.visible_to(world.acting("alice")).order_by("-at")
    assert client.get(digests.opening_path(today.pk)).url == "/jeunes/"
    assert client.get(reverse("notifications:list")).content.decode().count("Nouveau<") == 1
    assert urlsplit(digests.opening_path(today.pk)).path == reverse("notifications:open")


@pytest.mark.parametrize("typed", ["", "abc", "-1", "9" * 30, "0", "²"])
def test_a_link_that_leads_nowhere_says_so(world, visit, typed):
    response = visit("alice").get(reverse("notifications:open"), {"n": typed}, follow=True)
    assert "plus là" in response.content.decode()


def test_the_link_of_another_leads_nowhere(world, visit, tell):
    tell("alice", "Pour Alice.")
    with as_owner():
        hers = Notification.objects.get()
    for name in ("bob", "charlie", "mona"):
        assert visit(name).get(digests.opening_path(hers.pk)).url == reverse("notifications:list")
    with as_owner():
        assert Notification.objects.get().read_at is None


def test_earlier_ones_are_a_page_further(world, visit, tell):
    for number in range(55):
        tell("alice", f"Nouvelle {number:02}.")
    client = visit("alice")
    html = client.get(reverse("notifications:list")).content.decode()
    assert "Nouvelle 54." in html
    assert "Nouvelle 04." not in html
    with as_owner():
        fifth = Notification.objects.get(text="Nouvelle 05.")
    assert f"?avant={fifth.pk}" in html
    assert "Nouvelle 04." in client.get(f"{reverse('notifications:list')}?avant={fifth.pk}").content.decode()


def test_the_digest_says_how_much_awaits_and_names_nobody(world, tell, at):
    """The counts of the home page of the one who reads, and of nobody else; nothing when nothing awaits."""
    at(WEDNESDAY)
    send(world)
    for name in ("rita", "remi", "rosa"):
        tell(name, "Une chose.")
    bodies = {who: body for who, _, body in at(WEDNESDAY + DAY)}
    assert "À faire : à traiter 1." in bodies["rita"]
    assert "À faire" not in bodies["remi"]
    late = {who: body for who, _, body in at(WEDNESDAY + 30 * DAY)}
    tell("rita", "Une autre.")
    late = {who: body for who, _, body in at(WEDNESDAY + 31 * DAY)}
    assert "dont en retard 1" in late["rita"]


def test_the_digest_counts_as_the_home_page_does(world, tell, at, visit):
    """A substitute's, and a manager's for what nobody owns, too."""
    at(WEDNESDAY)
    send(world)
    with as_owner():
        Task.objects.create(
            kind="x", subject_kind="x", subject_id=1, organisation_id=world.org("RSMV").pk,
            due_on=date(2027, 1, 20), awaited_on=date(2027, 1, 13),
        )  # fmt: skip
        membership = Membership.objects.get(user=world.user("rita"), organisation=world.org("RSMV"))
        Absence.objects.create(
            membership=membership, substitute=world.user("remi"), until=date(2027, 2, 1),
            declared_by=world.user("rosa"),
        )  # fmt: skip
    with as_worker(), system_scope("test"):
        counts = {
            name: waiting.told(world.user(name).pk, {world.org("RSMV").pk: world.acting(name).role})
            for name in ("rita", "remi", "rosa", "sam")
        }
    assert counts == {
        "rita": [("À traiter", 1)], "remi": [("À traiter", 1)], "rosa": [("À traiter", 1)], "sam": [],
    }  # fmt: skip
