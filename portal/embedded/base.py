"""``ENGINE = "portal.embedded"``: Django's PostgreSQL backend, plus "the server is running"."""

import time
from typing import Any

from django.db.backends.postgresql import base

from portal.embedded.server import server

RETRIES = 10
PAUSE_SECONDS = 0.2


class DatabaseWrapper(base.DatabaseWrapper):
    """Starts the embedded server at the first connection, and again when it died since."""

    def get_connection_params(self) -> dict[str, Any]:
        """Connection parameters; the host is always the embedded server's socket."""
        return super().get_connection_params() | {"host": str(server().socket_dir)}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, after making sure that the server runs. Raises EmbeddedError when it cannot.

        A server that was just killed still has an open socket for some milliseconds: a connection that breaks
        without an answer, or finds the server busy with its start or stop, is tried again.
        """
        for _ in range(RETRIES):
            conn_params["host"] = str(server().ensure())
            try:
                return super().get_new_connection(conn_params)
            except self.Database.OperationalError as error:
                if "FATAL" in str(error) and "the database system is" not in str(error):
                    raise
                time.sleep(PAUSE_SECONDS)
        conn_params["host"] = str(server().ensure())
        return super().get_new_connection(conn_params)
