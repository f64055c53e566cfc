"""What each party of a convention promised, and what people add about it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import clock
from core.models import Document
from partners.models.conventions import Amendment, Convention, Theme
from partners.models.organisations import Organisation


class Commitment(models.Model):
    """What a party promised, and how it is measured: by a measure, or by evidence (empty measure)."""

    class Frequency(models.TextChoices):
        ONCE = "once", "une fois"
        CONTINUOUS = "continuous", "en continu"
        YEARLY = "yearly", "chaque année"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    convention = models.ForeignKey(
        Convention, models.CASCADE, related_name="commitments", verbose_name="convention"
    )
    party = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name="partie",
        help_text="Vide : l’engagement est commun.",
    )
    theme = models.CharField("thème", max_length=20, choices=Theme)
    wording = models.CharField("engagement", max_length=300)
    frequency = models.CharField("rythme", max_length=10, choices=Frequency, default=Frequency.CONTINUOUS)
    due_on = models.DateField("à tenir avant le", null=True, blank=True)
    measure = models.CharField("mesure", max_length=40, blank=True)
    target = models.PositiveSmallIntegerField(
        "nombre attendu par an", null=True, blank=True, help_text="Pour un compte de rencontres ; vide : une."
    )
    added_by = models.ForeignKey(
        Amendment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments_added",
        verbose_name="ajouté par",
    )
    removed_by = models.ForeignKey(
        Amendment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments_removed",
        verbose_name="retiré par",
    )
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "engagement"
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target__gte=1),
                name="partners_commitment_target",
                violation_error_message="Le nombre attendu est d’au moins un.",
            ),
            models.CheckConstraint(
                condition=~Q(frequency="once") | Q(due_on__isnull=False) | ~Q(measure=""),
                name="partners_commitment_due",
                violation_error_message="Un engagement à tenir une fois, sur pièces, a une date limite.",
            ),
        ]

    def __str__(self) -> str:
        return self.wording


class CommitmentNote(models.Model):
    """What a person adds beside the measure of a commitment: a comment, or a piece that shows it was kept.

    Nothing is overwritten: a note withdrawn by its organisation stays, marked as such.
    """

    class Kind(models.TextChoices):
        EVIDENCE = "piece", "Pièce"
        COMMENT = "commentaire", "Commentaire"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, related_name="notes", verbose_name="engagement"
    )
    kind = models.CharField("nature", max_length=12, choices=Kind)
    text = models.TextField("texte", max_length=1000)
    happened_on = models.DateField("date du fait")
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="auteur", editable=False
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="structure", editable=False
    )
    added_at = models.DateTimeField("ajouté le", default=clock.now, editable=False)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "pièce ou commentaire"
        verbose_name_plural = "pièces et commentaires"
        ordering = ["-happened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="partners_note_text",
                violation_error_message="Dites en quelques mots ce que montre cette pièce.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.happened_on:%d/%m/%Y}"
