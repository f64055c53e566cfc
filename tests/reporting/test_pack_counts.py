"""The situations of a pack: hidden together, and the same from one version to the next."""

from itertools import product

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.suppression import is_small
from core.suppression_cube import Axis
from reporting.indicators import INDICATORS
from reporting.indicators.base import Sight
from reporting.packs.counts import ALL, ENDS, NOWHERE, TOGETHER, _stages, counts_of
from reporting.packs.snapshot import Situations
from reporting.packs.thin import counted_together
from reporting.rendering.data import fault_of_sum
from reporting.tally import FURTHER, PARTS, Tally
from tests.reporting.solving import Reader

OPEN = [part for part, _ in PARTS if part not in ENDS]
CODES = ("EMPLOI_DURABLE", "FORMATION", "INCONNU")
PLACES = ("53", "75", "")


def situations(leaves):
    """What the worker finds: ``leaves`` by territory, part and outcome (of those that ended)."""
    found = Situations()
    for (place, part, code), count in leaves.items():
        if not count:
            continue
        row = found.by_territory.setdefault(place, [0] * len(PARTS))
        row[[name for name, _ in PARTS].index(part)] += count
        if part in ENDS:
            found.outcomes[place, "smv", part, code] += count
    parts = [sum(row[rank] for row in found.by_territory.values()) for rank in range(len(PARTS))]
    known = sum(count for (*_, code), count in found.outcomes.items() if code != "INCONNU")
    found.tally = Tally(
        sent=sum(parts), answered=sum(parts[1:]), accepted=sum(parts[2:]), started=sum(parts[3:]),
        ended=sum(parts[4:]), completed=parts[4], outcome_known=known,
    )  # fmt: skip
    return found


KEYS = [(place, part, ALL) for place in PLACES for part in OPEN] + [
    (place, part, code) for place in PLACES for part in ENDS for code in CODES
]
COUNTS = st.fixed_dictionaries(
    {key: st.one_of(st.integers(0, 6), st.just(0), st.integers(0, 50)) for key in KEYS}
)
# The only one of an outcome is corrected: nobody is left on a line that was hidden.
EMPTIED = dict.fromkeys(KEYS, 0) | {
    ("75", "interrupted", "FORMATION"): 1,
    ("75", "interrupted", "INCONNU"): 4,
}


def exact(leaves):
    """Every count and every total, by territory, part and outcome."""
    found = {}
    for (place, part, code), count in leaves.items():
        for where in (place or NOWHERE, ALL):
            for stage in {(part, code), (part, ALL), (ALL, ALL)}:
                found[where, *stage] = found.get((where, *stage), 0) + count
    return found


def read_all(reader, counts, places, nodes):
    """Everything that a pack shows goes to a reader; returns the cells that it hides."""
    hidden = []
    for (place, part, code), cell in counts.cells.items():
        key = places[place], nodes[part, code]
        if cell is None:
            reader.hidden(key)
            hidden.append(key)
        else:
            reader.known(key, cell)
    return hidden


def told(counts, true):
    """The hidden counts, and the small steps of each territory, that a reader of all the tables finds for certain."""
    nodes, parents = _stages(counts.outcomes)
    places = {name: number for number, name in enumerate([*counts.territories, ALL])}
    reader = Reader((Axis.flat(len(counts.territories)), Axis(parents)))
    hidden = read_all(reader, counts, places, nodes)
    for (name, place), (number, step) in product(places.items(), enumerate(FURTHER, start=1)):
        if is_small(sum(true.get((name, part, ALL), 0) for part, _ in PARTS[number:])):
            hidden.append((place, nodes[step, ALL]))
    return reader.finds(hidden)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COUNTS)
def test_nothing_hidden_can_be_found_again_from_all_the_tables_of_a_pack(leaves):
    counts = counts_of(situations(leaves))
    true = exact(leaves)
    for cell, value in counts.cells.items():
        assert value in (None, true.get(cell, 0))
        assert not is_small(true.get(cell, 0)) or value is None
    assert not told(counts, true)
    # The steps of the journey are sums of what is shown: they say nothing that the tables do not.
    tally = situations(leaves).tally
    for code, value in counts.steps.items():
        assert value is None or value == getattr(tally, code)
        assert value is None or not is_small(value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COUNTS)
def test_indicators_never_show_a_few_persons(leaves):
    found = situations(leaves)
    sight = Sight(found.tally, counts_of(found).steps)
    for indicator in INDICATORS.values():
        figure = indicator.read(sight)
        assert (figure.value is not None) == (figure.state == "known")
        for size in (figure.numerator, figure.denominator, None if indicator.unit else figure.value):
            assert size is None or not is_small(size)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COUNTS)
def test_the_same_situations_give_the_same_version(leaves):
    first = counts_of(situations(leaves))
    again = counts_of(situations(leaves), first.cells)
    assert again.cells == first.cells


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(EMPTIED, "75", "interrupted", ["FORMATION", "INCONNU", "EMPLOI_DURABLE"], 1)
@given(COUNTS, st.sampled_from(PLACES), st.sampled_from(ENDS), st.permutations(CODES), st.integers(1, 8))
def test_two_versions_together_tell_nothing_that_one_of_them_hides(leaves, place, part, codes, moved):
    """Some outcomes are corrected from one code to another: the reader has both versions."""
    moved = min(moved, leaves[place, part, codes[0]])
    after = {
        **leaves,
        (place, part, codes[0]): leaves[place, part, codes[0]] - moved,
        (place, part, codes[1]): leaves[place, part, codes[1]] + moved,
    }
    first = counts_of(situations(leaves))
    second = counts_of(situations(after), first.cells)
    true = exact(after)
    for cell, value in second.cells.items():
        assert value in (None, true.get(cell, 0))
        assert not is_small(true.get(cell, 0)) or value is None
        # What was hidden is not shown by the correction: neither the count nor, by subtraction, what moved.
        if first.cells.get(cell, 0) is None:
            assert value is None
    assert not told(second, true)
    # What can no longer be shown is not alone: its neighbours that the first version told are hidden with it.
    for cell, value in second.cells.items():
        if value is None and first.cells.get(cell, 0) is not None:
            where, name, code = cell
            beside = [
                other
                for other, (up, down) in {key: key[1:] for key in second.cells if key[0] == where}.items()
                if (up == name and down and code) or (not down and not code and up and name)
            ]
            assert all(second.cells[other] is None or not true.get(other, 0) for other in beside)


# The departments of a region, and two other regions.
UNDER, BESIDE = ("17", "33"), ("53", "")
BOTH = [
    (place, part, code)
    for place in (*UNDER, *BESIDE)
    for part, _ in PARTS
    for code in (CODES[:2] if part in ENDS else ("",))
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries({key: st.one_of(st.integers(0, 6), st.just(0), st.integers(0, 50)) for key in BOTH})
)
def test_the_pack_of_a_region_tells_nothing_that_the_one_of_the_nation_hides(leaves):
    nation: dict = {}
    for (place, part, code), count in leaves.items():
        key = "75" if place in UNDER else place, part, code
        nation[key] = nation.get(key, 0) + count
    wide = counts_of(situations(nation))
    line = {part: wide.of("75", part) for part in (ALL, *(part for part, _ in PARTS))}
    inside = {key: count for key, count in leaves.items() if key[0] in UNDER}
    region = counts_of(situations(inside), above=line)
    again = counts_of(situations(inside), region.cells, line)
    assert again.cells == region.cells, "the same situations give the same version"
    assert sums_hold(region)
    true = exact(inside)
    true |= {(TOGETHER, *stage): count for (place, *stage), count in true.items() if not place}
    for cell, value in region.cells.items():
        assert value in (None, true.get(cell, 0))
        assert not is_small(true.get(cell, 0)) or value is None
    # Whoever has both: places of the nation, the departments of the region among them.
    nodes, parents = _stages(sorted(one for one in {*wide.outcomes, *region.outcomes} if one[1]))
    names = [*UNDER, "53", NOWHERE, "75", ALL]
    places = {name: rank for rank, name in enumerate(names)} | {TOGETHER: names.index("75")}
    reader = Reader((Axis((4, 4, 5, 5, 5, None)), Axis(parents)))
    hidden = set(read_all(reader, wide, places, nodes))
    for (place, part, code), cell in region.cells.items():
        key = places[place or "75"], nodes[part, code]
        if cell is not None:
            reader.known(key, cell)
        else:
            if code or (place in region.territories and part == ALL):
                # An outcome or a department that has its line is somebody's.
                reader.hidden(key)
            if is_small(true.get((place, part, code), 0)):
                hidden.add(key)
    assert not reader.finds(sorted(hidden))


def sums_hold(counts) -> bool:
    """What a pack refuses to be made of (``rendering.data``): a sum that gives what is hidden."""
    parts = [part for part, _ in PARTS]
    places = [*counts.territories, ALL]
    sums = [([counts.of(place, part) for part in parts], counts.of(place)) for place in places]
    for part in (*parts, ALL):
        sums.append(([counts.of(place, part) for place in counts.territories], counts.of(part=part)))
    sums.append(
        ([counts.of(part=part, outcome=code) for part, code in counts.outcomes], counts.steps["ended"])
    )
    return not any(fault_of_sum(*one) for one in sums)


def test_the_only_department_of_a_region_has_its_line():
    """The nation hides two parts of the region, and shows the rest: there is nobody else to be told apart from."""
    leaves = {("75", "unanswered", ALL): 25, ("75", "not_accepted", ALL): 16, ("75", "not_started", ALL): 19}
    leaves |= {("75", "under_way", ALL): 38, ("75", "interrupted", "INCONNU"): 2}
    line = {"unanswered": 25, "not_accepted": None, "not_started": 19, "under_way": 38, "completed": 0}
    region = counts_of(situations(leaves), above=line | {"interrupted": None, ALL: 100})
    shown = [region.of("75", part) for part, _ in PARTS]
    assert shown == [region.of(part=part) for part, _ in PARTS] == [25, None, 19, 38, 0, None]
    assert region.of("75") == region.of() == 100
    assert sums_hold(region)


def test_a_known_total_of_few_is_not_told_beside_many_departments():
    """Nine persons in thirteen departments: cells that are said to be hidden, one each, would be found."""
    leaves = {(f"{place}", "unanswered", ALL): int(place < 20) for place in range(11, 24)}
    leaves |= {(f"{place}", "under_way", ALL): 1 for place in range(11, 24)}
    line = dict.fromkeys((part for part, _ in PARTS), 0) | {"unanswered": 9, "under_way": 13, ALL: 22}
    region = counts_of(situations(leaves), above=line)
    assert sums_hold(region)
    assert region.territories == [TOGETHER]
    assert [region.of(TOGETHER, part) for part in ("unanswered", "under_way", ALL)] == [9, 13, 22]


def test_a_crossing_hides_the_line_and_not_the_total():
    """Five become four: whoever knew five must not read it in what is left."""
    leaves = dict.fromkeys(KEYS, 0) | {
        ("75", "completed", "EMPLOI_DURABLE"): 20, ("75", "completed", "FORMATION"): 5,
        ("53", "completed", "EMPLOI_DURABLE"): 70,
    }  # fmt: skip
    first = counts_of(situations(leaves))
    assert None not in first.cells.values()
    after = leaves | {
        ("75", "completed", "EMPLOI_DURABLE"): 21, ("75", "completed", "FORMATION"): 4,
    }  # fmt: skip
    second = counts_of(situations(after), first.cells)
    for code in ("EMPLOI_DURABLE", "FORMATION"):
        assert second.of(part="completed", outcome=code) is None
    assert (second.of("75", "completed"), second.of(part="completed"), second.of()) == (25, 95, 95)


def test_a_territory_that_a_correction_empties_tells_nothing_of_who_was_there():
    """Three referrals of Bretagne were errors: the only other region is not read by subtraction."""
    leaves = dict.fromkeys(KEYS, 0) | {("53", "unanswered", ALL): 3, ("75", "unanswered", ALL): 20}
    first = counts_of(situations(leaves))
    assert (first.of("53"), first.of("75"), first.of()) == (None, None, 23)
    second = counts_of(situations(leaves | {("53", "unanswered", ALL): 0}), first.cells)
    assert second.territories == ["53", "75"]
    assert (second.of("75"), second.of(), second.of(part="unanswered")) == (None, None, None)
    assert set(second.steps.values()) == {None}


# --- Territories that are told together -----------------------------------------------------------


def test_a_territory_is_told_together_with_others_until_enough_persons_are_left_aside():
    assert counted_together(["75", "53", "11"], {"75": 5, "53": 40, "11": 5}) == frozenset()
    # Alone, it would be known by what the others leave of the whole.
    assert counted_together(["75", "53", "11"], {"75": 4, "53": 40, "11": 6}) == {"75", "11"}
    assert counted_together(["75", "53", "11"], {"75": 1, "11": 2, "53": 90}) == {"75", "11", "53"}
    assert counted_together(["75", "53", "11"], {"75": 2, "11": 3, "53": 90}) == {"75", "11"}
    assert counted_together(["75", ""], {"75": 9}) == {"75", ""}
    assert counted_together(["75"], {}) == {"75"}


def test_what_a_version_told_together_stays_together():
    leaves = {(place, "unanswered", ALL): 20 for place in ("11", "53", "75")}
    first = counts_of(situations(leaves), aside={"11": 9, "53": 3, "75": 3})
    assert first.territories == [TOGETHER, "11"]
    assert first.of(TOGETHER, "unanswered") == first.of(TOGETHER) == 40
    second = counts_of(situations(leaves), first.cells, aside=dict.fromkeys(("11", "53", "75"), 9))
    assert second.cells == first.cells


def test_a_region_that_is_not_told_apart_is_told_nowhere():
    leaves = {
        ("17", "unanswered", ALL): 20,
        ("33", "under_way", ALL): 30,
        ("33", "completed", "EMPLOI_DURABLE"): 9,
    }
    line = dict.fromkeys((ALL, *(part for part, _ in PARTS)))
    region = counts_of(situations(leaves), above=line, aside={"17": 50, "33": 50})
    assert set(region.cells.values()) == set(region.steps.values()) == {None}
    assert region.territories == [TOGETHER]
    assert region.outcomes == [("completed", ALL)]
    assert sums_hold(region)
