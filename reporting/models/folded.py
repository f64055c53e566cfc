"""What is left of the referrals of erased youths: counts of a quarter, linked to nobody."""

from django.db import models

from partners.models import Department
from referrals.states import State
from reporting.models.counts import ExitCounts, SentCounts


class FoldedCount(SentCounts):
    """The referrals of erased youths, by quarter of the sending (its first day), for each of their two sides.

    ``home``: the row counts for its department too (``facts.home_of``). Every referral has one such row, and a row for
    the other organisation, which reads its own past with it.
    """

    quarter = models.DateField()
    organisation_id = models.BigIntegerField()
    is_sender = models.BooleanField(default=True)
    home = models.BooleanField(default=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True, db_index=False)
    programme = models.CharField(max_length=30)
    state = models.CharField(max_length=20, choices=State)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = "cumul des dossiers effacés"
        verbose_name_plural = "cumuls des dossiers effacés"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "quarter",
                    "organisation_id",
                    "is_sender",
                    "home",
                    "department",
                    "programme",
                    "state",
                    "outcome",
                ],
                nulls_distinct=False,
                name="reporting_folded_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["quarter", "department", "programme"],
                name="reporting_folded_cell",
                condition=models.Q(home=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.department_id} {self.quarter:%Y-%m}: {self.sent}"


class FoldedExit(ExitCounts):
    """The courses of erased youths that ended in a quarter: nothing links them to a line of ``FoldedCount``."""

    quarter = models.DateField()
    department = models.ForeignKey(Department, models.PROTECT, null=True, db_index=False)
    programme = models.CharField(max_length=30)

    class Meta:
        verbose_name = "cumul des sorties effacées"
        verbose_name_plural = "cumuls des sorties effacées"
        constraints = [
            models.UniqueConstraint(
                fields=["quarter", "department", "programme"],
                nulls_distinct=False,
                name="reporting_folded_exit_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.department_id} {self.quarter:%Y-%m}: {self.ended}"
