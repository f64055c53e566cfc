"""The partners' side: territory, organisations, people, conventions."""

from partners.models.alerts import AlertAnswer
from partners.models.commitments import Commitment, CommitmentNote
from partners.models.committees import (
    Committee,
    CommitteeAction,
    CommitteeMeeting,
    CommitteeMember,
    MeetingAttendance,
    MeetingContribution,
)
from partners.models.conventions import (
    Amendment,
    Convention,
    ConventionBranch,
    ConventionDecision,
    ConventionDocument,
    ConventionParty,
    Theme,
)
from partners.models.exports import Export
from partners.models.figures import DeclaredFigure
from partners.models.organisations import (
    Branch,
    Catchment,
    Closure,
    Level,
    Membership,
    Network,
    Organisation,
    Role,
    Team,
    outward_name,
)
from partners.models.people import Absence, Handover, HandoverLine, Invitation, MembershipReview
from partners.models.referents import Designation, Topic
from partners.models.sessions import Resource, Session
from partners.models.territory import Department, Municipality, Region

__all__ = [
    "Absence",
    "AlertAnswer",
    "Amendment",
    "Branch",
    "Catchment",
    "Closure",
    "Commitment",
    "CommitmentNote",
    "Committee",
    "CommitteeAction",
    "CommitteeMeeting",
    "CommitteeMember",
    "Convention",
    "ConventionBranch",
    "ConventionDecision",
    "ConventionDocument",
    "ConventionParty",
    "DeclaredFigure",
    "Department",
    "Designation",
    "Export",
    "Handover",
    "HandoverLine",
    "Invitation",
    "Level",
    "MeetingAttendance",
    "MeetingContribution",
    "Membership",
    "MembershipReview",
    "Municipality",
    "Network",
    "Organisation",
    "Region",
    "Resource",
    "Role",
    "Session",
    "Team",
    "Theme",
    "Topic",
    "outward_name",
]
