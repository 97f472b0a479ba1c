"""The Celery application: it only rings bells, the jobs are rows in PostgreSQL."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("capclients")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
