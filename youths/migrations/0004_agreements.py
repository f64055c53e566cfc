import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import youths.models.agreements
from youths.agreements import sql


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("youths", "0003_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="emancipated",
            field=models.BooleanField(default=False, verbose_name="mineur émancipé"),
        ),
        migrations.AddField(
            model_name="agreement",
            name="expires_on",
            field=models.DateField(
                default=youths.models.agreements.in_a_year, verbose_name="valable jusqu’au"
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="informed",
            field=models.CharField(
                choices=[
                    ("read_aloud", "je lui ai lu ce texte"),
                    ("handed", "je lui ai remis ce texte"),
                    ("link", "texte lu par son lien personnel"),
                ],
                default="read_aloud",
                max_length=12,
                verbose_name="informé",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="agreement",
            name="representative_informed_on",
            field=models.DateField(blank=True, null=True, verbose_name="représentant légal informé le"),
        ),
        migrations.AddField(
            model_name="agreement",
            name="representative_signed_on",
            field=models.DateField(blank=True, null=True, verbose_name="signé par le représentant légal le"),
        ),
        migrations.AddField(
            model_name="agreement",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                verbose_name="retrait noté par",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="withdrawn_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                verbose_name="retrait noté pour",
                to="partners.organisation",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="withdrawn_how",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="agreement",
            name="channel",
            field=models.CharField(
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
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_for", models.F("recipient")), _negated=True),
                name="youths_agreement_two_sides",
                violation_error_message="Un accord est donné pour une autre structure.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_on__gte", models.F("given_on"))),
                name="youths_agreement_dates",
                violation_error_message="Un accord ne peut pas finir avant d’être donné.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("informed__in", ["read_aloud", "handed", "link"])),
                name="youths_agreement_informed",
                violation_error_message="Dites comment le jeune a été informé.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("withdrawn_at__isnull", True), ("withdrawn_for__isnull", True), ("withdrawn_how", "")
                    ),
                    models.Q(("withdrawn_at__isnull", False), models.Q(("withdrawn_how", ""), _negated=True)),
                    _connector="OR",
                ),
                name="youths_agreement_withdrawn",
                violation_error_message="Dites comment l’accord a été retiré.",
            ),
        ),
        migrations.RunSQL(sql.GIVEN, sql.NOT_GIVEN),
    ]
