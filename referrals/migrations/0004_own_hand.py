from django.db import migrations, models

from referrals import own_hand_sql


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_counting"), ("youths", "0004_own_hand")]

    operations = [
        migrations.AddField(
            model_name="attendance",
            name="merged_from",
            field=models.BigIntegerField(editable=False, null=True, verbose_name="dossier fusionné"),
        ),
        migrations.RemoveConstraint(model_name="attendance", name="referrals_attendance_once"),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("merged_from__isnull", True)),
                fields=("session", "youth", "organisation"),
                name="referrals_attendance_once",
                violation_error_message="Ce jeune est déjà convoqué à cette rencontre.",
            ),
        ),
        migrations.RunSQL(own_hand_sql.SIGNED, own_hand_sql.NOT_SIGNED),
        migrations.RunSQL(own_hand_sql.REQUESTS, own_hand_sql.NO_REQUESTS),
        migrations.RunSQL(own_hand_sql.MERGED, own_hand_sql.NOT_MERGED),
        migrations.RunSQL(own_hand_sql.THREE_LINKS, own_hand_sql.NO_LIMIT),
    ]
