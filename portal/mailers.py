"""``EMAIL_URL`` as Django's ``MAILERS``."""

from pathlib import Path
from typing import Any

import environ


def mailers(url: str, folder: Path) -> dict[str, dict[str, Any]]:
    """The mailers of the portal: SMTP from a URL, else files in ``folder`` (the embedded demo sends nothing)."""
    if not url:
        return {
            "default": {
                "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "OPTIONS": {"file_path": str(folder)},
            }
        }
    parsed = environ.Env.email_url_config(url)
    options = {
        "host": parsed["EMAIL_HOST"],
        "port": parsed["EMAIL_PORT"] or 25,
        "username": parsed["EMAIL_HOST_USER"] or "",
        "password": parsed["EMAIL_HOST_PASSWORD"] or "",
        "use_tls": parsed.get("EMAIL_USE_TLS", False),
        "use_ssl": parsed.get("EMAIL_USE_SSL", False),
        "timeout": 20,
    }
    return {"default": {"BACKEND": parsed["EMAIL_BACKEND"], "OPTIONS": options}}
