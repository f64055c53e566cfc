from django.db import migrations

from referrals import erasing_sql


class Migration(migrations.Migration):
    dependencies = [("referrals", "0006_sharing")]

    operations = [migrations.RunSQL(erasing_sql.FORGET_REASON, erasing_sql.NO_FORGET_REASON)]
