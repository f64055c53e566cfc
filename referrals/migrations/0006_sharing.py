from django.db import migrations, models

from referrals import agreements_sql, guard


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0005_under_way"),
        ("youths", "0010_agreement_links"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="sharing_stopped_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="partage arrêté le"
            ),
        ),
        migrations.RunSQL(guard.GUARD_FUNCTION, migrations.RunSQL.noop),
        migrations.RunSQL(agreements_sql.STOP_SHARING, agreements_sql.NO_STOP_SHARING),
    ]
