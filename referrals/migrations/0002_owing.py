"""Who owes what became of a youth keeps the name and the question (ADR 0035)."""

from django.db import migrations

from referrals import owing_sql


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]

    operations = [migrations.RunSQL(owing_sql.OWING, owing_sql.NOTHING_OWED)]
