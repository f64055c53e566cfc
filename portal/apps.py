from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created

# How many statements a connection keeps planned. The pages have about two hundred, asked for in turn: with
# psycopg's hundred, each would be forgotten before it comes back.
STATEMENTS_KEPT = 400


def keep_statements(connection: Any, **kwargs: Any) -> None:
    """Let a new connection keep the statements of all pages."""
    connection.connection.prepared_max = STATEMENTS_KEPT


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portail"

    def ready(self) -> None:
        from core.hooks import demo_people, todo_counts
        from portal import checks as checks
        from portal import waiting

        connection_created.connect(keep_statements)
        todo_counts.provide(waiting.told)
        if settings.DEMO:
            from portal.demo import accounts

            demo_people.provide(accounts)
