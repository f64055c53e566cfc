"""A period in a company (PMSMP): what is followed of it. The convention itself is signed elsewhere (ADR 0027)."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from core import clock
from core.validators import validate_free_text
from partners.models import Convention, Organisation
from partners.models.organisations import validate_siret
from referrals.models.referral import Referral
from referrals.placements import codes, rules
from youths.models import Accompaniment, Youth

State = codes.State


class WorkPlacementQuerySet(models.QuerySet["WorkPlacement"]):
    def counted(self) -> "WorkPlacementQuerySet":
        """Those that took place, or are to: the cancelled ones count nowhere."""
        return self.exclude(state=State.CANCELLED)

    def under_way(self) -> "WorkPlacementQuerySet":
        return self.filter(state__in=codes.UNDER_WAY)

    def shared_with(self, acting) -> "WorkPlacementQuerySet":
        """What the acting organisation reads, as it reads the rest of the story (ADR 0018, 0019).

        All of it while it keeps the record; its own periods; while it accompanies, those declared since its story
        begins; and once it does not, those that were over by its last day.
        """
        me = acting.organisation_id
        keeps = Q(youth__held_by=me) | Q(youth__registered_with=me)
        own = Q(organisation=me) | Q(followed_by=me)
        # Over and declared on these legal days; what is not over is read by who accompanies today.
        links = (
            Accompaniment.objects.accompanying()
            .filter(youth=OuterRef("youth"), organisation=me)
            .filter(Q(ended_on__isnull=True) | Q(ended_on__gte=OuterRef("told_on")))
            .filter(Q(reads_from__isnull=True) | Q(reads_from__lte=OuterRef("told_at")))
        )
        told = models.functions.Coalesce("closed_at", "declared_at")
        found = self.alias(told_at=told).alias(
            told_on=models.functions.TruncDate("told_at", tzinfo=clock.PARIS)
        )
        accompanied = Accompaniment.objects.accompanying().filter(youth=OuterRef("youth"), organisation=me)
        return found.filter(keeps | Exists(links) | (own & Exists(accompanied)))

    def visible_to(self, acting) -> "WorkPlacementQuerySet":
        """Those of the youths whose record this person may open, as their organisation reads them."""
        return self.filter(youth__in=Youth.objects.visible_to(acting)).shared_with(acting)


class WorkPlacement(models.Model):
    """One period of one youth in one company: who prescribes, who follows it, what was planned, what was done.

    It hangs on a referral, or on the accompaniment of the organisation that declares it. The company is data: it has
    no account and is told nothing.
    """

    State = State

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    # Two submissions of one form are one period.
    submission = models.UUIDField(default=uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    # Indexed by referrals_placement_latest, which begins with it.
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="+", db_index=False)
    referral = models.ForeignKey(
        Referral, models.PROTECT, null=True, blank=True, related_name="placements", verbose_name="orientation"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="notée par")
    # Who runs the period and writes its outcome; the prescriber, or another one that accompanies (DOMAIN P-15).
    followed_by = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="suivie par")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Who prescribes by right, when it is not that organisation; which may sign in its place, under a convention.
    prescriber = models.CharField(
        "prescripteur de droit", max_length=20, choices=codes.Prescriber, blank=True
    )
    delegated = models.BooleanField("prescrite par délégation", default=False)
    delegation = models.ForeignKey(
        Convention, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="délégation"
    )
    declared_at = models.DateTimeField("déclarée le", default=clock.now)
    renewal_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name="renouvelle"
    )

    host_siret = models.CharField("SIRET de l’entreprise", max_length=14, validators=[validate_siret])
    host_name = models.CharField("entreprise", max_length=150, validators=[validate_free_text])
    trade = models.CharField("métier", max_length=120, blank=True, validators=[validate_free_text])
    tutor_name = models.CharField("tuteur dans l’entreprise", max_length=120, validators=[validate_free_text])
    tutor_role = models.CharField(
        "fonction du tuteur", max_length=120, blank=True, validators=[validate_free_text]
    )
    purpose = models.CharField("objet", max_length=12, choices=codes.Purpose)
    starts_on = models.DateField("début")
    ends_on = models.DateField("fin")
    # The days of presence (referrals.placements.schedule), and what they come to.
    schedule = models.JSONField("horaires de présence", default=dict)
    planned_minutes = models.PositiveIntegerField("minutes prévues")
    representative_informed_on = models.DateField("représentant légal informé le", null=True, blank=True)
    emancipated = models.BooleanField("jeune émancipé", default=False)

    state = models.CharField("état", max_length=12, choices=State, default=State.PLANNED)
    signed_on = models.DateField("convention signée le", null=True, blank=True)
    external_id = models.CharField("numéro de la convention officielle", max_length=40, blank=True)
    # The limits that it passes, and why it was recorded all the same.
    to_check = ArrayField(
        models.CharField(max_length=24, choices=codes.RULES),
        verbose_name="à vérifier",
        default=list,
        blank=True,
    )
    exception_reason = models.CharField(
        "raison de l’écart", max_length=24, choices=codes.ExceptionReason, blank=True
    )
    cancel_reason = models.CharField(
        "motif de l’annulation", max_length=24, choices=codes.CancelReason, blank=True
    )
    closed_at = models.DateTimeField("close le", null=True, blank=True)

    last_day_on = models.DateField("dernier jour de présence", null=True, blank=True)
    done_minutes = models.PositiveIntegerField("minutes réalisées", null=True, blank=True)
    suite = models.CharField("ce qui suit", max_length=20, choices=codes.Suite, blank=True)
    suite_on = models.DateField("début de la suite", null=True, blank=True)
    youth_view = models.CharField(
        "avis du jeune sur le bilan", max_length=12, choices=codes.YouthView, blank=True
    )
    youth_comment = models.CharField(
        "ce que le jeune en dit", max_length=500, blank=True, validators=[validate_free_text]
    )

    objects = WorkPlacementQuerySet.as_manager()

    class Meta:
        verbose_name = "période en entreprise"
        verbose_name_plural = "périodes en entreprise"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="referrals_placement_dates",
                violation_error_message="La fin ne peut pas précéder le début.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__lte=F("starts_on") + timedelta(days=rules.LONGEST_DAYS - 1))
                | ~Q(exception_reason=""),
                name="referrals_placement_month",
                violation_error_message="Une période dure un mois au plus, de date à date.",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=codes.Purpose.values),
                name="referrals_placement_purpose",
                violation_error_message="Une période a un objet, et un seul.",
            ),
            models.CheckConstraint(
                condition=Q(delegated=False, delegation__isnull=True) | Q(delegated=True) & ~Q(prescriber=""),
                name="referrals_placement_delegation",
                violation_error_message="Dites au nom de qui votre structure prescrit.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="referrals_placement_state",
                violation_error_message="Cet état n’existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=False) | Q(state__in=[State.PLANNED, State.CANCELLED]),
                name="referrals_placement_signed",
                violation_error_message="Indiquez le jour où la convention a été signée.",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CANCELLED) & ~Q(cancel_reason="")
                | ~Q(state=State.CANCELLED) & Q(cancel_reason=""),
                name="referrals_placement_cancelled",
                violation_error_message="Indiquez le motif de l’annulation.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=codes.UNDER_WAY, closed_at__isnull=True)
                | ~Q(state__in=codes.UNDER_WAY) & Q(closed_at__isnull=False),
                name="referrals_placement_closed",
                violation_error_message="Une période close a une date.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=codes.WITH_BILAN, done_minutes__isnull=False)
                    & Q(done_minutes__lte=F("planned_minutes"))
                    & ~Q(suite="")
                    & ~Q(youth_view="")
                )
                | ~Q(state__in=codes.WITH_BILAN) & Q(done_minutes__isnull=True, suite="", youth_view=""),
                name="referrals_placement_bilan",
                violation_error_message="Le bilan dit les heures faites, la suite et l’avis du jeune.",
            ),
            models.CheckConstraint(
                condition=Q(last_day_on__isnull=True)
                | Q(last_day_on__gte=F("starts_on"), last_day_on__lte=F("ends_on")),
                name="referrals_placement_last_day",
                violation_error_message="Le dernier jour de présence est dans la période.",
            ),
            models.CheckConstraint(
                condition=~Q(youth_view=codes.YouthView.DISAGREES) | ~Q(youth_comment=""),
                name="referrals_placement_comment",
                violation_error_message="Écrivez ce que le jeune en dit.",
            ),
        ]
        indexes = [models.Index(fields=["youth", "-starts_on"], name="referrals_placement_latest")]

    def __str__(self) -> str:
        return f"Période en entreprise n° {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("referrals:placement", args=[self.uuid])

    @property
    def is_under_way(self) -> bool:
        """Whether something is still expected: a signature, or the outcome."""
        return self.state in codes.UNDER_WAY
