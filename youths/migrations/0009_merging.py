import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import core.clock
from core.protect import Protect
from youths import merging_sql as sql
from youths.sql import OWN_NAME_FUNCTION


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("youths", "0008_granted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DistinctPair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=core.clock.now, verbose_name="le")),
            ],
            options={
                "verbose_name": "personnes distinctes",
                "verbose_name_plural": "personnes distinctes",
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("merged_key", models.BigIntegerField(db_index=True, verbose_name="dossier fusionné")),
                ("merged_uuid", models.UUIDField(db_index=True, verbose_name="adresse du dossier fusionné")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("merge", "fusion de deux dossiers"),
                            ("attach", "rattachement du dossier d’un partenaire"),
                        ],
                        max_length=6,
                        verbose_name="nature",
                    ),
                ),
                ("at", models.DateTimeField(default=core.clock.now, verbose_name="le")),
                ("moved", models.JSONField(default=dict, verbose_name="ce qui a été déplacé")),
                ("changed", models.JSONField(default=list, verbose_name="ce qui a été changé")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="défait le")),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="définitif depuis le"),
                ),
            ],
            options={
                "verbose_name": "fusion de dossiers",
                "verbose_name_plural": "fusions de dossiers",
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("proposed_at", models.DateTimeField(default=core.clock.now, verbose_name="proposé le")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("propose", "en attente de réponse"),
                            ("accepte", "accepté"),
                            ("refuse", "refusé"),
                            ("repris", "repris"),
                            ("expire", "resté sans réponse"),
                        ],
                        default="propose",
                        max_length=8,
                        verbose_name="état",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hors_territoire", "le jeune n’habite pas sur notre territoire"),
                            ("jeune_injoignable", "le jeune ne s’est pas présenté"),
                            ("hors_public", "le jeune ne relève plus d’une Mission Locale"),
                            ("erreur", "la proposition nous est parvenue par erreur"),
                        ],
                        max_length=20,
                        verbose_name="motif du refus",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="répondu le")),
            ],
            options={
                "verbose_name": "transfert de dossier",
                "verbose_name_plural": "transferts de dossiers",
            },
        ),
        migrations.RemoveConstraint(
            model_name="youth",
            name="youths_youth_file_number",
        ),
        migrations.AddField(
            model_name="accompaniment",
            name="reads_from",
            field=models.DateTimeField(blank=True, null=True, verbose_name="lit le journal depuis le"),
        ),
        migrations.AddField(
            model_name="youth",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="youths.youth",
                verbose_name="fusionné dans",
            ),
        ),
        migrations.AddIndex(
            model_name="youth",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)),
                fields=["merged_into"],
                name="youths_merged_into",
            ),
        ),
        migrations.AddConstraint(
            model_name="youth",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("file_number", ""), _negated=True), ("merged_into__isnull", True)
                ),
                fields=("registered_with", "file_number"),
                name="youths_youth_file_number",
                violation_error_message="Ce numéro de dossier existe déjà dans votre Mission Locale.",
            ),
        ),
        migrations.AddConstraint(
            model_name="youth",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(("merged_into", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="youths_youth_merged",
                violation_error_message="Un dossier ne se fusionne pas avec lui-même.",
            ),
        ),
        migrations.AddField(
            model_name="distinctpair",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="distinctpair",
            name="first",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="youths.youth"
            ),
        ),
        migrations.AddField(
            model_name="distinctpair",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
                verbose_name="structure",
            ),
        ),
        migrations.AddField(
            model_name="distinctpair",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="youths.youth"
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
                verbose_name="structure",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="youth",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="merges",
                to="youths.youth",
                verbose_name="dossier conservé",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="municipality",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.municipality",
                verbose_name="nouvelle commune",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposé par",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="recipient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
                verbose_name="proposé à",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="sender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
                verbose_name="proposé par",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="youth",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="transfers",
                to="youths.youth",
            ),
        ),
        migrations.AddConstraint(
            model_name="distinctpair",
            constraint=models.UniqueConstraint(
                django.db.models.functions.comparison.Least("first", "second"),
                django.db.models.functions.comparison.Greatest("first", "second"),
                models.F("organisation"),
                name="youths_distinct_once",
                violation_error_message="C’est déjà noté.",
            ),
        ),
        migrations.AddConstraint(
            model_name="distinctpair",
            constraint=models.CheckConstraint(
                condition=models.Q(("first", models.F("second")), _negated=True),
                name="youths_distinct_two",
                violation_error_message="Il faut deux personnes.",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)),
                fields=("merged_key",),
                name="youths_merged_once",
                violation_error_message="Ce dossier est déjà fusionné.",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("undone_at__isnull", True), ("settled_at__isnull", True), _connector="OR"
                ),
                name="youths_merge_undone",
                violation_error_message="Une fusion définitive ne se défait plus.",
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["youth", "-proposed_at"], name="youths_transfer_latest"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "propose")),
                fields=("youth",),
                name="youths_one_transfer",
                violation_error_message="Un transfert est déjà proposé pour ce jeune.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("sender", models.F("recipient")), _negated=True),
                name="youths_transfer_sides",
                violation_error_message="Choisissez une autre Mission Locale que la vôtre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("state", "propose")),
                    models.Q(models.Q(("state", "propose"), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="youths_transfer_answered",
                violation_error_message="Un transfert répondu a une date.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refuse"), models.Q(("reason", ""), _negated=True)),
                    models.Q(models.Q(("state", "refuse"), _negated=True), ("reason", "")),
                    _connector="OR",
                ),
                name="youths_transfer_reason",
                violation_error_message="Indiquez le motif du refus.",
            ),
        ),
        migrations.RunSQL(OWN_NAME_FUNCTION, migrations.RunSQL.noop),
        migrations.RunSQL(sql.KEPT, sql.NO_KEPT),
        # What was moved is read by the organisation that moved it: it holds what the records said before.
        Protect("merge", visible="organisation_id = {org}"),
        Protect(
            "distinctpair",
            visible="organisation_id = {org}",
            writable="organisation_id = {org} AND tu_keeps(first_id) AND tu_keeps(second_id)",
        ),
        # Proposed by the one that keeps the record; answered through the functions below.
        Protect(
            "transfer",
            visible="sender_id = {org} OR recipient_id = {org}",
            insertable="sender_id = {org} AND state = 'propose' AND EXISTS (SELECT 1 FROM youths_youth y"
            " WHERE y.id = youth_id AND y.registered_with_id = {org})",
        ),
        migrations.RunSQL(sql.MOVING, sql.NO_MOVING),
        migrations.RunSQL(sql.CROSSING, sql.NO_CROSSING),
        migrations.RunSQL(sql.READING, sql.NO_READING),
        migrations.RunSQL(sql.BY_FUNCTION, migrations.RunSQL.noop),
    ]
