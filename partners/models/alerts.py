"""What was decided about the deadlines of conventions."""

from django.conf import settings
from django.db import models

from core import clock
from partners.models.conventions import Convention


class AlertAnswer(models.Model):
    """Somebody saw a deadline of a convention and said what was decided: its alert is over."""

    convention = models.ForeignKey(
        Convention, models.PROTECT, related_name="alert_answers", verbose_name="convention"
    )
    # The code and the term of the alert (partners.conventions.alerts): another term is another alert.
    code = models.CharField(max_length=30)
    term = models.DateField("terme")
    comment = models.CharField("ce qui est décidé", max_length=500)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "réponse à une échéance"
        verbose_name_plural = "réponses aux échéances"
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "code", "term"],
                name="partners_alert_answer_once",
                violation_error_message="Cette échéance a déjà reçu une réponse.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.term:%d/%m/%Y}"
