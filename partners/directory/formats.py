"""What a format of file is, and how the header of a file tells which one it has. No Django here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum

from partners.directory.reading import Unreadable
from partners.territory.dataset import normalise_name

Cells = Mapping[str, str]


class Target(StrEnum):
    """What the lines of a file describe."""

    ORGANISATION = "structures"
    BRANCH = "branches"
    CATCHMENT = "communes desservies"


@dataclass(frozen=True, slots=True)
class Format:
    """The columns of one kind of file, and what becomes of each.

    ``fields`` maps the field of our model to the column it is read from; a column that is neither there nor in
    ``helping`` (read by ``prepare``, ``code`` or ``parent``) nor in ``ignored`` is refused: a misspelt one would
    otherwise be lost in silence. ``code`` is a pattern over the columns, and what gives a line its identity.
    """

    name: str
    label: str
    target: Target
    code: str
    fields: Mapping[str, str]
    # Columns without which the file is refused; cells that cannot be blank.
    required: tuple[str, ...]
    filled: tuple[str, ...] = ()
    helping: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    # Fields whose value is the same for the whole file, and columns whose words are ours under another name.
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # Cells deduced from others, before anything is read.
    prepare: Callable[[Cells], dict[str, str]] | None = None
    # The code of the organisation it hangs on, in the same network; {region} and {place} (the region, else the
    # department) stand for those of the line. ``parent_column``: a person wrote it there, so an unknown one is an
    # error; else it is deduced, and an organisation that is not there yet is only a remark.
    parent: Callable[[Cells], str] | None = None
    parent_column: str = ""
    # Several lines of one code add up (branches that gather several agreements).
    gathers: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that it knows, once, the required ones first."""
        return tuple(
            dict.fromkeys((*self.required, *self.fields.values(), *self.helping, *self.ignored)),
        )

    def column_of(self, name: str) -> str:
        """The column from which a field is read; the field itself when none is."""
        return self.fields.get(name, name)


@dataclass(frozen=True, slots=True)
class Reading:
    """A format applied to a header: the column of the format behind each name found in the file."""

    format: Format
    renamed: Mapping[str, str]

    def cells(self, found: Cells) -> dict[str, str]:
        """The cells of a line by the columns of the format; those the file does not have are blank."""
        cells = dict.fromkeys(self.format.columns, "")
        cells.update({self.renamed[name]: text for name, text in found.items()})
        if self.format.prepare:
            cells.update(self.format.prepare(cells))
        return cells


def recognise(header: Iterable[str], formats: Iterable[Format], name: str = "") -> Reading:
    """The format of a file, by its header, or the one asked for by its name. Raises Unreadable, which says why."""
    header, formats = list(header), list(formats)
    if name:
        chosen = next((one for one in formats if one.name == name), None)
        if chosen is None:
            raise Unreadable(f"Format inconnu : « {name} ». Formats connus : {_names(formats)}.")
        problem = _problem(header, chosen)
        if problem:
            raise Unreadable(f"Ce fichier n’est pas au format « {chosen.name} ». {problem}")
        return Reading(chosen, _renamed(header, chosen))
    fitting = [one for one in formats if not _problem(header, one)]
    if len(fitting) > 1:
        raise Unreadable(
            f"Plusieurs formats conviennent : {_names(fitting)}. Choisissez-en un avec --format."
        )
    if fitting:
        return Reading(fitting[0], _renamed(header, fitting[0]))
    nearest = max(formats, key=lambda one: _likeness(header, one))
    raise Unreadable(
        f"Aucun format ne correspond à ces colonnes. Le plus proche est « {nearest.name} » ({nearest.label}). "
        f"{_problem(header, nearest)} Formats connus : {_names(formats)}."
    )


def _renamed(header: Iterable[str], chosen: Format) -> dict[str, str]:
    """Name found → column of the format, whatever the case, the accents and the punctuation."""
    known = {normalise_name(column): column for column in chosen.columns}
    return {name: known[normalise_name(name)] for name in header}


def _problem(header: list[str], chosen: Format) -> str:
    """Why a header is not of a format, in French; empty when it is."""
    found = {normalise_name(name) for name in header}
    known = {normalise_name(column): column for column in chosen.columns}
    missing = [column for column in chosen.required if normalise_name(column) not in found]
    unknown = [name for name in header if normalise_name(name) not in known]
    if not missing and not unknown:
        return ""
    said = []
    if missing:
        said.append(f"{_count(missing, 'Colonne manquante', 'Colonnes manquantes')} : {_quoted(missing)}.")
    if unknown:
        said.append(f"{_count(unknown, 'Colonne inconnue', 'Colonnes inconnues')} : {_quoted(unknown)}.")
        absent = {key: column for key, column in known.items() if key not in found}
        for name in unknown:
            close = get_close_matches(normalise_name(name), absent, n=1, cutoff=0.7)
            if close:
                said.append(f"Au lieu de « {name} », vouliez-vous dire « {absent[close[0]]} » ?")
    said.append(f"Colonnes trouvées : {_quoted(header)}.")
    return " ".join(said)


def _likeness(header: Iterable[str], one: Format) -> tuple[float, int]:
    found = {normalise_name(name) for name in header}
    known = {normalise_name(column) for column in one.columns}
    common = len(found & known)
    return common / len(found | known), common


def _count(many: list[str], singular: str, plural: str) -> str:
    return singular if len(many) == 1 else plural


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"« {name} »" for name in names)


def _names(formats: Iterable[Format]) -> str:
    return ", ".join(sorted(one.name for one in formats))
