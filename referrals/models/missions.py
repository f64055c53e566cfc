"""The missions that a youth does during a referral to temporary work."""

from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from core import clock
from partners.models import Branch
from referrals.models.referral import Referral

# A mission lasts 18 months, 36 at the most (Code du travail, L1251-12-1): beyond, it is a typing error.
MOST_DAYS = 3 * 366


class Mission(models.Model):
    """One mission: its first day, and its last one or its number of days; neither while it goes on."""

    class After(models.TextChoices):
        MISSION = "MISSION", "Une autre mission"
        CDI = "CDI", "CDI"
        CDI_INTERIM = "CDI_INTERIM", "CDI intérimaire"
        LONG = "CDD_6M_PLUS", "CDD de 6 mois ou plus"
        SHORT = "CDD_MOINS_6M", "CDD de moins de 6 mois"
        ALTERNANCE = "ALTERNANCE", "Alternance"
        TRAINING = "FORMATION", "Formation"
        NOTHING = "AUCUNE", "Pas de suite"

    # Given by the form: the same one twice is one mission.
    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="missions")
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="branche"
    )
    started_on = models.DateField("premier jour")
    ended_on = models.DateField("dernier jour", null=True, blank=True)
    days = models.PositiveSmallIntegerField(
        "durée en jours",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
    )
    after = models.CharField("suite", max_length=20, choices=After, blank=True)
    version = models.PositiveIntegerField(default=1)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "mission"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(days__isnull=True),
                name="referrals_mission_length",
                violation_error_message="Donnez le dernier jour ou le nombre de jours, pas les deux.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="referrals_mission_dates",
                violation_error_message="Le dernier jour ne peut pas précéder le premier.",
            ),
            models.CheckConstraint(
                condition=Q(days__isnull=True) | Q(days__range=(1, MOST_DAYS)),
                name="referrals_mission_days",
                violation_error_message="Une mission dure d’un jour à trois ans.",
            ),
        ]

    def __str__(self) -> str:
        return f"Mission n° {self.pk}"
