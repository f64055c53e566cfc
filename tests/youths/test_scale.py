"""Twenty thousand youths in one Mission Locale, as many in another one: the same statements as for sixty.

And no search reads the table: by the web's login, under the policies, as it was really run.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.urls import reverse

from core.scope import acting_as
from core.templatetags.portal_ui import fr_number
from portal.bench.counting import Statements
from portal.bench.pages import BYTES, DETAIL, LIST, QUERIES
from tests.client import StrictClient
from tests.conftest import as_owner
from tests.keeping import kept
from tests.world import World
from youths import reach_sql
from youths.link_codes import Aspect, Reason
from youths.listing import asked as asking
from youths.listing import rows
from youths.models import Youth
from youths.search import MOST, matching, near, pattern_of

FEW, MANY = 60, 20_000
# Syllables, so that three letters begin the names of a few hundred youths, and as long as names are.
_SYLLABLES = ["mar", "tin", "gal", "bois", "ker", "ven", "rou", "san", "lom", "pic", "dur", "fon", "let", "nor", "vil", "cha",
              "bre", "cou", "pel", "tau", "gir", "mon", "jac", "bel", "ros", "fle", "per", "gui", "lau", "den", "hub", "mil"]  # fmt: skip
_YOUTHS = """
INSERT INTO youths_youth (uuid, held_by_id, registered_with_id, file_number, first_name, last_name, birth_date, phone,
                          email, level_obtained, last_contact_on)
SELECT gen_random_uuid(), %(keeper)s, %(keeper)s, 'B' || n,
       initcap(s[n / 31 %% 32 + 1] || s[n %% 31 + 1]),
       initcap(s[n / 7 %% 32 + 1] || s[n / 224 %% 32 + 1]) || '-' || initcap(s[n / 3 %% 32 + 1]),
       current_date - 6000 - n %% 3000, '06 39 98 ' || to_char(n %% 10000, 'FM0000'), '', false,
       current_date - n * 7 %% 400
FROM generate_series(%(first)s::int, %(last)s::int) n, (SELECT %(syllables)s::text[] s) words
"""
_LINKS = """
INSERT INTO youths_accompaniment (youth_id, organisation_id, professional_id, role, aspects, started_on, end_reason,
                                  reason)
SELECT y.id, y.held_by_id, %(user)s, 'lead', ARRAY[%(aspect)s], current_date, '', %(reason)s
FROM generate_series(%(first)s::int, %(last)s::int) n JOIN youths_youth y ON y.file_number = 'B' || n
WHERE y.held_by_id = %(keeper)s AND n %% %(follows)s = 0
"""
# What puts a scope back when a transaction lies within another one, as here; a page of the portal has its own.
_BACK = "SELECT set_config('app.user'"
_WHOLE_READINGS = (
    "SELECT coalesce(sum(seq_scan), 0) FROM pg_stat_xact_user_tables WHERE relname = 'youths_youth'"
)


@dataclass
class Crowd:
    """The world with twenty thousand more, and what its pages took before they came."""

    world: World
    before: dict[str, list[str]]

    def client(self, name: str) -> StrictClient:
        return client(self.world, name)


def client(world: World, name: str) -> StrictClient:
    """Somebody signed in, who has typed three letters."""
    visitor = StrictClient()
    visitor.force_login(world.user(name))
    visitor.post(reverse("youths:search"), {"q": "mar"})
    return visitor


def pages(world: World) -> list[tuple[str, str]]:
    """Who asks for what: lists, searches, and a record opened from each."""
    listed, youth = reverse("youths:list"), reverse("youths:detail", args=[world.youth("yann").uuid])
    both = ["", "?vue=structure", "?tri=naissance", "?recherche=1", "?mineurs=1", "?vue=structure&mineurs=1"]
    manager = ["?silence=90&tri=nouvelles", "?frein=MOBILITE", "?accord=30", "?silence=90&mineurs=1"]
    opened = ["?liste=1", "?liste=tri%3Dnaissance", "?liste=vue%3Dstructure", "?liste=recherche"]
    return [
        *(("alice", listed + query) for query in both),
        *(("mona", listed + query) for query in (*both, *manager)),
        *((who, youth + query) for who in ("alice", "mona") for query in opened),
    ]


def statements(visitor: StrictClient, address: str) -> list[str]:
    """The statements of a page asked a second time: what a process keeps is then there."""
    visitor.get(address)
    found = Statements()
    with connection.execute_wrapper(found):
        assert visitor.get(address).status_code == 200, address
    return [sql for sql, _ in found.kept if not sql.startswith(_BACK)]


def counted(world: World) -> dict[str, list[str]]:
    visitors = {name: client(world, name) for name in ("alice", "mona")}
    return {f"{who} {address}": statements(visitors[who], address) for who, address in pages(world)}


def fill(world: World, first: int, last: int, *, follows: int) -> None:
    """The rows by SQL, one youth in ``follows`` accompanied; the triggers would write as many rows of history."""
    with as_owner(), connection.cursor() as cursor:
        for table in ("youths_youth", "youths_accompaniment"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for organisation, user in (("ML_A", "alice"), ("ML_C", "charlie")):
            values = {"keeper": world.org(organisation).pk, "first": first, "last": last}
            cursor.execute(_YOUTHS, {**values, "syllables": _SYLLABLES})
            values |= {"user": world.user(user).pk, "follows": follows}
            cursor.execute(_LINKS, {**values, "aspect": Aspect.WHOLE.value, "reason": Reason.CREATION.value})
        cursor.execute("DELETE FROM youths_reach; " + reach_sql.FILL)
        # What is checked at the end of a transaction is checked now: a table with checks to come takes no order.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for table in ("youths_youth", "youths_accompaniment"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("ANALYZE youths_youth, youths_accompaniment, youths_reach")


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker) -> Iterator[Crowd]:
    """The crowd, in a transaction that ends with the module."""

    def build() -> Crowd:
        world = World.load()
        fill(world, 1, FEW, follows=1)
        before = counted(world)
        fill(world, FEW + 1, MANY, follows=50)
        return Crowd(world, before)

    with kept(django_db_blocker, build) as crowd:
        yield crowd


@pytest.fixture
def crowd(loaded) -> Iterator[Crowd]:
    """What a test changes is undone after it."""
    with transaction.atomic():
        yield loaded
        transaction.set_rollback(True)


def whole_readings() -> int:
    """How many times this transaction read the whole table of youths, functions and policies included."""
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE_READINGS)
        return cursor.fetchone()[0]


def nodes(plan: dict) -> list[dict]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


def readings_planned(statement: str, parameters) -> list[str]:
    """How a plan reads the table of youths."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        (found,) = cursor.fetchone()
    plan = json.loads(found) if isinstance(found, str) else found
    return [
        node["Node Type"] for node in nodes(plan[0]["Plan"]) if node.get("Relation Name") == "youths_youth"
    ]


@pytest.mark.parametrize("name", ["alice", "dora", "mona"])
@pytest.mark.parametrize("typed", ["mar", "ker ven", "06 39 98 00", "B1234", "de la marven"])
def test_a_search_reads_its_index_and_no_more(crowd, typed, name):
    acting = crowd.world.acting(name)
    with acting_as(acting), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, row_security_active('youths_youth')")
        assert cursor.fetchone() == ("tu_app", True)
        wanted = matching(acting, pattern=pattern_of(typed)).order_by("search_name", "pk")
        planned = readings_planned(*wanted.values_list("pk", "uuid").query.sql_with_params())
        assert planned
        assert "Seq Scan" not in planned
        before = whole_readings()
        found = list(wanted.values_list("held_by", flat=True))
        assert whole_readings() == before
    assert 0 < len(found) < MANY / 5
    assert set(found) == {crowd.world.org("ML_A").pk}


def test_reading_the_whole_table_would_be_seen(crowd):
    with acting_as(crowd.world.acting("mona")), connection.cursor() as cursor:
        before = whole_readings()
        statement = "SELECT count(*) FROM youths_youth WHERE first_name LIKE '%%z%%'"
        assert readings_planned(statement, ()) == ["Seq Scan"]
        cursor.execute(statement, ())
        assert whole_readings() == before + 1


@pytest.mark.parametrize("name", ["alice", "dora", "mona"])
@pytest.mark.parametrize("typed", ["marvem", "marven korlou", "xarv"])
def test_a_name_with_one_letter_wrong_reads_the_index_and_no_more(crowd, typed, name):
    acting = crowd.world.acting(name)
    with acting_as(acting):
        before = whole_readings()
        found = near(acting, typed, [])
        assert whole_readings() == before
    assert len(found) <= MOST + 1


@pytest.mark.parametrize("name", ["alice", "mona"])
def test_the_page_of_a_search_reads_the_index_too(crowd, name):
    visitor = crowd.client(name)
    before = whole_readings()
    html = visitor.get(reverse("youths:list") + "?recherche=1").content
    assert whole_readings() == before
    assert html.count(b"Mar") >= rows.PAGE
    assert b"apres=" in html


def test_the_same_statements_as_for_sixty(crowd):
    after = counted(crowd.world)
    grown = {
        asked: "\n".join(found) for asked, found in after.items() if len(found) > len(crowd.before[asked])
    }
    assert grown == {}
    detail = reverse("youths:detail", args=[crowd.world.youth("yann").uuid])
    over = {
        asked: "\n".join(found)
        for asked, found in after.items()
        if len(found) > QUERIES[DETAIL if detail in asked else LIST]
    }
    assert over == {}


@pytest.mark.parametrize(("name", "query"), [
    ("alice", ""), ("alice", "?vue=structure"), ("alice", "?recherche=1"), ("mona", ""), ("mona", "?recherche=1"),
    ("mona", "?silence=90&tri=nouvelles"),
])  # fmt: skip
def test_a_page_of_fifty_is_light(crowd, name, query):
    html = crowd.client(name).get(reverse("youths:list") + query).content
    assert len(set(re.findall(rb'href="([0-9a-f-]{36})/', html))) == rows.PAGE
    assert len(html) < BYTES


def test_the_count_is_that_of_the_whole_list(crowd):
    mona = crowd.world.acting("mona")
    with acting_as(mona):
        silent = asking.read(mona, {"silence": "90", "tri": "nouvelles"})
        found = rows.all_of(mona, silent, MANY)
        assert rows.count(mona, silent) == len(found) > MANY / 2
        # With filters the screen counts as far as it is of use; a view is counted whole.
        assert rows.count_shown(mona, silent) == rows.LONG + 1
        assert rows.count_words(rows.LONG + 1, silent) == f"Plus de {fr_number(rows.LONG)} jeunes"
        everybody = asking.read(mona, {})
        assert rows.count_shown(mona, everybody) == Youth.objects.openable_by(mona).count() > MANY
        assert [line.news for line in found] == sorted(line.news for line in found)
