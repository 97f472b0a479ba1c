"""Runs: each scoring of everybody at a date, the cuts it read scores off, and what it found in all."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from segmentation.models.rules import Rules, ScoringMode


class WithoutRfm(models.TextChoices):
    """Why a run has tiers and nothing else: no recency, frequency, segment or risk of anybody."""

    ONLY_TOTALS = "only-totals", _("seulement des totaux annuels, sans la date des factures")
    ONE_DAY = "one-day", _("toutes les factures portent la même date")


class Fallback(models.TextChoices):
    """Why a dimension meant to be scored by value was scored by thresholds."""

    FEW_CLIENTS = "few-clients", _("trop peu de clients pour les comparer entre eux")
    FEW_VALUES = "few-values", _("trop peu de valeurs différentes")
    NO_FIVE = "no-five", _("trop de clients à égalité en tête : personne n’aurait 5")


class ScoringRunQuerySet(models.QuerySet):
    def official(self):
        return self.filter(kind=ScoringRun.Kind.OFFICIAL)

    def done(self):
        return self.filter(status=ScoringRun.Status.DONE)

    def standing(self):
        """Official, done, and not superseded by a later scoring of the same date."""
        return self.official().done().filter(superseded_by=None)

    def latest_at(self, day=None):
        """The official run that pages show: the newest as-of at or before this day (any day when None), or None."""
        runs = self.standing() if day is None else self.standing().filter(as_of__lte=day)
        return runs.select_related("rules").order_by("-as_of", "-id").first()


class ScoringRun(models.Model):
    """One scoring of everybody at a date under one version of the rules; immutable once done.

    Cuts are what the scores were read off: `recency_cuts` the most days for 5, 4, 3, 2; `frequency_cuts` the fewest
    purchase days for 2, 3, 4, 5; `monetary_cuts` the least amount for 2, 3, 4, 5 by value, the amount to exceed by
    thresholds. By value, null where a level is empty. `…_fallback` says why thresholds replaced a ranking by value.
    `without_rfm` says why nobody has scores but a tier.
    """

    class Kind(models.TextChoices):
        OFFICIAL = "official", _("Officiel")
        DRAFT = "draft", _("Aperçu")
        BACKTEST = "backtest", _("Essai sur le passé")

    class Status(models.TextChoices):
        RUNNING = "running", _("En cours")
        DONE = "done", _("Terminé")
        FAILED = "failed", _("Interrompu")

    class Trigger(models.TextChoices):
        NIGHT = "night", _("Nuit")
        IMPORT = "import", _("Après un import")
        HAND = "hand", _("À la main")
        PAST = "past", _("Historique")  # a month-end scored after the fact

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.OFFICIAL)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.RUNNING)
    trigger = models.CharField(max_length=6, choices=Trigger.choices, default=Trigger.HAND)
    as_of = models.DateField(_("données au"))
    rules = models.ForeignKey(Rules, on_delete=models.PROTECT, related_name="runs")
    facts_version = models.BigIntegerField(default=0)
    rewrites_seen = models.PositiveIntegerField(default=0)  # changes of the past that it knows (`clients.rewrites`)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    # A run that goes takes along those it replaced: set to null, they would stand again.
    superseded_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    error = models.TextField(blank=True)
    # The run before it, and the month-end of three months before, that it was compared with (`segmentation.movements`):
    # their ids, which say nothing when they go. Null: not compared yet.
    compared_with = models.BigIntegerField(null=True, blank=True)
    fell_from = models.BigIntegerField(null=True, blank=True)
    risks_version = models.PositiveIntegerField(default=0)  # grows whenever its `risks` are written again

    # Resolved for this run.
    oldest_purchase_on = models.DateField(null=True, blank=True)
    rfm_window_months = models.PositiveSmallIntegerField(null=True, blank=True)
    rfm_from = models.DateField(null=True, blank=True)  # excluded: half-open windows
    tier_from = models.DateField(null=True, blank=True)  # excluded
    recency_mode = models.CharField(max_length=10, choices=ScoringMode.choices, blank=True)
    frequency_mode = models.CharField(max_length=10, choices=ScoringMode.choices, blank=True)
    monetary_mode = models.CharField(max_length=10, choices=ScoringMode.choices, blank=True)
    recency_fallback = models.CharField(max_length=11, choices=Fallback.choices, blank=True, default="")
    frequency_fallback = models.CharField(max_length=11, choices=Fallback.choices, blank=True, default="")
    monetary_fallback = models.CharField(max_length=11, choices=Fallback.choices, blank=True, default="")
    recency_cuts = ArrayField(models.IntegerField(null=True), size=4, null=True, blank=True)
    frequency_cuts = ArrayField(models.IntegerField(null=True), size=4, null=True, blank=True)
    monetary_cuts = ArrayField(
        models.DecimalField(max_digits=14, decimal_places=2, null=True),
        size=4,
        null=True,
        blank=True,
    )

    # Found.
    scored = models.PositiveIntegerField(default=0)
    without_rfm = models.CharField(max_length=11, choices=WithoutRfm.choices, blank=True, default="")
    tiers_only = models.PositiveIntegerField(default=0)  # of the scored, those with a tier at most
    in_window = models.PositiveIntegerField(default=0)
    ranked = models.PositiveIntegerField(default=0)  # clients with a positive tier revenue
    revenue = models.DecimalField(max_digits=16, decimal_places=2, default=0)  # net of the tier window, all clients
    positive_revenue = models.DecimalField(max_digits=16, decimal_places=2, default=0)  # Σ positive tier revenues
    # Whether yearly totals tell of every day of the tier window before this one.
    totals_cover_former_window = models.BooleanField(default=False)

    objects = ScoringRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("calcul")
        ordering = ["-as_of", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(status="running"),
                name="one_running_run_per_kind",
            ),
            models.UniqueConstraint(
                fields=["as_of"],
                condition=Q(kind="official", status="done", superseded_by=None),
                name="one_standing_official_run_per_date",
            ),
        ]

    def __str__(self):
        return f"{self.as_of} ({self.get_kind_display()})"
