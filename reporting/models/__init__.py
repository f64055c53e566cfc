"""Facts, what is left of them, their summaries, and the packs made from them."""

from reporting.models.comments import FigureComment
from reporting.models.facts import AgeBand, Area, Direction, ReferralFact, Result
from reporting.models.folded import FoldedCount, FoldedExit
from reporting.models.funding import FundingFile, FundingRun
from reporting.models.own import OwnCell, OwnExit, OwnMark
from reporting.models.packs import CommitteePack
from reporting.models.published import Edition, PublishedCell, PublishedMedian, PublishedOrganisation
from reporting.models.summaries import DelayCell, DirtyCell, ExitCell, GroupCell, SummaryCell

__all__ = [
    "AgeBand",
    "Area",
    "CommitteePack",
    "DelayCell",
    "Direction",
    "DirtyCell",
    "Edition",
    "ExitCell",
    "FigureComment",
    "FoldedCount",
    "FoldedExit",
    "FundingFile",
    "FundingRun",
    "GroupCell",
    "OwnCell",
    "OwnExit",
    "OwnMark",
    "PublishedCell",
    "PublishedMedian",
    "PublishedOrganisation",
    "ReferralFact",
    "Result",
    "SummaryCell",
]
