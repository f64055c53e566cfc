"""The split of an envelope: exact, monotone, blind to the order of the lines, and honest when it is impossible."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reporting.funding import rules
from reporting.funding.money import euros, read_cents, read_number, written
from reporting.funding.rules import Direction, Impossible, Method, Place, Plan, apportion, split

UNEMPLOYMENT, INCOME = "Chômage des jeunes", "Revenu médian"
BOTH = {UNEMPLOYMENT: Direction.HIGH, INCOME: Direction.LOW}


def place(code, youths=100, unemployment="10", income="20000", previous=None) -> Place:
    values = {UNEMPLOYMENT: Decimal(unemployment), INCOME: Decimal(income)}
    return Place(code, f"ML {code}", youths, previous, values)


def plan(**how) -> Plan:
    return Plan(**{"envelope": 100_000_00, "youth_share": Fraction(1, 2), "indicators": BOTH} | how)


THREE = [
    place("A", 300, "8", "24000", 50_000_00),
    place("B", 100, "12", "20000", 30_000_00),
    place("C", 100, "20", "18000", 20_000_00),
]


def amounts(places, asked) -> dict[str, int]:
    return {line.place.code: line.amount for line in split(places, asked)}


# --- By hand ------------------------------------------------------------------------------------------


def test_a_split_that_can_be_followed_with_a_pencil():
    """Floor 10 000 € each, 70 000 € left. Ranks 2, 4, 6: a youth counts 1, 1.5, 2; weighted 300, 150, 200 of 650."""
    found = split(THREE, plan(floor=10_000_00))
    assert [line.score for line in found] == [2, 4, 6]
    assert [line.weight for line in found] == [1, Fraction(3, 2), 2]
    assert [line.by_youths for line in found] == [21_000_00, 7_000_00, 7_000_00]
    # 35 000 × 300/650, 150/650, 200/650: the cent left goes to the largest remainder, C.
    assert [line.by_vulnerability for line in found] == [16_153_85, 8_076_92, 10_769_23]
    assert [line.amount for line in found] == [47_153_85, 25_076_92, 27_769_23]
    assert [line.change for line in found] == [-2_846_15, -4_923_08, 7_769_23]


def test_the_first_step_of_three_goes_a_third_of_the_way():
    """Last year is 100 000 €, as the envelope: B goes from 30 000 to 30 000 + (25 076.92 − 30 000)/3."""
    found = split(THREE, plan(floor=10_000_00, years=3))
    assert [line.amount for line in found] == [49_051_28, 28_358_98, 22_589_74]
    assert [line.target for line in found] == [47_153_85, 25_076_92, 27_769_23]


def test_what_a_cap_takes_is_shared_by_the_others_in_proportion():
    """C stops at 22 000 €; A and B share the other 78 000 € as 47 153.85 is to 25 076.92 (613/326)."""
    found = split(THREE, plan(floor=10_000_00, rise=Fraction(1, 10)))
    assert [line.highest for line in found] == [55_000_00, 33_000_00, 22_000_00]
    # 78 000 × 613/939 and 78 000 × 326/939.
    assert [line.amount for line in found] == [50_920_13, 27_079_87, 22_000_00]
    assert [line.held for line in found] == ["", "", "top"]


def test_a_floor_holds_during_a_transition():
    new = [*THREE, place("D", 10, "9", "23000", 0)]
    (line,) = [one for one in split(new, plan(floor=5_000_00, years=4)) if one.place.code == "D"]
    assert (line.amount, line.held) == (5_000_00, "bottom")


def test_ties_share_the_mean_of_their_ranks():
    assert rules.mean_ranks([Fraction(value) for value in (7, 3, 7, 1, 7)]) == [4, 2, 4, 1, 4]


def test_z_scores_are_what_a_table_says():
    """1, 2, 3: the deviation is the root of 2/3, and 1.224744871392 is the root of 3/2 to 12 decimals."""
    found = rules.z_scores([Fraction(value) for value in (1, 2, 3)])
    assert found == [Fraction("-1.224744871392"), 0, Fraction("1.224744871392")]


def test_a_single_indicator_gives_the_same_split_in_any_unit():
    scores = plan(method=Method.SCORES, indicators={INCOME: Direction.LOW})
    thousands = [
        replace(one, values={INCOME: one.values[INCOME] / 1000, UNEMPLOYMENT: Decimal(1)}) for one in THREE
    ]
    assert amounts(THREE, scores) == amounts(thousands, scores)


# --- Impossible is said -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "asked", "kind", "setting", "words"),
    [
        ([], plan(), rules.NoPlace, "data", "Aucune Mission Locale"),
        ([THREE[0], THREE[0]], plan(), rules.TwicePlace, "data", "deux fois : ML A"),
        ([replace(one, youths=0) for one in THREE], plan(), rules.ZeroYouths, "youths", "Aucun jeune"),
        (THREE, plan(indicators={}), rules.NoIndicator, "indicators", "50,0\u00a0% de l’enveloppe"),
        (
            [*THREE, Place("D", "ML D", 5, 0, {INCOME: Decimal(1)})],
            plan(), rules.MissingIndicator, "indicators", "« Chômage des jeunes » manque pour : ML D.",
        ),
        (
            [place("A", income="1"), place("B", income="2")],
            plan(), rules.FlatIndicator, "indicators", "« Chômage des jeunes » a la même valeur partout",
        ),
        (
            [place("A", 9, "1", "1"), place("B", 9, "2", "2")],
            plan(), rules.FlatIndicator, "indicators", "se compensent exactement",
        ),
        (
            THREE, plan(floor=33_333_34), rules.FloorsAboveEnvelope, "floor",
            "coûte 100\u00a0000,02\u00a0€ : plus que l’enveloppe de 100\u00a0000,00\u00a0€",
        ),
        (
            [*THREE, place("D", 5, "9", "1", None)],
            plan(years=2), rules.MissingPrevious, "previous", "manquent pour : ML D",
        ),
        (
            [replace(one, previous=0) for one in THREE],
            plan(rise=Fraction(1)), rules.MissingPrevious, "previous", "tous les montants de l’an dernier sont nuls",
        ),
        (
            THREE, plan(floor=30_000_00, rise=Fraction(1, 10)), rules.FloorAboveCap, "floor",
            "ML C ne peut pas atteindre le socle de 30\u00a0000,00\u00a0€",
        ),
        (
            THREE, plan(envelope=120_000_00, rise=Fraction(1, 10)), rules.CapsCannotAbsorb, "rise",
            "de 0,00\u00a0€ à 110\u00a0000,00\u00a0€ : l’enveloppe est de 120\u00a0000,00\u00a0€",
        ),
        (
            THREE, plan(envelope=90_000_00, fall=Fraction(1, 20)), rules.CapsCannotAbsorb, "rise",
            "de 95\u00a0000,00\u00a0€ à sans limite",
        ),
        (THREE, plan(envelope=0), rules.BadPlan, "envelope", "dépasser zéro"),
        (THREE, plan(youth_share=Fraction(3, 2)), rules.BadPlan, "youth_share", "0 à 100 %"),
        (THREE, plan(spread=Fraction(1)), rules.BadPlan, "spread", "plus grand que 1"),
        (THREE, plan(floor=-1), rules.BadPlan, "floor", "négatif"),
        (THREE, plan(rise=Fraction(-1)), rules.BadPlan, "rise", "négative"),
        (THREE, plan(fall=Fraction(2)), rules.BadPlan, "fall", "0 à 100 %"),
        (THREE, plan(years=0), rules.BadPlan, "years", "1 à 10 ans"),
        ([replace(THREE[0], youths=-1)], plan(), rules.BadPlan, "youths", "négatif"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(places, asked, kind, setting, words):
    with pytest.raises(kind) as caught:
        split(places, asked)
    assert caught.value.setting == setting
    assert words.lower() in str(caught.value).lower()


def test_without_a_share_by_vulnerability_indicators_are_not_asked_for():
    bare = [replace(one, values={}) for one in THREE]
    asked = plan(youth_share=Fraction(1), indicators={})
    assert amounts(bare, asked) == {"A": 60_000_00, "B": 20_000_00, "C": 20_000_00}
    assert [line.weight for line in split(bare, asked)] == [1, 1, 1]


# --- Properties ---------------------------------------------------------------------------------------

# Few values tie often, many seldom.
figures = st.one_of(st.integers(0, 3), st.integers(0, 5_000)).map(
    lambda hundredths: Decimal(hundredths) / 100
)
rows = st.lists(
    st.tuples(st.integers(0, 5_000), figures, figures, st.integers(10_000, 10**8)), min_size=2, max_size=6
)
percents = st.one_of(st.none(), st.integers(0, 40).map(lambda percent: Fraction(percent, 100)))


def _region(found) -> list[Place]:
    return [
        Place(code, f"ML {code}", youths, previous, {UNEMPLOYMENT: one, INCOME: other})
        for code, (youths, one, other, previous) in zip("BDACFE", found, strict=False)
    ]


@st.composite
def cases(draw, free=False):
    """A region and a plan that its caps, if any, can nearly always hold."""
    places = _region(draw(rows))
    floor = draw(st.integers(0, 10_000))
    rise, fall = (None, None) if free else (draw(percents), draw(percents))
    low = sum(max(floor, ceil(one.previous * (1 - fall)) if fall is not None else 0) for one in places)
    high = sum(int(one.previous * (1 + rise)) for one in places) if rise is not None else low + 10**9
    return places, Plan(
        envelope=max(1, low + (high - low) * draw(st.integers(0, 100)) // 100),
        youth_share=Fraction(draw(st.integers(0, 20)), 20),
        method=draw(st.sampled_from(Method)),
        indicators=BOTH,
        spread=1 + Fraction(draw(st.integers(1, 90)), 10),
        floor=floor,
        rise=rise,
        fall=fall,
        years=1 if free else draw(st.integers(1, 4)),
    )


def possible(places, asked):
    """The lines, or the example is given up: every other test says what makes it impossible."""
    try:
        return split(places, asked)
    except Impossible:
        assume(False)


@given(cases())
def test_the_whole_envelope_is_spent_to_the_cent_and_each_amount_is_the_sum_of_its_terms(case):
    places, asked = case
    lines = possible(places, asked)
    assert sum(line.amount for line in lines) == asked.envelope
    assert sum(line.target for line in lines) == asked.envelope
    assert sum(line.by_transition for line in lines) == sum(line.by_caps for line in lines) == 0
    for line in lines:
        terms = line.floor + line.by_youths + line.by_vulnerability + line.by_transition + line.by_caps
        assert terms == line.amount
        assert type(line.amount) is int


@given(cases())
def test_caps_and_floor_are_respected_to_the_cent_or_refused(case):
    places, asked = case
    for line in possible(places, asked):
        assert line.amount >= asked.floor
        if line.place.previous:
            if asked.rise is not None:
                assert line.amount <= line.place.previous * (1 + asked.rise)
            if asked.fall is not None:
                assert line.amount >= line.place.previous * (1 - asked.fall)


@given(cases(), st.integers(1, 10**10))
def test_caps_are_refused_only_when_they_cannot_hold(case, envelope):
    """The refusal is not an excuse: within the bounds, recomputed here, no amounts add up to the envelope."""
    places, asked = (
        [replace(one, youths=one.youths + 1) for one in case[0]],
        replace(case[1], envelope=envelope),
    )
    low = sum(
        max(asked.floor, ceil(one.previous * (1 - asked.fall)) if asked.fall is not None else 0)
        for one in places
    )
    high = None if asked.rise is None else sum(int(one.previous * (1 + asked.rise)) for one in places)
    try:
        split(places, asked)
    except rules.CapsCannotAbsorb:
        assert asked.envelope < low or (high is not None and asked.envelope > high)
    except Impossible:
        assume(False)
    else:
        if asked.is_bounded:
            assert low <= asked.envelope <= (asked.envelope if high is None else high)


@given(cases(), st.randoms())
def test_the_order_of_the_lines_changes_nothing(case, random):
    places, asked = case
    shuffled = random.sample(places, len(places))
    assert {line.place.code: line for line in possible(places, asked)} == {
        line.place.code: line for line in possible(shuffled, asked)
    }


@given(cases())
def test_two_equal_missions_locales_receive_the_same_to_the_cent_that_cannot_be_cut(case):
    places, asked = case
    twins = [*places, replace(places[0], code="ZZZ", name="ML ZZZ")]
    asked = replace(asked, envelope=asked.envelope + (places[0].previous or 0))
    lines = {line.place.code: line for line in possible(twins, asked)}
    one, other = lines[places[0].code], lines["ZZZ"]
    assert (one.score, one.weight, one.positions) == (other.score, other.weight, other.positions)
    # Of two equal remainders the code that comes first has the cent.
    assert one.amount - other.amount in (0, 1)


@given(cases(free=True), st.integers(1, 3_000), st.integers(0, 7))
def test_more_youths_never_give_less(case, more, which):
    places, asked = case
    which %= len(places)
    richer = [
        replace(one, youths=one.youths + more) if number == which else one
        for number, one in enumerate(places)
    ]
    assert possible(richer, asked)[which].amount >= possible(places, asked)[which].amount


@given(cases(), st.integers(1, 3_000), st.integers(0, 7))
def test_within_caps_more_youths_never_give_less_than_one_cent_less(case, more, which):
    places, asked = case
    which %= len(places)
    richer = [
        replace(one, youths=one.youths + more) if number == which else one
        for number, one in enumerate(places)
    ]
    assert possible(richer, asked)[which].amount >= possible(places, asked)[which].amount - 1


@given(cases(free=True), st.integers(0, 7), st.fractions(1, 5, max_denominator=9))
def test_a_higher_weight_of_vulnerability_never_gives_less(case, which, times):
    places, asked = case
    which %= len(places)
    weights = [Fraction(1 + number % 3) for number in range(len(places))]
    heavier = [weight * times if number == which else weight for number, weight in enumerate(weights)]
    assume(any(one.youths for one in places) and asked.floor * len(places) <= asked.envelope)
    codes = [one.code for one in places]

    def shares(of):
        return apportion(
            [asked.floor + sum(parts) for parts in rules._parts(places, of, asked)], codes
        )  # the last step of the split

    assert shares(heavier)[which] >= shares(weights)[which]


@given(cases(free=True), st.integers(0, 7), figures)
def test_a_harder_indicator_never_gives_less_by_ranks(case, which, more):
    """Passing others on one indicator moves their ranks too: before rounding never less, hence at most a cent."""
    places, asked = case
    which %= len(places)
    values = dict(places[which].values)
    harder = {**values, UNEMPLOYMENT: values[UNEMPLOYMENT] + more}
    changed = [replace(one, values=harder) if number == which else one for number, one in enumerate(places)]
    by_ranks = replace(asked, method=Method.RANKS)
    before, after = possible(places, by_ranks)[which], possible(changed, by_ranks)[which]
    assert after.score >= before.score
    assert after.amount >= before.amount - 1


@given(cases(free=True), st.integers(0, 7), figures)
def test_a_harder_indicator_never_lowers_a_z_score(case, which, more):
    places = case[0]
    which %= len(places)
    values = [Fraction(one.values[UNEMPLOYMENT]) for one in places]
    raised = [value + Fraction(more) if number == which else value for number, value in enumerate(values)]
    # Two roundings at the 12th decimal.
    assert rules.z_scores(raised)[which] >= rules.z_scores(values)[which] - Fraction(1, 10**12)


@given(cases())
def test_who_is_more_vulnerable_weighs_more_and_stays_within_the_spread(case):
    places, asked = case
    ordered = sorted(possible(places, asked), key=lambda line: line.score)
    assert all(before.weight <= after.weight for before, after in pairwise(ordered))
    if asked.youth_share < 1:
        assert (ordered[0].weight, ordered[-1].weight) == (1, asked.spread)


@given(cases())
def test_what_no_bound_holds_is_one_coefficient_of_what_was_wanted(case):
    """Independent of how it was found: whoever is strictly within the bounds got the same coefficient."""
    places, asked = case
    lines = possible(places, asked)
    loose = [
        Fraction(line.amount, line.amount - line.by_caps)
        for line in lines
        if line.lowest is not None and line.lowest + 1 < line.amount
        if (line.highest is None or line.amount < line.highest - 1) and line.amount - line.by_caps > 10**5
    ]
    if loose:
        assert max(loose) - min(loose) < Fraction(1, 10**4)


@given(st.lists(st.fractions(0, 1000, max_denominator=97), min_size=1, max_size=20), st.integers(0, 10**9))
def test_the_largest_remainder_stays_within_a_cent(weights, total):
    whole = sum(weights)
    assume(whole)
    exact = [total * weight / whole for weight in weights]
    found = apportion(exact, [f"{number:02d}" for number in range(len(exact))])
    assert sum(found) == total
    assert all(abs(cents - one) < 1 for cents, one in zip(found, exact, strict=True))


def test_what_is_apportioned_is_whole():
    with pytest.raises(ValueError):
        apportion([Fraction(1, 2)], ["A"])


# --- Amounts in French --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 234,5", "1234.5"),
        ("1\u202f234.5", "1234.5"),
        ("12 %", "12"),
        ("−3", "-3"),
        ("0,000001", "0.000001"),
    ],
)
def test_a_figure_is_read_as_french_spreadsheets_write_it(text, number):
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "12,", "1.234,5", "1,234,5", "1e9", "NaN", "٣", "0,0000001", "1" * 13, "douze", "1/2", "\0"]
)
def test_anything_else_is_refused_with_its_text(text):
    with pytest.raises(ValueError, match="n’est pas un nombre"):
        read_number(text)


@pytest.mark.parametrize("text", ["1,005", "-1", "999999999999", "x"])
def test_an_amount_is_positive_and_stops_at_the_cent(text):
    with pytest.raises(ValueError, match=r"[Mm]ontant"):
        read_cents(text)


@given(st.integers(0, 10**13))
def test_what_is_written_is_read_back(cents):
    assert read_cents(euros(cents)) == cents


def test_figures_are_written_in_french():
    assert euros(-123456789, signed=True) == "−1\u00a0234\u00a0567,89\u00a0€"
    assert written(Fraction(-5, 6), 2, signed=True) == "−0,83"
    assert written(Fraction(1234), 0) == "1\u00a0234"
