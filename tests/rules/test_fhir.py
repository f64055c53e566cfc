"""The thirteen states, with what is beside them, in the fifteen of SECURITY §2.2 and in FHIR."""

import pytest

from referrals import fhir, programmes
from referrals.states import STATES, State

# SECURITY §2.2, written a second time by hand: code → Task.status, businessStatus, ServiceRequest, terminal.
FIFTEEN = {
    "brouillon": ("draft", "", "draft", False),
    "envoyee": ("requested", "2.0", "active", False),
    "recue": ("received", "received", "active", False),
    "a_completer": ("received", "needs-info", "active", False),
    "liste_attente": ("on-hold", "waitlisted", "active", False),
    "acceptee": ("accepted", "3.0", "active", False),
    "planifiee": ("accepted", "5.1.1", "active", False),
    "en_cours": ("in-progress", "started", "active", False),
    "suspendue": ("on-hold", "suspended", "on-hold", False),
    "terminee": ("completed", "7.0", "completed", True),
    "refusee": ("rejected", "4.0", "revoked", True),
    "sans_suite": ("cancelled", "no-follow-up", "revoked", True),
    "annulee": ("cancelled", "6.0", "revoked", True),
    "abandonnee": ("failed", "interrupted", "revoked", True),
    "erreur_saisie": ("entered-in-error", "", "entered-in-error", True),
}
# FHIR R4: the codes that Task.status and ServiceRequest.status may take.
TASK = {
    "draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress", "on-hold",
    "failed", "completed", "entered-in-error",
}  # fmt: skip
REQUEST = {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"}


def test_the_fifteen_rows_are_those_of_the_page():
    assert {
        code: (found.task_status, found.business_status, found.service_request, found.terminal)
        for code, found in fhir.STANDARDS.items()
    } == FIFTEEN
    for found in fhir.STANDARDS.values():
        assert found.label
        assert {found.task_status, found.exported_status} <= TASK
        assert found.service_request in REQUEST
    assert {code for code, found in fhir.STANDARDS.items() if found.exported_status != found.task_status} == {
        "recue", "a_completer",
    }  # fmt: skip


def reached() -> dict[str, set[str]]:
    """Which of the fifteen each of ours becomes, whatever is beside it."""
    found: dict[str, set[str]] = {}
    for state in State:
        for planned in (False, True):
            for suspended in (False, True):
                for closed_by in ("", "sender", "recipient", "youth", "clock"):
                    standard = fhir.standard_of(
                        state, planned=planned, suspended=suspended, closed_by=closed_by
                    )
                    found.setdefault(state.value, set()).add(standard.code)
    return found


def test_our_thirteen_states_cover_the_fifteen_and_nothing_else():
    codes = reached()
    assert set(codes) == set(State.values)
    assert set().union(*codes.values()) == set(FIFTEEN)
    several = {state: found for state, found in codes.items() if len(found) > 1}
    assert several == {
        "accepted": {"acceptee", "planifiee"},
        "started": {"en_cours", "suspendue"},
        "withdrawn": {"annulee", "sans_suite"},
    }


@pytest.mark.parametrize("state", State)
def test_what_is_over_here_is_over_there(state):
    for code in reached()[state.value]:
        assert fhir.STANDARDS[code].terminal == STATES[state].terminal


@pytest.mark.parametrize(("closed_by", "reason", "code"), [
    ("sender", "AUTRE_PARTENAIRE", "annulee"),
    ("sender", "JEUNE_RENONCE", "sans_suite"),
    ("recipient", "AUTRE", "sans_suite"),
    ("youth", "ACCORD_RETIRE", "sans_suite"),
    ("clock", "AUTRE_SOLUTION", "annulee"),
])  # fmt: skip
def test_a_request_taken_back_is_not_one_that_came_to_nothing(closed_by, reason, code):
    assert fhir.standard_of("withdrawn", closed_by=closed_by, reason=reason).code == code
    assert (
        fhir.closed_by(f"{closed_by}_manager" if closed_by in ("sender", "recipient") else closed_by)
        == closed_by
    )


def test_what_is_proposed_elsewhere_leaves_the_request_alive():
    exits = (("declined", "refusee"), ("no_response", "sans_suite"), ("dropped_out", "abandonnee"))
    for state, code in exits:
        found = fhir.standard_of(state)
        assert found.code == code
        assert fhir.service_request_of(found) == "revoked"
        assert fhir.service_request_of(found, proposed_elsewhere=True) == "active"
    assert fhir.service_request_of(fhir.standard_of("completed"), proposed_elsewhere=True) == "completed"


def test_a_cancellation_that_is_asked_shows_until_it_is_over():
    accepted = fhir.standard_of("accepted", planned=True)
    assert fhir.business_status_of(accepted) == "5.1.1"
    assert fhir.business_status_of(accepted, cancellation_asked=True) == "5.2"
    assert fhir.business_status_of(fhir.standard_of("withdrawn"), cancellation_asked=True) == "6.0"


def test_declined_is_not_stopped():
    assert fhir.standard_of("declined").task_status == "rejected"
    assert fhir.standard_of("dropped_out").task_status == "failed"


@pytest.mark.parametrize("programme", programmes.all(), ids=lambda programme: programme.code)
def test_every_step_is_an_event_inside_a_state(programme):
    for step in programme.steps:
        assert fhir.event_code(step.code) in {"5.1.1", "5.1.2", "5.1.3", "5.1.4"}
    assert fhir.event_code("RDV_MANQUE") == "5.1.2"
    assert fhir.event_code("RDV_PRIS") == "5.1.1"
    assert fhir.event_code("TESTS") == "5.1.4"


def test_an_unknown_state_is_refused():
    with pytest.raises(ValueError):
        fhir.standard_of("planned")
