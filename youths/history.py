"""What the history keeps of the youths' room. It is read by the organisations of the row while they have access."""

from core.history import readable_while, track
from youths.models import (
    Accompaniment,
    AccompanimentInvitation,
    Agreement,
    AgreementRequest,
    DelegateDecision,
    Disposal,
    DistinctPair,
    EntitledPerson,
    Erasure,
    JournalEntry,
    LegalRepresentative,
    Merge,
    NextStep,
    Obstacle,
    ObstacleStep,
    Opening,
    PortfolioImport,
    PrivateNote,
    RestrictedObstacle,
    RetentionNotice,
    RightsRequest,
    SavedFilter,
    Situation,
    Transfer,
    Youth,
)


def register() -> None:
    """Declare what is tracked (at start)."""
    # What was told of a record that was merged into another one is told of that one. That a line exists about what is
    # restricted would say it: kept, sealed and erased with the youth, told to nobody.
    readable_while.register(
        "youth",
        "(tu_has_access(subject_id) OR tu_has_access(tu_kept(subject_id)))"
        f" AND model <> '{RestrictedObstacle._meta.label}'",
    )
    of_youth = {"subject_kind": "youth", "subject": "youth"}
    track(
        Youth,
        subject_kind="youth",
        subject="id",
        organisations=("held_by", "registered_with"),
        # Worked out from what was written, which is tracked.
        ignored=("last_contact_on", "contact_changed_at"),
    )
    track(Accompaniment, **of_youth, organisations=("organisation",))
    track(Agreement, **of_youth, organisations=("recorded_for", "recipient"))
    track(
        AgreementRequest,
        **of_youth,
        organisations=("requested_for",),
        ignored=("token_hash", "tries"),
    )
    track(Disposal, **of_youth, organisations=("recorded_for", "recipient"), through="agreement")
    track(Situation, **of_youth, organisations=("organisation",))
    track(JournalEntry, **of_youth, organisations=("organisation",), masked=("text",))
    track(PrivateNote, **of_youth, organisations=("organisation",), masked=("text",))
    track(NextStep, **of_youth, organisations=("proposed_for", "agreed_for"), masked=("wording",))
    track(Obstacle, **of_youth, organisations=("organisation", "taken_by"))
    track(ObstacleStep, **of_youth, organisations=("organisation",))
    # A relative who never signs in: that something changed is kept, not what.
    track(
        LegalRepresentative,
        subject_kind="youth",
        subject="id",
        organisations=("held_by", "registered_with"),
        through="youth",
        masked=("name", "phone", "email"),
    )
    # What an organisation decides for itself is read there only.
    of_house = {"subject_kind": "house", "subject": "organisation"}
    track(PortfolioImport, **of_house, organisations=("organisation",))
    track(SavedFilter, subject_kind="user", subject="user", organisations=("organisation",), masked=("name",))
    track(DelegateDecision, **of_house, organisations=("organisation",))
    track(AccompanimentInvitation, **of_youth, organisations=("from_organisation", "to_organisation"))
    track(EntitledPerson, **of_house, organisations=("organisation",))
    track(RestrictedObstacle, **of_youth, organisations=("organisation",), masked=("code",))
    # A proof is written once; what was asked and announced is told, never in which words.
    track(Erasure, **of_house, organisations=("organisation",))
    track(RightsRequest, **of_youth, organisations=("organisation",), masked=("answer", "extension_reason"))
    track(RetentionNotice, **of_youth, organisations=("organisation",), masked=("kept_reason",))
    track(Opening, **of_youth, organisations=("organisation",))
    # What moved are numbers of rows, and what changed is told by the rows themselves.
    track(Merge, **of_youth, organisations=("organisation",), ignored=("moved", "changed"))
    track(DistinctPair, subject_kind="youth", subject="first", organisations=("organisation",))
    track(Transfer, **of_youth, organisations=("sender", "recipient"))
