"""The real directories, when they are beside the project: they load whole, and a second time changes nothing."""

import pytest

from partners.models import Branch, Organisation
from tests.partners.directory.conftest import REAL

pytestmark = pytest.mark.django_db

# In the order of their names: what others hang on comes first.
FILES = {
    "arml.csv": ("arml", 15),
    "cma.csv": ("cma", 124),
    "missions_locales.csv": ("missions_locales", 447),
    "cfa_cma.csv": ("cfa_cma", 143),
    "smv_sma_centres.csv": ("smv_sma", 23),
    "akto_delegations_regionales.csv": ("akto_delegations", 21),
    "dreets.csv": ("dreets", 18),
    "ddets.csv": ("ddets", 101),
    "conseils_regionaux.csv": ("conseils_regionaux", 18),
    "branches_accord_cadre.csv": ("branches", 4),
    "akto_branches.csv": ("akto_branches", 32),
}


@pytest.mark.skipif(
    not REAL.is_dir(), reason="the real directories are not beside the project (../shared/data)"
)
def test_every_real_file_loads_and_a_second_time_changes_nothing(territory, imported):
    before = Organisation.objects.count()
    for name, (format_name, lines) in FILES.items():
        said, error = imported(REAL / name, wet_run=True)
        assert not error, said
        assert f"format « {format_name} »" in said
        assert f"{lines} lignes :" in said
        assert " 0 refusée" in said
    organisations = sum(lines for name, (_, lines) in FILES.items() if "branches" not in name)
    # Associations, chambers and sites that the product ships with are described too, and are not duplicated.
    shipped = Organisation.objects.exclude(key="").exclude(code="")
    assert Organisation.objects.count() == before + organisations - shipped.count()
    assert {"ARML_11", "CMA_FRANCE", "CMAR_11", "SMV_EM", "SMV_MARSEILLE"} <= {one.key for one in shipped}
    for name, (_, lines) in FILES.items():
        said, _ = imported(REAL / name, wet_run=True)
        assert (
            f"{lines} lignes : 0 créée, 0 mise à jour, {lines} inchangées, 0 refusée. 0 changement." in said
        )
        assert "Rien à changer." in said

    def hangs_on(code: str, network: str) -> str:
        return Organisation.objects.get(code=code, network=network).parent.code

    assert hangs_on("17300S00", "ml") == "ARML-75"
    assert {hangs_on(code, "ml") for code in ("97213S00", "97801S00")} == {"ARML-01-02-03-978"}
    assert hangs_on("chambre_metier-17300-01", "cma") == "CMAR-75"
    assert hangs_on("chambre_metier-57463-01", "cma") == "CMA-MOSELLE"
    assert hangs_on("chambre_metier-2A004-01", "cma") == "CMAR-94"
    assert hangs_on("RSMA-Ga-(Saint-Martin)", "smv") == "RSMA-Ga"
    assert hangs_on("DDETS-17", "state") == "DREETS-75"
    regiment = Organisation.objects.get(code="3e-RSMV")
    assert (regiment.key, regiment.name) == ("SMV_3RSMV", "3e régiment du service militaire volontaire")
    assert not Organisation.objects.filter(network="ml", level="local", parent=None).exclude(code="").exists()
    assert Branch.objects.get(code="travail-temporaire").idcc == ["2378", "1413"]
    assert Branch.objects.get(code="secteur-des-proprietes-forestieres").idcc == []
    assert Organisation.objects.get(code="REGION-04").municipality.name == "Saint-Denis"
