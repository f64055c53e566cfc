"""The obstacles around a youth, who takes each one in charge, and what was done about it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core import clock
from partners.models import Organisation
from youths import obstacle_codes
from youths.models.record import Youth


class Obstacle(models.Model):
    """Something that stands in the way of a youth (frein périphérique), from a day until it is lifted."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="obstacles", db_index=False)
    category = models.CharField("frein", max_length=26, choices=obstacle_codes.CHOICES)
    since = models.DateField("depuis le")
    # Who said that it stands there, and who takes it in charge.
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="pris en charge par"
    )
    closing = models.CharField("suite", max_length=12, choices=obstacle_codes.STEPS, blank=True)
    closed_on = models.DateField("levé le", null=True, blank=True)

    class Meta:
        verbose_name = "frein"
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "category"],
                condition=Q(closing=""),
                name="youths_obstacle_once",
                violation_error_message="Ce frein est déjà noté pour ce jeune.",
            ),
            models.CheckConstraint(
                condition=Q(closing="", closed_on__isnull=True)
                | Q(closing__in=obstacle_codes.CLOSING, closed_on__gte=F("since")),
                name="youths_obstacle_closed",
                violation_error_message="Un frein ne peut pas être levé avant d’avoir été noté.",
            ),
        ]

    def __str__(self) -> str:
        return f"Frein n° {self.pk}"


class ObstacleStep(models.Model):
    """What was done about an obstacle, on a day, by an organisation."""

    youth = models.ForeignKey(Youth, models.CASCADE, related_name="+", db_index=False)
    obstacle = models.ForeignKey(Obstacle, models.CASCADE, related_name="steps")
    code = models.CharField("ce qui a été fait", max_length=12, choices=obstacle_codes.STEPS)
    on = models.DateField("le")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "action sur un frein"
        verbose_name_plural = "actions sur les freins"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["youth", "-at"], name="youths_obstacle_steps")]

    def __str__(self) -> str:
        return f"Action n° {self.pk}"
