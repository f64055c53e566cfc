import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.clock
from core.protect import Protect
from referrals import erasing_sql

_ITS_REFERRAL = "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("referrals", "0001_initial"),
        ("youths", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            ],
            options={
                "verbose_name": "préparation",
            },
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("state", "started")),
                fields=["programme", "planned_end_on"],
                name="referrals_ending",
            ),
        ),
        migrations.AddField(
            model_name="preparation",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.organisation"
            ),
        ),
        migrations.AddField(
            model_name="preparation",
            name="recorded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="preparation",
            name="referral",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="preparations",
                to="referrals.referral",
            ),
        ),
        migrations.AddConstraint(
            model_name="preparation",
            constraint=models.UniqueConstraint(
                fields=("referral", "code"), name="referrals_preparation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="preparation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["todo", "done", "not_needed"])),
                name="referrals_preparation_state",
                violation_error_message="Cet état n’existe pas.",
            ),
        ),
        # Each side writes its own, and nothing more once the sharing is stopped.
        Protect(
            "preparation",
            visible=_ITS_REFERRAL,
            writable="organisation_id = {org} AND EXISTS (SELECT 1 FROM referrals_referral r"
            " WHERE r.id = referral_id AND r.sharing_stopped_at IS NULL)",
        ),
        migrations.RunSQL(erasing_sql.FORGET_STEP, erasing_sql.NO_FORGET_STEP),
    ]
