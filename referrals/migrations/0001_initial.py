import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.models
import core.validators
import referrals.models
from core.protect import Protect
from referrals import agreements_sql, erasing_sql, guard, links_sql, news_sql

_SENDER = "(sender_id = {org} AND (sender_access_until IS NULL OR sender_access_until > tu_now()))"
_RECIPIENT = (
    "(recipient_id = {org} AND state <> 'draft'"
    " AND (recipient_access_until IS NULL OR recipient_access_until > tu_now()))"
)
# The rows that hang on a referral follow it: the sub-query is itself under the policy of the referral.
_ITS_REFERRAL = "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("partners", "0001_initial"),
        ("youths", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("submission", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "programme",
                    models.CharField(
                        choices=referrals.models.programme_choices, max_length=30, verbose_name="dispositif"
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
                        default="draft",
                        max_length=20,
                        verbose_name="état",
                    ),
                ),
                ("last_action", models.CharField(default="create", max_length=20)),
                ("version", models.PositiveIntegerField(default=1)),
                ("reason", models.CharField(blank=True, max_length=40, verbose_name="motif")),
                (
                    "reason_detail",
                    models.CharField(
                        blank=True,
                        max_length=200,
                        validators=[core.validators.validate_free_text],
                        verbose_name="précision",
                    ),
                ),
                (
                    "details",
                    models.JSONField(blank=True, default=dict, verbose_name="réponses propres au dispositif"),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True,
                        max_length=1000,
                        validators=[core.validators.validate_free_text],
                        verbose_name="mot au destinataire",
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                ("state_since", models.DateTimeField(default=core.clock.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="envoyée le")),
                ("received_at", models.DateTimeField(blank=True, null=True, verbose_name="ouverte le")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="répondue le")),
                ("planned_on", models.DateField(blank=True, null=True, verbose_name="entrée prévue le")),
                ("planned_end_on", models.DateField(blank=True, null=True, verbose_name="fin prévue le")),
                ("started_on", models.DateField(blank=True, null=True, verbose_name="démarrée le")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="terminée le")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "acknowledged_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="issue vue par l’envoyeur le"),
                ),
                ("sender_access_until", models.DateTimeField(blank=True, null=True)),
                ("recipient_access_until", models.DateTimeField(blank=True, null=True)),
                (
                    "sharing_stopped_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="partage arrêté le"
                    ),
                ),
                ("clock_kind", models.CharField(blank=True, max_length=20)),
                ("clock_side", models.CharField(blank=True, max_length=10)),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="échéance")),
                ("escalate_on", models.DateField(blank=True, null=True)),
                ("expires_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "orientation",
            },
        ),
        migrations.CreateModel(
            name="ReferralEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("action", models.CharField(max_length=20)),
                (
                    "from_state",
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
                (
                    "to_state",
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
                ("side", models.CharField(max_length=20)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("at", models.DateTimeField(default=core.clock.now)),
                ("late", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "événement",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("due_on", models.DateField()),
                ("late", models.BooleanField(default=False)),
                ("at", models.DateTimeField(db_default=core.models.SqlNow())),
            ],
            options={
                "verbose_name": "relance",
            },
        ),
        migrations.CreateModel(
            name="TransitionRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("action", models.CharField(max_length=20)),
                ("from_state", models.CharField(max_length=20)),
                ("to_state", models.CharField(max_length=20)),
                ("side", models.CharField(max_length=20)),
            ],
            options={
                "db_table": "referrals_transition",
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                        choices=[("question", "Question"), ("answer", "Réponse"), ("note", "Message")],
                        default="note",
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(max_length=2000, validators=[core.validators.validate_free_text])),
                ("at", models.DateTimeField(default=core.clock.now)),
                (
                    "author",
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
            ],
            options={
                "verbose_name": "message",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "moment",
                    models.CharField(
                        choices=[("exit", "à la sortie"), ("m3", "à 3 mois"), ("m6", "à 6 mois")],
                        max_length=5,
                        verbose_name="moment",
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="devenir")),
                ("on", models.DateField(verbose_name="constaté le")),
                ("at", models.DateTimeField(default=core.clock.now)),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
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
            ],
            options={
                "verbose_name": "devenir",
                "verbose_name_plural": "devenirs",
            },
        ),
        migrations.AddField(
            model_name="referral",
            name="agreement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="youths.agreement",
                verbose_name="accord du jeune",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="convention",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.convention",
                verbose_name="convention",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="recipient",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
                verbose_name="adressée à",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="recipient_professional",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="recipient_substitute",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="recipient_team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="partners.team",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="redirected_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="redirections",
                to="referrals.referral",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="returned_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returns",
                to="referrals.referral",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="sender",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
                verbose_name="envoyée par",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="sender_professional",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="sender_team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="partners.team",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="youth",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="youths.youth"
            ),
        ),
        migrations.AddField(
            model_name="outcome",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="outcomes", to="referrals.referral"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="referrals.referral"
            ),
        ),
        migrations.AddField(
            model_name="referralevent",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="referralevent",
            name="organisation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
            ),
        ),
        migrations.AddField(
            model_name="referralevent",
            name="referral",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="events",
                to="referrals.referral",
            ),
        ),
        migrations.AddField(
            model_name="reminder",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reminders", to="referrals.referral"
            ),
        ),
        migrations.AddConstraint(
            model_name="transitionrow",
            constraint=models.UniqueConstraint(
                fields=("action", "from_state", "to_state", "side"), name="referrals_transition_once"
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ["sent", "received", "info_requested", "waitlisted", "accepted", "started"])
                ),
                fields=["recipient", "-sent_at", "-id"],
                include=("state", "recipient_professional", "recipient_team"),
                name="referrals_inbox_open",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        ["draft", "sent", "received", "info_requested", "waitlisted", "accepted", "started"],
                    )
                ),
                fields=["sender", "-created_at", "-id"],
                include=("state", "sender_professional", "sender_team"),
                name="referrals_sent_open",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["recipient", "-sent_at", "-id"], name="referrals_inbox"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["sender", "-created_at", "-id"], name="referrals_sentbox"),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("due_on__isnull", False)), fields=["due_on"], name="referrals_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "sent",
                            "received",
                            "info_requested",
                            "waitlisted",
                            "accepted",
                            "started",
                            "completed",
                            "declined",
                            "no_response",
                            "withdrawn",
                            "dropped_out",
                            "entered_in_error",
                        ],
                    )
                ),
                name="referrals_state",
                violation_error_message="Cet état n’existe pas.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("sender", models.F("recipient")), _negated=True),
                name="referrals_two_sides",
                violation_error_message="Une orientation va d’une structure à une autre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "draft"),
                    ("sent_at__isnull", False),
                    ("state", "entered_in_error"),
                    _connector="OR",
                ),
                name="referrals_sent_at",
                violation_error_message="Une orientation envoyée a une date d’envoi.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "entered_in_error"]),
                    ("agreement__isnull", False),
                    _connector="OR",
                ),
                name="referrals_agreement",
                violation_error_message="Enregistrez l’accord du jeune avant d’envoyer.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            ["declined", "no_response", "withdrawn", "dropped_out", "entered_in_error"],
                        ),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                ["declined", "no_response", "withdrawn", "dropped_out", "entered_in_error"],
                            ),
                            _negated=True,
                        ),
                        ("reason", ""),
                    ),
                    _connector="OR",
                ),
                name="referrals_reason",
                violation_error_message="Indiquez un motif.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["started", "completed", "dropped_out"]), _negated=True),
                    ("started_on__isnull", False),
                    _connector="OR",
                ),
                name="referrals_started_on",
                violation_error_message="Indiquez la date de démarrage.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["completed", "dropped_out"]), _negated=True),
                    ("ended_on__isnull", False),
                    _connector="OR",
                ),
                name="referrals_ended_on",
                violation_error_message="Indiquez la date de fin.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True),
                    ("started_on__isnull", True),
                    ("ended_on__gte", models.F("started_on")),
                    _connector="OR",
                ),
                name="referrals_dates",
                violation_error_message="La fin ne peut pas précéder le démarrage.",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.UniqueConstraint(
                fields=("referral", "moment"),
                name="referrals_outcome_once",
                violation_error_message="Ce devenir est déjà enregistré.",
            ),
        ),
        migrations.AddConstraint(
            model_name="referralevent",
            constraint=models.UniqueConstraint(fields=("referral", "number"), name="referrals_event_number"),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(
                fields=("referral", "kind", "due_on"), name="referrals_reminder_once"
            ),
        ),
        migrations.RunSQL(guard.GUARD_SQL, guard.UNGUARD_SQL),
        Protect(
            "referral",
            visible=f"{_SENDER} OR {_RECIPIENT}",
            writable="sender_id = {org} OR recipient_id = {org}",
            insertable="sender_id = {org}",
        ),
        Protect("referralevent", visible=_ITS_REFERRAL, append_only=True),
        Protect("outcome", visible=_ITS_REFERRAL),
        # The thread of a referral whose sharing is stopped takes no more message.
        Protect(
            "message",
            visible=_ITS_REFERRAL,
            insertable="EXISTS (SELECT 1 FROM referrals_referral r"
            " WHERE r.id = referral_id AND r.sharing_stopped_at IS NULL)",
            append_only=True,
        ),
        Protect("reminder", visible=_ITS_REFERRAL),
        migrations.RunSQL(
            "REVOKE INSERT, UPDATE, DELETE ON referrals_transition FROM tu_app, tu_worker",
            "GRANT INSERT, UPDATE, DELETE ON referrals_transition TO tu_app, tu_worker",
        ),
        migrations.RunSQL(agreements_sql.SENT_UNDER_AGREEMENT, agreements_sql.NOT_SENT_UNDER_AGREEMENT),
        migrations.RunSQL(news_sql.NEWS, news_sql.NO_NEWS),
        migrations.RunSQL(news_sql.OPEN, news_sql.NOT_OPEN),
        migrations.RunSQL(news_sql.GRANTED, news_sql.NOT_GRANTED),
        migrations.RunSQL(guard.UNDER_WAY, guard.NOTHING_UNDER_WAY),
        migrations.RunSQL(agreements_sql.STOP_SHARING, agreements_sql.NO_STOP_SHARING),
        migrations.RunSQL(links_sql.LINK_RULES, links_sql.NO_LINK_RULES),
        migrations.RunSQL(erasing_sql.FORGET_REASON, erasing_sql.NO_FORGET_REASON),
    ]
