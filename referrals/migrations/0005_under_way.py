from django.db import migrations

from referrals import guard


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0004_granted"),
        ("youths", "0009_merging"),
    ]

    operations = [migrations.RunSQL(guard.UNDER_WAY, guard.NOTHING_UNDER_WAY)]
