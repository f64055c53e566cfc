"""The web server, in service and in the demo (gunicorn reads this file by itself; the command line has the last word).

What it refuses on its own (a request line or headers beyond these sizes, contradictory lengths, an unknown
transfer coding) never reaches the portal; the size of a body is the portal's business (MAX_BODY_BYTES).
"""

import os

limit_request_line = 4_094
limit_request_fields = 60
limit_request_field_size = 8_190
timeout = 60
graceful_timeout = 20
# A process is replaced from time to time: what a library leaks never adds up. Not all of them at once.
max_requests = 10_000
max_requests_jitter = 1_000
# Only the proxy of this machine says that the visitor came over HTTPS; the portal reads that header itself.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")

if os.environ.get("DATABASE_URL"):
    logconfig_dict = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "core.logs.JsonFormatter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
            "gunicorn.access": {"handlers": [], "propagate": False},
        },
    }
