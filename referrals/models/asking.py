"""A move that one asks for and another confirms: a cancellation after the acceptance, a reopening, a late error."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import clock
from core.validators import validate_free_text
from partners.models import Organisation
from referrals.models.referral import Referral


class MoveRequest(models.Model):
    """What was asked, by whom, until when, and what was answered. It stays as it was once answered."""

    class Kind(models.TextChoices):
        CANCEL = "cancel", "annulation"
        REOPEN = "reopen", "réouverture"
        ERROR = "error", "erreur de saisie"

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed", "confirmée"
        REFUSED = "refused", "refusée"
        TAKEN_BACK = "taken_back", "retirée"
        # Nobody confirmed in time, or the referral moved otherwise.
        LAPSED = "lapsed", "caduque"

    # Indexed by referrals_request_number, which begins with it.
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="requests", db_index=False)
    # The number of the event that asks.
    number = models.PositiveIntegerField()
    kind = models.CharField("demande", max_length=10, choices=Kind)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_manager = models.BooleanField("demandée par un responsable", default=False)
    reason = models.CharField("motif", max_length=40)
    reason_detail = models.CharField("précision", max_length=200, blank=True, validators=[validate_free_text])
    asked_at = models.DateTimeField("demandée le", default=clock.now)
    # The last day of the answer.
    answer_by = models.DateField("réponse au plus tard le")
    answer = models.CharField("réponse", max_length=10, choices=Answer, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_for = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("répondue le", null=True)

    class Meta:
        verbose_name = "demande à confirmer"
        constraints = [
            models.UniqueConstraint(fields=["referral", "number"], name="referrals_request_number"),
            models.UniqueConstraint(
                fields=["referral", "kind", "organisation"],
                condition=Q(answered_at__isnull=True),
                name="referrals_request_once",
                violation_error_message="Cette demande attend déjà une réponse.",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="referrals_request_answer",
                violation_error_message="Une réponse a une date.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"], name="referrals_request_open", condition=Q(answered_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} n° {self.number}"
