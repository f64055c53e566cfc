"""Settings of the portal, read from the environment (all optional: with none, the embedded demo runs)."""

import os
from pathlib import Path
from typing import Any

import environ
from django.utils.csp import CSP

from portal.logins import PRODUCTION_LOGINS, login_url
from portal.mailers import mailers

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- What this process is -------------------------------------------------------------------
PORTAL_VAR = Path(env("PORTAL_VAR", default=str(BASE_DIR / "var"))).resolve()
PORTAL_LOGIN = env("PORTAL_LOGIN", default="app")
EMBEDDED = not env("DATABASE_URL", default="")
DEBUG = env.bool("DEBUG", default=False)
# The demo's one-click sign-in and its ribbon: only ever with the embedded database.
DEMO = EMBEDDED and env.bool("PORTAL_DEMO", default=True)

if EMBEDDED:
    SECRET_KEY = env("SECRET_KEY", default="demo-only-" + "x" * 50)
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
else:
    SECRET_KEY = env("SECRET_KEY")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
# Seal the trail. The first one seals, all of them verify: an old key stays as long as its seals.
SEAL_KEYS = env.list("SEAL_KEYS", default=[SECRET_KEY])
# Former keys, while what they signed or encrypted is still in use.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Rooms, from the roof to the ground -----------------------------------------------------
INSTALLED_APPS = [
    "portal",
    "reporting",
    "referrals",
    "youths",
    "partners",
    "notifications",
    "accounts",
    "core",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_filters",
    "crispy_forms",
    "crispy_bootstrap5",
    "import_export",
]

MIDDLEWARE = [
    "core.request_id.RequestIdMiddleware",
    # What every answer carries comes first: whoever refuses a request further in answers with it too.
    "core.headers.HeadersMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "core.limits.LimitsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionClockMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.HeldFormMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "core.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "core.widgets.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["core.templatetags.portal_urls"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.portal",
            ],
        },
    }
]

# --- Database: three logins (DESIGN, "Database roles") --------------------------------------
if EMBEDDED:
    EMBEDDED_ROOT = PORTAL_VAR / "pg"
    EMBEDDED_CONF: dict[str, str] = {}
    DATABASES: dict[str, dict[str, Any]] = {
        "default": {"ENGINE": "portal.embedded", "NAME": "portal", "USER": PRODUCTION_LOGINS[PORTAL_LOGIN]}
    }
else:
    DATABASES = {"default": environ.Env.db_url_config(login_url(PORTAL_LOGIN))}
# An hour: a new connection plans each statement some eight times before it keeps a plan (ADR 6).
DATABASES["default"] |= {"CONN_MAX_AGE": 3600, "CONN_HEALTH_CHECKS": True}
# A server that does not answer is given up on in seconds: the visitor gets the page that says so, not a dead worker.
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 3,
    "tcp_user_timeout": 10_000,
    **DATABASES["default"].get("OPTIONS", {}),
    "application_name": f"portal-{PORTAL_LOGIN}",
}
# A statement is planned once for a connection and kept (ADR 6). Off behind a pooler in transaction mode, where the
# next statement may reach another connection.
PREPARED: dict[str, Any] = {"server_side_binding": True, "prepare_threshold": 3}
if PORTAL_LOGIN != "owner" and env.bool("PREPARED_STATEMENTS", default=True):
    DATABASES["default"]["OPTIONS"] |= PREPARED
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.BreachedPasswordValidator"},
    {"NAME": "accounts.passwords.ContextValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
# A second factor for everybody; the demo alone may do without.
MFA_REQUIRED = not DEMO or env.bool("MFA_REQUIRED", default=False)
# How many proxies of ours add to X-Forwarded-For: what stands before their entries is written by anybody.
# In production there is one at least: it is the one that says X-Forwarded-Proto.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0 if EMBEDDED else 1)
# ProConnect (OpenID Connect), when the operator has registered the portal there.
PROCONNECT = {
    "issuer": env("PROCONNECT_ISSUER", default="").rstrip("/"),
    "client_id": env("PROCONNECT_CLIENT_ID", default=""),
    "client_secret": env("PROCONNECT_CLIENT_SECRET", default=""),
}
if not all(PROCONNECT.values()):
    PROCONNECT = {}
SESSION_ENGINE = "accounts.sessions"
# Ten hours at most, and between 30 and 120 minutes without a request (SECURITY §3.4).
SESSION_COOKIE_AGE = 10 * 3600
SESSION_IDLE_MINUTES = min(120, max(30, env.int("SESSION_IDLE_MINUTES", default=60)))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# Who may do what, for the code and for the tests.
RIGHTS_FOLDER = BASE_DIR / "portal" / "rights"

# --- People who come and go (partners) -------------------------------------------------------
# Invitations that one organisation may have waiting, and that one person may write in a day.
INVITATIONS_WAITING = env.int("INVITATIONS_WAITING", default=20)
INVITATIONS_PER_DAY = env.int("INVITATIONS_PER_DAY", default=10)
# Days without a sign-in after which an account sleeps, then is closed.
DORMANT_DAYS = env.int("DORMANT_DAYS", default=90)
DORMANT_CLOSED_DAYS = env.int("DORMANT_CLOSED_DAYS", default=365)

# What one person may take out, and what is noticed (SECURITY §3.4): an hour alerts, a day stops and alerts.
TRAIL_LIMITS = {
    name: env.int(f"LIMIT_{name.upper()}", default=default)
    for name, default in {
        "files_hour": 60,
        "files_day": 200,
        "names_hour": 1000,
        "names_day": 5000,
        # During the first 72 hours of somebody in an organisation.
        "names_day_newcomer": 300,
        "exported_hour": 500,
        "exported_day": 2000,
        "denied_ten_minutes": 20,
        "searches_hour": 60,
        # An organisation: so many times its median of 30 days, and never under so many files.
        "organisation_times": 3,
        "organisation_files": 100,
    }.items()
}

# Lines of a list of people: handed over at once; above, a second person answers for it; above, it is refused.
EXPORT_AT_ONCE = env.int("EXPORT_AT_ONCE", default=500)
EXPORT_MOST = env.int("EXPORT_MOST", default=20_000)
# How long the file of a large export can be fetched before it is deleted.
EXPORT_LINK_HOURS = env.int("EXPORT_LINK_HOURS", default=24)

# --- Web ------------------------------------------------------------------------------------
_self = [CSP.SELF]
SECURE_CSP = {
    "default-src": _self,
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": _self,
    "frame-ancestors": [CSP.NONE],
}
if PROCONNECT:
    # Signing out of the portal goes on to sign out there: browsers hold a form's redirections to this list.
    SECURE_CSP["form-action"] = [CSP.SELF, PROCONNECT["issuer"]]
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if not EMBEDDED:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    MESSAGE_STORAGE = "core.flash.HostCookieStorage"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^sante/"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

STATIC_URL = "/static/"
STATIC_ROOT = PORTAL_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # On one's own machine, compressing costs seconds at the first start and brings nothing.
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
PRIVATE_FILES = PORTAL_VAR / "documents"
# A form without its files; a whole request; what is read and forgotten so that a browser hears why it was refused.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
MAX_BODY_BYTES = 12_000_000
MAX_DRAINED_BYTES = 50_000_000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
# Files stay in memory until they are checked: none is ever written where nobody looks after it.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Words and time -------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# --- Periods in a company: "one month date to date" has two readings; True: the longer one is refused too ----
PLACEMENT_STRICT_MONTH = env.bool("PLACEMENT_STRICT_MONTH", default=False)

# --- Mail -----------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Trait d'union <ne-pas-repondre@portail.example>")
# Where delivery reports arrive: a Maildir directory or an mbox file that the worker reads; empty when there is none.
BOUNCE_MAILBOX = env("BOUNCE_MAILBOX", default="")
MAILERS = mailers(env("EMAIL_URL", default=""), PORTAL_VAR / "mails")
# Absolute address used in mails, where no request tells it.
PORTAL_URL = env("PORTAL_URL", default=f"http://127.0.0.1:{env('PORT', default='8000')}")

# --- Celery: the worker claims rows; a web request never publishes ---------------------------
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="")
if CELERY_BROKER_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"visibility_timeout": 3600}
else:
    CELERY_BROKER_URL = "filesystem://"
    _queue = PORTAL_VAR / "celery"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "queue"),
        "data_folder_out": str(_queue / "queue"),
        "processed_folder": str(_queue / "processed"),
        "control_folder": str(_queue / "control"),
        "store_processed": True,
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(PORTAL_VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "deliver-outbox": {"task": "core.deliver_outbox", "schedule": 3.0, "options": {"expires": 3}},
    "forget-sessions": {"task": "accounts.forget", "schedule": 3600.0, "options": {"expires": 3600}},
    "heartbeat": {"task": "core.heartbeat", "schedule": 30.0, "options": {"expires": 30}},
    "housekeeping": {"task": "core.housekeeping", "schedule": 3600.0, "options": {"expires": 3600}},
    "seal-trail": {"task": "core.seal_trail", "schedule": 60.0, "options": {"expires": 60}},
    "detect-abuse": {"task": "core.detect_abuse", "schedule": 60.0, "options": {"expires": 60}},
    "people-clock": {"task": "partners.people_clock", "schedule": 3600.0, "options": {"expires": 3600}},
    "youths-clock": {"task": "youths.clock", "schedule": 3600.0, "options": {"expires": 3600}},
    "placements": {"task": "referrals.placements", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget-unfitness": {"task": "referrals.forget", "schedule": 21600.0, "options": {"expires": 21600}},
    "retention": {"task": "youths.retention", "schedule": 21600.0, "options": {"expires": 21600}},
    "exports": {"task": "partners.exports", "schedule": 15.0, "options": {"expires": 15}},
    "conventions-clock": {
        "task": "partners.conventions_clock",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "run-clocks": {"task": "referrals.run_clocks", "schedule": 60.0, "options": {"expires": 60}},
    "digests": {"task": "notifications.digests", "schedule": 900.0, "options": {"expires": 900}},
    "read-bounces": {"task": "notifications.read_bounces", "schedule": 300.0, "options": {"expires": 300}},
    "refresh-summaries": {
        "task": "reporting.refresh_summaries",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "publish-figures": {"task": "reporting.publish_figures", "schedule": 30.0, "options": {"expires": 30}},
    "prepare-packs": {"task": "reporting.prepare_packs", "schedule": 30.0, "options": {"expires": 30}},
}

# --- Identity of the publisher (legal pages; the operator fills it) --------------------------
PUBLISHER = {
    "name": env("PUBLISHER_NAME", default=""),
    "address": env("PUBLISHER_ADDRESS", default=""),
    "phone": env("PUBLISHER_PHONE", default=""),
    "director": env("PUBLISHER_DIRECTOR", default=""),
    "host": env("PUBLISHER_HOST", default=""),
    "contact": env("PUBLISHER_CONTACT", default=""),
    "dpo": env("PUBLISHER_DPO", default=""),
    # Where to report a weakness (security.txt); the contact above when it is empty.
    "security": env("PUBLISHER_SECURITY", default=""),
}
# Days before a meeting at which its committee pack is prepared (DESIGN, "Conventions, alive").
PACK_LEAD_DAYS = env.int("PACK_LEAD_DAYS", default=15)

# In service, one line of JSON each, in UTC, with nobody's data (core.logs); in the demo, lines that people read.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "core.request_id.RequestIdFilter"}},
    "formatters": {
        "line": {
            "()": "core.logs.LineFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
        },
        "json": {"()": "core.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line" if EMBEDDED else "json",
            "filters": ["request_id"],
        }
    },
    # Django's own handler mails whole requests to administrators: what people typed would leave by mail.
    "loggers": {"django": {"handlers": [], "propagate": True}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
