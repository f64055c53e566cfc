"""What the history keeps of organisations, people and conventions."""

from core.history import track
from partners import models


def register() -> None:
    """Declare what is tracked (at start)."""
    of_person = {"subject_kind": "user", "subject": "user", "organisations": ("organisation",)}
    track(models.Membership, **of_person)
    track(models.Designation, **of_person)
    track(models.Absence, **of_person, through="membership")
    track(models.Handover, **of_person, through="membership")
    track(models.MembershipReview, **of_person, through="membership")
    # Who was invited is no user yet: the values of their identity stay out of the history.
    track(
        models.Invitation,
        organisations=("organisation",),
        masked=("email", "first_name", "last_name"),
        ignored=("token_hash",),
    )
    track(
        models.Export,
        organisations=("organisation",),
        masked=("subjects",),
        ignored=("claimed_until", "attempts", "done"),
    )
    # Nobody's data: every member may read who changed it.
    for model in (
        models.Organisation,
        models.Catchment,
        models.Branch,
        models.Team,
        models.Closure,
        models.Convention,
        models.Amendment,
        models.ConventionParty,
        models.ConventionBranch,
        models.ConventionDecision,
        models.ConventionDocument,
        models.DeclaredFigure,
        models.AlertAnswer,
        models.Commitment,
        models.CommitmentNote,
        models.Committee,
        models.CommitteeMember,
        models.CommitteeMeeting,
        models.MeetingAttendance,
        models.MeetingContribution,
        models.CommitteeAction,
        models.Session,
        models.Session.partners.through,
        models.Resource,
    ):
        track(model)
