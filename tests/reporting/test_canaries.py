"""No name and no small cell reaches regional or national staff (issue, must show 5).

Every page, file and document that they reach is read: the routes of the resolver, the objects of the matrix, and
whatever these pages lead to. The youths and what is written about them are unmistakable. And what is hidden moves
nothing: with four referrals where there were three, every answer is the same, to the letter.
"""

import json
import re
from difflib import unified_diff
from html import unescape
from io import BytesIO
from urllib.parse import urljoin, urlsplit
from zipfile import ZipFile

import pytest
from django.urls import reverse

from core import clock
from referrals.models import Referral
from reporting.models import CommitteePack
from reporting.packs import producing
from reporting.published import making
from tests.access.matrix import OWNERS, ROUTES, rule
from tests.access.probing import things  # noqa: F401 - the fixture
from tests.conftest import as_owner, as_worker
from youths.models import JournalEntry, PrivateNote, Youth

STAFF = ("regis", "nadia")
# Addresses that lead elsewhere or end the session; what is asked a second time under another filter is enough.
_LEFT = re.compile(r"^/(connexion|deconnexion|static|admin|mon-compte)")
MOST = 900


@pytest.fixture
def held(travel):
    """The clock, held still where it is: what was staged is seconds old."""
    travel(clock.now())


@pytest.fixture
def planted(world, held, things) -> list[str]:  # noqa: F811
    """What nobody else may read, in every place where something is written about a youth."""
    marks = [
        "Zzcanariprenom",
        "Zzcanarinom",
        "DOSSIER-ZZ-4471",
        "06 39 98 44 71",
        "canari du journal",
        "canari privé",
    ]
    with as_owner():
        for youth in Youth.objects.order_by("pk"):
            Youth.objects.filter(pk=youth.pk).update(
                first_name=f"Zzcanariprenom{youth.pk}", last_name=f"Zzcanarinom{youth.pk}",
                file_number=f"DOSSIER-ZZ-4471-{youth.pk}", phone="06 39 98 44 71",
            )  # fmt: skip
            about = {"youth": youth, "author": world.user("alice"), "organisation": world.org("ML_A")}
            JournalEntry.objects.create(
                **about, text="canari du journal", kind="contact", happened_on=clock.today()
            )
            PrivateNote.objects.create(**about, text="canari privé")
    # Names are changed: what the matrix planted beside them stays.
    kept = [text for texts in things.secrets.values() for text in texts if text.startswith("canari")]
    return marks + kept


def prepared() -> None:
    """What the worker makes of the figures."""
    with as_worker():
        making.publish()
        producing.prepare_due()


def read(response) -> str:
    """Everything that an answer says, whatever its form."""
    content = response.content if not response.streaming else b"".join(response.streaming_content)
    kind = response.get("Content-Type", "")
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as archive:
            return unescape(
                " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
            )
    if kind.startswith("application/pdf"):
        # Its letters are numbers of a font: what it was made from is read instead (``the_packs``).
        return ""
    return unescape(content.decode("utf-8-sig"))


def the_packs() -> dict[str, str]:
    """What the documents of the packs are made from."""
    with as_owner():
        ready = CommitteePack.objects.filter(status="ready").order_by("pk")
        found = {f"pack {pack.pk}": json.dumps(pack.data, ensure_ascii=False) for pack in ready}
    assert found
    return found


def addresses(things, role):  # noqa: F811
    """Every address of the resolver that a role may open, about nothing or about each owner's object."""
    for route in ROUTES:
        known = rule(route.name)
        if role not in known.action.roles and "signed_in" not in known.action.roles:
            continue
        owners = OWNERS if "<" in route.pattern else OWNERS[:1]
        for owner in owners:
            for kind in ("pdf", "xlsx") if "<str:kind>" in route.pattern else ("",):
                address = things.address(route, known.about, owner, known.probe.query)
                yield address[: -len("pdf/")] + f"{kind}/" if kind else address


def walked(client, start) -> dict[str, str]:
    """What each address says, from those that the resolver knows to those that its pages lead to."""
    found: dict[str, str] = {}
    waiting = list(dict.fromkeys(start))
    seen = set(waiting)
    while waiting:
        address = waiting.pop(0)
        response = client.get(address)
        if response.status_code == 302:
            linked = [response.url]
        elif response.status_code != 200:
            continue
        else:
            found[address] = text = read(response)
            is_page = response["Content-Type"].startswith("text/html")
            linked = re.findall(r'href="([^"#]*)', text) if is_page else []
        for link in linked:
            parts = urlsplit(urljoin(f"http://testserver{address}", unescape(link)))
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.netloc == "testserver" and target not in seen and not _LEFT.match(target):
                seen.add(target)
                waiting.append(target)
        assert len(seen) < MOST, "pages lead to pages without an end"
    return found


@pytest.mark.prove
@pytest.mark.parametrize("name", STAFF)
def test_no_name_is_on_any_page_nor_in_any_file(world, things, planted, visit, story, held, name):  # noqa: F811
    story(3, "completed")
    story(2, "declined")
    prepared()
    role = world.acting(name).role
    found = walked(visit(name), addresses(things, role))
    opened = {address.split("?")[0] for address in found}
    assert {
        reverse("reporting:dashboard"), reverse("reporting:pack_list"), reverse("partners:gap_list"),
        reverse("partners:gap_export"), reverse("reporting:indicators"), reverse("partners:organisation_list"),
    } <= opened  # fmt: skip
    assert len(opened) >= 40
    found |= the_packs()
    assert any(address.endswith("/xlsx/") and "dossiers" in address for address in opened)
    assert {(address, mark) for address, text in found.items() for mark in planted if mark in text} == set()


def test_the_walk_finds_the_canaries_where_they_are(world, things, planted, visit, held):  # noqa: F811
    """Alice reads them: the test above can fail."""
    alice = visit("alice")
    youth = world.youth("yann")
    found = walked_once(alice, [reverse("youths:list"), reverse("youths:detail", args=[youth.uuid])])
    said = " ".join(found.values())
    assert {mark for mark in planted if mark in said} >= {
        "Zzcanariprenom",
        "Zzcanarinom",
        "canari du journal",
    }


def walked_once(client, start) -> dict[str, str]:
    return {address: read(client.get(address)) for address in start}


_CHANGING = [
    # How many notices wait: a pack that is prepared is told.
    re.compile(r'<a class="site-link site-bell".*?</a>', re.S),
    re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"'),
    re.compile(r'nonce="[^"]+"'),
    re.compile(r'"X-CSRFToken": ?"[^"]+"'),
    re.compile(r"csrf-token\" content=\"[^\"]+\""),
]


def still(text: str) -> str:
    for changing in _CHANGING:
        text = changing.sub("", text)
    return text


@pytest.mark.prove
@pytest.mark.parametrize("name", STAFF)
def test_what_is_hidden_moves_nothing(world, things, visit, story, held, name):  # noqa: F811
    """Three referrals in the nation, then four: all the pages and files of the figures are the same, to the letter."""
    story(1, "declined", sender="ML_C", recipient="SMV_C")
    prepared()
    with as_owner():
        assert Referral.objects.exclude(sent_at=None).count() == 3, "two are of the matrix's owners"
    start = [address for address in addresses(things, world.acting(name).role) if of_figures(address)]
    client = visit(name)
    before = {address: still(text) for address, text in walked_in(client, start).items()}
    assert len(before) >= 5
    story(1, "declined", sender="ML_C", recipient="SMV_C")
    prepared()
    after = {address: still(text) for address, text in walked_in(client, start).items()}
    assert after.keys() == before.keys()
    assert [
        moved for address in before for moved in difference(address, before[address], after[address])
    ] == []


@pytest.mark.prove
def test_the_same_pages_do_move_when_many_more_come(world, things, visit, story, held):  # noqa: F811
    """The test above can fail."""
    story(2, "declined", sender="ML_C", recipient="SMV_C")
    prepared()
    client = visit("nadia")
    board = reverse("reporting:dashboard")
    before = still(read(client.get(board)))
    story(20, "declined", sender="ML_C", recipient="SMV_C")
    prepared()
    assert still(read(client.get(board))) != before


def difference(address: str, before: str, after: str) -> list[str]:
    """The lines of an answer that moved."""
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [f"{address}: {line[:300]}" for line in lines if not line.startswith(("---", "+++", "@@"))]


def of_figures(address: str) -> bool:
    return address.startswith(("/tableau-de-bord/", "/comites/", "/indicateurs/"))


def walked_in(client, start) -> dict[str, str]:
    return {address: text for address, text in walked(client, start).items() if of_figures(address)}
