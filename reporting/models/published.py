"""What is published to those who steer: figures hidden once, for every page together. No link to anybody."""

from django.db import models
from django.db.models import Q

from core import clock
from partners.models import Network, Organisation, Region


class Edition(models.Model):
    """The published figures as of a moment: asked for, then made whole. Only the last one that was made is kept."""

    asked_at = models.DateTimeField(default=clock.now)
    made_at = models.DateTimeField(null=True, blank=True)
    # The month that was running: periods are counted back from it.
    month = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "édition des chiffres"
        verbose_name_plural = "éditions des chiffres"
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(made_at__isnull=True), name="reporting_edition_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True) | Q(month__isnull=False),
                name="reporting_edition_month",
                violation_error_message="Une édition faite dit son mois.",
            ),
        ]

    def __str__(self) -> str:
        return f"Édition n° {self.pk}"


class PublishedCell(models.Model):
    """What may be shown of a territory, a programme or a group of them, and a period (``reporting.published.lattice``).

    ``steps``: the number of each step of the journey, null when it is hidden. ``figures``: the value of each indicator,
    null when it is hidden; one that is not computable is absent.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="cells", db_index=False)
    territory = models.CharField(max_length=4, blank=True)
    # The territory that it is a part of.
    within = models.CharField(max_length=4, blank=True)
    programme = models.CharField(max_length=40, blank=True)
    period = models.CharField(max_length=8)
    steps = models.JSONField()
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = "cellule publiée"
        verbose_name_plural = "cellules publiées"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "programme", "period", "territory"], name="reporting_published_once"
            )
        ]
        indexes = [
            models.Index(fields=["edition", "programme", "territory"], name="reporting_published_place")
        ]

    def __str__(self) -> str:
        return f"{self.territory or 'nation'} {self.programme or 'tout'} {self.period}"


class PublishedOrganisation(models.Model):
    """What the head of a network may read of one of its organisations: the steps of the last twelve months."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="organisations")
    # Kept by the database alone: an administrator who deletes an organisation may not read this table.
    organisation = models.ForeignKey(Organisation, models.DO_NOTHING, related_name="+")
    region = models.ForeignKey(Region, models.CASCADE, related_name="+")
    network = models.CharField(max_length=12, choices=Network)
    steps = models.JSONField()

    class Meta:
        verbose_name = "chiffres d’une structure"
        verbose_name_plural = "chiffres des structures"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "organisation"], name="reporting_published_organisation"
            )
        ]

    def __str__(self) -> str:
        return f"Structure n° {self.organisation_id}"


class PublishedMedian(models.Model):
    """The median of the rates of the organisations of a network in a region, when there are five of them or more."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="medians")
    region = models.ForeignKey(Region, models.CASCADE, related_name="+")
    network = models.CharField(max_length=12, choices=Network)
    period = models.CharField(max_length=8)
    # {rate: [the median, of how many organisations]}.
    rates = models.JSONField()

    class Meta:
        verbose_name = "médiane des structures"
        verbose_name_plural = "médianes des structures"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "region", "network", "period"], name="reporting_published_median"
            )
        ]

    def __str__(self) -> str:
        return f"{self.network} {self.region_id} {self.period}"
