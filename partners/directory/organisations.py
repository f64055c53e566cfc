"""Organisations: lines of a directory against the rows of the database, batch by batch (ADR 0012).

A line speaks of the organisation of its network, code and department, never of one that has its name. What the file
says wins over what was typed by hand; what it leaves blank erases nothing. The organisations that the product ships
with are found by their key, completed, and keep the name under which the founding texts know them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.db.models import Q

from core.history import Tracked
from partners.directory.catalogue import aliases_of, key_of
from partners.directory.drafts import Draft, Drafter
from partners.directory.formats import Reading
from partners.directory.reading import Line
from partners.directory.report import Outcome, Problem, Result, difference
from partners.directory.seen import BATCH, Seen, Waiting, WaitingLines
from partners.models import Level, Network, Organisation

_LABELS = Tracked(Organisation)
# What the file does not change in an organisation that the product ships with.
_KEPT = {"name", "acronym", "level", "network"}


@dataclass(slots=True)
class _Match:
    """A line and its row; ``changed`` maps the attributes to their value before."""

    draft: Draft
    row: Organisation
    is_new: bool
    changed: dict[str, Any]


class Organisations:
    """The lines of one file, applied as they come; :meth:`finish` settles what waited for a later line."""

    def __init__(self, reading: Reading) -> None:
        self.drafter = Drafter(reading)
        self.format = reading.format
        self.seen = Seen()
        self.waiting = WaitingLines()
        # (network, code) of a parent → its primary key.
        self.parents: dict[tuple[str, str], int] = {}

    def batch(self, lines: list[Line]) -> Iterator[Result]:
        """Apply a batch: about ten queries, whatever its size."""
        drafts = self.drafter.drafts(lines)
        matches = self._matched([draft for draft in drafts if not draft.problems])
        self._refuse_duplicates(matches)
        for match in matches:
            if not match.draft.problems:
                self._merge(match)
        kept = [match for match in matches if not match.draft.problems]
        self._find_parents((match.draft.network, match.draft.parent) for match in kept)
        for match in kept:
            self._hang(match)
        self._save(kept)
        late = [match for match in kept if self._expects_parent(match)]
        self._find_parents((match.draft.network, match.draft.parent) for match in late)
        self._settle([match for match in late if self._hang(match)])
        done = {match.draft.line: match for match in kept}
        for draft in drafts:
            if draft.line not in done:
                yield draft.refused()
            elif self._expects_parent(done[draft.line]):
                self.waiting.add(_waiting(done[draft.line]))
            else:
                yield _result(done[draft.line])

    def finish(self) -> Iterator[Result]:
        """The lines whose parent was not there when they were read, by batches."""
        for batch in batched(self.waiting, BATCH, strict=False):
            self._find_parents((one.network, one.parent) for one in batch)
            rows = Organisation.objects.in_bulk([one.row for one in batch])
            moved = []
            results = []
            for one in batch:
                row = rows[one.row]
                known = self.parents.get((one.network, one.parent))
                changes, remarks, problems = list(one.changes), list(one.remarks), []
                if known is None and self.format.parent_column:
                    message = f"« {one.parent} » n’est le code d’aucune structure de ce réseau."
                    problems.append(Problem(self.format.parent_column, message))
                elif known is None:
                    remarks.append(
                        f"rattachement à « {one.parent} » laissé : cette structure n’est pas encore dans l’annuaire"
                    )
                elif known not in (row.parent_id, row.pk):
                    if not one.is_new:
                        changes.append(_hung(row.parent_id, one.parent))
                    row.parent_id = known
                    moved.append(row)
                outcome = _outcome(one.is_new, changes, problems)
                results.append(
                    Result(one.line, outcome, one.subject, tuple(changes), tuple(problems), tuple(remarks))
                )
            if moved:
                Organisation.objects.bulk_update(moved, ["parent_id"])
            yield from results

    # --- Which row -------------------------------------------------------------------------------

    def _matched(self, drafts: list[Draft]) -> list[_Match]:
        """Each line with its row, locked; a new one when there is none. One query."""
        networks = {draft.network for draft in drafts}
        keys = {key_of(draft.code): draft.code for draft in drafts}
        found = Organisation.objects.filter(
            _coded(networks, {draft.code for draft in drafts}) | _shipped(keys)
        )
        by_code: dict[tuple[str, str], list[Organisation]] = {}
        by_key: dict[tuple[str, str], Organisation] = {}
        for one in found.select_for_update().order_by("pk"):
            if one.code:
                by_code.setdefault((one.network, one.code), []).append(one)
            if one.key and not one.is_fictitious:
                by_key[one.network, one.key] = one
        matches: list[_Match] = []
        added: dict[tuple[str, str, str | None], int] = {}
        for draft in drafts:
            row = self._chosen(draft, by_code.get((draft.network, draft.code), []))
            shipped = by_key.get((draft.network, key_of(draft.code)))
            if row is None and shipped and shipped.code in ("", draft.code):
                row = shipped
            identity = (draft.network, draft.code, draft.department)
            if row is None and identity in added:
                _say_twice(draft, added[identity])
            elif row is None:
                added[identity] = draft.line
            matches.append(_Match(draft, row or Organisation(), row is None, {}))
        return matches

    def _chosen(self, draft: Draft, candidates: list[Organisation]) -> Organisation | None:
        """The row of the same code: of the same department, else the only one where one side names none."""
        for row in candidates:
            if row.department_id == draft.department:
                return row
        if draft.department is not None:
            candidates = [row for row in candidates if row.department_id is None]
        if len(candidates) > 1:
            message = "plusieurs structures de ce réseau ont ce code : indiquez le département."
            draft.problems.append(Problem(self.format.column_of("department"), message))
        return candidates[0] if len(candidates) == 1 else None

    def _refuse_duplicates(self, matches: list[_Match]) -> None:
        """Two lines of the file about one row: the second is refused, and names the first. Two queries."""
        known = [match for match in matches if not match.is_new and not match.draft.problems]
        lines = self.seen.lines_of(match.row.pk for match in known)
        for match in known:
            subject = str(match.row.pk)
            if subject in lines:
                _say_twice(match.draft, lines[subject])
            else:
                lines[subject] = match.draft.line

    # --- What changes ----------------------------------------------------------------------------

    def _merge(self, match: _Match) -> None:
        """Put what the line says into its row, and remember what was there."""
        row, draft = match.row, match.draft
        if match.is_new:
            row.code = draft.code
            for name, value in draft.values.items():
                setattr(row, name, value)
        else:
            kept = _KEPT if row.key and not row.is_fictitious else ()
            for name, value in {"code": draft.code, **draft.values}.items():
                before = getattr(row, name)
                # A place that is unknown on the official list (a collectivity without region) erases nothing.
                if value not in (None, "") and name not in kept and before != value:
                    match.changed[name] = before
                    setattr(row, name, value)
        if row.level != Level.NATIONAL and not (row.region_id or row.department_id):
            draft.problems.append(Problem("", "indiquez la région ou le département de cette structure."))
        if row.starts_on and row.ends_on and row.ends_on <= row.starts_on:
            message = "la structure ne peut pas cesser d’exister avant d’avoir existé."
            draft.problems.append(Problem(self.format.column_of("ends_on"), message))

    def _save(self, matches: list[_Match]) -> None:
        """Write the new rows and the changed ones. Three queries at most."""
        Organisation.objects.bulk_create([match.row for match in matches if match.is_new])
        self._settle([match for match in matches if match.changed and not match.is_new])
        self.seen.add((match.row.pk, match.draft.line) for match in matches)

    def _settle(self, matches: list[_Match]) -> None:
        """Write what changed in rows that exist."""
        names = sorted({name for match in matches for name in match.changed})
        if names:
            Organisation.objects.bulk_update([match.row for match in matches], names)

    # --- What it hangs on ------------------------------------------------------------------------

    def _find_parents(self, named: Iterable[tuple[str, str]]) -> None:
        """Learn the parents (network and code) that exist by now. One query at most."""
        wanted = {one for one in named if one[1]} - self.parents.keys()
        if not wanted:
            return
        codes = {code for _, code in wanted}
        shipped = {key_of(code): code for code in codes}
        condition = _coded({network for network, _ in wanted}, codes) | _shipped(shipped)
        if any(code.startswith("ARML-") for code in codes):
            # One of several regions has a code of its own: all the associations are read.
            condition |= Q(network=Network.ML, level=Level.REGIONAL, code__startswith="ARML-")
        found = Organisation.objects.filter(condition)
        for pk, network, code, key in found.order_by("-pk").values_list("pk", "network", "code", "key"):
            if key in shipped:
                self.parents[network, shipped[key]] = pk
            for alias in aliases_of(code) if code else []:
                self.parents[network, alias] = pk

    def _hang(self, match: _Match) -> bool:
        """Put the parent of a line into its row when it is known; whether that changes the row."""
        pk = self.parents.get((match.draft.network, match.draft.parent))
        if pk is None or pk in (match.row.parent_id, match.row.pk):
            return False
        if not match.is_new:
            match.changed["parent_id"] = match.row.parent_id
        match.row.parent_id = pk
        if match.is_new and match.row.pk:
            match.changed["parent_id"] = None
        return True

    def _expects_parent(self, match: _Match) -> bool:
        """Whether a line names a parent that is not there yet."""
        draft = match.draft
        return bool(draft.parent) and (draft.network, draft.parent) not in self.parents


def _coded(networks: Iterable[str], codes: Iterable[str]) -> Q:
    """Those of some codes. What is not blank is said again, for the indexes that leave blanks out."""
    return Q(network__in=set(networks), code__in=set(codes)) & ~Q(code="")


def _shipped(keys: Iterable[str]) -> Q:
    """Those that the product ships with, under some keys; what the demonstration invented is not among them."""
    return Q(key__in=set(keys), is_fictitious=False) & ~Q(key="")


def _say_twice(draft: Draft, line: int) -> None:
    message = f"déjà décrite à la ligne {line} : même réseau, même code, même département."
    draft.problems.append(Problem("", message))


def _changes(match: _Match) -> list[str]:
    return [
        _hung(before, match.draft.parent)
        if name == "parent_id"
        else difference(_LABELS.field_label(name), before, getattr(match.row, name))
        for name, before in match.changed.items()
    ]


def _hung(before: int | None, parent: str) -> str:
    """What it hangs on now, by its code."""
    return difference(
        _LABELS.field_label("parent_id"), "" if before is None else "une autre structure", parent
    )


def _outcome(is_new: bool, changes: list[str], problems: list[Problem]) -> Outcome:
    if problems:
        return Outcome.REFUSED
    if is_new:
        return Outcome.CREATED
    return Outcome.UPDATED if changes else Outcome.UNCHANGED


def _result(match: _Match) -> Result:
    draft = match.draft
    changes = [] if match.is_new else _changes(match)
    outcome = _outcome(match.is_new, changes, [])
    return Result(draft.line, outcome, draft.subject, tuple(changes), remarks=tuple(draft.remarks))


def _waiting(match: _Match) -> Waiting:
    draft = match.draft
    changes = [] if match.is_new else _changes(match)
    return Waiting(
        draft.line,
        match.row.pk,
        draft.network,
        draft.parent,
        match.is_new,
        draft.subject,
        changes,
        draft.remarks,
    )
