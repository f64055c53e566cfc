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
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "effect_key"), name="notifications_once")
                ],
            },
        ),
        # Each side tells the other one; everybody reads their own.
        Protect("notification", visible="organisation_id = {org}", insertable="true"),
    ]
