"""How people come, are away, leave, and are looked at again: invitations, absences, hand-overs, reviews."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core import clock
from partners.models.organisations import Membership, Organisation, Role, Team


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Those that may still bring somebody in, today."""
        return self.filter(state__in=Invitation.OPEN, expires_at__gt=clock.now())


class Invitation(models.Model):
    """Somebody asked to join an organisation: one person invites, another one approves, the newcomer accepts."""

    class State(models.TextChoices):
        PENDING = "pending", "à approuver"
        SENT = "sent", "envoyée"
        ACCEPTED = "accepted", "acceptée"
        REFUSED = "refused", "refusée"
        CANCELLED = "cancelled", "annulée"
        EXPIRED = "expired", "expirée"

    OPEN = (State.PENDING, State.SENT)
    LASTS = timedelta(days=14)

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="invitations", verbose_name="structure"
    )
    email = models.EmailField("adresse électronique")
    first_name = models.CharField("prénom", max_length=80)
    last_name = models.CharField("nom", max_length=80)
    role = models.CharField("rôle", max_length=12, choices=Role, default=Role.PROFESSIONAL)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, verbose_name="équipe")
    state = models.CharField("état", max_length=10, choices=State, default=State.PENDING, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="invité par", editable=False
    )
    invited_at = models.DateTimeField("invité le", default=clock.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="décidé par",
        editable=False,
    )
    decided_at = models.DateTimeField("décidé le", null=True, blank=True, editable=False)
    expires_at = models.DateTimeField("valable jusqu’au", editable=False)
    # Of the token that the mail carries: the token itself is nowhere in the database.
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    membership = models.OneToOneField(
        Membership, models.PROTECT, null=True, blank=True, related_name="invitation", editable=False
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(state__in=["pending", "sent"]),
                name="partners_invitation_once",
                violation_error_message="Cette personne est déjà invitée dans cette structure.",
            ),
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="partners_invitation_token"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("invited_by")),
                name="partners_invitation_second_person",
                violation_error_message="Une autre personne que celle qui invite doit décider.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "accepted", "refused"]) | Q(decided_by__isnull=False),
                name="partners_invitation_decided",
                violation_error_message="Une invitation part quand une seconde personne l’a approuvée.",
            ),
            models.CheckConstraint(
                condition=(Q(state="accepted") & Q(membership__isnull=False))
                | (~Q(state="accepted") & Q(membership__isnull=True)),
                name="partners_invitation_accepted",
                violation_error_message="Une invitation acceptée mène à un rattachement.",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="partners_invitation_state")]

    def __str__(self) -> str:
        return f"Invitation n° {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it may still bring somebody in, now."""
        return self.state in self.OPEN and self.expires_at > clock.now()

    def get_full_name(self) -> str:
        """The name of the professional, for the pages that may show it."""
        return f"{self.first_name} {self.last_name}".strip()


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day) -> "AbsenceQuerySet":
        """Those that run on a day."""
        return self.filter(starts_on__lte=day, until__gte=day, ended_at__isnull=True)

    def standing(self) -> "AbsenceQuerySet":
        """Those that run or are to come: nobody has said that the person is back."""
        return self.filter(ended_at__isnull=True)


class Absence(models.Model):
    """A long absence: the person stays a member, and a colleague replaces them until the day of return.

    Nothing is handed over: who replaces whom is read from here on each request, so it begins and stops by itself.
    """

    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="absences", verbose_name="personne absente"
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="remplacée par"
    )
    starts_on = models.DateField("absente du", default=clock.today)
    until = models.DateField("absente jusqu’au")
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The designations that were given this substitute, to take it back on the return.
    designations = models.JSONField(default=list)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = "absence"
        constraints = [
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(ended_at__isnull=True),
                name="partners_absence_once",
                violation_error_message="Une absence de cette personne est déjà déclarée.",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("starts_on")),
                name="partners_absence_dates",
                violation_error_message="L’absence ne peut pas finir avant de commencer.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["substitute"], name="partners_absence_standing", condition=Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"Absence n° {self.pk}"


class Handover(models.Model):
    """What somebody held for an organisation and passed on when they left: who decided, and when."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="handovers", verbose_name="personne qui part"
    )
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    # How many things of each kind passed, by kind.
    counts = models.JSONField(default=dict)

    class Meta:
        verbose_name = "passation"

    def __str__(self) -> str:
        return f"Passation n° {self.pk}"


class HandoverLine(models.Model):
    """One thing that passed from somebody to their successor: ids only, append-only, kept with the organisation."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="lines")
    organisation_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    successor_id = models.BigIntegerField()

    class Meta:
        verbose_name = "ligne de passation"
        verbose_name_plural = "lignes de passation"
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "kind", "subject_id"], name="partners_handover_line_once"
            )
        ]
        indexes = [models.Index(fields=["kind", "subject_id"], name="partners_handover_subject")]

    def __str__(self) -> str:
        return f"{self.kind} n° {self.subject_id}"


class MembershipReview(models.Model):
    """A manager looked at a membership and confirmed, changed or ended it."""

    class Decision(models.TextChoices):
        CONFIRMED = "confirmed", "confirmé"
        CHANGED = "changed", "modifié"
        ENDED = "ended", "terminé"

    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="reviews", verbose_name="rattachement"
    )
    decision = models.CharField("décision", max_length=10, choices=Decision)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = "revue d’un rattachement"
        verbose_name_plural = "revues des rattachements"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["membership", "-at"], name="partners_review_latest")]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} {self.at:%Y-%m-%d}"
