from django.db import migrations

from referrals import news_sql


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0003_news"),
        ("youths", "0008_granted"),
    ]

    operations = [migrations.RunSQL(news_sql.GRANTED, migrations.RunSQL.noop)]
