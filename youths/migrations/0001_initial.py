import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.models
import core.validators
import youths.models.record
from core.protect import Protect
from youths import sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("partners", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            ],
            options={
                "verbose_name": "frein",
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
                    "search_first",
                    models.GeneratedField(
                        db_persist=True,
                        expression=youths.models.record.Normalised(
                            models.F("first_name"), models.F("last_name")
                        ),
                        output_field=models.TextField(db_collation="C"),
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
            },
        ),
        migrations.AddField(
            model_name="obstacle",
            name="youth",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="obstacles",
                to="youths.youth",
            ),
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
                    "channel",
                    models.CharField(
                        choices=[
                            ("face_to_face", "de vive voix, en entretien"),
                            ("phone", "par téléphone"),
                            ("writing", "par écrit"),
                        ],
                        max_length=12,
                        verbose_name="donné",
                    ),
                ),
                (
                    "covers_return",
                    models.BooleanField(
                        default=False, verbose_name="couvre le retour vers la Mission Locale"
                    ),
                ),
                ("text_version", models.CharField(max_length=40, verbose_name="version du texte")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="retiré le")),
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
                        ],
                        max_length=10,
                        verbose_name="rôle",
                    ),
                ),
                (
                    "aspect",
                    models.CharField(
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
                        default="whole",
                        max_length=12,
                        verbose_name="pour",
                    ),
                ),
                ("started_on", models.DateField(default=core.clock.today, verbose_name="depuis le")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                ("end_reason", models.CharField(blank=True, max_length=40, verbose_name="fin")),
                ("access_until", models.DateTimeField(blank=True, null=True, verbose_name="accès jusqu’au")),
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
            },
        ),
        migrations.AddIndex(
            model_name="youth",
            index=models.Index(fields=["registered_with", "search_name", "id"], name="youths_by_name"),
        ),
        migrations.AddIndex(
            model_name="youth",
            index=models.Index(fields=["registered_with", "search_first", "id"], name="youths_by_first_name"),
        ),
        migrations.AddIndex(
            model_name="youth",
            index=models.Index(fields=["held_by", "search_name", "id"], name="youths_held_by_name"),
        ),
        migrations.AddIndex(
            model_name="youth",
            index=models.Index(fields=["held_by", "birth_date"], name="youths_held_birth"),
        ),
        migrations.AddIndex(
            model_name="youth",
            index=models.Index(fields=["registered_with", "birth_date"], name="youths_registered_birth"),
        ),
        migrations.AddConstraint(
            model_name="youth",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_name", ""), _negated=True), models.Q(("last_name", ""), _negated=True)
                ),
                name="youths_youth_named",
                violation_error_message="Indiquez le prénom et le nom.",
            ),
        ),
        migrations.AddConstraint(
            model_name="youth",
            constraint=models.CheckConstraint(
                condition=models.Q(("birth_date__gte", "1950-01-01")),
                name="youths_youth_birth_date",
                violation_error_message="Vérifiez la date de naissance.",
            ),
        ),
        migrations.AddConstraint(
            model_name="youth",
            constraint=models.UniqueConstraint(
                condition=models.Q(("file_number", ""), _negated=True),
                fields=("registered_with", "file_number"),
                name="youths_youth_file_number",
                violation_error_message="Ce numéro de dossier existe déjà dans votre Mission Locale.",
            ),
        ),
        migrations.AddConstraint(
            model_name="youth",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__isnull", True), ("level__range", (1, 8)), _connector="OR"),
                name="youths_youth_level",
                violation_error_message="Le niveau de formation va de 1 à 8.",
            ),
        ),
        migrations.AddIndex(
            model_name="situation",
            index=models.Index(fields=["youth", "kind", "-since"], name="youths_situation_latest"),
        ),
        migrations.AddConstraint(
            model_name="situation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until__isnull", True)),
                fields=("youth", "kind"),
                name="youths_one_current_situation",
                violation_error_message="Ce jeune a déjà une situation en cours.",
            ),
        ),
        migrations.AddConstraint(
            model_name="situation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="youths_situation_dates",
                violation_error_message="Une situation ne peut pas finir avant d’avoir commencé.",
            ),
        ),
        migrations.AddIndex(
            model_name="privatenote",
            index=models.Index(fields=["youth", "organisation", "-at"], name="youths_note_latest"),
        ),
        migrations.AddConstraint(
            model_name="privatenote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="youths_note_text",
                violation_error_message="Écrivez la note.",
            ),
        ),
        migrations.AddIndex(
            model_name="opening",
            index=models.Index(fields=["youth", "user", "until"], name="youths_opening_live"),
        ),
        migrations.AddIndex(
            model_name="obstaclestep",
            index=models.Index(fields=["youth", "-at"], name="youths_obstacle_steps"),
        ),
        migrations.AddConstraint(
            model_name="obstacle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closing", "")),
                fields=("youth", "category"),
                name="youths_obstacle_once",
                violation_error_message="Ce frein est déjà noté pour ce jeune.",
            ),
        ),
        migrations.AddConstraint(
            model_name="obstacle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on__isnull", True), ("closing", "")),
                    models.Q(("closed_on__gte", models.F("since")), ("closing__in", ("leve", "abandon"))),
                    _connector="OR",
                ),
                name="youths_obstacle_closed",
                violation_error_message="Un frein ne peut pas être levé avant d’avoir été noté.",
            ),
        ),
        migrations.AddConstraint(
            model_name="nextstep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closing", "")),
                fields=("youth",),
                name="youths_one_next_step",
                violation_error_message="Une prochaine étape est déjà proposée pour ce jeune.",
            ),
        ),
        migrations.AddConstraint(
            model_name="nextstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("closing", "")),
                    models.Q(models.Q(("closing", ""), _negated=True), ("closed_at__isnull", False)),
                    _connector="OR",
                ),
                name="youths_step_closed",
                violation_error_message="Une étape close a une date.",
            ),
        ),
        migrations.AddConstraint(
            model_name="nextstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("agreed_for__isnull", True),
                    models.Q(("agreed_for", models.F("proposed_for")), _negated=True),
                    _connector="OR",
                ),
                name="youths_step_other_side",
                violation_error_message="L’accord vient d’une autre structure que celle qui propose.",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalrepresentative",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True),
                name="youths_representative_named",
                violation_error_message="Indiquez le nom du représentant légal.",
            ),
        ),
        migrations.AddIndex(
            model_name="journalentry",
            index=models.Index(fields=["youth", "-at"], name="youths_journal_latest"),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="youths_entry_text",
                violation_error_message="Dites en une phrase ce qui s’est passé.",
            ),
        ),
        migrations.AddIndex(
            model_name="agreement",
            index=models.Index(fields=["youth", "recipient"], name="youths_agreement_youth"),
        ),
        migrations.AddIndex(
            model_name="accompaniment",
            index=models.Index(fields=["youth", "organisation"], name="youths_acc_youth"),
        ),
        migrations.AddIndex(
            model_name="accompaniment",
            index=models.Index(
                condition=models.Q(("ended_on__isnull", True)),
                fields=["organisation", "professional", "youth"],
                name="youths_acc_active",
            ),
        ),
        migrations.AddConstraint(
            model_name="accompaniment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on__isnull", True), ("role", "lead")),
                fields=("youth",),
                name="youths_one_active_lead",
                violation_error_message="Ce jeune a déjà un référent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="accompaniment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on__isnull", True)),
                fields=("youth", "organisation", "professional"),
                name="youths_accompaniment_once",
                nulls_distinct=False,
                violation_error_message="Cette personne accompagne déjà ce jeune.",
            ),
        ),
        migrations.AddConstraint(
            model_name="accompaniment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on__isnull", True), ("ended_on__gte", models.F("started_on")), _connector="OR"
                ),
                name="youths_accompaniment_dates",
                violation_error_message="L’accompagnement ne peut pas finir avant de commencer.",
            ),
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
        Protect(
            "agreement",
            visible="recorded_for_id = {org} OR recipient_id = {org}",
            insertable="recorded_for_id = {org}",
        ),
        Protect("opening", visible="organisation_id = {org}"),
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
    ]
