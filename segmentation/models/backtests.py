"""Backtests: the method tried on a past date, and what became of everybody in the months that followed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from segmentation.models.rules import Rules


class BacktestQuerySet(models.QuerySet):
    def under_way(self):
        """Asked for, and not over."""
        return self.filter(status__in=Backtest.UNDER_WAY)

    def told(self):
        """Those with figures to read, the latest date first."""
        return self.filter(status=Backtest.Status.DONE).select_related("rules").order_by("-as_of", "months", "-id")


class Backtest(models.Model):
    """One trial: everybody scored as of `as_of`, then followed from the day after to `until`, `months` later.

    `figures` is what `segmentation.backtest` found, as the command prints it; pages only read it. The runs it was read
    off are not kept; what they knew is: the rules, and the versions of the facts.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("En attente")
        RUNNING = "running", _("En cours")
        DONE = "done", _("Terminé")
        FAILED = "failed", _("Interrompu")

    UNDER_WAY = (Status.QUEUED, Status.RUNNING)

    as_of = models.DateField(_("au"))
    months = models.PositiveSmallIntegerField(_("mois observés"))
    until = models.DateField(_("observé jusqu’au"))
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    rules = models.ForeignKey(Rules, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    facts_version = models.BigIntegerField(default=0)
    rewrites_seen = models.PositiveIntegerField(default=0)  # changes of the past that it knows (`clients.rewrites`)
    figures = models.JSONField(default=dict, blank=True)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    objects = BacktestQuerySet.as_manager()

    class Meta:
        verbose_name = _("essai sur le passé")
        constraints = [
            models.UniqueConstraint(
                fields=["as_of", "months"],
                condition=Q(status__in=["queued", "running"]),
                name="one_backtest_under_way_per_date_and_months",
            ),
            models.UniqueConstraint(
                fields=["as_of", "months"],
                condition=Q(status="done"),
                name="one_backtest_kept_per_date_and_months",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("as_of")), name="what_happened_next_comes_after"),
            models.CheckConstraint(
                condition=~Q(status="done") | ~Q(figures={}), name="a_finished_backtest_has_figures"
            ),
        ]

    def __str__(self):
        return f"{self.as_of} + {self.months}"
