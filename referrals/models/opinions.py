"""What youths think of what was proposed: counts, and nothing that leads to a youth or to a referral."""

from django.db import models
from django.db.models import Q

from partners.models import Organisation


class OpinionCount(models.Model):
    """How many gave an answer, for one of the two sides of their referrals, in a quarter."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    programme = models.CharField("dispositif", max_length=30)
    quarter = models.DateField("trimestre")
    question = models.CharField("question", max_length=20)
    answer = models.CharField("réponse", max_length=20)
    count = models.PositiveIntegerField("nombre")

    class Meta:
        verbose_name = "avis comptés"
        verbose_name_plural = "avis comptés"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "programme", "quarter", "question", "answer"],
                name="referrals_opinion_once",
            ),
            models.CheckConstraint(condition=Q(count__gt=0), name="referrals_opinion_count"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.quarter} {self.question}"
