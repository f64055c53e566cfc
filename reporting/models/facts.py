"""The fact of a referral: what figures need of it, and nothing that names anybody."""

from django.db import models

from partners.models import Department, Region
from referrals.models import Referral
from referrals.states import State


class Direction(models.TextChoices):
    """Which way a referral goes, as the Missions Locales see it."""

    FROM_ML = "from_ml", "De la Mission Locale vers le partenaire"
    TO_ML = "to_ml", "Du partenaire vers la Mission Locale"
    BETWEEN_ML = "between_ml", "Entre Missions Locales"
    OTHER = "other", "Entre partenaires"


class AgeBand(models.TextChoices):
    """The age on the day of the sending."""

    UNDER_16 = "moins_16", "Moins de 16 ans"
    MINOR = "16_17", "16 ou 17 ans"
    YOUNG = "18_21", "De 18 à 21 ans"
    ADULT = "22_25", "De 22 à 25 ans"
    OLDER = "26_plus", "26 ans ou plus"


class Area(models.TextChoices):
    """The priority territory where the youth lives. The portal holds no address: unknown, until it is told."""

    TOWN = "QPV", "Quartier prioritaire (QPV)"
    RURAL = "FRR", "Zone rurale (FRR)"
    NONE = "AUCUN", "Aucun des deux"
    UNKNOWN = "INCONNU", "Inconnu"


class Result(models.TextChoices):
    """What became of the youth at a moment, in one word; empty while nobody said."""

    UNKNOWN = "unknown", "Situation non connue"
    NEGATIVE = "negative", "Sans solution"
    POSITIVE = "positive", "Solution"


# What wall 2 asks of a fact: an index that has them is read alone.
_SIDES = ("sender_id", "recipient_id")


class ReferralFact(models.Model):
    """What figures need of a referral, kept exact in the transaction that changes it.

    Personal data while it is linked to its referral, so under wall 2. ``reason`` is the public one: a
    restricted reason (unfit) is never here. The territory is that of the Mission Locale of the two
    (``facts.home_of``). What a referral does not hold itself (``facts_sql``: the age and the level of the youth, the
    missions and the periods in a company, what followed a refusal) is written by the database.
    """

    referral = models.OneToOneField(Referral, models.CASCADE, primary_key=True, related_name="fact")
    sender_id = models.BigIntegerField()
    recipient_id = models.BigIntegerField()
    convention_id = models.BigIntegerField(null=True)
    programme = models.CharField(max_length=30)
    topic = models.CharField(max_length=20, default="")
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.FROM_ML)
    # The legal day of the sending, and the first day of its month: the cohort.
    sent_on = models.DateField()
    month = models.DateField()
    region = models.ForeignKey(Region, models.PROTECT, null=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True)
    recipient_region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="région du destinataire",
    )
    recipient_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="département du destinataire",
    )
    age_band = models.CharField(max_length=10, choices=AgeBand, default=AgeBand.YOUNG)
    level = models.PositiveSmallIntegerField(null=True)
    area = models.CharField(max_length=7, choices=Area, default=Area.UNKNOWN)

    state = models.CharField(max_length=20, choices=State)
    reason = models.CharField(max_length=40, blank=True)
    # The code of the outcome at the exit, then what it comes to at each moment.
    outcome = models.CharField(max_length=40, blank=True)
    at_exit = models.CharField(max_length=8, choices=Result, blank=True, default="")
    at_m3 = models.CharField(max_length=8, choices=Result, blank=True, default="")
    at_m6 = models.CharField(max_length=8, choices=Result, blank=True, default="")
    ended_on = models.DateField(null=True)

    answered = models.BooleanField(default=False)
    accepted = models.BooleanField(default=False)
    started = models.BooleanField(default=False)
    completed = models.BooleanField(default=False)
    # It was waiting for a complement once; it was refused and another one was accepted soon after.
    info_requested = models.BooleanField(default=False)
    rebounded = models.BooleanField(default=False)
    # The sender has seen how it ended.
    acknowledged = models.BooleanField(default=False)
    is_return = models.BooleanField(default=False)

    # Working days from the sending: to the opening, to the first answer, to a closing without answer, to the start.
    opening_days = models.PositiveSmallIntegerField(null=True)
    answer_days = models.PositiveSmallIntegerField(null=True)
    silent_days = models.PositiveSmallIntegerField(null=True)
    start_days = models.PositiveSmallIntegerField(null=True)

    # Missions whose length is known: in all, of a week at most, of less than a month. Periods in a company that took
    # place: in all, followed by a contract.
    missions = models.PositiveSmallIntegerField(default=0)
    missions_week = models.PositiveSmallIntegerField(default=0)
    missions_month = models.PositiveSmallIntegerField(default=0)
    placements = models.PositiveSmallIntegerField(default=0)
    placements_hired = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "fait"
        indexes = [
            models.Index(fields=["month", "department", "programme"], name="reporting_fact_cell"),
            models.Index(
                fields=["ended_on", "department", "programme"],
                name="reporting_fact_exit",
                condition=models.Q(ended_on__isnull=False),
            ),
            # All that the situations of a pack ask of a territory, and its journeys that ended.
            models.Index(
                fields=["programme", "region", "sent_on"],
                name="reporting_fact_pack",
                include=[
                    "department",
                    "state",
                    "outcome",
                    "accepted",
                    "started",
                    "answered",
                    "answer_days",
                    *_SIDES,
                ],
            ),
            models.Index(
                fields=["programme", "region", "ended_on"],
                name="reporting_fact_pack_exit",
                include=["referral", "state", "outcome", "at_m3", "sent_on", *_SIDES],
                condition=models.Q(ended_on__isnull=False),
            ),
            models.Index(fields=["convention_id", "month"], name="reporting_fact_convention"),
            # The facts of a cell of an organisation: of what it sent, of what it received, of what ended there.
            models.Index(fields=["sender_id", "month", "programme"], name="reporting_fact_sender"),
            models.Index(fields=["recipient_id", "month", "programme"], name="reporting_fact_recipient"),
            models.Index(
                fields=["sender_id", "programme", "ended_on"],
                name="reporting_fact_sender_exit",
                condition=models.Q(ended_on__isnull=False),
            ),
            models.Index(
                fields=["recipient_id", "programme", "ended_on"],
                name="reporting_fact_recip_exit",
                condition=models.Q(ended_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Fait n° {self.pk}"
