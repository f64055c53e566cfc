"""Which database login a process uses (DESIGN, "Database roles").

``app`` is the web (DML only), ``worker`` is Celery (may open a declared system scope), ``owner`` migrates.
"""

import os

PRODUCTION_LOGINS = {"app": "tu_app", "worker": "tu_worker", "owner": "tu_owner"}
_VARIABLES = {"app": "DATABASE_URL", "worker": "DATABASE_WORKER_URL", "owner": "DATABASE_OWNER_URL"}


def login_url(login: str) -> str:
    """The connection URL of a login on a managed server.

    Raises KeyError when the variable is missing: a process never falls back to a stronger login.
    """
    return os.environ[_VARIABLES[login]]
