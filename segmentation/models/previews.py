"""Previews: what a draft of the rules would change, worked out before anybody publishes it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from segmentation.models.rules import Rules
from segmentation.models.runs import ScoringRun


class Preview(models.Model):
    """One trial of a draft at one of its revisions: a job that a worker claims here, then two runs to compare.

    `run` is the trial; `baseline` what stands under the published rules, on the same facts and at the same date.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("En attente")
        RUNNING = "running", _("En cours")
        DONE = "done", _("Terminé")
        FAILED = "failed", _("Interrompu")

    rules = models.ForeignKey(Rules, on_delete=models.CASCADE, related_name="previews")
    revision = models.PositiveIntegerField()
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.QUEUED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    percent_done = models.PositiveSmallIntegerField(default=0)
    run = models.ForeignKey(ScoringRun, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    baseline = models.ForeignKey(ScoringRun, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("aperçu")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rules", "revision"],
                condition=~Q(status="failed"),
                name="one_preview_per_revision",
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(run__isnull=False, baseline__isnull=False),
                name="a_finished_preview_compares_two_runs",
            ),
        ]

    @property
    def is_over(self) -> bool:
        return self.status in (self.Status.DONE, self.Status.FAILED)
