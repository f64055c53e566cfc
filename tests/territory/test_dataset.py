"""The shipped territory files: counts, codes, joins."""

import hashlib
import importlib.util
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from partners.territory.dataset import DATA, normalise_name, read_territory

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "build_territory.py"
OVERSEAS_DEPARTMENTS = {"971", "972", "973", "974", "976"}
COLLECTIVITIES = {"975", "977", "978", "984", "986", "987", "988", "989"}


@pytest.fixture(scope="module")
def territory():
    return read_territory()


def test_counts(territory):
    kinds = Counter(d.kind for d in territory.departments)
    assert len(territory.regions) == 18
    assert kinds == {"department": 101, "collectivity": 8}
    assert len(territory.municipalities) == 35_014
    assert sum(m.is_arrondissement for m in territory.municipalities) == 20 + 9 + 16


def test_codes_are_text_with_their_zeros(territory):
    departments = {d.code for d in territory.departments}
    assert {"01", "09", "2A", "2B"} <= departments
    assert "20" not in departments
    assert departments >= OVERSEAS_DEPARTMENTS | COLLECTIVITIES
    assert {"01", "02", "03", "04", "06"} <= {r.code for r in territory.regions}
    assert all(len(m.code) == 5 for m in territory.municipalities)
    assert all(len(code) == 5 and code.isdigit() for m in territory.municipalities for code in m.postcodes)


def test_codes_are_unique_and_sorted(territory):
    for rows in (territory.regions, territory.departments, territory.municipalities):
        codes = [row.code for row in rows]
        assert codes == sorted(set(codes))


def test_every_reference_exists(territory):
    regions = {r.code for r in territory.regions}
    departments = {d.code: d for d in territory.departments}
    municipalities = {m.code: m for m in territory.municipalities}
    for department in territory.departments:
        assert (department.region in regions) == (department.kind == "department")
        if department.seat:
            assert municipalities[department.seat].department == department.code
    for municipality in territory.municipalities:
        assert municipality.department in departments
        assert municipality.code.startswith(municipality.department)
    assert all(r.seat in municipalities for r in territory.regions)
    assert {departments[code].region for code in OVERSEAS_DEPARTMENTS} == {"01", "02", "03", "04", "06"}


def test_time_zones_exist(territory):
    zones = {d.code: d.timezone for d in territory.departments}
    assert all(ZoneInfo(zone) for zone in zones.values())
    assert (zones["17"], zones["974"], zones["971"]) == (
        "Europe/Paris",
        "Indian/Reunion",
        "America/Guadeloupe",
    )
    assert {zones[code] for code in zones if len(code) == 2} == {"Europe/Paris"}


def test_places_are_in_france(territory):
    placed = [m for m in territory.municipalities if m.longitude is not None]
    unplaced = {m.department for m in territory.municipalities if m.longitude is None}
    assert unplaced <= COLLECTIVITIES
    for municipality in placed:
        if len(municipality.department) == 2:
            assert -5.3 < municipality.longitude < 9.7
            assert 41.2 < municipality.latitude < 51.2


def test_known_municipalities(territory):
    by_code = {m.code: m for m in territory.municipalities}
    assert by_code["17300"].name == "La Rochelle"
    assert by_code["17300"].postcodes == ("17000",)
    assert by_code["2A004"].name == "Ajaccio"
    assert by_code["75056"].population > 2_000_000
    assert by_code["75112"].postcodes == ("75012",)
    assert by_code["97411"].name == "Saint-Denis"


def test_population_is_that_of_france(territory):
    total = sum(m.population for m in territory.municipalities if not m.is_arrondissement)
    assert 66_000_000 < total < 70_000_000


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Saint-Étienne", "st etienne"),
        ("L'Abergement-Clémenciat", "l’abergement clemenciat"),
        ("Œuilly", "oeuilly"),
        ("Sainte-Foy-lès-Lyon", "STE FOY LES LYON"),
        ("  Le  Mans ", "le mans"),
    ],
)
def test_normalised_names_meet(written, typed):
    assert normalise_name(written) == normalise_name(typed)


def test_files_are_small_and_attributed():
    assert (DATA / "municipalities.csv.gz").stat().st_size < 700_000
    text = (DATA / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "Licence Ouverte 2.0" in text
    assert "La Poste" in text


def _script():
    spec = importlib.util.spec_from_file_location("build_territory", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_build_is_deterministic_and_keeps_codes(tmp_path):
    """The script on a tiny package: same bytes twice, former communes out, fallbacks of the coordinates."""
    script = _script()
    decoupage, lonlat = tmp_path / "decoupage", tmp_path / "lonlat"
    (decoupage / "data").mkdir(parents=True)
    lonlat.mkdir()
    (decoupage / "data/regions.json").write_text(
        '[{"code":"84","nom":"R","chefLieu":"01053","zone":"metro"},'
        '{"code":"977","nom":"C","chefLieu":"97701","zone":"com"}]'
    )
    (decoupage / "data/departements.json").write_text(
        '[{"code":"977","nom":"C","region":"977","chefLieu":"97701","zone":"com"},'
        '{"code":"01","nom":"Ain","region":"84","chefLieu":"01053","zone":"metro"}]'
    )
    commune = (
        '{{"code":"{}","nom":"{}","departement":"{}","type":"{}","codesPostaux":["01000"],"population":1{}}}'
    )
    (decoupage / "data/communes.json").write_text(
        "["
        + ",".join(
            [
                commune.format("01053", "Bourg", "01", "commune-actuelle", ""),
                commune.format("01004", "Voisine", "01", "commune-actuelle", ""),
                commune.format("01002", "Ancienne", "01", "commune-deleguee", ""),
                commune.format("01003", "Changée", "01", "commune-actuelle", ',"anciensCodes":["39999"]'),
            ]
        )
        + "]"
    )
    (lonlat / "communes.json").write_text(
        '[{"code":"01053","nom":"Bourg","centre":{"coordinates":[5.24444,46.2]}},'
        '{"code":"39999","nom":"Changée","centre":{"coordinates":[6.0,46.4]}}]'
    )
    first, second = script.build(decoupage, lonlat), script.build(decoupage, lonlat)
    assert [hashlib.sha256(v).digest() for v in first.values()] == [
        hashlib.sha256(v).digest() for v in second.values()
    ]
    rows = script.gzip.decompress(first["municipalities.csv.gz"]).decode().splitlines()
    assert rows[1:] == [
        "01003,Changée,01,01000,1,6.000,46.400",
        "01004,Voisine,01,01000,1,5.622,46.300",
        "01053,Bourg,01,01000,1,5.244,46.200",
    ]
    assert b"\n977,C,,collectivity,America/St_Barthelemy,\n" in first["departments.csv"]
    assert b"977" not in first["regions.csv"]
