"""Which tables hold youths, and how to ask the catalogue of the database."""

from django.apps import apps
from django.db import connection

from tests.access.probing import leads_to_a_youth

HOLDS_YOUTHS = sorted(model._meta.db_table for model in apps.get_models() if leads_to_a_youth(model))
# Ids only, but of people and of what happens to them.
HOLDS_TRACES = [
    "core_alert",
    "core_auditentry",
    "core_change",
    "core_openedfile",
    "core_outboxmessage",
    "core_task",
    "notifications_notification",
]
APPEND_ONLY = ["core_auditentry", "core_change", "referrals_message", "referrals_referralevent"]
FROM_THE_CODE = ["django_migrations", "referrals_transition"]


def rows(statement: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def value(statement: str, *values):
    return rows(statement, *values)[0][0]
