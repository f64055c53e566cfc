"""What partners propose: a course, a service, or an employer's need that a chamber, an agency or a branch publishes."""

from datetime import date
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BigIntegerField, F, Func, Q
from django.urls import reverse

from core import clock
from core.validators import validate_free_text, validate_https
from core.working_days import add_months
from partners.choices import region_of
from partners.models import Organisation
from partners.models.versions import Versioned
from referrals import programmes
from referrals.models.referral import programme_choices
from referrals.offers.codes import TELLING, Closing, Kind, Public
from referrals.programmes.base import Programme

# An offer that nobody looked at for so long says so.
STALE_MONTHS = 6


class PlacesTaken(Func):
    """How many places of an offer are taken, whoever sent the youths (``offers_sql``)."""

    function = "tu_places_taken"
    output_field = BigIntegerField()


class OfferQuerySet(models.QuerySet["Offer"]):
    def open_on(self, day: date) -> "OfferQuerySet":
        """Those to which somebody may be sent on a day."""
        return self.filter(
            Q(closes_on__isnull=True) | Q(closes_on__gte=day),
            Q(organisation__ends_on__isnull=True) | Q(organisation__ends_on__gt=day),
            closed_on__isnull=True,
            opens_on__lte=day,
        )

    def in_department(self, code: str) -> "OfferQuerySet":
        """Those that serve a department: by name, by its region, or everywhere."""
        region = region_of(code)
        where = Q(is_national=True) | Q(departments__contains=[code])
        return self.filter(where | Q(regions__contains=[region]) if region else where)

    def with_places(self) -> "OfferQuerySet":
        """``taken``: how many places are taken."""
        return self.annotate(taken=PlacesTaken(F("pk")))


class Offer(Versioned):
    """A proposal of an organisation, public in the portal: no youth is in it, and an employer is data."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField("nature", max_length=10, choices=Kind, default=Kind.COURSE)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="proposée par", editable=False
    )
    programme = models.CharField("dispositif", max_length=30, choices=programme_choices)
    title = models.CharField("titre", max_length=120, validators=[validate_free_text])
    description = models.TextField(
        "description", max_length=2000, blank=True, validators=[validate_free_text]
    )
    is_national = models.BooleanField("toute la France", default=False)
    regions = ArrayField(models.CharField(max_length=3), verbose_name="régions", default=list, blank=True)
    departments = ArrayField(
        models.CharField(max_length=3), verbose_name="départements", default=list, blank=True
    )
    publics = ArrayField(models.CharField(max_length=20, choices=Public), verbose_name="publics")
    prerequisites = models.CharField("prérequis", max_length=500, blank=True, validators=[validate_free_text])
    places = models.PositiveSmallIntegerField("places", null=True, blank=True)
    entries = ArrayField(models.DateField(), verbose_name="prochaines entrées", default=list, blank=True)
    opens_on = models.DateField("ouverte le", default=clock.today)
    closes_on = models.DateField("jusqu’au", null=True, blank=True)
    url = models.URLField("fiche CARIF-OREF", max_length=300, blank=True, validators=[validate_https])
    # Of an employer's need.
    employer = models.CharField("employeur", max_length=160, blank=True, validators=[validate_free_text])
    trade = models.CharField("métier", max_length=120, blank=True, validators=[validate_free_text])
    aids = models.CharField("aides", max_length=300, blank=True, validators=[validate_free_text])

    checked_on = models.DateField("vérifiée le", default=clock.today)
    closed_on = models.DateField("fermée le", null=True, blank=True)
    closing = models.CharField("motif de fermeture", max_length=10, choices=Closing, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = "offre"
        ordering = ["-checked_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_national=True, regions__len=0, departments__len=0)
                | (Q(is_national=False) & (Q(regions__len__gt=0) | Q(departments__len__gt=0))),
                name="referrals_offer_territory",
                violation_error_message="Dites où : toute la France, des régions ou des départements.",
            ),
            models.CheckConstraint(
                condition=Q(publics__len__gt=0),
                name="referrals_offer_publics",
                violation_error_message="Dites pour qui est cette offre.",
            ),
            models.CheckConstraint(
                condition=~Q(publics__contained_by=list(TELLING)),
                name="referrals_offer_telling",
                violation_error_message="Ajoutez un public plus large : une orientation ne doit pas dire de quel "
                "public est le jeune.",
            ),
            models.CheckConstraint(
                condition=Q(places__isnull=True) | Q(places__gte=1),
                name="referrals_offer_places",
                violation_error_message="Une offre a au moins une place.",
            ),
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
                name="referrals_offer_dates",
                violation_error_message="Une offre ne peut pas finir avant d’ouvrir.",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closing="")
                | (Q(closed_on__isnull=False) & ~Q(closing="")),
                name="referrals_offer_closed",
                violation_error_message="Dites pourquoi l’offre est fermée.",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.COURSE, employer="", trade="", aids="")
                | (
                    Q(kind=Kind.NEED, closes_on__isnull=False, places__isnull=False, entries__len=0)
                    & ~Q(trade="")
                ),
                name="referrals_offer_need",
                violation_error_message="Un besoin de recrutement dit le métier, les postes et la date limite.",
            ),
        ]
        indexes = [
            models.Index(fields=["-checked_on", "-id"], name="referrals_offer_latest"),
            models.Index(
                fields=["programme", "organisation"],
                name="referrals_offer_alive",
                condition=Q(closed_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("referrals:offer_detail", args=[self.uuid])

    @property
    def rules(self) -> Programme:
        """The programme that the offer is of."""
        return programmes.get(self.programme)

    @property
    def is_need(self) -> bool:
        return self.kind == Kind.NEED

    def is_stale_on(self, day: date) -> bool:
        """Whether nobody has looked at it for six months."""
        return add_months(self.checked_on, STALE_MONTHS) < day

    def is_open_on(self, day: date) -> bool:
        """As ``OfferQuerySet.open_on`` says of the offer itself."""
        return (
            self.closed_on is None
            and self.opens_on <= day
            and (self.closes_on is None or self.closes_on >= day)
        )

    def left(self, taken: int) -> int | None:
        """How many places remain; None when they are not counted."""
        return None if self.places is None else max(self.places - taken, 0)
