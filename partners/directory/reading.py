"""From the bytes of a CSV file to its rows, one at a time: encoding and separator found, nothing kept in memory.

No Django here. What stops the whole file is an :class:`Unreadable`, whose message is French and says where; what is
wrong with one line only comes with that line.
"""

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.exports import unguarded

SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
_CHUNK = 1 << 20
# Cells that hold only these say nothing: a spreadsheet saves its empty rows so.
_NOTHING = " \t\r\n;,|"
_BINARY = (b"PK", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF")
# An accented letter written in UTF-8: in a text of Windows-1252 it would read "Ã©", which no French word holds.
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]")


class Unreadable(ValueError):
    """The file cannot be read at all; the message is French and says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number as an editor shows it, and its cells by header. ``problem``: it has none."""

    number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read, and how. ``header`` is as written; the cells of a line are named by it."""

    path: Path
    encoding: str
    separator: str
    header: tuple[str, ...]

    @property
    def described(self) -> str:
        """Encoding and separator, in words."""
        return f"{ENCODINGS[self.encoding]}, séparateur {SEPARATORS[self.separator]}"

    def lines(self) -> Iterator[Line]:
        """The lines that follow the header, blank ones aside. Raises Unreadable on broken quotes."""
        records = _records(self.path, self.encoding, self.separator)
        next(records)
        width = len(self.header)
        for number, record in records:
            if len(record) != width:
                found = f"{len(record)} cellule{'s' if len(record) > 1 else ''} au lieu de {width}"
                yield Line(number, {}, f"{found} : vérifiez les séparateurs et les guillemets")
                continue
            cells = {name: clean_cell(cell) for name, cell in zip(self.header, record, strict=True)}
            yield Line(number, cells)


def clean_cell(text: str) -> str:
    """A cell without its outer blanks, composed, and without the guard that our own exports put before a formula."""
    return unguarded(unicodedata.normalize("NFC", text).strip()).strip()


def open_table(path: Path) -> Table:
    """Find out how a file is written, and read its header. Raises Unreadable."""
    if path.is_dir():
        raise Unreadable(f"« {path} » est un dossier : donnez un fichier CSV.")
    if not path.is_file():
        raise Unreadable(f"« {path} » n’existe pas, ou n’est pas un fichier.")
    try:
        encoding = _encoding(path)
    except OSError as error:
        raise Unreadable(f"« {path} » ne peut pas être lu : {error.strerror}.") from error
    header, separator = _header(path, encoding)
    names = [clean_cell(name) for name in header]
    blank = [position for position, name in enumerate(names, start=1) if not name]
    if blank:
        raise Unreadable(f"Colonne {blank[0]} : son en-tête est vide. Donnez un nom à chaque colonne.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Unreadable(f"La colonne « {twice[0]} » est présente deux fois : gardez-en une seule.")
    return Table(path, encoding, separator, tuple(names))


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Unreadable("Ce fichier est vide.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _decode(path, "utf-16")
        return "utf-16"
    if start.startswith(_BINARY):
        what = (
            "un classeur ou une archive" if start.startswith((b"PK", b"\xd0\xcf")) else "un fichier binaire"
        )
        raise Unreadable(f"C’est {what}, pas un CSV : enregistrez-le en « CSV UTF-8 » depuis votre tableur.")
    where = _first_error(path, "utf-8")
    if where is None:
        return "utf-8-sig"
    if start.startswith(codecs.BOM_UTF8) or _mixed(path):
        raise Unreadable(
            f"Ligne {where} : ce fichier annonce ou contient de l’UTF-8, et des octets qui n’en sont pas. "
            "Enregistrez-le de nouveau en « CSV UTF-8 »."
        )
    _decode(path, "cp1252")
    return "cp1252"


def _decode(path: Path, encoding: str) -> None:
    where = _first_error(path, encoding)
    if where is not None:
        raise Unreadable(
            f"Ligne {where} : des octets ne se lisent ni en UTF-8 ni en Windows-1252. "
            "Enregistrez le fichier de nouveau en « CSV UTF-8 »."
        )


def _first_error(path: Path, encoding: str) -> int | None:
    """The line of the first byte that is not of an encoding, None when there is none; refuses null bytes."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            if "\0" in text:
                raise Unreadable(
                    "Ce fichier est binaire : donnez un fichier CSV, lisible dans un éditeur de texte."
                )
            if not chunk:
                return None
            line += text.count("\n")


def _mixed(path: Path) -> bool:
    """Whether a file that is not UTF-8 holds letters of UTF-8 all the same."""
    with path.open("rb") as file:
        return any(_UTF8_LETTER.search(line) for line in file)


def _header(path: Path, encoding: str) -> tuple[list[str], str]:
    """The first record, cut by the separator that gives most columns."""
    found = {}
    reason = Unreadable("Ce fichier est vide.")
    for separator in SEPARATORS:
        try:
            first = next(_records(path, encoding, separator), None)
        except Unreadable as error:
            # Quoted cells are broken for whoever cuts them in the wrong place.
            reason = error
            continue
        if first is not None:
            found[separator] = first[1]
    if not found:
        raise reason
    best = max(found, key=lambda separator: len(found[separator]))
    return found[best], best


def _records(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(number of its first line, cells) of each record that is not blank."""
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        started = 1
        while True:
            try:
                record = next(reader, None)
            except csv.Error as error:
                raise Unreadable(
                    f"Ligne {started} : des guillemets y sont ouverts sans être refermés, ou refermés au milieu "
                    "d’une cellule. Corrigez cette ligne, puis recommencez."
                ) from error
            if record is None:
                return
            if any(cell.strip(_NOTHING) for cell in record):
                yield started, record
            started = reader.line_num + 1
