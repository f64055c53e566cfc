"""Summaries: counts made from facts and from what was folded. No link to anybody."""

from django.db import models

from partners.models import Department, Region
from reporting.models.counts import ExitCounts, SentCounts


class DirtyCell(models.Model):
    """A cell of the summaries whose facts changed: the worker makes it again, and removes this row."""

    month = models.DateField()
    department_code = models.CharField(max_length=3)
    programme = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "department_code", "programme"], name="reporting_dirty_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.department_code} {self.month:%Y-%m}"


class SummaryCell(SentCounts):
    """Counts of the referrals sent in a month, from a department, for a programme."""

    month = models.DateField()
    department = models.ForeignKey(Department, models.PROTECT)
    region = models.ForeignKey(Region, models.PROTECT, null=True)
    programme = models.CharField(max_length=30)

    class Meta:
        verbose_name = "cumul"
        constraints = [
            models.UniqueConstraint(
                fields=["month", "department", "programme"], name="reporting_summary_once"
            )
        ]
        indexes = [models.Index(fields=["region", "month"], name="reporting_summary_region")]

    def __str__(self) -> str:
        return f"{self.programme} {self.department_id} {self.month:%Y-%m}"


class ExitCell(ExitCounts):
    """Counts of the courses that ended in a month, in a department, for a programme."""

    month = models.DateField()
    department = models.ForeignKey(Department, models.PROTECT)
    region = models.ForeignKey(Region, models.PROTECT, null=True)
    programme = models.CharField(max_length=30)

    class Meta:
        verbose_name = "cumul des sorties"
        verbose_name_plural = "cumuls des sorties"
        constraints = [
            models.UniqueConstraint(fields=["month", "department", "programme"], name="reporting_exit_once")
        ]
        indexes = [models.Index(fields=["region", "month"], name="reporting_exit_region")]

    def __str__(self) -> str:
        return f"{self.programme} {self.department_id} {self.month:%Y-%m}"


class DelayCell(models.Model):
    """How long an answer took, or has been missing: how many referrals of a month, a region and a programme.

    ``answered``: after so many working days. ``silent``: closed without any answer after so many. ``waiting``: sent
    that day, still waiting: how many days depends on when one looks. A line of a region (``department_code`` empty)
    adds up those of its departments.
    """

    class Kind(models.TextChoices):
        ANSWERED = "answered", "répondues"
        SILENT = "silent", "closes sans réponse"
        WAITING = "waiting", "en attente"

    month = models.DateField()
    region_code = models.CharField(max_length=3, blank=True)
    department_code = models.CharField(max_length=3, blank=True, default="")
    programme = models.CharField(max_length=30)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.ANSWERED)
    answer_days = models.PositiveSmallIntegerField(null=True)
    sent_on = models.DateField(null=True)
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = "cumul des délais"
        verbose_name_plural = "cumuls des délais"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "month",
                    "region_code",
                    "department_code",
                    "programme",
                    "kind",
                    "answer_days",
                    "sent_on",
                ],
                nulls_distinct=False,
                name="reporting_delay_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="waiting", sent_on__isnull=False, answer_days__isnull=True)
                | models.Q(kind__in=["answered", "silent"], sent_on__isnull=True, answer_days__isnull=False),
                name="reporting_delay_kind",
                violation_error_message="Un délai est connu, ou court encore depuis un jour.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["month", "region_code"],
                name="reporting_delay_region",
                condition=models.Q(department_code=""),
            ),
            models.Index(fields=["department_code", "month"], name="reporting_delay_department"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.region_code} {self.answer_days} j"


class GroupCell(models.Model):
    """The few counts that compare groups of youths with one another (K13), by month, region and programme.

    The erased are not in it: what is folded keeps neither age nor level.
    """

    class Dimension(models.TextChoices):
        AGE = "age", "Âge"
        LEVEL = "level", "Niveau de formation"
        AREA = "area", "Territoire"

    month = models.DateField()
    region_code = models.CharField(max_length=3, blank=True)
    programme = models.CharField(max_length=30)
    dimension = models.CharField(max_length=5, choices=Dimension)
    group = models.CharField(max_length=10, blank=True)
    sent = models.PositiveIntegerField()
    answered_in_10 = models.PositiveIntegerField()
    loop_closed = models.PositiveIntegerField()

    class Meta:
        verbose_name = "cumul par groupe"
        verbose_name_plural = "cumuls par groupe"
        constraints = [
            models.UniqueConstraint(
                fields=["month", "region_code", "programme", "dimension", "group"],
                name="reporting_group_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.region_code} {self.dimension} {self.group}"
