import django.db.models.deletion
from django.db import migrations, models

from core.protect import Protect


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("referrals", "0006_attendance"),
    ]

    operations = [
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
        Protect("directcount", visible="organisation_id = {org}"),
    ]
