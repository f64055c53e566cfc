"""Words beside a figure, or beside a whole of them (the map, the quarters): who says them, for whom, on which day.

What is said anew leaves what was said before.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import clock
from core.acting import Acting
from core.validators import validate_free_text
from partners.models import Convention, Organisation, Region


class FigureCommentQuerySet(models.QuerySet["FigureComment"]):
    def of_organisation(self, organisation_id: int) -> "FigureCommentQuerySet":
        """What an organisation says of its own figures."""
        return self.filter(own=True, organisation=organisation_id)

    def of_territory(self, region: str | None) -> "FigureCommentQuerySet":
        """What those who steer say of the figures of a region, or of the nation."""
        return self.filter(own=False, region=region)

    def read_by(self, acting: Acting, region: str | None) -> "FigureCommentQuerySet":
        """Those of the page of an acting person: its organisation, or the territory that it reads."""
        if not acting.steers:
            return self.of_organisation(acting.organisation_id)
        return self.of_territory(region if acting.sees_nation else acting.region)

    def about(self, convention: int | None) -> "FigureCommentQuerySet":
        """What is said of the figures of a convention; of none, of those of every programme."""
        return self.filter(convention=convention)

    def last_said(self) -> "FigureCommentQuerySet":
        """The last one of each organisation on each figure."""
        return self.order_by("indicator", "organisation_id", "-pk").distinct("indicator", "organisation_id")


class FigureComment(models.Model):
    """What somebody says of a figure, for those who read it there. An empty text withdraws what was said before.

    ``indicator``: the code of the figure, or of the whole that stands on a dashboard (``dashboards.commenting``).
    """

    indicator = models.CharField(max_length=40)
    # The figures of a convention are not those of every programme.
    convention = models.ForeignKey(Convention, models.PROTECT, null=True, blank=True, related_name="+")
    # Of the organisation itself; otherwise of a region, or of the nation when there is none.
    own = models.BooleanField()
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    text = models.CharField("commentaire", max_length=500, blank=True, validators=[validate_free_text])
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = FigureCommentQuerySet.as_manager()

    class Meta:
        verbose_name = "commentaire d’un chiffre"
        verbose_name_plural = "commentaires des chiffres"
        constraints = [
            models.CheckConstraint(
                condition=Q(own=False) | Q(region__isnull=True),
                name="reporting_comment_perimeter",
                violation_error_message="Un commentaire porte sur une structure ou sur un territoire.",
            )
        ]
        indexes = [
            models.Index(
                fields=["region", "indicator"], name="reporting_comment_region", condition=Q(own=False)
            ),
            models.Index(fields=["organisation", "indicator"], name="reporting_comment_own"),
        ]

    def __str__(self) -> str:
        return f"Commentaire n° {self.pk} ({self.indicator})"
