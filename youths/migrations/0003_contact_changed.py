from django.db import migrations, models

from youths import contact_sql


class Migration(migrations.Migration):
    dependencies = [("youths", "0002_walking")]

    operations = [
        migrations.AddField(
            model_name="youth",
            name="contact_changed_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="coordonnées changées le"),
        ),
        migrations.RunSQL(contact_sql.CHANGED, contact_sql.NOT_CHANGED),
    ]
