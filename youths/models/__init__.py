"""The youth's record, the links of those who accompany them, and what the youth agreed to."""

from youths.models.accompaniment import (
    Accompaniment,
    Opening,
    followed_by,
    followed_of_house,
    is_followed_by,
    is_opened_by,
    kept_by,
    opened_by,
)
from youths.models.agreements import Agreement, AgreementRequest, Disposal
from youths.models.decisions import DelegateDecision
from youths.models.invitations import AccompanimentInvitation
from youths.models.journal import JournalEntry, NextStep, PrivateNote
from youths.models.merging import DistinctPair, Merge, Transfer
from youths.models.obstacles import Obstacle, ObstacleStep
from youths.models.portfolio import PortfolioImport, PortfolioRow
from youths.models.reach import Reach
from youths.models.record import (
    LEVELS,
    LegalRepresentative,
    Normalised,
    Situation,
    Youth,
    YouthQuerySet,
)
from youths.models.restricted import EntitledPerson, RestrictedObstacle, RestrictedSubject
from youths.models.rights import Erasure, RetentionNotice, RightsRequest
from youths.models.saved_filters import SavedFilter

__all__ = [
    "LEVELS",
    "Accompaniment",
    "AccompanimentInvitation",
    "Agreement",
    "AgreementRequest",
    "DelegateDecision",
    "Disposal",
    "DistinctPair",
    "EntitledPerson",
    "Erasure",
    "JournalEntry",
    "LegalRepresentative",
    "Merge",
    "NextStep",
    "Normalised",
    "Obstacle",
    "ObstacleStep",
    "Opening",
    "PortfolioImport",
    "PortfolioRow",
    "PrivateNote",
    "Reach",
    "RestrictedObstacle",
    "RestrictedSubject",
    "RetentionNotice",
    "RightsRequest",
    "SavedFilter",
    "Situation",
    "Transfer",
    "Youth",
    "YouthQuerySet",
    "followed_by",
    "followed_of_house",
    "is_followed_by",
    "is_opened_by",
    "kept_by",
    "opened_by",
]
