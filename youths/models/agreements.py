"""What the youth agreed to, and the links by which it is asked."""

from datetime import date
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core import clock
from core.working_days import add_months
from partners.models import Organisation
from youths.models.record import Youth

# No text says how long an agreement holds. The longest programme lasts twelve months (DOMAIN M-05), and a youth who
# agreed a year ago is asked again: decision of the house, ADR 0020.
LASTS_MONTHS = 12


def in_a_year() -> date:
    """The last day of an agreement given today."""
    return add_months(clock.today(), LASTS_MONTHS)


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def live(self) -> "AgreementQuerySet":
        """Neither withdrawn nor expired."""
        return self.filter(withdrawn_at__isnull=True, expires_on__gte=clock.today())


class Agreement(models.Model):
    """The youth's agreement to pass their file on: a professional guarantee, not the legal basis (DOMAIN R-02)."""

    class Channel(models.TextChoices):
        FACE_TO_FACE = "face_to_face", "de vive voix, en entretien"
        PHONE = "phone", "par téléphone"
        WRITING = "writing", "par écrit"
        LINK = "link", "par son lien personnel"

    class Informed(models.TextChoices):
        """How the youth learnt what they agreed to."""

        READ_ALOUD = "read_aloud", "je lui ai lu ce texte"
        HANDED = "handed", "je lui ai remis ce texte"
        LINK = "link", "texte lu par son lien personnel"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    # Indexed by youths_agreement_youth, which begins with it.
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="agreements", db_index=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Who passes the file on: the text names it.
    recorded_for = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    purpose = models.CharField("pour", max_length=30)
    given_on = models.DateField("donné le", default=clock.today)
    expires_on = models.DateField("valable jusqu’au", default=in_a_year)
    channel = models.CharField("donné", max_length=12, choices=Channel)
    informed = models.CharField("informé", max_length=12, choices=Informed)
    covers_return = models.BooleanField("couvre le retour vers la Mission Locale", default=False)
    text_version = models.CharField("version du texte", max_length=40)
    # Of a minor: who represents them was told, and signed where a text asks for it. An emancipated minor acts alone.
    representative_informed_on = models.DateField("représentant légal informé le", null=True, blank=True)
    representative_signed_on = models.DateField("signé par le représentant légal le", null=True, blank=True)
    emancipated = models.BooleanField("mineur émancipé", default=False)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    withdrawn_how = models.CharField("retiré", max_length=12, choices=Channel, blank=True)
    # Who wrote the withdrawal down, and for whom; nobody when the youth did it by their own link.
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="retrait noté par",
    )
    withdrawn_for = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="retrait noté pour",
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = "accord du jeune"
        verbose_name_plural = "accords des jeunes"
        constraints = [
            models.CheckConstraint(
                condition=~Q(recorded_for=F("recipient")),
                name="youths_agreement_two_sides",
                violation_error_message="Un accord est donné pour une autre structure.",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("given_on")),
                name="youths_agreement_dates",
                violation_error_message="Un accord ne peut pas finir avant d’être donné.",
            ),
            models.CheckConstraint(
                condition=Q(informed__in=["read_aloud", "handed", "link"]),
                name="youths_agreement_informed",
                violation_error_message="Dites comment le jeune a été informé.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_how="", withdrawn_for__isnull=True)
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_how="")),
                name="youths_agreement_withdrawn",
                violation_error_message="Dites comment l’accord a été retiré.",
            ),
        ]
        indexes = [models.Index(fields=["youth", "recipient"], name="youths_agreement_youth")]

    def __str__(self) -> str:
        return f"Accord n° {self.pk}"

    @property
    def is_live(self) -> bool:
        return self.withdrawn_at is None and self.expires_on >= clock.today()
