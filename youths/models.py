"""The youth's record and the links of those who accompany them. ``__str__`` never shows a person."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q

from core import clock
from core.models import SqlNow
from core.validators import validate_free_text
from partners.models import Municipality, Network, Organisation, Team

LEVELS = [
    (1, "Niveau 1 – aucun diplôme"),
    (2, "Niveau 2 – savoirs de base"),
    (3, "Niveau 3 – CAP, BEP (ancien niveau V)"),
    (4, "Niveau 4 – bac, BP (ancien niveau IV)"),
    (5, "Niveau 5 – bac + 2 (ancien niveau III)"),
    (6, "Niveau 6 – licence (ancien niveau II)"),
    (7, "Niveau 7 – master (ancien niveau I)"),
    (8, "Niveau 8 – doctorat (ancien niveau I)"),
]


class Normalised(Func):
    """Lower case, without accents, hyphens nor apostrophes (the SQL twin of ``youths.search.normalise``)."""

    function = "tu_normalise"
    output_field = models.TextField()


def kept_by(acting) -> models.QuerySet[Any, Any]:
    """The ids of the youths that a person accompanies; all those of the organisation for a manager.

    A union of lists of ids: an OR of two conditions would read the whole table.
    """
    links = Accompaniment.objects.live().filter(organisation=acting.organisation_id)
    if acting.is_manager:
        kept = Youth.objects.filter(
            Q(held_by=acting.organisation_id) | Q(registered_with=acting.organisation_id)
        )
        return kept.values("pk").union(links.values("youth"))
    mine = Q(professional__in=acting.stands_for) | Q(substitute=acting.user_id)
    if acting.sharing_team_id:
        mine |= Q(team=acting.sharing_team_id)
    return links.filter(mine).values("youth")


def opened_by(acting) -> models.QuerySet[Any, Any]:
    """What a professional opened with a stated reason in the last 24 hours; a manager needs none."""
    openings = Opening.objects.live().filter(organisation=acting.organisation_id, user=acting.user_id)
    return openings.none() if acting.is_manager else openings


class YouthQuerySet(models.QuerySet["Youth"]):
    def visible_to(self, acting) -> "YouthQuerySet":
        """The youths whose full record this person may open: need to know (DESIGN, "Access", wall 1).

        A manager: those of the organisation. A professional: those that they, their team or the absent whom they
        replace accompany, and those opened with a stated reason in the last 24 hours. Regional, national staff
        and delegates: none.
        """
        if acting is None or not acting.accompanies:
            return self.none()
        return self.filter(pk__in=kept_by(acting).union(opened_by(acting).values("youth")))

    def listed_for(self, acting) -> "YouthQuerySet":
        """The youths whose name this person may read in a search.

        In a Mission Locale, all of its own (name, birth date and lead referent only); elsewhere, those one may
        open. Nobody searches people across organisations.
        """
        if acting is None or not acting.accompanies:
            return self.none()
        if acting.network != Network.ML:
            return self.visible_to(acting)
        return self.filter(Q(held_by=acting.organisation_id) | Q(registered_with=acting.organisation_id))


class Youth(models.Model):
    """Minimal identity of a young person. No NIR, no diagnosis, no criminal record."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    held_by = models.ForeignKey(
        Organisation, models.PROTECT, related_name="held_youths", verbose_name="dossier ouvert par"
    )
    registered_with = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="registered_youths",
        verbose_name="Mission Locale d’inscription",
    )
    file_number = models.CharField(
        "numéro de dossier", max_length=20, blank=True, help_text="Celui de la Mission Locale, s’il existe."
    )
    first_name = models.CharField("prénom", max_length=80, validators=[validate_free_text])
    last_name = models.CharField("nom", max_length=80, validators=[validate_free_text])
    birth_date = models.DateField("date de naissance")
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, verbose_name="commune"
    )
    level = models.PositiveSmallIntegerField("niveau de formation", choices=LEVELS, null=True, blank=True)
    level_obtained = models.BooleanField("diplôme obtenu", default=False)
    created_at = models.DateTimeField(db_default=SqlNow(), editable=False)
    last_contact_on = models.DateField("dernier contact", default=clock.today)
    search_name = models.GeneratedField(
        expression=Normalised(F("last_name"), F("first_name")),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    search_first = models.GeneratedField(
        expression=Normalised(F("first_name"), F("last_name")),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    objects = YouthQuerySet.as_manager()

    class Meta:
        verbose_name = "jeune"
        constraints = [
            models.CheckConstraint(
                condition=~Q(first_name="") & ~Q(last_name=""),
                name="youths_youth_named",
                violation_error_message="Indiquez le prénom et le nom.",
            ),
            models.CheckConstraint(
                condition=Q(birth_date__gte="1950-01-01"),
                name="youths_youth_birth_date",
                violation_error_message="Vérifiez la date de naissance.",
            ),
            models.UniqueConstraint(
                fields=["registered_with", "file_number"],
                condition=~Q(file_number=""),
                name="youths_youth_file_number",
                violation_error_message="Ce numéro de dossier existe déjà dans votre Mission Locale.",
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(1, 8)),
                name="youths_youth_level",
                violation_error_message="Le niveau de formation va de 1 à 8.",
            ),
        ]
        indexes = [
            models.Index(fields=["registered_with", "search_name", "id"], name="youths_by_name"),
            models.Index(fields=["registered_with", "search_first", "id"], name="youths_by_first_name"),
            models.Index(fields=["held_by", "search_name", "id"], name="youths_held_by_name"),
            models.Index(fields=["held_by", "birth_date"], name="youths_held_birth"),
            models.Index(fields=["registered_with", "birth_date"], name="youths_registered_birth"),
        ]

    def __str__(self) -> str:
        return f"Jeune n° {self.pk}"

    @property
    def full_name(self) -> str:
        """First name and last name, for the pages that may show them."""
        return f"{self.first_name} {self.last_name}"


class AccompanimentQuerySet(models.QuerySet["Accompaniment"]):
    def live(self) -> "AccompanimentQuerySet":
        """The links that give access now."""
        return self.filter(Q(access_until__isnull=True) | Q(access_until__gt=clock.now()))

    def active(self) -> "AccompanimentQuerySet":
        """The links that have not ended."""
        return self.filter(ended_on__isnull=True)


class Accompaniment(models.Model):
    """The one link between a youth and those who accompany them (DESIGN, "co-accompagnement").

    A row without ``access_until`` (or with one to come) is what gives an organisation access to the record.
    """

    class Role(models.TextChoices):
        LEAD = "lead", "référent"
        PARTNER = "partner", "co-accompagne"
        CONTACTED = "contacted", "sollicité"

    class Aspect(models.TextChoices):
        """Who does what."""

        WHOLE = "whole", "parcours"
        ORIENTATION = "orientation", "orientation"
        TRAINING = "training", "formation"
        MOBILITY = "mobility", "mobilité"
        HOUSING = "housing", "logement"
        RESOURCES = "resources", "ressources"
        DIGITAL = "digital", "numérique"
        EMPLOYMENT = "employment", "emploi"

    # Indexed by youths_acc_youth, which begins with it.
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="accompaniments", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="structure")
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
    aspect = models.CharField("pour", max_length=12, choices=Aspect, default=Aspect.WHOLE)
    started_on = models.DateField("depuis le", default=clock.today)
    ended_on = models.DateField("jusqu’au", null=True, blank=True)
    end_reason = models.CharField("fin", max_length=40, blank=True)
    access_until = models.DateTimeField("accès jusqu’au", null=True, blank=True)

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
        ]
        indexes = [
            models.Index(fields=["youth", "organisation"], name="youths_acc_youth"),
            models.Index(
                fields=["organisation", "professional", "youth"],
                name="youths_acc_active",
                condition=Q(ended_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Accompagnement n° {self.pk}"


class Agreement(models.Model):
    """The youth's agreement to pass their file on: a professional guarantee, not the legal basis (DOMAIN R-02)."""

    class Channel(models.TextChoices):
        FACE_TO_FACE = "face_to_face", "de vive voix, en entretien"
        PHONE = "phone", "par téléphone"
        WRITING = "writing", "par écrit"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    # Indexed by youths_agreement_youth, which begins with it.
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="agreements", db_index=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_for = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    purpose = models.CharField("pour", max_length=30)
    given_on = models.DateField("donné le", default=clock.today)
    channel = models.CharField("donné", max_length=12, choices=Channel)
    covers_return = models.BooleanField("couvre le retour vers la Mission Locale", default=False)
    text_version = models.CharField("version du texte", max_length=40)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "accord du jeune"
        verbose_name_plural = "accords des jeunes"
        indexes = [models.Index(fields=["youth", "recipient"], name="youths_agreement_youth")]

    def __str__(self) -> str:
        return f"Accord n° {self.pk}"

    @property
    def is_live(self) -> bool:
        return self.withdrawn_at is None


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
