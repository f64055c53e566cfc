"""Health of one container, for the container engine: exit code 0 when it works.

``python -P portal/healthcheck.py web|worker|beat``. The web is asked over HTTP without loading Django, which
would cost two seconds of processor at each check.
"""

import http.client
import os
import socket
import sys
from pathlib import Path

TIMEOUT_SECONDS = 4
PING_SECONDS = 5


def web() -> bool:
    """The web process answers 200 to ``/sante/prete`` (degraded included: it serves pages)."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=TIMEOUT_SECONDS
    )
    # The name of the site, or the portal would refuse the request.
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*") or "127.0.0.1"
    try:
        connection.request("GET", "/sante/prete", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker() -> bool:
    """The worker of this machine answers a ping sent through the broker."""
    from portal.celery import app

    name = f"celery@{socket.gethostname()}"
    return bool(app.control.ping(destination=[name], timeout=PING_SECONDS))


def beat() -> bool:
    """The last sign of life that beat asked for, and that a worker wrote, is recent."""
    import django

    django.setup()
    from portal.health import BEAT_LATE, heartbeat_state

    return heartbeat_state("beat", BEAT_LATE) == "ok"


def main(argv: list[str]) -> int:
    """Run the check named by the argument; returns the exit code."""
    checks = {"web": web, "worker": worker, "beat": beat}
    if len(argv) != 2 or argv[1] not in checks:
        print("usage: healthcheck.py web|worker|beat", file=sys.stderr)
        return 2
    if argv[1] != "web":
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        os.environ.setdefault("PORTAL_LOGIN", "worker")
    return 0 if checks[argv[1]]() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
