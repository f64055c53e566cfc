"""Designated referents: who answers for what, in which organisation."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Func, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from core import clock
from partners.models.conventions import Convention
from partners.models.organisations import Membership, Organisation
from partners.models.people import Absence
from partners.models.ranges import as_point, same, sharing_days
from partners.models.territory import Department


class Topic(models.TextChoices):
    ORIENTATION = "orientation", "Orientation"
    APPRENTICESHIP = "apprentissage", "Apprentissage"
    PREPARATION = "prepa_apprentissage", "Prépa Apprentissage"
    TRAINING = "formation", "Formation"
    EMPLOYERS = "lien_entreprises", "Lien avec les entreprises"
    SMV = "smv", "Service militaire volontaire"
    INTERIM = "mission_jeunes", "Mission Jeunes (intérim)"
    DIGITAL = "numerique", "Inclusion numérique"
    RETURN = "retour", "Retours vers la Mission Locale"
    # The themes of the offers of a Region (DOMAIN §6.4) that have no topic above.
    BASIC_SKILLS = "savoirs_de_base", "Savoirs de base"
    MOBILITY = "mobilite", "Mobilité"
    HOUSING = "logement", "Logement"
    RIGHTS = "droits", "Accès aux droits"
    BUSINESS = "entrepreneuriat", "Création d’activité"
    CULTURE = "culture", "Culture"
    DROPOUT = "decrochage", "Retour en formation"


class _Hash(Func):
    """Text as a number, so that GiST can compare it without an extension."""

    function = "hashtextextended"
    output_field = models.BigIntegerField()


class DesignationQuerySet(models.QuerySet["Designation"]):
    def with_people(self) -> "DesignationQuerySet":
        """What a page shows of a designation: itself, who is away today, and of the others what is named here."""
        read = self.with_absences(clock.today()).select_related(
            "organisation", "department", "convention", "user", "substitute"
        )
        return read.only(
            *(field.name for field in self.model._meta.concrete_fields),
            "organisation__uuid",
            "organisation__name",
            "department__name",
            "convention__uuid",
            "convention__title",
            "user__first_name",
            "user__last_name",
            "substitute__first_name",
            "substitute__last_name",
        )

    def live(self, day=None) -> "DesignationQuerySet":
        day = day or clock.today()
        return self.not_over(day).filter(starts_on__lte=day)

    def not_over(self, day) -> "DesignationQuerySet":
        """Those that run on a day or are to come."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def with_absences(self, day) -> "DesignationQuerySet":
        """Annotate the last day of the lead's absence that runs on a day, and whether the substitute is away.

        A designation carries the absence that was declared while it stood (``absent_from``); one made since does
        not know of it, and a substitute's own absence is written nowhere else.
        """
        away = Absence.objects.on(day).filter(membership__organisation=OuterRef("organisation")).order_by()
        return self.annotate(
            lead_until=Subquery(
                away.filter(membership__user=OuterRef("user"))
                .values("membership__user")
                .annotate(last=Max("until"))
                .values("last")
            ),
            substitute_away=Exists(away.filter(membership__user=OuterRef("substitute"))),
        )


class Designation(models.Model):
    """A person who answers for a topic in an organisation (for a convention, for a territory), in a period."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="designations", verbose_name="structure"
    )
    topic = models.CharField("sujet", max_length=20, choices=Topic)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="designations", verbose_name="référent"
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="substitutions",
        verbose_name="suppléant",
    )
    convention = models.ForeignKey(
        Convention, models.PROTECT, null=True, blank=True, verbose_name="convention"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name="territoire", help_text="Vide : tout."
    )
    starts_on = models.DateField("du", default=clock.today)
    ends_on = models.DateField("au", null=True, blank=True)
    absent_from = models.DateField("absent du", null=True, blank=True)
    absent_until = models.DateField("absent jusqu’au", null=True, blank=True)

    objects = DesignationQuerySet.as_manager()

    class Meta:
        verbose_name = "référent désigné"
        verbose_name_plural = "référents désignés"
        ordering = ["organisation", "topic"]
        constraints = [
            ExclusionConstraint(
                name="partners_designation_one_lead",
                expressions=[
                    same("organisation_id"),
                    (
                        as_point(
                            Coalesce(F("convention_id"), Value(0), output_field=models.BigIntegerField())
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        as_point(
                            _Hash(
                                Concat(
                                    F("topic"),
                                    Value("/"),
                                    Coalesce(F("department_id"), Value(""), output_field=models.CharField()),
                                ),
                                Value(0),
                            )
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    sharing_days("starts_on", "ends_on"),
                ],
                violation_error_message=(
                    "Cette structure a déjà un référent pour ce sujet, cette convention et ce territoire à ces dates."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="partners_designation_dates",
                violation_error_message="La désignation ne peut pas finir avant de commencer.",
            ),
            models.CheckConstraint(
                condition=Q(substitute__isnull=True) | ~Q(substitute=F("user")),
                name="partners_designation_substitute",
                violation_error_message="Le suppléant est une autre personne que le référent.",
            ),
            models.CheckConstraint(
                condition=Q(absent_from__isnull=True, absent_until__isnull=True)
                | Q(
                    absent_from__isnull=False, absent_until__isnull=False, absent_until__gte=F("absent_from")
                ),
                name="partners_designation_absence",
                violation_error_message="Indiquez le début et la fin de l’absence, dans cet ordre.",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "topic"], name="partners_designation_topic")]

    def __str__(self) -> str:
        return f"{self.get_topic_display()} – {self.organisation}"

    def clean(self) -> None:
        """Who is named is of the organisation on the first day: asked when somebody is named, or that day moves.

        A referent who has left since, or whose account sleeps, is still theirs to replace or to end.
        """
        stored = Designation.objects.filter(pk=self.pk).first() if self.pk else None
        if stored and (stored.organisation_id, stored.starts_on) != (self.organisation_id, self.starts_on):
            stored = None
        for field in ("user", "substitute"):
            person = getattr(self, f"{field}_id")
            if (
                not person
                or not self.organisation_id
                or (stored and getattr(stored, f"{field}_id") == person)
            ):
                continue
            member = Membership.objects.live(self.starts_on or clock.today()).filter(
                user_id=person, organisation_id=self.organisation_id
            )
            if not member.exists():
                raise ValidationError(
                    {field: "Cette personne n’est pas rattachée à la structure à cette date."}
                )

    def away_until(self, day):
        """The last day of the lead's absence that runs on a day (read ``with_absences``); None when they are there."""
        marked = self.absent_until if self.is_absent(day) else None
        known = (marked, self.lead_until)  # type: ignore[attr-defined]
        return max((last for last in known if last is not None), default=None)

    def is_absent(self, day) -> bool:
        """Whether the lead is away on a day."""
        return bool(self.absent_from and self.absent_from <= day <= self.absent_until)
