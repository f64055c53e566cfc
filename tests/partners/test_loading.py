"""The founding conventions in the database: all there, told apart from what is only assumed, loaded once."""

import io
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from partners import founding as data
from partners.conventions.reading import facts_of, state_of, with_facts
from partners.conventions.state import ConventionState as S
from partners.conventions.state import state_on
from partners.loading import load_founding
from partners.models import (
    Branch,
    Commitment,
    Committee,
    Convention,
    ConventionBranch,
    ConventionDecision,
    ConventionParty,
    DeclaredFigure,
    Organisation,
)
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
    "PDL-PREPA-2021": S.PRATIQUE,
    "NA-REGION-2018": S.PROPOSEE,
    "MISSION-JEUNES-2014": S.SIGNATURE_NON_ETABLIE,
    "MISSION-JEUNES-2018": S.REMPLACEE,
    "MISSION-JEUNES-2021": S.ECHUE,
    "MISSION-JEUNES-2025": S.EN_VIGUEUR,
    "MISSION-JEUNES-OCC-2023": S.TERME_INCONNU,
    "INTERBRANCHES-2024": S.SIGNATURE_NON_ETABLIE,
    "EMMAUS-CONNECT-2014": S.SIGNATURE_NON_ETABLIE,
    "WETECHCARE-2017": S.SIGNATURE_NON_ETABLIE,
    "UNML-WETECHCARE-2019": S.SIGNATURE_NON_ETABLIE,
}
# What each text was on the days that matter: the eve and the day of what changes it.
PAST = {
    "UNML-SMV-2016": {"2016-03-15": S.PROJET, "2016-03-16": S.TERME_INCONNU, "2019-05-10": S.REMPLACEE},
    "UNML-SMV-2019": {
        "2019-05-09": S.PROJET, "2019-05-10": S.EN_VIGUEUR, "2020-01-01": S.EN_VIGUEUR,
        "2022-05-09": S.EN_VIGUEUR, "2022-05-10": S.ECHUE, "2024-04-19": S.ECHUE,
    },
    "UNML-SMV-2024": {"2024-04-18": S.PROJET, "2024-04-19": S.TERME_INCONNU},
    "CNML-CMA-2011": {
        "2012-01-01": S.SIGNATURE_NON_ETABLIE, "2019-07-04": S.SIGNATURE_NON_ETABLIE, "2019-07-05": S.CADUQUE,
    },
    "UNML-CMA-2019": {"2020-01-01": S.SIGNATURE_NON_ETABLIE, "2023-06-01": S.SIGNATURE_NON_ETABLIE},
    "UNML-CMA-2023": {"2024-01-01": S.SIGNATURE_NON_ETABLIE, "2025-06-04": S.REMPLACEE},
    "CMA-FT-UNML-CHEOPS-2025": {
        "2025-06-03": S.PROJET, "2025-06-04": S.EN_VIGUEUR, "2028-06-03": S.EN_VIGUEUR, "2028-06-04": S.ECHUE,
    },
    "IDF-CMA-ARML-2025": {"2025-05-21": S.PROJET, "2025-05-22": S.TERME_INCONNU},
    "MISSION-JEUNES-2018": {"2020-01-01": S.SIGNATURE_NON_ETABLIE, "2021-11-25": S.REMPLACEE},
    "MISSION-JEUNES-2021": {
        "2021-11-24": S.PROJET, "2021-11-25": S.EN_VIGUEUR, "2024-11-24": S.EN_VIGUEUR, "2024-11-25": S.ECHUE,
    },
    "MISSION-JEUNES-2025": {"2025-02-04": S.EN_VIGUEUR, "2028-02-03": S.EN_VIGUEUR, "2028-02-04": S.ECHUE},
    # Its parent ended on 24 November 2024: that never closes it (DOMAIN 9.18).
    "MISSION-JEUNES-OCC-2023": {"2023-07-20": S.TERME_INCONNU, "2024-12-01": S.TERME_INCONNU},
}  # fmt: skip
# The texts that no source proves signed, on any day: an offer, a practice, an unknown day of signature or term.
NEVER_IN_FORCE = {
    code for code in STATES
    if code not in ("UNML-SMV-2019", "CMA-FT-UNML-CHEOPS-2025", "MISSION-JEUNES-2021", "MISSION-JEUNES-2025")
}  # fmt: skip


_LOADED = (
    Organisation, Branch, Convention, ConventionParty, ConventionBranch, ConventionDecision, DeclaredFigure,
    Commitment, Committee,
)  # fmt: skip


def _snapshot() -> dict[str, list[dict]]:
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in _LOADED}


def test_every_founding_convention_is_there_in_its_state(founding):
    assert set(founding) == {item.code for item in data.CONVENTIONS}
    found = {
        convention.code: state_of(convention, date(2026, 6, 1))
        for convention in with_facts(Convention.objects.order_by("pk"))
    }
    assert found == STATES


def test_each_text_on_the_days_that_matter(founding):
    found = {one.code: one for one in with_facts(Convention.objects.order_by("pk"))}
    told = {
        code: {day: state_of(found[code], date.fromisoformat(day)) for day in days}
        for code, days in PAST.items()
    }
    assert told == PAST


@pytest.fixture
def facts(founding):
    return {one.code: facts_of(one) for one in with_facts(Convention.objects.order_by("pk"))}


def test_what_is_not_proven_is_in_force_on_no_day(facts):
    days = [date(2010, 1, 1) + timedelta(days=count) for count in range(0, 9_200)]
    for code in NEVER_IN_FORCE:
        assert S.EN_VIGUEUR not in {state_on(facts[code], day) for day in days}, code
    for code in ("PDL-PREPA-2021", "NA-REGION-2018"):
        assert len({state_on(facts[code], day) for day in days}) == 1
    for code in set(facts) - NEVER_IN_FORCE:
        held = [day for day in days if state_on(facts[code], day) == S.EN_VIGUEUR]
        assert (held[0], held[-1]) == (facts[code].starts_on, facts[code].ends_on)


def test_branches_figures_and_lead(founding):
    lines = founding["INTERBRANCHES-2024"].branch_lines.order_by("branch__code")
    assert [(line.branch.code, line.branch.idcc) for line in lines] == [
        ("bois-scieries", ["0158"]),
        ("commerces-de-gros", ["0573"]),
        ("hcr", ["1979"]),
        ("travail-temporaire", ["2378", "1413"]),
    ]
    figures = founding["PDL-PREPA-2021"].declared_figures.order_by("pk")
    assert [(figure.value, figure.approximate) for figure in figures] == [
        (400, False), (45_000, False), (3_000, True),
    ]  # fmt: skip
    assert founding["MISSION-JEUNES-2014"].signed_label == "2014"
    assert founding["UNML-WETECHCARE-2019"].signed_label == "9 ou 10 mai 2019"
    assert founding["UNML-SMV-2024"].lead.key == "UNML"
    assert founding["NA-REGION-2018"].lead.key == "ARML_75"
    # A body that is gone leads nothing.
    assert founding["CNML-CMA-2011"].lead is None


def test_declared_figures_are_shown_with_their_source(founding, visit):
    url = reverse("partners:convention_detail", args=[founding["PDL-PREPA-2021"].uuid])
    html = " ".join(visit("alice").get(url).content.decode().split())
    assert "environ 3 000 alternants" in html.replace("\u00a0", " ")
    assert "Entretien publié le 21 juin 2021" in html


def test_running_twice_changes_nothing(founding):
    before = _snapshot()
    with as_owner():
        assert load_founding() == {"organisations": 0, "conventions": 0, "commitments": 0}
    assert _snapshot() == before


def test_edits_of_an_administrator_are_kept(founding):
    with as_owner():
        Convention.objects.filter(code="UNML-SMV-2019").update(place="Ailleurs", notice_months=3)
        Commitment.objects.filter(convention=founding["UNML-SMV-2019"], order=1).delete()
        # What somebody took away altogether does not come back either.
        founding["UNML-SMV-2019"].committees.all().delete()
        founding["PDL-PREPA-2021"].declared_figures.all().delete()
        founding["INTERBRANCHES-2024"].branch_lines.all().delete()
        Branch.objects.filter(code="hcr").update(name="Hôtellerie et restauration")
        edited = _snapshot()
        load_founding()
    assert _snapshot() == edited
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


def test_outside_the_demonstration_nothing_is_carried_over(world, visit, settings):
    settings.DEMO = False
    settings.MFA_REQUIRED = False
    with as_owner():
        add_territory()
        load_founding()
    later = Convention.objects.get(code="UNML-SMV-2024")
    assert (later.parties.count(), later.commitments.count(), later.committees.count()) == (2, 0, 0)
    html = visit("alice").get(reverse("partners:convention_detail", args=[later.uuid])).content.decode()
    assert "Hypothèse de démonstration" not in html
    assert "le texte n’a pas été lu" in html


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


def test_the_command_counts_then_writes(world):
    def run(*args):
        out = io.StringIO()
        with as_owner():
            call_command("load_founding", *args, stdout=out)
        return out.getvalue()

    assert run().startswith("À ajouter : ")
    assert Convention.objects.count() == 1
    written = run("--wet-run")
    assert "18 conventions" in written
    assert Convention.objects.count() == 19
    assert run("--wet-run").startswith("Ajouté : 0 structures, 0 conventions, 0 engagements.")


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
