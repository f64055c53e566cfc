from django.db import migrations

from youths import own_hand_sql


class Migration(migrations.Migration):
    dependencies = [("youths", "0003_contact_changed")]

    operations = [
        migrations.RunSQL(own_hand_sql.FUNCTION, own_hand_sql.NO_FUNCTION),
        migrations.RunSQL(own_hand_sql.SIGNED, own_hand_sql.NOT_SIGNED),
    ]
