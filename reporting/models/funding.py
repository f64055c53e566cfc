"""The data that a region brings, and the runs made from it: both kept as they were, neither is ever changed."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import clock, rights
from core.acting import Acting
from core.validators import validate_free_text
from partners.models import Level, Network, Organisation, Region

# Those who pay for, and those who represent, the Missions Locales of a region: nobody else is at the table.
TABLE = (Network.REGION, Network.STATE, Network.ML)


def at_the_table(acting: Acting) -> bool:
    """Whether somebody steers, in their region, the funding of its Missions Locales."""
    return (
        rights.may(acting, "read_funding")
        and acting.network in TABLE
        and acting.level == Level.REGIONAL
        and acting.region is not None
    )


class FundingFileQuerySet(models.QuerySet["FundingFile"]):
    def visible_to(self, acting: Acting | None) -> "FundingFileQuerySet":
        """What one's own organisation brought."""
        if acting is None or not at_the_table(acting):
            return self.none()
        return self.filter(organisation=acting.organisation_id)


class FundingFile(models.Model):
    """A table of Missions Locales with their youths, last year's amounts and indicators, as it was read."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    title = models.CharField("nom des données", max_length=120, validators=[validate_free_text])
    # {"indicators": [label], "places": [place], "left_out": [name]}; see ``running``.
    data = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = FundingFileQuerySet.as_manager()

    class Meta:
        verbose_name = "données de répartition"
        verbose_name_plural = "données de répartition"
        indexes = [models.Index(fields=["organisation", "-id"], name="reporting_funding_file")]

    def __str__(self) -> str:
        return self.title


class FundingRunQuerySet(models.QuerySet["FundingRun"]):
    def visible_to(self, acting: Acting | None) -> "FundingRunQuerySet":
        """Those of one's own organisation, and those that others at the table of the region show."""
        if acting is None or not at_the_table(acting):
            return self.none()
        return self.filter(Q(organisation=acting.organisation_id) | Q(shared=True, region=acting.region))

    def light(self) -> "FundingRunQuerySet":
        """Without the figures, for lists."""
        return self.defer("inputs", "result")


class FundingRun(models.Model):
    """One simulation: what was asked, what came out, by whom. A change is another run."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    name = models.CharField("nom de la simulation", max_length=120, validators=[validate_free_text])
    comment = models.CharField("commentaire", max_length=1000, blank=True, validators=[validate_free_text])
    year = models.PositiveSmallIntegerField("exercice")
    # In cents, as every amount here.
    envelope = models.BigIntegerField("enveloppe")
    shared = models.BooleanField("montrée aux financeurs et à l’association de la région", default=False)
    inputs = models.JSONField()
    result = models.JSONField()
    # Of the inputs and the result: the same settings on the same data are the same run.
    data_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = FundingRunQuerySet.as_manager()

    class Meta:
        verbose_name = "simulation de répartition"
        verbose_name_plural = "simulations de répartition"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="reporting_funding_run_name",
                violation_error_message="Une simulation de votre structure porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=Q(envelope__gt=0),
                name="reporting_funding_run_envelope",
                violation_error_message="L’enveloppe doit dépasser zéro.",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="reporting_funding_run"),
            models.Index(fields=["region", "-id"], name="reporting_funding_shared", condition=Q(shared=True)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def asked(self) -> dict[str, Any]:
        """The settings of the run, as they were frozen."""
        return self.inputs["plan"]
