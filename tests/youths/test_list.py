"""The list of youths: who sees whom, what lines say, filters, orders, pages."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.scope import acting_as
from partners.models import Membership, Organisation
from tests.conftest import as_owner
from tests.filling import form_of
from tests.referrals.test_loop import send
from tests.youths.test_journal import accepted
from youths.listing import asked as asking
from youths.listing import rows
from youths.models import Accompaniment, Agreement, Obstacle, Opening, Youth

LIST = "/jeunes/"


def add(world, last: str, *, lead: str | None = None, **fields) -> Youth:
    """A youth of Alice's Mission Locale, with or without a lead referent."""
    values = {"first_name": "Lou", "birth_date": "2004-05-06", **fields}
    with as_owner():
        youth = Youth.objects.create(
            held_by=world.org("ML_A"), registered_with=world.org("ML_A"), last_name=last, **values
        )
        if lead:
            Accompaniment.objects.create(
                youth=youth, organisation=world.org("ML_A"), professional=world.user(lead), role="lead"
            )
    return youth


def hinder(world, youth: Youth, **fields) -> None:
    """An obstacle of mobility, noted by the Mission Locale."""
    with as_owner():
        Obstacle.objects.create(
            youth=youth, category="MOBILITE", since=clock.today(),
            organisation=world.org("ML_A"), taken_by=world.org("ML_A"), **fields,
        )  # fmt: skip


def names(world, who: str, **given: str) -> list[str]:
    """The last names of a list, in its order, Zoé of the world aside; the count agrees."""
    acting = world.acting(who)
    with acting_as(acting):
        asked = asking.read(acting, given)
        found = [line.last_name for line in rows.page(acting, asked, 1)]
        assert rows.count(acting, asked) == len(found)
        # Read along the index as a long list is, it says the same.
        assert [line.last_name for line in rows.page(acting, asked, rows.LONG + 1)] == found
    return [name for name in found if name != "D’Aubigné"]


def page(client, query: str = "") -> str:
    return client.get(f"{LIST}{query}").content.decode()


def test_mine_are_those_i_my_team_or_the_absent_whom_i_replace_accompany(world):
    add(world, "Ailleurs", lead="dora")
    assert names(world, "alice", vue="miens") == ["Kermarrec"]
    assert names(world, "bob") == ["Kermarrec"]
    assert names(world, "dora") == ["Ailleurs"]
    assert names(world, "mona", vue="miens") == []
    assert names(world, "mona") == ["Ailleurs", "Kermarrec"]


def test_a_professional_of_a_mission_locale_reads_a_minimal_line_of_the_others(world, visit):
    youth = world.youth("yann")
    hinder(world, youth)
    send(world)
    html = page(visit("dora"), "?vue=structure")
    assert "Kermarrec Yann" in html
    assert "référent : Alice Advisor" in html
    assert "Ouvrir avec motif" in html
    assert f'href="{youth.uuid}/ouvrir/?liste=vue%3Dstructure"' in html
    for story in ("frein", "nouvelles du", "SMV", "06 39"):
        assert story not in html.split('<ul class="rows">')[1].split("</ul>")[0], story
    mine = page(visit("alice"))
    line = mine.split('<ul class="rows">')[1].split("</ul>")[0]
    assert "1 frein en cours" in line
    assert "nouvelles du" in line
    assert "Service militaire volontaire" in line or "SMV" in line


@pytest.mark.parametrize("given", [
    {"frein": "MOBILITE"}, {"silence": "30"}, {"dispositif": "smv"}, {"tri": "nouvelles"},
])  # fmt: skip
def test_what_a_line_does_not_say_chooses_nobody(world, given):
    """Choosing by an obstacle those whom one does not accompany would tell it."""
    acting = world.acting("dora")
    asked = asking.read(acting, {"vue": "structure", **given})
    assert (asked.filters, asked.sort) == ((), "nom")
    assert asking.read(world.acting("mona"), given) != asking.read(world.acting("mona"), {})


def test_a_partner_s_professional_has_no_view_of_the_structure(world, visit):
    send(world)
    assert asking.read(world.acting("rita"), {"vue": "structure"}).view == "miens"
    html = page(visit("rita"), "?vue=structure")
    assert "Ma structure" not in html
    assert "Kermarrec" in html
    assert "Kermarrec" not in page(visit("remi"))
    assert "Kermarrec" in page(visit("rosa"))


def test_who_is_solicited_reads_nothing_of_the_story_in_a_line(world, visit):
    """Neither what stands in the way nor when news came: not by its words, its filters nor its order."""
    hinder(world, world.youth("yann"))
    with as_owner():
        Youth.objects.filter(pk=world.youth("yann").pk).update(
            last_contact_on=clock.today() - timedelta(days=100)
        )
    send(world)
    for who in ("rita", "rosa"):
        html = page(visit(who))
        assert "Kermarrec" in html
        assert "1 frein" not in html
        assert "nouvelles du" not in html
        assert names(world, who, frein="MOBILITE") == names(world, who, silence="30") == []


def test_the_lead_of_a_sensitive_structure_is_named_to_who_keeps_the_record(world, visit):
    """As on the record; Rita accompanies Yann, whom Alice leads."""
    accepted(world)
    assert "référent : Alice Advisor" in page(visit("rita"))
    with as_owner():
        Organisation.objects.filter(key="ML_A").update(is_sensitive=True)
    found = page(visit("rita"))
    assert "Kermarrec" in found
    assert "Alice Advisor" not in found
    assert "référent : Alice Advisor" in page(visit("alice"))


def test_filters(world):
    old, young = clock.today() - timedelta(days=61), clock.today() - timedelta(days=365 * 17)
    add(world, "Ancien", lead="alice", last_contact_on=old)
    add(world, "Jeune", lead="dora", birth_date=young)
    add(world, "Seul")
    hinder(world, world.youth("yann"))
    with as_owner():
        dora = Membership.objects.get(user=world.user("dora")).uuid
    send(world)
    assert names(world, "mona") == ["Ancien", "Jeune", "Kermarrec", "Seul"]
    for given, expected in (
        ({"silence": "60"}, ["Ancien"]), ({"silence": "90"}, []), ({"mineurs": "1"}, ["Jeune"]),
        ({"frein": "MOBILITE"}, ["Kermarrec"]), ({"frein": "LOGEMENT"}, []), ({"dispositif": "smv"}, ["Kermarrec"]),
        ({"dispositif": "apprentissage"}, []), ({"referent": str(dora)}, ["Jeune"]), ({"referent": "aucun"}, ["Seul"]),
        ({"dispositif": "smv", "frein": "MOBILITE"}, ["Kermarrec"]), ({"dispositif": "smv", "mineurs": "1"}, []),
    ):  # fmt: skip
        assert names(world, "mona", **given) == expected, given


def test_the_box_of_minors_sends_what_filters_and_stays_ticked(world, visit):
    add(world, "Jeune", lead="alice", birth_date=clock.today() - timedelta(days=365 * 17))
    client = visit("alice")
    for query in ("", "?mineurs=1"):
        form = form_of(page(client, query), "mineurs")
        box = ("mineurs", "1")
        assert (box in form.ticks, box in form.pairs) == (not query, bool(query))
        html = client.get(LIST, dict([*form.pairs, box])).content.decode()
        assert "Jeune" in html
        assert "Kermarrec" not in html


@pytest.mark.parametrize(("name", "days", "expected"), [
    ("mona", 10, ["Kermarrec"]), ("mona", 40, []), ("mona", -1, []), ("rosa", 10, ["Kermarrec"]), ("carla", 10, []),
])  # fmt: skip
def test_an_agreement_that_ends_soon_and_is_one_s_own(world, name, days, expected):
    send(world)
    with as_owner():
        day = clock.today() + timedelta(days=days)
        Agreement.objects.update(given_on=clock.today() - timedelta(days=200), expires_on=day)
    assert names(world, name, accord="15") == expected


def test_asked_one_by_one_the_youths_are_those_of_the_set(world):
    """The rules of access are told twice, for a set and for one record: the same for everybody of the world."""
    send(world)
    youth = add(world, "Ouverte", lead="dora")
    ended = add(world, "Close")
    with as_owner():
        Opening.objects.create(
            youth=youth, organisation=world.org("ML_A"), user=world.user("bob"), reason="reception",
            until=clock.now() + timedelta(hours=1),
        )  # fmt: skip
        for role, until in (("closing", None), ("partner", clock.now() - timedelta(hours=1))):
            Accompaniment.objects.create(
                youth=ended, organisation=world.org("RSMV"), professional=world.user("rita"), role=role,
                access_until=until, ended_on=clock.today(), end_reason="done",
            )  # fmt: skip
    told = 0
    for name in ("alice", "bob", "sonia", "dora", "mona", "paul", "rita", "sam", "remi", "rosa", "charlie", "carla", "rose", "regis"):  # fmt: skip
        acting = world.acting(name)
        with acting_as(acting):
            youths = Youth.objects
            seen = set(youths.visible_to(acting).values_list("pk", flat=True))
            assert set(youths.openable_by(acting).values_list("pk", flat=True)) == seen, name
            followed = set(youths.followed_by(acting).values_list("pk", flat=True))
            assert set(youths.followable_by(acting).values_list("pk", flat=True)) == followed, name
            told += len(seen) + len(followed)
    assert told > 20


def test_what_is_lifted_or_closed_is_no_longer_in_progress(world):
    hinder(world, world.youth("yann"), closing="leve", closed_on=clock.today())
    assert names(world, "mona", frein="MOBILITE") == []


def test_a_referent_of_another_organisation_chooses_nobody(world):
    with as_owner():
        charlie = Membership.objects.get(user=world.user("charlie")).uuid
    assert names(world, "mona", referent=str(charlie)) == []


def test_the_list_of_the_house_is_filtered_by_the_lead_that_it_shows_alone(world):
    """Bob reads who leads the youths of others; who else accompanies them is not told by a filter either."""
    youth = add(world, "Suivie", lead="dora")
    with as_owner():
        for name in ("sonia", "mona"):
            Accompaniment.objects.create(
                youth=youth, organisation=world.org("ML_A"), professional=world.user(name), role="partner"
            )
        alone = add(world, "Seule")
        Accompaniment.objects.create(
            youth=alone, organisation=world.org("ML_A"), professional=world.user("sonia"), role="partner"
        )
        of = {name: str(Membership.objects.get(user=world.user(name)).uuid) for name in ("sonia", "dora")}
    assert names(world, "bob", vue="structure", referent=of["dora"]) == ["Suivie"]
    assert names(world, "bob", vue="structure", referent=of["sonia"]) == []
    assert names(world, "bob", vue="structure", referent="aucun") == ["Seule"]
    # A manager may open them all: the line hides nothing from them.
    assert names(world, "mona", referent=of["sonia"]) == ["Seule", "Suivie"]


def test_orders(world):
    add(world, "Abel", birth_date="2008-01-01", last_contact_on=clock.today() - timedelta(days=3))
    add(world, "Zed", birth_date="2000-01-01", last_contact_on=clock.today() - timedelta(days=9))
    assert names(world, "mona") == ["Abel", "Kermarrec", "Zed"]
    assert names(world, "mona", tri="naissance") == ["Abel", "Kermarrec", "Zed"]
    assert names(world, "mona", tri="nouvelles") == ["Zed", "Abel", "Kermarrec"]


@pytest.mark.parametrize("given", [
    {"tri": "x"}, {"vue": "x"}, {"referent": "x"}, {"referent": "00000000-0000-4000-8000-00000000000"}, {"frein": "SANTE"},
    {"frein": "JUSTICE"}, {"dispositif": "x"}, {"silence": "-1"}, {"silence": "31"}, {"mineurs": "oui"}, {"apres": "x"}, {"avant": "x"},
    {"apres": "00000000-0000-4000-8000-000000000000"},
])  # fmt: skip
def test_what_means_nothing_filters_nothing(world, visit, given):
    html = visit("mona").get(LIST, given).content.decode()
    assert "Kermarrec" in html
    assert "Filtres actifs" not in html


def test_a_chip_takes_its_filter_off_and_keeps_the_others(world, visit):
    html = page(visit("mona"), "?frein=MOBILITE&silence=30&tri=naissance")
    chips = re.findall(r'class="chip" href="([^"]*)"><span>([^<]*)', html)
    assert [(label, href.replace("&amp;", "&")) for href, label in chips] == [
        ("Frein : Se déplacer", "?tri=naissance&silence=30"),
        ("Sans nouvelles depuis 30 jours", "?tri=naissance&frein=MOBILITE"),
    ]
    assert "Aucun jeune ne correspond à ces filtres." in html


def test_the_address_names_nobody(world, visit):
    add(world, "Canarisseau", lead="alice")
    html = page(visit("alice"))
    assert not [href for href in re.findall(r'href="([^"]*)"', html) if "anarisseau" in href]


@pytest.mark.parametrize(
    "query", ["", "tri=naissance", "tri=nouvelles", "vue=structure", "silence=30&tri=nouvelles"]
)
def test_pages_follow_one_another_both_ways(world, visit, query):
    """Next until the end, then back: each youth once, in one order, whatever is equal in it."""
    with as_owner():
        youths = Youth.objects.bulk_create(
            Youth(
                held_by=world.org("ML_A"), registered_with=world.org("ML_A"), first_name="Lou",
                last_name=f"Suite {number % 7}", birth_date=f"2004-05-{number % 5 + 1:02}",
                last_contact_on=clock.today() - timedelta(days=40 + number % 3),
            )
            for number in range(130)
        )  # fmt: skip
        Accompaniment.objects.bulk_create(
            Accompaniment(
                youth=youth, organisation=world.org("ML_A"), professional=world.user("alice"), role="lead"
            )
            for youth in youths
        )
        everybody = Youth.objects.filter(held_by=world.org("ML_A")).count()
    client = visit("alice")
    count = everybody if query == "vue=structure" else 130 if "silence" in query else 131
    pages = [f"?{query}"]
    seen: list[list[str]] = []
    while True:
        html = page(client, pages[-1])
        assert f"{count} jeunes" in html
        seen.append(re.findall(r'<li><a href="([0-9a-f-]{36})/', html))
        following = re.search(r'href="(\?[^"]*)" rel="next"', html)
        assert bool(re.search('rel="prev"', html)) == (len(seen) > 1)
        if not following:
            break
        pages.append(following[1].replace("&amp;", "&"))
    assert [len(one) for one in seen] == [50, 50, count - 100]
    assert len({uuid for one in seen for uuid in one}) == count
    back = html
    for expected in (seen[1], seen[0]):
        previous = re.search(r'href="(\?[^"]*)" rel="prev"', back)[1].replace("&amp;", "&")
        back = page(client, previous)
        assert re.findall(r'<li><a href="([0-9a-f-]{36})/', back) == expected
    assert 'rel="prev"' not in back
    assert 'rel="next"' in back


def test_the_number_of_queries_does_not_grow(world, visit):
    client = visit("mona")
    counted = []
    for _ in range(3):
        page(client, "?tri=nouvelles")
        with CaptureQueriesContext(connection) as found:
            page(client, "?tri=nouvelles")
        counted.append(len([query for query in found if "SAVEPOINT" not in query["sql"]]))
        for number in range(20):
            add(world, f"Encore {number}", lead="dora")
    assert len(set(counted)) == 1
    assert counted[0] <= 8 + 2  # the two settings of a test's transaction


def test_names_count_towards_the_limit(world, visit, settings):
    settings.TRAIL_LIMITS = settings.TRAIL_LIMITS | {"names_day": 0}
    assert visit("alice").get(LIST).status_code == 429


@pytest.mark.parametrize("who", ["regis", "nadia", "paul", "adam"])
def test_those_who_accompany_nobody_have_no_list(world, visit, who):
    assert visit(who).get(LIST).status_code == 403


def test_an_opening_with_a_reason_is_among_mine_for_a_day(world, travel):
    with as_owner():
        Opening.objects.create(
            youth=world.youth("yann"), organisation=world.org("ML_A"), user=world.user("dora"),
            reason="reception", until=clock.now() + timedelta(hours=24),
        )  # fmt: skip
    assert names(world, "dora") == ["Kermarrec"]
    travel(clock.now() + timedelta(hours=25))
    assert names(world, "dora") == []
