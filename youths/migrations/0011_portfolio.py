import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
from core.protect import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("youths", "0010_agreement_links"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PortfolioImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "import de portefeuille",
                "verbose_name_plural": "imports de portefeuille",
            },
        ),
        migrations.CreateModel(
            name="PortfolioRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="ligne")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("new", "à créer"),
                            ("similar", "à décider : ressemble à un dossier de votre structure"),
                            ("changed", "à mettre à jour"),
                            ("same", "inchangée"),
                            ("refused", "refusée"),
                        ],
                        max_length=8,
                        verbose_name="suite",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="motif")),
                (
                    "file_number",
                    models.CharField(blank=True, max_length=20, verbose_name="numéro de dossier"),
                ),
                ("last_name", models.CharField(blank=True, max_length=80, verbose_name="nom")),
                ("first_name", models.CharField(blank=True, max_length=80, verbose_name="prénom")),
                ("birth_date", models.DateField(null=True, verbose_name="date de naissance")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                ("version", models.PositiveIntegerField(null=True)),
                ("lead_id", models.BigIntegerField(null=True)),
                (
                    "changes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list
                    ),
                ),
                (
                    "similar",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list
                    ),
                ),
                (
                    "brought",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="youths.portfolioimport",
                    ),
                ),
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
                    "referent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne de portefeuille",
                "verbose_name_plural": "lignes de portefeuille",
                "constraints": [
                    models.UniqueConstraint(fields=("brought", "number"), name="youths_portfolio_line"),
                    models.UniqueConstraint(
                        condition=models.Q(("file_number", ""), _negated=True),
                        fields=("brought", "file_number"),
                        name="youths_portfolio_number",
                    ),
                ],
            },
        ),
        Protect("portfolioimport", visible="organisation_id = {org}"),
        Protect("portfoliorow", visible="organisation_id = {org}"),
    ]
