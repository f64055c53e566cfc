"""The dashboard of an organisation, of a region and of the nation: exact, without a name, without a small count."""

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from core import outbox
from core.scope import acting_as, system_scope
from partners.models import Department
from reporting import facts, stats, summaries
from reporting.dashboards import charting, drawing
from reporting.indicators import CATALOGUE
from reporting.models import Edition, ReferralFact
from reporting.periods import period_on
from reporting.published import making
from tests.conftest import as_owner, as_worker
from tests.reporting.conftest import NOW, counted, named_in, sights

OLD = NOW - timedelta(days=90)


@pytest.fixture
def url():
    return reverse("reporting:dashboard")


@pytest.fixture
def quiet(story, publish, now):
    """One region, where nothing is small."""
    story(12, "completed", sent_at=OLD)
    story(8, "declined", sent_at=OLD)
    story(6, "silent", sent_at=OLD)
    story(7, "started", sent_at=OLD)
    story(10, "declined", sent_at=NOW - timedelta(days=400))
    publish()


@pytest.fixture
def country(quiet, story, publish):
    """Two regions: one with figures, one with a few youths."""
    story(3, "sent", sender="ML_C", recipient="SMV_C", sent_at=OLD)
    publish()


def cells(page, caption):
    """The rows of a table of the page, as texts."""
    table = re.search(rf"<caption[^>]*>[^<]*{caption}</caption>.*?</table>", page, re.DOTALL).group()
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_the_region_reads_its_funnel(visit, url, quiet):
    page = visit("regis").get(url).content.decode()
    assert "Nouvelle-Aquitaine" in page
    assert cells(page, "Parcours des orientations")[1:] == [
        ["Envoyées", "33", "100\u00a0%"],
        ["Avec une réponse", "27", "82\u00a0%"],
        ["Acceptées", "19", "58\u00a0%"],
        ["Commencées", "19", "58\u00a0%"],
        ["Terminées ou interrompues", "12", "36\u00a0%"],
        ["Devenir connu", "12", "36\u00a0%"],
    ]
    assert cells(page, "Par département")[1] == ["Charente-Maritime", "33", "27", "19", "19", "12", "12"]
    assert (
        "82\u00a0% des orientations reçoivent une réponse dans le délai prévu, contre 100\u00a0% un an plus tôt"
        in page
    )
    assert "Un an plus tôt : 100\u00a0% (−\u00a018\u00a0points, moins bien)" in page
    assert (
        "2\u00a0jours ouvrés" in page
    )  # received, then declined or accepted: four days, a week-end among them
    assert "Chiffres arrêtés à 11\u00a0h\u00a030." in page


def test_the_region_sees_neither_the_others_nor_the_organisations_of_others(visit, url, country):
    page = visit("regis").get(url).content.decode()
    assert "Bretagne" not in page
    assert "Finistère" not in page
    # The region is not theirs to choose.
    assert "Bretagne" not in visit("regis").get(url, {"region": "53"}).content.decode()
    assert "3e RSMV" not in page


def test_the_nation_hides_small_counts_and_what_would_tell_them(visit, url, country):
    page = visit("nadia").get(url).content.decode()
    rows = {row[0]: row[1:] for row in cells(page, "Par région")}
    assert rows["Ensemble"][0] == "36"
    # One subtraction would find the three of Bretagne: their neighbours are hidden with them.
    assert rows["Bretagne"][0] == rows["Nouvelle-Aquitaine"][0] == "masqué"
    assert "inférieur à 5" in page


def test_what_the_nation_hides_no_filter_gives_back(visit, url, country):
    """The page of the region, with every filter, and each period that holds the same months."""
    client = visit("nadia")
    for more in ({}, {"dispositif": "smv"}, {"dispositif": "g:smv"}, {"reseau": "smv"}, {"periode": "year"}):
        page = client.get(url, {"region": "75"} | more).content.decode()
        assert cells(page, "Parcours des orientations")[1][:2] == ["Envoyées", "masqué"], more


def test_few_referrals_a_programme_is_read_for_the_nation_only(visit, url, quiet):
    page = visit("regis").get(url, {"dispositif": "smv"}).content.decode()
    assert "Il y a encore trop peu d’orientations" in page
    assert "Il y a encore trop peu" not in visit("nadia").get(url, {"dispositif": "smv"}).content.decode()


def test_many_referrals_a_programme_is_read_in_a_territory(visit, url, quiet, publish, monkeypatch):
    monkeypatch.setattr(making, "CROSSED_FROM", 1)
    publish()
    page = visit("regis").get(url, {"dispositif": "smv"}).content.decode()
    assert "Il y a encore trop peu" not in page
    assert cells(page, "Parcours des orientations")[1][1] == "33"
    page = (
        visit("regis").get(url, {"departement": "17", "dispositif": "smv", "periode": "3m"}).content.decode()
    )
    assert "ne se publie pas à ce détail" in page
    assert "12 derniers mois" in page
    assert "Les trimestres se lisent" in page


def test_the_nation_may_choose_a_region(visit, url, quiet):
    page = visit("nadia").get(url, {"region": "75"}).content.decode()
    assert "Tableau de bord – Nouvelle-Aquitaine" in page
    assert cells(page, "Par département")[1][1] == "33"
    assert "Retirer ce filtre" in page


def test_the_map_draws_each_department_with_its_class_and_its_table(visit, url, quiet):
    page = visit("nadia").get(url).content.decode()
    drawn = re.search(r'<svg[^>]* class="map".*?</svg>', page, re.DOTALL).group()
    assert drawn.count("<a ") == Department.objects.count()
    assert re.search(r'class="map-4"[^>]*aria-label="Charente-Maritime : 82\s% avec une réponse', drawn)
    assert "CC BY 4.0" in page
    found = {row[0]: row[1] for row in cells(page, "Part des orientations avec une réponse, par département")}
    assert any("Charente-Maritime" in name and "27 sur 33" in said for name, said in found.items())


def test_where_most_shares_are_hidden_the_map_shows_how_many_were_sent():
    """All but a few are answered: the share would tell them."""
    few = [
        ("17", "Charente-Maritime", [30, 20, 9, 9, 0, 0], ""),
        ("29", "Finistère", [14, None, 8, 8, 0, 0], ""),
    ]
    shown = charting.map_of(
        [*few, ("35", "Ille-et-Vilaine", [None] * 6, ""), ("56", "Morbihan", [0] * 6, "")]
    )
    assert shown.title == "Orientations envoyées, par département"
    assert [place.words for place in shown.places] == [
        "67\u00a0% avec une réponse (20 sur 30)", "14 envoyées, réponses masquées", "masqué", "aucune orientation",
    ]  # fmt: skip
    assert [place.value for place in shown.places] == [30, 14, None, None]
    assert charting.map_of(few[:1]).title.startswith("Part des orientations")


def test_where_departments_are_not_published_there_is_no_map(visit, url, quiet):
    """Nothing is known of them: neither a colour nor "none"."""
    client = visit("nadia")
    assert 'class="map"' in client.get(url).content.decode()
    page = client.get(url, {"periode": "since"}).content.decode()
    assert 'class="map"' not in page
    assert "aucune orientation" not in page
    assert "se lisent sur les 12 derniers mois" in page


def test_the_classes_of_a_map_hold_a_quarter_each():
    assert drawing.quarters_of([8, 1, 2, 3, 4, 5, 6, 7]) == (1, 3, 5, 7)
    assert drawing.quarters_of([6, 6, 6, 9]) == (6, 9)
    assert drawing.words_of_classes((6, 7, 9), "") == [(1, "6"), (2, "de 7 à 8"), (3, "9 et plus")]


def test_a_department_that_hides_everything_is_named_apart(visit, url, country):
    page = visit("nadia").get(url, {"region": "53"}).content.decode()
    assert "Trop peu d’orientations pour être lues" in page
    assert '<th scope="row">Finistère</th><td class="num">' not in page


def test_quarters_for_a_region_and_a_group_alone(visit, url, quiet):
    client = visit("regis")
    caption = "Orientations envoyées, trimestre par trimestre"
    rows = cells(client.get(url).content.decode(), caption)
    assert rows[-2][:2] == ["Janv. – mars 2026", "33"]
    assert rows[-1][:2] == ["Avril – juin 2026", "0"]
    # While there are few referrals, a region reads those of the last twelve months.
    assert len(rows) == 1 + 4
    assert len(cells(visit("nadia").get(url).content.decode(), caption)) == 1 + 8
    assert "Les trimestres se lisent" in visit("nadia").get(url, {"dispositif": "smv"}).content.decode()


def test_the_head_of_the_network_reads_its_organisations(visit, url, quiet, world, publish, story):
    """Inside what everybody reads of the department, by name, without a rank."""
    page = visit("regis").get(url).content.decode()
    acting = world.acting("regis")
    if acting.network == "ml":
        assert "Les structures de votre réseau" in page
    for query in ({"periode": "3m"}, {"dispositif": "smv"}, {"departement": "17"}):
        assert "Les structures de votre réseau" not in visit("regis").get(url, query).content.decode()


def test_an_organisation_reads_its_own_figures(visit, url, country):
    sent = visit("alice").get(url).content.decode()
    assert cells(sent, "Dans les deux sens")[1:] == [
        ["Envoyées par votre structure", "33", "27", "19", "19", "12", "12"],
        ["Reçues par votre structure", "0", "0", "0", "0", "0", "0"],
    ]
    received = visit("rosa").get(url).content.decode()
    assert cells(received, "Dans les deux sens")[2][1] == "33"
    # Charlie's own three are shown to him: they are his.
    assert cells(visit("charlie").get(url).content.decode(), "Dans les deux sens")[1][1] == "3"


def test_wall_two_alone_keeps_the_facts_apart(world, country):
    for name, count in (("charlie", 3), ("mona", 43), ("regis", 0), ("nadia", 0)):
        with acting_as(world.acting(name)):
            assert ReferralFact.objects.count() == count


def test_no_name_and_few_queries(visit, url, country):
    everything = reverse("reporting:dashboard_indicators")
    for name in ("alice", "mona", "rita", "rosa", "charlie", "paul", "regis", "nadia"):
        client = visit(name)
        for query in ({}, {"periode": "3m", "dispositif": "smv"}, {"periode": "year"}, {"periode": "since"}):
            with CaptureQueriesContext(connection) as captured:
                response = client.get(everything, query)
            assert response.status_code == 200
            assert len(counted(captured)) <= 12, counted(captured)
            assert not named_in(response.content.decode())
            with CaptureQueriesContext(connection) as captured:
                response = client.get(url, query)
            assert response.status_code == 200
            assert not named_in(response.content.decode())
            assert len(counted(captured)) <= 12, counted(captured)


def test_the_programme_and_the_period_narrow(visit, url, quiet, story, publish):
    story(9, "declined", programme="retour", sender="RSMV", recipient="ML_A", sent_at=OLD)
    publish()
    client = visit("nadia")

    def sent(**query):
        return cells(client.get(url, query).content.decode(), "Parcours des orientations")[1][1]

    assert (sent(), sent(dispositif="smv"), sent(dispositif="g:retour")) == ("42", "33", "9")
    assert (sent(reseau="smv"), sent(periode="since")) == ("33", "52")
    assert (
        "Aucune orientation sur cette période"
        in client.get(url, {"periode": "3m", "dispositif": "g:numerique"}).content.decode()
    )


def test_a_convention_is_a_group_of_programmes(visit, url, quiet, convention, story, publish):
    story(9, "declined", programme="retour", sender="RSMV", recipient="ML_A", sent_at=OLD)
    publish()
    page = visit("nadia").get(url, {"convention": str(convention.uuid)}).content.decode()
    assert cells(page, "Parcours des orientations")[1][1] == "33"
    assert convention.title in page


def test_a_strange_filter_is_said_and_ignored(visit, url, country):
    response = visit("nadia").get(url, {"periode": "décennie", "region": "zz", "dispositif": "x" * 500})
    assert response.status_code == 200
    assert "field-error" in response.content.decode()


def test_an_empty_country(visit, url, now, publish):
    assert "Aucune orientation sur cette période" in visit("alice").get(url).content.decode()
    assert "Chiffres en cours de calcul" in visit("nadia").get(url).content.decode()
    publish()
    for name in ("regis", "nadia"):
        page = visit(name).get(url).content.decode()
        assert "Aucune orientation sur cette période" in page
        assert "Chiffres arrêtés" in page


def test_the_gap_of_referents_is_counted(visit, url, now, world):
    page = visit("nadia").get(url).content.decode()
    assert "0 sur 2 structures locales ont désigné un référent" in page


def test_small_waits_stay_hidden(visit, url, story, publish, now):
    story(3, "sent", sent_at=OLD)
    story(9, "declined", sent_at=OLD)
    publish()
    page = visit("regis").get(url).content.decode()
    assert re.search(r"attente hors délai</span>\s*<strong[^>]*>masqué", page)


def test_a_refresh_is_asked_of_the_worker_and_is_exact(visit, url, quiet, story, travel):
    client, ask = visit("regis"), reverse("reporting:figures_refresh")
    assert client.get(ask).status_code == 302
    assert "Une actualisation est demandée" not in client.get(url).content.decode()
    story(9, "declined", sent_at=OLD)
    assert client.post(f"{ask}?periode=3m", follow=True).status_code == 200
    assert client.post(ask).status_code == 302
    assert cells(client.get(url).content.decode(), "Parcours des orientations")[1][1] == "33"
    with as_worker():
        outbox.deliver()
        assert Edition.objects.filter(made_at=None).count() == 1
    assert "Une actualisation est demandée" in client.get(url).content.decode()
    travel(NOW + timedelta(minutes=3))
    with as_worker():
        assert making.publish_due()
    page = client.get(url).content.decode()
    assert cells(page, "Parcours des orientations")[1][1] == "42"
    assert "Chiffres arrêtés à 11\u00a0h\u00a033." in page
    # Who answers for one organisation has nothing to refresh: its own figures are exact.
    assert visit("mona").post(ask).status_code == 403


def test_every_indicator_has_its_definition_and_its_value(visit, quiet):
    page = visit("regis").get(reverse("reporting:dashboard_indicators")).content.decode()
    for code, indicator in CATALOGUE.items():
        assert escape(indicator.label) in page
        assert f"#{code}" in page
    assert re.search(r"Taux d’acceptation</span>\s*<strong[^>]*>70\u00a0%", page)
    own = visit("mona").get(reverse("reporting:dashboard_indicators")).content.decode()
    assert re.search(r"Taux d’acceptation</span>\s*<strong[^>]*>70\u00a0%", own)


def test_strangers_are_sent_to_sign_in(client, url, world):
    assert client.get(url).status_code == 302
    with as_owner():
        world.user("adam")
    client.force_login(world.user("adam"))
    assert client.get(url).status_code == 403
    assert client.post(url).status_code in (403, 405)


@pytest.mark.parametrize("programme", ["smv", "apprentissage"])
def test_what_is_erased_counts_on_for_the_territory_the_promise_and_both_sides(
    world, story, refresh, now, programme
):
    story(12, "completed", sent_at=OLD, programme=programme)
    story(8, "declined", sent_at=OLD, step=timedelta(days=5), programme=programme)
    story(6, "silent", sent_at=OLD, programme=programme)
    refresh()

    def told():
        period, codes = period_on("12m", NOW.date()), [programme]
        found = [sights()["75", programme, "12m"].tally]
        for who, side in (("mona", "sent"), ("rosa", "received")):
            acting = world.acting(who)
            with acting_as(acting):
                found.append(stats.organisation_figures(period, codes, acting.organisation_id)[side][0])
        for tally in found:
            tally.delays.clear()  # those of the erased are not kept
        return found

    territory, sender, recipient = before = told()
    assert territory == sender == recipient
    on_time = 20 if programme == "smv" else 12
    assert (territory.mature_sent, territory.mature_answered) == (26, 20)
    assert territory.mature_on_time == on_time
    with as_worker(), system_scope("test"):
        facts.fold(world.youth("yann").pk)
    with as_owner():
        ReferralFact.objects.all().delete()
    with as_worker():
        summaries.refresh()
    assert told() == before


def test_overseas_departments_are_tiles_and_all_the_others_have_an_outline():
    assert len(drawing.outlines()) == 96
    places = [
        drawing.Place("29", "Finistère", 80, "80 % avec une réponse", "?departement=29"),
        drawing.Place("971", "Guadeloupe", None, "masqué", "?departement=971"),
        drawing.Place("974", "La Réunion", 10, "10 % avec une réponse", ""),
    ]
    svg = drawing.draw(places, title="Essai").svg
    assert svg.count("<path") == 1
    assert svg.count("<rect") == 2
    assert '<a class="map-4"' in svg
    # A hidden department has no number, an overseas one its own code.
    assert ">971</text>" in svg
    assert re.search(r">1</text><text[^>]*>974</text>", svg)
    compressed = gzip.compress((Path(drawing.__file__).parent / "outlines.json").read_bytes())
    assert len(compressed) <= 15_000
