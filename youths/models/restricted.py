"""Health and justice: a code and two dates, for the persons that an organisation's delegate names, and nobody else."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core import clock
from partners.models import Organisation
from youths.models.decisions import DelegateDecision
from youths.models.record import Youth


class RestrictedSubject(models.TextChoices):
    """What is off until the delegate of an organisation allows it there."""

    HEALTH = DelegateDecision.Subject.HEALTH.value, "Santé"
    JUSTICE = DelegateDecision.Subject.JUSTICE.value, "Justice"


class EntitledPerson(models.Model):
    """Somebody whom the delegate of an organisation entitles to note and read a restricted obstacle there."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    subject = models.CharField("objet", max_length=12, choices=RestrictedSubject)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField("depuis le", default=clock.now)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField("jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "personne habilitée"
        verbose_name_plural = "personnes habilitées"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "subject"],
                condition=Q(ended_at__isnull=True),
                name="youths_entitled_once",
                violation_error_message="Cette personne est déjà habilitée.",
            ),
            models.CheckConstraint(
                condition=Q(subject__in=RestrictedSubject.values),
                name="youths_entitled_subject",
                violation_error_message="Cet objet n’existe pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"Habilitation n° {self.pk}"


class RestrictedObstacle(models.Model):
    """That health, or justice, stands in the way of a youth: a code, never a text nor what was done about it.

    Seen by the entitled persons of the organisation that noted it; absent from the shared story by construction.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField("frein réservé", max_length=8, choices=RestrictedSubject)
    since = models.DateField("depuis le")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)
    closed_on = models.DateField("levé le", null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "frein réservé"
        verbose_name_plural = "freins réservés"
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "organisation", "code"],
                condition=Q(closed_on__isnull=True),
                name="youths_restricted_once",
                violation_error_message="Ce frein est déjà noté.",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_by__isnull=True)
                | Q(closed_on__gte=F("since"), closed_by__isnull=False),
                name="youths_restricted_closed",
                violation_error_message="Un frein ne peut pas être levé avant d’avoir été noté.",
            ),
            models.CheckConstraint(
                condition=Q(code__in=RestrictedSubject.values),
                name="youths_restricted_code",
                violation_error_message="Ce code n’existe pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"Frein réservé n° {self.pk}"
