"""From the bytes of an extract to its lines, each checked alone. What is wrong says the line and how to mend it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from core import clock
from core.ages import age_on
from core.names import normalise
from core.validators import FreeTextField, PlainDateField
from partners.directory.reading import Line, Unreadable, open_table
from youths.forms import OLDEST, YOUNGEST, checked_phone

MOST = 5_000
# Each column with the headers under which systems extract it; any other one is refused, free text first of all.
COLUMNS = {
    "file_number": ("numero de dossier", "no dossier", "n dossier", "num dossier", "numero dossier", "dossier"),
    "last_name": ("nom", "nom de naissance", "nom de famille"),
    "first_name": ("prenom",),
    "birth_date": ("date de naissance", "naissance", "ne e le", "ne le"),
    "phone": ("telephone", "tel", "portable", "mobile", "telephone portable"),
    "email": ("adresse electronique", "courriel", "email", "e mail", "mail"),
    "referent": ("referent", "courriel du referent", "email du referent", "e mail du referent", "mail referent",
                 "adresse du referent"),
}  # fmt: skip
REQUIRED = ("file_number", "last_name", "first_name", "birth_date")
LABELS = {
    "file_number": "Numéro de dossier", "last_name": "Nom", "first_name": "Prénom",
    "birth_date": "Date de naissance", "phone": "Téléphone", "email": "Courriel", "referent": "Courriel du référent",
}  # fmt: skip
_AMERICAN = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}$")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?$")
AMERICAN = (
    "Ligne {number} : « {text} » met le mois avant le jour, et d’autres dates du fichier seraient lues de travers. "
    "Mettez la colonne au format jour/mois/année, puis recommencez."
)
SERIAL = "cette date est un nombre de tableur : mettez la colonne au format date (jour/mois/année)"
_NUMBER, _NAME, _PHONE = (FreeTextField(max_length=size, required=False) for size in (20, 80, 20))
_DATE, _EMAIL = PlainDateField(required=False), EmailValidator("cette adresse électronique est mal écrite")


@dataclass(slots=True)
class Parsed:
    """A line of the extract: what it says by field, or why it is refused."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    refusal: str = ""


def read(content: bytes) -> list[Parsed]:
    """The lines of an extract. Raises Unreadable when none of it can be used."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "portefeuille.csv"
        path.write_bytes(content)
        table = open_table(path)
        columns = _columns(table.header)
        found: list[Parsed] = []
        for line in table.lines():
            if len(found) == MOST:
                raise Unreadable(
                    f"Ce fichier compte plus de {MOST} lignes. Coupez-le en plusieurs, puis recommencez."
                )
            found.append(_parsed(line, columns))
    if not found:
        raise Unreadable("Ce fichier ne contient aucun jeune sous son en-tête.")
    _refuse_twice(found)
    return found


def _columns(header: tuple[str, ...]) -> dict[str, str]:
    """The header of each field. An unknown column is refused: it may be a text about somebody."""
    known = {name: one for one, names in COLUMNS.items() for name in names}
    found: dict[str, str] = {}
    for written in header:
        one = known.get(normalise(written))
        if one is None:
            accepted = ", ".join(LABELS.values())
            raise Unreadable(
                f"La colonne « {written} » n’est pas acceptée : retirez-la. Colonnes possibles : {accepted}."
            )
        if one in found:
            raise Unreadable(
                f"Deux colonnes disent la même chose : « {found[one]} » et « {written} ». Gardez-en une."
            )
        found[one] = written
    if missing := [LABELS[one] for one in REQUIRED if one not in found]:
        raise Unreadable(f"Il manque la colonne « {missing[0]} ».")
    return found


def _parsed(line: Line, columns: dict[str, str]) -> Parsed:
    parsed = Parsed(line.number, refusal=line.problem)
    if line.problem:
        return parsed
    for one, header in columns.items():
        text = line.cells[header]
        try:
            parsed.values[one] = _CLEAN[one](text)
        except ValidationError as error:
            _refuse_american(line.number, one, text)
            parsed.refusal = f"{LABELS[one]} : {' '.join(error.messages)}"
            return parsed
    blank = [LABELS[one] for one in REQUIRED if not parsed.values[one]]
    if blank:
        parsed.refusal = f"{blank[0]} : la cellule est vide."
    return parsed


def _refuse_american(number: int, one: str, text: str) -> None:
    """A single date of that kind makes all the others doubtful: 03/04 is read in two ways."""
    found = _AMERICAN.match(text) if one == "birth_date" else None
    if found and int(found[1]) <= 12 < int(found[2]) <= 31:
        raise Unreadable(AMERICAN.format(number=number, text=text))


def _name(text: str) -> str:
    value = _NAME.clean(text)
    if any(character.isdigit() or character in "<>{}" for character in value):
        raise ValidationError("un nom s’écrit sans chiffres ni signes.")
    return value


def _birth_date(text: str) -> date | None:
    if _SERIAL.match(text):
        raise ValidationError(SERIAL)
    day = _DATE.clean(text)
    if day and (day > clock.today() or not YOUNGEST <= age_on(day, clock.today()) <= OLDEST):
        raise ValidationError(f"le portail concerne les jeunes de {YOUNGEST} à {OLDEST} ans.")
    return day


def _email(text: str) -> str:
    value = _NAME_OF_MAIL.clean(text).lower()
    if value:
        _EMAIL(value)
    return value


_NAME_OF_MAIL = FreeTextField(max_length=254, required=False)
_CLEAN: dict[str, Callable[[str], Any]] = {
    "file_number": _NUMBER.clean,
    "last_name": _name,
    "first_name": _name,
    "birth_date": _birth_date,
    "phone": lambda text: checked_phone(_PHONE.clean(text)),
    "email": _email,
    "referent": _email,
}


def _refuse_twice(found: list[Parsed]) -> None:
    """A file number given by two lines says which is right of neither."""
    lines: dict[str, list[Parsed]] = {}
    for parsed in found:
        if not parsed.refusal:
            lines.setdefault(parsed.values["file_number"], []).append(parsed)
    for number, same in lines.items():
        if len(same) > 1:
            told = ", ".join(str(parsed.number) for parsed in same)
            for parsed in same:
                parsed.refusal = f"Numéro de dossier : {number} est donné par plusieurs lignes ({told})."
