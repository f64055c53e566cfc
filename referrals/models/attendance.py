"""Who is asked to a session, and who came."""

from django.conf import settings
from django.db import models

from core import clock
from partners.models import Organisation, Session
from youths.models import Youth


class Attendance(models.Model):
    """A youth at a session, for the organisation that asked them: nobody else knows that they were asked."""

    class State(models.TextChoices):
        INVITED = "invited", "Convoqué"
        CONFIRMED = "confirmed", "A confirmé"
        PRESENT = "present", "Présent"
        ABSENT = "absent", "Absent"
        EXCUSED = "excused", "Excusé"

    # Those that hold a place. Whoever excuses themselves gives it back; who did not come left it empty too late.
    HOLDING = (State.INVITED, State.CONFIRMED, State.PRESENT)

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendances", verbose_name="rencontre")
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="attendances")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="structure")
    state = models.CharField("présence", max_length=9, choices=State, default=State.INVITED)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="convoqué par"
    )
    invited_at = models.DateTimeField("convoqué le", default=clock.now)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="noté par"
    )
    noted_at = models.DateTimeField("noté le", null=True)
    # The record under which they were asked a second time, when the two were merged (``referrals.own_hand_sql``).
    merged_from = models.BigIntegerField("dossier fusionné", null=True, editable=False)

    class Meta:
        verbose_name = "présence à une rencontre"
        verbose_name_plural = "présences aux rencontres"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "youth", "organisation"],
                condition=models.Q(merged_from__isnull=True),
                name="referrals_attendance_once",
                violation_error_message="Ce jeune est déjà convoqué à cette rencontre.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["invited", "confirmed", "present", "absent", "excused"]),
                name="referrals_attendance_state",
                violation_error_message="Cet état n’existe pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"Présence n° {self.pk}"
