"""Follow-up committees: who sits, when they meet, what they decide and what remains to be done."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core import clock
from core.models import Document
from partners.models.conventions import Convention
from partners.models.organisations import Organisation
from partners.models.versions import Versioned


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


class CommitteeMember(models.Model):
    """An organisation that sits on a committee, and the person who represents it when they have an account."""

    class Function(models.TextChoices):
        CHAIR = "presidence", "présidence"
        MEMBER = "membre", "membre"
        GUEST = "invite", "invité"

    committee = models.ForeignKey(Committee, models.CASCADE, related_name="members", verbose_name="comité")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="committee_seats", verbose_name="structure"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="committee_seats",
        verbose_name="représentée par",
    )
    function = models.CharField("fonction", max_length=10, choices=Function, default=Function.MEMBER)

    class Meta:
        verbose_name = "membre du comité"
        verbose_name_plural = "membres du comité"
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "organisation", "user"],
                name="partners_committee_member_once",
                nulls_distinct=False,
                violation_error_message="Ce membre siège déjà au comité.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} ({self.get_function_display()})"


class CommitteeMeeting(Versioned):
    """A meeting of a committee: planned, then held, or cancelled. Hours are those of Paris."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    committee = models.ForeignKey(Committee, models.CASCADE, related_name="meetings", verbose_name="comité")
    held_on = models.DateField("date")
    starts_at = models.TimeField("de", null=True, blank=True)
    ends_at = models.TimeField("à", null=True, blank=True)
    place = models.CharField("lieu", max_length=120, blank=True)
    agenda = models.TextField("ordre du jour", max_length=2000, blank=True, help_text="Un point par ligne.")
    decisions = models.TextField(
        "décisions",
        max_length=4000,
        blank=True,
        help_text="Une décision par ligne ; reprises à la réunion suivante.",
    )
    minutes = models.TextField("compte rendu", max_length=8000, blank=True)
    minutes_document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    cancelled = models.BooleanField("annulée", default=False)

    class Meta:
        verbose_name = "réunion de comité"
        verbose_name_plural = "réunions de comité"
        ordering = ["-held_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "held_on"],
                condition=Q(cancelled=False),
                name="partners_meeting_once",
                violation_error_message="Ce comité a déjà une réunion ce jour-là.",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="partners_meeting_hours",
                violation_error_message="La réunion finit après avoir commencé.",
            ),
        ]

    def __str__(self) -> str:
        return f"Réunion du {self.held_on:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("partners:meeting_detail", args=[self.uuid])

    @property
    def is_past(self) -> bool:
        return self.held_on < clock.today()


class MeetingAttendance(models.Model):
    """Whether a member came to a meeting."""

    class Presence(models.TextChoices):
        PRESENT = "present", "présent"
        EXCUSED = "excuse", "excusé"
        ABSENT = "absent", "absent"

    meeting = models.ForeignKey(
        CommitteeMeeting, models.CASCADE, related_name="attendances", verbose_name="réunion"
    )
    member = models.ForeignKey(
        CommitteeMember, models.CASCADE, related_name="attendances", verbose_name="membre"
    )
    presence = models.CharField("présence", max_length=8, choices=Presence)

    class Meta:
        verbose_name = "présence"
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "member"],
                name="partners_attendance_once",
                violation_error_message="La présence de ce membre est déjà notée.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} : {self.get_presence_display()}"


class MeetingContribution(Versioned):
    """What an organisation of the committee brings to a meeting, before it: read in its pack. One text each."""

    meeting = models.ForeignKey(
        CommitteeMeeting, models.CASCADE, related_name="contributions", verbose_name="réunion"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="committee_contributions", verbose_name="structure"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="écrite par"
    )
    text = models.TextField("contribution", max_length=2000)
    written_at = models.DateTimeField("écrite le", default=clock.now)

    class Meta:
        verbose_name = "contribution à une réunion"
        verbose_name_plural = "contributions à une réunion"
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "organisation"],
                name="partners_contribution_once",
                violation_error_message="Votre structure a déjà une contribution : modifiez-la.",
            )
        ]

    def __str__(self) -> str:
        return f"Contribution n° {self.pk}"


class CommitteeActionQuerySet(models.QuerySet["CommitteeAction"]):
    def open(self) -> "CommitteeActionQuerySet":
        """Those that come back at the next meeting."""
        return self.filter(state=CommitteeAction.State.OPEN)


class CommitteeAction(models.Model):
    """Something a committee decided to do: it comes back at each meeting until it is done or given up."""

    class State(models.TextChoices):
        OPEN = "a_faire", "à faire"
        DONE = "fait", "fait"
        DROPPED = "abandonne", "abandonné"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    committee = models.ForeignKey(Committee, models.CASCADE, related_name="actions", verbose_name="comité")
    meeting = models.ForeignKey(
        CommitteeMeeting, models.PROTECT, related_name="actions", verbose_name="décidée à la réunion"
    )
    wording = models.CharField("action", max_length=300)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="committee_actions", verbose_name="confiée à"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="committee_actions",
        verbose_name="suivie par",
    )
    due_on = models.DateField("pour le")
    state = models.CharField("état", max_length=10, choices=State, default=State.OPEN)
    closed_on = models.DateField("close le", null=True, blank=True)
    closing_note = models.CharField("suite donnée", max_length=300, blank=True)

    objects = CommitteeActionQuerySet.as_manager()

    class Meta:
        verbose_name = "action de comité"
        verbose_name_plural = "actions de comité"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="a_faire", closed_on__isnull=True)
                | (~Q(state="a_faire") & Q(closed_on__isnull=False) & ~Q(closing_note="")),
                name="partners_action_closed",
                violation_error_message="Une action close a une date, et dit la suite donnée.",
            )
        ]
        indexes = [
            models.Index(
                fields=["owner", "organisation"], name="partners_action_open", condition=Q(state="a_faire")
            )
        ]

    def __str__(self) -> str:
        return self.wording
