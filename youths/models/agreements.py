"""What the youth agreed to."""

from uuid import uuid4

from django.conf import settings
from django.db import models

from core import clock
from partners.models import Organisation
from youths.models.record import Youth


class Agreement(models.Model):
    """The youth's agreement to pass their file on: a professional guarantee, not the legal basis (DOMAIN R-02)."""

    class Channel(models.TextChoices):
        FACE_TO_FACE = "face_to_face", "de vive voix, en entretien"
        PHONE = "phone", "par téléphone"
        WRITING = "writing", "par écrit"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    # Indexed by youths_agreement_youth, which begins with it.
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="agreements", db_index=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_for = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    purpose = models.CharField("pour", max_length=30)
    given_on = models.DateField("donné le", default=clock.today)
    channel = models.CharField("donné", max_length=12, choices=Channel)
    covers_return = models.BooleanField("couvre le retour vers la Mission Locale", default=False)
    text_version = models.CharField("version du texte", max_length=40)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "accord du jeune"
        verbose_name_plural = "accords des jeunes"
        indexes = [models.Index(fields=["youth", "recipient"], name="youths_agreement_youth")]

    def __str__(self) -> str:
        return f"Accord n° {self.pk}"

    @property
    def is_live(self) -> bool:
        return self.withdrawn_at is None
