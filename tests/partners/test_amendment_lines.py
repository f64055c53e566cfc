"""What an amendment takes out and takes back is checked like every line, and keeps who recorded it."""

from datetime import date

import pytest

from core import clock
from partners.models import Amendment, Branch, Convention, ConventionBranch, ConventionParty
from tests.partners.admin_pages import errors_of, saved, send, url

SIGNED = date(2026, 3, 1)
ALREADY = "Cette structure est déjà partie à la convention."


@pytest.fixture
def adam(founding, visit):
    return visit("adam")


@pytest.fixture
def signed(founding, owner_makes) -> Convention:
    return owner_makes(
        Convention, code="SIGNE", title="Texte", signed_on=SIGNED, starts_on=SIGNED, ends_on=date(2029, 2, 28)
    )


@pytest.fixture
def party(owner_makes, signed, world):
    """A party of the text; three are there."""

    def make(key: str, **fields) -> ConventionParty:
        return owner_makes(ConventionParty, convention=signed, organisation=world.org(key), **fields)

    return make


@pytest.fixture
def three(party) -> list[ConventionParty]:
    return [party(key) for key in ("UNML", "RSMV", "ML_A")]


def amend(client, convention, lines=None, **values):
    sent = {"kinds": ["parties"], "signed_on": "2027-01-10", "effective_on": "2027-02-01"} | values
    return send(client, f"{url(Amendment, 'add')}?convention={convention.pk}", lines, **sent)


def out(row: ConventionParty, reason: str = "Retrait.") -> dict:
    return {"leaving": [str(row.pk)], "exit_reason": reason}


def test_a_party_that_comes_in_later_does_not_leave_before(adam, signed, three, party):
    later = party("ML_C", joined_on=date(2028, 1, 1))
    response = amend(adam, signed, **out(later))
    (error,) = errors_of(response)["leaving"]
    assert error.endswith(": Une partie ne peut pas sortir avant d’être entrée.")
    assert not signed.amendments.exists()


def test_who_records_a_way_out_is_kept_and_gone_with_it(adam, signed, three, world):
    gone = three[2]
    before = clock.now()
    saved(amend(adam, signed, **out(gone)))
    gone.refresh_from_db()
    assert (gone.left_on, gone.exit_recorded_by) == (date(2027, 1, 31), world.user("adam"))
    assert gone.exit_recorded_at >= before
    recorded = gone.exit_recorded_at
    address = url(Amendment, "change", signed.amendments.get().pk)
    saved(send(adam, address, note="Relu."))
    gone.refresh_from_db()
    assert gone.exit_recorded_at == recorded
    saved(send(adam, address, effective_on="2027-03-01"))
    gone.refresh_from_db()
    assert gone.left_on == date(2027, 2, 28)
    assert gone.exit_recorded_at > recorded
    lines = {"joining": [{"organisation": world.org("ML_C").pk}]}
    saved(send(adam, address, lines, leaving=[], exit_reason=""))
    gone.refresh_from_db()
    assert (gone.left_by, gone.left_on, gone.exit_reason) == (None, None, "")
    assert (gone.exit_recorded_by, gone.exit_recorded_at) == (None, None)


def test_who_came_back_otherwise_is_not_taken_back(adam, signed, three, party, world):
    gone = three[2]
    saved(amend(adam, signed, **out(gone)))
    party("ML_A", joined_on=date(2027, 6, 1))
    address = url(Amendment, "change", signed.amendments.get().pk)
    joins = {"joining": [{"organisation": world.org("ML_C").pk}]}
    response = send(adam, address, joins, leaving=[], exit_reason="")
    assert errors_of(response)["leaving"] == [f"{gone.organisation} : {ALREADY}"]
    gone.refresh_from_db()
    assert gone.left_on == date(2027, 1, 31)


def test_nobody_is_taken_back_and_comes_in_at_once(adam, signed, three, world):
    gone = three[2]
    saved(amend(adam, signed, **out(gone)))
    address = url(Amendment, "change", signed.amendments.get().pk)
    joins = {"joining": [{"organisation": gone.organisation_id}]}
    response = send(adam, address, joins, leaving=[], exit_reason="")
    assert "toujours là" in " ".join(errors_of(response)["joining-0-organisation"])
    # Out, it may come in again by the same amendment.
    saved(send(adam, address, joins))
    assert signed.parties.filter(organisation=gone.organisation_id).count() == 2


def test_a_branch_is_not_taken_back_and_added_at_once(adam, signed, three, owner_makes):
    branch = owner_makes(Branch, code="essai", name="Branche d’essai")
    held = owner_makes(ConventionBranch, convention=signed, branch=branch)
    saved(amend(adam, signed, kinds=["branches"], removed_branches=[str(held.pk)]))
    address = url(Amendment, "change", signed.amendments.get().pk)
    response = send(adam, address, {"branches_added": [{"branch": branch.pk}]}, removed_branches=[])
    assert "toujours là" in " ".join(errors_of(response)["branches_added-0-branch"])


def test_an_amendment_does_not_move_after_the_way_out_of_who_came_in_by_it(adam, signed, three, world, party):
    saved(amend(adam, signed, {"joining": [{"organisation": world.org("ML_C").pk}]}))
    first = signed.amendments.get()
    joined = first.joining.get()
    saved(amend(adam, signed, **out(joined), effective_on="2027-06-01"))
    response = send(adam, url(Amendment, "change", first.pk), effective_on="2027-09-01")
    assert errors_of(response)["joining-0-__all__"] == ["Une partie ne peut pas sortir avant d’être entrée."]
    saved(send(adam, url(Amendment, "change", first.pk), effective_on="2027-03-01"))
    joined.refresh_from_db()
    assert joined.joined_on == date(2027, 3, 1)
