"""The page of gaps: what conventions in force ask, who has nobody, by region; its filters, its file, its cost."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import AuditEntry
from partners.designations import gaps
from partners.models import Convention, ConventionParty, Designation, Level, Network, Organisation, Topic
from tests.conftest import as_owner

GAPS = reverse("partners:gap_list")
EXPORT = reverse("partners:gap_export")
CREATE = reverse("partners:designation_create")


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def signed(world):
    """``signed(code, *keys, **fields)``: a convention in force between organisations of the world."""

    def make(code, *keys, **fields):
        with as_owner():
            made = Convention.objects.create(
                **{
                    "code": code,
                    "title": f"Convention {code}",
                    "themes": ["smv"],
                    "signed_on": date(2024, 4, 19),
                    "starts_on": date(2024, 4, 19),
                    "ends_on": clock.today() + timedelta(days=300),
                }
                | fields
            )
            for key in keys:
                ConventionParty.objects.create(convention=made, organisation=world.org(key))
        return made

    return make


@pytest.fixture
def national(signed):
    return signed("SMV", "UNML", "SMV_EM")


def found(**asked) -> dict[str, list[str]]:
    rows, _ = gaps.find(gaps.asked(), **asked)
    return {gap.name: [missing.topic for missing in gap.missing] for gap in rows}


def designate(world, key, name, **fields):
    with as_owner():
        return Designation.objects.create(
            **{"organisation": world.org(key), "topic": Topic.SMV, "user": world.user(name)} | fields
        )


# --- What is found --------------------------------------------------------------------------


def test_a_national_convention_asks_every_local_organisation_of_its_networks(world, national):
    # Both centres have named somebody (tests.world); the two Missions Locales have not.
    assert found() == {"Mission locale du Large": ["smv"], "Mission locale du Port": ["smv"]}
    designate(world, "ML_A", "bob")
    assert found() == {"Mission locale du Large": ["smv"]}


def test_a_regional_convention_asks_in_its_region_only(signed):
    signed("BZH", "ARML", "SMV_EM", level=Level.REGIONAL, region_id="53")
    assert found() == {"Mission locale du Large": ["smv"]}


def test_a_local_convention_asks_its_parties_only(world, signed):
    signed("LOCALE", "ML_A", "RSMV", level=Level.LOCAL, region_id="75")
    assert found() == {"Mission locale du Port": ["smv"]}


@pytest.mark.parametrize(
    "fields",
    [
        {"signed_on": None},
        {"ends_on": date(2025, 1, 1)},
        {"nature": "proposition"},
        {"themes": ["freins"]},
        {"themes": []},
        {"signed_on": None, "signature_known": False},
    ],
)
def test_a_text_that_is_not_in_force_or_has_no_topic_asks_nobody(signed, fields):
    signed("SMV", "UNML", "SMV_EM", **fields)
    assert found() == {}


def test_a_designation_for_another_convention_does_not_answer(world, national, signed):
    other = signed("AUTRE", "UNML", "SMV_EM")
    one = designate(world, "ML_A", "bob", convention=other)
    rows, _ = gaps.find(gaps.asked(), region="75")
    (gap,) = rows
    assert [asking.code for asking in gap.missing[0].conventions] == ["SMV"]
    with as_owner():
        Designation.objects.filter(pk=one.pk).update(convention=None)
    assert found(region="75") == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_on": date(2020, 1, 1), "ends_on": date(2020, 12, 31)},
        {"starts_on": date(2090, 1, 1)},
        {"topic": Topic.ORIENTATION},
    ],
)
def test_past_future_and_other_topics_fill_no_gap(world, national, fields):
    designate(world, "ML_A", "bob", **fields)
    assert "Mission locale du Port" in found()


def test_gone_and_sensitive_organisations_are_not_named(world, national):
    with as_owner():
        Organisation.objects.filter(key="ML_A").update(is_sensitive=True)
        Organisation.objects.filter(key="ML_C").update(ends_on=date(2025, 1, 1))
    assert found() == {}


def test_the_counts_say_the_same_as_the_rows(world, national):
    rows, counts = gaps.find(gaps.asked(), first="75")
    assert [(line.code, line.organisations, line.concerned, line.topics) for line in counts] == [
        ("75", 1, 2, 1),
        ("53", 1, 2, 1),
    ]
    assert len(rows) == sum(line.organisations for line in counts)


# --- The page -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "rita", "charlie", "mona", "paul", "regis", "nadia"])
def test_any_member_reads_it(world, visit, national, name):
    html = text(visit(name).get(GAPS))
    assert "Mission locale du Large" in html
    assert "1 sur 2" in html
    assert "Rose Other" not in html


def test_anonymous_is_sent_to_sign_in(client, world):
    for url in (GAPS, EXPORT):
        assert client.get(url).status_code == 302


def test_regional_staff_see_their_region_first(world, visit, national):
    page = visit("regis").get(GAPS)
    assert [line.code for line in page.context["counts"]] == ["75", "53"]
    assert [gap.name for gap in page.context["gaps"]] == ["Mission locale du Port", "Mission locale du Large"]
    assert [line.code for line in visit("nadia").get(GAPS).context["counts"]] == ["53", "75"]


def test_each_gap_leads_to_the_organisation_and_its_manager_to_the_form(world, visit, national):
    html = text(visit("mona").get(GAPS))
    assert reverse("partners:organisation_detail", args=[world.org("ML_C").uuid]) in html
    assert html.count(f"{CREATE}?sujet=smv") == 1
    for name in ("alice", "nadia", "regis", "rosa"):
        assert f"{CREATE}?sujet=" not in text(visit(name).get(GAPS))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("convention=SMV", {"Mission locale du Large", "Mission locale du Port"}),
        ("convention=BZH", {"Mission locale du Large"}),
        ("sujet=smv&region=75", {"Mission locale du Port"}),
        ("reseau=smv", set()),
        ("sujet=orientation", set()),
    ],
)
def test_filters(world, visit, national, signed, query, names):
    signed("BZH", "ARML", "SMV_EM", level=Level.REGIONAL, region_id="53")
    page = visit("nadia").get(f"{GAPS}?{query}")
    assert {gap.name for gap in page.context["gaps"]} == names


@pytest.mark.parametrize("query", ["convention=zz", "sujet=zz", "region=zz", "reseau=zz", "page=10000000000"])
def test_odd_filters_never_break_the_page(world, visit, national, query):
    assert visit("alice").get(f"{GAPS}?{query}").status_code == 200
    assert visit("alice").get(f"{EXPORT}?{query}").status_code == 200


def test_nobody_missing_and_nothing_asked_are_said(world, visit, national):
    designate(world, "ML_A", "bob")
    designate(world, "ML_C", "charlie")
    assert "Personne ne manque" in text(visit("nadia").get(GAPS))
    with as_owner():
        Convention.objects.filter(pk=national.pk).update(signed_on=None)
    assert "Aucune convention en vigueur" in text(visit("nadia").get(GAPS))


def test_the_file_holds_the_selection_and_is_in_the_trail(world, visit, national):
    response = visit("nadia").get(f"{EXPORT}?region=75")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert lines[1:] == [
        ["Nouvelle-Aquitaine", "Charente-Maritime", "Mission locale du Port", "Missions Locales",
         "Service militaire volontaire", "Convention SMV"]
    ]  # fmt: skip
    with as_owner():
        assert (
            AuditEntry.objects.filter(kind=AuditEntry.Kind.EXPORT, user_id=world.user("nadia").pk).count()
            == 1
        )


def test_queries(world, visit, queries, national, signed):
    mona = visit("mona")
    few, _ = queries(mona, GAPS)
    with as_owner():
        for number in range(40):
            Organisation.objects.create(
                name=f"ML {number:02}", network=Network.ML, level=Level.LOCAL, region_id="75"
            )
    for number in range(10):
        signed(f"R-{number}", "ARML", "SMV_EM", level=Level.REGIONAL, region_id="75")
    many, sql = queries(mona, GAPS)
    assert many == few <= 8, sql
