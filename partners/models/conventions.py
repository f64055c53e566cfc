"""Conventions: what was signed, by whom, for how long, and what each party promised."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core import clock
from partners.convention_state import ConventionFacts, PartyFacts
from partners.models.organisations import Level, Organisation
from partners.models.territory import Region


class Theme(models.TextChoices):
    ORIENTATION = "orientation", "Orientation"
    APPRENTICESHIP = "apprentissage", "Apprentissage"
    TRAINING = "formation", "Formation"
    EMPLOYERS = "emploi_entreprise", "Emploi et liens avec les entreprises"
    INTERIM = "interim", "Travail temporaire"
    SMV = "smv", "Service militaire volontaire"
    DIGITAL = "numerique", "Numérique"
    OBSTACLES = "freins", "Freins périphériques"
    BASIC_SKILLS = "savoirs_de_base", "Savoirs de base"
    DROPOUT = "decrochage", "Décrochage"
    COMMITMENT = "engagement", "Engagement"


class ConventionQuerySet(models.QuerySet["Convention"]):
    def with_parties(self) -> "ConventionQuerySet":
        return self.prefetch_related(
            models.Prefetch("parties", ConventionParty.objects.select_related("organisation").order_by("pk"))
        )


class Convention(models.Model):
    """A text between networks. Its state is computed from its dates and decisions, never typed in."""

    class Nature(models.TextChoices):
        FRAMEWORK = "accord_cadre", "Accord-cadre"
        CONVENTION = "convention", "Convention"
        DECLINATION = "declinaison", "Déclinaison"
        PROPOSED = "proposition", "Accord proposé"
        PRACTICE = "pratique", "Pratique documentée"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    code = models.CharField(
        "code", max_length=40, unique=True, help_text="Jamais réutilisé, par exemple UNML-SMV-2019."
    )
    title = models.CharField("titre", max_length=200)
    nature = models.CharField("nature", max_length=12, choices=Nature, default=Nature.CONVENTION)
    level = models.CharField("niveau", max_length=8, choices=Level, default=Level.NATIONAL)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name="région")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="declinations",
        verbose_name="décline la convention",
    )
    parent_proven = models.BooleanField("filiation établie", default=True)
    predecessor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name="remplace la convention",
    )
    themes = ArrayField(
        models.CharField(max_length=20, choices=Theme), default=list, blank=True, verbose_name="thèmes"
    )
    signed_on = models.DateField("signée le", null=True, blank=True)
    signature_known = models.BooleanField("signature établie", default=True)
    starts_on = models.DateField("prend effet le", null=True, blank=True)
    ends_on = models.DateField("arrive à échéance le", null=True, blank=True)
    end_known = models.BooleanField("échéance connue", default=True)
    tacit_renewal = models.BooleanField("tacite reconduction", default=False)
    renewal_months = models.PositiveSmallIntegerField("durée de reconduction (mois)", null=True, blank=True)
    max_renewals = models.PositiveSmallIntegerField("nombre de reconductions au plus", null=True, blank=True)
    notice_months = models.PositiveSmallIntegerField("préavis (mois)", null=True, blank=True)
    denounced_on = models.DateField("dénoncée le", null=True, blank=True)
    denunciation_effective_on = models.DateField("dénonciation effective le", null=True, blank=True)
    terminated_on = models.DateField("résiliée le", null=True, blank=True)
    lapsed_on = models.DateField("caduque depuis le", null=True, blank=True)
    end_reason = models.CharField("motif de la fin", max_length=300, blank=True)
    place = models.CharField("lieu de signature", max_length=80, blank=True)
    note = models.TextField("ce qui reste incertain", max_length=1000, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        ordering = ["-starts_on", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="partners_convention_dates",
                violation_error_message="La convention ne peut pas finir avant d’avoir pris effet.",
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True) | Q(signature_known=True),
                name="partners_convention_signature",
                violation_error_message="Une date de signature est indiquée : cochez « signature établie ».",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(end_known=True),
                name="partners_convention_end",
                violation_error_message="Une échéance est indiquée : cochez « échéance connue ».",
            ),
            models.CheckConstraint(
                condition=Q(lapsed_on__isnull=True) | ~Q(end_reason=""),
                name="partners_convention_lapse_reason",
                violation_error_message="Indiquez pourquoi la convention est caduque.",
            ),
            models.CheckConstraint(
                condition=Q(level=Level.NATIONAL) | Q(region__isnull=False),
                name="partners_convention_region",
                violation_error_message="Indiquez la région d’une convention régionale ou locale.",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="partners_convention_not_own_parent",
                violation_error_message="Une convention ne peut pas se décliner elle-même.",
            ),
            models.CheckConstraint(
                condition=Q(predecessor__isnull=True) | ~Q(predecessor=F("id")),
                name="partners_convention_not_own_predecessor",
                violation_error_message="Une convention ne peut pas se remplacer elle-même.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def facts(self) -> ConventionFacts:
        """What its state is computed from. Prefetch ``parties`` and ``successors`` for many of them."""
        successions = (successor.starts_on or successor.signed_on for successor in self.successors.all())
        replaced_on = min((day for day in successions if day is not None), default=None)
        return ConventionFacts(
            nature=self.nature,
            signed_on=self.signed_on,
            signature_known=self.signature_known,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            end_known=self.end_known,
            tacit_renewal=self.tacit_renewal,
            renewal_months=self.renewal_months,
            max_renewals=self.max_renewals,
            notice_months=self.notice_months,
            denounced_on=self.denounced_on,
            denunciation_effective_on=self.denunciation_effective_on,
            terminated_on=self.terminated_on,
            lapsed_on=self.lapsed_on,
            replaced_on=replaced_on,
            parties=tuple(
                PartyFacts(joined_on=party.joined_on, left_on=party.left_on) for party in self.parties.all()
            ),
        )


class ConventionParty(models.Model):
    """A signatory, from the day it joins to the day it leaves."""

    convention = models.ForeignKey(
        Convention, models.CASCADE, related_name="parties", verbose_name="convention"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="convention_parties", verbose_name="structure"
    )
    signed_on = models.DateField("a signé le", null=True, blank=True)
    joined_on = models.DateField("partie depuis le", null=True, blank=True)
    left_on = models.DateField("partie jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "partie signataire"
        verbose_name_plural = "parties signataires"
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "organisation"],
                name="partners_party_once",
                violation_error_message="Cette structure est déjà partie à la convention.",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True)
                | Q(joined_on__isnull=True)
                | Q(left_on__gte=F("joined_on")),
                name="partners_party_dates",
                violation_error_message="Une partie ne peut pas sortir avant d’être entrée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}"


class Commitment(models.Model):
    """What a party promised, and how it is measured: by an indicator, or by evidence (empty measure)."""

    class Frequency(models.TextChoices):
        ONCE = "once", "une fois"
        CONTINUOUS = "continuous", "en continu"
        YEARLY = "yearly", "chaque année"

    convention = models.ForeignKey(
        Convention, models.CASCADE, related_name="commitments", verbose_name="convention"
    )
    party = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name="partie",
        help_text="Vide : l’engagement est commun.",
    )
    theme = models.CharField("thème", max_length=20, choices=Theme)
    wording = models.CharField("engagement", max_length=300)
    frequency = models.CharField("rythme", max_length=10, choices=Frequency, default=Frequency.CONTINUOUS)
    due_on = models.DateField("à tenir avant le", null=True, blank=True)
    measure = models.CharField("mesure", max_length=40, blank=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "engagement"
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.wording


class Committee(models.Model):
    """The follow-up committee of a convention."""

    class Reckoning(models.TextChoices):
        SLIDING = "sliding", "année glissante"
        CALENDAR = "calendar", "année civile"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    convention = models.ForeignKey(
        Convention, models.CASCADE, related_name="committees", verbose_name="convention"
    )
    name = models.CharField("nom", max_length=120, default="Comité de suivi")
    frequency_months = models.PositiveSmallIntegerField("se réunit tous les (mois)", default=12)
    reckoning = models.CharField("compté en", max_length=8, choices=Reckoning, default=Reckoning.SLIDING)

    class Meta:
        verbose_name = "comité"
        constraints = [
            models.CheckConstraint(
                condition=Q(frequency_months__gte=1) & Q(frequency_months__lte=60),
                name="partners_committee_frequency",
                violation_error_message="Un comité se réunit tous les 1 à 60 mois.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} – {self.convention.title}"


class CommitteeMeeting(models.Model):
    """A meeting of a committee: planned, then held."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    committee = models.ForeignKey(Committee, models.CASCADE, related_name="meetings", verbose_name="comité")
    held_on = models.DateField("date")
    place = models.CharField("lieu", max_length=120, blank=True)
    agenda = models.TextField("ordre du jour", max_length=2000, blank=True, help_text="Un point par ligne.")
    decisions = models.TextField(
        "décisions",
        max_length=4000,
        blank=True,
        help_text="Une décision par ligne ; reprises à la réunion suivante.",
    )
    cancelled = models.BooleanField("annulée", default=False)

    class Meta:
        verbose_name = "réunion de comité"
        verbose_name_plural = "réunions de comité"
        ordering = ["-held_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "held_on"],
                name="partners_meeting_once",
                violation_error_message="Ce comité a déjà une réunion ce jour-là.",
            )
        ]

    def __str__(self) -> str:
        return f"Réunion du {self.held_on:%d/%m/%Y}"

    @property
    def is_past(self) -> bool:
        return self.held_on < clock.today()
