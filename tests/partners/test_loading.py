"""The founding conventions in the database: all there, told apart from what is only assumed, loaded once."""

from datetime import date

import pytest

from partners import founding as data
from partners.convention_reading import state_of, with_facts
from partners.convention_state import ConventionState as S
from partners.loading import load_founding
from partners.models import Commitment, Committee, Convention, ConventionParty, Organisation
from tests.conftest import as_owner
from tests.partners.conftest import add_territory

STATES = {
    "UNML-SMV-2016": S.REMPLACEE,
    "UNML-SMV-2019": S.ECHUE,
    "UNML-SMV-2024": S.TERME_INCONNU,
    "CNML-CMA-2011": S.CADUQUE,
    "UNML-CMA-2019": S.SIGNATURE_NON_ETABLIE,
    "UNML-CMA-2023": S.REMPLACEE,
    "CMA-FT-UNML-CHEOPS-2025": S.EN_VIGUEUR,
    "IDF-CMA-ARML-2025": S.TERME_INCONNU,
}


def _snapshot() -> dict[str, list[dict]]:
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Organisation, Convention, ConventionParty, Commitment, Committee)
    }


def test_every_founding_convention_is_there_in_its_state(founding):
    assert set(founding) == {item.code for item in data.CONVENTIONS}
    found = {
        convention.code: state_of(convention, date(2026, 6, 1))
        for convention in with_facts(Convention.objects.order_by("pk"))
    }
    assert found == STATES


def test_running_twice_changes_nothing(founding):
    before = _snapshot()
    with as_owner():
        assert load_founding() == {"organisations": 0, "conventions": 0, "commitments": 0}
    assert _snapshot() == before


def test_edits_of_an_administrator_are_kept(founding):
    with as_owner():
        Convention.objects.filter(code="UNML-SMV-2019").update(place="Ailleurs", notice_months=3)
        Commitment.objects.filter(convention=founding["UNML-SMV-2019"], order=1).delete()
        load_founding()
    kept = Convention.objects.get(code="UNML-SMV-2019")
    assert (kept.place, kept.notice_months, kept.commitments.count()) == ("Ailleurs", 3, 9)


def test_a_bare_convention_gets_its_parties_and_commitments(world):
    with as_owner():
        add_territory()
        load_founding()
    bare = Convention.objects.get(code="UNML-SMV-2019")
    assert bare.title == "Convention UNML – SMV"
    assert (bare.parties.count(), bare.commitments.count(), bare.committees.count()) == (2, 10, 1)
    assert bare.predecessor.code == "UNML-SMV-2016"


def test_later_texts_carry_over_commitments_and_committee(founding):
    for code, origin in data.CARRIED_OVER.items():
        wordings = list(founding[code].commitments.order_by("order").values_list("wording", flat=True))
        assert wordings == [promise.wording for promise in data.convention(origin).commitments]
    committee = founding["UNML-SMV-2024"].committees.get()
    assert (committee.frequency_months, committee.reckoning) == (12, "sliding")


def test_what_the_sources_do_not_say_stays_unknown(founding):
    lapsed = founding["CNML-CMA-2011"]
    decision = lapsed.decisions.get()
    assert (decision.kind, decision.decided_on, decision.at_latest) == ("caducite", date(2019, 7, 5), True)
    assert "au plus tard le 5 juillet 2019" in lapsed.note
    assert "Conseil national" in decision.reason
    assert lapsed.signed_label == "2011"
    assert Organisation.objects.get(key="CNML").ends_on == date(2019, 7, 5)
    regional = founding["IDF-CMA-ARML-2025"]
    assert regional.parent == founding["UNML-CMA-2019"]
    assert not regional.parent_proven


def test_smv_sites_and_regional_bodies(founding):
    sites = {site.key for site in data.SMV_SITES}
    assert sites <= set(Organisation.objects.values_list("key", flat=True))
    marseille = Organisation.objects.get(key="SMV_MARSEILLE")
    assert (marseille.parent.key, marseille.department_id, marseille.level) == ("SMV_AMBERIEU", "13", "local")
    assert Organisation.objects.get(key="ARML_11").parent.key == "UNML"


def test_territory_first(world, monkeypatch):
    monkeypatch.setattr(data, "SMV_SITES", tuple(site for site in data.SMV_SITES if site.region == "44"))
    with as_owner(), pytest.raises(ValueError, match="territory"):
        load_founding()


def test_progress_is_told(world):
    told = []
    with as_owner():
        add_territory()
        load_founding(lambda *step: told.append(step))
    assert [(done, total) for done, total, _ in told] == [(1, 2), (2, 2)]
