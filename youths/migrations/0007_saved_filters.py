import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.validators
from core.protect import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("youths", "0006_accompanying"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "name",
                    models.CharField(
                        max_length=60, validators=[core.validators.validate_free_text], verbose_name="nom"
                    ),
                ),
                ("query", models.CharField(blank=True, max_length=500, verbose_name="filtres")),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "filtre enregistré",
                "verbose_name_plural": "filtres enregistrés",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "organisation", "name"),
                        name="youths_filter_once",
                        violation_error_message="Vous avez déjà un filtre de ce nom.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="youths_filter_named",
                        violation_error_message="Donnez un nom à ce filtre.",
                    ),
                ],
            },
        ),
        Protect("savedfilter", visible="organisation_id = {org} AND user_id = (SELECT tu_user())"),
    ]
