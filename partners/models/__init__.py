"""The partners' side: territory, organisations, people, conventions."""

from partners.models.conventions import (
    Commitment,
    Committee,
    CommitteeMeeting,
    Convention,
    ConventionParty,
    Theme,
)
from partners.models.organisations import (
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
from partners.models.territory import Department, Municipality, Region

__all__ = [
    "Absence",
    "Commitment",
    "Committee",
    "CommitteeMeeting",
    "Convention",
    "ConventionParty",
    "Department",
    "Designation",
    "Handover",
    "HandoverLine",
    "Invitation",
    "Level",
    "Membership",
    "MembershipReview",
    "Municipality",
    "Network",
    "Organisation",
    "Region",
    "Role",
    "Team",
    "Theme",
    "Topic",
    "outward_name",
]
