"""What each organisation may read the record of: what its lists are walked along, and what a partner searches."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from core import clock
from core.acting import Acting
from partners.models import Organisation
from youths.models.record import Youth


class ReachQuerySet(models.QuerySet["Reach"]):
    def of(self, acting: Acting, *, kept: bool = False) -> "ReachQuerySet":
        """Those of the acting organisation that give access now; ``kept``: only the records that it keeps."""
        found = self.filter(live_reach(), organisation=acting.organisation_id)
        return found.filter(kept=True) if kept else found


def live_reach(prefix: str = "") -> Q:
    """The rows that give access now, from a model that ``prefix`` leads from."""
    return Q(**{f"{prefix}access_until__isnull": True}) | Q(**{f"{prefix}access_until__gt": clock.now()})


class Reach(models.Model):
    """A youth whose record an organisation keeps, or has a link to that opens it, until when (ADR 0044).

    Written by the database alone, from the records and the links (``youths.reach_sql``): it grants nothing, and holds
    nothing that they do not say. One row where there may be several links; in the order of names.
    """

    pk = models.CompositePrimaryKey("youth", "organisation")
    # Without a constraint: it follows its youth by trigger, and is no row that a merge would move.
    youth = models.ForeignKey(
        Youth, models.DO_NOTHING, related_name="reaches", db_index=False, db_constraint=False
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    kept = models.BooleanField("dossier tenu par la structure")
    access_until = models.DateTimeField("accès jusqu’au", null=True)
    search_name = models.TextField(db_collation="C")
    # Of whom the organisation does not keep: the words of the others stand in their record.
    search_words = SearchVectorField(null=True)

    objects = ReachQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier à la portée d’une structure"
        verbose_name_plural = "dossiers à la portée d’une structure"
        indexes = [
            models.Index(
                fields=["organisation", "search_name", "youth"],
                include=["access_until", "kept"],
                name="youths_reach_by_name",
            ),
            GinIndex(fields=["search_words"], name="youths_reach_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"Dossier n° {self.youth_id}, à la portée de la structure n° {self.organisation_id}"
