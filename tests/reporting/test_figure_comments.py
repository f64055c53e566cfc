"""Words beside a figure: written by those who answer for it, read where it is read, kept."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from core.scope import acting_as
from reporting.models import FigureComment
from tests.conftest import as_owner


@pytest.fixture
def url(now):
    return reverse("reporting:figure_comment")


def write(client, url, text, code="sent", **query):
    address = f"{url}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
    return client.post(address, {"indicateur": code, "texte": text})


def test_a_manager_comments_the_figures_of_the_organisation(visit, url, world):
    board = reverse("reporting:dashboard")
    everything = reverse("reporting:dashboard_indicators")
    assert visit("mona").get(url).status_code == 200
    assert write(visit("mona"), url, "Deux conseillers absents en mars.", "acceptance").status_code == 302
    # A colleague reads it there, with who said it; another organisation and those who steer do not.
    page = visit("alice").get(everything).content.decode()
    assert "Deux conseillers absents en mars." in page
    assert world.user("mona").get_full_name() in page
    for name in ("charlie", "carla", "rosa", "regis", "nadia"):
        for address in (board, everything):
            assert "Deux conseillers absents" not in visit(name).get(address).content.decode()


def test_a_region_comments_its_figures_for_those_who_read_them(visit, url, publish, story):
    story(9, "declined")
    publish()
    write(visit("regis"), url, "Le centre a fermé deux semaines.")
    board = reverse("reporting:dashboard")
    assert "Le centre a fermé deux semaines." in visit("regis").get(board).content.decode()
    assert "Le centre a fermé" in visit("nadia").get(board, {"region": "75"}).content.decode()
    assert "Le centre a fermé" not in visit("nadia").get(board).content.decode()
    # The region is not theirs to choose; the nation is the nation's.
    write(visit("regis"), url, "Ailleurs.", region="53")
    assert "Ailleurs." in visit("regis").get(board).content.decode()
    write(visit("nadia"), url, "Une campagne nationale.")
    assert "Une campagne nationale." in visit("nadia").get(board).content.decode()
    assert "Une campagne nationale." not in visit("regis").get(board).content.decode()


WHOLES = {"whole_journey", "whole_quarters", "whole_map", "whole_territories", "whole_gaps"}


def test_each_whole_of_a_dashboard_is_commented_as_a_figure(visit, url, publish, story):
    story(40, "declined")
    publish()
    board = reverse("reporting:dashboard")
    for name in ("regis", "nadia"):
        page = visit(name).get(board).content.decode()
        assert set(re.findall(r"indicateur=(whole_\w+)", page)) >= WHOLES
        for code in WHOLES:
            assert write(visit(name), url, f"De {code} par {name}.", code).status_code == 302
        page = visit(name).get(board).content.decode()
        assert {code for code in WHOLES if f"De {code} par {name}." in page} == WHOLES
    # Each reads those of its territory, and the file says them too.
    page = visit("nadia").get(board).content.decode()
    assert "par regis" not in page
    assert "par regis" in visit("nadia").get(board, {"region": "75"}).content.decode()
    file = visit("nadia").get(f"{board}export/", {"format": "csv"}).content.decode("utf-8-sig")
    assert "De whole_gaps par nadia." in file
    assert "indicateur=whole_" not in visit("rita").get(board).content.decode()


def test_an_organisation_comments_the_wholes_of_its_own_dashboard(visit, url, story):
    story(6, "declined")
    assert write(visit("mona"), url, "Le trimestre du déménagement.", "whole_quarters").status_code == 302
    for name, reads in (("alice", True), ("rosa", False), ("regis", False)):
        page = visit(name).get(reverse("reporting:dashboard")).content.decode()
        assert ("Le trimestre du déménagement." in page) is reads


def test_the_figures_of_a_convention_have_their_own_words(visit, url, publish, story, convention):
    story(40, "declined")
    publish()
    board, client, asked = reverse("reporting:dashboard"), visit("nadia"), {"convention": convention.uuid}
    page = client.get(f"{url}?{urlencode(asked)}").content.decode()
    assert f"France entière – {convention.title}" in unescape(page)
    for code in ("sent", "whole_gaps"):
        write(client, url, f"La convention, {code}.", code, **asked)
    write(client, url, "Tout le reste.")
    of_convention = client.get(board, asked).content.decode()
    assert "La convention, sent." in of_convention
    assert "La convention, whole_gaps." in of_convention
    assert "Tout le reste." not in of_convention
    page = client.get(board).content.decode()
    assert "Tout le reste." in page
    assert "La convention" not in page.replace("La convention n", "")
    assert client.get(url, {"convention": "nothing"}).status_code == 404


def test_words_about_health_are_said_beside_a_whole_too(visit, url, publish, story):
    story(40, "declined")
    publish()
    address = f"{url}?indicateur=whole_map"
    page = visit("regis").post(
        address, {"indicateur": "whole_map", "texte": "Beaucoup de dépressions ici."}, follow=True
    )
    assert "Votre texte parle de santé" in page.content.decode()


def test_what_is_said_anew_replaces_and_an_empty_text_takes_back(visit, url, publish, story, world):
    story(9, "declined")
    publish()
    client, board = visit("regis"), reverse("reporting:dashboard")
    write(client, url, "Première version.")
    write(client, url, "Seconde version.")
    page = client.get(board).content.decode()
    assert "Seconde version." in page
    assert "Première version." not in page
    write(client, url, "")
    assert "Seconde version." not in client.get(board).content.decode()
    with as_owner():
        assert FigureComment.objects.count() == 3


def test_wrong_input_is_said_and_nothing_is_lost(visit, url):
    client = visit("mona")
    for text, code in (
        ("Le 1 85 05 78 006 084 36 attend.", "sent"),
        ("x" * 501, "sent"),
        ("Bien.", "nothing"),
        ("Bien.\0", "sent"),
    ):
        response = write(client, url, text, code)
        assert response.status_code == 200
        assert "field-error" in response.content.decode()
        assert text.replace("\0", "") in response.content.decode()
    with as_owner():
        assert not FigureComment.objects.exists()


def test_a_region_or_a_figure_that_is_none_is_no_page(visit, url):
    """What was said of a region that nobody knows would be read as said of the nation."""
    client = visit("nadia")
    for query in ({"region": "x" * 900}, {"region": "ZZ"}, {"indicateur": "nothing"}):
        assert client.get(url, query).status_code == 404
        assert (
            client.post(f"{url}?{urlencode(query)}", {"indicateur": "sent", "texte": "Bien."}).status_code
            == 404
        )
    with as_owner():
        assert not FigureComment.objects.exists()
    # The dashboard ignores such a region, and leads to the page of the nation.
    board = client.get(reverse("reporting:dashboard"), {"region": "ZZ"}).content.decode()
    (link, *_) = [address for address in re.findall(r'href="([^"]+)"', board) if address.startswith(url)]
    page = client.get(unescape(link))
    assert page.status_code == 200
    assert "France entière" in page.content.decode()


def test_who_may_not_write(visit, url):
    for name in ("alice", "rita", "paul", "charlie"):
        assert visit(name).get(url).status_code == 403
        assert write(visit(name), url, "Non.").status_code == 403


def test_wall_two_alone_keeps_own_comments_apart(visit, url, world):
    write(visit("mona"), url, "Chez nous.")
    for name, count in (("mona", 1), ("alice", 1), ("charlie", 0), ("regis", 0)):
        with acting_as(world.acting(name)):
            assert FigureComment.objects.count() == count
    mona = world.acting("mona")
    with acting_as(world.acting("carla")), pytest.raises(DatabaseError), transaction.atomic():
        FigureComment.objects.create(
            indicator="sent",
            own=True,
            organisation_id=mona.organisation_id,
            text="Faux.",
            created_by_id=mona.user_id,
        )


@pytest.mark.parametrize(
    ("who", "own", "region", "signer"),
    [
        ("mona", True, None, "alice"),  # in a colleague's name
        ("mona", False, "75", "mona"),  # of the region, by one of its organisations
        ("alice", False, None, "alice"),  # of the nation
        ("regis", False, "53", "regis"),  # of the region next door
        ("regis", False, None, "regis"),
        ("regis", True, None, "nadia"),
    ],
)
def test_wall_two_alone_keeps_each_to_its_territory_and_its_name(world, who, own, region, signer):
    acting = world.acting(who)
    with acting_as(acting), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        FigureComment.objects.create(
            indicator="sent", own=own, region_id=region, organisation_id=acting.organisation_id, text="Faux.",
            created_by_id=world.user(signer).pk,
        )  # fmt: skip


def test_wall_two_alone_shows_words_to_those_who_read_the_figures(world, visit, url, publish, story):
    story(9, "declined")
    publish()
    write(visit("regis"), url, "De la région.")
    write(visit("nadia"), url, "De la nation.")
    write(visit("nadia"), url, "D’une autre région.", region="53")
    read = {"regis": {"De la région."}, "nadia": {"De la région.", "De la nation.", "D’une autre région."}}
    for name in ("regis", "nadia", "alice", "mona", "carla", "rosa"):
        with acting_as(world.acting(name)):
            found = set(FigureComment.objects.values_list("text", flat=True))
        assert found == read.get(name, set()), name
