from django.db import migrations

from referrals import agreements_sql


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0001_initial"),
        ("youths", "0004_agreements"),
    ]

    operations = [
        migrations.RunSQL(agreements_sql.SENT_UNDER_AGREEMENT, agreements_sql.NOT_SENT_UNDER_AGREEMENT),
    ]
