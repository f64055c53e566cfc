"""The referral: one youth, one programme, one recipient."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core import clock
from core.validators import validate_free_text
from partners.models import Convention, Network, Organisation, Team
from referrals import programmes
from referrals.clocks import SUSPENSION_DAYS
from referrals.states import OPEN_STATES, State
from youths.models import Accompaniment, Agreement, Youth

LONGEST_SUSPENSION = timedelta(days=SUSPENSION_DAYS)
# States that a coded reason explains, and those that an outcome closes.
REASONED = [State.DECLINED, State.NO_RESPONSE, State.WITHDRAWN, State.DROPPED_OUT, State.ENTERED_IN_ERROR]
CLOSED_BY_OUTCOME = [State.COMPLETED, State.DROPPED_OUT]
BEFORE_ANSWER = [State.DRAFT, State.SENT, State.RECEIVED, State.INFO_REQUESTED, State.WAITLISTED]


# What the policy and the rules of access ask of a referral of each list: thousands are counted without being read.
_ASKED_OF_RECEIVED = [
    "state",
    "sender",
    "sender_access_until",
    "recipient_access_until",
    "recipient_professional",
    "recipient_substitute",
    "recipient_team",
    "recipient_former",
]
_ASKED_OF_SENT = [
    "state",
    "recipient",
    "sender_access_until",
    "recipient_access_until",
    "sender_professional",
    "sender_team",
    "sender_former",
]


def programme_choices() -> list[tuple[str, str]]:
    return [(programme.code, programme.label) for programme in programmes.all()]


def still_open_to(side: str) -> Q:
    """The condition under which a side still has access to a referral."""
    return Q(**{f"{side}_access_until__isnull": True}) | Q(**{f"{side}_access_until__gt": clock.now()})


def of_side(organisation_id: int, side: str) -> Q:
    """What an organisation sent or received, while it has access. A draft is nobody's business but its author's."""
    condition = Q(**{side: organisation_id}) & still_open_to(side)
    return condition & ~Q(state=State.DRAFT) if side == "recipient" else condition


def needed_by(acting, side: str) -> Q:
    """Of one side, what a person needs to know: their own, their team's and those of the absent
    whom they replace; all for a manager."""
    condition = of_side(acting.organisation_id, side)
    if acting.is_manager:
        return condition
    mine = followed_by(acting, side)
    # Who followed it before a manager entrusted it to a colleague keeps reading the answer.
    mine |= Q(**{f"{side}_former": acting.user_id})
    if acting.sharing_team_id:
        mine |= Q(**{f"{side}_team": acting.sharing_team_id})
    return condition & mine


def led_by(acting, side: str) -> Q:
    """Of one side, the referrals of the youths whom a person leads in a Mission Locale, whoever answers there.

    Not in the lists, which are of what one sends and answers: on the record of the youth, and behind a link.
    """
    leads = Accompaniment.objects.active().filter(
        organisation=acting.organisation_id,
        role=Accompaniment.Role.LEAD,
        professional__in=acting.stands_for,
    )
    return of_side(acting.organisation_id, side) & ~Q(state=State.DRAFT) & Q(youth__in=leads.values("youth"))


def followed_by(acting, side: str) -> Q:
    """Of one side, what a person follows themself, or for an absent colleague, or as the substitute."""
    mine = Q(**{f"{side}_professional__in": acting.stands_for})
    return mine | Q(recipient_substitute=acting.user_id) if side == "recipient" else mine


# What the page of a referral shows of the others: fifty columns fewer to name in a query and to read from it.
_SHOWN = {
    "youth": [
        f"youth__{name}"
        for name in (
            "uuid",
            "first_name",
            "last_name",
            "birth_date",
            "phone",
            "email",
            "contact_changed_at",
            "level",
            "held_by",
            "registered_with",
        )
    ],
    "sender": ["sender__name", "sender__is_sensitive"],
    "recipient": ["recipient__name", "recipient__is_sensitive"],
    "sender_professional": ["sender_professional__first_name", "sender_professional__last_name"],
    "recipient_professional": ["recipient_professional__first_name", "recipient_professional__last_name"],
    "convention": ["convention__uuid", "convention__title"],
    "offer": ["offer__uuid", "offer__title", "offer__places"],
    "agreement": [
        f"agreement__{name}"
        for name in (
            "youth",
            "recorded_for",
            "recipient",
            "purpose",
            "given_on",
            "expires_on",
            "channel",
            "covers_return",
            "withdrawn_at",
            "representative_informed_on",
            "representative_signed_on",
            "emancipated",
        )
    ],
}


class ReferralQuerySet(models.QuerySet["Referral"]):
    def sent_by(self, organisation_id: int) -> "ReferralQuerySet":
        return self.filter(of_side(organisation_id, "sender"))

    def of_tab(self, acting, side: str) -> "ReferralQuerySet":
        """What one list shows: the referrals of one side that this person needs to know."""
        return self.filter(needed_by(acting, side))

    def visible_to(self, acting) -> "ReferralQuerySet":
        """The referrals this person may open (DESIGN, "Access", wall 1)."""
        if acting is None or not acting.accompanies:
            return self.none()
        needed = needed_by(acting, "sender") | needed_by(acting, "recipient")
        if acting.network == Network.ML and not acting.is_manager:
            needed |= led_by(acting, "sender") | led_by(acting, "recipient")
        return self.filter(needed)

    def with_people(self) -> "ReferralQuerySet":
        """What a page shows of a referral, in one query: all of it, and of the others what is named here."""
        shown = [name for names in _SHOWN.values() for name in names]
        own = [field.name for field in self.model._meta.concrete_fields]
        return self.select_related(*_SHOWN).only(*own, *shown)


class Referral(models.Model):
    """One youth, one programme, one recipient; symmetrical (ML → partner and partner → ML).

    Its state only changes through ``workflow.apply``, and the database refuses a jump that the table of
    transitions does not contain.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    # Two submissions of one form are one referral.
    submission = models.UUIDField(default=uuid4, unique=True, editable=False)
    youth = models.ForeignKey(Youth, models.PROTECT, related_name="referrals")
    programme = models.CharField("dispositif", max_length=30, choices=programme_choices)
    # Each side is the beginning of an index of its own (referrals_sentbox, referrals_inbox).
    sender = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="envoyée par", db_index=False
    )
    recipient = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name="adressée à", db_index=False
    )
    convention = models.ForeignKey(
        Convention, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="convention"
    )
    sender_professional = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sender_team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    recipient_professional = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recipient_substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recipient_team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    # Who followed it on each side until a manager entrusted it to a colleague.
    sender_former = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="suivie auparavant, côté envoi, par",
    )
    recipient_former = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="suivie auparavant, côté réception, par",
    )
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="accord du jeune"
    )
    # What was chosen, when the recipient proposes it: its places are counted (referrals.offers.places). Indexed below.
    offer = models.ForeignKey(
        "referrals.Offer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="referrals",
        db_index=False,
        verbose_name="offre",
    )
    redirected_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="redirections"
    )
    returned_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="returns")

    state = models.CharField("état", max_length=20, choices=State, default=State.DRAFT)
    last_action = models.CharField(max_length=20, default="create")
    version = models.PositiveIntegerField(default=1)
    reason = models.CharField("motif", max_length=40, blank=True)
    reason_detail = models.CharField("précision", max_length=200, blank=True, validators=[validate_free_text])
    details = models.JSONField("réponses propres au dispositif", default=dict, blank=True)
    note = models.CharField(
        "mot au destinataire", max_length=1000, blank=True, validators=[validate_free_text]
    )

    created_at = models.DateTimeField(default=clock.now, editable=False)
    state_since = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)
    received_at = models.DateTimeField("ouverte le", null=True, blank=True)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    planned_on = models.DateField("entrée prévue le", null=True, blank=True)
    planned_end_on = models.DateField("fin prévue le", null=True, blank=True)
    started_on = models.DateField("démarrée le", null=True, blank=True)
    ended_on = models.DateField("terminée le", null=True, blank=True)
    # A course that has begun and is interrupted for a while: since when, and until when at the latest.
    suspended_on = models.DateField("suspendue le", null=True, blank=True)
    suspended_until = models.DateField("suspendue jusqu’au", null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField("issue vue par l’envoyeur le", null=True, blank=True)
    # When each side's access ends, for a side that does not keep the youth's record. Empty: as long as needed.
    sender_access_until = models.DateTimeField(null=True, blank=True)
    recipient_access_until = models.DateTimeField(null=True, blank=True)

    # Since when the youth's agreement is withdrawn from a course that has begun: nothing is shared but its outcome.
    sharing_stopped_at = models.DateTimeField("partage arrêté le", null=True, blank=True, editable=False)

    # The clock that runs, materialised so that "what is due and not done?" is one indexed question.
    clock_kind = models.CharField(max_length=20, blank=True)
    clock_side = models.CharField(max_length=10, blank=True)
    due_on = models.DateField("échéance", null=True, blank=True)
    escalate_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    # Everything the worker will do about this referral, and the first day of those still to be done.
    rungs = models.JSONField(default=list, blank=True, editable=False)
    wake_on = models.DateField(null=True, blank=True, editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = "orientation"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values),
                name="referrals_state",
                violation_error_message="Cet état n’existe pas.",
            ),
            models.CheckConstraint(
                condition=~Q(sender=F("recipient")),
                name="referrals_two_sides",
                violation_error_message="Une orientation va d’une structure à une autre.",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(sent_at__isnull=False) | Q(state=State.ENTERED_IN_ERROR),
                name="referrals_sent_at",
                violation_error_message="Une orientation envoyée a une date d’envoi.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFT, State.ENTERED_IN_ERROR]) | Q(agreement__isnull=False),
                name="referrals_agreement",
                violation_error_message="Enregistrez l’accord du jeune avant d’envoyer.",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=REASONED) & ~Q(reason="")) | (~Q(state__in=REASONED) & Q(reason="")),
                name="referrals_reason",
                violation_error_message="Indiquez un motif.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.STARTED, *CLOSED_BY_OUTCOME]) | Q(started_on__isnull=False),
                name="referrals_started_on",
                violation_error_message="Indiquez la date de démarrage.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=CLOSED_BY_OUTCOME) | Q(ended_on__isnull=False),
                name="referrals_ended_on",
                violation_error_message="Indiquez la date de fin.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(ended_on__gte=F("started_on")),
                name="referrals_dates",
                violation_error_message="La fin ne peut pas précéder le démarrage.",
            ),
            models.CheckConstraint(
                condition=Q(suspended_on__isnull=True, suspended_until__isnull=True)
                | Q(
                    state=State.STARTED,
                    suspended_until__gt=F("suspended_on"),
                    suspended_until__lte=F("suspended_on") + LONGEST_SUSPENSION,
                ),
                name="referrals_suspension",
                violation_error_message="Une suspension a un terme, dans les 90 jours.",
            ),
        ]
        indexes = [
            # Counted without being read (ADR 10).
            models.Index(
                fields=["recipient", "-sent_at", "-id"],
                include=_ASKED_OF_RECEIVED,
                name="referrals_inbox_open",
                condition=Q(state__in=OPEN_STATES),
            ),
            models.Index(
                fields=["sender", "-created_at", "-id"],
                include=_ASKED_OF_SENT,
                name="referrals_sent_open",
                condition=Q(state__in=[State.DRAFT, *OPEN_STATES]),
            ),
            # The same for those that are closed too, or not sent yet.
            models.Index(
                fields=["recipient", "-sent_at", "-id"], include=_ASKED_OF_RECEIVED, name="referrals_inbox"
            ),
            models.Index(
                fields=["sender", "-created_at", "-id"], include=_ASKED_OF_SENT, name="referrals_sentbox"
            ),
            # The exits that come near (referrals.preparing).
            models.Index(
                fields=["programme", "planned_end_on"],
                name="referrals_ending",
                condition=Q(state=State.STARTED),
            ),
            models.Index(fields=["wake_on"], name="referrals_wake", condition=Q(wake_on__isnull=False)),
            # What moved since a day: figures of a past day replay it alone (reporting.packs.snapshot).
            models.Index(fields=["programme", "state_since"], name="referrals_moved"),
            models.Index(
                fields=["offer", "state"], name="referrals_of_offer", condition=Q(offer__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Orientation n° {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("referrals:detail", args=[self.uuid])

    @property
    def rules(self):
        """The programme: its eligibility, codes and clocks."""
        return programmes.get(self.programme)

    def side_of(self, organisation_id: int) -> str:
        """``sender`` or ``recipient``: the side of an organisation that takes part."""
        return "sender" if self.sender_id == organisation_id else "recipient"
