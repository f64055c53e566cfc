"""Wall 1, sentence by sentence (DESIGN, "Access: two walls")."""

import re
import statistics
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.scope import acting_as
from notifications.models import Notification
from referrals import workflow
from referrals.models import Referral
from tests.access.catalogue import HOLDS_YOUTHS, rows
from tests.access.matrix import ROUTES, RULES
from tests.access.probing import fetched, things, visitor
from tests.conftest import as_owner
from tests.referrals.test_loop import act, send

__all__ = ["things"]


def search(client, typed: str) -> tuple[str, str]:
    """What a search shows, and the rows that it fetched."""
    client.post(reverse("youths:search"), {"q": typed})
    with fetched() as found:
        page = client.get(reverse("youths:list") + "?recherche=1").content.decode()
    return page, repr(found)


def test_the_rest_of_the_mission_locale_has_a_minimal_line(world, things):
    """Name, birth date and lead referent: nothing more is shown, nor fetched."""
    dora = visitor(world, "dora")
    page, found = search(dora, "kermar")
    with fetched() as asked:
        form = dora.get(reverse("youths:open", args=[things.uuids["youth", "alice"]])).content.decode()
    assert "Kermarrec" in page
    assert re.search("14.(03|mars).2005", page)
    assert "Alice Advisor" in page
    for secret in things.secrets["alice"]:
        assert secret not in page + form, secret
        assert secret not in found + repr(asked), secret


@pytest.mark.parametrize("name", ["charlie", "carla", "rose", "remi"])
def test_nobody_searches_people_of_elsewhere(world, things, name):
    page, found = search(visitor(world, name), "kermar")
    assert "Kermarrec" not in page.replace('value="Kermarrec"', "")
    assert "Kermarrec" not in found


def test_an_opening_with_a_reason_is_told_to_the_lead_and_to_the_manager(world, visit):
    youth = world.youth("yann")
    visit("dora").post(reverse("youths:open", args=[youth.uuid]), {"reason": "urgency"})
    with as_owner():
        told = Notification.objects.filter(kind="youth.opened")
        assert {note.user_id for note in told} == {world.user("alice").pk, world.user("mona").pk}
        assert {(note.organisation_id, note.path) for note in told} == {
            (world.org("ML_A").pk, reverse("youths:detail", args=[youth.uuid]))
        }
        text = told[0].text
    assert not any(word in text for word in ("Yann", "Kermarrec", "Dora"))
    assert "dossier" in text


def test_somebody_who_already_reads_the_record_disturbs_nobody(world, visit):
    visit("mona").post(reverse("youths:open", args=[world.youth("yann").uuid]), {"reason": "urgency"})
    with as_owner():
        assert not Notification.objects.filter(kind="youth.opened", user=world.user("mona")).exists()


@pytest.mark.parametrize("name", ["rita", "sam", "rosa"])
def test_the_partner_s_side_reads_to_the_minute(world, visit, travel, name):
    """The routed referent, the substitute and the managers, until the end of the access; not one minute more."""
    start = clock.now()
    referral = send(world)
    addresses = [referral.get_absolute_url(), reverse("youths:detail", args=[world.youth("yann").uuid])]
    travel(start + timedelta(hours=1))
    with acting_as(world.acting("rita")):
        workflow.open_first(world.acting("rita"), referral.uuid)
    act(world, "rita", referral, "decline", reason="NON_PRECISE")
    end = start + timedelta(hours=1) + timedelta(days=30)
    for moment, status in ((end - timedelta(minutes=1), 200), (end + timedelta(minutes=1), 404)):
        travel(moment)
        client = visit(name)
        assert [client.get(address).status_code for address in addresses] == [status, status]


def test_a_return_that_waits_does_not_prolong_the_access(world, travel):
    """A draft waiting for the youth's agreement names the youth: wall 1 alone closes it with the rest."""
    start = clock.now()
    referral = send(world, covers_return=False)
    rita = world.acting("rita")
    with acting_as(rita):
        workflow.open_first(rita, referral.uuid)
    act(world, "rita", referral, "accept", planned_on=clock.today())
    act(world, "rita", referral, "start", started_on=clock.today())
    act(
        world, "rita", referral, "drop_out", reason="ABANDON", outcome="SANS_SOLUTION", ended_on=clock.today()
    )
    seen = {}
    for days in (29, 31):
        travel(start + timedelta(days=days))
        with as_owner():
            seen[days] = [found.programme for found in Referral.objects.visible_to(rita).order_by("pk")]
    assert seen == {29: ["smv", "retour"], 31: []}


@pytest.mark.parametrize("name", ["regis", "nadia", "paul"])
def test_those_who_steer_read_figures_alone(world, things, name):
    """No statement of their dashboard asks a table of youths, and the database would answer nothing."""
    client = visitor(world, name)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(reverse("reporting:dashboard")).status_code == 200
    asked = [query["sql"] for query in captured]
    if name != "paul":
        assert any("SET LOCAL ROLE tu_stats" in sql for sql in asked)
        for table in set(HOLDS_YOUTHS) - {"core_task"}:
            assert not any(f'"{table}"' in sql or f" {table} " in sql for sql in asked), table
        with acting_as(world.acting(name)):
            for table in HOLDS_YOUTHS:
                assert rows(f"SELECT count(*) FROM {table}") == [(0,)], table


# --- A foreign object and an unknown one --------------------------------------------------------------

UNKNOWN = "00000000-0000-4000-8000-00000000{:04x}"


def asked(client, address: str) -> int:
    """How many statements an answer takes."""
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


@pytest.mark.parametrize(
    ("pairs", "watch"),
    [
        (60, time.process_time),
        pytest.param(200, time.perf_counter, marks=[pytest.mark.prove, pytest.mark.alone]),
    ],
    ids=["processor", "clock"],
)
@pytest.mark.parametrize("kind", ["youth", "referral"])
def test_a_foreign_object_takes_the_time_of_an_unknown_one(world, things, kind, pairs, watch):
    """Interleaved pairs, each side first in turn: same statements, and medians within a tenth.

    The usual tests count the processor's time, which others who run on it hardly change; the long proofs, the clock's.
    """
    client = visitor(world, "charlie")
    page = {"youth": "youths:detail", "referral": "referrals:detail"}[kind]
    foreign = reverse(page, args=[things.uuids[kind, "alice"]])
    times: dict[str, list[float]] = {"foreign": [], "unknown": []}
    for pair in range(pairs):
        sides = [("foreign", foreign), ("unknown", reverse(page, args=[UNKNOWN.format(pair)]))]
        for side, address in sides if pair % 2 else reversed(sides):
            started = watch()
            assert client.get(address).status_code == 404
            times[side].append(watch() - started)
    assert asked(client, foreign) == asked(client, reverse(page, args=[UNKNOWN.format(pairs)]))
    both = zip(times["foreign"], times["unknown"], strict=True)
    difference = statistics.median(one - other for one, other in both)
    assert abs(difference) <= 0.1 * statistics.median(times["unknown"])


# What changes from one answer to the next: the identifier asked for, the number of the request, the token of a form.
_CHANGING = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9A-Za-z]{64}\b|\b[0-9a-f]{32}\b")
_WITH_AN_OBJECT = [
    route
    for route in ROUTES
    if route.name.startswith(("youths:", "referrals:")) and "<uuid:uuid>" in route.pattern
]


def answered(client, method: str, address: str) -> tuple[int, str, str, int]:
    """All that a refusal lets somebody see: status, page, where it leads, and how many statements it took."""
    with transaction.atomic():
        with CaptureQueriesContext(connection) as captured:
            response = getattr(client, method)(address)
        transaction.set_rollback(True)
    text = _CHANGING.sub("", response.content.decode())
    return response.status_code, text, _CHANGING.sub("", response.get("Location", "")), len(captured)


def test_every_address_of_a_foreign_object_answers_as_an_unknown_one(world, things):
    """Whatever is read or sent, by a professional and by a manager of another Mission Locale."""
    assert len(_WITH_AN_OBJECT) > 40
    different, open_to_all = [], set()
    for name in ("charlie", "carla"):
        client = visitor(world, name)
        for number, route in enumerate(_WITH_AN_OBJECT):
            if RULES[route.name].lets_in(name, "alice"):
                # The table of rights gives them this page: nothing there is foreign to them.
                open_to_all.add(route.name)
                continue
            foreign = things.address(route, RULES[route.name].about, "alice")
            unknown = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", UNKNOWN.format(number), foreign)
            assert foreign != unknown
            for method in ("get", "post"):
                sides = [answered(client, method, address) for address in (foreign, unknown)]
                if sides[0] != sides[1] or sides[0][0] == 200:
                    different.append(
                        (name, method, route.name, sides[0][0], sides[1][0], sides[0][3] - sides[1][3])
                    )
    assert different == []
    # An offer names no youth, and everybody reads it; nothing else may join it unseen.
    assert open_to_all == {"referrals:offer_detail"}
