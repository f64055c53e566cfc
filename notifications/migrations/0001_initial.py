import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
from core.protect import Protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Digest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="jour")),
                ("weekly", models.BooleanField(verbose_name="de la semaine")),
                ("since", models.DateTimeField(verbose_name="depuis")),
                ("until", models.DateTimeField(verbose_name="jusqu’à")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "résumé",
                "verbose_name_plural": "résumés",
                "indexes": [models.Index(fields=["user", "-until"], name="notifications_digest_last")],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "day"), name="notifications_digest_once"),
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("since"))), name="notifications_digest_span"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "courriel refusé",
                "verbose_name_plural": "courriels refusés",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind"), name="notifications_mute_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=40)),
                ("text", models.CharField(max_length=200)),
                ("path", models.CharField(max_length=200)),
                ("effect_key", models.CharField(max_length=120)),
                ("at", models.DateTimeField(default=core.clock.now)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "indexes": [
                    models.Index(fields=["user", "organisation_id", "-at"], name="notifications_recent"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["user", "organisation_id"],
                        name="notifications_unread",
                    ),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["at"],
                        include=("user", "kind"),
                        name="notifications_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "effect_key"), name="notifications_once")
                ],
            },
        ),
        # Each side tells the other one; everybody reads their own.
        Protect("notification", visible="organisation_id = {org}", insertable="true"),
        # Each chooses for themselves; the worker reads everybody's choice.
        Protect("mute", visible="user_id = (SELECT tu_user())"),
        # The worker's alone: what was sent to whom is nobody's business.
        Protect("digest", visible="false"),
    ]
