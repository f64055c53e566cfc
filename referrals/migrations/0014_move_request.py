import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.validators
from core.protect import Protect
from referrals import asking_sql


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("referrals", "0013_suspension"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MoveRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("cancel", "annulation"),
                            ("reopen", "réouverture"),
                            ("error", "erreur de saisie"),
                        ],
                        max_length=10,
                        verbose_name="demande",
                    ),
                ),
                (
                    "by_manager",
                    models.BooleanField(default=False, verbose_name="demandée par un responsable"),
                ),
                ("reason", models.CharField(max_length=40, verbose_name="motif")),
                (
                    "reason_detail",
                    models.CharField(
                        blank=True,
                        max_length=200,
                        validators=[core.validators.validate_free_text],
                        verbose_name="précision",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=core.clock.now, verbose_name="demandée le")),
                ("answer_by", models.DateField(verbose_name="réponse au plus tard le")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("confirmed", "confirmée"),
                            ("refused", "refusée"),
                            ("taken_back", "retirée"),
                            ("lapsed", "caduque"),
                        ],
                        max_length=10,
                        verbose_name="réponse",
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True, verbose_name="répondue le")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "answered_for",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requests",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande à confirmer",
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=["answer_by"],
                        name="referrals_request_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("referral", "number"), name="referrals_request_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("referral", "kind", "organisation"),
                        name="referrals_request_once",
                        violation_error_message="Cette demande attend déjà une réponse.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="referrals_request_answer",
                        violation_error_message="Une réponse a une date.",
                    ),
                ],
            },
        ),
        Protect(
            "moverequest",
            visible="EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)",
            insertable=asking_sql.INSERTABLE,
        ),
        migrations.RunSQL(asking_sql.ASKING, asking_sql.NO_ASKING),
    ]
