"""The dashboard of an organisation, of a region and of the nation: exact, without a name, without a small count."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.scope import acting_as, system_scope
from reporting import facts, stats, summaries
from reporting.models import ReferralFact
from reporting.periods import period_on
from tests.conftest import as_owner, as_worker
from tests.reporting.conftest import CANARIES, NOW, counted

OLD = NOW - timedelta(days=90)


@pytest.fixture
def url():
    return reverse("reporting:dashboard")


@pytest.fixture
def country(story, refresh, now):
    """Two regions: one with figures, one with a few youths."""
    story(12, "completed", sent_at=OLD)
    story(8, "declined", sent_at=OLD)
    story(6, "silent", sent_at=OLD)
    story(7, "started", sent_at=OLD)
    story(3, "sent", sender="ML_C", recipient="SMV_C", sent_at=OLD)
    story(10, "declined", sent_at=NOW - timedelta(days=400))
    refresh()


def cells(page, caption):
    """The rows of a table of the page, as texts."""
    table = re.search(rf"<caption[^>]*>[^<]*{caption}</caption>.*?</table>", page, re.DOTALL).group()
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_the_region_reads_its_funnel(visit, url, country):
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
    assert cells(page, "Par département")[1] == ["Charente-Maritime", "6", "8", "0", "19", "33"]
    assert "82\u00a0% des orientations reçoivent une réponse dans le délai prévu, contre 100\u00a0%" in page
    assert (
        "2\u00a0jours ouvrés" in page
    )  # received, then declined or accepted: four days, a week-end among them
    assert "Chiffres arrêtés à 11\u00a0h\u00a030." in page


def test_the_region_sees_neither_the_others_nor_the_organisations(visit, url, country):
    page = visit("regis").get(url).content.decode()
    assert "Bretagne" not in page
    assert "Finistère" not in page
    # The region is not theirs to choose.
    assert "Bretagne" not in visit("regis").get(url, {"region": "53"}).content.decode()
    for name in ("Mission locale du Port", "3e RSMV"):
        assert name not in page


def test_the_nation_hides_small_counts_and_what_would_tell_them(visit, url, country):
    page = visit("nadia").get(url).content.decode()
    rows = cells(page, "Par région")
    bretagne, aquitaine = rows[1], rows[2]
    assert (bretagne[0], aquitaine[0]) == ("Bretagne", "Nouvelle-Aquitaine")
    assert bretagne[1] == bretagne[-1] == "masqué"
    # One subtraction would find the three of Bretagne: their neighbours are hidden with them.
    assert aquitaine[1] == aquitaine[-1] == "masqué"
    assert "inférieur à 5" in page


def test_the_nation_may_choose_a_region(visit, url, country):
    page = visit("nadia").get(url, {"region": "75"}).content.decode()
    assert "Tableau de bord – Nouvelle-Aquitaine" in page
    assert cells(page, "Par département")[1][-1] == "33"
    assert "Retirer ce filtre" in page


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
    for name in ("alice", "mona", "rita", "rosa", "charlie", "paul", "regis", "nadia"):
        client = visit(name)
        for query in ({}, {"periode": "3m", "dispositif": "smv"}, {"periode": "year"}):
            with CaptureQueriesContext(connection) as captured:
                response = client.get(url, query)
            assert response.status_code == 200
            for canary in CANARIES:
                assert canary not in response.content.decode()
            assert len(counted(captured)) <= 12, counted(captured)


def test_the_programme_and_the_period_narrow(visit, url, country, story, refresh):
    story(9, "declined", programme="retour", sender="RSMV", recipient="ML_A", sent_at=OLD)
    refresh()
    client = visit("regis")
    assert cells(client.get(url).content.decode(), "Par département")[1][-1] == "42"
    assert cells(client.get(url, {"dispositif": "smv"}).content.decode(), "Par département")[1][-1] == "33"
    assert (
        "Aucune orientation sur cette période"
        in client.get(url, {"periode": "3m", "dispositif": "prepa_apprentissage"}).content.decode()
    )


def test_a_strange_filter_is_said_and_ignored(visit, url, country):
    response = visit("nadia").get(url, {"periode": "décennie", "region": "zz", "dispositif": "x" * 500})
    assert response.status_code == 200
    assert "field-error" in response.content.decode()


def test_an_empty_country(visit, url, now, refresh):
    for name in ("alice", "regis", "nadia"):
        assert "Aucune orientation sur cette période" in visit(name).get(url).content.decode()
    assert "Chiffres en cours de calcul" in visit("nadia").get(url).content.decode()
    refresh()
    assert "Chiffres arrêtés" in visit("nadia").get(url).content.decode()


def test_the_gap_of_referents_is_counted(visit, url, now, world):
    page = visit("nadia").get(url).content.decode()
    assert "0 sur 2 structures locales ont désigné un référent" in page


def test_small_waits_stay_hidden(visit, url, story, refresh, now):
    story(3, "sent", sent_at=OLD)
    story(9, "declined", sent_at=OLD)
    refresh()
    page = visit("regis").get(url).content.decode()
    assert re.search(r"plus de 30 jours</span>\s*<strong[^>]*>masqué", page)


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
        with acting_as(world.acting("regis")):
            found = [stats.territory_figures(period, codes, "75").total]
            answers = stats.mature_answers(codes, period.first, period.last, "75")
        for who, side in (("mona", "sent"), ("rosa", "received")):
            acting = world.acting(who)
            with acting_as(acting):
                found.append(stats.organisation_figures(period, codes, acting.organisation_id)[side][0])
        for tally in found:
            tally.delays.clear()  # those of the erased are not kept
        return found, answers

    (territory, sender, recipient), answers = before = told()
    assert territory == sender == recipient
    on_time = 20 if programme == "smv" else 12
    assert (territory.mature_sent, territory.mature_on_time) == (26, on_time)
    assert answers == (26, 20, on_time)
    with as_worker(), system_scope("test"):
        facts.fold(world.youth("yann").pk)
    with as_owner():
        ReferralFact.objects.all().delete()
    with as_worker():
        summaries.refresh()
    assert told() == before
