"""The committee packs and the annual reports: frozen figures, and the documents made from them."""

from datetime import date, timedelta
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from core import clock
from core.models import Document
from core.working_days import add_months
from partners.models import CommitteeMeeting, Convention


class PackQuerySet(models.QuerySet["CommitteePack"]):
    def to_prepare(self) -> "PackQuerySet":
        """Those that are not ready, and those that somebody asked to check since the last time."""
        return self.filter(
            Q(status=CommitteePack.Status.PREPARING)
            | Q(asked_at__isnull=False, checked_at__isnull=True)
            | Q(asked_at__gt=F("checked_at"))
        )


class CommitteePack(models.Model):
    """The file of a committee meeting, or the report of a convention on a calendar year (``meeting`` is empty then).

    Frozen figures, then its documents. Versions, never overwritten.
    """

    class Status(models.TextChoices):
        PREPARING = "preparing", "en préparation"
        READY = "ready", "prêt"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(CommitteeMeeting, models.PROTECT, null=True, related_name="packs")
    # Of a report alone; the convention of a pack is that of its committee.
    convention = models.ForeignKey(Convention, models.PROTECT, null=True, related_name="year_reports")
    year = models.PositiveSmallIntegerField("année", null=True)
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
    # When somebody last asked whether the figures of that day are still these, and when that was last looked at.
    asked_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    # A step that could not be made; it is tried again.
    failed_at = models.DateTimeField(null=True, blank=True)

    objects = PackQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier de comité"
        verbose_name_plural = "dossiers de comité"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "version"], name="reporting_pack_version"),
            models.UniqueConstraint(
                fields=["convention", "year", "version"], name="reporting_pack_year_version"
            ),
            models.CheckConstraint(
                condition=Q(meeting__isnull=False, convention__isnull=True, year__isnull=True)
                | Q(meeting__isnull=True, convention__isnull=False, year__isnull=False),
                name="reporting_pack_about",
                violation_error_message="Un dossier est celui d’une réunion, ou le bilan d’une année.",
            ),
            models.CheckConstraint(
                condition=Q(status="preparing")
                | Q(pdf__isnull=False, xlsx__isnull=False, ready_at__isnull=False),
                name="reporting_pack_ready",
                violation_error_message="Un dossier prêt a ses documents.",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="reporting_pack_waiting", condition=Q(status="preparing"))
        ]

    def __str__(self) -> str:
        return f"Dossier n° {self.pk} (version {self.version})"

    @property
    def subject(self) -> Convention:
        """The convention that it is about."""
        if self.convention is not None:
            return self.convention
        assert self.meeting is not None  # constraint reporting_pack_about
        return self.meeting.committee.convention

    @property
    def versions(self) -> PackQuerySet:
        """All of them, itself included, the last one first."""
        found = CommitteePack.objects.filter(
            meeting=self.meeting_id, convention=self.convention_id, year=self.year
        )
        return found.order_by("-version")

    @property
    def awaits_check(self) -> bool:
        """Whether somebody asked to look at its figures again, and it is not done."""
        return self.asked_at is not None and (self.checked_at is None or self.checked_at < self.asked_at)

    @property
    def counted_days(self) -> tuple[date, date]:
        """First and last day counted: the year, or the rhythm of the committee up to the day of the figures."""
        last = self.figures_on
        if self.meeting is None:
            return last.replace(month=1, day=1), last
        return add_months(last, -self.meeting.committee.frequency_months) + timedelta(days=1), last

    @property
    def of_day(self) -> date:
        """The day of the meeting, or the last day of the year."""
        return self.meeting.held_on if self.meeting is not None else self.figures_on
