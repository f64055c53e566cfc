"""Conventions: what was signed, by whom, for how long, and what each party promised."""

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core import clock
from core.models import Document
from partners.models.organisations import Branch, Level, Organisation
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
    # A prescriber lets the other party prescribe periods in a company (Code du travail, D5135-7).
    PRESCRIBING = "prescription", "Délégation de prescription (PMSMP)"


class Convention(models.Model):
    """A text between networks, as it was signed: amendments and decisions are records beside it.

    Its state is computed from all three, never typed in (``partners.conventions.state``).
    """

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
    lead = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_conventions",
        verbose_name="structure pilote",
        help_text="Elle reçoit les alertes d’échéance ; à défaut, la première partie signataire.",
    )
    steward = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="suivie par",
        help_text="Une personne de la structure pilote ; à défaut, ses responsables.",
    )
    themes = ArrayField(
        models.CharField(max_length=20, choices=Theme), default=list, blank=True, verbose_name="thèmes"
    )
    purpose = models.TextField("objet", max_length=2000, blank=True)
    data_clause = models.TextField("données échangées", max_length=2000, blank=True)
    signed_on = models.DateField("signée le", null=True, blank=True)
    signature_known = models.BooleanField("signature établie", default=True)
    signed_label = models.CharField(
        "signature, quand le jour n’est pas établi",
        max_length=40,
        blank=True,
        help_text="Par exemple : mai 2023.",
    )
    starts_on = models.DateField("prend effet le", null=True, blank=True)
    ends_on = models.DateField("arrive à échéance le", null=True, blank=True)
    end_known = models.BooleanField("échéance connue", default=True)
    tacit_renewal = models.BooleanField("tacite reconduction", default=False)
    renewal_months = models.PositiveSmallIntegerField("durée de reconduction (mois)", null=True, blank=True)
    max_renewals = models.PositiveSmallIntegerField("nombre de reconductions au plus", null=True, blank=True)
    notice_months = models.PositiveSmallIntegerField("préavis (mois)", null=True, blank=True)
    # Durations that the parties agreed, by name; the others are those of each programme (``hooks.agreed_delays``).
    delays = models.JSONField("délais convenus", default=dict, blank=True)
    place = models.CharField("lieu de signature", max_length=80, blank=True)
    note = models.TextField("ce qui reste incertain", max_length=1000, blank=True)
    source = models.CharField("source", max_length=200, blank=True)

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


class Amendment(models.Model):
    """A numbered amendment (avenant): typed content that changes how the text reads from a day on.

    The parties, commitments and branches it brings point to it; those it takes away too.
    """

    class Kind(models.TextChoices):
        TERM = "duree", "Durée"
        PARTIES = "parties", "Parties"
        PURPOSE = "objet", "Objet"
        COMMITMENTS = "engagements", "Engagements"
        BRANCHES = "branches", "Branches"
        DATA = "donnees", "Données échangées"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    convention = models.ForeignKey(
        Convention, models.PROTECT, related_name="amendments", verbose_name="convention"
    )
    number = models.PositiveSmallIntegerField("avenant n°")
    kinds = ArrayField(models.CharField(max_length=12, choices=Kind), default=list, verbose_name="porte sur")
    signed_on = models.DateField(
        "signé le", null=True, blank=True, help_text="Vide : pas encore signé, sans effet."
    )
    effective_on = models.DateField("prend effet le")
    new_ends_on = models.DateField("nouvelle échéance", null=True, blank=True)
    new_purpose = models.TextField("nouvel objet", max_length=2000, blank=True)
    new_data_clause = models.TextField("nouvelles données échangées", max_length=2000, blank=True)
    note = models.TextField("note", max_length=1000, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="enregistré par",
        editable=False,
    )
    recorded_at = models.DateTimeField("enregistré le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "avenant"
        ordering = ["convention", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "number"],
                name="partners_amendment_number",
                violation_error_message="Cette convention a déjà un avenant de ce numéro.",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="partners_amendment_first",
                violation_error_message="Les avenants se numérotent à partir de 1.",
            ),
            models.CheckConstraint(
                condition=Q(kinds__len__gte=1),
                name="partners_amendment_kinds",
                violation_error_message="Dites sur quoi porte l’avenant.",
            ),
            models.CheckConstraint(
                condition=Q(kinds__contains=["duree"], new_ends_on__isnull=False)
                | (~Q(kinds__contains=["duree"]) & Q(new_ends_on__isnull=True)),
                name="partners_amendment_term",
                violation_error_message="Un avenant de durée, et lui seul, donne une nouvelle échéance.",
            ),
            models.CheckConstraint(
                condition=(Q(kinds__contains=["objet"]) & ~Q(new_purpose=""))
                | (~Q(kinds__contains=["objet"]) & Q(new_purpose="")),
                name="partners_amendment_purpose",
                violation_error_message="Un avenant d’objet, et lui seul, donne un nouvel objet.",
            ),
            models.CheckConstraint(
                condition=(Q(kinds__contains=["donnees"]) & ~Q(new_data_clause=""))
                | (~Q(kinds__contains=["donnees"]) & Q(new_data_clause="")),
                name="partners_amendment_data",
                violation_error_message="Un avenant sur les données, et lui seul, dit les nouvelles données échangées.",
            ),
        ]

    def __str__(self) -> str:
        return f"Avenant n° {self.number}"


class ConventionPartyQuerySet(models.QuerySet["ConventionParty"]):
    def on(self, day) -> "ConventionPartyQuerySet":
        """Those that have joined and have not left: the last day of a party is one of its days."""
        return self.filter(Q(joined_on__isnull=True) | Q(joined_on__lte=day)).filter(
            Q(left_on__isnull=True) | Q(left_on__gte=day)
        )


class ConventionParty(models.Model):
    """A signatory, from the day it joins to the day it leaves (its last day as a party)."""

    convention = models.ForeignKey(
        Convention, models.CASCADE, related_name="parties", verbose_name="convention"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="convention_parties", verbose_name="structure"
    )
    signed_on = models.DateField("a signé le", null=True, blank=True)
    joined_on = models.DateField(
        "partie depuis le", null=True, blank=True, help_text="Vide : depuis le début."
    )
    joined_by = models.ForeignKey(
        Amendment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="joining",
        verbose_name="entrée par l’avenant",
    )
    left_on = models.DateField("partie jusqu’au", null=True, blank=True)
    left_by = models.ForeignKey(
        Amendment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leaving",
        verbose_name="sortie par l’avenant",
    )
    exit_reason = models.CharField("motif de la sortie", max_length=300, blank=True)
    exit_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="sortie enregistrée par",
        editable=False,
    )
    exit_recorded_at = models.DateTimeField("sortie enregistrée le", null=True, blank=True, editable=False)
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name="se substitue à",
    )

    objects = ConventionPartyQuerySet.as_manager()

    class Meta:
        verbose_name = "partie signataire"
        verbose_name_plural = "parties signataires"
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "organisation"],
                condition=Q(left_on__isnull=True),
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
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | ~Q(exit_reason=""),
                name="partners_party_exit_reason",
                violation_error_message="Indiquez pourquoi cette partie sort de la convention.",
            ),
            models.CheckConstraint(
                condition=Q(left_by__isnull=True) | Q(left_on__isnull=False),
                name="partners_party_left_by",
                violation_error_message="Une partie sortie par un avenant a un dernier jour.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}"


class ConventionBranch(models.Model):
    """A professional branch that a convention covers, from the beginning or by an amendment."""

    convention = models.ForeignKey(
        Convention, models.CASCADE, related_name="branch_lines", verbose_name="convention"
    )
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="convention_lines", verbose_name="branche"
    )
    added_by = models.ForeignKey(
        Amendment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="branches_added",
        verbose_name="ajoutée par",
    )
    removed_by = models.ForeignKey(
        Amendment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="branches_removed",
        verbose_name="retirée par",
    )

    class Meta:
        verbose_name = "branche couverte"
        verbose_name_plural = "branches couvertes"
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "branch"],
                condition=Q(removed_by__isnull=True),
                name="partners_branch_once",
                violation_error_message="La convention couvre déjà cette branche.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch}"


class ConventionDecision(models.Model):
    """A decision that changes the state of a convention: who, when, why."""

    class Kind(models.TextChoices):
        TO_SIGN = "a_signer", "Mise à la signature"
        SUSPENDED = "suspension", "Suspension"
        RESUMED = "reprise", "Reprise"
        DENOUNCED = "denonciation", "Dénonciation"
        TERMINATED = "resiliation", "Résiliation"
        LAPSED = "caducite", "Caducité"

    convention = models.ForeignKey(
        Convention, models.PROTECT, related_name="decisions", verbose_name="convention"
    )
    kind = models.CharField("décision", max_length=12, choices=Kind)
    decided_on = models.DateField("décidée ou reçue le")
    effective_on = models.DateField(
        "prend effet le",
        null=True,
        blank=True,
        help_text="Premier jour concerné. Vide : le jour même ; pour une dénonciation, à la fin du préavis.",
    )
    at_latest = models.BooleanField(
        "date au plus tard",
        default=False,
        help_text="Le jour exact n’est pas établi : c’était au plus tard celui-ci.",
    )
    party = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="à l’initiative de",
    )
    reason = models.CharField("motif", max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="enregistrée par",
        editable=False,
    )
    recorded_at = models.DateTimeField("enregistrée le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "décision"
        ordering = ["decided_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="a_signer") | ~Q(reason=""),
                name="partners_decision_reason",
                violation_error_message="Indiquez le motif de cette décision.",
            ),
            models.CheckConstraint(
                condition=Q(effective_on__isnull=True)
                | Q(effective_on__gte=F("decided_on"))
                | ~Q(kind="denonciation"),
                name="partners_decision_dates",
                violation_error_message="La dénonciation ne peut pas prendre effet avant d’avoir été reçue.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.decided_on:%d/%m/%Y}"


class ConventionDocument(models.Model):
    """A version of a document of a convention: the signed text, an amendment, an annex."""

    class Kind(models.TextChoices):
        SIGNED = "signe", "Texte signé"
        AMENDMENT = "avenant", "Avenant"
        ANNEX = "annexe", "Annexe"
        DECISION = "decision", "Dénonciation, résiliation ou autre décision"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    convention = models.ForeignKey(
        Convention, models.PROTECT, related_name="documents", verbose_name="convention"
    )
    amendment = models.ForeignKey(
        Amendment, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name="avenant"
    )
    kind = models.CharField("nature", max_length=8, choices=Kind, default=Kind.SIGNED)
    title = models.CharField("titre", max_length=120)
    version = models.PositiveSmallIntegerField("version", default=1, editable=False)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="ajouté par", editable=False
    )
    added_at = models.DateTimeField("ajouté le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "document"
        ordering = ["convention", "kind", "title", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "amendment", "kind", "title", "version"],
                name="partners_document_version",
                nulls_distinct=False,
                violation_error_message="Cette version du document existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(amendment__isnull=True) | Q(kind__in=["avenant", "annexe"]),
                name="partners_document_amendment",
                violation_error_message="Le document d’un avenant est l’avenant lui-même ou une annexe.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"
