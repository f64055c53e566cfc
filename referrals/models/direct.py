"""Candidates whom no Mission Locale sent, and who were not taken: counted, never known."""

from django.db import models

from partners.models import Department, Organisation


class DirectCount(models.Model):
    """How many of them an organisation saw in a month, by department and by what was done. About nobody."""

    class What(models.TextChoices):
        INVITED = "invited", "Invité à contacter sa mission locale"
        COUNTED = "counted", "Compté seulement"

    # Indexed by referrals_direct_once, which begins with it.
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    month = models.DateField("mois")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="département")
    what = models.CharField("suite", max_length=10, choices=What)
    count = models.PositiveIntegerField("nombre", default=0)
    # The form that was counted last: sent twice, it counts once.
    last_submission = models.UUIDField(null=True, editable=False)

    class Meta:
        verbose_name = "candidats directs"
        verbose_name_plural = "candidats directs"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "month", "department", "what"], name="referrals_direct_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} : {self.count}"
