"""What a person is told: in the portal, and by mail without any personal data."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import clock


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, acting) -> "NotificationQuerySet":
        return self.filter(user=acting.user_id, organisation_id=acting.organisation_id)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """One thing to know. ``text`` never names a youth: the page it leads to does, behind its door."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    organisation_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=200)
    path = models.CharField(max_length=200)
    effect_key = models.CharField(max_length=120)
    at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = "notification"
        constraints = [models.UniqueConstraint(fields=["user", "effect_key"], name="notifications_once")]
        indexes = [
            models.Index(fields=["user", "organisation_id", "-at"], name="notifications_recent"),
            models.Index(
                fields=["user", "organisation_id"],
                name="notifications_unread",
                condition=Q(read_at__isnull=True),
            ),
            # Every night: what nobody has read since the last digests.
            models.Index(
                fields=["at"],
                include=["user", "kind"],
                name="notifications_waiting",
                condition=Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} n° {self.pk}"


class Mute(models.Model):
    """A kind of notification that a person no longer wants by mail: it stays in the portal."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)

    class Meta:
        verbose_name = "courriel refusé"
        verbose_name_plural = "courriels refusés"
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notifications_mute_once")]

    def __str__(self) -> str:
        return f"{self.kind} n° {self.pk}"


class Digest(models.Model):
    """A grouped mail of one person: everything told between two moments. The next one begins where it ends."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # The day of a daily one, the Monday of a weekly one.
    day = models.DateField("jour")
    weekly = models.BooleanField("de la semaine")
    since = models.DateTimeField("depuis")
    until = models.DateTimeField("jusqu’à")

    class Meta:
        verbose_name = "résumé"
        verbose_name_plural = "résumés"
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="notifications_digest_once"),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("since")), name="notifications_digest_span"
            ),
        ]
        indexes = [models.Index(fields=["user", "-until"], name="notifications_digest_last")]

    def __str__(self) -> str:
        return f"Résumé du {self.day}"
