"""What the youth agreed to, and the links by which it is asked."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core import clock
from core.working_days import add_months
from partners.models import Organisation
from youths.models.record import Youth

# No text says how long an agreement holds. The longest programme lasts twelve months (DOMAIN M-05), and a youth who
# agreed a year ago is asked again: decision of the house, ADR 0020.
LASTS_MONTHS = 12


def in_a_year() -> date:
    """The last day of an agreement given today."""
    return add_months(clock.today(), LASTS_MONTHS)


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def standing(self) -> "AgreementQuerySet":
        """Those that the youth may withdraw: not withdrawn, expired or not."""
        return self.filter(withdrawn_at__isnull=True)

    def live(self) -> "AgreementQuerySet":
        """Neither withdrawn nor expired, as ``Agreement.is_live`` says of one and ``tu_stop_sharing`` in SQL."""
        return self.standing().filter(expires_on__gte=clock.today())


class Agreement(models.Model):
    """The youth's agreement to pass their file on: a professional guarantee, not the legal basis (DOMAIN R-02)."""

    class Channel(models.TextChoices):
        FACE_TO_FACE = "face_to_face", "de vive voix, en entretien"
        PHONE = "phone", "par téléphone"
        WRITING = "writing", "par écrit"
        LINK = "link", "par son lien personnel"

    class Informed(models.TextChoices):
        """How the youth learnt what they agreed to."""

        READ_ALOUD = "read_aloud", "je lui ai lu ce texte"
        HANDED = "handed", "je lui ai remis ce texte"
        LINK = "link", "texte lu par son lien personnel"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    # Indexed by youths_agreement_youth, which begins with it.
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="agreements", db_index=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Who passes the file on: the text names it.
    recorded_for = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    purpose = models.CharField("pour", max_length=30)
    given_on = models.DateField("donné le", default=clock.today)
    expires_on = models.DateField("valable jusqu’au", default=in_a_year)
    channel = models.CharField("donné", max_length=12, choices=Channel)
    informed = models.CharField("informé", max_length=12, choices=Informed)
    covers_return = models.BooleanField("couvre le retour vers la Mission Locale", default=False)
    text_version = models.CharField("version du texte", max_length=40)
    # Of a minor: who represents them was told, and signed where a text asks for it. An emancipated minor acts alone.
    representative_informed_on = models.DateField("représentant légal informé le", null=True, blank=True)
    representative_signed_on = models.DateField("signé par le représentant légal le", null=True, blank=True)
    emancipated = models.BooleanField("mineur émancipé", default=False)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    withdrawn_how = models.CharField("retiré", max_length=12, choices=Channel, blank=True)
    # Who wrote the withdrawal down, and for whom; nobody when the youth did it by their own link.
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="retrait noté par",
    )
    withdrawn_for = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="retrait noté pour",
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = "accord du jeune"
        verbose_name_plural = "accords des jeunes"
        constraints = [
            models.CheckConstraint(
                condition=~Q(recorded_for=F("recipient")),
                name="youths_agreement_two_sides",
                violation_error_message="Un accord est donné pour une autre structure.",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gte=F("given_on")),
                name="youths_agreement_dates",
                violation_error_message="Un accord ne peut pas finir avant d’être donné.",
            ),
            models.CheckConstraint(
                condition=Q(informed__in=["read_aloud", "handed", "link"]),
                name="youths_agreement_informed",
                violation_error_message="Dites comment le jeune a été informé.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_how="", withdrawn_for__isnull=True)
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_how="")),
                name="youths_agreement_withdrawn",
                violation_error_message="Dites comment l’accord a été retiré.",
            ),
        ]
        indexes = [models.Index(fields=["youth", "recipient"], name="youths_agreement_youth")]

    def __str__(self) -> str:
        return f"Accord n° {self.pk}"

    @property
    def is_live(self) -> bool:
        return live_on(clock.today(), self.withdrawn_at, self.expires_on)


def live_on(day: date, withdrawn_at: datetime | None, expires_on: date) -> bool:
    """Whether an agreement is one that day: not withdrawn, and its last day has not passed."""
    return withdrawn_at is None and expires_on >= day


class AgreementRequestQuerySet(models.QuerySet["AgreementRequest"]):
    def waiting(self) -> "AgreementRequestQuerySet":
        """Those that the youth may still answer."""
        return self.filter(
            answer="", cancelled_at__isnull=True, locked_at__isnull=True, expires_at__gt=clock.now()
        )


class AgreementRequest(models.Model):
    """A signed link by which a youth answers one question, once, within eight days. Its token is kept as a hash."""

    LASTS = timedelta(days=8)
    TRIES = 5

    class Kind(models.TextChoices):
        GIVE = "give", "donner un accord"
        WITHDRAW = "withdraw", "retirer un accord"

    class Answer(models.TextChoices):
        YES = "yes", "oui"
        NO = "no", "non"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    youth = models.ForeignKey(Youth, models.CASCADE, related_name="agreement_requests")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="demandé par"
    )
    requested_for = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="demandé pour"
    )
    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    purpose = models.CharField("pour", max_length=30)
    kind = models.CharField("demande", max_length=10, choices=Kind)
    text_version = models.CharField("version du texte", max_length=40)
    token_hash = models.CharField("empreinte du lien", max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField("demandé le", default=clock.now)
    expires_at = models.DateTimeField("valable jusqu’au")
    mailed_at = models.DateTimeField("envoyé par courriel le", null=True, blank=True)
    # Wrong days and months of birth; the fifth one locks the link.
    tries = models.PositiveSmallIntegerField("essais", default=0)
    locked_at = models.DateTimeField("bloqué le", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)
    answer = models.CharField("réponse", max_length=4, choices=Answer, blank=True)
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)

    objects = AgreementRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande d’accord par un lien"
        verbose_name_plural = "demandes d’accord par un lien"
        constraints = [
            models.UniqueConstraint(
                fields=["youth", "requested_for", "recipient", "purpose", "kind"],
                condition=Q(answer="", cancelled_at__isnull=True),
                name="youths_one_agreement_request",
                violation_error_message="Un lien est déjà ouvert pour cette demande.",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="youths_agreement_request_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"Demande d’accord n° {self.pk}"


class DisposalQuerySet(models.QuerySet["Disposal"]):
    def visible_to(self, acting) -> "DisposalQuerySet":
        """Those asked of one's organisation: one's own, and all of them for a manager."""
        if acting is None or not acting.accompanies:
            return self.none()
        found = self.filter(organisation=acting.organisation_id)
        return found if acting.is_manager else found.filter(professional__in=acting.stands_for)


class Disposal(models.Model):
    """What a partner made of what it held, once the youth withdrew their agreement: asked at once, due in a month."""

    class Answer(models.TextChoices):
        DELETED = "deleted", "tout est supprimé"
        NOTHING = "nothing", "nous n’avions rien gardé hors du portail"
        KEPT = "kept", "une partie est gardée, parce qu’un texte l’impose"

    class Duty(models.TextChoices):
        """The duties that make something kept."""

        CONTRACT = "contract", "un contrat signé avec le jeune (Code civil, art. 2224)"
        ACCOUNTS = "accounts", "la comptabilité (Code de commerce, art. L123-22)"
        TRAINING = "training", "la preuve de la formation suivie (Code du travail, art. L6362-5)"
        UNDER_WAY = "under_way", "le parcours commencé, jusqu’à sa fin"
        CLAIM = "claim", "un droit à défendre en justice (RGPD, art. 17-3-e)"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    agreement = models.OneToOneField(
        Agreement, models.CASCADE, related_name="disposal", verbose_name="accord retiré"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    professional = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="demandé à",
    )
    asked_at = models.DateTimeField("demandé le", default=clock.now)
    due_on = models.DateField("à faire avant le")
    answer = models.CharField("ce qui a été fait", max_length=10, choices=Answer, blank=True)
    duty = models.CharField("ce qui oblige à garder", max_length=10, choices=Duty, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)

    objects = DisposalQuerySet.as_manager()

    class Meta:
        verbose_name = "suppression demandée"
        verbose_name_plural = "suppressions demandées"
        constraints = [
            models.CheckConstraint(
                condition=(Q(answer="kept") & ~Q(duty="")) | (~Q(answer="kept") & Q(duty="")),
                name="youths_disposal_duty",
                violation_error_message="Dites ce qui oblige à garder.",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="youths_disposal_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"Suppression demandée n° {self.pk}"
