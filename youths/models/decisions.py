"""What the data-protection delegate of an organisation allows there, with the text it rests on."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import clock
from core.validators import validate_free_text
from partners.models import Organisation


class DelegateDecision(models.Model):
    """One thing that is off, or as the portal has it, until the delegate decides otherwise for the organisation."""

    class Subject(models.TextChoices):
        PORTFOLIO = "portefeuille", "Importer le portefeuille de la structure"
        HEALTH = "SANTE", "Noter un frein de santé"
        JUSTICE = "JUSTICE", "Noter un frein de justice"
        RETENTION = "conservation", "Durée de conservation des dossiers"

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField("objet", max_length=12, choices=Subject)
    legal_text = models.CharField("texte qui le permet", max_length=300, validators=[validate_free_text])
    months = models.PositiveSmallIntegerField("durée, en mois", null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=clock.now)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "décision du délégué à la protection des données"
        verbose_name_plural = "décisions du délégué à la protection des données"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "subject"],
                condition=Q(ended_at__isnull=True),
                name="youths_one_decision",
                violation_error_message="Une décision sur ce sujet est déjà en cours.",
            ),
            models.CheckConstraint(
                condition=~Q(legal_text=""),
                name="youths_decision_text",
                violation_error_message="Citez le texte qui le permet.",
            ),
            models.CheckConstraint(
                condition=Q(subject="conservation", months__range=(1, 36))
                | (~Q(subject="conservation") & Q(months__isnull=True)),
                name="youths_decision_months",
                violation_error_message="La durée va de 1 à 36 mois.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} : {self.legal_text}"
