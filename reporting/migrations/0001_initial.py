import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.validators
from core import documents_sql
from core.protect import Protect
from reporting import facts_sql, walls_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("partners", "0001_initial"),
        ("referrals", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DelayCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("region_code", models.CharField(blank=True, max_length=3)),
                ("department_code", models.CharField(blank=True, default="", max_length=3)),
                ("programme", models.CharField(max_length=30)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("answered", "répondues"),
                            ("silent", "closes sans réponse"),
                            ("waiting", "en attente"),
                        ],
                        default="answered",
                        max_length=8,
                    ),
                ),
                ("answer_days", models.PositiveSmallIntegerField(null=True)),
                ("sent_on", models.DateField(null=True)),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "cumul des délais",
                "verbose_name_plural": "cumuls des délais",
                "indexes": [
                    models.Index(
                        condition=models.Q(("department_code", "")),
                        fields=["month", "region_code"],
                        name="reporting_delay_region",
                    ),
                    models.Index(fields=["department_code", "month"], name="reporting_delay_department"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "month",
                            "region_code",
                            "department_code",
                            "programme",
                            "kind",
                            "answer_days",
                            "sent_on",
                        ),
                        name="reporting_delay_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer_days__isnull", True), ("kind", "waiting"), ("sent_on__isnull", False)
                            ),
                            models.Q(
                                ("answer_days__isnull", False),
                                ("kind__in", ["answered", "silent"]),
                                ("sent_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="reporting_delay_kind",
                        violation_error_message="Un délai est connu, ou court encore depuis un jour.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DirtyCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("department_code", models.CharField(max_length=3)),
                ("programme", models.CharField(max_length=30)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("month", "department_code", "programme"), name="reporting_dirty_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(default=core.clock.now)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                ("month", models.DateField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "édition des chiffres",
                "verbose_name_plural": "éditions des chiffres",
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1),
                        condition=models.Q(("made_at__isnull", True)),
                        name="reporting_edition_asked_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("made_at__isnull", True), ("month__isnull", False), _connector="OR"
                        ),
                        name="reporting_edition_month",
                        violation_error_message="Une édition faite dit son mois.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("region_code", models.CharField(blank=True, max_length=3)),
                ("programme", models.CharField(max_length=30)),
                (
                    "dimension",
                    models.CharField(
                        choices=[("age", "Âge"), ("level", "Niveau de formation"), ("area", "Territoire")],
                        max_length=5,
                    ),
                ),
                ("group", models.CharField(blank=True, max_length=10)),
                ("sent", models.PositiveIntegerField()),
                ("answered_in_10", models.PositiveIntegerField()),
                ("loop_closed", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "cumul par groupe",
                "verbose_name_plural": "cumuls par groupe",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("month", "region_code", "programme", "dimension", "group"),
                        name="reporting_group_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CommitteePack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("year", models.PositiveSmallIntegerField(null=True, verbose_name="année")),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[("preparing", "en préparation"), ("ready", "prêt")],
                        default="preparing",
                        max_length=10,
                    ),
                ),
                ("figures_on", models.DateField()),
                ("late", models.BooleanField(default=False, verbose_name="rattrapage")),
                ("data", models.JSONField(default=dict)),
                ("data_hash", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                ("ready_at", models.DateTimeField(blank=True, null=True)),
                ("asked_at", models.DateTimeField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "convention",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="year_reports",
                        to="partners.convention",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="packs",
                        to="partners.committeemeeting",
                    ),
                ),
                (
                    "pdf",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
                    ),
                ),
                (
                    "xlsx",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "dossier de comité",
                "verbose_name_plural": "dossiers de comité",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "preparing")),
                        fields=["id"],
                        name="reporting_pack_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "version"), name="reporting_pack_version"),
                    models.UniqueConstraint(
                        fields=("convention", "year", "version"), name="reporting_pack_year_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("convention__isnull", True),
                                ("meeting__isnull", False),
                                ("year__isnull", True),
                            ),
                            models.Q(
                                ("convention__isnull", False),
                                ("meeting__isnull", True),
                                ("year__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="reporting_pack_about",
                        violation_error_message="Un dossier est celui d’une réunion, ou le bilan d’une année.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "preparing"),
                            models.Q(
                                ("pdf__isnull", False), ("ready_at__isnull", False), ("xlsx__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="reporting_pack_ready",
                        violation_error_message="Un dossier prêt a ses documents.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExitCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ended", models.PositiveIntegerField(default=0)),
                ("completed", models.PositiveIntegerField(default=0)),
                ("known", models.PositiveIntegerField(default=0)),
                ("positive", models.PositiveIntegerField(default=0)),
                ("positive_completed", models.PositiveIntegerField(default=0)),
                ("m3_known", models.PositiveIntegerField(default=0)),
                ("m3_positive", models.PositiveIntegerField(default=0)),
                ("m6_known", models.PositiveIntegerField(default=0)),
                ("m6_positive", models.PositiveIntegerField(default=0)),
                ("month", models.DateField()),
                ("programme", models.CharField(max_length=30)),
                (
                    "department",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="partners.department"),
                ),
                (
                    "region",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="partners.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "cumul des sorties",
                "verbose_name_plural": "cumuls des sorties",
                "indexes": [models.Index(fields=["region", "month"], name="reporting_exit_region")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("month", "department", "programme"), name="reporting_exit_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FigureComment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("indicator", models.CharField(max_length=40)),
                ("own", models.BooleanField()),
                (
                    "text",
                    models.CharField(
                        blank=True,
                        max_length=500,
                        validators=[core.validators.validate_free_text],
                        verbose_name="commentaire",
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                (
                    "convention",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.convention",
                    ),
                ),
                (
                    "created_by",
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
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.region",
                    ),
                ),
            ],
            options={
                "verbose_name": "commentaire d’un chiffre",
                "verbose_name_plural": "commentaires des chiffres",
                "indexes": [
                    models.Index(
                        condition=models.Q(("own", False)),
                        fields=["region", "indicator"],
                        name="reporting_comment_region",
                    ),
                    models.Index(fields=["organisation", "indicator"], name="reporting_comment_own"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("own", False), ("region__isnull", True), _connector="OR"),
                        name="reporting_comment_perimeter",
                        violation_error_message="Un commentaire porte sur une structure ou sur un territoire.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FoldedCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sent", models.PositiveIntegerField(default=0)),
                ("answered", models.PositiveIntegerField(default=0)),
                ("accepted", models.PositiveIntegerField(default=0)),
                ("started", models.PositiveIntegerField(default=0)),
                ("completed", models.PositiveIntegerField(default=0)),
                ("ended", models.PositiveIntegerField(default=0)),
                ("outcome_known", models.PositiveIntegerField(default=0)),
                ("declined", models.PositiveIntegerField(default=0)),
                ("waitlisted", models.PositiveIntegerField(default=0)),
                ("withdrawn", models.PositiveIntegerField(default=0)),
                ("silent", models.PositiveIntegerField(default=0)),
                ("still_open", models.PositiveIntegerField(default=0)),
                ("under_way", models.PositiveIntegerField(default=0)),
                ("answered_in_5", models.PositiveIntegerField(default=0)),
                ("answered_in_10", models.PositiveIntegerField(default=0)),
                ("on_time", models.PositiveIntegerField(default=0)),
                ("closed", models.PositiveIntegerField(default=0)),
                ("loop_closed", models.PositiveIntegerField(default=0)),
                ("succeeded", models.PositiveIntegerField(default=0)),
                ("complete_at_once", models.PositiveIntegerField(default=0)),
                ("rebounded", models.PositiveIntegerField(default=0)),
                ("absent", models.PositiveIntegerField(default=0)),
                ("renounced", models.PositiveIntegerField(default=0)),
                ("to_ml", models.PositiveIntegerField(default=0)),
                ("under_convention", models.PositiveIntegerField(default=0)),
                ("on_missions", models.PositiveIntegerField(default=0)),
                ("missions", models.PositiveIntegerField(default=0)),
                ("missions_week", models.PositiveIntegerField(default=0)),
                ("missions_month", models.PositiveIntegerField(default=0)),
                ("placements", models.PositiveIntegerField(default=0)),
                ("placements_hired", models.PositiveIntegerField(default=0)),
                ("quarter", models.DateField()),
                ("organisation_id", models.BigIntegerField()),
                ("is_sender", models.BooleanField(default=True)),
                ("home", models.BooleanField(default=True)),
                ("programme", models.CharField(max_length=30)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Brouillon"),
                            ("sent", "Envoyée"),
                            ("received", "Reçue"),
                            ("info_requested", "À compléter"),
                            ("waitlisted", "Liste d’attente"),
                            ("accepted", "Acceptée"),
                            ("started", "En cours"),
                            ("completed", "Terminée"),
                            ("declined", "Refusée"),
                            ("no_response", "Sans réponse"),
                            ("withdrawn", "Retirée"),
                            ("dropped_out", "Interrompue"),
                            ("entered_in_error", "Erreur de saisie"),
                        ],
                        max_length=20,
                    ),
                ),
                ("outcome", models.CharField(blank=True, max_length=40)),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="partners.department",
                    ),
                ),
            ],
            options={
                "verbose_name": "cumul des dossiers effacés",
                "verbose_name_plural": "cumuls des dossiers effacés",
                "indexes": [
                    models.Index(
                        condition=models.Q(("home", True)),
                        fields=["quarter", "department", "programme"],
                        name="reporting_folded_cell",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "quarter",
                            "organisation_id",
                            "is_sender",
                            "home",
                            "department",
                            "programme",
                            "state",
                            "outcome",
                        ),
                        name="reporting_folded_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FoldedExit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ended", models.PositiveIntegerField(default=0)),
                ("completed", models.PositiveIntegerField(default=0)),
                ("known", models.PositiveIntegerField(default=0)),
                ("positive", models.PositiveIntegerField(default=0)),
                ("positive_completed", models.PositiveIntegerField(default=0)),
                ("m3_known", models.PositiveIntegerField(default=0)),
                ("m3_positive", models.PositiveIntegerField(default=0)),
                ("m6_known", models.PositiveIntegerField(default=0)),
                ("m6_positive", models.PositiveIntegerField(default=0)),
                ("quarter", models.DateField()),
                ("programme", models.CharField(max_length=30)),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="partners.department",
                    ),
                ),
            ],
            options={
                "verbose_name": "cumul des sorties effacées",
                "verbose_name_plural": "cumuls des sorties effacées",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quarter", "department", "programme"),
                        name="reporting_folded_exit_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FundingFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "title",
                    models.CharField(
                        max_length=120,
                        validators=[core.validators.validate_free_text],
                        verbose_name="nom des données",
                    ),
                ),
                ("data", models.JSONField()),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                (
                    "created_by",
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
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "données de répartition",
                "verbose_name_plural": "données de répartition",
                "indexes": [models.Index(fields=["organisation", "-id"], name="reporting_funding_file")],
            },
        ),
        migrations.CreateModel(
            name="FundingRun",
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
                        max_length=120,
                        validators=[core.validators.validate_free_text],
                        verbose_name="nom de la simulation",
                    ),
                ),
                (
                    "comment",
                    models.CharField(
                        blank=True,
                        max_length=1000,
                        validators=[core.validators.validate_free_text],
                        verbose_name="commentaire",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="exercice")),
                ("envelope", models.BigIntegerField(verbose_name="enveloppe")),
                (
                    "shared",
                    models.BooleanField(
                        default=False, verbose_name="montrée aux financeurs et à l’association de la région"
                    ),
                ),
                ("inputs", models.JSONField()),
                ("result", models.JSONField()),
                ("data_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
                (
                    "created_by",
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
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "simulation de répartition",
                "verbose_name_plural": "simulations de répartition",
                "indexes": [
                    models.Index(fields=["organisation", "-id"], name="reporting_funding_run"),
                    models.Index(
                        condition=models.Q(("shared", True)),
                        fields=["region", "-id"],
                        name="reporting_funding_shared",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "name"),
                        name="reporting_funding_run_name",
                        violation_error_message="Une simulation de votre structure porte déjà ce nom.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("envelope__gt", 0)),
                        name="reporting_funding_run_envelope",
                        violation_error_message="L’enveloppe doit dépasser zéro.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("territory", models.CharField(blank=True, max_length=4)),
                ("within", models.CharField(blank=True, max_length=4)),
                ("programme", models.CharField(blank=True, max_length=40)),
                ("period", models.CharField(max_length=8)),
                ("steps", models.JSONField()),
                ("figures", models.JSONField(default=dict)),
                (
                    "edition",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cells",
                        to="reporting.edition",
                    ),
                ),
            ],
            options={
                "verbose_name": "cellule publiée",
                "verbose_name_plural": "cellules publiées",
                "indexes": [
                    models.Index(
                        fields=["edition", "programme", "territory"], name="reporting_published_place"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "programme", "period", "territory"),
                        name="reporting_published_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedMedian",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "network",
                    models.CharField(
                        choices=[
                            ("ml", "Missions Locales"),
                            ("cma", "Chambres de métiers et de l’artisanat"),
                            ("smv", "Service militaire volontaire"),
                            ("akto", "AKTO et branches"),
                            ("interim", "Travail temporaire"),
                            ("state", "Services de l’État"),
                            ("region", "Régions"),
                            ("digital", "Inclusion numérique"),
                        ],
                        max_length=12,
                    ),
                ),
                ("period", models.CharField(max_length=8)),
                ("rates", models.JSONField()),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="medians",
                        to="reporting.edition",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partners.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "médiane des structures",
                "verbose_name_plural": "médianes des structures",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "region", "network", "period"), name="reporting_published_median"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedOrganisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "network",
                    models.CharField(
                        choices=[
                            ("ml", "Missions Locales"),
                            ("cma", "Chambres de métiers et de l’artisanat"),
                            ("smv", "Service militaire volontaire"),
                            ("akto", "AKTO et branches"),
                            ("interim", "Travail temporaire"),
                            ("state", "Services de l’État"),
                            ("region", "Régions"),
                            ("digital", "Inclusion numérique"),
                        ],
                        max_length=12,
                    ),
                ),
                ("steps", models.JSONField()),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="organisations",
                        to="reporting.edition",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="partners.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "chiffres d’une structure",
                "verbose_name_plural": "chiffres des structures",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "organisation"), name="reporting_published_organisation"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralFact",
            fields=[
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="fact",
                        serialize=False,
                        to="referrals.referral",
                    ),
                ),
                ("sender_id", models.BigIntegerField()),
                ("recipient_id", models.BigIntegerField()),
                ("convention_id", models.BigIntegerField(null=True)),
                ("programme", models.CharField(max_length=30)),
                ("topic", models.CharField(default="", max_length=20)),
                (
                    "direction",
                    models.CharField(
                        choices=[
                            ("from_ml", "De la Mission Locale vers le partenaire"),
                            ("to_ml", "Du partenaire vers la Mission Locale"),
                            ("between_ml", "Entre Missions Locales"),
                            ("other", "Entre partenaires"),
                        ],
                        default="from_ml",
                        max_length=10,
                    ),
                ),
                ("sent_on", models.DateField()),
                ("month", models.DateField()),
                (
                    "age_band",
                    models.CharField(
                        choices=[
                            ("moins_16", "Moins de 16 ans"),
                            ("16_17", "16 ou 17 ans"),
                            ("18_21", "De 18 à 21 ans"),
                            ("22_25", "De 22 à 25 ans"),
                            ("26_plus", "26 ans ou plus"),
                        ],
                        default="18_21",
                        max_length=10,
                    ),
                ),
                ("level", models.PositiveSmallIntegerField(null=True)),
                (
                    "area",
                    models.CharField(
                        choices=[
                            ("QPV", "Quartier prioritaire (QPV)"),
                            ("FRR", "Zone rurale (FRR)"),
                            ("AUCUN", "Aucun des deux"),
                            ("INCONNU", "Inconnu"),
                        ],
                        default="INCONNU",
                        max_length=7,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Brouillon"),
                            ("sent", "Envoyée"),
                            ("received", "Reçue"),
                            ("info_requested", "À compléter"),
                            ("waitlisted", "Liste d’attente"),
                            ("accepted", "Acceptée"),
                            ("started", "En cours"),
                            ("completed", "Terminée"),
                            ("declined", "Refusée"),
                            ("no_response", "Sans réponse"),
                            ("withdrawn", "Retirée"),
                            ("dropped_out", "Interrompue"),
                            ("entered_in_error", "Erreur de saisie"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("outcome", models.CharField(blank=True, max_length=40)),
                (
                    "at_exit",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unknown", "Situation non connue"),
                            ("negative", "Sans solution"),
                            ("positive", "Solution"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "at_m3",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unknown", "Situation non connue"),
                            ("negative", "Sans solution"),
                            ("positive", "Solution"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "at_m6",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unknown", "Situation non connue"),
                            ("negative", "Sans solution"),
                            ("positive", "Solution"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("ended_on", models.DateField(null=True)),
                ("answered", models.BooleanField(default=False)),
                ("accepted", models.BooleanField(default=False)),
                ("started", models.BooleanField(default=False)),
                ("completed", models.BooleanField(default=False)),
                ("info_requested", models.BooleanField(default=False)),
                ("rebounded", models.BooleanField(default=False)),
                ("acknowledged", models.BooleanField(default=False)),
                ("is_return", models.BooleanField(default=False)),
                ("opening_days", models.PositiveSmallIntegerField(null=True)),
                ("answer_days", models.PositiveSmallIntegerField(null=True)),
                ("silent_days", models.PositiveSmallIntegerField(null=True)),
                ("start_days", models.PositiveSmallIntegerField(null=True)),
                ("missions", models.PositiveSmallIntegerField(default=0)),
                ("missions_week", models.PositiveSmallIntegerField(default=0)),
                ("missions_month", models.PositiveSmallIntegerField(default=0)),
                ("placements", models.PositiveSmallIntegerField(default=0)),
                ("placements_hired", models.PositiveSmallIntegerField(default=0)),
                (
                    "department",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="partners.department"
                    ),
                ),
                (
                    "recipient_department",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.department",
                        verbose_name="département du destinataire",
                    ),
                ),
                (
                    "recipient_region",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.region",
                        verbose_name="région du destinataire",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="partners.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "fait",
                "indexes": [
                    models.Index(fields=["month", "department", "programme"], name="reporting_fact_cell"),
                    models.Index(
                        condition=models.Q(("ended_on__isnull", False)),
                        fields=["ended_on", "department", "programme"],
                        name="reporting_fact_exit",
                    ),
                    models.Index(
                        fields=["programme", "region", "sent_on"],
                        include=(
                            "department",
                            "state",
                            "outcome",
                            "accepted",
                            "started",
                            "answered",
                            "answer_days",
                            "sender_id",
                            "recipient_id",
                        ),
                        name="reporting_fact_pack",
                    ),
                    models.Index(
                        condition=models.Q(("ended_on__isnull", False)),
                        fields=["programme", "region", "ended_on"],
                        include=(
                            "referral",
                            "state",
                            "outcome",
                            "at_m3",
                            "sent_on",
                            "sender_id",
                            "recipient_id",
                        ),
                        name="reporting_fact_pack_exit",
                    ),
                    models.Index(fields=["convention_id", "month"], name="reporting_fact_convention"),
                    models.Index(fields=["sender_id", "month", "programme"], name="reporting_fact_sender"),
                    models.Index(
                        fields=["recipient_id", "month", "programme"], name="reporting_fact_recipient"
                    ),
                    models.Index(
                        fields=["sender_id", "programme", "ended_on"],
                        name="reporting_fact_sender_exit",
                        condition=models.Q(("ended_on__isnull", False)),
                    ),
                    models.Index(
                        fields=["recipient_id", "programme", "ended_on"],
                        name="reporting_fact_recip_exit",
                        condition=models.Q(("ended_on__isnull", False)),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SummaryCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sent", models.PositiveIntegerField(default=0)),
                ("answered", models.PositiveIntegerField(default=0)),
                ("accepted", models.PositiveIntegerField(default=0)),
                ("started", models.PositiveIntegerField(default=0)),
                ("completed", models.PositiveIntegerField(default=0)),
                ("ended", models.PositiveIntegerField(default=0)),
                ("outcome_known", models.PositiveIntegerField(default=0)),
                ("declined", models.PositiveIntegerField(default=0)),
                ("waitlisted", models.PositiveIntegerField(default=0)),
                ("withdrawn", models.PositiveIntegerField(default=0)),
                ("silent", models.PositiveIntegerField(default=0)),
                ("still_open", models.PositiveIntegerField(default=0)),
                ("under_way", models.PositiveIntegerField(default=0)),
                ("answered_in_5", models.PositiveIntegerField(default=0)),
                ("answered_in_10", models.PositiveIntegerField(default=0)),
                ("on_time", models.PositiveIntegerField(default=0)),
                ("closed", models.PositiveIntegerField(default=0)),
                ("loop_closed", models.PositiveIntegerField(default=0)),
                ("succeeded", models.PositiveIntegerField(default=0)),
                ("complete_at_once", models.PositiveIntegerField(default=0)),
                ("rebounded", models.PositiveIntegerField(default=0)),
                ("absent", models.PositiveIntegerField(default=0)),
                ("renounced", models.PositiveIntegerField(default=0)),
                ("to_ml", models.PositiveIntegerField(default=0)),
                ("under_convention", models.PositiveIntegerField(default=0)),
                ("on_missions", models.PositiveIntegerField(default=0)),
                ("missions", models.PositiveIntegerField(default=0)),
                ("missions_week", models.PositiveIntegerField(default=0)),
                ("missions_month", models.PositiveIntegerField(default=0)),
                ("placements", models.PositiveIntegerField(default=0)),
                ("placements_hired", models.PositiveIntegerField(default=0)),
                ("month", models.DateField()),
                ("programme", models.CharField(max_length=30)),
                (
                    "department",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="partners.department"),
                ),
                (
                    "region",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="partners.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "cumul",
                "indexes": [models.Index(fields=["region", "month"], name="reporting_summary_region")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("month", "department", "programme"), name="reporting_summary_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sent", models.PositiveIntegerField(default=0)),
                ("answered", models.PositiveIntegerField(default=0)),
                ("accepted", models.PositiveIntegerField(default=0)),
                ("started", models.PositiveIntegerField(default=0)),
                ("completed", models.PositiveIntegerField(default=0)),
                ("ended", models.PositiveIntegerField(default=0)),
                ("outcome_known", models.PositiveIntegerField(default=0)),
                ("declined", models.PositiveIntegerField(default=0)),
                ("waitlisted", models.PositiveIntegerField(default=0)),
                ("withdrawn", models.PositiveIntegerField(default=0)),
                ("silent", models.PositiveIntegerField(default=0)),
                ("still_open", models.PositiveIntegerField(default=0)),
                ("under_way", models.PositiveIntegerField(default=0)),
                ("answered_in_5", models.PositiveIntegerField(default=0)),
                ("answered_in_10", models.PositiveIntegerField(default=0)),
                ("on_time", models.PositiveIntegerField(default=0)),
                ("closed", models.PositiveIntegerField(default=0)),
                ("loop_closed", models.PositiveIntegerField(default=0)),
                ("succeeded", models.PositiveIntegerField(default=0)),
                ("complete_at_once", models.PositiveIntegerField(default=0)),
                ("rebounded", models.PositiveIntegerField(default=0)),
                ("absent", models.PositiveIntegerField(default=0)),
                ("renounced", models.PositiveIntegerField(default=0)),
                ("to_ml", models.PositiveIntegerField(default=0)),
                ("under_convention", models.PositiveIntegerField(default=0)),
                ("on_missions", models.PositiveIntegerField(default=0)),
                ("missions", models.PositiveIntegerField(default=0)),
                ("missions_week", models.PositiveIntegerField(default=0)),
                ("missions_month", models.PositiveIntegerField(default=0)),
                ("placements", models.PositiveIntegerField(default=0)),
                ("placements_hired", models.PositiveIntegerField(default=0)),
                ("organisation_id", models.BigIntegerField()),
                ("is_sender", models.BooleanField()),
                ("month", models.DateField()),
                ("programme", models.CharField(max_length=30)),
                ("answer_days", models.JSONField(default=dict)),
                ("silent_days", models.JSONField(default=dict)),
                ("waiting_since", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation_id", "is_sender", "month", "programme"),
                        name="reporting_own_once",
                    )
                ],
                "verbose_name": "cumul d’une structure",
                "verbose_name_plural": "cumuls des structures",
            },
        ),
        migrations.CreateModel(
            name="OwnExit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ended", models.PositiveIntegerField(default=0)),
                ("completed", models.PositiveIntegerField(default=0)),
                ("known", models.PositiveIntegerField(default=0)),
                ("positive", models.PositiveIntegerField(default=0)),
                ("positive_completed", models.PositiveIntegerField(default=0)),
                ("m3_known", models.PositiveIntegerField(default=0)),
                ("m3_positive", models.PositiveIntegerField(default=0)),
                ("m6_known", models.PositiveIntegerField(default=0)),
                ("m6_positive", models.PositiveIntegerField(default=0)),
                ("organisation_id", models.BigIntegerField()),
                ("is_sender", models.BooleanField()),
                ("month", models.DateField()),
                ("programme", models.CharField(max_length=30)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation_id", "is_sender", "month", "programme"),
                        name="reporting_own_exit_once",
                    )
                ],
                "verbose_name": "cumul des sorties d’une structure",
                "verbose_name_plural": "cumuls des sorties des structures",
            },
        ),
        migrations.CreateModel(
            name="OwnMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("is_sender", models.BooleanField()),
                ("month", models.DateField()),
                ("programme", models.CharField(max_length=30)),
                ("exits", models.BooleanField()),
            ],
            options={
                "indexes": [models.Index(fields=["organisation_id"], name="reporting_own_marked")],
            },
        ),
        Protect("referralfact", visible="sender_id = {org} OR recipient_id = {org}"),
        # Summaries hold no link to anybody: the web reads them through the statistics role alone.
        migrations.RunSQL(
            """
            REVOKE ALL ON reporting_summarycell, reporting_delaycell FROM tu_app;
            GRANT SELECT ON reporting_summarycell TO tu_stats;
            """,
            """
            REVOKE SELECT ON reporting_summarycell FROM tu_stats;
            GRANT SELECT, INSERT, UPDATE, DELETE ON reporting_summarycell, reporting_delaycell TO tu_app;
            """,
        ),
        # Linked to nobody, but small: the web does not read it, and the worker alone writes it.
        migrations.RunSQL(
            "REVOKE ALL ON reporting_foldedcount FROM tu_app",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON reporting_foldedcount TO tu_app",
        ),
        Protect("foldedcount", visible="organisation_id = {org}"),
        # An organisation reads what is left of its own past; the worker alone writes it.
        migrations.RunSQL(
            "GRANT SELECT ON reporting_foldedcount TO tu_app",
            "REVOKE SELECT ON reporting_foldedcount FROM tu_app",
        ),
        migrations.RunSQL(
            "REVOKE ALL ON reporting_foldedexit, reporting_exitcell, reporting_groupcell FROM tu_app",
            """
            GRANT SELECT, INSERT, UPDATE, DELETE
                ON reporting_foldedexit, reporting_exitcell, reporting_groupcell TO tu_app;
            """,
        ),
        # The facts that are there already know the day of their sending.
        migrations.RunSQL(
            """
            UPDATE reporting_referralfact f SET sent_on = (r.sent_at AT TIME ZONE 'Europe/Paris')::date
            FROM referrals_referral r WHERE r.id = f.referral_id
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(facts_sql.FILL, facts_sql.NO_FILL),
        migrations.RunSQL(facts_sql.PAIRS, facts_sql.NO_PAIRS),
        # An organisation reads what is counted of itself; the worker counts, and the database alone marks.
        Protect("owncell", visible="organisation_id = {org}"),
        Protect("ownexit", visible="organisation_id = {org}"),
        Protect("ownmark", visible="organisation_id = {org}"),
        migrations.RunSQL(
            """
            REVOKE ALL ON reporting_owncell, reporting_ownexit, reporting_ownmark FROM tu_app;
            GRANT SELECT ON reporting_owncell, reporting_ownexit, reporting_ownmark TO tu_app;
            """,
            """
            GRANT SELECT, INSERT, UPDATE, DELETE
                ON reporting_owncell, reporting_ownexit, reporting_ownmark TO tu_app;
            """,
        ),
        migrations.RunSQL(facts_sql.MARK, facts_sql.NO_MARK),
        # Written once. A simulation that is shown is read by the regional heads at the table (models.funding.TABLE).
        Protect("fundingfile", visible="organisation_id = {org}", append_only=True),
        Protect(
            "fundingrun",
            visible="organisation_id = {org} OR (shared AND region_id = (SELECT o.region_id"
            " FROM partners_organisation o WHERE o.id = {org} AND o.level = 'regional'"
            " AND o.network IN ('region', 'state', 'ml')))",
            insertable="organisation_id = {org}",
            append_only=True,
        ),
        migrations.RunSQL(
            documents_sql.brought("reporting_committeepack", "pdf_id", "xlsx_id"),
            documents_sql.not_brought("reporting_committeepack", "pdf_id", "xlsx_id"),
        ),
        # What is said of a territory is read by those who read its figures; of an organisation, by itself. Each says it
        # of what it answers for, in its own name.
        migrations.RunSQL(walls_sql.STEERS, walls_sql.NO_STEERS),
        Protect(
            "figurecomment",
            visible="CASE WHEN own THEN organisation_id = {org} ELSE tu_steers(region_id) END",
            writable="organisation_id = {org} AND created_by_id = tu_user()"
            " AND CASE WHEN own THEN NOT tu_steers() ELSE tu_steers(region_id) END",
            append_only=True,
        ),
        # Written by the worker; the web reads it through the statistics role alone.
        migrations.RunSQL(
            """
            REVOKE ALL ON reporting_edition, reporting_publishedcell, reporting_publishedorganisation,
                reporting_publishedmedian FROM tu_app;
            GRANT SELECT ON reporting_edition, reporting_publishedcell, reporting_publishedorganisation,
                reporting_publishedmedian TO tu_stats;
            """,
            """
            REVOKE SELECT ON reporting_edition, reporting_publishedcell, reporting_publishedorganisation,
                reporting_publishedmedian FROM tu_stats;
            GRANT SELECT, INSERT, UPDATE, DELETE ON reporting_edition, reporting_publishedcell,
                reporting_publishedorganisation, reporting_publishedmedian TO tu_app;
            """,
        ),
        migrations.RunSQL(walls_sql.OF_HEADS, walls_sql.OF_NOBODY),
    ]
