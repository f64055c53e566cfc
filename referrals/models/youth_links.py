"""The links by which a youth answers on a telephone, and what they said of their digital skills."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q
from django.urls import reverse

from core import clock
from partners.models import Organisation
from referrals.models.referral import Referral
from youths.models import Accompaniment, Youth


class YouthLinkQuerySet(models.QuerySet["YouthLink"]):
    def waiting(self) -> "YouthLinkQuerySet":
        """Those that the youth may still answer, as far as the row tells."""
        return self.filter(
            used_at__isnull=True,
            cancelled_at__isnull=True,
            locked_at__isnull=True,
            expires_at__gt=clock.now(),
        )


class YouthLink(models.Model):
    """A signed link for one purpose: eight days, five tries at the birthday, one use. Its token is kept as a hash."""

    LASTS = timedelta(days=8)

    class Kind(models.TextChoices):
        DIGITAL = "digital", "autodiagnostic numérique"
        OPINION = "opinion", "avis sur une orientation"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="+")
    # The one that a question is about, when it is about one.
    referral = models.ForeignKey(Referral, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField("pour", max_length=10, choices=Kind)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="demandé par"
    )
    requested_for = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="demandé pour"
    )
    token_hash = models.CharField("empreinte du lien", max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField("demandé le", default=clock.now)
    expires_at = models.DateTimeField("valable jusqu’au")
    mailed_at = models.DateTimeField("envoyé par courriel le", null=True, blank=True)
    # Wrong days and months of birth; the fifth one locks the link.
    tries = models.PositiveSmallIntegerField("essais", default=0)
    locked_at = models.DateTimeField("bloqué le", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)
    # Of an opinion, nothing says that it was given: the token is burnt instead.
    used_at = models.DateTimeField("utilisé le", null=True, blank=True)

    objects = YouthLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "lien pour un jeune"
        verbose_name_plural = "liens pour les jeunes"
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "requested_for", "kind", "referral"],
                condition=Q(used_at__isnull=True, cancelled_at__isnull=True),
                nulls_distinct=False,
                name="referrals_one_youth_link",
                violation_error_message="Un lien est déjà ouvert pour cela.",
            ),
            models.CheckConstraint(
                condition=Q(kind="digital", referral__isnull=True)
                | Q(kind="opinion", referral__isnull=False),
                name="referrals_youth_link_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"Lien n° {self.pk}"

    def get_absolute_url(self) -> str:
        """Where the person who made it reads what became of it."""
        if self.referral is not None:
            return reverse("referrals:opinion", args=[self.referral.uuid]) + f"?demande={self.uuid}"
        return reverse("referrals:digital", args=[self.youth.uuid]) + f"?demande={self.uuid}"

    @property
    def waits(self) -> bool:
        """What ``waiting`` asks of the database, of a row that was read."""
        over = (self.used_at, self.cancelled_at, self.locked_at)
        return not any(over) and self.expires_at > clock.now()


class DigitalCheckQuerySet(models.QuerySet["DigitalCheck"]):
    def visible_to(self, acting) -> "DigitalCheckQuerySet":
        """Those of the youths whose record the acting organisation keeps, or whom it accompanies today.

        Who came with a record of its own reads what it asked, and what was answered since (ADR 0019).
        """
        if acting is None or not acting.accompanies:
            return self.none()
        keeps = Q(youth__held_by=acting.organisation_id) | Q(youth__registered_with=acting.organisation_id)
        own = Accompaniment.objects.accompanying().active()
        own = own.filter(youth=OuterRef("youth"), organisation=acting.organisation_id)
        told = own.filter(Q(reads_from__isnull=True) | Q(reads_from__lte=OuterRef("answered_at")))
        asked = Q(organisation=acting.organisation_id)
        return self.filter(keeps | models.Exists(told) | (asked & models.Exists(own)))


class DigitalCheck(models.Model):
    """What a youth said of their digital skills, by their own link: codes, under the version of the questions."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="demandé pour"
    )
    version = models.CharField("version des questions", max_length=20)
    answers = models.JSONField("réponses")
    answered_at = models.DateTimeField("répondu le", default=clock.now)

    objects = DigitalCheckQuerySet.as_manager()

    class Meta:
        verbose_name = "autodiagnostic numérique"
        verbose_name_plural = "autodiagnostics numériques"

    def __str__(self) -> str:
        return f"Autodiagnostic n° {self.pk}"
