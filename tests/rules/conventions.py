"""Conventions of every kind, for the tests of their rules."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from partners.conventions.facts import (
    AmendmentFacts,
    ConventionFacts,
    Denunciation,
    PartyFacts,
    Suspension,
)
from partners.conventions.state import ConventionState

S = ConventionState
ONE_DAY = timedelta(days=1)
days = st.dates(date(2000, 1, 1), date(2050, 12, 31))
maybe_days = st.none() | days
amendments = st.lists(
    st.builds(
        AmendmentFacts,
        number=st.integers(1, 9),
        effective_on=days,
        signed_on=maybe_days,
        ends_on=maybe_days,
        purpose=st.sampled_from(["", "Un autre objet"]),
        data_clause=st.sampled_from(["", "D’autres données"]),
    ),
    max_size=4,
    unique_by=lambda amendment: amendment.number,
).map(tuple)
rows = st.builds(
    PartyFacts,
    joined_on=maybe_days,
    left_on=maybe_days,
    signed_on=maybe_days,
    organisation=st.integers(1, 3),
    joined_by=st.none() | st.integers(1, 9),
    left_by=st.none() | st.integers(1, 9),
    replaces=st.none() | st.integers(1, 4),
)
parties = st.lists(rows, max_size=4).map(
    lambda found: tuple(replace(row, key=key) for key, row in enumerate(found, start=1))
)
suspensions = st.lists(st.builds(Suspension, days, maybe_days), max_size=2).map(tuple)
denunciations = st.lists(
    st.builds(Denunciation, days, maybe_days, st.none() | st.integers(1, 3)), max_size=2
).map(tuple)
any_facts = st.builds(
    ConventionFacts,
    nature=st.sampled_from(["accord_cadre", "convention", "declinaison", "proposition", "pratique"]),
    signed_on=maybe_days,
    signature_known=st.booleans(),
    to_sign_since=maybe_days,
    starts_on=maybe_days,
    ends_on=maybe_days,
    end_known=st.booleans(),
    tacit_renewal=st.booleans(),
    renewal_months=st.none() | st.integers(1, 60),
    max_renewals=st.none() | st.integers(0, 5),
    notice_months=st.none() | st.integers(0, 12),
    amendments=amendments,
    denunciations=denunciations,
    suspensions=suspensions,
    terminated_on=maybe_days,
    lapsed_on=maybe_days,
    replaced_on=maybe_days,
    parties=parties,
)


def signed(**changes):
    """Three years from 10 May 2019, as the founding text of the SMV says."""
    facts = {
        "nature": "convention",
        "signed_on": date(2019, 5, 10),
        "starts_on": date(2019, 5, 10),
        "ends_on": date(2022, 5, 9),
        **changes,
    }
    return ConventionFacts(**facts)


def extension(number, effective_on, ends_on, signed_on=date(2019, 5, 10)):
    """An amendment of the term."""
    return AmendmentFacts(number=number, effective_on=effective_on, signed_on=signed_on, ends_on=ends_on)


def renewed(**changes):
    """One year, renewed by a year at most twice, three months of notice."""
    return signed(
        ends_on=date(2020, 2, 29),
        **{"tacit_renewal": True, "renewal_months": 12, "max_renewals": 2, "notice_months": 3, **changes},
    )
