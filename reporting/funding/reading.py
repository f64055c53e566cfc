"""From the bytes of a region's table to its Missions Locales, each line checked. What is wrong says where and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from core.names import normalise
from core.validators import FreeTextField
from partners.directory.reading import Line, Unreadable, open_table
from reporting.funding.money import named, read_cents, read_number

MOST_LINES = 300
MOST_INDICATORS = 20
MOST_YOUTHS = 1_000_000
# Those that name the Mission Locale come first, the surest one before the others.
_KEYS = ("identifier", "code", "siret")
_KNOWN = {
    "identifier": ("identifiant", "identifiant du portail"),
    "code": ("code", "code d annuaire", "numero i milo", "numero imilo", "code i milo", "code imilo"),
    "siret": ("siret", "numero siret"),
    "name": ("nom", "mission locale", "structure"),
    "youths": ("jeunes", "nombre de jeunes", "jeunes accompagnes"),
    "previous": ("montant precedent", "montant n 1", "montant de l an dernier", "montant de l annee precedente"),
}  # fmt: skip
LABELS = {
    "identifier": "identifiant", "code": "code", "siret": "SIRET", "name": "nom", "youths": "jeunes",
    "previous": "montant précédent",
}  # fmt: skip
_INDICATOR = FreeTextField(max_length=80)


@dataclass(frozen=True, slots=True)
class Mission:
    """A Mission Locale of the region, as the directory of the portal knows it."""

    identifier: UUID
    code: str
    siret: str
    name: str
    department: str


@dataclass(slots=True)
class Table:
    """What a file says. ``problems``: (number of the line, what is wrong); the file is usable when there are none."""

    indicators: list[str] = field(default_factory=list)
    places: list[dict[str, Any]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    # Missions Locales of the region that no line names.
    left_out: list[str] = field(default_factory=list)


def read(content: bytes, missions: Sequence[Mission]) -> Table:
    """The lines of a file. Raises Unreadable when none of it can be used."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "repartition.csv"
        path.write_bytes(content)
        opened = open_table(path)
        columns, indicators = _columns(opened.header)
        table = Table(indicators)
        find = _finder(missions)
        taken: dict[UUID, int] = {}
        for number, line in enumerate(opened.lines(), start=1):
            if number > MOST_LINES:
                raise Unreadable(
                    f"Ce fichier compte plus de {MOST_LINES} lignes : une région a bien moins de Missions Locales."
                )
            try:
                mission = _mission(line, columns, find)
                if (before := taken.setdefault(mission.identifier, line.number)) != line.number:
                    raise ValueError(f"{mission.name} est déjà donnée à la ligne {before}.")
                table.places.append(_place(line, columns, indicators, mission))
            except ValueError as error:
                table.problems.append((line.number, str(error)))
    if not table.places and not table.problems:
        raise Unreadable("Ce fichier ne contient aucune Mission Locale sous son en-tête.")
    table.left_out = sorted(one.name for one in missions if one.identifier not in taken)
    table.places.sort(key=lambda place: (place["department"], place["name"], place["code"]))
    return table


def _columns(header: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The header of each known column, and the others, which are indicators. Raises Unreadable."""
    known = {name: one for one, names in _KNOWN.items() for name in names}
    found: dict[str, str] = {}
    indicators: list[str] = []
    for written in header:
        one = known.get(normalise(written))
        if one is None:
            try:
                label = _INDICATOR.clean(written)
            except ValidationError as error:
                raise Unreadable(f"Colonne « {written[:40]} » : {' '.join(error.messages)}") from error
            if label != written or label in indicators:
                raise Unreadable(f"Colonne « {written[:40]} » : récrivez ce titre plus simplement.")
            indicators.append(label)
        elif one in found:
            raise Unreadable(
                f"Deux colonnes disent la même chose : « {found[one]} » et « {written} ». Gardez-en une."
            )
        else:
            found[one] = written
    if not any(key in found for key in _KEYS):
        raise Unreadable(
            "Aucune colonne ne dit de quelle Mission Locale il s’agit : il en faut une nommée identifiant, code ou "
            "SIRET. Le modèle à télécharger les contient."
        )
    if len(indicators) > MOST_INDICATORS:
        raise Unreadable(f"Ce fichier a plus de {MOST_INDICATORS} indicateurs. Gardez ceux qui serviront.")
    return found, indicators


def _finder(missions: Sequence[Mission]) -> dict[str, Callable[[str], list[Mission]]]:
    """How a Mission Locale is found by each kind of key."""

    def by(name: str) -> Callable[[str], list[Mission]]:
        kept: dict[str, list[Mission]] = {}
        for mission in missions:
            if key := str(getattr(mission, name)).casefold():
                kept.setdefault(key, []).append(mission)
        return lambda text: kept.get("".join(text.split()).casefold(), [])

    return {name: by(name) for name in _KEYS}


def _mission(line: Line, columns: dict[str, str], find: dict[str, Callable[[str], list[Mission]]]) -> Mission:
    """The one that a line is about. Raises ValueError."""
    if line.problem:
        raise ValueError(f"{line.problem}.")
    found: dict[str, Mission] = {}
    for key in _KEYS:
        text = line.cells[columns[key]] if key in columns else ""
        if not text:
            continue
        missions = find[key](text)
        if not missions:
            raise ValueError(f"Aucune Mission Locale de la région n’a pour {LABELS[key]} « {text[:40]} ».")
        if len(missions) > 1:
            names = named([one.name for one in missions])
            raise ValueError(
                f"Plusieurs ont pour {LABELS[key]} « {text[:40]} » ({names}) : donnez l’identifiant."
            )
        found[key] = missions[0]
    if not found:
        raise ValueError("Rien ne dit de quelle Mission Locale il s’agit.")
    if len({mission.identifier for mission in found.values()}) > 1:
        told = ", ".join(f"{LABELS[key]} : {mission.name}" for key, mission in found.items())
        raise ValueError(f"Cette ligne désigne deux Missions Locales ({told}).")
    return next(iter(found.values()))


def _place(
    line: Line, columns: dict[str, str], indicators: Sequence[str], mission: Mission
) -> dict[str, Any]:
    """The figures of a line, as they are kept: an absent one is not there. Raises ValueError."""
    place: dict[str, Any] = {
        "code": str(mission.identifier),
        "name": mission.name,
        "department": mission.department,
        "values": {},
    }
    if "youths" in columns:
        place["youths"] = _cell(line, columns["youths"], _youths)
        if place["youths"] is None:
            raise ValueError(f"{columns['youths']} : la cellule est vide. Écrivez 0 s’il n’y en a aucun.")
    if "previous" in columns:
        place["previous"] = _cell(line, columns["previous"], read_cents)
    for label in indicators:
        value = _cell(line, label, read_number)
        if value is not None:
            place["values"][label] = str(value)
    return place


def _cell[T](line: Line, column: str, read_one: Callable[[str], T]) -> T | None:
    text = line.cells[column]
    if not text:
        return None
    try:
        return read_one(text)
    except ValueError as error:
        raise ValueError(f"{column} : {error}") from error


def _youths(text: str) -> int:
    number = read_number(text)
    if number != int(number) or not 0 <= number <= MOST_YOUTHS:
        raise ValueError(f"« {text[:40]} » n’est pas un nombre de jeunes.")
    return int(number)
