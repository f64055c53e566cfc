from django.db import migrations

from notifications import mail_sql


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("core", "0002_outbox_of_the_web")]

    operations = [migrations.RunSQL(mail_sql.LAST, mail_sql.NO_LAST)]
