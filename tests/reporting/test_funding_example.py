"""The figures of the worked example are those of the SQL, and so are the rules on regions drawn at random."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from reporting.funding.rules import Impossible, split
from tests.reporting.funding_reference import by_sql
from tests.rules import funding_43


@pytest.mark.parametrize("name", funding_43.PLANS)
def test_the_expected_figures_are_those_of_the_sql(db, name):
    assert by_sql(funding_43.places(), funding_43.PLANS[name]) == funding_43.expected()[name]


def test_the_rules_and_the_sql_agree_on_other_regions(db):
    """Fifteen regions: some of the 43, other youths, other plans."""
    random, compared = Random("split"), 0
    while compared < 15:
        places = [
            replace(one, youths=random.randrange(50, 4000))
            for one in random.sample(funding_43.places(), random.randrange(3, 30))
        ]
        plan = replace(
            random.choice([funding_43.RANKS, funding_43.SCORES]),
            envelope=sum(one.previous for one in places) + random.randrange(-(10**6), 10**6),
            youth_share=Fraction(random.randrange(0, 20), 20),
            spread=Fraction(random.choice([15, 20, 45]), 10),
            floor=random.randrange(0, 20_000_00),
            rise=random.choice([None, Fraction(1, 20), Fraction(1, 4)]),
            fall=random.choice([None, Fraction(1, 20), Fraction(1, 4)]),
            years=random.randrange(1, 4),
        )
        try:
            lines = split(places, plan)
        except Impossible:
            continue
        compared += 1
        assert by_sql(places, plan) == {line.place.code: line.amount for line in lines}
