"""The ledger of the nights: which job was settled for which business date."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from segmentation.models.runs import ScoringRun


class LedgerEntry(models.Model):
    """One job due on one business date, and how it ended: at most one row each, so a night happens once."""

    class Outcome(models.TextChoices):
        STARTED = "started", _("Commencé")
        DONE = "done", _("Fait")
        NOTHING_NEW = "nothing-new", _("Rien de nouveau")
        NO_FACTS = "no-facts", _("Aucune facture")
        CAUGHT_UP = "caught-up", _("Rattrapée par une nuit suivante")
        FAILED = "failed", _("Interrompu")

    SETTLED = (Outcome.DONE, Outcome.NOTHING_NEW, Outcome.NO_FACTS, Outcome.CAUGHT_UP)

    job = models.SlugField(max_length=40)
    business_date = models.DateField()
    outcome = models.CharField(max_length=11, choices=Outcome.choices, default=Outcome.STARTED)
    attempts = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    run = models.ForeignKey(ScoringRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    detail = models.TextField(blank=True)

    class Meta:
        verbose_name = _("tâche du jour")
        constraints = [
            models.UniqueConstraint(
                fields=["job", "business_date"],
                name="one_night_per_job_and_business_date",
            )
        ]

    def __str__(self):
        return f"{self.job} {self.business_date}"
