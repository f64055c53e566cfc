"""The committee packs: frozen figures, and the documents made from them."""

from uuid import uuid4

from django.db import models

from core import clock
from core.models import Document
from partners.models import CommitteeMeeting


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
