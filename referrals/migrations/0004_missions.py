import uuid

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
from core.protect import Protect
from referrals import news_sql


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("referrals", "0003_promises"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Mission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("started_on", models.DateField(verbose_name="premier jour")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="dernier jour")),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1098),
                        ],
                        verbose_name="durée en jours",
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("MISSION", "Une autre mission"),
                            ("CDI", "CDI"),
                            ("CDI_INTERIM", "CDI intérimaire"),
                            ("CDD_6M_PLUS", "CDD de 6 mois ou plus"),
                            ("CDD_MOINS_6M", "CDD de moins de 6 mois"),
                            ("ALTERNANCE", "Alternance"),
                            ("FORMATION", "Formation"),
                            ("AUCUNE", "Pas de suite"),
                        ],
                        max_length=20,
                        verbose_name="suite",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("at", models.DateTimeField(default=core.clock.now)),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.branch",
                        verbose_name="branche",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="missions",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "mission",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True), ("days__isnull", True), _connector="OR"
                        ),
                        name="referrals_mission_length",
                        violation_error_message="Donnez le dernier jour ou le nombre de jours, pas les deux.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True),
                            ("ended_on__gte", models.F("started_on")),
                            _connector="OR",
                        ),
                        name="referrals_mission_dates",
                        violation_error_message="Le dernier jour ne peut pas précéder le premier.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("days__isnull", True), ("days__range", (1, 1098)), _connector="OR"
                        ),
                        name="referrals_mission_days",
                        violation_error_message="Une mission dure d’un jour à trois ans.",
                    ),
                ],
            },
        ),
        # Both sides read; the one that receives writes, once the course has started and while it is shared.
        Protect(
            "mission",
            visible="EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)",
            writable="EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id AND r.recipient_id = {org}"
            " AND r.sharing_stopped_at IS NULL AND r.state IN ('started', 'completed', 'dropped_out'))",
        ),
        migrations.RunSQL(news_sql.MISSIONS, news_sql.NO_MISSIONS),
    ]
