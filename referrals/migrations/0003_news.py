from django.db import migrations

from referrals import news_sql


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0002_agreements"),
        ("youths", "0006_accompanying"),
    ]

    operations = [
        migrations.RunSQL(news_sql.NEWS, news_sql.NO_NEWS),
        migrations.RunSQL(news_sql.OPEN, news_sql.NOT_OPEN),
    ]
