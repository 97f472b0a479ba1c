"""The Celery application: it only rings bells, the jobs are rows in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("capclients")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
