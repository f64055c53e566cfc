import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import core.clock
import partners.models.organisations
import partners.models.referents
from core.protect import Protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Department",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=3, primary_key=True, serialize=False, verbose_name="code INSEE"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                (
                    "kind",
                    models.CharField(
                        choices=[("department", "département"), ("collectivity", "collectivité d’outre-mer")],
                        default="department",
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
                (
                    "timezone",
                    models.CharField(default="Europe/Paris", max_length=40, verbose_name="fuseau horaire"),
                ),
            ],
            options={
                "verbose_name": "département",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=3, primary_key=True, serialize=False, verbose_name="code INSEE"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
            ],
            options={
                "verbose_name": "région",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Convention",
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
                        help_text="Jamais réutilisé, par exemple UNML-SMV-2019.",
                        max_length=40,
                        unique=True,
                        verbose_name="code",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="titre")),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("accord_cadre", "Accord-cadre"),
                            ("convention", "Convention"),
                            ("declinaison", "Déclinaison"),
                            ("proposition", "Accord proposé"),
                            ("pratique", "Pratique documentée"),
                        ],
                        default="convention",
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("national", "National"), ("regional", "Régional"), ("local", "Local")],
                        default="national",
                        max_length=8,
                        verbose_name="niveau",
                    ),
                ),
                ("parent_proven", models.BooleanField(default=True, verbose_name="filiation établie")),
                (
                    "themes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("orientation", "Orientation"),
                                ("apprentissage", "Apprentissage"),
                                ("formation", "Formation"),
                                ("emploi_entreprise", "Emploi et liens avec les entreprises"),
                                ("interim", "Travail temporaire"),
                                ("smv", "Service militaire volontaire"),
                                ("numerique", "Numérique"),
                                ("freins", "Freins périphériques"),
                                ("savoirs_de_base", "Savoirs de base"),
                                ("decrochage", "Décrochage"),
                                ("engagement", "Engagement"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        verbose_name="thèmes",
                    ),
                ),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="signée le")),
                ("signature_known", models.BooleanField(default=True, verbose_name="signature établie")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="prend effet le")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="arrive à échéance le")),
                ("end_known", models.BooleanField(default=True, verbose_name="échéance connue")),
                ("tacit_renewal", models.BooleanField(default=False, verbose_name="tacite reconduction")),
                (
                    "renewal_months",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="durée de reconduction (mois)"
                    ),
                ),
                (
                    "max_renewals",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="nombre de reconductions au plus"
                    ),
                ),
                (
                    "notice_months",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="préavis (mois)"),
                ),
                ("denounced_on", models.DateField(blank=True, null=True, verbose_name="dénoncée le")),
                (
                    "denunciation_effective_on",
                    models.DateField(blank=True, null=True, verbose_name="dénonciation effective le"),
                ),
                ("terminated_on", models.DateField(blank=True, null=True, verbose_name="résiliée le")),
                ("lapsed_on", models.DateField(blank=True, null=True, verbose_name="caduque depuis le")),
                ("end_reason", models.CharField(blank=True, max_length=300, verbose_name="motif de la fin")),
                ("place", models.CharField(blank=True, max_length=80, verbose_name="lieu de signature")),
                (
                    "note",
                    models.TextField(blank=True, max_length=1000, verbose_name="ce qui reste incertain"),
                ),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="source")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declinations",
                        to="partners.convention",
                        verbose_name="décline la convention",
                    ),
                ),
                (
                    "predecessor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successors",
                        to="partners.convention",
                        verbose_name="remplace la convention",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="partners.region",
                        verbose_name="région",
                    ),
                ),
            ],
            options={
                "verbose_name": "convention",
                "ordering": ["-starts_on", "code"],
            },
        ),
        migrations.CreateModel(
            name="Committee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(default="Comité de suivi", max_length=120, verbose_name="nom")),
                (
                    "frequency_months",
                    models.PositiveSmallIntegerField(default=12, verbose_name="se réunit tous les (mois)"),
                ),
                (
                    "reckoning",
                    models.CharField(
                        choices=[("sliding", "année glissante"), ("calendar", "année civile")],
                        default="sliding",
                        max_length=8,
                        verbose_name="compté en",
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="committees",
                        to="partners.convention",
                        verbose_name="convention",
                    ),
                ),
            ],
            options={
                "verbose_name": "comité",
            },
        ),
        migrations.CreateModel(
            name="Municipality",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=5, primary_key=True, serialize=False, verbose_name="code INSEE"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                (
                    "postcodes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=5), default=list, verbose_name="codes postaux"
                    ),
                ),
                ("population", models.PositiveIntegerField(default=0, verbose_name="population")),
                ("longitude", models.FloatField(blank=True, null=True)),
                ("latitude", models.FloatField(blank=True, null=True)),
                ("search_name", models.CharField(db_collation="C", db_index=True, max_length=80)),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="partners.department",
                        verbose_name="département",
                    ),
                ),
            ],
            options={
                "verbose_name": "commune",
                "ordering": ["search_name"],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=160, verbose_name="nom")),
                ("acronym", models.CharField(blank=True, max_length=30, verbose_name="sigle")),
                ("key", models.CharField(blank=True, editable=False, max_length=40)),
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
                        max_length=10,
                        verbose_name="réseau",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("national", "National"), ("regional", "Régional"), ("local", "Local")],
                        max_length=8,
                        verbose_name="niveau",
                    ),
                ),
                (
                    "siret",
                    models.CharField(
                        blank=True,
                        max_length=14,
                        validators=[partners.models.organisations.validate_siret],
                        verbose_name="SIRET",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="existe depuis le")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="a cessé d’exister le")),
                (
                    "is_sensitive",
                    models.BooleanField(
                        default=False,
                        help_text="Son nom laisse deviner une situation de santé ou de justice : il est masqué hors des dossiers.",
                        verbose_name="structure sensible",
                    ),
                ),
                (
                    "is_fictitious",
                    models.BooleanField(
                        default=False, editable=False, verbose_name="fictive (démonstration)"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="partners.department",
                        verbose_name="département",
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
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="partners.organisation",
                        verbose_name="rattachée à",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predecessors",
                        to="partners.organisation",
                        verbose_name="remplacée par",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="partners.region",
                        verbose_name="région",
                    ),
                ),
            ],
            options={
                "verbose_name": "structure",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Designation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("orientation", "Orientation"),
                            ("apprentissage", "Apprentissage"),
                            ("prepa_apprentissage", "Prépa Apprentissage"),
                            ("formation", "Formation"),
                            ("lien_entreprises", "Lien avec les entreprises"),
                            ("smv", "Service militaire volontaire"),
                            ("mission_jeunes", "Mission Jeunes (intérim)"),
                            ("numerique", "Inclusion numérique"),
                            ("retour", "Retours vers la Mission Locale"),
                        ],
                        max_length=20,
                        verbose_name="sujet",
                    ),
                ),
                ("starts_on", models.DateField(default=core.clock.today, verbose_name="du")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="au")),
                ("absent_from", models.DateField(blank=True, null=True, verbose_name="absent du")),
                ("absent_until", models.DateField(blank=True, null=True, verbose_name="absent jusqu’au")),
                (
                    "convention",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="partners.convention",
                        verbose_name="convention",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        help_text="Vide : tout.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="partners.department",
                        verbose_name="territoire",
                    ),
                ),
                (
                    "substitute",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="substitutions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="suppléant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="designations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="référent",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="designations",
                        to="partners.organisation",
                        verbose_name="structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "référent désigné",
                "verbose_name_plural": "référents désignés",
                "ordering": ["organisation", "topic"],
            },
        ),
        migrations.CreateModel(
            name="ConventionParty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="a signé le")),
                ("joined_on", models.DateField(blank=True, null=True, verbose_name="partie depuis le")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="partie jusqu’au")),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parties",
                        to="partners.convention",
                        verbose_name="convention",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="convention_parties",
                        to="partners.organisation",
                        verbose_name="structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "partie signataire",
                "verbose_name_plural": "parties signataires",
            },
        ),
        migrations.CreateModel(
            name="Commitment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[
                            ("orientation", "Orientation"),
                            ("apprentissage", "Apprentissage"),
                            ("formation", "Formation"),
                            ("emploi_entreprise", "Emploi et liens avec les entreprises"),
                            ("interim", "Travail temporaire"),
                            ("smv", "Service militaire volontaire"),
                            ("numerique", "Numérique"),
                            ("freins", "Freins périphériques"),
                            ("savoirs_de_base", "Savoirs de base"),
                            ("decrochage", "Décrochage"),
                            ("engagement", "Engagement"),
                        ],
                        max_length=20,
                        verbose_name="thème",
                    ),
                ),
                ("wording", models.CharField(max_length=300, verbose_name="engagement")),
                (
                    "frequency",
                    models.CharField(
                        choices=[
                            ("once", "une fois"),
                            ("continuous", "en continu"),
                            ("yearly", "chaque année"),
                        ],
                        default="continuous",
                        max_length=10,
                        verbose_name="rythme",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="à tenir avant le")),
                ("measure", models.CharField(blank=True, max_length=40, verbose_name="mesure")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="ordre")),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="commitments",
                        to="partners.convention",
                        verbose_name="convention",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        help_text="Vide : l’engagement est commun.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments",
                        to="partners.organisation",
                        verbose_name="partie",
                    ),
                ),
            ],
            options={
                "verbose_name": "engagement",
                "ordering": ["order", "pk"],
            },
        ),
        migrations.AddField(
            model_name="department",
            name="region",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="partners.region",
                verbose_name="région",
            ),
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="teams",
                        to="partners.organisation",
                        verbose_name="structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "équipe",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("professional", "Professionnel"),
                            ("manager", "Responsable"),
                            ("dpo", "Délégué à la protection des données"),
                            ("regional", "Équipe régionale"),
                            ("national", "Équipe nationale"),
                        ],
                        default="professional",
                        max_length=12,
                        verbose_name="rôle",
                    ),
                ),
                ("starts_on", models.DateField(default=core.clock.today, verbose_name="du")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="au")),
                (
                    "arrived_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="arrivée le"),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="retiré le"),
                ),
                (
                    "suspended_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="en sommeil depuis le"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="personne",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="partners.organisation",
                        verbose_name="structure",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="partners.team",
                        verbose_name="équipe",
                    ),
                ),
            ],
            options={
                "verbose_name": "rattachement",
            },
        ),
        migrations.CreateModel(
            name="CommitteeMeeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("held_on", models.DateField(verbose_name="date")),
                ("place", models.CharField(blank=True, max_length=120, verbose_name="lieu")),
                (
                    "agenda",
                    models.TextField(
                        blank=True,
                        help_text="Un point par ligne.",
                        max_length=2000,
                        verbose_name="ordre du jour",
                    ),
                ),
                (
                    "decisions",
                    models.TextField(
                        blank=True,
                        help_text="Une décision par ligne ; reprises à la réunion suivante.",
                        max_length=4000,
                        verbose_name="décisions",
                    ),
                ),
                ("cancelled", models.BooleanField(default=False, verbose_name="annulée")),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="meetings",
                        to="partners.committee",
                        verbose_name="comité",
                    ),
                ),
            ],
            options={
                "verbose_name": "réunion de comité",
                "verbose_name_plural": "réunions de comité",
                "ordering": ["-held_on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("committee", "held_on"),
                        name="partners_meeting_once",
                        violation_error_message="Ce comité a déjà une réunion ce jour-là.",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="committee",
            constraint=models.CheckConstraint(
                condition=models.Q(("frequency_months__gte", 1), ("frequency_months__lte", 60)),
                name="partners_committee_frequency",
                violation_error_message="Un comité se réunit tous les 1 à 60 mois.",
            ),
        ),
        migrations.AddIndex(
            model_name="designation",
            index=models.Index(fields=["organisation", "topic"], name="partners_designation_topic"),
        ),
        migrations.AddConstraint(
            model_name="designation",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("organisation_id"),
                            models.F("organisation_id"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            django.db.models.functions.comparison.Coalesce(
                                models.F("convention_id"),
                                models.Value(0),
                                output_field=models.BigIntegerField(),
                            ),
                            django.db.models.functions.comparison.Coalesce(
                                models.F("convention_id"),
                                models.Value(0),
                                output_field=models.BigIntegerField(),
                            ),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            partners.models.referents._Hash(
                                django.db.models.functions.text.Concat(
                                    models.F("topic"),
                                    models.Value("/"),
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("department_id"),
                                        models.Value(""),
                                        output_field=models.CharField(),
                                    ),
                                ),
                                models.Value(0),
                            ),
                            partners.models.referents._Hash(
                                django.db.models.functions.text.Concat(
                                    models.F("topic"),
                                    models.Value("/"),
                                    django.db.models.functions.comparison.Coalesce(
                                        models.F("department_id"),
                                        models.Value(""),
                                        output_field=models.CharField(),
                                    ),
                                ),
                                models.Value(0),
                            ),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("starts_on"),
                            models.F("ends_on"),
                            models.Value("[]"),
                            function="daterange",
                        ),
                        "&&",
                    ),
                ],
                name="partners_designation_one_lead",
                violation_error_message="Cette structure a déjà un référent pour ce sujet, cette convention et ce territoire à ces dates.",
            ),
        ),
        migrations.AddConstraint(
            model_name="designation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="partners_designation_dates",
                violation_error_message="La désignation ne peut pas finir avant de commencer.",
            ),
        ),
        migrations.AddConstraint(
            model_name="designation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("substitute__isnull", True),
                    models.Q(("substitute", models.F("user")), _negated=True),
                    _connector="OR",
                ),
                name="partners_designation_substitute",
                violation_error_message="Le suppléant est une autre personne que le référent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="designation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("absent_from__isnull", True), ("absent_until__isnull", True)),
                    models.Q(
                        ("absent_from__isnull", False),
                        ("absent_until__gte", models.F("absent_from")),
                        ("absent_until__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="partners_designation_absence",
                violation_error_message="Indiquez le début et la fin de l’absence, dans cet ordre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="conventionparty",
            constraint=models.UniqueConstraint(
                fields=("convention", "organisation"),
                name="partners_party_once",
                violation_error_message="Cette structure est déjà partie à la convention.",
            ),
        ),
        migrations.AddConstraint(
            model_name="conventionparty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("left_on__isnull", True),
                    ("joined_on__isnull", True),
                    ("left_on__gte", models.F("joined_on")),
                    _connector="OR",
                ),
                name="partners_party_dates",
                violation_error_message="Une partie ne peut pas sortir avant d’être entrée.",
            ),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(fields=["network", "level", "region"], name="partners_org_network"),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("key",),
                name="partners_organisation_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True),
                    ("starts_on__isnull", True),
                    ("ends_on__gt", models.F("starts_on")),
                    _connector="OR",
                ),
                name="partners_organisation_dates",
                violation_error_message="La structure ne peut pas cesser d’exister avant d’avoir existé.",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("level", "national"),
                    ("region__isnull", False),
                    ("department__isnull", False),
                    _connector="OR",
                ),
                name="partners_organisation_territory",
                violation_error_message="Indiquez la région ou le département de cette structure.",
            ),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True),
                    ("starts_on__isnull", True),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="partners_convention_dates",
                violation_error_message="La convention ne peut pas finir avant d’avoir pris effet.",
            ),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(("signed_on__isnull", True), ("signature_known", True), _connector="OR"),
                name="partners_convention_signature",
                violation_error_message="Une date de signature est indiquée : cochez « signature établie ».",
            ),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__isnull", True), ("end_known", True), _connector="OR"),
                name="partners_convention_end",
                violation_error_message="Une échéance est indiquée : cochez « échéance connue ».",
            ),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lapsed_on__isnull", True), models.Q(("end_reason", ""), _negated=True), _connector="OR"
                ),
                name="partners_convention_lapse_reason",
                violation_error_message="Indiquez pourquoi la convention est caduque.",
            ),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(("level", "national"), ("region__isnull", False), _connector="OR"),
                name="partners_convention_region",
                violation_error_message="Indiquez la région d’une convention régionale ou locale.",
            ),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent__isnull", True),
                    models.Q(("parent", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="partners_convention_not_own_parent",
                violation_error_message="Une convention ne peut pas se décliner elle-même.",
            ),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("predecessor__isnull", True),
                    models.Q(("predecessor", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="partners_convention_not_own_predecessor",
                violation_error_message="Une convention ne peut pas se remplacer elle-même.",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                fields=("organisation", "name"),
                name="partners_team_name",
                violation_error_message="Cette structure a déjà une équipe de ce nom.",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)),
                fields=("user", "organisation"),
                name="partners_membership_once",
                violation_error_message="Cette personne est déjà rattachée à cette structure.",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="partners_membership_dates",
                violation_error_message="Le rattachement ne peut pas finir avant de commencer.",
            ),
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_on", models.DateField(default=core.clock.today, verbose_name="absente du")),
                ("until", models.DateField(verbose_name="absente jusqu’au")),
                ("declared_at", models.DateTimeField(default=core.clock.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("designations", models.JSONField(default=list)),
            ],
            options={
                "verbose_name": "absence",
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField(default=core.clock.now)),
                ("counts", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "passation",
            },
        ),
        migrations.CreateModel(
            name="HandoverLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("subject_id", models.BigIntegerField()),
                ("successor_id", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "ligne de passation",
                "verbose_name_plural": "lignes de passation",
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254, verbose_name="adresse électronique")),
                ("first_name", models.CharField(max_length=80, verbose_name="prénom")),
                ("last_name", models.CharField(max_length=80, verbose_name="nom")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("professional", "Professionnel"),
                            ("manager", "Responsable"),
                            ("dpo", "Délégué à la protection des données"),
                            ("regional", "Équipe régionale"),
                            ("national", "Équipe nationale"),
                        ],
                        default="professional",
                        max_length=12,
                        verbose_name="rôle",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "à approuver"),
                            ("sent", "envoyée"),
                            ("accepted", "acceptée"),
                            ("refused", "refusée"),
                            ("cancelled", "annulée"),
                            ("expired", "expirée"),
                        ],
                        default="pending",
                        editable=False,
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "invited_at",
                    models.DateTimeField(default=core.clock.now, editable=False, verbose_name="invité le"),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="décidé le"),
                ),
                ("expires_at", models.DateTimeField(editable=False, verbose_name="valable jusqu’au")),
                ("token_hash", models.CharField(blank=True, editable=False, max_length=64)),
            ],
            options={
                "verbose_name": "invitation",
                "ordering": ["-invited_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="MembershipReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[("confirmed", "confirmé"), ("changed", "modifié"), ("ended", "terminé")],
                        max_length=10,
                        verbose_name="décision",
                    ),
                ),
                ("at", models.DateTimeField(default=core.clock.now)),
            ],
            options={
                "verbose_name": "revue d’un rattachement",
                "verbose_name_plural": "revues des rattachements",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="organisation",
            name="email_domains",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    max_length=120,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^(?=.{4,120}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$",
                            "Écrivez un nom de domaine en minuscules, sans « @ » : mission-locale.fr",
                        )
                    ],
                ),
                blank=True,
                default=list,
                help_text="Les seuls dont une adresse peut être invitée, séparés par des virgules. Vide : personne.",
                verbose_name="domaines de messagerie",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("revoked_at__isnull", True), ("ends_on__isnull", False), _connector="OR"),
                name="partners_membership_revoked",
                violation_error_message="Un rattachement retiré a un dernier jour.",
            ),
        ),
        migrations.AddField(
            model_name="absence",
            name="declared_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="absence",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absences",
                to="partners.membership",
                verbose_name="personne absente",
            ),
        ),
        migrations.AddField(
            model_name="absence",
            name="substitute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="remplacée par",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="done_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handovers",
                to="partners.membership",
                verbose_name="personne qui part",
            ),
        ),
        migrations.AddField(
            model_name="handoverline",
            name="handover",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="partners.handover"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="décidé par",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="invited_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="invité par",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="membership",
            field=models.OneToOneField(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitation",
                to="partners.membership",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to="partners.organisation",
                verbose_name="structure",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="partners.team",
                verbose_name="équipe",
            ),
        ),
        migrations.AddField(
            model_name="membershipreview",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="membershipreview",
            name="membership",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="partners.membership",
                verbose_name="rattachement",
            ),
        ),
        migrations.AddIndex(
            model_name="absence",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["substitute"],
                name="partners_absence_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("membership",),
                name="partners_absence_once",
                violation_error_message="Une absence de cette personne est déjà déclarée.",
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gte", models.F("starts_on"))),
                name="partners_absence_dates",
                violation_error_message="L’absence ne peut pas finir avant de commencer.",
            ),
        ),
        migrations.AddIndex(
            model_name="handoverline",
            index=models.Index(fields=["kind", "subject_id"], name="partners_handover_subject"),
        ),
        migrations.AddConstraint(
            model_name="handoverline",
            constraint=models.UniqueConstraint(
                fields=("handover", "kind", "subject_id"), name="partners_handover_line_once"
            ),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["organisation", "state"], name="partners_invitation_state"),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["pending", "sent"])),
                fields=("organisation", "email"),
                name="partners_invitation_once",
                violation_error_message="Cette personne est déjà invitée dans cette structure.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("token_hash", ""), _negated=True),
                fields=("token_hash",),
                name="partners_invitation_token",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("invited_by")), _negated=True),
                    _connector="OR",
                ),
                name="partners_invitation_second_person",
                violation_error_message="Une autre personne que celle qui invite doit décider.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["sent", "accepted", "refused"]), _negated=True),
                    ("decided_by__isnull", False),
                    _connector="OR",
                ),
                name="partners_invitation_decided",
                violation_error_message="Une invitation part quand une seconde personne l’a approuvée.",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "accepted"), ("membership__isnull", False)),
                    models.Q(models.Q(("state", "accepted"), _negated=True), ("membership__isnull", True)),
                    _connector="OR",
                ),
                name="partners_invitation_accepted",
                violation_error_message="Une invitation acceptée mène à un rattachement.",
            ),
        ),
        migrations.AddIndex(
            model_name="membershipreview",
            index=models.Index(fields=["membership", "-at"], name="partners_review_latest"),
        ),
        # What passed from hand to hand names youths and referrals by their ids.
        Protect("handoverline", visible="organisation_id = {org}", append_only=True),
    ]
