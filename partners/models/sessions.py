"""What partners do together: sessions (information, visits, job dating), and the resources they share."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core import clock
from core.models import Document
from partners.models.commitments import Commitment
from partners.models.conventions import Convention, Theme
from partners.models.organisations import Organisation
from partners.models.territory import Department, Municipality
from partners.models.versions import Versioned


class Session(Versioned):
    """An information session, a visit, a seminar: who holds it, with whom, for which convention and commitment.

    Times are UTC; pages show them in the zone of the session's department.
    """

    class Kind(models.TextChoices):
        INFORMATION = "information", "Information collective"
        AMBASSADOR = "ambassadeur", "Intervention d’un ambassadeur"
        VISIT = "visite", "Visite de centre"
        JOB_DATING = "job_dating", "Job dating"
        SEMINAR = "seminaire", "Séminaire ou formation des équipes"

    class State(models.TextChoices):
        PLANNED = "prevue", "prévue"
        HELD = "tenue", "tenue"
        CANCELLED = "annulee", "annulée"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField("nature", max_length=12, choices=Kind)
    title = models.CharField("titre", max_length=120)
    organiser = models.ForeignKey(
        Organisation, models.PROTECT, related_name="sessions_organised", verbose_name="organisée par"
    )
    partners = models.ManyToManyField(
        Organisation, related_name="sessions_joined", verbose_name="avec", blank=True
    )
    convention = models.ForeignKey(
        Convention,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name="au titre de la convention",
    )
    commitment = models.ForeignKey(
        Commitment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name="pour l’engagement",
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name="département"
    )
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, verbose_name="commune"
    )
    place = models.CharField("lieu", max_length=160, blank=True)
    starts_at = models.DateTimeField("commence le")
    ends_at = models.DateTimeField("finit le")
    capacity = models.PositiveSmallIntegerField("places", null=True, blank=True)
    description = models.TextField("déroulé", max_length=2000, blank=True)
    state = models.CharField("état", max_length=8, choices=State, default=State.PLANNED)
    cancel_reason = models.CharField("motif de l’annulation", max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = "rencontre"
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="partners_session_times",
                violation_error_message="La rencontre finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=Q(commitment__isnull=True) | Q(convention__isnull=False),
                name="partners_session_commitment",
                violation_error_message="Choisissez d’abord la convention de cet engagement.",
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gte=1),
                name="partners_session_capacity",
                violation_error_message="Une rencontre a au moins une place.",
            ),
            models.CheckConstraint(
                condition=(Q(state="annulee") & ~Q(cancel_reason=""))
                | (~Q(state="annulee") & Q(cancel_reason="")),
                name="partners_session_cancelled",
                violation_error_message="Dites pourquoi la rencontre est annulée.",
            ),
        ]
        indexes = [
            models.Index(fields=["convention", "starts_at"], name="partners_session_convention"),
            models.Index(fields=["starts_at", "id"], name="partners_session_when"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("partners:session_detail", args=[self.uuid])

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= clock.now()


class Resource(models.Model):
    """Something the parties of a convention share: a link, or a file."""

    class Kind(models.TextChoices):
        LINK = "lien", "Lien"
        FILE = "fichier", "Fichier"
        TEACHING = "pedagogie", "Support pédagogique"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    convention = models.ForeignKey(
        Convention, models.PROTECT, related_name="resources", verbose_name="convention"
    )
    kind = models.CharField("nature", max_length=10, choices=Kind)
    title = models.CharField("titre", max_length=120)
    description = models.CharField("description", max_length=300, blank=True)
    theme = models.CharField("thème", max_length=20, choices=Theme)
    url = models.URLField("adresse", max_length=300, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="resources", verbose_name="partagée par", editable=False
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    added_at = models.DateTimeField("ajoutée le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "ressource"
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(document__isnull=True) & ~Q(url="")) | Q(document__isnull=False, url=""),
                name="partners_resource_content",
                violation_error_message="Une ressource est une adresse ou un fichier : l’un des deux.",
            )
        ]

    def __str__(self) -> str:
        return self.title
