"""The questions of the programmes, told to the database: what a link answers is one of them, whatever is sent to it."""

from typing import Any

from django.apps import apps as installed
from django.db import connection
from psycopg import sql

from referrals import programmes

_FUNCTION = """
CREATE OR REPLACE FUNCTION tu_opinion_known(of_programme text, question text, answer text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp
RETURN of_programme || '/' || question || '/' || answer = ANY ({known}::text[]);
"""


def answers() -> list[str]:
    """Every answer that may be given: programme, question and answer, in codes."""
    return [
        f"{programme.code}/{item.code}/{answer}"
        for programme in programmes.all()
        for item in programme.opinion
        for answer, _ in item.choices
    ]


def sync(apps: Any = installed, **kwargs: Any) -> None:
    """Write the code's questions into the database (after each migration, as the owner).

    ``apps``: what the migration leaves; a room that was undone has no table.
    """
    if "opinioncount" not in apps.all_models["referrals"]:
        return
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_FUNCTION).format(known=sql.Literal(answers())))
