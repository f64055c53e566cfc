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
import core.validators
import partners.models.organisations
import partners.models.referents
from core import documents_sql
from core.protect import Protect
from partners import exporting_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Branch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=300, verbose_name="nom")),
                (
                    "idcc",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            max_length=4,
                            validators=[
                                django.core.validators.RegexValidator(
                                    "^[0-9]{4}$", "Un IDCC s’écrit avec quatre chiffres : 0158."
                                )
                            ],
                        ),
                        blank=True,
                        default=list,
                        help_text="Quatre chiffres chacun, séparés par des virgules. Vide : la branche n’en a pas.",
                        verbose_name="IDCC",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
            ],
            options={
                "verbose_name": "branche professionnelle",
                "verbose_name_plural": "branches professionnelles",
                "ordering": ["name"],
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
                "verbose_name": "département",
                "ordering": ["code"],
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
                ("code", models.CharField(blank=True, max_length=30, verbose_name="code d’annuaire")),
                (
                    "siret",
                    models.CharField(
                        blank=True,
                        max_length=14,
                        validators=[partners.models.organisations.validate_siret],
                        verbose_name="SIRET",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="adresse")),
                ("postcode", models.CharField(blank=True, max_length=5, verbose_name="code postal")),
                ("website", models.URLField(blank=True, verbose_name="site internet")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                (
                    "email_domains",
                    django.contrib.postgres.fields.ArrayField(
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
                "indexes": [models.Index(fields=["network", "level", "region"], name="partners_org_network")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("key",),
                        name="partners_organisation_key",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        fields=("network", "code", "department"),
                        name="partners_organisation_code",
                        nulls_distinct=False,
                        violation_error_message="Une autre structure de ce réseau porte déjà ce code dans ce département.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("starts_on__isnull", True),
                            ("ends_on__gt", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="partners_organisation_dates",
                        violation_error_message="La structure ne peut pas cesser d’exister avant d’avoir existé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("level", "national"),
                            ("region__isnull", False),
                            ("department__isnull", False),
                            _connector="OR",
                        ),
                        name="partners_organisation_territory",
                        violation_error_message="Indiquez la région ou le département de cette structure.",
                    ),
                ],
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
                                ("prescription", "Délégation de prescription (PMSMP)"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        verbose_name="thèmes",
                    ),
                ),
                ("purpose", models.TextField(blank=True, max_length=2000, verbose_name="objet")),
                (
                    "data_clause",
                    models.TextField(blank=True, max_length=2000, verbose_name="données échangées"),
                ),
                ("signed_on", models.DateField(blank=True, null=True, verbose_name="signée le")),
                ("signature_known", models.BooleanField(default=True, verbose_name="signature établie")),
                (
                    "signed_label",
                    models.CharField(
                        blank=True,
                        help_text="Par exemple : mai 2023.",
                        max_length=40,
                        verbose_name="signature, quand le jour n’est pas établi",
                    ),
                ),
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
                ("delays", models.JSONField(blank=True, default=dict, verbose_name="délais convenus")),
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
                    "steward",
                    models.ForeignKey(
                        blank=True,
                        help_text="Une personne de la structure pilote ; à défaut, ses responsables.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="suivie par",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        help_text="Elle reçoit les alertes d’échéance ; à défaut, la première partie signataire.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="led_conventions",
                        to="partners.organisation",
                        verbose_name="structure pilote",
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("starts_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="partners_convention_dates",
                        violation_error_message="La convention ne peut pas finir avant d’avoir pris effet.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signed_on__isnull", True), ("signature_known", True), _connector="OR"
                        ),
                        name="partners_convention_signature",
                        violation_error_message="Une date de signature est indiquée : cochez « signature établie ».",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__isnull", True), ("end_known", True), _connector="OR"),
                        name="partners_convention_end",
                        violation_error_message="Une échéance est indiquée : cochez « échéance connue ».",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent__isnull", True),
                            models.Q(("parent", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="partners_convention_not_own_parent",
                        violation_error_message="Une convention ne peut pas se décliner elle-même.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("predecessor__isnull", True),
                            models.Q(("predecessor", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="partners_convention_not_own_predecessor",
                        violation_error_message="Une convention ne peut pas se remplacer elle-même.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level", "national"), ("region__isnull", False), _connector="OR"),
                        name="partners_convention_region",
                        violation_error_message="Indiquez la région d’une convention régionale ou locale.",
                    ),
                ],
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("frequency_months__gte", 1), ("frequency_months__lte", 60)),
                        name="partners_committee_frequency",
                        violation_error_message="Un comité se réunit tous les 1 à 60 mois.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveSmallIntegerField(verbose_name="avenant n°")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("duree", "Durée"),
                                ("parties", "Parties"),
                                ("objet", "Objet"),
                                ("engagements", "Engagements"),
                                ("branches", "Branches"),
                                ("donnees", "Données échangées"),
                            ],
                            max_length=12,
                        ),
                        default=list,
                        verbose_name="porte sur",
                    ),
                ),
                (
                    "signed_on",
                    models.DateField(
                        blank=True,
                        help_text="Vide : pas encore signé, sans effet.",
                        null=True,
                        verbose_name="signé le",
                    ),
                ),
                ("effective_on", models.DateField(verbose_name="prend effet le")),
                ("new_ends_on", models.DateField(blank=True, null=True, verbose_name="nouvelle échéance")),
                ("new_purpose", models.TextField(blank=True, max_length=2000, verbose_name="nouvel objet")),
                (
                    "new_data_clause",
                    models.TextField(blank=True, max_length=2000, verbose_name="nouvelles données échangées"),
                ),
                ("note", models.TextField(blank=True, max_length=1000, verbose_name="note")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=core.clock.now, editable=False, verbose_name="enregistré le"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="enregistré par",
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="partners.convention",
                        verbose_name="convention",
                    ),
                ),
            ],
            options={
                "verbose_name": "avenant",
                "ordering": ["convention", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)),
                        name="partners_amendment_first",
                        violation_error_message="Les avenants se numérotent à partir de 1.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kinds__len__gte", 1)),
                        name="partners_amendment_kinds",
                        violation_error_message="Dites sur quoi porte l’avenant.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kinds__contains", ["duree"]), ("new_ends_on__isnull", False)),
                            models.Q(
                                models.Q(("kinds__contains", ["duree"]), _negated=True),
                                ("new_ends_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="partners_amendment_term",
                        violation_error_message="Un avenant de durée, et lui seul, donne une nouvelle échéance.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kinds__contains", ["objet"]), models.Q(("new_purpose", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("kinds__contains", ["objet"]), _negated=True), ("new_purpose", "")
                            ),
                            _connector="OR",
                        ),
                        name="partners_amendment_purpose",
                        violation_error_message="Un avenant d’objet, et lui seul, donne un nouvel objet.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kinds__contains", ["donnees"]),
                                models.Q(("new_data_clause", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("kinds__contains", ["donnees"]), _negated=True),
                                ("new_data_clause", ""),
                            ),
                            _connector="OR",
                        ),
                        name="partners_amendment_data",
                        violation_error_message="Un avenant sur les données, et lui seul, dit les nouvelles données échangées.",
                    ),
                    models.UniqueConstraint(
                        fields=("convention", "number"),
                        name="partners_amendment_number",
                        violation_error_message="Cette convention a déjà un avenant de ce numéro.",
                    ),
                ],
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
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("held_on", models.DateField(verbose_name="date")),
                ("starts_at", models.TimeField(blank=True, null=True, verbose_name="de")),
                ("ends_at", models.TimeField(blank=True, null=True, verbose_name="à")),
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
                ("minutes", models.TextField(blank=True, max_length=8000, verbose_name="compte rendu")),
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
                (
                    "minutes_document",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "réunion de comité",
                "verbose_name_plural": "réunions de comité",
                "ordering": ["-held_on"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled", False)),
                        fields=("committee", "held_on"),
                        name="partners_meeting_once",
                        violation_error_message="Ce comité a déjà une réunion ce jour-là.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_at__isnull", True), ("starts_at__isnull", True)),
                            models.Q(("ends_at__isnull", True), ("starts_at__isnull", False)),
                            models.Q(("ends_at__gt", models.F("starts_at")), ("starts_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="partners_meeting_hours",
                        violation_error_message="La réunion finit après avoir commencé.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommitteeMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "function",
                    models.CharField(
                        choices=[("presidence", "présidence"), ("membre", "membre"), ("invite", "invité")],
                        default="membre",
                        max_length=10,
                        verbose_name="fonction",
                    ),
                ),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="partners.committee",
                        verbose_name="comité",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="committee_seats",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="représentée par",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="committee_seats",
                        to="partners.organisation",
                        verbose_name="structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "membre du comité",
                "verbose_name_plural": "membres du comité",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("committee", "organisation", "user"),
                        name="partners_committee_member_once",
                        nulls_distinct=False,
                        violation_error_message="Ce membre siège déjà au comité.",
                    )
                ],
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
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
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
                            ("prescription", "Délégation de prescription (PMSMP)"),
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
                (
                    "target",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Pour un compte de rencontres ; vide : une.",
                        null=True,
                        verbose_name="nombre attendu par an",
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="ordre")),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments_added",
                        to="partners.amendment",
                        verbose_name="ajouté par",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments_removed",
                        to="partners.amendment",
                        verbose_name="retiré par",
                    ),
                ),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("target__isnull", True), ("target__gte", 1), _connector="OR"),
                        name="partners_commitment_target",
                        violation_error_message="Le nombre attendu est d’au moins un.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("frequency", "once"), _negated=True),
                            ("due_on__isnull", False),
                            models.Q(("measure", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="partners_commitment_due",
                        violation_error_message="Un engagement à tenir une fois, sur pièces, a une date limite.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AlertAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=30)),
                ("term", models.DateField(verbose_name="terme")),
                ("comment", models.CharField(max_length=500, verbose_name="ce qui est décidé")),
                ("answered_at", models.DateTimeField(default=core.clock.now)),
                (
                    "answered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alert_answers",
                        to="partners.convention",
                        verbose_name="convention",
                    ),
                ),
            ],
            options={
                "verbose_name": "réponse à une échéance",
                "verbose_name_plural": "réponses aux échéances",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("convention", "code", "term"),
                        name="partners_alert_answer_once",
                        violation_error_message="Cette échéance a déjà reçu une réponse.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConventionBranch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="branches_added",
                        to="partners.amendment",
                        verbose_name="ajoutée par",
                    ),
                ),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="convention_lines",
                        to="partners.branch",
                        verbose_name="branche",
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="branch_lines",
                        to="partners.convention",
                        verbose_name="convention",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="branches_removed",
                        to="partners.amendment",
                        verbose_name="retirée par",
                    ),
                ),
            ],
            options={
                "verbose_name": "branche couverte",
                "verbose_name_plural": "branches couvertes",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_by__isnull", True)),
                        fields=("convention", "branch"),
                        name="partners_branch_once",
                        violation_error_message="La convention couvre déjà cette branche.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConventionDocument",
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
                            ("signe", "Texte signé"),
                            ("avenant", "Avenant"),
                            ("annexe", "Annexe"),
                            ("decision", "Dénonciation, résiliation ou autre décision"),
                        ],
                        default="signe",
                        max_length=8,
                        verbose_name="nature",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="titre")),
                (
                    "version",
                    models.PositiveSmallIntegerField(default=1, editable=False, verbose_name="version"),
                ),
                (
                    "added_at",
                    models.DateTimeField(default=core.clock.now, editable=False, verbose_name="ajouté le"),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ajouté par",
                    ),
                ),
                (
                    "amendment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="partners.amendment",
                        verbose_name="avenant",
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="partners.convention",
                        verbose_name="convention",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "ordering": ["convention", "kind", "title", "-version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("convention", "amendment", "kind", "title", "version"),
                        name="partners_document_version",
                        nulls_distinct=False,
                        violation_error_message="Cette version du document existe déjà.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amendment__isnull", True), ("kind__in", ["avenant", "annexe"]), _connector="OR"
                        ),
                        name="partners_document_amendment",
                        violation_error_message="Le document d’un avenant est l’avenant lui-même ou une annexe.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeetingAttendance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "presence",
                    models.CharField(
                        choices=[("present", "présent"), ("excuse", "excusé"), ("absent", "absent")],
                        max_length=8,
                        verbose_name="présence",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendances",
                        to="partners.committeemeeting",
                        verbose_name="réunion",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendances",
                        to="partners.committeemember",
                        verbose_name="membre",
                    ),
                ),
            ],
            options={
                "verbose_name": "présence",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("meeting", "member"),
                        name="partners_attendance_once",
                        violation_error_message="La présence de ce membre est déjà notée.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MeetingContribution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("text", models.TextField(max_length=2000, verbose_name="contribution")),
                ("written_at", models.DateTimeField(default=core.clock.now, verbose_name="écrite le")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="écrite par",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contributions",
                        to="partners.committeemeeting",
                        verbose_name="réunion",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="committee_contributions",
                        to="partners.organisation",
                        verbose_name="structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "contribution à une réunion",
                "verbose_name_plural": "contributions à une réunion",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("meeting", "organisation"),
                        name="partners_contribution_once",
                        violation_error_message="Votre structure a déjà une contribution : modifiez-la.",
                    )
                ],
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
                            ("savoirs_de_base", "Savoirs de base"),
                            ("mobilite", "Mobilité"),
                            ("logement", "Logement"),
                            ("droits", "Accès aux droits"),
                            ("entrepreneuriat", "Création d’activité"),
                            ("culture", "Culture"),
                            ("decrochage", "Retour en formation"),
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
                "indexes": [
                    models.Index(fields=["organisation", "topic"], name="partners_designation_topic")
                ],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="partners_designation_dates",
                        violation_error_message="La désignation ne peut pas finir avant de commencer.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("substitute__isnull", True),
                            models.Q(("substitute", models.F("user")), _negated=True),
                            _connector="OR",
                        ),
                        name="partners_designation_substitute",
                        violation_error_message="Le suppléant est une autre personne que le référent.",
                    ),
                    models.CheckConstraint(
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
                ],
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
                (
                    "joined_on",
                    models.DateField(
                        blank=True,
                        help_text="Vide : depuis le début.",
                        null=True,
                        verbose_name="partie depuis le",
                    ),
                ),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="partie jusqu’au")),
                (
                    "exit_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="motif de la sortie"),
                ),
                (
                    "exit_recorded_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="sortie enregistrée le"
                    ),
                ),
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
                    "exit_recorded_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sortie enregistrée par",
                    ),
                ),
                (
                    "joined_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="joining",
                        to="partners.amendment",
                        verbose_name="entrée par l’avenant",
                    ),
                ),
                (
                    "left_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaving",
                        to="partners.amendment",
                        verbose_name="sortie par l’avenant",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="partners.conventionparty",
                        verbose_name="se substitue à",
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
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_on__isnull", True)),
                        fields=("convention", "organisation"),
                        name="partners_party_once",
                        violation_error_message="Cette structure est déjà partie à la convention.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_on__isnull", True),
                            ("joined_on__isnull", True),
                            ("left_on__gte", models.F("joined_on")),
                            _connector="OR",
                        ),
                        name="partners_party_dates",
                        violation_error_message="Une partie ne peut pas sortir avant d’être entrée.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_on__isnull", True),
                            models.Q(("exit_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="partners_party_exit_reason",
                        violation_error_message="Indiquez pourquoi cette partie sort de la convention.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_by__isnull", True), ("left_on__isnull", False), _connector="OR"
                        ),
                        name="partners_party_left_by",
                        violation_error_message="Une partie sortie par un avenant a un dernier jour.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConventionDecision",
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
                            ("a_signer", "Mise à la signature"),
                            ("suspension", "Suspension"),
                            ("reprise", "Reprise"),
                            ("denonciation", "Dénonciation"),
                            ("resiliation", "Résiliation"),
                            ("caducite", "Caducité"),
                        ],
                        max_length=12,
                        verbose_name="décision",
                    ),
                ),
                ("decided_on", models.DateField(verbose_name="décidée ou reçue le")),
                (
                    "effective_on",
                    models.DateField(
                        blank=True,
                        help_text="Premier jour concerné. Vide : le jour même ; pour une dénonciation, à la fin du préavis.",
                        null=True,
                        verbose_name="prend effet le",
                    ),
                ),
                (
                    "at_latest",
                    models.BooleanField(
                        default=False,
                        help_text="Le jour exact n’est pas établi : c’était au plus tard celui-ci.",
                        verbose_name="date au plus tard",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="motif")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=core.clock.now, editable=False, verbose_name="enregistrée le"
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="partners.convention",
                        verbose_name="convention",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="enregistrée par",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="à l’initiative de",
                    ),
                ),
            ],
            options={
                "verbose_name": "décision",
                "ordering": ["decided_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "a_signer"), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="partners_decision_reason",
                        violation_error_message="Indiquez le motif de cette décision.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_on__isnull", True),
                            ("effective_on__gte", models.F("decided_on")),
                            models.Q(("kind", "denonciation"), _negated=True),
                            _connector="OR",
                        ),
                        name="partners_decision_dates",
                        violation_error_message="La dénonciation ne peut pas prendre effet avant d’avoir été reçue.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommitteeAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("wording", models.CharField(max_length=300, verbose_name="action")),
                ("due_on", models.DateField(verbose_name="pour le")),
                (
                    "state",
                    models.CharField(
                        choices=[("a_faire", "à faire"), ("fait", "fait"), ("abandonne", "abandonné")],
                        default="a_faire",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="close le")),
                ("closing_note", models.CharField(blank=True, max_length=300, verbose_name="suite donnée")),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="actions",
                        to="partners.committee",
                        verbose_name="comité",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="committee_actions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="suivie par",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="partners.committeemeeting",
                        verbose_name="décidée à la réunion",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="committee_actions",
                        to="partners.organisation",
                        verbose_name="confiée à",
                    ),
                ),
            ],
            options={
                "verbose_name": "action de comité",
                "verbose_name_plural": "actions de comité",
                "ordering": ["due_on", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "a_faire")),
                        fields=["owner", "organisation"],
                        name="partners_action_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_on__isnull", True), ("state", "a_faire")),
                            models.Q(
                                models.Q(("state", "a_faire"), _negated=True),
                                ("closed_on__isnull", False),
                                models.Q(("closing_note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="partners_action_closed",
                        violation_error_message="Une action close a une date, et dit la suite donnée.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CommitmentNote",
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
                        choices=[("piece", "Pièce"), ("commentaire", "Commentaire")],
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
                ("text", models.TextField(max_length=1000, verbose_name="texte")),
                ("happened_on", models.DateField(verbose_name="date du fait")),
                (
                    "added_at",
                    models.DateTimeField(default=core.clock.now, editable=False, verbose_name="ajouté le"),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="retiré le"),
                ),
                (
                    "author",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="auteur",
                    ),
                ),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="partners.commitment",
                        verbose_name="engagement",
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
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "pièce ou commentaire",
                "verbose_name_plural": "pièces et commentaires",
                "ordering": ["-happened_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="partners_note_text",
                        violation_error_message="Dites en quelques mots ce que montre cette pièce.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("starts_on", models.DateField(verbose_name="fermée du")),
                (
                    "ends_on",
                    models.DateField(help_text="Dernier jour de fermeture.", verbose_name="fermée jusqu’au"),
                ),
                (
                    "label",
                    models.CharField(
                        help_text="Par exemple : congés d’été.",
                        max_length=80,
                        validators=[core.validators.validate_free_text],
                        verbose_name="nom",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closures",
                        to="partners.organisation",
                        verbose_name="structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "fermeture",
                "ordering": ["starts_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="partners_closure_dates",
                        violation_error_message="La fermeture ne peut pas finir avant de commencer.",
                    ),
                    models.UniqueConstraint(
                        fields=("organisation", "starts_on", "ends_on"),
                        name="partners_closure_once",
                        violation_error_message="Cette fermeture est déjà déclarée.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Catchment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="catchments",
                        to="partners.municipality",
                        verbose_name="commune",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="catchments",
                        to="partners.organisation",
                        verbose_name="structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "commune desservie",
                "verbose_name_plural": "communes desservies",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "municipality"),
                        name="partners_catchment_once",
                        violation_error_message="Cette structure dessert déjà cette commune.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeclaredFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=200, verbose_name="ce qui est compté")),
                ("value", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="valeur")),
                (
                    "unit",
                    models.CharField(
                        default="jeunes",
                        help_text="« % » ou un nom : jeunes, missions.",
                        max_length=20,
                        verbose_name="unité",
                    ),
                ),
                ("approximate", models.BooleanField(default=False, verbose_name="environ")),
                ("perimeter", models.CharField(max_length=120, verbose_name="périmètre")),
                ("period", models.CharField(max_length=60, verbose_name="période")),
                ("source", models.CharField(max_length=200, verbose_name="source")),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("jeunes_accompagnes", "Jeunes accompagnés par le réseau"),
                            ("alternants_suivis", "Alternants suivis par le réseau"),
                        ],
                        help_text="Vide : il est lu, c’est tout.",
                        max_length=20,
                        verbose_name="sert de dénominateur pour",
                    ),
                ),
                ("first_on", models.DateField(blank=True, null=True, verbose_name="premier jour compté")),
                ("last_on", models.DateField(blank=True, null=True, verbose_name="dernier jour compté")),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="declared_figures",
                        to="partners.convention",
                        verbose_name="convention",
                    ),
                ),
                (
                    "declared_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.organisation",
                        verbose_name="déclaré par",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        help_text="Vide : la France entière.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.region",
                        verbose_name="région",
                    ),
                ),
            ],
            options={
                "verbose_name": "chiffre déclaré",
                "verbose_name_plural": "chiffres déclarés",
                "ordering": ["convention", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("unit", "%"), _negated=True),
                            models.Q(("value__gte", 0), ("value__lte", 100)),
                            _connector="OR",
                        ),
                        name="partners_figure_share",
                        violation_error_message="Une part va de 0 à 100 %.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("subject", ""),
                            models.Q(
                                ("first_on__isnull", False),
                                ("last_on__isnull", False),
                                ("value__gt", 0),
                                models.Q(("unit", "%"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="partners_figure_denominator",
                        violation_error_message="Un dénominateur est un nombre, compté du premier au dernier jour indiqués.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_on__isnull", True),
                            ("last_on__isnull", True),
                            ("last_on__gte", models.F("first_on")),
                            _connector="OR",
                        ),
                        name="partners_figure_days",
                        violation_error_message="Le dernier jour ne peut pas précéder le premier.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Resource",
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
                            ("lien", "Lien"),
                            ("fichier", "Fichier"),
                            ("pedagogie", "Support pédagogique"),
                        ],
                        max_length=10,
                        verbose_name="nature",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="titre")),
                ("description", models.CharField(blank=True, max_length=300, verbose_name="description")),
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
                            ("prescription", "Délégation de prescription (PMSMP)"),
                        ],
                        max_length=20,
                        verbose_name="thème",
                    ),
                ),
                ("url", models.URLField(blank=True, max_length=300, verbose_name="adresse")),
                (
                    "added_at",
                    models.DateTimeField(default=core.clock.now, editable=False, verbose_name="ajoutée le"),
                ),
                (
                    "added_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resources",
                        to="partners.convention",
                        verbose_name="convention",
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
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resources",
                        to="partners.organisation",
                        verbose_name="partagée par",
                    ),
                ),
            ],
            options={
                "verbose_name": "ressource",
                "ordering": ["title", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document__isnull", True), models.Q(("url", ""), _negated=True)),
                            models.Q(("document__isnull", False), ("url", "")),
                            _connector="OR",
                        ),
                        name="partners_resource_content",
                        violation_error_message="Une ressource est une adresse ou un fichier : l’un des deux.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
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
                            ("information", "Information collective"),
                            ("ambassadeur", "Intervention d’un ambassadeur"),
                            ("visite", "Visite de centre"),
                            ("job_dating", "Job dating"),
                            ("seminaire", "Séminaire ou formation des équipes"),
                        ],
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="titre")),
                ("place", models.CharField(blank=True, max_length=160, verbose_name="lieu")),
                ("starts_at", models.DateTimeField(verbose_name="commence le")),
                ("ends_at", models.DateTimeField(verbose_name="finit le")),
                ("capacity", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="places")),
                ("description", models.TextField(blank=True, max_length=2000, verbose_name="déroulé")),
                (
                    "state",
                    models.CharField(
                        choices=[("prevue", "prévue"), ("tenue", "tenue"), ("annulee", "annulée")],
                        default="prevue",
                        max_length=8,
                        verbose_name="état",
                    ),
                ),
                (
                    "cancel_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="motif de l’annulation"),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, editable=False)),
                (
                    "commitment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="partners.commitment",
                        verbose_name="pour l’engagement",
                    ),
                ),
                (
                    "convention",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="partners.convention",
                        verbose_name="au titre de la convention",
                    ),
                ),
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
                    "organiser",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions_organised",
                        to="partners.organisation",
                        verbose_name="organisée par",
                    ),
                ),
                (
                    "partners",
                    models.ManyToManyField(
                        blank=True,
                        related_name="sessions_joined",
                        to="partners.organisation",
                        verbose_name="avec",
                    ),
                ),
            ],
            options={
                "verbose_name": "rencontre",
                "ordering": ["-starts_at", "-pk"],
                "indexes": [
                    models.Index(fields=["convention", "starts_at"], name="partners_session_convention"),
                    models.Index(fields=["starts_at", "id"], name="partners_session_when"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="partners_session_times",
                        violation_error_message="La rencontre finit après avoir commencé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("commitment__isnull", True), ("convention__isnull", False), _connector="OR"
                        ),
                        name="partners_session_commitment",
                        violation_error_message="Choisissez d’abord la convention de cet engagement.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("capacity__isnull", True), ("capacity__gte", 1), _connector="OR"),
                        name="partners_session_capacity",
                        violation_error_message="Une rencontre a au moins une place.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "annulee"), models.Q(("cancel_reason", ""), _negated=True)),
                            models.Q(models.Q(("state", "annulee"), _negated=True), ("cancel_reason", "")),
                            _connector="OR",
                        ),
                        name="partners_session_cancelled",
                        violation_error_message="Dites pourquoi la rencontre est annulée.",
                    ),
                ],
            },
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "name"),
                        name="partners_team_name",
                        violation_error_message="Cette structure a déjà une équipe de ce nom.",
                    )
                ],
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="partners_membership_dates",
                        violation_error_message="Le rattachement ne peut pas finir avant de commencer.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_at__isnull", True), ("ends_on__isnull", False), _connector="OR"
                        ),
                        name="partners_membership_revoked",
                        violation_error_message="Un rattachement retiré a un dernier jour.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on__isnull", True)),
                        fields=("user", "organisation"),
                        name="partners_membership_once",
                        violation_error_message="Cette personne est déjà rattachée à cette structure.",
                    ),
                ],
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
                (
                    "done_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handovers",
                        to="partners.membership",
                        verbose_name="personne qui part",
                    ),
                ),
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
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="partners.handover",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne de passation",
                "verbose_name_plural": "lignes de passation",
                "indexes": [models.Index(fields=["kind", "subject_id"], name="partners_handover_subject")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("handover", "kind", "subject_id"), name="partners_handover_line_once"
                    )
                ],
            },
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
                (
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "substitute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="remplacée par",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to="partners.membership",
                        verbose_name="personne absente",
                    ),
                ),
            ],
            options={
                "verbose_name": "absence",
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["substitute"],
                        name="partners_absence_standing",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("membership",),
                        name="partners_absence_once",
                        violation_error_message="Une absence de cette personne est déjà déclarée.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("starts_on"))),
                        name="partners_absence_dates",
                        violation_error_message="L’absence ne peut pas finir avant de commencer.",
                    ),
                ],
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
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="partners.membership",
                        verbose_name="rattachement",
                    ),
                ),
            ],
            options={
                "verbose_name": "revue d’un rattachement",
                "verbose_name_plural": "revues des rattachements",
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["membership", "-at"], name="partners_review_latest")],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=30, verbose_name="liste")),
                ("query", models.CharField(blank=True, max_length=500, verbose_name="filtres")),
                ("form", models.CharField(max_length=4, verbose_name="format")),
                ("reason", models.CharField(max_length=20, verbose_name="motif")),
                ("lines", models.PositiveIntegerField(verbose_name="lignes")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "attend l’accord d’un responsable"),
                            ("refused", "refusé"),
                            ("approved", "en préparation"),
                            ("ready", "prêt"),
                            ("ended", "terminé"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("created_at", models.DateTimeField(default=core.clock.now, verbose_name="demandé le")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="répondu le")),
                ("claimed_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0, verbose_name="lignes préparées")),
                (
                    "subjects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list
                    ),
                ),
                ("ready_at", models.DateTimeField(null=True, verbose_name="prêt le")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="expire le")),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("expired", "Le lien a expiré : le fichier est supprimé."),
                            ("taken_back", "La demande a été reprise par la personne qui l’avait faite."),
                            (
                                "rights",
                                "La personne qui l’a demandé ne peut plus lire cette liste : le fichier n’existe pas.",
                            ),
                            (
                                "erased",
                                "Une personne de la liste a été effacée du portail : le fichier est supprimé.",
                            ),
                            ("failed", "La préparation a échoué plusieurs fois. Demandez un nouvel export."),
                        ],
                        max_length=10,
                        verbose_name="fin",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.document",
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
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.membership",
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
                "verbose_name": "export demandé",
                "verbose_name_plural": "exports demandés",
                "indexes": [
                    models.Index(fields=["organisation", "-created_at"], name="partners_export_recent"),
                    models.Index(
                        condition=models.Q(("status", "ended"), _negated=True),
                        fields=["status", "id"],
                        name="partners_export_work",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("document__isnull", False),
                                ("expires_at__isnull", False),
                                ("status", "ready"),
                            ),
                            models.Q(
                                models.Q(("status", "ready"), _negated=True),
                                ("document__isnull", True),
                                ("subjects", []),
                            ),
                            _connector="OR",
                        ),
                        name="partners_export_file",
                        violation_error_message="Seul un export prêt a un fichier.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("user")), _negated=True),
                            _connector="OR",
                        ),
                        name="partners_export_second_person",
                        violation_error_message="Une autre personne doit répondre à cette demande.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("status", "waiting")),
                            ("status", "ended"),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("status__in", ["refused", "approved", "ready"]),
                            ),
                            _connector="OR",
                        ),
                        name="partners_export_decided",
                        violation_error_message="Cette demande attend une réponse.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "ended"), ("ending", ""), _connector="XOR"),
                        name="partners_export_ending",
                        violation_error_message="Un export terminé dit pourquoi.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["waiting", "approved"])),
                        fields=("user", "organisation", "kind", "query", "form"),
                        name="partners_export_once",
                        violation_error_message="Vous avez déjà demandé cet export.",
                    ),
                ],
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
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="décidé par",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="invité par",
                    ),
                ),
                (
                    "membership",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitation",
                        to="partners.membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
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
                "verbose_name": "invitation",
                "ordering": ["-invited_at", "-pk"],
                "indexes": [models.Index(fields=["organisation", "state"], name="partners_invitation_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["pending", "sent"])),
                        fields=("organisation", "email"),
                        name="partners_invitation_once",
                        violation_error_message="Cette personne est déjà invitée dans cette structure.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("token_hash", ""), _negated=True),
                        fields=("token_hash",),
                        name="partners_invitation_token",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("invited_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="partners_invitation_second_person",
                        violation_error_message="Une autre personne que celle qui invite doit décider.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sent", "accepted", "refused"]), _negated=True),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="partners_invitation_decided",
                        violation_error_message="Une invitation part quand une seconde personne l’a approuvée.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), ("membership__isnull", False)),
                            models.Q(
                                models.Q(("state", "accepted"), _negated=True), ("membership__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="partners_invitation_accepted",
                        violation_error_message="Une invitation acceptée mène à un rattachement.",
                    ),
                ],
            },
        ),
        # What passed from hand to hand names youths and referrals by their ids.
        Protect("handoverline", visible="organisation_id = {org}", append_only=True),
        migrations.RunSQL(
            documents_sql.brought("partners_commitmentnote", "document_id"),
            documents_sql.not_brought("partners_commitmentnote", "document_id"),
        ),
        migrations.RunSQL(
            documents_sql.brought("partners_committeemeeting", "minutes_document_id"),
            documents_sql.not_brought("partners_committeemeeting", "minutes_document_id"),
        ),
        migrations.RunSQL(
            documents_sql.brought("partners_resource", "document_id"),
            documents_sql.not_brought("partners_resource", "document_id"),
        ),
        migrations.RunSQL(
            documents_sql.brought("partners_conventiondocument", "document_id"),
            documents_sql.not_brought("partners_conventiondocument", "document_id"),
        ),
        Protect("export", visible="organisation_id = {org}"),
        migrations.RunSQL(exporting_sql.GUARD, exporting_sql.NO_GUARD),
        migrations.RunSQL(
            documents_sql.brought("partners_export", "document_id"),
            documents_sql.not_brought("partners_export", "document_id"),
        ),
    ]
