import datetime
import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.models
import core.validators
import partners.models.organisations
import referrals.models.referral
from core import documents_sql
from core.protect import Protect
from referrals import (
    agreements_sql,
    asking_sql,
    attendance_sql,
    erasing_sql,
    guard,
    links_sql,
    news_sql,
    offers_sql,
    opinions_sql,
    owing_sql,
    own_hand_sql,
    waiting_sql,
    youth_links_sql,
)
from referrals.placements import sql as placements_sql
from referrals.thread import sql as thread_sql

_SENDER = "(sender_id = {org} AND (sender_access_until IS NULL OR sender_access_until > tu_now()))"
_RECIPIENT = (
    "(recipient_id = {org} AND state <> 'draft'"
    " AND (recipient_access_until IS NULL OR recipient_access_until > tu_now()))"
)
# The rows that hang on a referral follow it: the sub-query is itself under the policy of the referral.
_ITS_REFERRAL = "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)"
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
            name="Breach",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("declared_at", models.DateTimeField(default=core.clock.now, verbose_name="déclarée le")),
                ("started_on", models.DateField(verbose_name="début du contrat")),
                ("broke_on", models.DateField(verbose_name="contrat rompu le")),
                (
                    "presence",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="jours de présence en entreprise"
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("libre", "Rupture libre, pendant les 45 premiers jours en entreprise"),
                            ("accord", "D’un commun accord, par écrit"),
                            ("apprenti", "À l’initiative de l’apprenti, après le médiateur"),
                            ("autre_cas", "Autre cas prévu par le code du travail (la cause ne s’écrit pas)"),
                        ],
                        max_length=10,
                        verbose_name="mode de rupture",
                    ),
                ),
                ("mediator_on", models.DateField(blank=True, null=True, verbose_name="médiateur saisi le")),
                ("employer_on", models.DateField(blank=True, null=True, verbose_name="employeur informé le")),
                (
                    "closing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("envoyee", "la mission locale est sollicitée"),
                            ("nouveau_contrat", "le jeune a signé un nouveau contrat"),
                            ("suivi_centre", "le centre de formation l’accompagne seul"),
                            ("autre_suivi", "une autre structure l’accompagne déjà"),
                            ("sans_accord", "le jeune ne souhaite pas être adressé à la mission locale"),
                            ("injoignable", "le jeune est injoignable malgré les relances"),
                            ("erreur", "il n’y a pas eu de rupture"),
                        ],
                        max_length=16,
                        verbose_name="suite donnée",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="suite donnée le")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "declared_by",
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
                        verbose_name="centre de formation",
                    ),
                ),
                (
                    "referent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="référent au centre",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="breaches",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "rupture de contrat d’apprentissage",
                "verbose_name_plural": "ruptures de contrat d’apprentissage",
                "indexes": [
                    models.Index(
                        condition=models.Q(("closing", "")),
                        fields=["broke_on"],
                        name="referrals_breach_waiting",
                    ),
                    models.Index(fields=["youth", "-declared_at"], name="referrals_breach_youth"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("broke_on__gte", models.F("started_on"))),
                        name="referrals_breach_dates",
                        violation_error_message="Le contrat ne peut pas commencer après sa rupture.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["libre", "accord", "apprenti", "autre_cas"])),
                        name="referrals_breach_mode",
                        violation_error_message="Ce mode de rupture n’existe pas.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mode", "apprenti"), _negated=True),
                            models.Q(("employer_on__isnull", False), ("mediator_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="referrals_breach_mediator",
                        violation_error_message="Le médiateur, puis l’employeur : indiquez les deux jours.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closing", "")),
                            models.Q(models.Q(("closing", ""), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="referrals_breach_closed",
                        violation_error_message="La suite donnée a une date.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closing", "")),
                        fields=("youth", "organisation"),
                        name="referrals_one_open_breach",
                        violation_error_message="Une rupture est déjà déclarée pour ce jeune.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DigitalCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.CharField(max_length=20, verbose_name="version des questions")),
                ("answers", models.JSONField(verbose_name="réponses")),
                ("answered_at", models.DateTimeField(default=core.clock.now, verbose_name="répondu le")),
                (
                    "organisation",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="youths.youth"
                    ),
                ),
            ],
            options={
                "verbose_name": "autodiagnostic numérique",
                "verbose_name_plural": "autodiagnostics numériques",
            },
        ),
        migrations.CreateModel(
            name="DirectCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="mois")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("invited", "Invité à contacter sa mission locale"),
                            ("counted", "Compté seulement"),
                        ],
                        max_length=10,
                        verbose_name="suite",
                    ),
                ),
                ("count", models.PositiveIntegerField(default=0, verbose_name="nombre")),
                ("last_submission", models.UUIDField(editable=False, null=True)),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.department",
                        verbose_name="département",
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
                "verbose_name": "candidats directs",
                "verbose_name_plural": "candidats directs",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "month", "department", "what"), name="referrals_direct_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("parcours", "Parcours ou accompagnement"),
                            ("besoin", "Besoin de recrutement d’un employeur"),
                        ],
                        default="parcours",
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                (
                    "programme",
                    models.CharField(
                        choices=referrals.models.referral.programme_choices,
                        max_length=30,
                        verbose_name="dispositif",
                    ),
                ),
                (
                    "title",
                    models.CharField(
                        max_length=120, validators=[core.validators.validate_free_text], verbose_name="titre"
                    ),
                ),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        max_length=2000,
                        validators=[core.validators.validate_free_text],
                        verbose_name="description",
                    ),
                ),
                ("is_national", models.BooleanField(default=False, verbose_name="toute la France")),
                (
                    "regions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3),
                        blank=True,
                        default=list,
                        verbose_name="régions",
                    ),
                ),
                (
                    "departments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3),
                        blank=True,
                        default=list,
                        verbose_name="départements",
                    ),
                ),
                (
                    "publics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("TOUS", "Tous les jeunes"),
                                ("MINEURS", "16-17 ans"),
                                ("MOINS_26", "18-25 ans"),
                                ("MOINS_30", "26-29 ans"),
                                ("SANS_DIPLOME", "Sorties de l’école sans diplôme"),
                                ("EMPLOI", "En recherche d’emploi"),
                                ("SAVOIRS_DE_BASE", "À l’aise avec peu de lecture, d’écriture ou de calcul"),
                                ("ALLOPHONES", "Qui apprennent le français"),
                                ("PARENTS", "Jeunes parents"),
                                ("QPV", "Quartiers prioritaires"),
                                ("RURAL", "Communes rurales"),
                                ("RQTH", "Travailleurs handicapés reconnus"),
                                ("EXILES", "Personnes exilées"),
                                ("ASE", "Sortis de l’aide sociale à l’enfance"),
                            ],
                            max_length=20,
                        ),
                        verbose_name="publics",
                    ),
                ),
                (
                    "prerequisites",
                    models.CharField(
                        blank=True,
                        max_length=500,
                        validators=[core.validators.validate_free_text],
                        verbose_name="prérequis",
                    ),
                ),
                ("places", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="places")),
                (
                    "entries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(),
                        blank=True,
                        default=list,
                        verbose_name="prochaines entrées",
                    ),
                ),
                ("opens_on", models.DateField(default=core.clock.today, verbose_name="ouverte le")),
                ("closes_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                (
                    "url",
                    models.URLField(
                        blank=True,
                        max_length=300,
                        validators=[core.validators.validate_https],
                        verbose_name="fiche CARIF-OREF",
                    ),
                ),
                (
                    "employer",
                    models.CharField(
                        blank=True,
                        max_length=160,
                        validators=[core.validators.validate_free_text],
                        verbose_name="employeur",
                    ),
                ),
                (
                    "trade",
                    models.CharField(
                        blank=True,
                        max_length=120,
                        validators=[core.validators.validate_free_text],
                        verbose_name="métier",
                    ),
                ),
                (
                    "aids",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        validators=[core.validators.validate_free_text],
                        verbose_name="aides",
                    ),
                ),
                ("checked_on", models.DateField(default=core.clock.today, verbose_name="vérifiée le")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="fermée le")),
                (
                    "closing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pourvue", "Toutes les places sont prises"),
                            ("annulee", "Elle n’aura pas lieu"),
                            ("remplacee", "Une autre offre la remplace"),
                            ("erreur", "Elle a été publiée par erreur"),
                        ],
                        max_length=10,
                        verbose_name="motif de fermeture",
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="proposée par",
                    ),
                ),
            ],
            options={
                "verbose_name": "offre",
                "ordering": ["-checked_on", "-pk"],
                "indexes": [
                    models.Index(fields=["-checked_on", "-id"], name="referrals_offer_latest"),
                    models.Index(
                        condition=models.Q(("closed_on__isnull", True)),
                        fields=["programme", "organisation"],
                        name="referrals_offer_alive",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("departments__len", 0), ("is_national", True), ("regions__len", 0)),
                            models.Q(
                                ("is_national", False),
                                models.Q(
                                    ("regions__len__gt", 0), ("departments__len__gt", 0), _connector="OR"
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="referrals_offer_territory",
                        violation_error_message="Dites où : toute la France, des régions ou des départements.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("publics__len__gt", 0)),
                        name="referrals_offer_publics",
                        violation_error_message="Dites pour qui est cette offre.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "publics__contained_by",
                                ["ALLOPHONES", "RQTH", "EXILES", "ASE", "SAVOIRS_DE_BASE"],
                            ),
                            _negated=True,
                        ),
                        name="referrals_offer_telling",
                        violation_error_message="Ajoutez un public plus large : une orientation ne doit pas dire de quel public est le jeune.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("places__isnull", True), ("places__gte", 1), _connector="OR"),
                        name="referrals_offer_places",
                        violation_error_message="Une offre a au moins une place.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closes_on__isnull", True),
                            ("closes_on__gte", models.F("opens_on")),
                            _connector="OR",
                        ),
                        name="referrals_offer_dates",
                        violation_error_message="Une offre ne peut pas finir avant d’ouvrir.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_on__isnull", True), ("closing", "")),
                            models.Q(("closed_on__isnull", False), models.Q(("closing", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="referrals_offer_closed",
                        violation_error_message="Dites pourquoi l’offre est fermée.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("aids", ""), ("employer", ""), ("kind", "parcours"), ("trade", "")),
                            models.Q(
                                ("closes_on__isnull", False),
                                ("entries__len", 0),
                                ("kind", "besoin"),
                                ("places__isnull", False),
                                models.Q(("trade", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="referrals_offer_need",
                        violation_error_message="Un besoin de recrutement dit le métier, les postes et la date limite.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpinionCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("programme", models.CharField(max_length=30, verbose_name="dispositif")),
                ("quarter", models.DateField(verbose_name="trimestre")),
                ("question", models.CharField(max_length=20, verbose_name="question")),
                ("answer", models.CharField(max_length=20, verbose_name="réponse")),
                ("count", models.PositiveIntegerField(verbose_name="nombre")),
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
                "verbose_name": "avis comptés",
                "verbose_name_plural": "avis comptés",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("count__gt", 0)), name="referrals_opinion_count"
                    ),
                    models.UniqueConstraint(
                        fields=("organisation", "programme", "quarter", "question", "answer"),
                        name="referrals_opinion_once",
                    ),
                ],
            },
        ),
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
                        choices=referrals.models.referral.programme_choices,
                        max_length=30,
                        verbose_name="dispositif",
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
                ("suspended_on", models.DateField(blank=True, null=True, verbose_name="suspendue le")),
                (
                    "suspended_until",
                    models.DateField(blank=True, null=True, verbose_name="suspendue jusqu’au"),
                ),
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
                ("rungs", models.JSONField(blank=True, default=list, editable=False)),
                ("wake_on", models.DateField(blank=True, editable=False, null=True)),
                (
                    "agreement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="youths.agreement",
                        verbose_name="accord du jeune",
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.convention",
                        verbose_name="convention",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="referrals.offer",
                        verbose_name="offre",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="adressée à",
                    ),
                ),
                (
                    "recipient_former",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="suivie auparavant, côté réception, par",
                    ),
                ),
                (
                    "recipient_professional",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recipient_substitute",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recipient_team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="partners.team",
                    ),
                ),
                (
                    "redirected_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redirections",
                        to="referrals.referral",
                    ),
                ),
                (
                    "returned_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="referrals.referral",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="envoyée par",
                    ),
                ),
                (
                    "sender_former",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="suivie auparavant, côté envoi, par",
                    ),
                ),
                (
                    "sender_professional",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sender_team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="partners.team",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "orientation",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "started")),
                        fields=["programme", "planned_end_on"],
                        name="referrals_ending",
                    ),
                    models.Index(
                        condition=models.Q(("wake_on__isnull", False)),
                        fields=["wake_on"],
                        name="referrals_wake",
                    ),
                    models.Index(fields=["programme", "state_since"], name="referrals_moved"),
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                ["sent", "received", "info_requested", "waitlisted", "accepted", "started"],
                            )
                        ),
                        fields=["recipient", "-sent_at", "-id"],
                        include=(
                            "state",
                            "sender",
                            "sender_access_until",
                            "recipient_access_until",
                            "recipient_professional",
                            "recipient_substitute",
                            "recipient_team",
                            "recipient_former",
                        ),
                        name="referrals_inbox_open",
                    ),
                    models.Index(
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
                                ],
                            )
                        ),
                        fields=["sender", "-created_at", "-id"],
                        include=(
                            "state",
                            "recipient",
                            "sender_access_until",
                            "recipient_access_until",
                            "sender_professional",
                            "sender_team",
                            "sender_former",
                        ),
                        name="referrals_sent_open",
                    ),
                    models.Index(
                        fields=["recipient", "-sent_at", "-id"],
                        include=(
                            "state",
                            "sender",
                            "sender_access_until",
                            "recipient_access_until",
                            "recipient_professional",
                            "recipient_substitute",
                            "recipient_team",
                            "recipient_former",
                        ),
                        name="referrals_inbox",
                    ),
                    models.Index(
                        fields=["sender", "-created_at", "-id"],
                        include=(
                            "state",
                            "recipient",
                            "sender_access_until",
                            "recipient_access_until",
                            "sender_professional",
                            "sender_team",
                            "sender_former",
                        ),
                        name="referrals_sentbox",
                    ),
                    models.Index(
                        condition=models.Q(("offer__isnull", False)),
                        fields=["offer", "state"],
                        name="referrals_of_offer",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"),
                            ("sent_at__isnull", False),
                            ("state", "entered_in_error"),
                            _connector="OR",
                        ),
                        name="referrals_sent_at",
                        violation_error_message="Une orientation envoyée a une date d’envoi.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        "declined",
                                        "no_response",
                                        "withdrawn",
                                        "dropped_out",
                                        "entered_in_error",
                                    ],
                                ),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "state__in",
                                        [
                                            "declined",
                                            "no_response",
                                            "withdrawn",
                                            "dropped_out",
                                            "entered_in_error",
                                        ],
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["started", "completed", "dropped_out"]), _negated=True),
                            ("started_on__isnull", False),
                            _connector="OR",
                        ),
                        name="referrals_started_on",
                        violation_error_message="Indiquez la date de démarrage.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["completed", "dropped_out"]), _negated=True),
                            ("ended_on__isnull", False),
                            _connector="OR",
                        ),
                        name="referrals_ended_on",
                        violation_error_message="Indiquez la date de fin.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True),
                            ("started_on__isnull", True),
                            ("ended_on__gte", models.F("started_on")),
                            _connector="OR",
                        ),
                        name="referrals_dates",
                        violation_error_message="La fin ne peut pas précéder le démarrage.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("suspended_on__isnull", True), ("suspended_until__isnull", True)),
                            models.Q(
                                ("state", "started"),
                                ("suspended_until__gt", models.F("suspended_on")),
                                (
                                    "suspended_until__lte",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("suspended_on"),
                                        "+",
                                        models.Value(datetime.timedelta(days=90)),
                                    ),
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="referrals_suspension",
                        violation_error_message="Une suspension a un terme, dans les 90 jours.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sender", models.F("recipient")), _negated=True),
                        name="referrals_two_sides",
                        violation_error_message="Une orientation va d’une structure à une autre.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "entered_in_error"]),
                            ("agreement__isnull", False),
                            _connector="OR",
                        ),
                        name="referrals_agreement",
                        violation_error_message="Enregistrez l’accord du jeune avant d’envoyer.",
                    ),
                ],
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
                    "uuid",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
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
                    "file_gone_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="pièce effacée le"
                    ),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="retiré le"),
                ),
                (
                    "withdrawn_as",
                    models.CharField(
                        blank=True,
                        choices=[("taken_back", "Retiré par son auteur"), ("error", "Erreur de saisie")],
                        db_default="",
                        default="",
                        editable=False,
                        max_length=10,
                        verbose_name="retiré comme",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
                        verbose_name="pièce jointe",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_as", ""), ("withdrawn_at__isnull", True)),
                            models.Q(
                                ("document__isnull", True),
                                ("withdrawn_at__isnull", False),
                                models.Q(("withdrawn_as", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="referrals_message_withdrawn",
                        violation_error_message="Un message retiré dit comment, et n’a plus de pièce.",
                    )
                ],
            },
        ),
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="referrals_request_answer",
                        violation_error_message="Une réponse a une date.",
                    ),
                    models.UniqueConstraint(fields=("referral", "number"), name="referrals_request_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("referral", "kind", "organisation"),
                        name="referrals_request_once",
                        violation_error_message="Cette demande attend déjà une réponse.",
                    ),
                ],
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
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "devenir",
                "verbose_name_plural": "devenirs",
                "indexes": [
                    models.Index(
                        condition=models.Q(("moment", "m3")), fields=["at"], name="referrals_outcome_m3"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("referral", "moment"),
                        name="referrals_outcome_once",
                        violation_error_message="Ce devenir est déjà enregistré.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Preparation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="préparation")),
                (
                    "state",
                    models.CharField(
                        choices=[("todo", "À faire"), ("done", "Fait"), ("not_needed", "Sans objet")],
                        max_length=12,
                        verbose_name="état",
                    ),
                ),
                ("at", models.DateTimeField(default=core.clock.now, verbose_name="noté le")),
                (
                    "organisation",
                    models.ForeignKey(
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
                (
                    "referral",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="preparations",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "préparation",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["todo", "done", "not_needed"])),
                        name="referrals_preparation_state",
                        violation_error_message="Cet état n’existe pas.",
                    ),
                    models.UniqueConstraint(
                        fields=("referral", "organisation", "code"), name="referrals_preparation_once"
                    ),
                ],
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
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "referral",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "événement",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("referral", "number"), name="referrals_event_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "text",
                    models.TextField(
                        max_length=2000, validators=[core.validators.validate_free_text], verbose_name="note"
                    ),
                ),
                ("at", models.DateTimeField(default=core.clock.now, verbose_name="écrit le")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="retiré le")),
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
                (
                    "referral",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "note sur une orientation",
                "verbose_name_plural": "notes sur une orientation",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="referrals_note_text",
                        violation_error_message="Écrivez la note.",
                    )
                ],
                "indexes": [
                    models.Index(fields=["referral", "organisation", "-at"], name="referrals_note_latest")
                ],
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
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "relance",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("referral", "kind", "due_on"), name="referrals_reminder_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ThreadReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seen_at", models.DateTimeField(verbose_name="fil lu jusqu’au")),
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
                        related_name="+",
                        to="referrals.referral",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "lecture d’un fil",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("referral", "user", "organisation"), name="referrals_thread_reading_once"
                    )
                ],
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("action", "from_state", "to_state", "side"), name="referrals_transition_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UsualAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("place", models.PositiveSmallIntegerField(editable=False)),
                (
                    "label",
                    models.CharField(
                        max_length=60, validators=[core.validators.validate_free_text], verbose_name="nom"
                    ),
                ),
                (
                    "text",
                    models.CharField(
                        max_length=500, validators=[core.validators.validate_free_text], verbose_name="texte"
                    ),
                ),
                (
                    "programme",
                    models.CharField(
                        blank=True,
                        choices=referrals.models.referral.programme_choices,
                        max_length=30,
                        verbose_name="dispositif",
                    ),
                ),
                (
                    "moment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("message", "Un message"),
                            ("accept", "Accepter"),
                            ("decline", "Ne pas retenir"),
                            ("ask_info", "Demander un complément"),
                            ("answer_info", "Répondre à une question"),
                        ],
                        max_length=12,
                        verbose_name="pour",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("at", models.DateTimeField(default=core.clock.now, editable=False, verbose_name="écrit le")),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="écrit par",
                    ),
                ),
            ],
            options={
                "verbose_name": "réponse usuelle",
                "verbose_name_plural": "réponses usuelles",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("place__range", (1, 20))), name="referrals_usual_bound"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("label", ""), _negated=True), models.Q(("text", ""), _negated=True)
                        ),
                        name="referrals_usual_text",
                        violation_error_message="Donnez un nom et un texte.",
                    ),
                    models.UniqueConstraint(fields=("organisation", "place"), name="referrals_usual_place"),
                    models.UniqueConstraint(
                        fields=("organisation", "label"),
                        name="referrals_usual_label",
                        violation_error_message="Votre structure a déjà une réponse de ce nom.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkPlacement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("submission", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "prescriber",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("FRANCE_TRAVAIL", "France Travail"),
                            ("CAP_EMPLOI", "Cap emploi"),
                            ("MISSION_LOCALE", "Une mission locale"),
                            ("DEPARTEMENT", "Le conseil départemental"),
                            ("SIAE", "Une structure d’insertion (SIAE)"),
                            ("PREPA_APPRENTISSAGE", "Un opérateur de préparation à l’apprentissage"),
                            ("CEP", "Un opérateur du conseil en évolution professionnelle"),
                        ],
                        max_length=20,
                        verbose_name="prescripteur de droit",
                    ),
                ),
                ("delegated", models.BooleanField(default=False, verbose_name="prescrite par délégation")),
                ("declared_at", models.DateTimeField(default=core.clock.now, verbose_name="déclarée le")),
                (
                    "host_siret",
                    models.CharField(
                        max_length=14,
                        validators=[partners.models.organisations.validate_siret],
                        verbose_name="SIRET de l’entreprise",
                    ),
                ),
                (
                    "host_name",
                    models.CharField(
                        max_length=150,
                        validators=[core.validators.validate_free_text],
                        verbose_name="entreprise",
                    ),
                ),
                (
                    "trade",
                    models.CharField(
                        blank=True,
                        max_length=120,
                        validators=[core.validators.validate_free_text],
                        verbose_name="métier",
                    ),
                ),
                (
                    "tutor_name",
                    models.CharField(
                        max_length=120,
                        validators=[core.validators.validate_free_text],
                        verbose_name="tuteur dans l’entreprise",
                    ),
                ),
                (
                    "tutor_role",
                    models.CharField(
                        blank=True,
                        max_length=120,
                        validators=[core.validators.validate_free_text],
                        verbose_name="fonction du tuteur",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("DECOUVRIR", "Découvrir un métier ou un secteur"),
                            ("CONFIRMER", "Confirmer un projet professionnel"),
                            ("RECRUTER", "Commencer un recrutement"),
                        ],
                        max_length=12,
                        verbose_name="objet",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="début")),
                ("ends_on", models.DateField(verbose_name="fin")),
                ("schedule", models.JSONField(default=dict, verbose_name="horaires de présence")),
                ("planned_minutes", models.PositiveIntegerField(verbose_name="minutes prévues")),
                (
                    "representative_informed_on",
                    models.DateField(blank=True, null=True, verbose_name="représentant légal informé le"),
                ),
                ("emancipated", models.BooleanField(default=False, verbose_name="jeune émancipé")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Convention à signer"),
                            ("signed", "Convention signée"),
                            ("cancelled", "Annulée"),
                            ("done", "Réalisée"),
                            ("partly_done", "Réalisée en partie"),
                            ("no_show", "Le jeune ne s’est pas présenté"),
                        ],
                        default="planned",
                        max_length=12,
                        verbose_name="état",
                    ),
                ),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="convention signée le")),
                (
                    "external_id",
                    models.CharField(
                        blank=True, max_length=40, verbose_name="numéro de la convention officielle"
                    ),
                ),
                (
                    "to_check",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("DATES", "La fin précède le début"),
                                ("MOIS_DEPASSE", "Plus d’un mois de date à date"),
                                ("MOIS_LECTURES", "Un mois selon une lecture, davantage selon l’autre"),
                                ("RENOUVELLEMENT_DATES", "Commence avant la fin de la première"),
                                ("RENOUVELLEMENT_SECOND", "Déjà renouvelée une fois"),
                                ("TROISIEME_PERIODE", "Plus de deux périodes en 12 mois"),
                                ("MEME_OBJET", "Même objet, même entreprise, en 12 mois"),
                                ("SOIXANTE_JOURS", "Plus de 60 jours en tout en 12 mois"),
                                ("PRESCRIPTEUR", "Prescripteur sans droit connu"),
                                ("DELEGATION", "Délégation inconnue ou suspendue"),
                                ("MEMES_DATES", "Une autre période aux mêmes dates"),
                                ("SANS_PRESENCE", "Aucune heure de présence"),
                                ("HORAIRES_CHEVAUCHES", "Deux présences en même temps"),
                                ("SEMAINE_48_H", "Plus de 48 h dans une semaine"),
                                ("NAISSANCE", "Commence avant la naissance"),
                                ("REPRESENTANT", "Représentant légal non informé"),
                                ("MOINS_DE_16_ANS", "Moins de 16 ans au début"),
                                ("MINEUR_8_H", "Mineur : plus de 8 h dans une journée"),
                                ("MINEUR_35_H", "Mineur : plus de 35 h dans une semaine"),
                                ("MINEUR_REPOS", "Mineur : repos trop court entre deux jours"),
                                ("MINEUR_DEUX_JOURS", "Mineur : pas deux jours de repos de suite"),
                                ("MINEUR_NUIT", "Mineur : présence de nuit"),
                                ("MINEUR_PAUSE", "Mineur : plus de 4 h 30 sans pause"),
                                ("MINEUR_FERIE", "Mineur : présence un jour férié"),
                            ],
                            max_length=24,
                        ),
                        blank=True,
                        default=list,
                        verbose_name="à vérifier",
                    ),
                ),
                (
                    "exception_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("DEJA_SIGNEE", "La convention était signée quand elle a été saisie ici"),
                            ("ECART_ACCEPTE", "L’écart a été accepté par qui a signé la convention"),
                            ("AUTRE_LECTURE", "La règle a été lue autrement"),
                            ("PROLONGEE", "La période a été prolongée en cours de route"),
                            ("NON_PRECISE", "Raison non précisée"),
                        ],
                        max_length=24,
                        verbose_name="raison de l’écart",
                    ),
                ),
                (
                    "cancel_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("JEUNE_RENONCE", "Le jeune a renoncé"),
                            ("JEUNE_INJOIGNABLE", "Le jeune est injoignable"),
                            ("ENTREPRISE_RENONCE", "L’entreprise a renoncé"),
                            ("DATES_CHANGEES", "Une autre période la remplace"),
                            ("AUTRE_SOLUTION", "Le jeune a trouvé une autre solution"),
                            ("NON_SIGNEE", "La convention n’a pas été signée à temps"),
                            ("ERREUR_DE_SAISIE", "Elle a été saisie par erreur"),
                            ("NON_PRECISE", "Motif non précisé"),
                        ],
                        max_length=24,
                        verbose_name="motif de l’annulation",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="close le")),
                (
                    "last_day_on",
                    models.DateField(blank=True, null=True, verbose_name="dernier jour de présence"),
                ),
                (
                    "done_minutes",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="minutes réalisées"),
                ),
                (
                    "suite",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("CDI", "CDI"),
                            ("CDD_6M_PLUS", "CDD de 6 mois ou plus"),
                            ("CDD_MOINS_6M", "CDD de moins de 6 mois"),
                            ("ALTERNANCE", "Alternance"),
                            ("CONTRAT_AIDE", "Contrat aidé"),
                            ("CONTRAT_INSERTION", "Contrat d’insertion"),
                            ("FORMATION", "Formation"),
                            ("AUTRE", "Autre contrat"),
                            ("AUCUNE", "Pas de suite pour l’instant"),
                        ],
                        max_length=20,
                        verbose_name="ce qui suit",
                    ),
                ),
                ("suite_on", models.DateField(blank=True, null=True, verbose_name="début de la suite")),
                (
                    "youth_view",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("agrees", "D’accord avec le bilan"),
                            ("disagrees", "Pas d’accord avec le bilan"),
                            ("not_asked", "Le bilan ne lui a pas encore été lu"),
                        ],
                        max_length=12,
                        verbose_name="avis du jeune sur le bilan",
                    ),
                ),
                (
                    "youth_comment",
                    models.CharField(
                        blank=True,
                        max_length=500,
                        validators=[core.validators.validate_free_text],
                        verbose_name="ce que le jeune en dit",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "delegation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.convention",
                        verbose_name="délégation",
                    ),
                ),
                (
                    "followed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="suivie par",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="notée par",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="placements",
                        to="referrals.referral",
                        verbose_name="orientation",
                    ),
                ),
                (
                    "renewal_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewals",
                        to="referrals.workplacement",
                        verbose_name="renouvelle",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "période en entreprise",
                "verbose_name_plural": "périodes en entreprise",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="referrals_placement_dates",
                        violation_error_message="La fin ne peut pas précéder le début.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ends_on__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_on"), "+", models.Value(datetime.timedelta(days=30))
                                ),
                            ),
                            models.Q(("exception_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="referrals_placement_month",
                        violation_error_message="Une période dure un mois au plus, de date à date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["DECOUVRIR", "CONFIRMER", "RECRUTER"])),
                        name="referrals_placement_purpose",
                        violation_error_message="Une période a un objet, et un seul.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["planned", "signed", "cancelled", "done", "partly_done", "no_show"],
                            )
                        ),
                        name="referrals_placement_state",
                        violation_error_message="Cet état n’existe pas.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signed_on__isnull", False),
                            ("state__in", ["planned", "cancelled"]),
                            _connector="OR",
                        ),
                        name="referrals_placement_signed",
                        violation_error_message="Indiquez le jour où la convention a été signée.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "cancelled"), models.Q(("cancel_reason", ""), _negated=True)),
                            models.Q(models.Q(("state", "cancelled"), _negated=True), ("cancel_reason", "")),
                            _connector="OR",
                        ),
                        name="referrals_placement_cancelled",
                        violation_error_message="Indiquez le motif de l’annulation.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state__in", ["planned", "signed"])),
                            models.Q(
                                models.Q(("state__in", ["planned", "signed"]), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="referrals_placement_closed",
                        violation_error_message="Une période close a une date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("done_minutes__isnull", False),
                                ("state__in", ["done", "partly_done", "no_show"]),
                                ("done_minutes__lte", models.F("planned_minutes")),
                                models.Q(("suite", ""), _negated=True),
                                models.Q(("youth_view", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state__in", ["done", "partly_done", "no_show"]), _negated=True),
                                ("done_minutes__isnull", True),
                                ("suite", ""),
                                ("youth_view", ""),
                            ),
                            _connector="OR",
                        ),
                        name="referrals_placement_bilan",
                        violation_error_message="Le bilan dit les heures faites, la suite et l’avis du jeune.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_day_on__isnull", True),
                            models.Q(
                                ("last_day_on__gte", models.F("starts_on")),
                                ("last_day_on__lte", models.F("ends_on")),
                            ),
                            _connector="OR",
                        ),
                        name="referrals_placement_last_day",
                        violation_error_message="Le dernier jour de présence est dans la période.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("youth_view", "disagrees"), _negated=True),
                            models.Q(("youth_comment", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="referrals_placement_comment",
                        violation_error_message="Écrivez ce que le jeune en dit.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delegated", False), ("delegation__isnull", True)),
                            models.Q(("delegated", True), models.Q(("prescriber", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="referrals_placement_delegation",
                        violation_error_message="Dites au nom de qui votre structure prescrit.",
                    ),
                ],
                "indexes": [models.Index(fields=["youth", "-starts_on"], name="referrals_placement_latest")],
            },
        ),
        migrations.CreateModel(
            name="YouthLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("digital", "autodiagnostic numérique"),
                            ("opinion", "avis sur une orientation"),
                        ],
                        max_length=10,
                        verbose_name="pour",
                    ),
                ),
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
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="utilisé le")),
                (
                    "referral",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="referrals.referral",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="youths.youth"
                    ),
                ),
            ],
            options={
                "verbose_name": "lien pour un jeune",
                "verbose_name_plural": "liens pour les jeunes",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at__isnull", True), ("used_at__isnull", True)),
                        fields=("youth", "requested_for", "kind", "referral"),
                        name="referrals_one_youth_link",
                        nulls_distinct=False,
                        violation_error_message="Un lien est déjà ouvert pour cela.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "digital"), ("referral__isnull", True)),
                            models.Q(("kind", "opinion"), ("referral__isnull", False)),
                            _connector="OR",
                        ),
                        name="referrals_youth_link_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("invited", "Convoqué"),
                            ("confirmed", "A confirmé"),
                            ("present", "Présent"),
                            ("absent", "Absent"),
                            ("excused", "Excusé"),
                        ],
                        default="invited",
                        max_length=9,
                        verbose_name="présence",
                    ),
                ),
                ("invited_at", models.DateTimeField(default=core.clock.now, verbose_name="convoqué le")),
                ("noted_at", models.DateTimeField(null=True, verbose_name="noté le")),
                (
                    "merged_from",
                    models.BigIntegerField(editable=False, null=True, verbose_name="dossier fusionné"),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="convoqué par",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="noté par",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="structure",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to="partners.session",
                        verbose_name="rencontre",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendances",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "présence à une rencontre",
                "verbose_name_plural": "présences aux rencontres",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["invited", "confirmed", "present", "absent", "excused"])
                        ),
                        name="referrals_attendance_state",
                        violation_error_message="Cet état n’existe pas.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("merged_from__isnull", True)),
                        fields=("session", "youth", "organisation"),
                        name="referrals_attendance_once",
                        violation_error_message="Ce jeune est déjà convoqué à cette rencontre.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(guard.GUARD_SQL, guard.UNGUARD_SQL),
        Protect(
            "referral",
            visible=f"{_SENDER} OR {_RECIPIENT}",
            writable="sender_id = {org} OR recipient_id = {org}",
            insertable="sender_id = {org}",
        ),
        # An event is of the version that the referral has just reached: nobody writes those to come. It is written
        # by its own organisation, on its own side.
        Protect(
            "referralevent",
            visible=_ITS_REFERRAL,
            insertable="coalesce(organisation_id = {org}, true) AND EXISTS (SELECT 1 FROM referrals_referral r"
            " WHERE r.id = referral_id AND r.version = number AND CASE WHEN starts_with(side, 'sender') THEN r.sender_id = {org}"
            " WHEN starts_with(side, 'recipient') THEN r.recipient_id = {org} ELSE true END)",
            append_only=True,
        ),
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
        # Each side writes its own, and nothing more once the sharing is stopped.
        Protect(
            "preparation",
            visible=_ITS_REFERRAL,
            writable="organisation_id = {org} AND EXISTS (SELECT 1 FROM referrals_referral r"
            " WHERE r.id = referral_id AND r.sharing_stopped_at IS NULL)",
        ),
        # What it is about, and who prepares it, stay as they were written.
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE ON referrals_preparation FROM tu_app;"
            " GRANT UPDATE (state, recorded_by_id, at) ON referrals_preparation TO tu_app;",
            "GRANT UPDATE, DELETE ON referrals_preparation TO tu_app",
        ),
        migrations.RunSQL(erasing_sql.FORGET_STEP, erasing_sql.NO_FORGET_STEP),
        # Both sides read; the one that receives writes, once the course has started and while it is shared.
        Protect(
            "mission",
            visible="EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)",
            writable="EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id AND r.recipient_id = {org}"
            " AND r.sharing_stopped_at IS NULL AND r.state IN ('started', 'completed', 'dropped_out'))",
        ),
        migrations.RunSQL(news_sql.MISSIONS, news_sql.NO_MISSIONS),
        Protect(
            "youthlink",
            visible="requested_for_id = {org}",
            insertable=youth_links_sql.INSERTABLE,
        ),
        # Written by the youth's own link alone, read by those who accompany.
        Protect("digitalcheck", visible="tu_shares(youth_id)", writable="false"),
        migrations.RunSQL(youth_links_sql.LINKS, youth_links_sql.NO_LINKS),
        migrations.RunSQL(youth_links_sql.READING, youth_links_sql.NO_READING),
        # One's own lines alone: that another organisation asked the same youth is nobody's business.
        Protect(
            "attendance",
            visible="organisation_id = {org} AND tu_has_access(youth_id)",
            writable="organisation_id = {org} AND tu_accompanies(youth_id)",
            insertable=attendance_sql.INSERTABLE,
        ),
        migrations.RunSQL(attendance_sql.TAKEN, attendance_sql.NOT_TAKEN),
        migrations.RunSQL(attendance_sql.PLACES, attendance_sql.NO_PLACES),
        migrations.RunSQL(attendance_sql.NEWS, attendance_sql.NO_NEWS),
        migrations.RunSQL(attendance_sql.BY_COLUMN, attendance_sql.EVERY_COLUMN),
        Protect("directcount", visible="organisation_id = {org}"),
        # Everybody reads an offer; its organisation writes it, and closes it rather than delete it.
        Protect("offer", visible="{org} IS NOT NULL", writable="organisation_id = {org}"),
        migrations.RunSQL(offers_sql.OFFERS, offers_sql.NO_OFFERS),
        # Counted by the youth's own link alone.
        Protect("opinioncount", visible="organisation_id = {org}", writable="false"),
        migrations.RunSQL(opinions_sql.OPINIONS, opinions_sql.NO_OPINIONS),
        # Read by those who read the story; written by who declared it, who follows it, and who keeps the record.
        Protect(
            "workplacement",
            visible="tu_shares(youth_id)",
            writable="tu_shares(youth_id)"
            " AND (organisation_id = {org} OR followed_by_id = {org} OR tu_keeps(youth_id))",
            insertable="organisation_id = {org} AND tu_accompanies(youth_id)",
        ),
        migrations.RunSQL(placements_sql.BY_COLUMN, placements_sql.ALL_COLUMNS),
        migrations.RunSQL(placements_sql.RULES, placements_sql.NO_RULES),
        migrations.RunSQL(placements_sql.NEWS, placements_sql.NO_NEWS),
        migrations.RunSQL(placements_sql.READING, placements_sql.NO_READING),
        migrations.RunSQL(placements_sql.TASKS, placements_sql.NO_TASKS),
        # Its centre's own business: neither the Mission Locale nor another centre reads it.
        Protect(
            "breach",
            visible="organisation_id = {org} AND tu_has_access(youth_id)",
            insertable="organisation_id = {org} AND tu_accompanies(youth_id)",
        ),
        # What was declared stays: what becomes of it is written, and who follows it.
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE ON referrals_breach FROM tu_app;"
            " GRANT UPDATE (closing, closed_by_id, closed_at, referent_id) ON referrals_breach TO tu_app;",
            "GRANT UPDATE, DELETE ON referrals_breach TO tu_app",
        ),
        Protect(
            "moverequest",
            visible="EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)",
            insertable=asking_sql.INSERTABLE,
        ),
        migrations.RunSQL(asking_sql.ASKING, asking_sql.NO_ASKING),
        migrations.RunSQL(owing_sql.OWING, owing_sql.NOTHING_OWED),
        migrations.RunSQL(own_hand_sql.SIGNED, own_hand_sql.NOT_SIGNED),
        migrations.RunSQL(own_hand_sql.REQUESTS, own_hand_sql.NO_REQUESTS),
        migrations.RunSQL(own_hand_sql.MERGED, own_hand_sql.NOT_MERGED),
        migrations.RunSQL(own_hand_sql.THREE_LINKS, own_hand_sql.NO_LIMIT),
        Protect("referralnote", visible=thread_sql.OWN_NOTES),
        migrations.RunSQL(thread_sql.NOTES, thread_sql.ALL_NOTES),
        migrations.RunSQL(thread_sql.MESSAGES, thread_sql.NO_MESSAGES),
        migrations.RunSQL(thread_sql.TOLD, thread_sql.NOT_TOLD),
        # Read by the colleagues, kept by their managers (wall 1): another organisation knows none of it.
        Protect("usualanswer", visible="organisation_id = {org}"),
        migrations.RunSQL(
            documents_sql.brought("referrals_message", "document_id"),
            documents_sql.not_brought("referrals_message", "document_id"),
        ),
        Protect("threadreading", visible=thread_sql.OWN_READING),
        migrations.RunSQL(thread_sql.READINGS, thread_sql.ALL_READINGS),
        migrations.RunSQL(waiting_sql.RANK, waiting_sql.NO_RANK),
    ]
