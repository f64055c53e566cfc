import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

import youths.models.record
from youths import search_sql


class Migration(migrations.Migration):
    dependencies = [
        ("youths", "0002_decisions"),
    ]

    operations = [
        migrations.RunSQL(search_sql.WORDS, search_sql.NO_WORDS),
        migrations.RemoveIndex(model_name="youth", name="youths_by_first_name"),
        migrations.RemoveField(model_name="youth", name="search_first"),
        migrations.AddField(
            model_name="youth",
            name="search_words",
            field=models.GeneratedField(
                db_persist=True,
                expression=youths.models.record.SearchWords(
                    models.F("held_by"),
                    models.F("registered_with"),
                    models.F("last_name"),
                    models.F("first_name"),
                    models.F("file_number"),
                    models.F("phone"),
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex(
            model_name="youth",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["search_words"], name="youths_by_words"
            ),
        ),
        migrations.RunSQL(search_sql.FIND, search_sql.NO_FIND),
    ]
