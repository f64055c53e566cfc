"""The breach of an apprenticeship contract, as the training centre declares it: its own business until it asks."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core import clock
from partners.models import Organisation
from referrals.breaches.rules import MODES, Mode
from youths.models import Youth


class BreachQuerySet(models.QuerySet["Breach"]):
    def of_ours(self, acting) -> "BreachQuerySet":
        """Those that the acting organisation declared."""
        return self.filter(organisation=acting.organisation_id)

    def waiting(self) -> "BreachQuerySet":
        """Those that were neither handed over nor closed."""
        return self.filter(closing="")


class Breach(models.Model):
    """A contract was broken: when, how (a code, never why), and what became of it. Read by its centre alone."""

    class Closing(models.TextChoices):
        SENT = "envoyee", "la mission locale est sollicitée"
        NEW_CONTRACT = "nouveau_contrat", "le jeune a signé un nouveau contrat"
        CENTRE = "suivi_centre", "le centre de formation l’accompagne seul"
        OTHER_SUPPORT = "autre_suivi", "une autre structure l’accompagne déjà"
        NO_AGREEMENT = "sans_accord", "le jeune ne souhaite pas être adressé à la mission locale"
        UNREACHABLE = "injoignable", "le jeune est injoignable malgré les relances"
        ERROR = "erreur", "il n’y a pas eu de rupture"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    # Indexed by referrals_one_open_breach and referrals_breach_youth, which begin with it.
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="breaches", db_index=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="centre de formation"
    )
    # Who is asked at 45 days.
    referent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="référent au centre"
    )
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField("déclarée le", default=clock.now)
    started_on = models.DateField("début du contrat")
    broke_on = models.DateField("contrat rompu le")
    presence = models.PositiveSmallIntegerField("jours de présence en entreprise", null=True, blank=True)
    mode = models.CharField("mode de rupture", max_length=10, choices=MODES)
    mediator_on = models.DateField("médiateur saisi le", null=True, blank=True)
    employer_on = models.DateField("employeur informé le", null=True, blank=True)
    closing = models.CharField("suite donnée", max_length=16, choices=Closing, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("suite donnée le", null=True, blank=True)

    objects = BreachQuerySet.as_manager()

    class Meta:
        verbose_name = "rupture de contrat d’apprentissage"
        verbose_name_plural = "ruptures de contrat d’apprentissage"
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "organisation"],
                condition=Q(closing=""),
                name="referrals_one_open_breach",
                violation_error_message="Une rupture est déjà déclarée pour ce jeune.",
            ),
            models.CheckConstraint(
                condition=Q(broke_on__gte=F("started_on")),
                name="referrals_breach_dates",
                violation_error_message="Le contrat ne peut pas commencer après sa rupture.",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=[one.value for one in Mode]),
                name="referrals_breach_mode",
                violation_error_message="Ce mode de rupture n’existe pas.",
            ),
            models.CheckConstraint(
                condition=~Q(mode=Mode.APPRENTICE.value)
                | Q(mediator_on__isnull=False, employer_on__isnull=False),
                name="referrals_breach_mediator",
                violation_error_message="Le médiateur, puis l’employeur : indiquez les deux jours.",
            ),
            models.CheckConstraint(
                condition=Q(closing="", closed_at__isnull=True)
                | (~Q(closing="") & Q(closed_at__isnull=False)),
                name="referrals_breach_closed",
                violation_error_message="La suite donnée a une date.",
            ),
        ]
        indexes = [
            models.Index(fields=["youth", "-declared_at"], name="referrals_breach_youth"),
            models.Index(fields=["broke_on"], condition=Q(closing=""), name="referrals_breach_waiting"),
        ]

    def __str__(self) -> str:
        return f"Rupture n° {self.pk}"
