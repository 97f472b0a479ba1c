"""Every setting of Cap Clients, in one file.

What varies between two installations is an environment variable, read once, here. With none set, everything runs
from `.data/`: an embedded PostgreSQL, a broker made of files, mail written to a folder.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
import fontpkg_figtree
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from config import logs, secrets

env = environ.Env()
TESTING = "pytest" in sys.modules
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
if TESTING and DATA_DIR.name != "tests":
    DATA_DIR = DATA_DIR / "tests"  # beside the data in use, never in it

# --- Identity of this installation ----------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secrets.checked(env("SECRET_KEY", default=""), variable="SECRET_KEY") or secrets.generated(
    DATA_DIR / "secret-key"
)
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
SERVED_OVER_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = [  # the site's own name, others given, and this machine, whence health is asked
    *filter(None, [urlsplit(SITE_URL).hostname]),
    *env.list("ALLOWED_HOSTS", default=[]),
    *("localhost", "127.0.0.1", "[::1]"),
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- Applications, lowest first -------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts",
    "clients",
    "segmentation",
    "campaigns",
    "cockpit",
    "config",
    "config.administration.CapAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "django_linear_migrations",
    "django_tables2",
    "heroicons",
    "import_export",
]
MIDDLEWARE = [
    "config.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.MethodMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "accounts.middleware.AuditMiddleware",
    "accounts.middleware.FirmMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cockpit.context.chrome",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "heroicons.templatetags.heroicons",
                "cockpit.templatetags.figures",
            ],
        },
    }
]

# --- Database: the embedded PostgreSQL unless DATABASE_URL names another --------------------------

DATABASES = {
    "default": {
        **(env.db("DATABASE_URL") if env("DATABASE_URL", default="") else {"NAME": "capclients", "USER": "capclients"}),
        "ENGINE": "django.db.backends.postgresql" if env("DATABASE_URL", default="") else "config.embedded",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 10,
            "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
            " -c random_page_cost=1.1"  # disks of today find a row as fast as the next one
            " -c jit=off"  # compiling a query takes longer than any of a page's runs
            f" -c statement_timeout={env.int('STATEMENT_TIMEOUT_SECONDS', default=0)}s",
        },
        "ATOMIC_REQUESTS": False,
    }
}

# --- Broker and cache -----------------------------------------------------------------------------

REDIS_URL = env("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # with fewer, a thousand guessed addresses would push out the counts
    }
}
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 3600}
    if REDIS_URL
    else {
        "data_folder_in": str(DATA_DIR / "broker" / "queue"),
        "data_folder_out": str(DATA_DIR / "broker" / "queue"),
        "control_folder": str(DATA_DIR / "broker" / "control"),
        "store_processed": False,
    }
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SOFT_TIME_LIMIT = 3300
CELERY_TASK_TIME_LIMIT = 3600
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)  # with files, every worker would leave a mailbox behind
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # keeps no file: what was missed is caught up from the ledger
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {
        "task": "config.tasks.beat_heart",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "nightly": {
        "task": "segmentation.tasks.score_nightly",
        "schedule": crontab(hour="2", minute="30"),
    },
    "nightly-when-missed": {
        "task": "segmentation.tasks.score_nightly",
        "schedule": crontab(minute="5"),
    },
    "triggers": {  # after each night, and soon after a run that an import made: the ledger knows what is done
        "task": "campaigns.tasks.fire_triggers",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 590},
    },
    "planned-contacts": {  # whatever was missed is caught up: contacts know whether their week came
        "task": "campaigns.tasks.call_planned_contacts",
        "schedule": crontab(hour="5-22", minute="20"),
        "options": {"expires": 3500},
    },
    "prospects": {  # after each run, and what an import made clients
        "task": "campaigns.tasks.follow_prospects",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 590},
    },
    "old-prospects": {  # every hour: the ledger knows whether tonight's is done
        "task": "campaigns.tasks.forget_old_prospects",
        "schedule": crontab(minute="45"),
    },
    "automatic-messages": {
        "task": "campaigns.tasks.start_messages",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 590},
    },
    "campaigns": {  # what a lost bell, a schedule, a throttle or a mail server that came back left to send
        "task": "campaigns.tasks.send_campaigns",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "waiting-imports": {
        "task": "clients.tasks.ring_for_waiting_imports",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "watched-folder": {
        "task": "clients.tasks.watch_folder",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "forget-old-uploads": {
        "task": "clients.tasks.forget_old_uploads",
        "schedule": crontab(minute="35"),
    },
    "retention": {  # due since the night; every hour in case that was missed: the ledger knows
        "task": "campaigns.tasks.forget_what_is_old",
        "schedule": crontab(minute="40"),
    },
    "score-when-missed": {
        "task": "segmentation.tasks.score_new_imports",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "preview-when-missed": {
        "task": "segmentation.tasks.try_drafts",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "past-month-ends": {
        "task": "segmentation.tasks.backfill_history",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "rescore-when-missed": {
        "task": "segmentation.tasks.rescore_history",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "backtests-when-missed": {
        "task": "segmentation.tasks.make_backtests",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "monday-letters": {
        "task": "campaigns.tasks.send_monday_letters",
        "schedule": crontab(minute="*/10", hour="7-12", day_of_week="1"),
    },
    "month-letters": {
        "task": "campaigns.tasks.send_month_letters",
        "schedule": crontab(minute="*/10", hour="7-12", day_of_week="1-5"),
    },
    "monthly-backtest": {
        "task": "segmentation.tasks.ask_monthly_backtest",
        "schedule": crontab(minute="50"),
    },
}
AFTER_IMPORT = [
    "segmentation.tasks.score_new_imports",
    "campaigns.tasks.fire_triggers",
    "campaigns.tasks.follow_prospects",
]
AFTER_MERGE = ["segmentation.tasks.rescore_history"]  # the past changed: an import undone, clients merged or parted

# --- E-mail: a folder unless EMAIL_URL names a server ---------------------------------------------

OUTBOX_DIR = DATA_DIR / "outbox"
if env("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(OUTBOX_DIR)
EMAIL_TIMEOUT = 30
MAIL_PROVIDER = env("MAIL_PROVIDER", default="")  # as django-anymail calls it: "brevo", "mailjet", "postmark"…
if MAIL_PROVIDER:
    INSTALLED_APPS += ["anymail"]
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
    ANYMAIL = {
        name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")
    }
    ANYMAIL |= {"REQUESTS_TIMEOUT": (5, EMAIL_TIMEOUT)}
# Signs the links of messages, the newest key first: a former one stays until the links that it signed are forgotten.
MESSAGE_KEYS = [secrets.checked(key, variable="MESSAGE_KEYS") for key in env.list("MESSAGE_KEYS", default=[])] or [
    secrets.generated(DATA_DIR / "message-key")
]
# Turns addresses into what the list of objections holds: changing it forgets every objection.
ADDRESS_KEY = secrets.checked(env("ADDRESS_KEY", default=""), variable="ADDRESS_KEY") or secrets.generated(
    DATA_DIR / "address-key"
)
# Turns what an erased client was known by into hashes: changing it lets a file bring the person back.
ERASURE_KEY = secrets.checked(env("ERASURE_KEY", default=""), variable="ERASURE_KEY") or secrets.generated(
    DATA_DIR / "erasure-key"
)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Cap Clients <cap-clients@localhost>")

# --- People ---------------------------------------------------------------------------------------

ABSOLUTE_URL_OVERRIDES = {  # where a client or a run is shown: lower layers send there without knowing the page
    "clients.client": lambda client: reverse("cockpit:client-page", args=[client.pk]),
    "segmentation.scoringrun": lambda run: f"{reverse('cockpit:reports')}?au={run.as_of.isoformat()}",
}
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody makes this site write to strangers
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password is told to its owner
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # whoever is kept out by somebody else's guesses comes back at once
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/15m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hundreds of people are made in the tests
SESSION_COOKIE_AGE = 14 * 24 * 3600

# --- Language, numbers, time ----------------------------------------------------------------------

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("Anglais"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Europe/Paris"
USE_TZ = True

# --- Log ------------------------------------------------------------------------------------------

LOGGING = logs.CONFIGURATION

# --- Static files and uploads ---------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("fonts", Path(fontpkg_figtree.__file__).parent / "files"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = TESTING or DEBUG  # nothing was gathered in STATIC_ROOT then
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Browser security -----------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "cockpit.errors.csrf_failed"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SERVED_OVER_HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if SERVED_OVER_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SERVED_OVER_HTTPS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, without TLS
SECURE_SSL_REDIRECT = SERVED_OVER_HTTPS and env.bool("SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if SERVED_OVER_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SERVED_OVER_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
