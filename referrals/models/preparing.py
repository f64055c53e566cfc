"""What each side has got ready before the entry or the exit of a referral."""

from django.conf import settings
from django.db import models

from core import clock
from partners.models import Organisation
from referrals.models.referral import Referral


class Preparation(models.Model):
    """Where one thing to prepare stands (``Programme.to_prepare``): a code and a state, never a text.

    The code of a side counts in the row of its own organisation: nobody says in its place that a thing is ready.
    """

    class State(models.TextChoices):
        TODO = "todo", "À faire"
        DONE = "done", "Fait"
        NOT_NEEDED = "not_needed", "Sans objet"

    # Indexed by referrals_preparation_once, which begins with it.
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="preparations", db_index=False)
    code = models.CharField("préparation", max_length=40)
    state = models.CharField("état", max_length=12, choices=State)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("noté le", default=clock.now)

    class Meta:
        verbose_name = "préparation"
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "organisation", "code"], name="referrals_preparation_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["todo", "done", "not_needed"]),
                name="referrals_preparation_state",
                violation_error_message="Cet état n’existe pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"
