"""Signs of life for whoever watches the servers: JSON, without sign-in, and without anything worth hiding.

``/sante/vivante`` says that the process answers (restart it otherwise). ``/sante/prete`` says whether to send
it visitors: 200 "ok" or "degraded" (something to repair, but pages work), 503 when they cannot.
"""

from datetime import timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import clock
from core.models import Heartbeat
from core.views import without_scope

# The beat writes every 30 s: two missed signs of life, and some slack for a busy machine.
BEAT_LATE = timedelta(seconds=90)
SEAL_LATE = timedelta(minutes=5)
OUTBOX_LATE = timedelta(minutes=5)
DATABASE_TIMEOUT = "2s"
BROKER_TIMEOUT_SECONDS = 0.5

_migrations_applied = False


@never_cache
@without_scope
@login_not_required
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is looked at."""
    return JsonResponse({"status": "ok"})


@never_cache
@without_scope
@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve pages, and what is out of order behind it."""
    checks = {
        "database": "down",
        "migrations": "unknown",
        "beat": "unknown",
        "outbox": "unknown",
        "seal": "unknown",
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [DATABASE_TIMEOUT])
            checks["migrations"] = "ok" if _are_migrations_applied() else "missing"
            if checks["migrations"] == "ok":
                checks["beat"] = heartbeat_state("beat", BEAT_LATE)
                checks["outbox"] = heartbeat_state("outbox", OUTBOX_LATE)
                checks["seal"] = heartbeat_state("seal", SEAL_LATE)
        checks["database"] = "ok"
    except DatabaseError:
        connection.close()
    checks["broker"] = _broker()
    if checks["database"] != "ok" or checks["migrations"] != "ok":
        status = "unavailable"
    else:
        status = "ok" if set(checks.values()) == {"ok"} else "degraded"
    response = JsonResponse(
        {"status": status, "checks": checks}, status=503 if status == "unavailable" else 200
    )
    if response.status_code == 503:
        response["Retry-After"] = "5"
    return response


def _are_migrations_applied() -> bool:
    """Whether the database has every migration of this code. Asked again until the answer is yes."""
    global _migrations_applied
    if not _migrations_applied:
        loader = MigrationLoader(connection)
        _migrations_applied = loader.applied_migrations.keys() >= loader.graph.nodes.keys()
    return _migrations_applied


def heartbeat_state(name: str, limit: timedelta) -> str:
    """How recent a heartbeat is. "outbox": the moment up to which the worker has delivered everything;
    "seal": that up to which the trail is sealed."""
    at = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    if at is None:
        return "unknown"
    return "ok" if clock.now() - at <= limit else "late"


def _broker() -> str:
    """Whether Redis answers; the transport by files needs no server. A hung Redis costs half a second."""
    url = settings.CELERY_BROKER_URL
    if not url.startswith(("redis://", "rediss://")):
        return "ok"
    try:
        with redis.Redis.from_url(
            url,
            socket_timeout=BROKER_TIMEOUT_SECONDS,
            socket_connect_timeout=BROKER_TIMEOUT_SECONDS,
            retry=None,
        ) as client:
            client.ping()
    except redis.RedisError:
        return "down"
    return "ok"
