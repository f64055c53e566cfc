"""What is written about a referral: the thread of both sides, the notes of one, the answers it usually gives."""

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from core import clock
from core.models import Document
from core.validators import validate_free_text
from partners.models import Organisation
from referrals.models.referral import Referral, programme_choices
from referrals.programmes.base import MOMENTS, USUAL_LENGTH


class Message(models.Model):
    """A message of the shared thread: both sides read it. It is never edited; who wrote it may take it back."""

    class Kind(models.TextChoices):
        QUESTION = "question", "Question"
        ANSWER = "answer", "Réponse"
        NOTE = "note", "Message"

    class Withdrawal(models.TextChoices):
        TAKEN_BACK = "taken_back", "Retiré par son auteur"
        ERROR = "error", "Erreur de saisie"

    uuid = models.UUIDField(default=uuid4, db_default=RandomUUID(), unique=True, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NOTE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    text = models.TextField(max_length=2000, validators=[validate_free_text])
    at = models.DateTimeField(default=clock.now)
    document = models.ForeignKey(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name="pièce jointe",
    )
    # The file is gone, the message says so: its time was over (referrals.thread.purging).
    file_gone_at = models.DateTimeField("pièce effacée le", null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True, editable=False)
    withdrawn_as = models.CharField(
        "retiré comme",
        max_length=10,
        choices=Withdrawal,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )

    class Meta:
        verbose_name = "message"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_as="")
                | (Q(withdrawn_at__isnull=False, document__isnull=True) & ~Q(withdrawn_as="")),
                name="referrals_message_withdrawn",
                violation_error_message="Un message retiré dit comment, et n’a plus de pièce.",
            )
        ]

    def __str__(self) -> str:
        return f"Message n° {self.pk}"


class ReferralNote(models.Model):
    """A note that one's own organisation alone reads, beside a referral. The youth may ask to read it."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="notes", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField("note", max_length=2000, validators=[validate_free_text])
    at = models.DateTimeField("écrit le", default=clock.now)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "note sur une orientation"
        verbose_name_plural = "notes sur une orientation"
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="referrals_note_text",
                violation_error_message="Écrivez la note.",
            )
        ]
        indexes = [models.Index(fields=["referral", "organisation", "-at"], name="referrals_note_latest")]

    def __str__(self) -> str:
        return f"Note n° {self.pk}"


class ThreadReading(models.Model):
    """Until when a person has read the thread of a referral, for the organisation that they act for."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    seen_at = models.DateTimeField("fil lu jusqu’au")

    class Meta:
        verbose_name = "lecture d’un fil"
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "user", "organisation"], name="referrals_thread_reading_once"
            )
        ]

    def __str__(self) -> str:
        return f"Lecture d’un fil n° {self.pk}"


# How many texts an organisation keeps.
MOST_USUAL = 20


class UsualAnswer(models.Model):
    """A text that an organisation often writes: nobody is named in it. Its place is one of twenty."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", editable=False)
    place = models.PositiveSmallIntegerField(editable=False)
    label = models.CharField("nom", max_length=60, validators=[validate_free_text])
    text = models.CharField("texte", max_length=USUAL_LENGTH, validators=[validate_free_text])
    programme = models.CharField("dispositif", max_length=30, choices=programme_choices, blank=True)
    moment = models.CharField("pour", max_length=12, choices=MOMENTS, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name="écrit par"
    )
    at = models.DateTimeField("écrit le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "réponse usuelle"
        verbose_name_plural = "réponses usuelles"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "place"], name="referrals_usual_place"),
            models.UniqueConstraint(
                fields=["organisation", "label"],
                name="referrals_usual_label",
                violation_error_message="Votre structure a déjà une réponse de ce nom.",
            ),
            models.CheckConstraint(condition=Q(place__range=(1, MOST_USUAL)), name="referrals_usual_bound"),
            models.CheckConstraint(
                condition=~Q(label="") & ~Q(text=""),
                name="referrals_usual_text",
                violation_error_message="Donnez un nom et un texte.",
            ),
        ]

    def __str__(self) -> str:
        return f"Réponse usuelle n° {self.pk}"
