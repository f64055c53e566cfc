"""Professional branches: lines of a list against the rows of the database."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from core.history import Tracked
from partners.directory import cells as read
from partners.directory.formats import Reading
from partners.directory.reading import Line
from partners.directory.report import Outcome, Problem, Result, difference
from partners.directory.seen import Seen
from partners.models import Branch

_LABELS = Tracked(Branch)


class Branches:
    """The lines of one file, each about the branch of its code.

    In a file that gathers, several lines of one code add their agreements to the branch, and its name stays the
    one it was given first: each line has the name of an agreement, not of the branch.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.format = reading.format
        self.seen = Seen()

    def batch(self, lines: list[Line]) -> Iterator[Result]:
        """Apply a batch: about five queries, whatever its size."""
        described = [self._read(line) for line in lines]
        codes = {code for code, _, _ in described}
        rows = {
            row.code: row for row in Branch.objects.filter(code__in=codes).select_for_update().order_by("pk")
        }
        before = self.seen.lines_of(codes)
        told = dict(before)
        made: list[Branch] = []
        changed: list[Branch] = []
        results = []
        for line, (code, values, problems) in zip(lines, described, strict=True):
            if not problems and not self.format.gathers and code in told:
                problems = [Problem("", f"déjà décrite à la ligne {told[code]} : même code.")]
            told.setdefault(code, line.number)
            row = rows.get(code)
            if not problems:
                problems = self._problems(code, values)
            if problems:
                results.append(Result(line.number, Outcome.REFUSED, code, problems=tuple(problems)))
            elif row is None:
                rows[code] = Branch(code=code, **values)
                made.append(rows[code])
                results.append(Result(line.number, Outcome.CREATED, _subject(rows[code])))
            else:
                results.append(self._update(line, row, values))
                if results[-1].changes and row.pk:
                    changed.append(row)
        Branch.objects.bulk_create(made)
        if changed:
            Branch.objects.bulk_update(dict.fromkeys(changed), ["name", "idcc", "note"])
        self.seen.add((code, line) for code, line in told.items() if code not in before)
        yield from results

    def finish(self) -> Iterator[Result]:
        """Nothing waits."""
        yield from ()

    def _read(self, line: Line) -> tuple[str, dict[str, Any], list[Problem]]:
        """The code of a line, what it says that is not blank, and why it cannot be kept."""
        if line.problem:
            return "", {}, [Problem("", line.problem)]
        cells = self.reading.cells(line.cells)
        problems = [
            Problem(column, "cette cellule ne peut pas être vide.")
            for column in self.format.filled
            if not cells[column]
        ]
        values: dict[str, Any] = {}
        for name, column in self.format.fields.items():
            try:
                if cells[column]:
                    values[name] = read.idcc_list(cells[column]) if name == "idcc" else cells[column]
            except read.BadCell as error:
                problems.append(Problem(column, str(error)))
        return self.format.code.format_map(cells), values, problems

    def _problems(self, code: str, values: dict[str, Any]) -> list[Problem]:
        """What the model refuses, cell by cell."""
        absent = {field.name for field in Branch._meta.fields} - values.keys() - {"code"}
        try:
            Branch(code=code, **values).clean_fields(exclude=absent)
        except ValidationError as error:
            columns = {"code": self.format.code.strip("{}")}
            return [
                Problem(columns.get(name, self.format.column_of(name)), message)
                for name, messages in error.message_dict.items()
                for message in messages
            ]
        return []

    def _update(self, line: Line, row: Branch, values: dict[str, Any]) -> Result:
        """Put what a line says into a row that exists, in the database or a few lines above."""
        if self.format.gathers:
            values = {"idcc": list(dict.fromkeys([*row.idcc, *values.get("idcc", [])]))}
        changes = []
        for name, value in values.items():
            before = getattr(row, name)
            if value and before != value:
                changes.append(difference(_LABELS.field_label(name), before, value))
                setattr(row, name, value)
        outcome = Outcome.UPDATED if changes else Outcome.UNCHANGED
        return Result(line.number, outcome, _subject(row), tuple(changes))


def _subject(row: Branch) -> str:
    return f"{row.code} {row.name}"
