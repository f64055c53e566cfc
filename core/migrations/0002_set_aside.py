from django.db import migrations, models

from core import outbox_sql as sql


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SetAside",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="message")),
                ("attempts", models.PositiveSmallIntegerField(verbose_name="essais")),
                ("last_error", models.CharField(max_length=200, verbose_name="erreur")),
                ("created_at", models.DateTimeField(verbose_name="demandé le")),
                ("quarantined_at", models.DateTimeField(verbose_name="mis de côté le")),
            ],
            options={
                "verbose_name": "message mis de côté",
                "verbose_name_plural": "messages mis de côté",
                "db_table": "core_setaside",
                "managed": False,
            },
        ),
        migrations.RunSQL(sql.ADMINISTERS, sql.NOBODY_ADMINISTERS),
        migrations.RunSQL(sql.SET_ASIDE, sql.NOT_SET_ASIDE),
        migrations.RunSQL(sql.RETRY, sql.NO_RETRY),
    ]
