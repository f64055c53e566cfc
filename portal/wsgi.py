"""WSGI entry point: ``gunicorn portal.wsgi``. The web connects with the login that owns nothing."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("PORTAL_LOGIN", "app")

application = get_wsgi_application()

from portal.checks import refuse_to_start  # noqa: E402 - once the rooms are there

refuse_to_start()
