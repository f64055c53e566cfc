"""The rights of the person: what they ask of an organisation, what was erased, and what is about to be (ADR 0023)."""

from collections import Counter
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core import clock
from core.models import Document
from core.validators import validate_free_text
from partners.models import Organisation
from youths.models.record import Youth


class RightsRequestQuerySet(models.QuerySet["RightsRequest"]):
    def visible_to(self, acting) -> "RightsRequestQuerySet":
        """Those addressed to the organisation, for its data-protection delegates."""
        if acting is None or not acting.is_delegate:
            return self.none()
        return self.filter(organisation=acting.organisation_id)

    def open(self) -> "RightsRequestQuerySet":
        return self.filter(state=RightsRequest.State.OPEN)

    def standing(self) -> "RightsRequestQuerySet":
        """What is asked and was not decided against: until it is lifted, for what lasts."""
        return self.filter(state__in=(RightsRequest.State.OPEN, RightsRequest.State.GRANTED))


class RightsRequest(models.Model):
    """What a youth asks of an organisation about their data, to be answered within a month (RGPD art. 12-3)."""

    class Kind(models.TextChoices):
        ACCESS = "acces", "Accès : recevoir ce qui est gardé sur soi"
        RECTIFICATION = "rectification", "Rectification : faire corriger"
        OPPOSITION = "opposition", "Opposition : refuser l’usage de ses données"
        ERASURE = "effacement", "Effacement"
        RESTRICTION = "limitation", "Limitation : garder sans utiliser (recours en cours, par exemple)"

    class Channel(models.TextChoices):
        DESK = "accueil", "à l’accueil ou en entretien"
        PHONE = "telephone", "par téléphone"
        MAIL = "courriel", "par courriel"
        LETTER = "courrier", "par courrier"
        RELAYED = "relais", "relayée par le portail"

    class State(models.TextChoices):
        OPEN = "ouverte", "à traiter"
        GRANTED = "satisfaite", "satisfaite"
        REFUSED = "refusee", "refusée"
        # What lasts once it is granted (an objection, a restriction) ends one day.
        LIFTED = "levee", "levée"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="rights_requests", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("demande", max_length=14, choices=Kind)
    channel = models.CharField("reçue", max_length=10, choices=Channel)
    received_on = models.DateField("reçue le", default=clock.today)
    due_on = models.DateField("réponse attendue le")
    # Two more months, once, when the request is complex (RGPD art. 12-3).
    extension_reason = models.CharField(
        "motif de la prolongation", max_length=300, blank=True, validators=[validate_free_text]
    )
    state = models.CharField("état", max_length=12, choices=State, default=State.OPEN)
    answer = models.CharField("réponse donnée", max_length=500, blank=True, validators=[validate_free_text])
    answered_on = models.DateField("réponse envoyée le", null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The archive made for an access request; it goes after some days.
    gathering = models.BooleanField("archive demandée", default=False)
    archive = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    archive_until = models.DateTimeField("archive disponible jusqu’au", null=True, blank=True)

    objects = RightsRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande d’un jeune sur ses données"
        verbose_name_plural = "demandes des jeunes sur leurs données"
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "organisation", "kind"],
                condition=Q(state="ouverte"),
                name="youths_one_open_request",
                violation_error_message="Cette demande est déjà en cours pour ce jeune.",
            ),
            models.CheckConstraint(
                condition=Q(state="ouverte", answered_on__isnull=True)
                | (~Q(state="ouverte") & Q(answered_on__gte=F("received_on")) & ~Q(answer="")),
                name="youths_request_answered",
                violation_error_message="Dites ce qui a été répondu, et quel jour : pas avant celui de la demande.",
            ),
            models.CheckConstraint(
                condition=Q(archive__isnull=True) | Q(archive_until__isnull=False),
                name="youths_request_archive",
                violation_error_message="Une archive a une date de fin.",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "due_on", "id"], name="youths_requests_due"),
            models.Index(fields=["youth", "organisation"], name="youths_requests_youth"),
        ]

    def __str__(self) -> str:
        return f"Demande n° {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("youths:rights_request", args=[self.uuid])

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def lasts(self) -> bool:
        """Whether what was granted still binds the organisation."""
        return self.state == self.State.GRANTED and self.kind in (self.Kind.OPPOSITION, self.Kind.RESTRICTION)

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_on < clock.today()


class Erasure(models.Model):
    """The proof that a record, or an organisation's part of one, was erased: counts, and no name."""

    class Reason(models.TextChoices):
        REQUEST = "demande", "à la demande de la personne"
        RETENTION = "conservation", "durée de conservation atteinte"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField("le", default=clock.now)
    # Nobody when the clock did it.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField("motif", max_length=12, choices=Reason)
    # Whether the record went, or the organisation's part alone.
    whole = models.BooleanField("dossier entier")
    # Table -> rows erased.
    counts = models.JSONField("lignes effacées", default=dict)
    # Keyed hash of the record's identifier: says that it was this one to who still knows it, and nothing to others.
    record_hash = models.CharField("empreinte du dossier", max_length=64)

    class Meta:
        verbose_name = "preuve d’effacement"
        verbose_name_plural = "preuves d’effacement"
        indexes = [models.Index(fields=["organisation", "-at", "-id"], name="youths_erasure_latest")]

    def __str__(self) -> str:
        return f"Effacement n° {self.pk}"

    @property
    def rows_told(self) -> list[tuple[str, int]]:
        """What was erased, in words: the name of each table and how many rows; the most numerous first."""
        names = {model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models()}
        told: Counter[str] = Counter()
        for table, count in self.counts.items():
            told[names.get(table, "trace technique")] += count
        return told.most_common()


class RetentionNotice(models.Model):
    """A record whose time is over for an organisation: shown to its delegate at least 30 days before it goes."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    last_contact_on = models.DateField("dernier contact")
    announced_on = models.DateField("annoncé le", default=clock.today)
    erase_from = models.DateField("effacé à partir du")
    # A duty or a claim that makes it kept: said by the delegate, for a time.
    kept_until = models.DateField("gardé jusqu’au", null=True, blank=True)
    kept_reason = models.CharField(
        "motif, texte cité", max_length=300, blank=True, validators=[validate_free_text]
    )
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "effacement annoncé"
        verbose_name_plural = "effacements annoncés"
        constraints = [
            models.UniqueConstraint(fields=["youth", "organisation"], name="youths_notice_once"),
            models.CheckConstraint(
                condition=Q(kept_until__isnull=True, kept_reason="")
                | (Q(kept_until__isnull=False) & ~Q(kept_reason="")),
                name="youths_notice_kept",
                violation_error_message="Pour garder plus longtemps, citez le texte ou le recours, et une date.",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "erase_from", "id"], name="youths_notice_due")]

    def __str__(self) -> str:
        return f"Effacement annoncé n° {self.pk}"
