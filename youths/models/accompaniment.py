"""Who accompanies a youth, and who opened a record without accompanying: what "need to know" is read from."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from core import clock
from partners.models import Organisation, Team
from youths import link_codes
from youths.models.record import Youth


def kept_by(acting) -> models.QuerySet[Any, Any]:
    """The ids of the youths that a person accompanies; all those of the organisation for a manager.

    A union of lists of ids: an OR of two conditions would read the whole table.
    """
    if not acting.is_manager:
        return followed_by(acting)
    links = Accompaniment.objects.opening().filter(organisation=acting.organisation_id)
    kept = Youth.objects.standing().filter(
        Q(held_by=acting.organisation_id) | Q(registered_with=acting.organisation_id)
    )
    return kept.values("pk").union(links.values("youth"))


def followed_by(acting) -> models.QuerySet[Any, Any]:
    """The ids of the youths whom a person, their declared team or the absent whom they replace accompany."""
    return _links_of(acting).values("youth")


def followed_of_house(acting) -> models.QuerySet[Any, Any]:
    """What :func:`followed_by` says, read from the index of all the links of the organisation.

    One person may have tens of thousands: looked up one by one in the table, they take twenty times longer.
    """
    # An expression, of which no index of one person is made.
    whose = {f"of_{name}": Coalesce(f"{name}_id", 0) for name in ("professional", "substitute", "team")}
    return _links_of(acting, "of_", **whose).values("youth")


def _links_of(acting, prefix: str = "", **read_as: Any) -> "AccompanimentQuerySet":
    """The links of a person; whose they are is read as these expressions, named with that prefix, or as it stands."""
    links = Accompaniment.objects.opening().filter(organisation=acting.organisation_id).alias(**read_as)
    mine = Q(**{f"{prefix}professional__in": acting.stands_for}) | Q(
        **{f"{prefix}substitute": acting.user_id}
    )
    if acting.sharing_team_id:
        mine |= Q(**{f"{prefix}team": acting.sharing_team_id})
    return links.filter(mine)


def is_kept_by(acting) -> Q:
    """What :func:`kept_by` says, asked of one record: nothing is read of the thousands of others."""
    if not acting.is_manager:
        return is_followed_by(acting)
    links = Accompaniment.objects.opening().filter(organisation=acting.organisation_id)
    kept = Q(held_by=acting.organisation_id) | Q(registered_with=acting.organisation_id)
    return kept | _any_of(links)


def is_followed_by(acting, youth: str = "pk") -> Q:
    """What :func:`followed_by` says, asked of one record; ``youth`` is where its number stands."""
    return _any_of(_links_of(acting), youth)


def is_opened_by(acting, youth: str = "pk") -> Q:
    """What :func:`opened_by` says, asked of one record."""
    return _any_of(opened_by(acting), youth)


def _any_of(rows: models.QuerySet[Any, Any], youth: str = "pk") -> Q:
    """Whether a youth has one of these rows. Not EXISTS, of which PostgreSQL would make a table of them all."""
    return Q(IsNull(models.Subquery(rows.filter(youth=OuterRef(youth)).values("youth")[:1]), False))


def opened_by(acting) -> models.QuerySet[Any, Any]:
    """What a professional opened with a stated reason in the last 24 hours; a manager needs none."""
    openings = Opening.objects.live().filter(organisation=acting.organisation_id, user=acting.user_id)
    return openings.none() if acting.is_manager else openings


class AccompanimentQuerySet(models.QuerySet["Accompaniment"]):
    def live(self) -> "AccompanimentQuerySet":
        """The links that give access now."""
        return self.filter(Q(access_until__isnull=True) | Q(access_until__gt=clock.now()))

    def opening(self) -> "AccompanimentQuerySet":
        """The live links that open the record."""
        return self.live().exclude(role=Accompaniment.Role.CLOSING)

    def accompanying(self) -> "AccompanimentQuerySet":
        """The live links of those who accompany, or did: to be solicited is not to accompany."""
        return self.live().exclude(role__in=[Accompaniment.Role.CONTACTED, Accompaniment.Role.CLOSING])

    def active(self) -> "AccompanimentQuerySet":
        """The links that have not ended."""
        return self.filter(ended_on__isnull=True)


def whole() -> list[str]:
    """What a link is for when nothing narrower was said: the whole path."""
    return [link_codes.Aspect.WHOLE.value]


class Accompaniment(models.Model):
    """The one link between a youth and those who accompany them (DESIGN, "co-accompagnement").

    A row without ``access_until`` (or with one to come) is what gives an organisation access to the record.
    """

    class Role(models.TextChoices):
        LEAD = "lead", "référent"
        PARTNER = "partner", "co-accompagne"
        CONTACTED = "contacted", "sollicité"
        # The youth withdrew their agreement once the course had begun: its outcome, and nothing else, is awaited.
        CLOSING = "closing", "bilan attendu"

    Aspect, Reason, EndReason = link_codes.Aspect, link_codes.Reason, link_codes.EndReason

    # Indexed by youths_acc_youth, which begins with it.
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="accompaniments", db_index=False)
    # By youths_acc_house.
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="structure", db_index=False
    )
    professional = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="professionnel",
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="équipe"
    )
    role = models.CharField("rôle", max_length=10, choices=Role)
    aspects = ArrayField(
        models.CharField(max_length=12, choices=link_codes.Aspect), verbose_name="pour", default=whole
    )
    reason = models.CharField(
        "origine", max_length=12, choices=link_codes.Reason, default=link_codes.Reason.CREATION
    )
    started_on = models.DateField("depuis le", default=clock.today)
    ended_on = models.DateField("jusqu’au", null=True, blank=True)
    end_reason = models.CharField("fin", max_length=40, choices=link_codes.EndReason, blank=True)
    access_until = models.DateTimeField("accès jusqu’au", null=True, blank=True)
    # Where the shared story begins for who came with a record of its own (youths.merging); empty: from the start.
    reads_from = models.DateTimeField("lit le journal depuis le", null=True, blank=True)

    objects = AccompanimentQuerySet.as_manager()

    class Meta:
        verbose_name = "accompagnement"
        constraints = [
            models.UniqueConstraint(
                fields=["youth"],
                condition=Q(role="lead", ended_on__isnull=True),
                name="youths_one_active_lead",
                violation_error_message="Ce jeune a déjà un référent.",
            ),
            models.UniqueConstraint(
                fields=["youth", "organisation", "professional"],
                nulls_distinct=False,
                condition=Q(ended_on__isnull=True),
                name="youths_accompaniment_once",
                violation_error_message="Cette personne accompagne déjà ce jeune.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="youths_accompaniment_dates",
                violation_error_message="L’accompagnement ne peut pas finir avant de commencer.",
            ),
            models.CheckConstraint(
                condition=Q(aspects__len__gte=1, aspects__contained_by=link_codes.Aspect.values),
                name="youths_accompaniment_aspects",
                violation_error_message="Dites pour quoi cette structure accompagne le jeune.",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=link_codes.Reason.values),
                name="youths_accompaniment_reason",
                violation_error_message="Cette origine n’existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_reason="")
                | Q(ended_on__isnull=False, end_reason__in=link_codes.EndReason.values),
                name="youths_accompaniment_end_reason",
                violation_error_message="Un accompagnement qui se termine dit pourquoi.",
            ),
        ]
        indexes = [
            # With what tells who may open the record: asked of thousands, the rows themselves are not read.
            models.Index(
                fields=["youth", "organisation"],
                include=["access_until", "role", "ended_on", "professional", "substitute", "team"],
                name="youths_acc_youth",
            ),
            models.Index(
                fields=["organisation", "youth"],
                include=["access_until", "role", "professional", "substitute", "team"],
                name="youths_acc_house",
            ),
            models.Index(
                fields=["organisation", "professional", "youth"],
                name="youths_acc_active",
                condition=Q(ended_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Accompagnement n° {self.pk}"


class OpeningQuerySet(models.QuerySet["Opening"]):
    def live(self) -> "OpeningQuerySet":
        return self.filter(until__gt=clock.now())


class Opening(models.Model):
    """A record opened with a stated reason by somebody who does not accompany the youth: 24 hours, shown."""

    DURATION = timedelta(hours=24)

    class Reason(models.TextChoices):
        RECEPTION = "reception", "accueil du jeune"
        REPLACEMENT = "replacement", "remplacement d’un collègue"
        URGENCY = "urgency", "urgence"

    youth = models.ForeignKey(Youth, models.CASCADE, related_name="openings")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField("motif", max_length=12, choices=Reason)
    at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = "ouverture avec motif"
        verbose_name_plural = "ouvertures avec motif"
        indexes = [models.Index(fields=["youth", "user", "until"], name="youths_opening_live")]

    def __str__(self) -> str:
        return f"Ouverture n° {self.pk}"
