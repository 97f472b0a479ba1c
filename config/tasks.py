"""The tasks of the installation itself."""

from celery import shared_task

from config import health
from config.models import Heartbeat


@shared_task
def beat_heart():
    """Proves that tasks are not only waiting but consumed."""
    health.record(Heartbeat.Job.TASK)
