"""Figures that the portal does not hold: a source states them, for a territory and a time."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from partners.models.conventions import Convention
from partners.models.organisations import Organisation
from partners.models.territory import Region


class DeclaredFigureQuerySet(models.QuerySet["DeclaredFigure"]):
    def denominators(self, region: str | None) -> "DeclaredFigureQuerySet":
        """Those that a rate divides by, for a region or for the nation itself, with who declared them."""
        return self.exclude(subject="").filter(region=region).select_related("declared_by")


class DeclaredFigure(models.Model):
    """A figure that the portal does not hold but a source states: its perimeter, its period, its source."""

    class Subject(models.TextChoices):
        """What an indicator divides by (``reporting.indicators.schemes``)."""

        ACCOMPANIED = "jeunes_accompagnes", "Jeunes accompagnés par le réseau"
        APPRENTICES = "alternants_suivis", "Alternants suivis par le réseau"

    convention = models.ForeignKey(
        Convention, models.CASCADE, related_name="declared_figures", verbose_name="convention"
    )
    label = models.CharField("ce qui est compté", max_length=200)
    value = models.DecimalField("valeur", max_digits=14, decimal_places=2)
    unit = models.CharField(
        "unité", max_length=20, default="jeunes", help_text="« % » ou un nom : jeunes, missions."
    )
    approximate = models.BooleanField("environ", default=False)
    perimeter = models.CharField("périmètre", max_length=120)
    period = models.CharField("période", max_length=60)
    source = models.CharField("source", max_length=200)
    # What follows makes it the denominator of a rate: only then is the territory a code, the period two dates.
    subject = models.CharField(
        "sert de dénominateur pour",
        max_length=20,
        choices=Subject,
        blank=True,
        help_text="Vide : il est lu, c’est tout.",
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="région",
        help_text="Vide : la France entière.",
    )
    first_on = models.DateField("premier jour compté", null=True, blank=True)
    last_on = models.DateField("dernier jour compté", null=True, blank=True)
    declared_by = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="déclaré par"
    )

    objects = DeclaredFigureQuerySet.as_manager()

    class Meta:
        verbose_name = "chiffre déclaré"
        verbose_name_plural = "chiffres déclarés"
        ordering = ["convention", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(unit="%") | Q(value__gte=0, value__lte=100),
                name="partners_figure_share",
                violation_error_message="Une part va de 0 à 100 %.",
            ),
            models.CheckConstraint(
                condition=Q(subject="")
                | (Q(first_on__isnull=False, last_on__isnull=False, value__gt=0) & ~Q(unit="%")),
                name="partners_figure_denominator",
                violation_error_message="Un dénominateur est un nombre, compté du premier au dernier jour indiqués.",
            ),
            models.CheckConstraint(
                condition=Q(first_on__isnull=True) | Q(last_on__isnull=True) | Q(last_on__gte=F("first_on")),
                name="partners_figure_days",
                violation_error_message="Le dernier jour ne peut pas précéder le premier.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def covers(self, first: date, last: date) -> bool:
        """Whether it counts all of some days. Never when its own days are not said."""
        return bool(self.first_on and self.last_on and self.first_on <= first and last <= self.last_on)
