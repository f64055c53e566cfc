"""Django's production checks (``check --deploy``), with an environment like that of a server.

The checks look at the version of the database, hence a real one: that of the tests, reached by its socket.
"""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.embedded.server import VOLATILE_CONF, Server  # noqa: E402


def main() -> int:
    """Run the checks; returns their exit code, 1 as soon as there is a warning."""
    var = Path(os.environ.get("PORTAL_VAR") or ROOT / "var").resolve()
    folder = Server(var / "test" / "pg", VOLATILE_CONF).ensure()
    environment = os.environ | {
        "DATABASE_URL": f"postgres://tu_app@/{quote(str(folder))}/portal",
        "CELERY_BROKER_URL": "redis://redis.example:6379/0",
        "SECRET_KEY": "for-this-check-only-" + "".join(map(chr, range(ord("A"), ord("z")))),
        "ALLOWED_HOSTS": "portail.example",
        "EMAIL_URL": "smtp+tls://account:secret@smtp.example:587",
        "PORTAL_URL": "https://portail.example",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_LOGIN": "app",
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
