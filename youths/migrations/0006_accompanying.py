import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
import youths.models.accompaniment
from core.protect import Protect
from youths import accompanying_sql


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("youths", "0005_rights"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            ],
            options={
                "verbose_name": "invitation à accompagner",
                "verbose_name_plural": "invitations à accompagner",
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
            ],
            options={
                "verbose_name": "personne habilitée",
                "verbose_name_plural": "personnes habilitées",
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
            ],
            options={
                "verbose_name": "frein réservé",
                "verbose_name_plural": "freins réservés",
            },
        ),
        migrations.RemoveField(
            model_name="accompaniment",
            name="aspect",
        ),
        migrations.AddField(
            model_name="accompaniment",
            name="aspects",
            field=django.contrib.postgres.fields.ArrayField(
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
        migrations.AddField(
            model_name="accompaniment",
            name="reason",
            field=models.CharField(
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
        migrations.AddField(
            model_name="privatenote",
            name="happened_on",
            field=models.DateField(default=core.clock.today, verbose_name="date du fait"),
        ),
        migrations.AddField(
            model_name="privatenote",
            name="kind",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="accompaniment",
            name="end_reason",
            field=models.CharField(
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
                    ("objection", "le jeune s’y oppose"),
                ],
                max_length=40,
                verbose_name="fin",
            ),
        ),
        migrations.AddIndex(
            model_name="youth",
            index=models.Index(fields=["last_contact_on"], name="youths_last_contact"),
        ),
        migrations.AddConstraint(
            model_name="accompaniment",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="accompaniment",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="accompaniment",
            constraint=models.CheckConstraint(
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
                                "objection",
                            ],
                        ),
                        ("ended_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="youths_accompaniment_end_reason",
                violation_error_message="Un accompagnement qui se termine dit pourquoi.",
            ),
        ),
        migrations.AddField(
            model_name="accompanimentinvitation",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="+",
                to="youths.agreement",
                verbose_name="accord du jeune",
            ),
        ),
        migrations.AddField(
            model_name="accompanimentinvitation",
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
            model_name="accompanimentinvitation",
            name="from_organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
            ),
        ),
        migrations.AddField(
            model_name="accompanimentinvitation",
            name="invited",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="accompanimentinvitation",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="youths.accompaniment"
            ),
        ),
        migrations.AddField(
            model_name="accompanimentinvitation",
            name="sent_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="accompanimentinvitation",
            name="to_organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.organisation"
            ),
        ),
        migrations.AddField(
            model_name="accompanimentinvitation",
            name="youth",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="invitations",
                to="youths.youth",
            ),
        ),
        migrations.AddField(
            model_name="entitledperson",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="entitledperson",
            name="given_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="entitledperson",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
            ),
        ),
        migrations.AddField(
            model_name="entitledperson",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="restrictedobstacle",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="restrictedobstacle",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.organisation"
            ),
        ),
        migrations.AddField(
            model_name="restrictedobstacle",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="restrictedobstacle",
            name="youth",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="youths.youth",
            ),
        ),
        migrations.AddIndex(
            model_name="accompanimentinvitation",
            index=models.Index(fields=["youth", "-sent_at"], name="youths_invitation_youth"),
        ),
        migrations.AddIndex(
            model_name="accompanimentinvitation",
            index=models.Index(
                condition=models.Q(("state", "pending")), fields=["sent_at"], name="youths_invitation_pending"
            ),
        ),
        migrations.AddConstraint(
            model_name="accompanimentinvitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "pending")),
                fields=("youth", "to_organisation"),
                name="youths_one_invitation",
                violation_error_message="Cette structure est déjà invitée pour ce jeune.",
            ),
        ),
        migrations.AddConstraint(
            model_name="accompanimentinvitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_organisation", models.F("to_organisation")), _negated=True),
                name="youths_invitation_other_side",
                violation_error_message="Une structure n’invite pas la sienne.",
            ),
        ),
        migrations.AddConstraint(
            model_name="accompanimentinvitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("state", "pending")),
                    models.Q(models.Q(("state", "pending"), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="youths_invitation_answered",
                violation_error_message="Une invitation close a une date.",
            ),
        ),
        migrations.AddConstraint(
            model_name="accompanimentinvitation",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="accompanimentinvitation",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="entitledperson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("organisation", "user", "subject"),
                name="youths_entitled_once",
                violation_error_message="Cette personne est déjà habilitée.",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitledperson",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject__in", ["SANTE", "JUSTICE"])),
                name="youths_entitled_subject",
                violation_error_message="Cet objet n’existe pas.",
            ),
        ),
        migrations.AddConstraint(
            model_name="restrictedobstacle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_on__isnull", True)),
                fields=("youth", "organisation", "code"),
                name="youths_restricted_once",
                violation_error_message="Ce frein est déjà noté.",
            ),
        ),
        migrations.AddConstraint(
            model_name="restrictedobstacle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_by__isnull", True), ("closed_on__isnull", True)),
                    models.Q(("closed_by__isnull", False), ("closed_on__gte", models.F("since"))),
                    _connector="OR",
                ),
                name="youths_restricted_closed",
                violation_error_message="Un frein ne peut pas être levé avant d’avoir été noté.",
            ),
        ),
        migrations.AddConstraint(
            model_name="restrictedobstacle",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__in", ["SANTE", "JUSTICE"])),
                name="youths_restricted_code",
                violation_error_message="Ce code n’existe pas.",
            ),
        ),
        migrations.RunSQL(accompanying_sql.ENTITLED, accompanying_sql.NOT_ENTITLED),
        # Nothing wrote an aspect before: every link was for the whole path, as the new column says.
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
        migrations.RunSQL(accompanying_sql.NOTE_DAYS, migrations.RunSQL.noop),
        migrations.RunSQL(accompanying_sql.NEWS, accompanying_sql.NO_NEWS),
        migrations.RunSQL(accompanying_sql.TASKS, accompanying_sql.NO_TASKS),
    ]
