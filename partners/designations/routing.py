"""Who answers for a topic in an organisation: referent, substitute, or a gap that shows."""

from dataclasses import dataclass
from datetime import date, timedelta

from core import clock
from core.working_days import long_date
from partners.designations.choice import Candidate, Choice, Found, choose
from partners.models import Designation, Topic

__all__ = ["Found", "Routing", "referent_for"]


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a referral goes in an organisation: to a person, with a substitute, or to nobody (a gap); and why."""

    found: Found
    user_id: int | None
    substitute_id: int | None
    why: str = ""


def referent_for(
    organisation_id: int,
    topic: str,
    *,
    department: str | None = None,
    day: date | None = None,
    convention: int | None = None,
) -> Routing:
    """The designated referent of an organisation for a topic on a day (the rule is ``choice.choose``).

    When the lead is away the substitute answers; when nobody is there it is a gap, and the managers see the
    referral. ``why`` says it in French, and names professionals. One query.
    """
    day = day or clock.today()
    found = {
        one.pk: one
        for one in Designation.objects.live(day)
        .with_absences(day)
        .filter(organisation_id=organisation_id, topic=topic)
        .select_related("user", "convention", "department")
    }
    choice = choose(
        (candidate_of(one) for one in found.values()), day, department=department, convention=convention
    )
    why = _why(choice, found, topic, day)
    by = choice.by
    if by is None:
        return Routing(Found.GAP, None, None, why)
    if choice.found == Found.SUBSTITUTE:
        return Routing(Found.SUBSTITUTE, by.substitute_id, by.user_id, why)
    return Routing(Found.REFERENT, by.user_id, by.substitute_id, why)


def pass_on(designation: Designation, successor_id: int, on: date) -> Designation:
    """Give a designation, locked by the caller, to somebody else from a day on; the one that they now hold.

    It ends on the eve and another one begins: the history stays. One that has not begun by then changes hands in
    place. The absence was the leaver's; nobody is their own substitute.
    """
    if designation.starts_on < on:
        ends_on, designation.ends_on = designation.ends_on, on - timedelta(days=1)
        designation.save(update_fields=["ends_on"])
        designation.pk, designation._state.adding = None, True  # type: ignore[assignment]
        designation.starts_on, designation.ends_on = on, ends_on
    designation.user_id = successor_id
    designation.absent_from = designation.absent_until = None
    if designation.substitute_id == successor_id:
        designation.substitute_id = None
    designation.save()
    return designation


def candidate_of(designation: Designation) -> Candidate:
    """A designation read ``with_absences``, for the choice."""
    return Candidate(
        pk=designation.pk,
        user_id=designation.user_id,
        substitute_id=designation.substitute_id,
        convention_id=designation.convention_id,
        department=designation.department_id,
        starts_on=designation.starts_on,
        ends_on=designation.ends_on,
        absent_from=designation.absent_from,
        absent_until=designation.absent_until,
        lead_away=designation.lead_until is not None,  # type: ignore[attr-defined]
        substitute_away=designation.substitute_away,  # type: ignore[attr-defined]
    )


def _why(choice: Choice, found: dict[int, Designation], topic: str, day: date) -> str:
    label = Topic(topic).label
    if choice.by is not None:
        designation = found[choice.by.pk]
        if choice.found == Found.REFERENT:
            return f"Référent désigné pour {_what(designation)}."
        return f"Supplée {_absent(designation, day)}."
    if not choice.passed_over:
        return f"Personne n’est désigné pour « {label} » : les responsables reçoivent."
    first = found[choice.passed_over[0].pk]
    nobody = "dont le suppléant est absent aussi" if first.substitute_id else "sans suppléant"
    return f"{_absent(first, day)}, {nobody} : les responsables reçoivent."


def _what(designation: Designation) -> str:
    """What a designation is for, in words: its convention and its territory, when it has them."""
    what = f"la convention « {designation.convention.title} »" if designation.convention else "ce sujet"
    return f"{what} (territoire : {designation.department.name})" if designation.department else what


def _absent(designation: Designation, day: date) -> str:
    until = designation.away_until(day)
    words = f", en absence jusqu’au {long_date(until)}" if until else ""
    return f"{designation.user.get_full_name()}{words}"
