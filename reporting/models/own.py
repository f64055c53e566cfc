"""What an organisation reads of itself: counts of what it sent and received. No link to anybody."""

from django.db import models

from reporting.models.counts import ExitCounts, SentCounts


class _OfOrganisation(models.Model):
    """A month, a programme, an organisation and its side: the sender of the referrals, or their recipient."""

    organisation_id = models.BigIntegerField()
    is_sender = models.BooleanField()
    month = models.DateField()
    programme = models.CharField(max_length=30)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        side = "envoi" if self.is_sender else "réception"
        return f"{self.programme} structure {self.organisation_id} {side} {self.month:%Y-%m}"


class OwnMark(_OfOrganisation):
    """A cell whose facts changed, or what is left of its erased: written by the database alone, at each change.

    Of ``OwnExit`` (``exits``), else of ``OwnCell``. Several for one cell: whoever adds one waits for nobody. Who reads
    the cell meanwhile counts its facts.
    """

    exits = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["organisation_id"], name="reporting_own_marked")]


class OwnCell(_OfOrganisation, SentCounts):
    """Counts of the referrals of a month, those of the erased in the first one of their quarter.

    The three last columns say how many by delay: answered or closed after so many working days, or waiting since that
    day. The erased are not in them.
    """

    answer_days = models.JSONField(default=dict)
    silent_days = models.JSONField(default=dict)
    waiting_since = models.JSONField(default=dict)

    class Meta:
        verbose_name = "cumul d’une structure"
        verbose_name_plural = "cumuls des structures"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "is_sender", "month", "programme"], name="reporting_own_once"
            )
        ]


class OwnExit(_OfOrganisation, ExitCounts):
    """Counts of the courses that ended in a month. The erased are not in it (ADR 0038)."""

    class Meta:
        verbose_name = "cumul des sorties d’une structure"
        verbose_name_plural = "cumuls des sorties des structures"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "is_sender", "month", "programme"], name="reporting_own_exit_once"
            )
        ]
