"""What those who accompany a youth tell one another, what each keeps for itself, and the next step they agree on."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import clock
from core.validators import validate_free_text
from partners.models import Organisation
from youths.models.record import Youth


class _Written(models.Model):
    """A text about a youth, by a person for an organisation. Withdrawn, it is told as such and no longer shown."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("écrit le", default=clock.now)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        abstract = True


class Kind(models.TextChoices):
    """What a text is about. All but the last are news of the youth (``youths_sql.contacts``)."""

    CONTACT = "contact", "Échange avec le jeune"
    MEETING = "rendez_vous", "Rendez-vous"
    STEP = "etape", "Étape franchie"
    INFORMATION = "information", "Information utile à tous"


class JournalEntry(_Written):
    """A fact shared between the organisations that accompany the youth."""

    Kind = Kind

    kind = models.CharField("nature", max_length=12, choices=Kind)
    happened_on = models.DateField("date du fait")
    text = models.TextField("ce qui s’est passé", max_length=1000, validators=[validate_free_text])

    class Meta:
        verbose_name = "fait du journal"
        verbose_name_plural = "journal"
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="youths_entry_text",
                violation_error_message="Dites en une phrase ce qui s’est passé.",
            )
        ]
        indexes = [models.Index(fields=["youth", "-at"], name="youths_journal_latest")]

    def __str__(self) -> str:
        return f"Fait du journal n° {self.pk}"


class PrivateNote(_Written):
    """A note for one's own organisation only. The youth may ask to read it."""

    Kind = Kind

    kind = models.CharField("nature", max_length=12, choices=Kind, default=Kind.INFORMATION)
    happened_on = models.DateField("date du fait", default=clock.today)
    text = models.TextField("note", max_length=2000, validators=[validate_free_text])

    class Meta:
        verbose_name = "note de la structure"
        verbose_name_plural = "notes de la structure"
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="youths_note_text",
                violation_error_message="Écrivez la note.",
            )
        ]
        indexes = [models.Index(fields=["youth", "organisation", "-at"], name="youths_note_latest")]

    def __str__(self) -> str:
        return f"Note n° {self.pk}"


class NextStep(models.Model):
    """What comes next for a youth: one organisation proposes it, another one agrees; one at a time."""

    class Closing(models.TextChoices):
        DONE = "fait", "fait"
        REPLACED = "remplace", "remplacé par une autre étape"
        DROPPED = "abandonne", "abandonné"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="next_steps", db_index=False)
    wording = models.CharField("prochaine étape", max_length=200, validators=[validate_free_text])
    due_on = models.DateField("pour le")
    proposed_for = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    agreed_for = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    closing = models.CharField("suite", max_length=10, choices=Closing, blank=True)
    closed_for = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "prochaine étape"
        verbose_name_plural = "prochaines étapes"
        constraints = [
            models.UniqueConstraint(
                fields=["youth"],
                condition=Q(closing=""),
                name="youths_one_next_step",
                violation_error_message="Une prochaine étape est déjà proposée pour ce jeune.",
            ),
            models.CheckConstraint(
                condition=Q(closing="", closed_at__isnull=True)
                | (~Q(closing="") & Q(closed_at__isnull=False)),
                name="youths_step_closed",
                violation_error_message="Une étape close a une date.",
            ),
            models.CheckConstraint(
                condition=Q(agreed_for__isnull=True) | ~Q(agreed_for=models.F("proposed_for")),
                name="youths_step_other_side",
                violation_error_message="L’accord vient d’une autre structure que celle qui propose.",
            ),
        ]

    def __str__(self) -> str:
        return f"Prochaine étape n° {self.pk}"
