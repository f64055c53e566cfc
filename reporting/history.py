"""What the history keeps of the figures: who made which simulation, who said what."""

from core.history import track
from reporting import models


def register() -> None:
    """Declare what is tracked (at start). Nothing here is changed after it was written: its creation is told."""
    for model in (models.FundingFile, models.FundingRun, models.FigureComment):
        track(model, organisations=("organisation",))
