"""The list of conventions, and the page of one: state, succession, tree, commitments, committee, referents."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.urls import reverse

from core.hooks import measure_commitments, measures
from partners.conventions import words as words_of
from partners.conventions.state import ConventionState
from partners.models import (
    Commitment,
    CommitteeMeeting,
    Convention,
    ConventionParty,
    Designation,
    Organisation,
    Topic,
)
from tests.conftest import as_owner

LIST = reverse("partners:convention_list")


def page_of(convention) -> str:
    return reverse("partners:convention_detail", args=[convention.uuid])


def text(response) -> str:
    return response.content.decode()


@pytest.fixture(autouse=True)
def _june_2026(travel):
    travel(datetime(2026, 6, 1, 10, tzinfo=UTC))


# --- The list -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "rita", "charlie", "regis", "nadia", "paul"])
def test_any_member_reads_the_list(founding, visit, name):
    html = text(visit(name).get(LIST))
    assert "19 conventions" in html
    assert html.count('<i class="ok">En vigueur') == 2


def test_list_tells_uncertainty_and_the_next_committee(founding, visit, owner_makes):
    committee = founding["UNML-SMV-2024"].committees.get()
    owner_makes(CommitteeMeeting, committee=committee, held_on=date(2026, 7, 3))
    owner_makes(CommitteeMeeting, committee=committee, held_on=date(2026, 6, 12), cancelled=True)
    html = text(visit("alice").get(LIST))
    assert "Signée le 19 avril 2024, terme non établi. Prochain comité vendredi 3" in html
    assert "Signature non établie" in html


def test_list_tells_how_far_a_text_is_declined(founding, visit, owner_makes):
    def declined(code, level, region, parent, **fields):
        return owner_makes(
            Convention, code=code, title=code, level=level, region_id=region, parent=parent,
            **{"signed_on": date(2025, 1, 1), **fields},
        )  # fmt: skip

    parent = founding["UNML-SMV-2024"]
    regional = declined("R-53", "regional", "53", parent)
    declined("R-75", "regional", "75", parent)
    declined("R-75-BIS", "regional", "75", parent)
    declined("R-44", "regional", "44", parent, signed_on=None)
    declined("L-1", "local", "53", regional)
    html = text(visit("alice").get(LIST))
    assert "terme non établi. Déclinée dans 2 régions et par 1 texte local." in html
    assert "sans limite de durée. Déclinée par 1 texte local." in html


def test_anonymous_is_sent_to_sign_in(client, founding):
    for url in (LIST, page_of(founding["UNML-SMV-2019"])):
        response = client.get(url)
        assert response.status_code == 302
        assert response.url.startswith(reverse("accounts:sign_in"))


def test_administrator_without_membership_is_refused(founding, visit):
    assert visit("adam").get(LIST).status_code == 403


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("etat=caduque", {"CNML-CMA-2011"}),
        ("etat=en_vigueur", {"CMA-FT-UNML-CHEOPS-2025", "MISSION-JEUNES-2025"}),
        (
            "niveau=regional",
            {"IDF-CMA-ARML-2025", "PDL-PREPA-2021", "NA-REGION-2018", "MISSION-JEUNES-OCC-2023"},
        ),
        ("region=11", {"IDF-CMA-ARML-2025"}),
        ("reseau=smv", {"UNML-SMV-2016", "UNML-SMV-2019", "UNML-SMV-2024"}),
        ("theme=savoirs_de_base", {"NA-REGION-2018"}),
        ("etat=pratique", {"PDL-PREPA-2021"}),
        ("q=cheops", {"CMA-FT-UNML-CHEOPS-2025"}),
        ("q=SERVICE+militaire+VOLONTAIRE+(2016)", {"UNML-SMV-2016"}),
        ("etat=terme_inconnu&reseau=smv", {"UNML-SMV-2024"}),
    ],
)
def test_filters(founding, visit, query, codes):
    rows = visit("alice").get(f"{LIST}?{query}").context["page"]
    assert {convention.code for convention in rows} == codes


def test_filters_show_as_chips_that_go_away(founding, visit):
    response = visit("alice").get(f"{LIST}?etat=caduque&niveau=national")
    chips = {chip["label"]: chip["url"] for chip in response.context["chips"]}
    assert chips == {"État : Caduque": f"{LIST}?niveau=national", "Niveau : National": f"{LIST}?etat=caduque"}


@pytest.mark.parametrize(
    "query", ["etat=ZZ", "region=ZZ", "q=%00", "q=" + "x" * 500, "page=9999", "page=x", "theme='"]
)
def test_odd_filters_never_break_the_page(founding, visit, query):
    # A null byte is refused before any view sees it.
    expected = 400 if "%00" in query else 200
    assert visit("alice").get(f"{LIST}?{query}").status_code == expected


def test_nothing_found_says_how_to_go_on(founding, visit):
    assert "Aucune convention ne correspond" in text(visit("alice").get(f"{LIST}?q=zzzz"))


def test_sensitive_party_is_not_named_nor_found(founding, visit, owner_makes):
    hidden = owner_makes(
        Organisation, name="Quartier des mineurs", network="state", level="national", is_sensitive=True
    )
    owner_makes(ConventionParty, convention=founding["UNML-SMV-2024"], organisation=hidden)
    alice = visit("alice")
    for url in (LIST, page_of(founding["UNML-SMV-2024"])):
        html = text(alice.get(url))
        assert "Structure partenaire" in html
        assert "Quartier" not in html
    assert not alice.get(f"{LIST}?q=quartier").context["page"]


def test_pages_of_fifty(founding, visit):
    with as_owner():
        Convention.objects.bulk_create(
            Convention(code=f"X-{n:03}", title=f"Texte {n}", signed_on=date(2020, 1, 1)) for n in range(60)
        )
    first = visit("alice").get(LIST)
    assert (len(first.context["page"]), first.context["total"]) == (50, 79)
    second = visit("alice").get(first.context["next_url"])
    assert len(second.context["page"]) == 29
    assert second.context["prev_url"].endswith("?page=1")


def test_queries_of_the_list(founding, visit, queries):
    alice = visit("alice")
    few, _ = queries(alice, LIST)
    with as_owner():
        extra = Convention.objects.bulk_create(
            Convention(code=f"X-{n:03}", title=f"Texte {n}", signed_on=date(2020, 1, 1)) for n in range(30)
        )
        party = Organisation.objects.get(key="UNML")
        ConventionParty.objects.bulk_create(
            ConventionParty(convention=one, organisation=party) for one in extra
        )
    many, sql = queries(alice, LIST)
    assert many == few, sql
    # The last query of a test resets the scope inside the test's own transaction: no request does it.
    assert many - 1 <= 8, sql
    filtered, sql = queries(alice, f"{LIST}?etat=en_vigueur&q=texte")
    assert filtered - 1 <= 8, sql


# --- The page -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "rita", "charlie", "regis", "nadia", "paul"])
def test_any_member_reads_every_convention(founding, visit, name):
    member = visit(name)
    for convention in founding.values():
        assert member.get(page_of(convention)).status_code == 200


def test_unknown_or_bad_uuid_is_not_found(founding, visit):
    alice = visit("alice")
    assert alice.get(reverse("partners:convention_detail", args=[uuid4()])).status_code == 404
    assert alice.get("/conventions/pas-un-uuid/").status_code == 404


def test_pages_are_read_only(founding, visit):
    alice = visit("alice")
    for url in (LIST, page_of(founding["UNML-SMV-2019"])):
        assert alice.post(url).status_code == 405


def test_lapsed_text_of_2011_shows_in_the_succession(founding, visit):
    html = text(visit("nadia").get(page_of(founding["UNML-CMA-2019"])))
    succession = html[html.index('class="succession"') : html.index('id="declinaisons"')]
    order = [succession.index(year) for year in ("(2011)", "(2019)", "(2023)", "(2025)")]
    assert order == sorted(order)
    assert "Caduque" in succession
    assert "Disparition du Conseil national" in succession
    assert "En vigueur" in succession
    lapsed = text(visit("nadia").get(page_of(founding["CNML-CMA-2011"])))
    assert "Caduque au plus tard le 5 juillet 2019. Disparition du Conseil national" in lapsed


def test_tree_says_what_is_not_proven(founding, visit):
    for code in ("UNML-CMA-2019", "IDF-CMA-ARML-2025"):
        html = text(visit("regis").get(page_of(founding[code])))
        tree = html[html.index('id="declinaisons"') : html.index('id="engagements"')]
        assert "Régional, Île-de-France – rattachement à vérifier" in tree


def test_a_loop_of_predecessors_or_parents_does_not_hang(founding, visit):
    with as_owner():
        Convention.objects.filter(code="UNML-SMV-2016").update(
            predecessor=founding["UNML-SMV-2024"], parent=founding["UNML-SMV-2019"]
        )
    assert visit("alice").get(page_of(founding["UNML-SMV-2019"])).status_code == 200


def test_commitments_by_party_carried_over_and_said_so(founding, visit):
    alice = visit("alice")
    html = text(alice.get(page_of(founding["UNML-SMV-2024"])))
    assert "Hypothèse de démonstration" in html
    assert "Sur pièces" in html
    response = alice.get(page_of(founding["UNML-SMV-2019"]))
    assert "Hypothèse de démonstration" not in text(response)
    assert "pour mémoire" in text(response)
    groups = {group["party"]: len(group["lines"]) for group in response.context["promises"]["groups"]}
    assert sum(groups.values()) == 10
    assert groups["Ensemble"] == 2


@pytest.fixture
def asked(monkeypatch):
    """What the page asks of the measures: everything is kept."""
    calls = []

    def stand(convention, commitments, first_day, last_day):
        calls.append((convention.code, first_day, last_day))
        return {found.pk: SimpleNamespace(status="tenu", figures="12 sur 12.") for found in commitments}

    monkeypatch.setattr(measure_commitments, "_function", stand)
    return calls


def test_measures_are_asked_once_and_shown(founding, visit, asked):
    html = text(visit("alice").get(page_of(founding["UNML-SMV-2024"])))
    assert html.count('class="badge ok">Tenu') == 10
    assert "12 sur 12." in html
    assert asked == [("UNML-SMV-2024", date(2025, 6, 1), date(2026, 6, 1))]


def test_measure_of_an_ended_text_stops_at_its_end(founding, visit, asked):
    visit("alice").get(page_of(founding["UNML-SMV-2019"]))
    assert asked == [("UNML-SMV-2019", date(2021, 5, 10), date(2022, 5, 10))]


def test_committee_past_next_and_overdue(founding, visit, owner_makes):
    committee = founding["UNML-SMV-2024"].committees.get()
    url = page_of(founding["UNML-SMV-2024"])
    alice = visit("alice")
    assert "En retard" in text(alice.get(url))
    owner_makes(CommitteeMeeting, committee=committee, held_on=date(2026, 3, 2), decisions="Former\nRelancer")
    html = text(alice.get(url))
    assert "En retard" not in html
    assert "attendue au plus tard le 2 mars 2027" in html
    assert "<li>Relancer</li>" in html
    owner_makes(CommitteeMeeting, committee=committee, held_on=date(2026, 6, 18), agenda="Bilan")
    html = text(alice.get(url))
    assert "Prochaine réunion le 18 juin 2026" in html
    assert "dans 17" in html
    assert "<li>Bilan</li>" in html


def test_referents_of_both_sides_and_gaps(founding, visit, world):
    response = visit("alice").get(page_of(founding["UNML-SMV-2024"]))
    html = text(response)
    assert "Rita Referent" in html
    assert "Suppléant : Sam Substitute" in html
    assert "Rose Other" not in html, "the centre of another region is not the counterpart"
    assert response.context["missing"] == ["Service militaire volontaire"]
    assert response.context["create_url"] == ""
    (table,) = response.context["coverage"]
    by_region = {row["code"]: [(cell.covered, cell.total) for cell in row["cells"]] for row in table["rows"]}
    # Columns: Missions Locales, SMV. The 3e RSMV and Brest of the world, and the founding sites of their regions.
    assert by_region["75"] == [(0, 1), (1, 2)]
    assert by_region["53"] == [(0, 1), (1, 2)]
    with as_owner():
        Designation.objects.create(
            organisation=world.org("ML_A"),
            topic=Topic.SMV,
            user=world.user("bob"),
            starts_on=date(2026, 1, 1),
        )
    response = visit("mona").get(page_of(founding["UNML-SMV-2024"]))
    assert "Bob Colleague" in text(response)
    assert response.context["missing"] == []
    (table,) = response.context["coverage"]
    assert {row["code"]: row["gap"] for row in table["rows"]}["75"] == 1


def test_absent_referent_shows_the_substitute(founding, visit):
    with as_owner():
        Designation.objects.filter(user__email__startswith="rita").update(
            absent_from=date(2026, 5, 25), absent_until=date(2026, 6, 5)
        )
    html = text(visit("alice").get(page_of(founding["UNML-SMV-2024"])))
    assert "Absence jusqu’au 5\xa0juin 2026 : Sam Substitute répond" in html


def test_queries_of_the_page(founding, visit, queries, world):
    alice = visit("alice")
    few, _ = queries(alice, page_of(founding["UNML-SMV-2024"]))
    with as_owner():
        Organisation.objects.bulk_create(
            Organisation(name=f"Mission locale {n}", network="ml", level="local", region_id="75")
            for n in range(40)
        )
        committee = founding["UNML-SMV-2024"].committees.get()
        CommitteeMeeting.objects.bulk_create(
            CommitteeMeeting(committee=committee, held_on=date(2025, 1, n)) for n in range(1, 20)
        )
        Convention.objects.bulk_create(
            Convention(
                code=f"D-{n}", title=f"Déclinaison {n}", level="regional", region_id="75",
                parent=founding["UNML-SMV-2024"], signed_on=date(2025, 1, 1),
            )
            for n in range(20)
        )  # fmt: skip
        Commitment.objects.bulk_create(
            Commitment(
                convention=founding["UNML-SMV-2024"], theme="smv", wording=f"Promesse {n}", measure=code
            )
            for n in range(30)
            for code in measures
        )
    many, sql = queries(alice, page_of(founding["UNML-SMV-2024"]))
    assert many == few, sql
    # The last query of a test resets the scope inside the test's own transaction: no request does it.
    assert many - 1 <= 10, sql


# --- The words ------------------------------------------------------------------------------


def _read(**fields) -> Convention:
    decisions = fields.pop("decisions", [])
    convention = Convention(code="X-2020", title="Texte", **fields)
    convention.replaced_on, convention.party_rows, convention.amendment_rows = None, [], []
    convention.decision_rows = [
        {
            "kind": kind,
            "decided_on": day,
            "effective_on": None,
            "at_latest": at_latest,
            "reason": reason,
            "party": None,
            "party_name": None,
            "party_acronym": None,
            "party_sensitive": None,
            "recorded_at": "2026-01-01T00:00:00+00:00",
            "recorded_by": "",
        }
        for kind, day, at_latest, reason in decisions
    ]
    return convention


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"nature": "proposition"}, "Ce texte a été proposé"),
        ({"nature": "pratique"}, "Cette pratique est décrite"),
        ({}, "Personne n’a encore signé"),
        ({"signature_known": False}, "Aucune source n’établit le jour de la signature"),
        ({"signed_on": date(2026, 1, 1), "starts_on": date(2027, 1, 1)}, "prendra effet le 1er janvier 2027"),
        ({"signed_on": date(2020, 1, 1), "end_known": False}, "son terme n’est pas établi"),
        ({"signed_on": date(2020, 1, 1)}, "sans limite de durée"),
        (
            {"signed_on": date(2020, 1, 1), "ends_on": date(2028, 1, 1)},
            "elle court jusqu’au 1er janvier 2028",
        ),
        (
            {
                "signed_on": date(2020, 1, 1),
                "ends_on": date(2024, 12, 31),
                "tacit_renewal": True,
                "renewal_months": 12,
            },
            "reconduite tacitement 2 fois ; la période en cours finit le 31 décembre 2026",
        ),
        (
            {"signed_on": date(2020, 1, 1), "ends_on": date(2024, 1, 1)},
            "Arrivée à échéance le 1er janvier 2024.",
        ),
        (
            {
                "signed_on": date(2020, 1, 1),
                "decisions": [("resiliation", "2024-01-01", False, "Manquement.")],
            },
            "Résiliée le 1er janvier 2024. Manquement.",
        ),
        (
            {
                "signed_on": date(2020, 1, 1),
                "notice_months": 3,
                "decisions": [("denonciation", "2024-01-01", False, "")],
            },
            "Dénoncée le 1er janvier 2024, sans effet depuis le 1er avril 2024.",
        ),
        (
            {
                "signed_on": date(2020, 1, 1),
                "decisions": [("caducite", "2024-01-01", False, "Objet disparu.")],
            },
            "Caduque depuis le 1er janvier 2024. Objet disparu.",
        ),
    ],
)
def test_why_in_words(fields, words):
    assert words in words_of.why(_read(**fields), date(2026, 6, 1))


def test_every_state_has_a_badge():
    assert set(words_of.BADGES) == set(ConventionState)


def test_dates_say_what_is_not_known():
    dates = dict(words_of.dates_of(_read(signature_known=False, end_known=False)))
    assert dates == {"Signature": "non établie", "Échéance": "terme non établi"}
    dates = dict(
        words_of.dates_of(
            _read(
                signed_on=date(2020, 1, 1), place="Paris", tacit_renewal=True, renewal_months=12, max_renewals=2,
                notice_months=3, decisions=[("denonciation", "2021-01-01", False, "")],
            )
        )
    )  # fmt: skip
    assert dates == {
        "Signature": "1er janvier 2020, à Paris",
        "Prise d’effet": "non établie",
        "Échéance": "sans limite de durée",
        "Reconduction": "tacite, par périodes de 12 mois, 2 fois au plus",
        "Préavis": "3 mois",
        "Dénonciation reçue": "1er janvier 2021",
    }
