"""Settings of the tests: the same code, on a cluster of its own that need not survive a power cut."""

import os

from portal.settings import *  # noqa: F403
from portal.settings import MIDDLEWARE, PORTAL_VAR, PREPARED, PUBLISHER, STORAGES

EMBEDDED = True
DEMO = True
# Tests of sign-in turn it on; a session that is forced open has no second factor.
MFA_REQUIRED = False
SECRET_KEY = "tests-only-" + "x" * 50
# Processes that share the tests (pytest -n) share nothing else: each has its folder and its cluster.
PORTAL_VAR = PORTAL_VAR / "test" / os.environ.get("PYTEST_XDIST_WORKER", "main")
EMBEDDED_ROOT = PORTAL_VAR / "pg"
EMBEDDED_CONF = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Created and migrated by the owner; the harness then runs every test as the web's login.
DATABASES = {
    "default": {
        "ENGINE": "portal.embedded",
        "NAME": "portal",
        "USER": "tu_owner",
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"application_name": "portal-test"} | PREPARED,
    }
}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# WhiteNoise scans the static files for each test client: 0.2 s a test.
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PRIVATE_FILES = PORTAL_VAR / "documents"
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
CELERY_TASK_ALWAYS_EAGER = True
PUBLISHER = PUBLISHER | {"security": "securite@portail.example"}
