"""A committee between the Mission Locale of Alice and the regiment, on which Mona and Rosa sit."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from core import clock
from partners.models import Committee, CommitteeMeeting, CommitteeMember, Convention, ConventionParty
from tests.conftest import as_owner
from tests.keeping import staged


def text(response) -> str:
    return response.content.decode()


@staged
def seat(world):
    """``convention``, ``committee``, ``held`` (ten days ago), ``coming`` (in twenty days), and who sits."""
    today = clock.today()
    with as_owner():
        convention = Convention.objects.get(code="UNML-SMV-2019")
        Convention.objects.filter(pk=convention.pk).update(ends_on=today + timedelta(days=700))
        for key in ("ML_A", "RSMV"):
            ConventionParty.objects.create(
                convention=convention, organisation=world.org(key), joined_on=convention.starts_on
            )
        committee = Committee.objects.create(convention=convention, name="Comité du port")
        members = {
            who: CommitteeMember.objects.create(
                committee=committee, organisation=world.org(key), user=world.user(who), function=function
            )
            for who, key, function in (("mona", "ML_A", "presidence"), ("rosa", "RSMV", "membre"))
        }
        members["arml"] = CommitteeMember.objects.create(committee=committee, organisation=world.org("ARML"))
        held, coming = (
            CommitteeMeeting.objects.create(
                committee=committee,
                held_on=today + timedelta(days=days),
                place="La Rochelle",
                agenda="Point un",
            )
            for days in (-10, 20)
        )
    return SimpleNamespace(
        convention=convention, committee=committee, members=members, held=held, coming=coming
    )


@pytest.fixture
def address(seat):
    """``address("meeting_edit", seat.held)``: the page of an object."""

    def of(name: str, thing) -> str:
        return reverse(f"partners:{name}", args=[thing.uuid])

    return of
