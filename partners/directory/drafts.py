"""From the cells of a line to what it says of an organisation, places included."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from partners.directory import cells as read
from partners.directory.catalogue import code_of
from partners.directory.formats import Reading
from partners.directory.reading import Line
from partners.directory.report import Outcome, Problem, Result
from partners.models import Department, Municipality, Organisation, Region
from partners.territory.dataset import normalise_name

# How a cell becomes a value, where its text is not the value itself.
_READERS: dict[str, Callable[[str], object]] = {
    "postcode": read.postcode,
    "siret": read.siret,
    "website": read.website,
    "starts_on": read.day,
    "ends_on": read.day,
    "is_sensitive": read.yes_or_no,
    "municipality": read.municipality_code,
}
_CEDEX = re.compile(r"\bcedex\b.*", re.I)


@dataclass(slots=True)
class Draft:
    """What a line says of an organisation. ``values`` holds what is not blank, by attribute of the model."""

    line: int
    code: str
    network: str
    values: dict[str, Any]
    # A town that is named, not coded; the code of the organisation that this one hangs on.
    town: str = ""
    parent: str = ""
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def department(self) -> str | None:
        return self.values.get("department_id")

    @property
    def subject(self) -> str:
        """How the report names it: its code, its department, its name."""
        place = f" ({self.department})" if self.department else ""
        return f"{self.code}{place} {self.values.get('name', '')}".strip()

    def refused(self) -> Result:
        """The result of a line with problems."""
        return Result(self.line, Outcome.REFUSED, self.subject, problems=tuple(self.problems))


class Drafter:
    """Reads the lines of one file. Two queries at first, then two per batch for the municipalities."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.format = reading.format
        self.regions = dict(Region.objects.order_by("pk").values_list("code", "name"))
        self.departments = dict(Department.objects.order_by("pk").values_list("code", "region_id"))
        self.in_region: dict[str | None, list[str]] = {}
        for department, region in self.departments.items():
            self.in_region.setdefault(region, []).append(department)

    def drafts(self, lines: Iterable[Line]) -> list[Draft]:
        """What a batch of lines says; those that cannot be kept carry their problems."""
        drafts = [self._draft(line) for line in lines]
        self._find_municipalities(drafts)
        for draft in drafts:
            if not draft.problems:
                self._check(draft)
        return drafts

    def _draft(self, line: Line) -> Draft:
        if line.problem:
            return Draft(line.number, "", "", {}, problems=[Problem("", line.problem)])
        cells = self.reading.cells(line.cells)
        draft = Draft(
            line.number,
            code_of(self.format.code.format_map(cells)),
            self.format.constants.get("network", ""),
            {},
        )
        for column in self.format.filled:
            if not cells[column]:
                draft.problems.append(Problem(column, "cette cellule ne peut pas être vide."))
        values: dict[str, Any] = dict(self.format.constants)
        for name, column in self.format.fields.items():
            text = cells[column]
            if not text:
                continue
            try:
                if column in self.format.words:
                    text = read.own_word(text, self.format.words[column])
                if name == "region":
                    values["region_id"] = read.codes(text, self.regions | self.departments, "Région")[0]
                elif name == "department":
                    named = read.codes(text, self.departments, "Département")
                    # A body of several departments is placed by its region.
                    if len(named) == 1:
                        values["department_id"] = named[0]
                elif name == "municipality":
                    values["municipality_id"] = read.municipality_code(text)
                elif name == "town":
                    draft.town = _CEDEX.sub("", text).strip()
                else:
                    values[name] = _READERS.get(name, str)(text)
            except read.BadCell as error:
                draft.problems.append(Problem(column, str(error)))
        draft.values = values
        draft.network = values.get("network", "")
        self._place(draft)
        if self.format.parent:
            draft.parent = self._parent(cells, values)
        return draft

    def _place(self, draft: Draft) -> None:
        """The region of the department, when the file does not say it; refused when it says another one."""
        values = draft.values
        of_department = self.departments.get(values.get("department_id", ""))
        region = values.get("region_id")
        if region and region not in self.regions:
            # A collectivity that is listed among regions.
            del values["region_id"]
            region = None
        if of_department is None:
            return
        if region is None:
            values["region_id"] = of_department
        elif region != of_department:
            names = f"{values['department_id']} est dans la région {of_department}, pas {region}"
            draft.problems.append(Problem(self.format.column_of("department"), f"le département {names}."))

    def _parent(self, cells: dict[str, str], values: dict[str, Any]) -> str:
        assert self.format.parent is not None
        code = code_of(self.format.parent(cells))
        if self.format.parent_column:
            return code
        region = values.get("region_id", "")
        place = region or values.get("department_id", "")
        return code.replace("{region}", region).replace("{place}", place)

    def _find_municipalities(self, drafts: list[Draft]) -> None:
        codes = {draft.values["municipality_id"] for draft in drafts if "municipality_id" in draft.values}
        known = dict(
            Municipality.objects.filter(pk__in=codes).order_by("pk").values_list("pk", "department_id")
        )
        names = {normalise_name(draft.town) for draft in drafts if draft.town}
        towns: dict[tuple[str, str], list[str]] = {}
        if names:
            found = Municipality.objects.filter(search_name__in=names).order_by("pk")
            for pk, name, department in found.values_list("pk", "search_name", "department_id"):
                towns.setdefault((name, department), []).append(pk)
        column = self.format.column_of("municipality")
        for draft in drafts:
            code = draft.values.get("municipality_id")
            if code and code not in known:
                draft.problems.append(Problem(column, f"commune « {code} » inconnue (code INSEE attendu)."))
            elif code and draft.department and known[code] != draft.department:
                said = f"la commune {code} est dans le département {known[code]}, pas {draft.department}."
                draft.problems.append(Problem(column, said))
            elif draft.town:
                self._name_town(draft, towns)

    def _name_town(self, draft: Draft, towns: dict[tuple[str, str], list[str]]) -> None:
        """The municipality of a name, in the department or the region of the line; left blank when unsure.

        A name is no identity, and the postcode of a mailbox may be that of another department (97719 is Réunion's).
        """
        region = draft.values.get("region_id")
        departments = [draft.department] if draft.department else self.in_region.get(region, [])
        name = normalise_name(draft.town)
        found = [pk for department in departments for pk in towns.get((name, department), [])]
        if len(found) == 1:
            draft.values["municipality_id"] = found[0]
        else:
            draft.remarks.append(f"commune « {draft.town} » non reconnue, laissée vide")

    def _check(self, draft: Draft) -> None:
        """What the model refuses, cell by cell: no query."""
        trial = Organisation(code=draft.code, **draft.values)
        absent = {"uuid", "email_domains", "key"} | {
            one.name
            for one in Organisation._meta.concrete_fields
            if one.is_relation or (one.attname not in draft.values and one.name != "code")
        }
        for name, messages in _errors(trial, absent).items():
            column = self.format.code if name == "code" else self.format.column_of(name)
            draft.problems += [Problem(column.strip("{}"), message) for message in messages]
        if trial.website and not trial.website.lower().startswith(("https://", "http://")):
            draft.problems.append(
                Problem(
                    self.format.column_of("website"), "l’adresse d’un site commence par https:// ou http://."
                )
            )


def _errors(trial: Organisation, absent: set[str]) -> dict[str, list[str]]:
    try:
        trial.clean_fields(exclude=absent)
    except ValidationError as error:
        return error.message_dict
    return {}
