import uuid

import django.contrib.postgres.fields
import django.db.models.fields.json
import django.db.models.functions.comparison
from django.db import migrations, models

import core.models
import core.validators
from core import documents_sql, history_sql, outbox_sql, sql
from core.protect import Protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(sql.PRIVILEGES, migrations.RunSQL.noop),
        migrations.RunSQL(
            sql.FUNCTIONS,
            "DROP FUNCTION tu_normalise(text[]), tu_system(), tu_user(), tu_org(), tu_now()",
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "at", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.BigIntegerField(editable=False)),
                ("id", models.UUIDField(default=uuid.uuid4)),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("read", "lecture d’un dossier"),
                            ("list", "liste nominative"),
                            ("search", "recherche"),
                            ("export", "export"),
                            ("denied", "accès refusé"),
                            ("opening", "ouverture avec motif"),
                            ("sign_in", "connexion"),
                            ("erasure", "effacement de l’historique"),
                            ("purge", "mois de traces supprimé"),
                            ("retry", "message relancé"),
                        ],
                        max_length=12,
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("subject_kind", models.CharField(blank=True, max_length=20)),
                ("subject_uuid", models.UUIDField(null=True)),
                ("count", models.PositiveIntegerField(default=1)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("request_id", models.CharField(blank=True, max_length=36)),
            ],
            options={
                "verbose_name": "trace",
                "db_table": "core_auditentry",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "at", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.BigIntegerField(editable=False)),
                ("at", models.DateTimeField()),
                (
                    "operation",
                    models.CharField(
                        choices=[
                            ("insert", "création"),
                            ("update", "modification"),
                            ("delete", "suppression"),
                        ],
                        max_length=6,
                    ),
                ),
                ("model", models.CharField(max_length=60)),
                ("object_id", models.BigIntegerField()),
                ("subject_kind", models.CharField(max_length=10)),
                ("subject_id", models.BigIntegerField(null=True)),
                (
                    "organisations",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField()),
                ),
                ("user_id", models.BigIntegerField(null=True)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("request_id", models.CharField(max_length=36)),
                ("reason", models.CharField(max_length=80)),
                ("login", models.CharField(max_length=63)),
                ("columns", django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                ("values", models.JSONField(null=True)),
                ("salt", models.UUIDField(null=True)),
                ("digest", models.BinaryField()),
                ("blanked_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "changement",
                "db_table": "core_change",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="SetAside",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="message")),
                ("attempts", models.PositiveSmallIntegerField(verbose_name="essais")),
                ("last_error", models.CharField(max_length=200, verbose_name="erreur")),
                ("created_at", models.DateTimeField(verbose_name="demandé le")),
                ("quarantined_at", models.DateTimeField(verbose_name="mis de côté le")),
            ],
            options={
                "verbose_name": "message mis de côté",
                "verbose_name_plural": "messages mis de côté",
                "db_table": "core_setaside",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("media_type", models.CharField(max_length=100)),
                ("filename", models.CharField(max_length=120)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("path", models.CharField(max_length=120, unique=True)),
                ("created_at", models.DateTimeField(db_default=core.models.SqlNow())),
            ],
            options={
                "verbose_name": "document",
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "signe de vie",
                "verbose_name_plural": "signes de vie",
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("files_hour", "beaucoup de dossiers ouverts en une heure"),
                            ("files_day", "limite de dossiers du jour atteinte : accès arrêté"),
                            ("names_hour", "beaucoup de noms listés en une heure"),
                            ("names_day", "limite de noms du jour atteinte : listes arrêtées"),
                            ("exported_hour", "beaucoup de lignes exportées en une heure"),
                            ("exported_day", "limite d’export du jour atteinte : exports arrêtés"),
                            ("denied", "accès refusés en série"),
                            ("searches", "recherches en série"),
                            ("organisation", "activité inhabituelle de la structure"),
                        ],
                        max_length=14,
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True)),
                ("organisation_id", models.BigIntegerField()),
                ("window_start", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
                ("threshold", models.PositiveIntegerField()),
                ("opened_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("handled_at", models.DateTimeField(blank=True, null=True)),
                ("handled_by_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "comment",
                    models.CharField(
                        blank=True,
                        max_length=500,
                        validators=[core.validators.validate_free_text],
                        verbose_name="ce qui a été vérifié",
                    ),
                ),
            ],
            options={
                "verbose_name": "alerte",
                "indexes": [
                    models.Index(fields=["organisation_id", "-opened_at", "-id"], name="core_alert_recent")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "user_id", "organisation_id", "window_start"),
                        name="core_alert_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("handled_at__isnull", True), ("handled_by_id__isnull", True)),
                            models.Q(
                                ("handled_at__isnull", False),
                                ("handled_by_id__isnull", False),
                                models.Q(("comment", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="core_alert_handled",
                        violation_error_message="Dites ce qui a été vérifié.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyFiles",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("files", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "dossiers ouverts par jour",
                "verbose_name_plural": "dossiers ouverts par jour",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_id", "day"), name="core_dailyfiles_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenedFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_uuid", models.UUIDField()),
                ("organisation_id", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "dossier ouvert",
                "verbose_name_plural": "dossiers ouverts",
                "indexes": [models.Index(fields=["day", "organisation_id"], name="core_openedfile_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user_id", "day", "subject_kind", "subject_uuid"), name="core_openedfile_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("payload", models.JSONField(default=dict)),
                (
                    "addressee",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.fields.json.KeyTextTransform("user", "payload"),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(null=True),
                    ),
                ),
                ("effect_key", models.CharField(max_length=120, unique=True)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(db_default=core.models.SqlNow())),
                ("due_at", models.DateTimeField(db_default=core.models.SqlNow())),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("quarantined_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "message à délivrer",
                "verbose_name_plural": "messages à délivrer",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("quarantined_at__isnull", True)),
                        fields=["due_at", "id"],
                        name="core_outbox_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("addressee__isnull", False)),
                        fields=["addressee", "kind", "done_at"],
                        name="core_outbox_addressee",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.BigIntegerField()),
                ("organisation_id", models.BigIntegerField()),
                ("counterpart_id", models.BigIntegerField(blank=True, null=True)),
                ("user_id", models.BigIntegerField(blank=True, null=True)),
                ("due_on", models.DateField()),
                ("awaited_on", models.DateField()),
                ("opened_at", models.DateTimeField(db_default=core.models.SqlNow())),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "tâche",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["organisation_id", "due_on", "id"],
                        include=("user_id", "counterpart_id", "awaited_on", "kind"),
                        name="core_task_open",
                    ),
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["user_id", "due_on", "id"],
                        include=("organisation_id", "counterpart_id", "awaited_on", "kind"),
                        name="core_task_mine",
                    ),
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["subject_kind", "subject_id"],
                        name="core_task_subject",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "subject_kind", "subject_id", "organisation_id", "due_on"),
                        name="core_task_once",
                    )
                ],
            },
        ),
        migrations.RunSQL(sql.AUDIT_TABLE, "DROP TABLE core_auditentry"),
        # A line of the trail is written whoever acts, and read by the organisation it concerns.
        Protect("auditentry", visible="organisation_id = {org}", insertable="true", append_only=True),
        # The number of a line of the trail is the database's business.
        migrations.RunSQL(
            """
            REVOKE INSERT ON core_auditentry FROM tu_app, tu_worker;
            GRANT INSERT (id, at, kind, user_id, organisation_id, subject_kind, subject_uuid, count, detail, request_id)
                ON core_auditentry TO tu_app, tu_worker;
            """,
            "GRANT INSERT ON core_auditentry TO tu_app, tu_worker",
        ),
        migrations.RunSQL(history_sql.HISTORY_TABLE, "DROP TABLE core_change"),
        # What is nobody's is professional data; the rest is read by the organisations of the row. A room may ask for
        # more (core.history.readable_while).
        Protect(
            "change",
            visible=(
                "(subject_kind = '' AND {org} IS NOT NULL) OR {org} = ANY (organisations)"
                " OR (subject_kind IN ('', 'user') AND current_setting('app.role', true) = 'administrator')"
            ),
            insertable="false",
            append_only=True,
        ),
        migrations.RunSQL(
            "REVOKE INSERT ON core_change FROM tu_app, tu_worker",
            "GRANT INSERT ON core_change TO tu_app, tu_worker",
        ),
        migrations.RunSQL(
            history_sql.HISTORY_TRIGGER + history_sql.BLANK_HISTORY,
            "DROP FUNCTION tu_blank_history(text, bigint, text); DROP FUNCTION tu_record_change()",
        ),
        migrations.RunSQL(
            sql.PARTITIONS,
            "DROP FUNCTION tu_prepare_partitions(); DROP FUNCTION tu_add_partition(text, text, text)",
        ),
        migrations.RunSQL(sql.DROP_PARTITIONS, "DROP FUNCTION tu_drop_old_partitions()"),
        migrations.RunSQL(sql.SEALS, "DROP TABLE core_seal"),
        # Whoever acts for two organisations has one day's limit: their own lines count wherever they opened them.
        Protect(
            "openedfile", visible="organisation_id = {org} OR user_id = (SELECT tu_user())", insertable="true"
        ),
        migrations.RunSQL(sql.EXTRACTED, "DROP FUNCTION tu_extracted(bigint, text, timestamptz)"),
        # The worker opens alerts; people say what they made of them, and nothing else.
        Protect("alert", visible="organisation_id = {org}", insertable="false"),
        migrations.RunSQL(
            """
            REVOKE INSERT, UPDATE, DELETE ON core_alert FROM tu_app;
            GRANT UPDATE (handled_at, handled_by_id, comment) ON core_alert TO tu_app;
            REVOKE ALL ON core_dailyfiles FROM tu_app;
            """,
            "GRANT INSERT, UPDATE, DELETE ON core_alert TO tu_app",
        ),
        Protect("task", visible="organisation_id = {org} OR counterpart_id = {org}"),
        # The outbox is written by everybody and emptied by the worker.
        Protect("outboxmessage", visible="organisation_id = {org}", writable="false", insertable="true"),
        migrations.RunSQL(outbox_sql.ADMINISTERS, outbox_sql.NOBODY_ADMINISTERS),
        migrations.RunSQL(outbox_sql.SET_ASIDE, outbox_sql.NOT_SET_ASIDE),
        migrations.RunSQL(outbox_sql.RETRY, outbox_sql.NO_RETRY),
        migrations.RunSQL(outbox_sql.OF_THE_WEB, outbox_sql.NOT_OF_THE_WEB),
        migrations.RunSQL(documents_sql.OF_THE_WEB, documents_sql.NOT_OF_THE_WEB),
    ]
