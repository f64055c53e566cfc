"""Organisations and the people who belong to them."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from stdnum.fr import siret as siret_numbers

from core import acting as roles
from core import clock
from core.validators import validate_free_text
from partners.models.territory import Department, Municipality, Region


class Network(models.TextChoices):
    ML = roles.MISSION_LOCALE, "Missions Locales"
    CMA = "cma", "Chambres de métiers et de l’artisanat"
    SMV = "smv", "Service militaire volontaire"
    AKTO = "akto", "AKTO et branches"
    INTERIM = "interim", "Travail temporaire"
    STATE = "state", "Services de l’État"
    REGION = "region", "Régions"
    DIGITAL = "digital", "Inclusion numérique"


class Level(models.TextChoices):
    NATIONAL = "national", "National"
    REGIONAL = "regional", "Régional"
    LOCAL = "local", "Local"


class Role(models.TextChoices):
    PROFESSIONAL = roles.PROFESSIONAL, "Professionnel"
    MANAGER = roles.MANAGER, "Responsable"
    DPO = roles.DPO, "Délégué à la protection des données"
    REGIONAL = roles.REGIONAL, "Équipe régionale"
    NATIONAL = roles.NATIONAL, "Équipe nationale"


def outward_name(name: str, *, is_sensitive: bool) -> str:
    """The name to show outside a file: a sensitive structure is not named."""
    return "Structure partenaire" if is_sensitive else name


def validate_siret(value: str) -> None:
    """Refuse what is not the 14 digits of a SIRET. The library knows how La Poste numbers its post offices."""
    if value != siret_numbers.compact(value) or not siret_numbers.is_valid(value):
        raise ValidationError("Ce numéro SIRET n’est pas valide : vérifiez ses 14 chiffres.")


validate_idcc = RegexValidator(r"^[0-9]{4}$", "Un IDCC s’écrit avec quatre chiffres : 0158.")
validate_domain = RegexValidator(
    r"^(?=.{4,120}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$",
    "Écrivez un nom de domaine en minuscules, sans « @ » : mission-locale.fr",
)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def existing_on(self, day) -> "OrganisationQuerySet":
        return self.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=day)).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gt=day)
        )


class Organisation(models.Model):
    """A structure of a network: national head, regional body, local site."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField("nom", max_length=160)
    acronym = models.CharField("sigle", max_length=30, blank=True)
    # Stable key of the organisations the product ships with (UNML, SMV_EM…); empty for the others.
    key = models.CharField(max_length=40, blank=True, editable=False)
    network = models.CharField("réseau", max_length=10, choices=Network)
    level = models.CharField("niveau", max_length=8, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="rattachée à"
    )
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name="région")
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name="département"
    )
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, verbose_name="commune"
    )
    # The number by which a directory knows it (I-MILO number, UAI…): imports match on it, never on the name.
    code = models.CharField("code d’annuaire", max_length=30, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[validate_siret])
    address = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    website = models.URLField("site internet", max_length=200, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email_domains = ArrayField(
        models.CharField(max_length=120, validators=[validate_domain]),
        verbose_name="domaines de messagerie",
        default=list,
        blank=True,
        help_text="Les seuls dont une adresse peut être invitée, séparés par des virgules. Vide : personne.",
    )
    starts_on = models.DateField("existe depuis le", null=True, blank=True)
    ends_on = models.DateField("a cessé d’exister le", null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name="remplacée par",
    )
    is_sensitive = models.BooleanField(
        "structure sensible",
        default=False,
        help_text="Son nom laisse deviner une situation de santé ou de justice : il est masqué hors des dossiers.",
    )
    is_fictitious = models.BooleanField("fictive (démonstration)", default=False, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "structure"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="partners_organisation_key", condition=~Q(key="")),
            models.UniqueConstraint(
                fields=["network", "code", "department"],
                name="partners_organisation_code",
                condition=~Q(code=""),
                nulls_distinct=False,
                violation_error_message="Une autre structure de ce réseau porte déjà ce code dans ce département.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="partners_organisation_dates",
                violation_error_message="La structure ne peut pas cesser d’exister avant d’avoir existé.",
            ),
            models.CheckConstraint(
                condition=Q(level=Level.NATIONAL) | Q(region__isnull=False) | Q(department__isnull=False),
                name="partners_organisation_territory",
                violation_error_message="Indiquez la région ou le département de cette structure.",
            ),
        ]
        indexes = [models.Index(fields=["network", "level", "region"], name="partners_org_network")]

    def __str__(self) -> str:
        return self.acronym or self.name

    @property
    def outward_name(self) -> str:
        """The name to show outside a file: a sensitive structure is not named."""
        return outward_name(self.name, is_sensitive=self.is_sensitive)


class Catchment(models.Model):
    """A municipality that an organisation serves (zone d'intervention)."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="catchments", verbose_name="structure"
    )
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="catchments", verbose_name="commune"
    )

    class Meta:
        verbose_name = "commune desservie"
        verbose_name_plural = "communes desservies"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "municipality"],
                name="partners_catchment_once",
                violation_error_message="Cette structure dessert déjà cette commune.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.municipality} – {self.organisation}"


class Branch(models.Model):
    """A professional branch, with the identifiers of its collective agreements: none, one or several (DOMAIN §4)."""

    code = models.SlugField("code", max_length=40, unique=True)
    name = models.CharField("nom", max_length=300)
    idcc = ArrayField(
        models.CharField(max_length=4, validators=[validate_idcc]),
        verbose_name="IDCC",
        default=list,
        blank=True,
        help_text="Quatre chiffres chacun, séparés par des virgules. Vide : la branche n’en a pas.",
    )
    note = models.CharField("note", max_length=300, blank=True)

    class Meta:
        verbose_name = "branche professionnelle"
        verbose_name_plural = "branches professionnelles"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="teams", verbose_name="structure"
    )
    name = models.CharField("nom", max_length=80)

    class Meta:
        verbose_name = "équipe"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="partners_team_name",
                violation_error_message="Cette structure a déjà une équipe de ce nom.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Closure(models.Model):
    """Days on which an organisation is closed, both included: nothing is expected then (``partners.closures``)."""

    LONGEST = timedelta(days=366)

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="closures", verbose_name="structure"
    )
    starts_on = models.DateField("fermée du")
    ends_on = models.DateField("fermée jusqu’au", help_text="Dernier jour de fermeture.")
    label = models.CharField(
        "nom", max_length=80, validators=[validate_free_text], help_text="Par exemple : congés d’été."
    )

    class Meta:
        verbose_name = "fermeture"
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="partners_closure_dates",
                violation_error_message="La fermeture ne peut pas finir avant de commencer.",
            ),
            models.UniqueConstraint(
                fields=["organisation", "starts_on", "ends_on"],
                name="partners_closure_once",
                violation_error_message="Cette fermeture est déjà déclarée.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """A year at most: what is closed for longer has ended, or moved."""
        if self.starts_on and self.ends_on and self.ends_on - self.starts_on > self.LONGEST:
            raise ValidationError({"ends_on": "Une fermeture dure un an au plus."})


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, day=None) -> "MembershipQuerySet":
        """Those whose dates hold a day and that nobody revoked: suspended ones are among them."""
        day = day or clock.today()
        return self.filter(starts_on__lte=day, revoked_at__isnull=True).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        )

    def live(self, day=None) -> "MembershipQuerySet":
        """Those that open something: current, and their account not asleep."""
        return self.current(day).filter(suspended_at__isnull=True)


class Membership(models.Model):
    """A user in an organisation, with a role, from a day to a day (both included)."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name="personne"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name="structure"
    )
    role = models.CharField("rôle", max_length=12, choices=Role, default=Role.PROFESSIONAL)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, verbose_name="équipe")
    starts_on = models.DateField("du", default=clock.today)
    ends_on = models.DateField("au", null=True, blank=True)
    # When an invitation was accepted; empty for those who were there when the organisation joined.
    arrived_at = models.DateTimeField("arrivée le", null=True, blank=True, editable=False)
    # Ended at once, before the last day is over.
    revoked_at = models.DateTimeField("retiré le", null=True, blank=True, editable=False)
    # Asleep after 90 days without a sign-in, until its person wakes it.
    suspended_at = models.DateTimeField("en sommeil depuis le", null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "rattachement"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(ends_on__isnull=True),
                name="partners_membership_once",
                violation_error_message="Cette personne est déjà rattachée à cette structure.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="partners_membership_dates",
                violation_error_message="Le rattachement ne peut pas finir avant de commencer.",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(ends_on__isnull=False),
                name="partners_membership_revoked",
                violation_error_message="Un rattachement retiré a un dernier jour.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} n° {self.pk}"

    def clean(self) -> None:
        if self.team and self.team.organisation_id != self.organisation_id:
            raise ValidationError({"team": "Cette équipe appartient à une autre structure."})
