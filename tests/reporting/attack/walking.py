"""From pages to what they say: every page that somebody may ask for, told to a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from urllib.parse import urlencode

from django.urls import reverse

from partners.models import Department, Region
from reporting.dashboards.charting import quarter_label
from reporting.dashboards.filters import DashboardFilters
from reporting.indicators import CATALOGUE
from reporting.indicators.book import SENT
from reporting.periods import COMPARED, PERIODS, QUARTERS
from reporting.published.lattice import ALL_PROGRAMMES, NATION, NO_REGION
from tests.reporting.attack import knowledge as known
from tests.reporting.attack.pages import HIDDEN, NOTHING, Page, number_of, read_page
from tests.reporting.attack.reader import Place, Reader
from tests.reporting.attack.solver import MOST

_LABELS = {CATALOGUE[code].label: code for code in CATALOGUE}
_STEP_OF = dict(zip(("Envoyées", "Avec une réponse", "Acceptées", "Commencées", "Terminées ou interrompues",
                     "Devenir connu"), known.JOURNEY, strict=True))  # fmt: skip
OVERSEAS = "Collectivités d’outre-mer"


def addresses(acting) -> Iterator[tuple[str, dict[str, str]]]:
    """Every listed combination of filters, on both pages."""
    form = DashboardFilters(acting, {})

    def choices(name: str) -> list[str]:
        return [value for value, _ in form.fields[name].choices] if name in form.fields else [""]

    programmes = [{"dispositif": code} for code in choices("dispositif")]
    programmes += [{name: code} for name in ("reseau", "convention") for code in choices(name) if code]
    territories = [{"region": code} for code in choices("region")]
    territories += [{"departement": code} for code in choices("departement") if code]
    for period, territory, programme in product(choices("periode"), territories, programmes):
        query = {name: code for name, code in ({"periode": period} | territory | programme).items() if code}
        yield reverse("reporting:dashboard"), query
        if "departement" not in query:
            yield reverse("reporting:dashboard_indicators"), query


class Walk:
    """Reads pages for a reader, who knows how many referents a territory has: the directory says so."""

    def __init__(self, reader: Reader, referents: dict[str, int]) -> None:
        self.reader, self.referents = reader, referents
        self.named = dict(Region.objects.values_list("name", "code")) | {"France entière": NATION}
        self.named |= {OVERSEAS: NO_REGION}
        departments = list(Department.objects.values_list("name", "code"))
        self.departments = {name: f"D{code}" for name, code in departments}
        self.named |= {f"{name} ({code})": f"D{code}" for name, code in departments}
        self.quarters = {quarter_label(n): code for n, code in enumerate(QUARTERS)}
        self.periods = {label: code for code, label in PERIODS}
        self.read = 0

    def through(self, client, acting, wanted=lambda query: True) -> None:
        """Every page that this person may ask for, or those that are ``wanted``."""
        seen = set()
        for address, query in addresses(acting):
            if not wanted(query):
                continue
            response = client.get(address, query)
            assert response.status_code == 200
            page = read_page(response.content)
            nodes = DashboardFilters(acting, query).nodes
            if any(
                "voici tous les dispositifs" in note or "porte sur plusieurs thèmes" in note
                for note in page.notes
            ):
                nodes = (ALL_PROGRAMMES,)
            is_board = address == reverse("reporting:dashboard")
            place = page.title.partition(" – ")[2] if is_board else page.lead
            where = Place(self.named[place], nodes, self.periods[page.period])
            if (is_board, where) in seen:
                continue
            seen.add((is_board, where))
            self.read += 1
            try:
                self.hear(page, where)
            except AssertionError as error:
                raise AssertionError(f"{address}?{urlencode(query)}") from error

    def hear(self, page: Page, place: Place) -> None:
        """All that a page says of a place."""
        earlier = Place(place.territory, place.nodes, f"{place.period}-1")
        for label, shown in page.figures.items():
            code = _LABELS[label]
            self._figure(code, place, shown.value, shown.terms)
            if shown.before and earlier.period in COMPARED:
                self._figure(code, earlier, shown.before.partition(" (")[0])
        if "En attente hors délai" not in page.figures and "Orientations en attente hors délai" in page.gaps:
            self._figure("overdue", place, page.gaps["Orientations en attente hors délai"])
        if page.is_empty:
            self.reader.says_count("sent", place, 0)
        for label, value, *_ in page.tables.get("Parcours des orientations", [])[1:]:
            self._step(_STEP_OF[label], place, value)
        for label, value, *note in page.tables.get("Orientations envoyées, trimestre par trimestre", [])[1:]:
            quarter = Place(place.territory, place.nodes, self.quarters[label])
            self._step("sent", quarter, value)
            if note and note[0]:
                self._share_of_steps("answered", "sent", quarter, number_of(note[0]))
        self._parts(page, place)
        self._map(page, place)
        self._sentence(page, place)

    def _parts(self, page: Page, place: Place) -> None:
        for title, names in (("Par région", self.named), ("Par département", self.departments)):
            if title not in page.tables:
                continue
            found = {names[row[0]]: row[1:] for row in page.tables[title][1:] if row[0] != "Ensemble"}
            found |= {names[name]: [HIDDEN] * len(known.JOURNEY) for name in page.few.get(title, ())}
            # A line that is not there counts nobody.
            under = (
                self.reader.regions
                if title == "Par région"
                else self.reader.leaves(place.territory, local=True)
            )
            for territory in {*under, *found}:
                part = Place(territory, place.nodes, place.period)
                for step, value in zip(known.JOURNEY, found.get(territory, ["0"] * 6), strict=True):
                    self._step(step, part, value)

    def _map(self, page: Page, place: Place) -> None:
        for caption in ("Part des orientations avec une réponse, par département",
                        "Orientations envoyées, par département"):  # fmt: skip
            for name, said in page.tables.get(caption, [])[1:]:
                part = Place(self.departments[name], place.nodes, place.period)
                if said == "aucune orientation":
                    self.reader.says_count("sent", part, 0)
                elif found := re.search(r"\(([\d ]+) sur ([\d ]+)\)", said):
                    for step, value in zip(("answered", "sent"), found.groups(), strict=True):
                        self._step(step, part, value)
                elif said != HIDDEN:
                    self._step("sent", part, said)

    def _sentence(self, page: Page, place: Place) -> None:
        earlier = Place(place.territory, place.nodes, f"{place.period}-1")
        if found := re.search(
            r": (\d+) % des orientations reçoivent.*?(?:contre (\d+) % un an|$)", page.lead
        ):
            self.reader.says_share("answer_rate", place, float(found[1]))
            if found[2]:
                self.reader.says_share("answer_rate", earlier, float(found[2]))
        elif found := re.search(r": (\d+) % des orientations de la période ont reçu", page.lead):
            self._share_of_steps("answered", "sent", place, float(found[1]))

    def _is_veiled(self, place: Place) -> bool:
        """Whether what is hidden there may be nobody."""
        if self.reader.crossed:
            return place.territory.startswith("D") and place.nodes != (ALL_PROGRAMMES,)
        return place.territory.startswith("D") or not all(
            node == "" or node.startswith("g:") for node in place.nodes
        )

    def _step(self, step: str, place: Place, said: str) -> None:
        value = None if said == HIDDEN else number_of(said)
        assert said == HIDDEN or value is not None, said
        reader = self.reader
        reader.says_count(step, place, value, least=0 if self._is_veiled(place) else 1)
        reader.aims_at(step, place, reader.sum_of(step, SENT, place))
        if step != known.JOURNEY[0]:
            rest = f"{known.JOURNEY[known.JOURNEY.index(step) - 1]} -{step}"
            reader.aims_at(rest, place, reader.sum_of(rest, SENT, place))

    def _share_of_steps(self, over: str, among: str, place: Place, percent: float) -> None:
        inside, whole = (self.reader.sum_of(one, SENT, place) for one in (over, among))
        self.reader.says_ratio(f"{over} of {among} at {place}", inside, whole, percent)

    def _figure(self, code: str, place: Place, said: str, terms=None) -> None:
        reader = self.reader
        value = None if said == HIDDEN else number_of(said)
        if code in known.SHARES:
            over, among, table, maturity, only = known.SHARES[code]
            if said in (NOTHING, "rien à comparer"):
                reader.says_no_share(code, place)
            else:
                reader.says_share(code, place, value, terms=terms)
            inside = reader.sum_of(over, table, place, maturity, only)
            reader.aims_at(f"{code}: in it", place, inside)
            rest = dict(reader.sum_of(among, table, place, maturity, only))
            for column, weight in inside.items():
                rest[column] = rest.get(column, 0) - weight
            reader.aims_at(f"{code}: the rest", place, rest)
        elif code in known.NUMBERS:
            count, only, rest = known.NUMBERS[code]
            if said in (NOTHING, "rien à comparer"):
                value = 0
            # Beside the journey, a count is hidden where a step of it is, whoever is there.
            least = 0 if count not in known.JOURNEY or only or self._is_veiled(place) else 1
            reader.says_count(count, place, value, least=least, only=only)
            reader.aims_at(code, place, reader.sum_of(count, SENT, place, only=only))
            if rest:
                reader.aims_at(rest, place, reader.sum_of(rest, SENT, place))
        elif code in known.DELAYS:
            persons = reader.sum_of(known.DELAYS[code], SENT, place)
            low, high = 0 if value is None else 5, 0 if said in (NOTHING, "rien à comparer") else MOST
            reader.system.know(persons, low, high, f"{code} at {place}")
        elif code == "load" and value is not None:
            referents = self.referents[place.territory]
            open_ = reader.sum_of("still_open", SENT, place)
            reader.system.know(
                open_, (value - 0.05) * referents, (value + 0.05) * referents, f"load at {place}"
            )
            reader.aims_at("load", place, open_)
