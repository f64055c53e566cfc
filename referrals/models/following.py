"""What happens to a referral: its events, its outcomes, its reminders."""

from django.conf import settings
from django.db import models

from core import clock
from core.models import SqlNow
from partners.models import Organisation
from referrals.models.referral import Referral
from referrals.states import State


class ReferralEvent(models.Model):
    """What happened, append-only: replaying the events rebuilds the state."""

    # Indexed by referrals_event_number, which begins with it.
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="events", db_index=False)
    # The version the referral has after this event.
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=20)
    from_state = models.CharField(max_length=20, choices=State)
    to_state = models.CharField(max_length=20, choices=State)
    side = models.CharField(max_length=20)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True)
    # Coded facts only (step, dates, outcome code), never text.
    details = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=clock.now)
    late = models.BooleanField(default=False)

    class Meta:
        verbose_name = "événement"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["referral", "number"], name="referrals_event_number")]

    def __str__(self) -> str:
        return f"{self.action} n° {self.number}"


class Outcome(models.Model):
    """What became of the youth (devenir): dated, coded, separate from the state."""

    class Moment(models.TextChoices):
        EXIT = "exit", "à la sortie"
        M3 = "m3", "à 3 mois"
        M6 = "m6", "à 6 mois"

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="outcomes")
    moment = models.CharField("moment", max_length=5, choices=Moment)
    code = models.CharField("devenir", max_length=40)
    on = models.DateField("constaté le")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "devenir"
        verbose_name_plural = "devenirs"
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "moment"],
                name="referrals_outcome_once",
                violation_error_message="Ce devenir est déjà enregistré.",
            )
        ]
        # What was learned of third months since a day: a committee pack does not count it.
        indexes = [models.Index(fields=["at"], name="referrals_outcome_m3", condition=models.Q(moment="m3"))]

    def __str__(self) -> str:
        return f"{self.code} {self.moment}"


class Reminder(models.Model):
    """A reminder that left: its row is what makes a second run send nothing twice."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=20)
    due_on = models.DateField()
    late = models.BooleanField(default=False)
    at = models.DateTimeField(db_default=SqlNow())

    class Meta:
        verbose_name = "relance"
        constraints = [
            models.UniqueConstraint(fields=["referral", "kind", "due_on"], name="referrals_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


class TransitionRow(models.Model):
    """The table of transitions as the database knows it: written from the code at each migration."""

    action = models.CharField(max_length=20)
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    side = models.CharField(max_length=20)

    class Meta:
        db_table = "referrals_transition"
        constraints = [
            models.UniqueConstraint(
                fields=["action", "from_state", "to_state", "side"], name="referrals_transition_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.from_state} → {self.to_state} ({self.side})"
