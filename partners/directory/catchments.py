"""The municipalities that each Mission Locale serves: lines of a list against the rows of the database."""

from collections.abc import Iterator

from partners.directory import cells as read
from partners.directory.catalogue import code_of
from partners.directory.formats import Reading
from partners.directory.reading import Line
from partners.directory.report import Outcome, Problem, Result
from partners.directory.seen import Seen
from partners.models import Catchment, Municipality, Network, Organisation


class Catchments:
    """The lines of one file, each about one municipality of one organisation.

    A line adds; "non" in the column « Desservie » takes away. What the file does not name stays: a list of one
    Mission Locale, or a part of it, never empties the others.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.format = reading.format
        self.organisation_column = self.format.code.strip("{}")
        self.municipality_column = self.format.column_of("municipality")
        self.seen = Seen()

    def batch(self, lines: list[Line]) -> Iterator[Result]:
        """Apply a batch: five queries, whatever its size."""
        pairs, problems = {}, {}
        for line in lines:
            try:
                pairs[line.number] = self._read(line)
            except read.BadCell as error:
                problems[line.number] = [Problem("", str(error))]
        codes = {code for code, _, _ in pairs.values()}
        organisations: dict[str, list[int]] = {}
        found = Organisation.objects.filter(network=Network.ML, code__in=codes).order_by("pk")
        for pk, code in found.values_list("pk", "code"):
            organisations.setdefault(code, []).append(pk)
        known = set(
            Municipality.objects.filter(pk__in={town for _, town, _ in pairs.values()})
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        served = set(
            Catchment.objects.filter(
                organisation__in=[pk for pks in organisations.values() for pk in pks], municipality__in=known
            )
            .order_by("pk")
            .values_list("organisation_id", "municipality_id")
        )
        before = self.seen.lines_of({f"{code} {town}" for code, town, _ in pairs.values()})
        told = dict(before)
        added: list[Catchment] = []
        removed: list[tuple[int, str]] = []
        results = []
        for line in lines:
            code, town, wanted = pairs.get(line.number, ("", "", True))
            wrong = problems.get(line.number) or self._problems(code, town, organisations, known)
            subject = f"{code} {town}".strip()
            if not wrong and subject in told:
                wrong = [
                    Problem("", f"déjà décrite à la ligne {told[subject]} : même structure, même commune.")
                ]
            if wrong:
                results.append(Result(line.number, Outcome.REFUSED, subject, problems=tuple(wrong)))
                continue
            told[subject] = line.number
            pair = (organisations[code][0], town)
            if wanted == (pair in served):
                results.append(Result(line.number, Outcome.UNCHANGED, subject))
            elif wanted:
                added.append(Catchment(organisation_id=pair[0], municipality_id=town))
                results.append(Result(line.number, Outcome.CREATED, subject))
            else:
                removed.append(pair)
                results.append(Result(line.number, Outcome.UPDATED, subject, ("n’est plus desservie",)))
        self.seen.add((subject, line) for subject, line in told.items() if subject not in before)
        Catchment.objects.bulk_create(added)
        if removed:
            _remove(removed)
        yield from results

    def finish(self) -> Iterator[Result]:
        """Nothing waits."""
        yield from ()

    def _read(self, line: Line) -> tuple[str, str, bool]:
        """(code of the organisation, INSEE code of the municipality, whether it is served). Raises BadCell."""
        if line.problem:
            raise read.BadCell(line.problem)
        cells = self.reading.cells(line.cells)
        for column in self.format.filled:
            if not cells[column]:
                raise read.BadCell(f"{column} : cette cellule ne peut pas être vide.")
        wanted = read.yes_or_no(cells["Desservie"]) if cells["Desservie"] else True
        return (
            code_of(self.format.code.format_map(cells)),
            read.municipality_code(cells[self.municipality_column]),
            wanted,
        )

    def _problems(
        self, code: str, town: str, organisations: dict[str, list[int]], known: set[str]
    ) -> list[Problem]:
        wrong = []
        if code not in organisations:
            message = f"« {code} » n’est le code d’aucune Mission Locale : importez d’abord leur annuaire."
            wrong.append(Problem(self.organisation_column, message))
        elif len(organisations[code]) > 1:
            message = f"plusieurs Missions Locales ont le code « {code} »."
            wrong.append(Problem(self.organisation_column, message))
        if town not in known:
            message = f"commune « {town} » inconnue (code INSEE attendu)."
            wrong.append(Problem(self.municipality_column, message))
        return wrong


def _remove(pairs: list[tuple[int, str]]) -> None:
    """Take some pairs away, in two queries."""
    gone = set(pairs)
    found = Catchment.objects.filter(organisation__in={organisation for organisation, _ in gone})
    doomed = [
        pk
        for pk, organisation, town in found.order_by("pk").values_list(
            "pk", "organisation_id", "municipality_id"
        )
        if (organisation, town) in gone
    ]
    Catchment.objects.filter(pk__in=doomed).delete()
