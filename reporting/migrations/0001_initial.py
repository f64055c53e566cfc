import uuid

import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.protect import Protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("partners", "0001_initial"),
        ("referrals", "0001_initial"),
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
                ("programme", models.CharField(max_length=30)),
                ("answer_days", models.PositiveSmallIntegerField()),
                ("count", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "cumul des délais",
                "verbose_name_plural": "cumuls des délais",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("month", "region_code", "programme", "answer_days"),
                        name="reporting_delay_once",
                    )
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
            name="CommitteePack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
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
                (
                    "meeting",
                    models.ForeignKey(
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
            name="FoldedCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", models.DateField()),
                ("organisation_id", models.BigIntegerField()),
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
                ("sent", models.PositiveIntegerField(default=0)),
                ("answered", models.PositiveIntegerField(default=0)),
                ("accepted", models.PositiveIntegerField(default=0)),
                ("started", models.PositiveIntegerField(default=0)),
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
                    models.Index(fields=["quarter", "department", "programme"], name="reporting_folded_cell")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quarter", "organisation_id", "department", "programme", "state", "outcome"),
                        name="reporting_folded_once",
                        nulls_distinct=False,
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
                ("month", models.DateField()),
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
                ("answered", models.BooleanField(default=False)),
                ("accepted", models.BooleanField(default=False)),
                ("started", models.BooleanField(default=False)),
                ("completed", models.BooleanField(default=False)),
                ("answer_days", models.PositiveSmallIntegerField(null=True)),
                ("is_return", models.BooleanField(default=False)),
                (
                    "department",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="partners.department"
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
                    models.Index(fields=["convention_id", "month"], name="reporting_fact_convention"),
                    models.Index(fields=["sender_id", "month"], name="reporting_fact_sender"),
                    models.Index(fields=["recipient_id", "month"], name="reporting_fact_recipient"),
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
                ("month", models.DateField()),
                ("programme", models.CharField(max_length=30)),
                ("sent", models.PositiveIntegerField(default=0)),
                ("answered", models.PositiveIntegerField(default=0)),
                ("accepted", models.PositiveIntegerField(default=0)),
                ("started", models.PositiveIntegerField(default=0)),
                ("completed", models.PositiveIntegerField(default=0)),
                ("ended", models.PositiveIntegerField(default=0)),
                ("outcome_known", models.PositiveIntegerField(default=0)),
                ("refreshed_at", models.DateTimeField(default=core.clock.now)),
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
        Protect("referralfact", visible="sender_id = {org} OR recipient_id = {org}"),
        # Summaries hold no link to anybody: the web reads them through the statistics role alone.
        migrations.RunSQL(
            """
            REVOKE ALL ON reporting_summarycell, reporting_delaycell FROM tu_app;
            GRANT SELECT ON reporting_summarycell, reporting_delaycell, reporting_dirtycell TO tu_stats;
            GRANT SELECT ON partners_region, partners_department TO tu_stats;
            """,
            """
            REVOKE SELECT ON partners_region, partners_department FROM tu_stats;
            REVOKE SELECT ON reporting_summarycell, reporting_delaycell, reporting_dirtycell FROM tu_stats;
            GRANT SELECT, INSERT, UPDATE, DELETE ON reporting_summarycell, reporting_delaycell TO tu_app;
            """,
        ),
        # Linked to nobody, but small: the web does not read it, and the worker alone writes it.
        migrations.RunSQL(
            "REVOKE ALL ON reporting_foldedcount FROM tu_app",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON reporting_foldedcount TO tu_app",
        ),
    ]
