"""The wiring: settings, addresses, the embedded database, the jobs' clock."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
