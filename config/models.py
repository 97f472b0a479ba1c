"""What the installation knows of its own health."""

from django.db import models


class Heartbeat(models.Model):
    """The last time a job of the installation was done: a task consumed, a backup written. One row a job."""

    class Job(models.TextChoices):
        TASK = "task"
        BACKUP = "backup"

    job = models.CharField(max_length=10, choices=Job.choices, primary_key=True)
    done_at = models.DateTimeField()
