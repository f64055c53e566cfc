import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.models
import core.validators
import youths.models.accompaniment
import youths.models.agreements
import youths.models.record
from core import documents_sql
from core.protect import Protect
from youths import accompanying_sql, contact_sql, merging_sql, own_hand_sql, reach_sql, search_sql, sql
from youths.agreements import sql as agreements_sql
from youths.rights import sql as rights_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("partners", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(search_sql.WORDS, search_sql.NO_WORDS),
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
            name="Youth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "file_number",
                    models.CharField(
                        blank=True,
                        help_text="Celui de la Mission Locale, s’il existe.",
                        max_length=20,
                        verbose_name="numéro de dossier",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(
                        max_length=80, validators=[core.validators.validate_free_text], verbose_name="prénom"
                    ),
                ),
                (
                    "last_name",
                    models.CharField(
                        max_length=80, validators=[core.validators.validate_free_text], verbose_name="nom"
                    ),
                ),
                ("birth_date", models.DateField(verbose_name="date de naissance")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (1, "Niveau 1 – aucun diplôme"),
                            (2, "Niveau 2 – savoirs de base"),
                            (3, "Niveau 3 – CAP, BEP (ancien niveau V)"),
                            (4, "Niveau 4 – bac, BP (ancien niveau IV)"),
                            (5, "Niveau 5 – bac + 2 (ancien niveau III)"),
                            (6, "Niveau 6 – licence (ancien niveau II)"),
                            (7, "Niveau 7 – master (ancien niveau I)"),
                            (8, "Niveau 8 – doctorat (ancien niveau I)"),
                        ],
                        null=True,
                        verbose_name="niveau de formation",
                    ),
                ),
                ("level_obtained", models.BooleanField(default=False, verbose_name="diplôme obtenu")),
                (
                    "contact_changed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="coordonnées changées le"),
                ),
                ("created_at", models.DateTimeField(db_default=core.models.SqlNow(), editable=False)),
                (
                    "last_contact_on",
                    models.DateField(default=core.clock.today, verbose_name="dernier contact"),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "search_name",
                    models.GeneratedField(
                        db_persist=True,
                        expression=youths.models.record.Normalised(
                            models.F("last_name"), models.F("first_name")
                        ),
                        output_field=models.TextField(db_collation="C"),
                    ),
                ),
                (
                    "search_words",
                    models.GeneratedField(
                        db_persist=True,
                        expression=youths.models.record.SearchWords(
                            models.F("held_by"),
                            models.F("registered_with"),
                            models.F("last_name"),
                            models.F("first_name"),
                            models.F("file_number"),
                            models.F("phone"),
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "held_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_youths",
                        to="partners.organisation",
                        verbose_name="dossier ouvert par",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
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
                (
                    "municipality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="partners.municipality",
                        verbose_name="commune",
                    ),
                ),
                (
                    "registered_with",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registered_youths",
                        to="partners.organisation",
                        verbose_name="Mission Locale d’inscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "jeune",
                "indexes": [
                    models.Index(fields=["registered_with", "search_name", "id"], name="youths_by_name"),
                    models.Index(fields=["held_by", "search_name", "id"], name="youths_held_by_name"),
                    models.Index(fields=["held_by", "birth_date"], name="youths_held_birth"),
                    models.Index(fields=["registered_with", "birth_date"], name="youths_registered_birth"),
                    models.Index(fields=["search_name", "id"], name="youths_in_order"),
                    models.Index(fields=["last_contact_on", "id"], name="youths_last_contact"),
                    models.Index(
                        fields=["id"],
                        include=(
                            "last_contact_on",
                            "birth_date",
                            "held_by",
                            "registered_with",
                            "merged_into",
                        ),
                        name="youths_by_key",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["search_words"], name="youths_by_words"
                    ),
                    models.Index(
                        condition=models.Q(("merged_into__isnull", False)),
                        fields=["merged_into"],
                        name="youths_merged_into",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first_name", ""), _negated=True),
                            models.Q(("last_name", ""), _negated=True),
                        ),
                        name="youths_youth_named",
                        violation_error_message="Indiquez le prénom et le nom.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("birth_date__gte", "1950-01-01")),
                        name="youths_youth_birth_date",
                        violation_error_message="Vérifiez la date de naissance.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("file_number", ""), _negated=True), ("merged_into__isnull", True)
                        ),
                        fields=("registered_with", "file_number"),
                        name="youths_youth_file_number",
                        violation_error_message="Ce numéro de dossier existe déjà dans votre Mission Locale.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into__isnull", True),
                            models.Q(("merged_into", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="youths_youth_merged",
                        violation_error_message="Un dossier ne se fusionne pas avec lui-même.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level__isnull", True), ("level__range", (1, 8)), _connector="OR"
                        ),
                        name="youths_youth_level",
                        violation_error_message="Le niveau de formation va de 1 à 8.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Accompaniment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
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
                (
                    "aspects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("whole", "parcours"),
                                ("orientation", "orientation"),
                                ("training", "formation"),
                                ("mobility", "mobilité"),
                                ("housing", "logement"),
                                ("resources", "ressources"),
                                ("digital", "numérique"),
                                ("employment", "emploi"),
                            ],
                            max_length=12,
                        ),
                        default=youths.models.accompaniment.whole,
                        verbose_name="pour",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("creation", "ouverture du dossier"),
                            ("referral", "orientation"),
                            ("invitation", "invitation"),
                            ("adoption", "dossier repris par la Mission Locale"),
                            ("transfer", "transfert entre Missions Locales"),
                            ("handed_over", "relais d’un collègue"),
                            ("import", "reprise du portefeuille"),
                        ],
                        default="creation",
                        max_length=12,
                        verbose_name="origine",
                    ),
                ),
                ("started_on", models.DateField(default=core.clock.today, verbose_name="depuis le")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("decline", "la structure n’a pas donné suite"),
                            ("withdraw", "la demande a été retirée"),
                            ("mark_error", "erreur de saisie"),
                            ("expire", "la demande est restée sans réponse"),
                            ("complete", "parcours terminé"),
                            ("drop_out", "parcours interrompu"),
                            ("handed_over", "un collègue a pris le relais"),
                            ("done", "ce qui était prévu est fait"),
                            ("youth_stops", "le jeune ne le souhaite plus"),
                            ("moved", "le jeune a déménagé"),
                            ("relayed", "une autre structure prend le relais"),
                            ("unreachable", "le jeune n’est plus joignable"),
                            ("no_news", "sans nouvelles depuis deux ans"),
                            ("agreement_withdrawn", "le jeune a retiré son accord"),
                            ("transferred", "suivi par une autre Mission Locale"),
                            ("merged", "dossier réuni avec un autre"),
                        ],
                        max_length=40,
                        verbose_name="fin",
                    ),
                ),
                ("access_until", models.DateTimeField(blank=True, null=True, verbose_name="accès jusqu’au")),
                (
                    "reads_from",
                    models.DateTimeField(blank=True, null=True, verbose_name="lit le journal depuis le"),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="structure",
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
                        verbose_name="professionnel",
                    ),
                ),
                (
                    "substitute",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="partners.team",
                        verbose_name="équipe",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="accompaniments",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "accompagnement",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on__isnull", True),
                            ("ended_on__gte", models.F("started_on")),
                            _connector="OR",
                        ),
                        name="youths_accompaniment_dates",
                        violation_error_message="L’accompagnement ne peut pas finir avant de commencer.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "aspects__contained_by",
                                [
                                    "whole",
                                    "orientation",
                                    "training",
                                    "mobility",
                                    "housing",
                                    "resources",
                                    "digital",
                                    "employment",
                                ],
                            ),
                            ("aspects__len__gte", 1),
                        ),
                        name="youths_accompaniment_aspects",
                        violation_error_message="Dites pour quoi cette structure accompagne le jeune.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "creation",
                                    "referral",
                                    "invitation",
                                    "adoption",
                                    "transfer",
                                    "handed_over",
                                    "import",
                                ],
                            )
                        ),
                        name="youths_accompaniment_reason",
                        violation_error_message="Cette origine n’existe pas.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason", ""), ("ended_on__isnull", True)),
                            models.Q(
                                (
                                    "end_reason__in",
                                    [
                                        "decline",
                                        "withdraw",
                                        "mark_error",
                                        "expire",
                                        "complete",
                                        "drop_out",
                                        "handed_over",
                                        "done",
                                        "youth_stops",
                                        "moved",
                                        "relayed",
                                        "unreachable",
                                        "no_news",
                                        "agreement_withdrawn",
                                        "transferred",
                                        "merged",
                                    ],
                                ),
                                ("ended_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="youths_accompaniment_end_reason",
                        violation_error_message="Un accompagnement qui se termine dit pourquoi.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True), ("role", "lead")),
                        fields=("youth",),
                        name="youths_one_active_lead",
                        violation_error_message="Ce jeune a déjà un référent.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=("youth", "organisation", "professional"),
                        name="youths_accompaniment_once",
                        nulls_distinct=False,
                        violation_error_message="Cette personne accompagne déjà ce jeune.",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["youth", "organisation"],
                        include=("access_until", "role", "ended_on", "professional", "substitute", "team"),
                        name="youths_acc_youth",
                    ),
                    models.Index(
                        fields=["organisation", "youth"],
                        include=("access_until", "role", "professional", "substitute", "team"),
                        name="youths_acc_house",
                    ),
                    models.Index(
                        condition=models.Q(("ended_on__isnull", True)),
                        fields=["organisation", "professional", "youth"],
                        name="youths_acc_active",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Obstacle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("MOBILITE", "Se déplacer"),
                            ("LOGEMENT", "Se loger"),
                            ("RESSOURCES", "Vivre avec ses ressources"),
                            ("FAMILLE_GARDE", "Faire garder ses enfants, aider sa famille"),
                            ("ADMINISTRATIF_DROITS", "Obtenir ses droits et ses papiers"),
                            ("NUMERIQUE", "Utiliser le numérique"),
                            ("LANGUE_SAVOIRS", "Lire, écrire, compter, parler français"),
                            ("CONFIANCE_REMOBILISATION", "Reprendre confiance"),
                            ("PROJET_ORIENTATION", "Choisir un métier"),
                            ("EMPLOI", "Chercher un emploi"),
                        ],
                        max_length=26,
                        verbose_name="frein",
                    ),
                ),
                ("since", models.DateField(verbose_name="depuis le")),
                (
                    "closing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("information", "Le jeune est informé de ce qui existe"),
                            ("orientation", "Orienté vers un service"),
                            ("demande", "Une demande est déposée"),
                            ("rendez_vous", "Un rendez-vous est pris"),
                            ("aide", "Une aide est obtenue"),
                            ("refus", "La demande n’a pas abouti"),
                            ("leve", "Le frein est levé"),
                            (
                                "abandon",
                                "Il n’est plus suivi : le jeune ne le souhaite plus, ou n’en a plus besoin",
                            ),
                        ],
                        max_length=12,
                        verbose_name="suite",
                    ),
                ),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="levé le")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="pris en charge par",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="obstacles",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "frein",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_on__isnull", True), ("closing", "")),
                            models.Q(
                                ("closed_on__gte", models.F("since")), ("closing__in", ("leve", "abandon"))
                            ),
                            _connector="OR",
                        ),
                        name="youths_obstacle_closed",
                        violation_error_message="Un frein ne peut pas être levé avant d’avoir été noté.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closing", "")),
                        fields=("youth", "category"),
                        name="youths_obstacle_once",
                        violation_error_message="Ce frein est déjà noté pour ce jeune.",
                    ),
                ],
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
                    "municipality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.municipality",
                        verbose_name="nouvelle commune",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposé par",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="proposé à",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="proposé par",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transfers",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "transfert de dossier",
                "verbose_name_plural": "transferts de dossiers",
                "indexes": [models.Index(fields=["youth", "-proposed_at"], name="youths_transfer_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "propose")),
                        fields=("youth",),
                        name="youths_one_transfer",
                        violation_error_message="Un transfert est déjà proposé pour ce jeune.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sender", models.F("recipient")), _negated=True),
                        name="youths_transfer_sides",
                        violation_error_message="Choisissez une autre Mission Locale que la vôtre.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("state", "propose")),
                            models.Q(
                                models.Q(("state", "propose"), _negated=True), ("answered_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="youths_transfer_answered",
                        violation_error_message="Un transfert répondu a une date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refuse"), models.Q(("reason", ""), _negated=True)),
                            models.Q(models.Q(("state", "refuse"), _negated=True), ("reason", "")),
                            _connector="OR",
                        ),
                        name="youths_transfer_reason",
                        violation_error_message="Indiquez le motif du refus.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Situation",
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
                        choices=[("situation", "situation"), ("cadre", "cadre d’accompagnement")],
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("RECHERCHE_EMPLOI", "Cherche un emploi"),
                            ("RECHERCHE_FORMATION", "Cherche une formation"),
                            ("RECHERCHE_ALTERNANCE", "Cherche un contrat en alternance"),
                            ("RECHERCHE_STAGE", "Cherche un stage"),
                            ("PROJET", "Construit son projet"),
                            ("EMPLOI", "En emploi"),
                            ("INTERIM", "En mission d’intérim"),
                            ("IAE", "En insertion par l’activité économique"),
                            ("ALTERNANCE", "En alternance"),
                            ("FORMATION", "En formation"),
                            ("STAGE", "En stage ou en immersion"),
                            ("SERVICE_CIVIQUE", "En service civique"),
                            ("VOLONTARIAT_MILITAIRE", "Volontaire au SMV ou au SMA"),
                            ("SCOLAIRE", "Scolarisé"),
                            ("ETUDIANT", "Étudiant"),
                            ("OBLIGATION_FORMATION", "Sans solution, soumis à l’obligation de formation"),
                            ("AUTRE", "Autre situation"),
                            ("CONTRAT_ENGAGEMENT", "Contrat d’engagement"),
                            ("CEJ", "Contrat d’engagement jeune (CEJ)"),
                            ("PACEA", "PACEA"),
                            ("GARANTIE_JEUNES", "Garantie jeunes"),
                            ("SANS_CADRE", "Accompagnement sans contrat"),
                        ],
                        max_length=24,
                        verbose_name="situation",
                    ),
                ),
                ("since", models.DateField(verbose_name="depuis le")),
                ("until", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                ("recorded_at", models.DateTimeField(default=core.clock.now)),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="situations",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "situation d’un jeune",
                "verbose_name_plural": "situations des jeunes",
                "indexes": [models.Index(fields=["youth", "kind", "-since"], name="youths_situation_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("youth", "kind"),
                        name="youths_one_current_situation",
                        violation_error_message="Ce jeune a déjà une situation en cours.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="youths_situation_dates",
                        violation_error_message="Une situation ne peut pas finir avant d’avoir commencé.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RightsRequest",
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
                            ("acces", "Accès : recevoir ce qui est gardé sur soi"),
                            ("rectification", "Rectification : faire corriger"),
                            ("opposition", "Opposition : refuser l’usage de ses données"),
                            ("effacement", "Effacement"),
                            (
                                "limitation",
                                "Limitation : garder sans utiliser (recours en cours, par exemple)",
                            ),
                        ],
                        max_length=14,
                        verbose_name="demande",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("accueil", "à l’accueil ou en entretien"),
                            ("telephone", "par téléphone"),
                            ("courriel", "par courriel"),
                            ("courrier", "par courrier"),
                            ("relais", "relayée par le portail"),
                        ],
                        max_length=10,
                        verbose_name="reçue",
                    ),
                ),
                ("received_on", models.DateField(default=core.clock.today, verbose_name="reçue le")),
                ("due_on", models.DateField(verbose_name="réponse attendue le")),
                (
                    "extension_reason",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        validators=[core.validators.validate_free_text],
                        verbose_name="motif de la prolongation",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ouverte", "à traiter"),
                            ("satisfaite", "satisfaite"),
                            ("refusee", "refusée"),
                            ("levee", "levée"),
                        ],
                        default="ouverte",
                        max_length=12,
                        verbose_name="état",
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        max_length=500,
                        validators=[core.validators.validate_free_text],
                        verbose_name="réponse donnée",
                    ),
                ),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="réponse envoyée le")),
                ("gathering", models.BooleanField(default=False, verbose_name="archive demandée")),
                (
                    "archive_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="archive disponible jusqu’au"),
                ),
                (
                    "archive",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
                    ),
                ),
                (
                    "handled_by",
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
                (
                    "youth",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rights_requests",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande d’un jeune sur ses données",
                "verbose_name_plural": "demandes des jeunes sur leurs données",
                "indexes": [
                    models.Index(fields=["organisation", "due_on", "id"], name="youths_requests_due"),
                    models.Index(fields=["youth", "organisation"], name="youths_requests_youth"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ouverte")),
                        fields=("youth", "organisation", "kind"),
                        name="youths_one_open_request",
                        violation_error_message="Cette demande est déjà en cours pour ce jeune.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_on__isnull", True), ("state", "ouverte")),
                            models.Q(
                                models.Q(("state", "ouverte"), _negated=True),
                                ("answered_on__gte", models.F("received_on")),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="youths_request_answered",
                        violation_error_message="Dites ce qui a été répondu, et quel jour : pas avant celui de la demande.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("archive__isnull", True), ("archive_until__isnull", False), _connector="OR"
                        ),
                        name="youths_request_archive",
                        violation_error_message="Une archive a une date de fin.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RetentionNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("last_contact_on", models.DateField(verbose_name="dernier contact")),
                ("announced_on", models.DateField(default=core.clock.today, verbose_name="annoncé le")),
                ("erase_from", models.DateField(verbose_name="effacé à partir du")),
                ("kept_until", models.DateField(blank=True, null=True, verbose_name="gardé jusqu’au")),
                (
                    "kept_reason",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        validators=[core.validators.validate_free_text],
                        verbose_name="motif, texte cité",
                    ),
                ),
                (
                    "kept_by",
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
                "verbose_name": "effacement annoncé",
                "verbose_name_plural": "effacements annoncés",
                "indexes": [
                    models.Index(fields=["organisation", "erase_from", "id"], name="youths_notice_due")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("youth", "organisation"), name="youths_notice_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kept_reason", ""), ("kept_until__isnull", True)),
                            models.Q(
                                ("kept_until__isnull", False), models.Q(("kept_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="youths_notice_kept",
                        violation_error_message="Pour garder plus longtemps, citez le texte ou le recours, et une date.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RestrictedObstacle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "code",
                    models.CharField(
                        choices=[("SANTE", "Santé"), ("JUSTICE", "Justice")],
                        max_length=8,
                        verbose_name="frein réservé",
                    ),
                ),
                ("since", models.DateField(verbose_name="depuis le")),
                ("recorded_at", models.DateTimeField(default=core.clock.now)),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="levé le")),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "verbose_name": "frein réservé",
                "verbose_name_plural": "freins réservés",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_on__isnull", True)),
                        fields=("youth", "organisation", "code"),
                        name="youths_restricted_once",
                        violation_error_message="Ce frein est déjà noté.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_by__isnull", True), ("closed_on__isnull", True)),
                            models.Q(("closed_by__isnull", False), ("closed_on__gte", models.F("since"))),
                            _connector="OR",
                        ),
                        name="youths_restricted_closed",
                        violation_error_message="Un frein ne peut pas être levé avant d’avoir été noté.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__in", ["SANTE", "JUSTICE"])),
                        name="youths_restricted_code",
                        violation_error_message="Ce code n’existe pas.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reach",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "youth", "organisation", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kept", models.BooleanField(verbose_name="dossier tenu par la structure")),
                ("access_until", models.DateTimeField(null=True, verbose_name="accès jusqu’au")),
                ("search_name", models.TextField(db_collation="C")),
                ("search_words", django.contrib.postgres.search.SearchVectorField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="reaches",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "dossier à la portée d’une structure",
                "verbose_name_plural": "dossiers à la portée d’une structure",
                "indexes": [
                    models.Index(
                        fields=["organisation", "search_name", "youth"],
                        include=("access_until", "kept"),
                        name="youths_reach_by_name",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["search_words"], name="youths_reach_words"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PrivateNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField(default=core.clock.now, verbose_name="écrit le")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="retiré le")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("contact", "Échange avec le jeune"),
                            ("rendez_vous", "Rendez-vous"),
                            ("etape", "Étape franchie"),
                            ("information", "Information utile à tous"),
                        ],
                        default="information",
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
                ("happened_on", models.DateField(default=core.clock.today, verbose_name="date du fait")),
                (
                    "text",
                    models.TextField(
                        max_length=2000, validators=[core.validators.validate_free_text], verbose_name="note"
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
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
                "verbose_name": "note de la structure",
                "verbose_name_plural": "notes de la structure",
                "indexes": [models.Index(fields=["youth", "organisation", "-at"], name="youths_note_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="youths_note_text",
                        violation_error_message="Écrivez la note.",
                    )
                ],
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
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("reception", "accueil du jeune"),
                            ("replacement", "remplacement d’un collègue"),
                            ("urgency", "urgence"),
                        ],
                        max_length=12,
                        verbose_name="motif",
                    ),
                ),
                ("at", models.DateTimeField(default=core.clock.now)),
                ("until", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="openings",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "ouverture avec motif",
                "verbose_name_plural": "ouvertures avec motif",
                "indexes": [models.Index(fields=["youth", "user", "until"], name="youths_opening_live")],
            },
        ),
        migrations.CreateModel(
            name="ObstacleStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("information", "Le jeune est informé de ce qui existe"),
                            ("orientation", "Orienté vers un service"),
                            ("demande", "Une demande est déposée"),
                            ("rendez_vous", "Un rendez-vous est pris"),
                            ("aide", "Une aide est obtenue"),
                            ("refus", "La demande n’a pas abouti"),
                            ("leve", "Le frein est levé"),
                            (
                                "abandon",
                                "Il n’est plus suivi : le jeune ne le souhaite plus, ou n’en a plus besoin",
                            ),
                        ],
                        max_length=12,
                        verbose_name="ce qui a été fait",
                    ),
                ),
                ("on", models.DateField(verbose_name="le")),
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
                    "obstacle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="youths.obstacle",
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
                "verbose_name": "action sur un frein",
                "verbose_name_plural": "actions sur les freins",
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["youth", "-at"], name="youths_obstacle_steps")],
            },
        ),
        migrations.CreateModel(
            name="NextStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "wording",
                    models.CharField(
                        max_length=200,
                        validators=[core.validators.validate_free_text],
                        verbose_name="prochaine étape",
                    ),
                ),
                ("due_on", models.DateField(verbose_name="pour le")),
                ("proposed_at", models.DateTimeField(default=core.clock.now)),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fait", "fait"),
                            ("remplace", "remplacé par une autre étape"),
                            ("abandonne", "abandonné"),
                        ],
                        max_length=10,
                        verbose_name="suite",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agreed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "agreed_for",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "closed_for",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_for",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="next_steps",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "prochaine étape",
                "verbose_name_plural": "prochaines étapes",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closing", "")),
                        fields=("youth",),
                        name="youths_one_next_step",
                        violation_error_message="Une prochaine étape est déjà proposée pour ce jeune.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closing", "")),
                            models.Q(models.Q(("closing", ""), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="youths_step_closed",
                        violation_error_message="Une étape close a une date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("agreed_for__isnull", True),
                            models.Q(("agreed_for", models.F("proposed_for")), _negated=True),
                            _connector="OR",
                        ),
                        name="youths_step_other_side",
                        violation_error_message="L’accord vient d’une autre structure que celle qui propose.",
                    ),
                ],
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
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
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
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges",
                        to="youths.youth",
                        verbose_name="dossier conservé",
                    ),
                ),
            ],
            options={
                "verbose_name": "fusion de dossiers",
                "verbose_name_plural": "fusions de dossiers",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("merged_key",),
                        name="youths_merged_once",
                        violation_error_message="Ce dossier est déjà fusionné.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("undone_at__isnull", True), ("settled_at__isnull", True), _connector="OR"
                        ),
                        name="youths_merge_undone",
                        violation_error_message="Une fusion définitive ne se défait plus.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalRepresentative",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "link",
                    models.CharField(
                        choices=[
                            ("parent", "parent"),
                            ("tuteur", "tuteur"),
                            ("service", "service qui en a la charge"),
                            ("autre", "autre représentant légal"),
                        ],
                        default="parent",
                        max_length=10,
                        verbose_name="qualité",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=120,
                        validators=[core.validators.validate_free_text],
                        verbose_name="nom du représentant légal",
                    ),
                ),
                (
                    "phone",
                    models.CharField(
                        blank=True, max_length=20, verbose_name="téléphone du représentant légal"
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="adresse électronique du représentant légal"
                    ),
                ),
                (
                    "youth",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="representative",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "représentant légal",
                "verbose_name_plural": "représentants légaux",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="youths_representative_named",
                        violation_error_message="Indiquez le nom du représentant légal.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField(default=core.clock.now, verbose_name="écrit le")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="retiré le")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("contact", "Échange avec le jeune"),
                            ("rendez_vous", "Rendez-vous"),
                            ("etape", "Étape franchie"),
                            ("information", "Information utile à tous"),
                        ],
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
                ("happened_on", models.DateField(verbose_name="date du fait")),
                (
                    "text",
                    models.TextField(
                        max_length=1000,
                        validators=[core.validators.validate_free_text],
                        verbose_name="ce qui s’est passé",
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
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
                "verbose_name": "fait du journal",
                "verbose_name_plural": "journal",
                "indexes": [models.Index(fields=["youth", "-at"], name="youths_journal_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="youths_entry_text",
                        violation_error_message="Dites en une phrase ce qui s’est passé.",
                    )
                ],
            },
        ),
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
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
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
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="youths.youth"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="youths.youth"
                    ),
                ),
            ],
            options={
                "verbose_name": "personnes distinctes",
                "verbose_name_plural": "personnes distinctes",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Least("first", "second"),
                        django.db.models.functions.comparison.Greatest("first", "second"),
                        models.F("organisation"),
                        name="youths_distinct_once",
                        violation_error_message="C’est déjà noté.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first", models.F("second")), _negated=True),
                        name="youths_distinct_two",
                        violation_error_message="Il faut deux personnes.",
                    ),
                ],
            },
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
            name="Agreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("purpose", models.CharField(max_length=30, verbose_name="pour")),
                ("given_on", models.DateField(default=core.clock.today, verbose_name="donné le")),
                (
                    "expires_on",
                    models.DateField(
                        default=youths.models.agreements.in_a_year, verbose_name="valable jusqu’au"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("face_to_face", "de vive voix, en entretien"),
                            ("phone", "par téléphone"),
                            ("writing", "par écrit"),
                            ("link", "par son lien personnel"),
                        ],
                        max_length=12,
                        verbose_name="donné",
                    ),
                ),
                (
                    "informed",
                    models.CharField(
                        choices=[
                            ("read_aloud", "je lui ai lu ce texte"),
                            ("handed", "je lui ai remis ce texte"),
                            ("link", "texte lu par son lien personnel"),
                        ],
                        max_length=12,
                        verbose_name="informé",
                    ),
                ),
                (
                    "covers_return",
                    models.BooleanField(
                        default=False, verbose_name="couvre le retour vers la Mission Locale"
                    ),
                ),
                ("text_version", models.CharField(max_length=40, verbose_name="version du texte")),
                (
                    "representative_informed_on",
                    models.DateField(blank=True, null=True, verbose_name="représentant légal informé le"),
                ),
                (
                    "representative_signed_on",
                    models.DateField(
                        blank=True, null=True, verbose_name="signé par le représentant légal le"
                    ),
                ),
                ("emancipated", models.BooleanField(default=False, verbose_name="mineur émancipé")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="retiré le")),
                (
                    "withdrawn_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("face_to_face", "de vive voix, en entretien"),
                            ("phone", "par téléphone"),
                            ("writing", "par écrit"),
                            ("link", "par son lien personnel"),
                        ],
                        max_length=12,
                        verbose_name="retiré",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_for",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="retrait noté par",
                    ),
                ),
                (
                    "withdrawn_for",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="retrait noté pour",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agreements",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "accord du jeune",
                "verbose_name_plural": "accords des jeunes",
                "indexes": [models.Index(fields=["youth", "recipient"], name="youths_agreement_youth")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("recorded_for", models.F("recipient")), _negated=True),
                        name="youths_agreement_two_sides",
                        violation_error_message="Un accord est donné pour une autre structure.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_on__gte", models.F("given_on"))),
                        name="youths_agreement_dates",
                        violation_error_message="Un accord ne peut pas finir avant d’être donné.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("informed__in", ["read_aloud", "handed", "link"])),
                        name="youths_agreement_informed",
                        violation_error_message="Dites comment le jeune a été informé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True),
                                ("withdrawn_for__isnull", True),
                                ("withdrawn_how", ""),
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False),
                                models.Q(("withdrawn_how", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="youths_agreement_withdrawn",
                        violation_error_message="Dites comment l’accord a été retiré.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccompanimentInvitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sent_at", models.DateTimeField(default=core.clock.now)),
                (
                    "aspects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("whole", "parcours"),
                                ("orientation", "orientation"),
                                ("training", "formation"),
                                ("mobility", "mobilité"),
                                ("housing", "logement"),
                                ("resources", "ressources"),
                                ("digital", "numérique"),
                                ("employment", "emploi"),
                            ],
                            max_length=12,
                        ),
                        default=youths.models.accompaniment.whole,
                        verbose_name="pour",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("frein", "lever un frein"),
                            ("projet", "construire le projet"),
                            ("formation", "préparer ou suivre une formation"),
                            ("emploi", "trouver ou garder un emploi"),
                            ("relais", "prendre le relais sur une partie du parcours"),
                        ],
                        max_length=10,
                        verbose_name="motif",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "en attente"),
                            ("accepted", "acceptée"),
                            ("declined", "non retenue"),
                            ("taken_back", "retirée"),
                            ("expired", "restée sans réponse"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "declining",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("places", "pas de place actuellement"),
                            ("hors_mission", "ne relève pas de la structure"),
                            ("hors_territoire", "hors du territoire"),
                            ("jeune_decline", "le jeune ne le souhaite pas"),
                            ("autre_structure", "une autre structure est mieux placée"),
                            ("non_precise", "sans précision"),
                        ],
                        max_length=16,
                        verbose_name="raison",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
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
                    "from_organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "invited",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="youths.accompaniment",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to_organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="+",
                        to="youths.agreement",
                        verbose_name="accord du jeune",
                    ),
                ),
                (
                    "youth",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="youths.youth",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation à accompagner",
                "verbose_name_plural": "invitations à accompagner",
                "indexes": [
                    models.Index(fields=["youth", "-sent_at"], name="youths_invitation_youth"),
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["sent_at"],
                        name="youths_invitation_pending",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "pending")),
                        fields=("youth", "to_organisation"),
                        name="youths_one_invitation",
                        violation_error_message="Cette structure est déjà invitée pour ce jeune.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_organisation", models.F("to_organisation")), _negated=True),
                        name="youths_invitation_other_side",
                        violation_error_message="Une structure n’invite pas la sienne.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("state", "pending")),
                            models.Q(
                                models.Q(("state", "pending"), _negated=True), ("answered_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="youths_invitation_answered",
                        violation_error_message="Une invitation close a une date.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "declining__in",
                                    [
                                        "places",
                                        "hors_mission",
                                        "hors_territoire",
                                        "jeune_decline",
                                        "autre_structure",
                                        "non_precise",
                                    ],
                                ),
                                ("state", "declined"),
                            ),
                            models.Q(models.Q(("state", "declined"), _negated=True), ("declining", "")),
                            _connector="OR",
                        ),
                        name="youths_invitation_declining",
                        violation_error_message="Dites pourquoi votre structure ne donne pas suite.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "aspects__contained_by",
                                [
                                    "whole",
                                    "orientation",
                                    "training",
                                    "mobility",
                                    "housing",
                                    "resources",
                                    "digital",
                                    "employment",
                                ],
                            ),
                            ("aspects__len__gte", 1),
                            ("reason__in", ["frein", "projet", "formation", "emploi", "relais"]),
                        ),
                        name="youths_invitation_asks",
                        violation_error_message="Dites pour quoi vous invitez cette structure.",
                    ),
                ],
            },
        ),
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
                        to="youths.agreement",
                        verbose_name="accord retiré",
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
        migrations.CreateModel(
            name="EntitledPerson",
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
                        choices=[("SANTE", "Santé"), ("JUSTICE", "Justice")],
                        max_length=12,
                        verbose_name="objet",
                    ),
                ),
                ("starts_at", models.DateTimeField(default=core.clock.now, verbose_name="depuis le")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="jusqu’au")),
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
                    "given_by",
                    models.ForeignKey(
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
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "personne habilitée",
                "verbose_name_plural": "personnes habilitées",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("organisation", "user", "subject"),
                        name="youths_entitled_once",
                        violation_error_message="Cette personne est déjà habilitée.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("subject__in", ["SANTE", "JUSTICE"])),
                        name="youths_entitled_subject",
                        violation_error_message="Cet objet n’existe pas.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField(default=core.clock.now, verbose_name="le")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("demande", "à la demande de la personne"),
                            ("conservation", "durée de conservation atteinte"),
                        ],
                        max_length=12,
                        verbose_name="motif",
                    ),
                ),
                ("whole", models.BooleanField(verbose_name="dossier entier")),
                ("counts", models.JSONField(default=dict, verbose_name="lignes effacées")),
                ("record_hash", models.CharField(max_length=64, verbose_name="empreinte du dossier")),
                (
                    "by",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "preuve d’effacement",
                "verbose_name_plural": "preuves d’effacement",
                "indexes": [
                    models.Index(fields=["organisation", "-at", "-id"], name="youths_erasure_latest")
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
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
                        max_length=60, validators=[core.validators.validate_free_text], verbose_name="nom"
                    ),
                ),
                ("query", models.CharField(blank=True, max_length=500, verbose_name="filtres")),
                ("created_at", models.DateTimeField(default=core.clock.now)),
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
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "filtre enregistré",
                "verbose_name_plural": "filtres enregistrés",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "organisation", "name"),
                        name="youths_filter_once",
                        violation_error_message="Vous avez déjà un filtre de ce nom.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="youths_filter_named",
                        violation_error_message="Donnez un nom à ce filtre.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(sql.ACCESS, sql.NO_ACCESS),
        # A partner reads the record it was sent; those who keep it write it.
        Protect(
            "youth",
            visible="held_by_id = {org} OR registered_with_id = {org} OR " + sql.LINKED,
            writable="held_by_id = {org} OR registered_with_id = {org}",
        ),
        # Nobody gives themselves a link: only who has access gives (or ends) one, theirs included.
        Protect(
            "accompaniment",
            visible="organisation_id = {org} OR tu_has_access(youth_id)",
            writable="tu_has_access(youth_id)",
        ),
        # Who keeps the record knows under which agreements others accompany, whoever recorded them before it did.
        # Nobody records the agreement of a youth whom they do not know.
        Protect(
            "agreement",
            visible="recorded_for_id = {org} OR recipient_id = {org}"
            " OR (purpose = 'co_accompagnement' AND tu_keeps(youth_id))",
            insertable="recorded_for_id = {org} AND tu_shares(youth_id)",
        ),
        # Nobody writes down that they opened a record which their organisation cannot open.
        Protect(
            "opening",
            visible="organisation_id = {org}",
            writable="organisation_id = {org} AND tu_has_access(youth_id)",
        ),
        # Of a minor's representative, only those who keep the record know anything.
        Protect("legalrepresentative", visible="tu_keeps(youth_id)"),
        # Whoever reads the record reads the situation; those who accompany write it, in their own name.
        Protect(
            "situation",
            visible="tu_has_access(youth_id)",
            writable="tu_accompanies(youth_id)",
            insertable="organisation_id = {org} AND tu_accompanies(youth_id)",
        ),
        # The story is read by those who accompany, or did; each writes, and withdraws, in its own name.
        Protect(
            "journalentry",
            visible="tu_shares(youth_id)",
            writable="organisation_id = {org} AND tu_accompanies(youth_id)",
        ),
        Protect("privatenote", visible="organisation_id = {org} AND tu_has_access(youth_id)"),
        Protect(
            "nextstep",
            visible="tu_shares(youth_id)",
            writable="tu_accompanies(youth_id)",
            insertable="proposed_for_id = {org} AND tu_accompanies(youth_id)",
        ),
        Protect(
            "obstacle",
            visible="tu_shares(youth_id)",
            writable="tu_accompanies(youth_id)",
            insertable="organisation_id = {org} AND tu_accompanies(youth_id)",
        ),
        # A step is about an obstacle of the same youth.
        Protect(
            "obstaclestep",
            visible="tu_shares(youth_id)",
            writable="organisation_id = {org} AND tu_accompanies(youth_id) AND EXISTS (SELECT 1 FROM youths_obstacle o"
            " WHERE o.id = obstacle_id AND o.youth_id = youths_obstaclestep.youth_id)",
        ),
        migrations.RunSQL(sql.BY_COLUMN, migrations.RunSQL.noop),
        migrations.RunSQL(sql.OWN_NAME, sql.NO_OWN_NAME),
        Protect("delegatedecision", visible="organisation_id = {org}"),
        migrations.RunSQL(search_sql.FIND, search_sql.NO_FIND),
        migrations.RunSQL(agreements_sql.GIVEN, agreements_sql.NOT_GIVEN),
        migrations.RunSQL(rights_sql.FIND, rights_sql.NO_FIND),
        migrations.RunSQL(rights_sql.ERASE, rights_sql.NO_ERASE),
        Protect(
            "rightsrequest",
            visible="organisation_id = {org}",
            insertable="organisation_id = {org} AND tu_holds_something(youth_id)",
        ),
        Protect("erasure", visible="organisation_id = {org}", writable="false"),
        Protect("retentionnotice", visible="organisation_id = {org}"),
        migrations.RunSQL(rights_sql.PRIVILEGES, migrations.RunSQL.noop),
        migrations.RunSQL(accompanying_sql.ENTITLED, accompanying_sql.NOT_ENTITLED),
        # The side that keeps the record invites; both read it.
        Protect(
            "accompanimentinvitation",
            visible="(from_organisation_id = {org} OR to_organisation_id = {org}) AND tu_has_access(youth_id)",
            insertable="from_organisation_id = {org} AND tu_keeps(youth_id)",
        ),
        Protect("entitledperson", visible="organisation_id = {org}"),
        # Nobody reads it without being named, the delegate who names included.
        Protect(
            "restrictedobstacle",
            visible="organisation_id = {org} AND tu_has_access(youth_id) AND tu_entitled(code)",
            writable="organisation_id = {org} AND tu_accompanies(youth_id) AND tu_entitled(code)",
        ),
        migrations.RunSQL(accompanying_sql.BY_COLUMN, migrations.RunSQL.noop),
        migrations.RunSQL(accompanying_sql.ANSWERS, accompanying_sql.NO_ANSWERS),
        migrations.RunSQL(accompanying_sql.NEWS, accompanying_sql.NO_NEWS),
        migrations.RunSQL(accompanying_sql.TASKS, accompanying_sql.NO_TASKS),
        migrations.RunSQL(accompanying_sql.ENDS, accompanying_sql.NO_ENDS),
        migrations.RunSQL(accompanying_sql.TAKEN_BACK, accompanying_sql.NOT_TAKEN_BACK),
        Protect("savedfilter", visible="organisation_id = {org} AND user_id = (SELECT tu_user())"),
        migrations.RunSQL(accompanying_sql.GRANTED, accompanying_sql.NOT_GRANTED),
        migrations.RunSQL(merging_sql.KEPT, merging_sql.NO_KEPT),
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
        migrations.RunSQL(merging_sql.MOVING, merging_sql.NO_MOVING),
        migrations.RunSQL(merging_sql.CROSSING, merging_sql.NO_CROSSING),
        migrations.RunSQL(merging_sql.READING, merging_sql.NO_READING),
        migrations.RunSQL(merging_sql.BY_FUNCTION, migrations.RunSQL.noop),
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
        migrations.RunSQL(agreements_sql.BY_COLUMN, migrations.RunSQL.noop),
        migrations.RunSQL(agreements_sql.PUBLIC_LINK, agreements_sql.NO_PUBLIC_LINK),
        migrations.RunSQL(agreements_sql.CONCERNED, agreements_sql.NO_CONCERNED),
        Protect("portfolioimport", visible="organisation_id = {org}"),
        Protect("portfoliorow", visible="organisation_id = {org}"),
        migrations.RunSQL(contact_sql.CHANGED, contact_sql.NOT_CHANGED),
        migrations.RunSQL(own_hand_sql.FUNCTION, own_hand_sql.NO_FUNCTION),
        migrations.RunSQL(own_hand_sql.SIGNED, own_hand_sql.NOT_SIGNED),
        migrations.RunSQL(
            documents_sql.brought("youths_rightsrequest", "archive_id"),
            documents_sql.not_brought("youths_rightsrequest", "archive_id"),
        ),
        # Its own organisation reads it while it has access; the database alone writes it.
        Protect(
            "reach",
            visible="organisation_id = {org} AND coalesce(access_until > tu_now(), true)",
            writable="false",
        ),
        migrations.RunSQL(reach_sql.FOLLOWING, reach_sql.NOT_FOLLOWING),
        migrations.RunSQL(search_sql.FIND_LINKED, search_sql.NO_FIND_LINKED),
    ]
