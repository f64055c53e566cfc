"""The exports that a second person answers for."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core import clock
from core.models import Document
from partners.models.organisations import Membership, Organisation


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, acting: Any) -> "ExportQuerySet":
        """One's own; those of the organisation for whoever may answer for them."""
        found = self.filter(organisation=acting.organisation_id)
        if acting.is_manager or acting.is_delegate:
            return found
        return found.filter(user=acting.user_id)

    def to_decide(self, acting: Any) -> "ExportQuerySet":
        """Those that wait for this person: nobody answers for their own."""
        if not (acting.is_manager or acting.is_delegate):
            return self.none()
        return self.filter(organisation=acting.organisation_id, status=Export.Status.WAITING).exclude(
            user=acting.user_id
        )


class Export(models.Model):
    """A large list that somebody wants as a file: asked, answered by another person, prepared, fetched, gone."""

    class Status(models.TextChoices):
        WAITING = "waiting", "attend l’accord d’un responsable"
        REFUSED = "refused", "refusé"
        APPROVED = "approved", "en préparation"
        READY = "ready", "prêt"
        ENDED = "ended", "terminé"

    class Ending(models.TextChoices):
        EXPIRED = "expired", "Le lien a expiré : le fichier est supprimé."
        TAKEN_BACK = "taken_back", "La demande a été reprise par la personne qui l’avait faite."
        RIGHTS = (
            "rights",
            "La personne qui l’a demandé ne peut plus lire cette liste : le fichier n’existe pas.",
        )
        ERASED = "erased", "Une personne de la liste a été effacée du portail : le fichier est supprimé."
        FAILED = "failed", "La préparation a échoué plusieurs fois. Demandez un nouvel export."

    OPEN = (Status.WAITING, Status.APPROVED)

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    kind = models.CharField("liste", max_length=30)
    # The filters of the list, in codes, and the form of the file.
    query = models.CharField("filtres", max_length=500, blank=True)
    form = models.CharField("format", max_length=4)
    reason = models.CharField("motif", max_length=20)
    lines = models.PositiveIntegerField("lignes")
    status = models.CharField("état", max_length=10, choices=Status, default=Status.WAITING)
    created_at = models.DateTimeField("demandé le", default=clock.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("répondu le", null=True)
    # Until when a worker has it, how many tried, and how many lines are read.
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField("lignes préparées", default=0)
    # The youths whom the file names, by their ids and as long as it exists: it goes when one of them is erased.
    subjects = ArrayField(models.BigIntegerField(), default=list)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    ready_at = models.DateTimeField("prêt le", null=True)
    expires_at = models.DateTimeField("expire le", null=True)
    ending = models.CharField("fin", max_length=10, choices=Ending, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = "export demandé"
        verbose_name_plural = "exports demandés"
        constraints = [
            models.CheckConstraint(
                condition=Q(status="ready", document__isnull=False, expires_at__isnull=False)
                | (~Q(status="ready") & Q(document__isnull=True, subjects=[])),
                name="partners_export_file",
                violation_error_message="Seul un export prêt a un fichier.",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("user")),
                name="partners_export_second_person",
                violation_error_message="Une autre personne doit répondre à cette demande.",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", decided_at__isnull=True)
                | Q(status="ended")
                | Q(status__in=["refused", "approved", "ready"], decided_at__isnull=False),
                name="partners_export_decided",
                violation_error_message="Cette demande attend une réponse.",
            ),
            models.CheckConstraint(
                condition=Q(status="ended") ^ Q(ending=""),
                name="partners_export_ending",
                violation_error_message="Un export terminé dit pourquoi.",
            ),
            # A form sent twice is one request.
            models.UniqueConstraint(
                fields=["user", "organisation", "kind", "query", "form"],
                condition=Q(status__in=["waiting", "approved"]),
                name="partners_export_once",
                violation_error_message="Vous avez déjà demandé cet export.",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-created_at"], name="partners_export_recent"),
            models.Index(fields=["status", "id"], name="partners_export_work", condition=~Q(status="ended")),
        ]

    def __str__(self) -> str:
        return f"Export n° {self.pk} ({self.kind})"

    @property
    def is_fetchable(self) -> bool:
        """Whether its file is there, and its link has not expired."""
        return self.status == self.Status.READY and self._lasts(clock.now())

    def _lasts(self, now: datetime) -> bool:
        return self.expires_at is not None and now < self.expires_at
