import datetime

import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0001_initial"),
        ("referrals", "0012_breaches"),
        ("youths", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="suspended_on",
            field=models.DateField(blank=True, null=True, verbose_name="suspendue le"),
        ),
        migrations.AddField(
            model_name="referral",
            name="suspended_until",
            field=models.DateField(blank=True, null=True, verbose_name="suspendue jusqu’au"),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("suspended_on__isnull", True), ("suspended_until__isnull", True)),
                    models.Q(
                        ("state", "started"),
                        ("suspended_until__gt", models.F("suspended_on")),
                        (
                            "suspended_until__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("suspended_on"), "+", models.Value(datetime.timedelta(days=90))
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="referrals_suspension",
                violation_error_message="Une suspension a un terme, dans les 90 jours.",
            ),
        ),
    ]
