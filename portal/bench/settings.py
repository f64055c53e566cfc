"""Settings of the server that the bench measures: those of production, on the database of the bench."""

import os

from portal.settings import *  # noqa: F403
from portal.settings import DATABASES, MIDDLEWARE, PORTAL_VAR, TRAIL_LIMITS

DEBUG = False
DEMO = False
DATABASES["default"]["NAME"] = os.environ["PORTAL_BENCH_DATABASE"]
DATABASES["default"]["USER"] = os.environ["PORTAL_BENCH_USER"]
PRIVATE_FILES = PORTAL_VAR / "bench" / DATABASES["default"]["NAME"]
MIDDLEWARE = ["portal.bench.counting.CountingMiddleware", *MIDDLEWARE]
ROOT_URLCONF = "portal.bench.urls"
# The bench asks for the same pages far more often than a person does.
TRAIL_LIMITS |= {"files_day": 10**9, "names_day": 10**9}
