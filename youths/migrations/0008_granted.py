from django.db import migrations

from youths import accompanying_sql


class Migration(migrations.Migration):
    dependencies = [("youths", "0007_saved_filters")]

    operations = [migrations.RunSQL(accompanying_sql.GRANTED, accompanying_sql.NOT_GRANTED)]
