"""What a youth thinks of what was proposed: asked after the outcome, counted without them, read from five on."""

import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core import clock, links
from core.models import Change, Task
from core.scope import acting_as
from notifications.models import Notification
from referrals.models import OpinionCount, Referral, YouthLink
from referrals.opinions.reading import quarter_of, quarter_words
from referrals.youth_links import asking
from tests.client import StrictClient
from tests.conftest import as_owner
from tests.keeping import staged
from tests.referrals.placing import put
from tests.referrals.staging import move, orient, receive, settle

BORN = {"day": "14", "month": "3"}  # Yann
SAID = BORN | {"etape": "reponses", "utile": "oui", "change": "avance"}


@pytest.fixture
def phone():
    """A telephone: no session, and cross-site checks on, as for anybody."""
    return StrictClient(enforce_csrf_checks=True)


@staged
def ended(world) -> Referral:
    """A course at the organisation that the Region works with, that has its outcome."""
    settle(world, "OFFRE_17", "Tremplin du Port", "region", "oscar", "formation")
    return course(world)


def course(world, outcome="BESOIN_REPONDU") -> Referral:
    referral = orient(
        world, "alice", world.youth("yann"), "offre_regionale", "OFFRE_17", details={"theme": "mobilite"}
    )
    receive(world, "oscar", referral)
    move(world, "oscar", referral, "accept")
    move(world, "oscar", referral, "start", started_on=clock.today())
    return move(world, "oscar", referral, "complete", outcome=outcome, ended_on=clock.today())


def make_link(world, referral, who="alice"):
    with acting_as(world.acting(who)):
        mine = Referral.objects.select_related("youth").get(pk=referral.pk)
        link, seed = asking.ask(world.acting(who), mine.youth, YouthLink.Kind.OPINION, referral=mine)
    return link, asking.token_of(seed)


def page(token: str) -> str:
    return reverse("referrals:youth_link", args=[token])


def ask_page(referral) -> str:
    return reverse("referrals:opinion", args=[referral.uuid])


def counted() -> dict[tuple[str, str, str], int]:
    with as_owner():
        return {
            (row.organisation.key, row.question, row.answer): row.count
            for row in OpinionCount.objects.select_related("organisation").order_by("pk")
        }


def test_asked_after_the_outcome_and_counted_without_the_youth(world, ended, phone, visit):
    alice = visit("alice")
    assert ask_page(ended) in alice.get(ended.get_absolute_url()).content.decode()
    made = alice.post(ask_page(ended))
    shown = alice.get(made.url).content.decode()
    token = re.search(r"/questions/([0-9a-f]{64})/", shown).group(1)
    with as_owner():
        before = list(YouthLink.objects.exclude(token_hash="").values(*SHOWN_OF_A_LINK))
        told = (Notification.objects.count(), Task.objects.count(), Change.objects.count())
    questions = phone.post(page(token), BORN).content.decode()
    for word in ("Kermarrec", "Tremplin", world.org("ML_A").name, "Mobilité", "mobilite"):
        assert word not in questions
    assert "Répondez à celles que vous voulez" in questions
    assert "required" not in questions
    assert "Merci" in phone.post(page(token), SAID).content.decode()
    assert phone.post(page(token), SAID).status_code == 404
    assert counted() == {
        (key, *answer): 1
        for key in ("ML_A", "OFFRE_17")
        for answer in (("utile", "oui"), ("change", "avance"))
    }
    # Nothing says that he answered: neither the link, nor the history, nor a notice.
    with as_owner():
        assert list(YouthLink.objects.values(*SHOWN_OF_A_LINK)) == before
        assert (Notification.objects.count(), Task.objects.count(), Change.objects.count()) == told
    assert "Lien ouvert" in alice.get(made.url).content.decode()


SHOWN_OF_A_LINK = ("pk", "used_at", "locked_at", "cancelled_at", "mailed_at", "tries", "expires_at")


def test_the_other_way_the_mission_locale_is_told_nothing_more(world, ended, phone):
    """The partner may ask as well; each side reads its own count of the same answer."""
    _, token = make_link(world, ended, "oscar")
    phone.post(page(token), SAID | {"change": ""})
    assert counted() == {("ML_A", "utile", "oui"): 1, ("OFFRE_17", "utile", "oui"): 1}
    for name, key in (("alice", "ML_A"), ("oscar", "OFFRE_17")):
        with acting_as(world.acting(name)):
            assert [row.organisation.key for row in OpinionCount.objects.order_by("pk")] == [key]
    with acting_as(world.acting("charlie")):
        assert not OpinionCount.objects.exists()


def test_it_is_not_asked_before_the_outcome_nor_elsewhere(world, ended, visit):
    with as_owner():
        Referral.objects.filter(pk=ended.pk).update(
            state="started", ended_on=None, closed_at=None, version=ended.version
        )
    assert visit("alice").get(ask_page(ended)).url == ended.get_absolute_url()
    assert visit("alice").post(ask_page(ended)).url == ended.get_absolute_url()
    with as_owner():
        assert not YouthLink.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [("bob", 200), ("mona", 200), ("oscar", 200), ("charlie", 404), ("rita", 404), ("regis", 403)],
)
def test_who_may_ask(world, ended, visit, who, status):
    assert visit(who).get(ask_page(ended)).status_code == status
    assert visit(who).get(ask_page(ended) + "?demande=x").status_code == (404 if status == 200 else status)


def test_nobody_insists(world, ended, visit):
    alice = visit("alice")
    for _ in range(3):
        assert "demande=" in alice.post(ask_page(ended)).url
    assert "n’insistez pas" in alice.post(ask_page(ended), follow=True).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"utile": "", "change": ""},
        {"utile": "bof"},
        {"utile": "oui\0"},
        {"compris": "x" * 100_000},
        {"utile": ["oui", "y"]},
    ],
)
def test_wrong_answers_count_nothing_and_do_not_use_the_link(world, ended, phone, wrong):
    _, token = make_link(world, ended)
    response = phone.post(page(token), SAID | wrong)
    assert response.status_code == 200
    assert "Choisissez" in response.content.decode() or "au moins" in response.content.decode()
    assert counted() == {}
    assert "Merci" in phone.post(page(token), SAID).content.decode()


# --- Reading --------------------------------------------------------------------------------------


def fill(world, quarter: date, **counts: int) -> None:
    with as_owner():
        OpinionCount.objects.bulk_create(
            OpinionCount(
                organisation=world.org("ML_A"), programme="offre_regionale", quarter=quarter, question="utile",
                answer=answer, count=count,
            )
            for answer, count in counts.items()
        )  # fmt: skip


def cells(visit, who="alice") -> list[str]:
    html = visit(who).get(reverse("referrals:opinions")).content.decode()
    return re.findall(r"<td>(.*?)</td>", html)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"oui": 4}, []),
        ({"oui": 5}, ["5", "0", "0"]),
        ({"oui": 2, "non": 2}, []),
        ({"oui": 9, "un_peu": 8, "non": 7}, ["9", "8", "7"]),
        ({"oui": 9, "un_peu": 2, "non": 3}, ["9", "s", "s"]),
        ({"oui": 9, "non": 1}, ["s", "0", "s"]),
    ],
)
def test_five_at_least_and_no_subtraction(world, visit, travel, counts, shown):
    travel(clock.now().replace(year=2026, month=5, day=10))
    fill(world, date(2026, 1, 1), **counts)
    assert cells(visit) == shown
    assert cells(visit, "charlie") == []


def test_a_quarter_is_read_once_it_is_over(world, visit, travel):
    fill(world, date(2026, 4, 1), oui=9)
    travel(clock.now().replace(year=2026, month=6, day=30, hour=12))
    assert cells(visit) == []
    travel(clock.now().replace(year=2026, month=7, day=1, hour=12))
    assert cells(visit) == ["9", "0", "0"]


@pytest.mark.parametrize(
    ("day", "first", "words"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), "1er trimestre 2026"),
        (date(2026, 3, 31), date(2026, 1, 1), "1er trimestre 2026"),
        (date(2028, 2, 29), date(2028, 1, 1), "1er trimestre 2028"),
        (date(2026, 12, 31), date(2026, 10, 1), "4e trimestre 2026"),
    ],
)
def test_quarters(day, first, words):
    assert quarter_of(day) == first
    assert quarter_words(first) == words


# --- The second wall ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE referrals_opinioncount SET count = 9",
        "DELETE FROM referrals_opinioncount",
        "INSERT INTO referrals_opinioncount (organisation_id, programme, quarter, question, answer, count)"
        " VALUES (1, 'x', '2026-01-01', 'x', 'x', 9)",
    ],
)
def test_counts_are_made_by_the_link_alone(world, statement):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        acting_as(world.acting("alice")),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_link_about_the_referral_of_another_youth_is_refused(world, ended):
    with acting_as(world.acting("alice")):
        mine = Referral.objects.get(pk=ended.pk)
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_as(world.acting("alice")),
    ):
        asking.ask(world.acting("alice"), world.youth("zoe"), YouthLink.Kind.OPINION, referral=mine)


@pytest.mark.parametrize("state", ["received", "started"])
def test_nobody_is_asked_what_they_think_before_the_outcome(world, state):
    """Wall 2: the counts of the other side too come from such a link."""
    referral = put(world, state)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        make_link(world, referral, who="rita")


def test_a_link_serves_its_own_purpose_alone(world, ended, phone):
    """The token of one question does not answer the other one."""
    _, token = make_link(world, ended)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tu_digital_answer(%s, 14, 3, 'x', '{}')", [links.hash_of(token)])
        assert cursor.fetchone()[0] is None
    assert phone.get(page(token)).status_code == 200


def test_after_a_withdrawal_nothing_is_asked(world, ended, visit, travel):
    with as_owner():
        Referral.objects.filter(pk=ended.pk).update(sharing_stopped_at=clock.now() - timedelta(minutes=1))
    assert visit("alice").get(ask_page(ended)).url == ended.get_absolute_url()
