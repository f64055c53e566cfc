import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
from core.protect import Protect
from youths.agreements import sql


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("youths", "0009_merging"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="accompaniment",
            name="role",
            field=models.CharField(
                choices=[
                    ("lead", "référent"),
                    ("partner", "co-accompagne"),
                    ("contacted", "sollicité"),
                    ("closing", "bilan attendu"),
                ],
                max_length=10,
                verbose_name="rôle",
            ),
        ),
        migrations.CreateModel(
            name="AgreementRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("purpose", models.CharField(max_length=30, verbose_name="pour")),
                (
                    "kind",
                    models.CharField(
                        choices=[("give", "donner un accord"), ("withdraw", "retirer un accord")],
                        max_length=10,
                        verbose_name="demande",
                    ),
                ),
                ("text_version", models.CharField(max_length=40, verbose_name="version du texte")),
                (
                    "token_hash",
                    models.CharField(
                        editable=False, max_length=64, unique=True, verbose_name="empreinte du lien"
                    ),
                ),
                ("asked_at", models.DateTimeField(default=core.clock.now, verbose_name="demandé le")),
                ("expires_at", models.DateTimeField(verbose_name="valable jusqu’au")),
                (
                    "mailed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="envoyé par courriel le"),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="essais")),
                ("locked_at", models.DateTimeField(blank=True, null=True, verbose_name="bloqué le")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True, verbose_name="annulé le")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "oui"), ("no", "non")],
                        max_length=4,
                        verbose_name="réponse",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="répondu le")),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="demandé par",
                    ),
                ),
                (
                    "requested_for",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="demandé pour",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agreement_requests",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande d’accord par un lien",
                "verbose_name_plural": "demandes d’accord par un lien",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answer", ""), ("cancelled_at__isnull", True)),
                        fields=("youth", "requested_for", "recipient", "purpose", "kind"),
                        name="youths_one_agreement_request",
                        violation_error_message="Un lien est déjà ouvert pour cette demande.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="youths_agreement_request_answered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("asked_at", models.DateTimeField(default=core.clock.now, verbose_name="demandé le")),
                ("due_on", models.DateField(verbose_name="à faire avant le")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("deleted", "tout est supprimé"),
                            ("nothing", "nous n’avions rien gardé hors du portail"),
                            ("kept", "une partie est gardée, parce qu’un texte l’impose"),
                        ],
                        max_length=10,
                        verbose_name="ce qui a été fait",
                    ),
                ),
                (
                    "duty",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("contract", "un contrat signé avec le jeune (Code civil, art. 2224)"),
                            ("accounts", "la comptabilité (Code de commerce, art. L123-22)"),
                            ("training", "la preuve de la formation suivie (Code du travail, art. L6362-5)"),
                            ("under_way", "le parcours commencé, jusqu’à sa fin"),
                            ("claim", "un droit à défendre en justice (RGPD, art. 17-3-e)"),
                        ],
                        max_length=10,
                        verbose_name="ce qui oblige à garder",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="répondu le")),
                (
                    "agreement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disposal",
                        verbose_name="accord retiré",
                        to="youths.agreement",
                    ),
                ),
                (
                    "answered_by",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "professional",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="demandé à",
                    ),
                ),
            ],
            options={
                "verbose_name": "suppression demandée",
                "verbose_name_plural": "suppressions demandées",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "kept"), models.Q(("duty", ""), _negated=True)),
                            models.Q(models.Q(("answer", "kept"), _negated=True), ("duty", "")),
                            _connector="OR",
                        ),
                        name="youths_disposal_duty",
                        violation_error_message="Dites ce qui oblige à garder.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="youths_disposal_answered",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql.LINKS, migrations.RunSQL.noop),
        # A link is the business of who asks; the youth comes by its functions.
        Protect(
            "agreementrequest",
            visible="requested_for_id = {org}",
            insertable="requested_for_id = {org} AND tu_has_access(youth_id)",
        ),
        # Both sides of the agreement know what is asked, and the partner alone answers.
        Protect(
            "disposal",
            visible="organisation_id = {org} OR EXISTS (SELECT 1 FROM youths_agreement a WHERE a.id = agreement_id)",
            writable="organisation_id = {org}",
            insertable="EXISTS (SELECT 1 FROM youths_agreement a WHERE a.id = agreement_id"
            " AND a.recipient_id = organisation_id AND a.withdrawn_at IS NOT NULL)",
        ),
        migrations.RunSQL(sql.BY_COLUMN, migrations.RunSQL.noop),
        migrations.RunSQL(sql.PUBLIC_LINK, sql.NO_PUBLIC_LINK),
        migrations.RunSQL(sql.CONCERNED, sql.NO_CONCERNED),
    ]
