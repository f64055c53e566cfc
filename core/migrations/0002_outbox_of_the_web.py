from django.db import migrations

from core import outbox_sql


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunSQL(outbox_sql.OF_THE_WEB, outbox_sql.NOT_OF_THE_WEB)]
