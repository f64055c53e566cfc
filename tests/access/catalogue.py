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
    "notifications_digest",
    "notifications_mute",
    "notifications_notification",
    "partners_export",
]
APPEND_ONLY = [
    "core_auditentry",
    "core_change",
    "referrals_referralevent",
    "reporting_figurecomment",
    "reporting_fundingfile",
    "reporting_fundingrun",
]
# What was written stays: the web changes a few columns of these, and deletes nothing.
BY_COLUMN = {
    "referrals_attendance": {"state", "noted_by_id", "noted_at"},
    "referrals_breach": {"closing", "closed_by_id", "closed_at", "referent_id"},
    "referrals_message": {"document_id", "withdrawn_at", "withdrawn_as"},
    "referrals_referralnote": {"withdrawn_at"},
    "referrals_threadreading": {"seen_at"},
    "referrals_preparation": {"state", "recorded_by_id", "at"},
    "referrals_moverequest": {"answer", "answered_by_id", "answered_for_id", "answered_at"},
    "youths_accompanimentinvitation": {"state", "declining", "answered_by_id", "answered_at"},
    "youths_agreementrequest": {"mailed_at", "cancelled_at"},
    "referrals_youthlink": {"mailed_at", "cancelled_at"},
    "referrals_digitalcheck": set(),
    "youths_disposal": {"answer", "duty", "answered_by_id", "answered_at"},
    "youths_agreement": {
        "representative_informed_on", "representative_signed_on", "emancipated",
        "withdrawn_at", "withdrawn_how", "withdrawn_by_id", "withdrawn_for_id",
    },
    "youths_journalentry": {"withdrawn_at"},
    # Written by the functions of the database alone.
    "youths_merge": set(),
    "youths_reach": set(),
    "youths_transfer": set(),
    "youths_nextstep": {
        "agreed_for_id", "agreed_by_id", "agreed_at", "closing", "closed_for_id", "closed_at",
    },
    "youths_obstacle": {"taken_by_id", "closing", "closed_on"},
    "youths_obstaclestep": set(),
    "youths_privatenote": {"withdrawn_at"},
    "youths_restrictedobstacle": {"closed_on", "closed_by_id"},
    "youths_retentionnotice": {"kept_until", "kept_reason", "kept_by_id"},
    "youths_rightsrequest": {
        "due_on", "extension_reason", "state", "answer", "answered_on", "handled_by_id", "gathering",
    },
    "youths_situation": {"until"},
    "referrals_workplacement": {
        "version", "followed_by_id", "host_siret", "host_name", "trade", "tutor_name", "tutor_role", "purpose",
        "starts_on", "ends_on", "schedule", "planned_minutes", "representative_informed_on", "emancipated", "state",
        "signed_on", "external_id", "to_check", "exception_reason", "cancel_reason", "closed_at", "last_day_on",
        "done_minutes", "suite", "suite_on", "youth_view", "youth_comment", "prescriber", "delegated", "delegation_id",
    },
}  # fmt: skip
# Of these, whoever wrote a row may take it back: nobody else can.
TAKEN_BACK = {"referrals_attendance"}
FROM_THE_CODE = ["django_migrations", "referrals_transition"]


def rows(statement: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def value(statement: str, *values):
    return rows(statement, *values)[0][0]
