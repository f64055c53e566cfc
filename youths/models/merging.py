"""Two records of one person, one record that changes hands: what was joined, what is two people, what is proposed."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from core import clock
from partners.models import Municipality, Organisation
from youths.models.record import Youth


class MergeQuerySet(models.QuerySet["Merge"]):
    def standing(self) -> "MergeQuerySet":
        """Those that were not undone."""
        return self.filter(undone_at__isnull=True)

    def pending(self) -> "MergeQuerySet":
        """Those that may still be undone: the row of the merged record is there, hidden."""
        return self.standing().filter(settled_at__isnull=True)


class Merge(models.Model):
    """Two records became one. Written by the database's own functions alone (``youths.merging_sql``).

    What moved, and what changed on the way, is kept until the row of the merged record is deleted.
    """

    REVERSIBLE = timedelta(days=30)

    class Kind(models.TextChoices):
        MERGE = "merge", "fusion de deux dossiers"
        ATTACH = "attach", "rattachement du dossier d’un partenaire"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    # The record that is kept. The other one is known by its number: its row goes after thirty days.
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="merges", verbose_name="dossier conservé")
    merged_key = models.BigIntegerField("dossier fusionné", db_index=True)
    merged_uuid = models.UUIDField("adresse du dossier fusionné", db_index=True)
    kind = models.CharField("nature", max_length=6, choices=Kind)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="structure")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le", default=clock.now)
    # {"table.column": [primary keys]}, and what was changed on the way: [{"table", "id", "values"}].
    moved = models.JSONField("ce qui a été déplacé", default=dict)
    changed = models.JSONField("ce qui a été changé", default=list)
    undone_at = models.DateTimeField("défait le", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField("définitif depuis le", null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = "fusion de dossiers"
        verbose_name_plural = "fusions de dossiers"
        constraints = [
            models.UniqueConstraint(
                fields=["merged_key"],
                condition=Q(undone_at__isnull=True),
                name="youths_merged_once",
                violation_error_message="Ce dossier est déjà fusionné.",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(settled_at__isnull=True),
                name="youths_merge_undone",
                violation_error_message="Une fusion définitive ne se défait plus.",
            ),
        ]

    def __str__(self) -> str:
        return f"Fusion n° {self.pk}"


class DistinctPair(models.Model):
    """Two people who look like one (twins, homonyms): an organisation said so, and is not asked again."""

    first = models.ForeignKey(Youth, models.CASCADE, related_name="+")
    second = models.ForeignKey(Youth, models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="structure")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le", default=clock.now)

    class Meta:
        verbose_name = "personnes distinctes"
        verbose_name_plural = "personnes distinctes"
        constraints = [
            models.UniqueConstraint(
                Least("first", "second"),
                Greatest("first", "second"),
                "organisation",
                name="youths_distinct_once",
                violation_error_message="C’est déjà noté.",
            ),
            models.CheckConstraint(
                condition=~Q(first=F("second")),
                name="youths_distinct_two",
                violation_error_message="Il faut deux personnes.",
            ),
        ]

    def __str__(self) -> str:
        return f"Personnes distinctes n° {self.pk}"


class TransferQuerySet(models.QuerySet["Transfer"]):
    def visible_to(self, acting) -> "TransferQuerySet":
        """Those that a person may open: the managers of both sides, and who proposed it."""
        if acting is None or not acting.accompanies:
            return self.none()
        proposed = Q(sender=acting.organisation_id)
        if acting.is_manager:
            return self.filter(proposed | Q(recipient=acting.organisation_id))
        return self.filter(proposed, proposed_by__in=acting.stands_for)

    def pending(self) -> "TransferQuerySet":
        return self.filter(state=Transfer.State.PENDING)


class Transfer(models.Model):
    """A youth moves: the Mission Locale that keeps the record proposes it to another, which accepts or refuses."""

    VALIDITY = timedelta(days=30)
    # How long the one that let it go still reads the record.
    GRACE = timedelta(days=30)

    class State(models.TextChoices):
        PENDING = "propose", "en attente de réponse"
        ACCEPTED = "accepte", "accepté"
        REFUSED = "refuse", "refusé"
        WITHDRAWN = "repris", "repris"
        EXPIRED = "expire", "resté sans réponse"

    class Refusal(models.TextChoices):
        OUTSIDE = "hors_territoire", "le jeune n’habite pas sur notre territoire"
        UNKNOWN = "jeune_injoignable", "le jeune ne s’est pas présenté"
        AGE = "hors_public", "le jeune ne relève plus d’une Mission Locale"
        ERROR = "erreur", "la proposition nous est parvenue par erreur"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="transfers", db_index=False)
    sender = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="proposé par")
    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="proposé à")
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="nouvelle commune"
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="proposé par"
    )
    proposed_at = models.DateTimeField("proposé le", default=clock.now)
    state = models.CharField("état", max_length=8, choices=State, default=State.PENDING)
    reason = models.CharField("motif du refus", max_length=20, choices=Refusal, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = "transfert de dossier"
        verbose_name_plural = "transferts de dossiers"
        constraints = [
            models.UniqueConstraint(
                fields=["youth"],
                condition=Q(state="propose"),
                name="youths_one_transfer",
                violation_error_message="Un transfert est déjà proposé pour ce jeune.",
            ),
            models.CheckConstraint(
                condition=~Q(sender=F("recipient")),
                name="youths_transfer_sides",
                violation_error_message="Choisissez une autre Mission Locale que la vôtre.",
            ),
            models.CheckConstraint(
                condition=Q(state="propose", answered_at__isnull=True)
                | (~Q(state="propose") & Q(answered_at__isnull=False)),
                name="youths_transfer_answered",
                violation_error_message="Un transfert répondu a une date.",
            ),
            models.CheckConstraint(
                condition=(Q(state="refuse") & ~Q(reason="")) | (~Q(state="refuse") & Q(reason="")),
                name="youths_transfer_reason",
                violation_error_message="Indiquez le motif du refus.",
            ),
        ]
        indexes = [models.Index(fields=["youth", "-proposed_at"], name="youths_transfer_latest")]

    def __str__(self) -> str:
        return f"Transfert n° {self.pk}"

    @property
    def expires_at(self):
        """When nobody may answer any more."""
        return self.proposed_at + self.VALIDITY
