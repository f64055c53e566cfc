import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.validators
from core.protect import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("youths", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DelegateDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("portefeuille", "Importer le portefeuille de la structure"),
                            ("SANTE", "Noter un frein de santé"),
                            ("JUSTICE", "Noter un frein de justice"),
                            ("conservation", "Durée de conservation des dossiers"),
                        ],
                        max_length=12,
                        verbose_name="objet",
                    ),
                ),
                (
                    "legal_text",
                    models.CharField(
                        max_length=300,
                        validators=[core.validators.validate_free_text],
                        verbose_name="texte qui le permet",
                    ),
                ),
                (
                    "months",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="durée, en mois"),
                ),
                ("decided_at", models.DateTimeField(default=core.clock.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "décision du délégué à la protection des données",
                "verbose_name_plural": "décisions du délégué à la protection des données",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("organisation", "subject"),
                        name="youths_one_decision",
                        violation_error_message="Une décision sur ce sujet est déjà en cours.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("legal_text", ""), _negated=True),
                        name="youths_decision_text",
                        violation_error_message="Citez le texte qui le permet.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("months__range", (1, 36)), ("subject", "conservation")),
                            models.Q(
                                models.Q(("subject", "conservation"), _negated=True), ("months__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="youths_decision_months",
                        violation_error_message="La durée va de 1 à 36 mois.",
                    ),
                ],
            },
        ),
        Protect("delegatedecision", visible="organisation_id = {org}"),
    ]
