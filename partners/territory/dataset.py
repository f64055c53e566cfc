"""Read the shipped territory files (regions, departments, municipalities); no Django here.

The files are made by ``scripts/build_territory.py``; their licence is in ``data/ATTRIBUTION.md``.
"""

import csv
import gzip
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"

_SEPARATORS = str.maketrans(dict.fromkeys("'’-–_/.,()\"", " ") | {"œ": "oe", "æ": "ae"})
_ABBREVIATIONS = {"st": "saint", "ste": "sainte"}


def city_of(code: str) -> str:
    """The INSEE code of the city of which a code is an arrondissement (Paris, Lyon, Marseille), else the code."""
    if "69381" <= code <= "69389":
        return "69123"
    return {"751": "75056", "132": "13055"}.get(code[:3], code)


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One of the 18 regions; ``seat`` is the INSEE code of its chief town."""

    code: str
    name: str
    seat: str


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """One of the 101 departments, or an overseas collectivity (then ``region`` is None).

    ``timezone`` is an IANA name; ``seat`` the code of the chief town, None where nobody lives.
    """

    code: str
    name: str
    region: str | None
    kind: str
    timezone: str
    seat: str | None


@dataclass(frozen=True, slots=True)
class MunicipalityRow:
    """A current municipality, or a municipal arrondissement of Paris, Lyon or Marseille.

    ``longitude`` and ``latitude`` are in degrees (None in the collectivities), ``population`` in inhabitants.
    """

    code: str
    name: str
    department: str
    postcodes: tuple[str, ...]
    population: int
    longitude: float | None
    latitude: float | None

    @property
    def is_arrondissement(self) -> bool:
        """Whether this is a part of Paris, Lyon or Marseille, whose inhabitants the city counts too."""
        return city_of(self.code) != self.code


@dataclass(frozen=True, slots=True)
class Territory:
    """The whole territory, each tuple sorted by code."""

    regions: tuple[RegionRow, ...]
    departments: tuple[DepartmentRow, ...]
    municipalities: tuple[MunicipalityRow, ...]


def normalise_name(text: str) -> str:
    """Lower case, without accents nor punctuation, "St" written out: what a search compares.

    Apply it to both sides: ``normalise_name("St-Étienne") == normalise_name("saint etienne")``.
    """
    lowered = text.lower().translate(_SEPARATORS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))
    return " ".join(_ABBREVIATIONS.get(word, word) for word in plain.split())


def _rows(name: str) -> list[dict[str, str]]:
    path = DATA / name
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def read_territory() -> Territory:
    """Read the shipped files once per process (about 0.2 s)."""
    return Territory(
        regions=tuple(RegionRow(**row) for row in _rows("regions.csv")),
        departments=tuple(
            DepartmentRow(
                code=row["code"],
                name=row["name"],
                region=row["region"] or None,
                kind=row["kind"],
                timezone=row["timezone"],
                seat=row["seat"] or None,
            )
            for row in _rows("departments.csv")
        ),
        municipalities=tuple(
            MunicipalityRow(
                code=row["code"],
                name=row["name"],
                department=row["department"],
                postcodes=tuple(row["postcodes"].split()),
                population=int(row["population"]),
                longitude=float(row["longitude"]) if row["longitude"] else None,
                latitude=float(row["latitude"]) if row["latitude"] else None,
            )
            for row in _rows("municipalities.csv.gz")
        ),
    )
