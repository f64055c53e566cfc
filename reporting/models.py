"""Facts, their summaries, and the packs made from them."""

from uuid import uuid4

from django.db import models

from core import clock
from core.models import Document
from partners.models import CommitteeMeeting, Department, Region
from referrals.models import Referral
from referrals.states import State


class ReferralFact(models.Model):
    """What figures need of a referral, kept exact in the transaction that changes it.

    Personal data while it is linked to its referral, so under wall 2. ``reason`` is the public one: a
    restricted reason (unfit) is never here.
    """

    referral = models.OneToOneField(Referral, models.CASCADE, primary_key=True, related_name="fact")
    sender_id = models.BigIntegerField()
    recipient_id = models.BigIntegerField()
    convention_id = models.BigIntegerField(null=True)
    programme = models.CharField(max_length=30)
    # The first day of the month it was sent in: the cohort.
    month = models.DateField()
    region = models.ForeignKey(Region, models.PROTECT, null=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True)
    state = models.CharField(max_length=20, choices=State)
    reason = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    answered = models.BooleanField(default=False)
    accepted = models.BooleanField(default=False)
    started = models.BooleanField(default=False)
    completed = models.BooleanField(default=False)
    # Days from sending to the first answer (working days), null while there is none.
    answer_days = models.PositiveSmallIntegerField(null=True)
    is_return = models.BooleanField(default=False)

    class Meta:
        verbose_name = "fait"
        indexes = [
            models.Index(fields=["month", "department", "programme"], name="reporting_fact_cell"),
            models.Index(fields=["convention_id", "month"], name="reporting_fact_convention"),
            models.Index(fields=["sender_id", "month"], name="reporting_fact_sender"),
            models.Index(fields=["recipient_id", "month"], name="reporting_fact_recipient"),
        ]

    def __str__(self) -> str:
        return f"Fait n° {self.pk}"


class FoldedCount(models.Model):
    """What is left of the referrals of erased youths: counts of a quarter, linked to nobody.

    The quarter is that of the sending, by its first day; the organisation and the department are those for which the
    referrals counted (``facts.home_of``).
    """

    quarter = models.DateField()
    organisation_id = models.BigIntegerField()
    department = models.ForeignKey(Department, models.PROTECT, null=True, db_index=False)
    programme = models.CharField(max_length=30)
    state = models.CharField(max_length=20, choices=State)
    outcome = models.CharField(max_length=40, blank=True)
    sent = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    started = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "cumul des dossiers effacés"
        verbose_name_plural = "cumuls des dossiers effacés"
        constraints = [
            models.UniqueConstraint(
                fields=["quarter", "organisation_id", "department", "programme", "state", "outcome"],
                nulls_distinct=False,
                name="reporting_folded_once",
            )
        ]
        indexes = [models.Index(fields=["quarter", "department", "programme"], name="reporting_folded_cell")]

    def __str__(self) -> str:
        return f"{self.programme} {self.department_id} {self.quarter:%Y-%m}: {self.sent}"


class DirtyCell(models.Model):
    """A cell of the summary whose facts changed: the worker makes it again, and removes this row."""

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


class SummaryCell(models.Model):
    """Counts of the referrals of a month, a department and a programme. No link to anybody."""

    month = models.DateField()
    department = models.ForeignKey(Department, models.PROTECT)
    region = models.ForeignKey(Region, models.PROTECT, null=True)
    programme = models.CharField(max_length=30)
    sent = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    started = models.PositiveIntegerField(default=0)
    completed = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)
    outcome_known = models.PositiveIntegerField(default=0)
    refreshed_at = models.DateTimeField(default=clock.now)

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


class DelayCell(models.Model):
    """How many referrals of a month, a region and a programme were answered in so many working days."""

    month = models.DateField()
    region_code = models.CharField(max_length=3, blank=True)
    programme = models.CharField(max_length=30)
    answer_days = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = "cumul des délais"
        verbose_name_plural = "cumuls des délais"
        constraints = [
            models.UniqueConstraint(
                fields=["month", "region_code", "programme", "answer_days"], name="reporting_delay_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.region_code} {self.answer_days} j"


class CommitteePack(models.Model):
    """The file of a committee meeting: frozen figures, then its documents. Versions, never overwritten."""

    class Status(models.TextChoices):
        PREPARING = "preparing", "en préparation"
        READY = "ready", "prêt"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(CommitteeMeeting, models.PROTECT, related_name="packs")
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.PREPARING)
    # The day the figures are those of.
    figures_on = models.DateField()
    late = models.BooleanField("rattrapage", default=False)
    data = models.JSONField(default=dict)
    data_hash = models.CharField(max_length=64, blank=True)
    pdf = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    xlsx = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    ready_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "dossier de comité"
        verbose_name_plural = "dossiers de comité"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "version"], name="reporting_pack_version"),
            models.CheckConstraint(
                condition=models.Q(status="preparing")
                | models.Q(pdf__isnull=False, xlsx__isnull=False, ready_at__isnull=False),
                name="reporting_pack_ready",
                violation_error_message="Un dossier prêt a ses documents.",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="reporting_pack_waiting", condition=models.Q(status="preparing"))
        ]

    def __str__(self) -> str:
        return f"Dossier n° {self.pk} (version {self.version})"
