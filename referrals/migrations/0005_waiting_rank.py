from django.db import migrations

from referrals import waiting_sql


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_thread_reading")]

    operations = [migrations.RunSQL(waiting_sql.RANK, waiting_sql.NO_RANK)]
