"""Inviting an organisation to accompany a youth, without a referral."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core import clock
from partners.models import Organisation
from youths import link_codes
from youths.models.accompaniment import Accompaniment, whole
from youths.models.agreements import Agreement
from youths.models.record import Youth


class AccompanimentInvitation(models.Model):
    """Those who keep the record ask another organisation to accompany the youth too.

    Until it accepts, its link is the one of who is solicited: it reads who the youth is and what it is asked.
    """

    LASTS = timedelta(days=30)

    class State(models.TextChoices):
        PENDING = "pending", "en attente"
        ACCEPTED = "accepted", "acceptée"
        DECLINED = "declined", "non retenue"
        TAKEN_BACK = "taken_back", "retirée"
        EXPIRED = "expired", "restée sans réponse"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    # Indexed by youths_invitation_youth, which begins with it.
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="invitations", db_index=False)
    link = models.ForeignKey(Accompaniment, models.CASCADE, related_name="+")
    agreement = models.ForeignKey(
        Agreement, models.RESTRICT, related_name="+", verbose_name="accord du jeune"
    )
    from_organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    to_organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=clock.now)
    # Nobody when no referent is designated: the managers answer.
    invited = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    aspects = ArrayField(
        models.CharField(max_length=12, choices=link_codes.Aspect), verbose_name="pour", default=whole
    )
    reason = models.CharField("motif", max_length=10, choices=link_codes.Asking)
    state = models.CharField("état", max_length=10, choices=State, default=State.PENDING)
    declining = models.CharField("raison", max_length=16, choices=link_codes.Declining, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "invitation à accompagner"
        verbose_name_plural = "invitations à accompagner"
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "to_organisation"],
                condition=Q(state="pending"),
                name="youths_one_invitation",
                violation_error_message="Cette structure est déjà invitée pour ce jeune.",
            ),
            models.CheckConstraint(
                condition=~Q(from_organisation=F("to_organisation")),
                name="youths_invitation_other_side",
                violation_error_message="Une structure n’invite pas la sienne.",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", answered_at__isnull=True)
                | (~Q(state="pending") & Q(answered_at__isnull=False)),
                name="youths_invitation_answered",
                violation_error_message="Une invitation close a une date.",
            ),
            models.CheckConstraint(
                condition=Q(state="declined", declining__in=link_codes.Declining.values)
                | (~Q(state="declined") & Q(declining="")),
                name="youths_invitation_declining",
                violation_error_message="Dites pourquoi votre structure ne donne pas suite.",
            ),
            models.CheckConstraint(
                condition=Q(aspects__len__gte=1, aspects__contained_by=link_codes.Aspect.values)
                & Q(reason__in=link_codes.Asking.values),
                name="youths_invitation_asks",
                violation_error_message="Dites pour quoi vous invitez cette structure.",
            ),
        ]
        indexes = [
            models.Index(fields=["youth", "-sent_at"], name="youths_invitation_youth"),
            models.Index(fields=["sent_at"], condition=Q(state="pending"), name="youths_invitation_pending"),
        ]

    def __str__(self) -> str:
        return f"Invitation n° {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("youths:invitation", args=[self.uuid])

    @property
    def expires_at(self) -> datetime:
        return self.sent_at + self.LASTS
