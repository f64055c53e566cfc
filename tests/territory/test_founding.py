"""The founding conventions: consistent with one another, and nothing made up."""

from datetime import date

import pytest

from partners.founding import (
    BRANCHES,
    CARRIED_OVER,
    CONVENTIONS,
    MEASURES,
    NATIONAL_ORGANISATIONS,
    SMV_SITES,
    assumed_from,
    convention,
)
from partners.models import Commitment, Convention, Theme
from partners.territory.dataset import read_territory
from portal.demo.country import build_country

ALL = pytest.mark.parametrize("item", CONVENTIONS, ids=lambda item: item.code)


def test_codes_are_unique():
    codes = [item.code for item in CONVENTIONS]
    assert len(codes) == len(set(codes))
    keys = [body.key for body in NATIONAL_ORGANISATIONS]
    assert len(keys) == len(set(keys))


@ALL
def test_links_lead_to_earlier_conventions_of_the_list(item):
    position = CONVENTIONS.index(item)
    known = {other.code for other in CONVENTIONS[:position]}
    assert item.predecessor is None or item.predecessor in known
    assert item.parent is None or item.parent in known


@ALL
def test_every_party_exists_in_the_country(item):
    country = build_country(read_territory())
    keys = {organisation.key for organisation in country.organisations}
    parties = {party.organisation for party in item.parties}
    assert parties <= keys
    assert len(parties) >= 2 or (not parties and "Parties non établies" in item.note)
    assert {commitment.party for commitment in item.commitments} <= parties | {None}


@ALL
def test_dates_are_known_or_said_unknown(item):
    assert (item.signed_on is not None) == item.signature_known
    assert (item.ends_on is not None) == item.end_known
    assert all(party.signed_on == item.signed_on for party in item.parties)
    if item.ends_on:
        assert item.starts_on < item.ends_on
    if not (item.signature_known and item.end_known):
        assert "non établi" in item.note


@ALL
def test_values_fit_the_tables(item):
    assert item.nature in Convention.Nature.values
    assert set(item.themes) <= set(Theme.values)
    assert len(item.title) <= 200
    assert len(item.note) <= 1000
    assert len(item.source_label) <= 200
    assert len(item.signed_label) <= 40
    assert len(item.purpose) <= 2000
    assert set(item.branches) <= {branch.code for branch in BRANCHES}
    for figure in item.figures:
        assert len(figure.label) <= 200
        assert len(figure.period) <= 60
        assert len(figure.source) <= 200
    codes = [commitment.code for commitment in item.commitments]
    assert len(codes) == len(set(codes))
    for commitment in item.commitments:
        assert commitment.theme in Theme.values
        assert commitment.frequency in Commitment.Frequency.values
        assert commitment.measure is None or commitment.measure in MEASURES
        assert len(commitment.wording) <= 300


def test_convention_of_2019_is_the_one_of_the_source():
    smv = convention("UNML-SMV-2019")
    assert (smv.signed_on, smv.place) == (date(2019, 5, 10), "Montpellier")
    assert smv.ends_on == date(2022, 5, 9)
    assert (smv.committee.frequency_months, smv.committee.rhythm) == (12, "sliding")
    assert {c.party for c in smv.commitments} == {"SMV_EM", "UNML", None}
    measured = {c.measure for c in smv.commitments}
    assert measured >= {"sessions_held", "answers_returned", "returns_of_unfinished", "outcomes_known_m3"}


def test_previous_smv_convention_is_of_2016_and_the_error_is_told():
    """DOMAIN 9.1: the source writes 2019 for the previous convention."""
    previous = convention(convention("UNML-SMV-2019").predecessor)
    assert previous.signed_on == date(2016, 3, 16)
    assert "erreur" in previous.note
    assert "erreur" in convention("UNML-SMV-2019").note


def test_agreement_of_2011_is_void_because_a_party_disappeared():
    old = convention("CNML-CMA-2011")
    cnml = next(body for body in NATIONAL_ORGANISATIONS if body.key == "CNML")
    assert cnml.ceased
    assert old.lapse_reason
    assert old.lapsed_on is None
    assert convention("UNML-CMA-2019").predecessor == old.code


def test_unread_texts_claim_no_commitment_of_their_own():
    for code, source in CARRIED_OVER.items():
        assert convention(code).commitments == ()
        assert convention(code).committee is None
        assert assumed_from(code) is convention(source)
    assert assumed_from("UNML-SMV-2019") is None
    with pytest.raises(KeyError):
        convention("UNKNOWN")


def test_regional_declination_has_an_unproven_parent():
    regional = convention("IDF-CMA-ARML-2025")
    assert (regional.region, regional.parent, regional.parent_proven) == ("11", "UNML-CMA-2019", False)


def test_smv_has_seven_sites_and_a_headquarters():
    territory = read_territory()
    municipalities = {m.code: m for m in territory.municipalities}
    departments = {d.code: d for d in territory.departments}
    keys = {site.key for site in SMV_SITES}
    assert sum(site.kind != "etat_major" for site in SMV_SITES) == 7
    for site in SMV_SITES:
        assert municipalities[site.municipality].department == site.department
        assert departments[site.department].region == site.region
        assert (site.parent in keys) == (site.kind != "etat_major")
    air = next(site for site in SMV_SITES if site.key == "SMV_AMBERIEU")
    assert "Lyon" in air.note


def test_branches_have_the_identifiers_that_are_known():
    """DOMAIN 4 and 9.11: none, one or several IDCC."""
    idcc = {branch.code: branch.idcc for branch in BRANCHES}
    assert idcc == {
        "travail-temporaire": ("2378", "1413"),
        "commerces-de-gros": ("0573",),
        "hcr": ("1979",),
        "bois-scieries": ("0158",),
    }
    assert "pas d’IDCC unique" in next(branch.note for branch in BRANCHES if branch.code == "bois-scieries")
    assert set(convention("INTERBRANCHES-2024").branches) == set(idcc)


def test_mission_jeunes_goes_through_four_texts():
    """DOMAIN 9.2: the source gives 2014 then 2021, and forgets a party."""
    codes, code = [], "MISSION-JEUNES-2025"
    while code:
        codes.append(code)
        code = convention(code).predecessor
    assert codes == [f"MISSION-JEUNES-{year}" for year in (2025, 2021, 2018, 2014)]
    assert {party.organisation for party in convention("MISSION-JEUNES-2021").parties} >= {"FASTT", "FPETT"}
    assert "FPETT" in convention("MISSION-JEUNES-2021").note
    assert "2018" not in convention("MISSION-JEUNES-2014").note
    assert "sans citer ce renouvellement" in convention("MISSION-JEUNES-2018").note
    interbranch = convention("INTERBRANCHES-2024")
    assert (interbranch.parent, interbranch.predecessor) == (None, None)


def test_an_offer_and_a_practice_are_never_a_convention():
    offer, practice = convention("NA-REGION-2018"), convention("PDL-PREPA-2021")
    assert (offer.nature, practice.nature) == ("proposition", "pratique")
    assert (practice.parent, practice.parent_proven) == ("UNML-CMA-2019", False)
    assert [(figure.value, figure.approximate) for figure in practice.figures] == [
        (400, False), (45_000, False), (3_000, True),
    ]  # fmt: skip
