"""Judgement: the rules, each scoring of everybody under them, and what it found about one client.

Scores are written by `segmentation/sql/*.sql` and never updated; pages only read them.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from clients.models import Client


class Tier(models.TextChoices):
    """Pareto class by revenue. Always shown with its letter: "Palier A · Champions"."""

    A = "A", _("Champions")
    B = "B", _("Réguliers")
    C = "C", _("Occasionnels")


class SegmentSlug(models.TextChoices):
    """The eleven segments, in the order they are listed."""

    CHAMPIONS = "champions", _("Champions")
    LOYAL = "loyal", _("Fidèles")
    TO_DEVELOP = "to-develop", _("À développer")
    NEW = "new", _("Nouveaux")
    FIRST_PURCHASES = "first-purchases", _("Premiers achats")
    WATCH = "watch", _("À surveiller")
    TO_REVIVE = "to-revive", _("À relancer")
    AT_RISK = "at-risk", _("À risque")
    CANNOT_LOSE = "cannot-lose", _("À ne pas perdre")
    DORMANT = "dormant", _("Dormants")
    LOST = "lost", _("Perdus")


class RiskReason(models.TextChoices):
    GRID = "grid", _("Segment")
    RHYTHM = "rhythm", _("Rythme rompu")
    DECLINE = "decline", _("Montant en baisse")
    SLOWING = "slowing", _("Achats espacés")


class WithoutRfm(models.TextChoices):
    """Why a run has tiers and nothing else: no recency, frequency, segment or risk of anybody."""

    ONLY_TOTALS = "only-totals", _("seulement des totaux annuels, sans la date des factures")
    ONE_DAY = "one-day", _("toutes les factures portent la même date")


class ScoringMode(models.TextChoices):
    THRESHOLDS = "thresholds", _("Par seuils")
    VALUE = "value", _("Par rang de valeur")


class Fallback(models.TextChoices):
    """Why a dimension meant to be scored by value was scored by thresholds."""

    FEW_CLIENTS = "few-clients", _("trop peu de clients pour les comparer entre eux")
    FEW_VALUES = "few-values", _("trop peu de valeurs différentes")
    NO_FIVE = "no-five", _("trop de clients à égalité en tête : personne n’aurait 5")


class Rules(models.Model):
    """One numbered version of every setting that a score depends on. Exactly one is published.

    Durations are in days unless the name says months; amounts in euros HT; shares between 0 and 1.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        PUBLISHED = "published", _("Publiée")
        RETIRED = "retired", _("Remplacée")

    version = models.PositiveIntegerField(_("version"), unique=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    reason = models.CharField(_("motif"), max_length=255, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)

    # Windows. An empty RFM window means 24 months when history allows, else 12.
    rfm_window_months = models.PositiveSmallIntegerField(null=True, blank=True)
    tier_window_months = models.PositiveSmallIntegerField(default=12)

    # Tiers: shares of the number of clients, cumulated.
    tier_a_share = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal("0.20"))
    tier_b_share = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal("0.70"))
    tier_min_clients = models.PositiveSmallIntegerField(default=5)

    # Scores 1 to 5.
    recency_mode = models.CharField(max_length=10, choices=ScoringMode.choices, default=ScoringMode.THRESHOLDS)
    frequency_mode = models.CharField(max_length=10, choices=ScoringMode.choices, default=ScoringMode.VALUE)
    monetary_mode = models.CharField(max_length=10, choices=ScoringMode.choices, default=ScoringMode.VALUE)
    # Most days since the last purchase for a score of 5, 4, 3, 2.
    recency_thresholds = ArrayField(models.PositiveIntegerField(), size=4)
    # Fewest purchase days for a score of 5, 4, 3, 2.
    frequency_thresholds = ArrayField(models.PositiveIntegerField(), size=4)
    # Amounts to exceed for a score of 2, 3, 4, 5; empty means the quintiles of the run, rounded.
    monetary_thresholds = ArrayField(
        models.DecimalField(max_digits=14, decimal_places=2),
        size=4,
        null=True,
        blank=True,
    )
    value_min_clients = models.PositiveIntegerField(default=30)
    value_min_distinct = models.PositiveIntegerField(default=5)

    # Segments.
    new_client_days = models.PositiveSmallIntegerField(default=90)
    lost_after_months = models.PositiveSmallIntegerField(default=13)

    # Risk.
    rhythm_ratio = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("2"))
    rhythm_watch_ratio = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal("1.5"))
    rhythm_min_purchases = models.PositiveSmallIntegerField(default=3)
    rhythm_min_gap_days = models.PositiveSmallIntegerField(default=7)
    decline_share = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal("0.60"))
    decline_floor = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("500"))
    slowing_share = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal("0.60"))
    slowing_floor = models.PositiveSmallIntegerField(default=3)

    # Recurring services count in money and tiers, not as purchases.
    sets_recurring_aside = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("règles")
        verbose_name_plural = _("règles")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status="published"),
                name="one_published_version_of_the_rules",
            ),
            models.CheckConstraint(
                condition=Q(
                    tier_a_share__gt=0,
                    tier_b_share__gt=F("tier_a_share"),
                    tier_b_share__lt=1,
                ),
                name="tiers_follow_each_other",
            ),
            models.CheckConstraint(
                condition=Q(rfm_window_months=None) | Q(rfm_window_months__in=[3, 6, 12, 24, 36]),
                name="the_rfm_window_is_offered",
            ),
        ]

    def __str__(self):
        return f"v{self.version}"


class GridCell(models.Model):
    """The segment of one pair of scores, recency by frequency-and-monetary, under one version of the rules."""

    rules = models.ForeignKey(Rules, on_delete=models.CASCADE, related_name="grid")
    r = models.PositiveSmallIntegerField()
    fm = models.PositiveSmallIntegerField()
    segment = models.CharField(max_length=15, choices=SegmentSlug.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rules", "r", "fm"], name="one_segment_per_cell_of_the_grid"),
            models.CheckConstraint(
                condition=Q(r__range=(1, 5), fm__range=(1, 5)),
                name="a_grid_is_five_by_five",
            ),
        ]


class Segment(models.Model):
    """What the firm says and does for a segment: one line of advice in lists, three for a phone call."""

    slug = models.CharField(max_length=15, choices=SegmentSlug.choices, primary_key=True)
    position = models.PositiveSmallIntegerField(unique=True)
    advice = models.CharField(_("consigne"), max_length=120)
    talking_points = ArrayField(models.CharField(max_length=200), verbose_name=_("que dire"), default=list)

    class Meta:
        verbose_name = _("segment")
        ordering = ["position"]

    def __str__(self):
        return self.get_slug_display()


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


class ScoreQuerySet(models.QuerySet):
    def of(self, run):
        return self.filter(run=run)

    def of_runs(self, runs):
        return self.filter(run__in=runs)

    def visible_to(self, user):
        """The scores of the clients this person may see. Who was merged since the run into another is out of sight."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self.exclude(client__in=Client.objects.merged())
        return self.filter(client__in=Client.objects.visible_to(user))

    def at_risk(self):
        return self.filter(at_risk=True)

    def with_rfm(self):
        """Those of clients whose purchases are known by date: the others have a tier and no more."""
        return self.filter(r__isnull=False)


@dataclass(frozen=True)
class Behaviour:
    """When and how often a client buys, and the scores of it: what is known of clients with dated purchases alone."""

    first_purchase_on: dt.date
    last_purchase_on: dt.date
    recency_days: int
    r: int
    f: int
    m: int
    fm: int


RFM_FIELDS = ("first_purchase_on", "last_purchase_on", "recency_days", "r", "f", "m", "fm")
WITH_RFM = Q(**{f"{name}__isnull": False for name in RFM_FIELDS})
WITHOUT_RFM = Q(**{f"{name}__isnull": True for name in RFM_FIELDS})


class Score(models.Model):
    """What one run found about one client. Amounts in euros HT, durations in days. Never updated.

    Empty tier, rank and share: no positive revenue over the tier window, or too few clients for tiers. Empty gap and
    ratio: fewer purchase days than a rhythm needs. A client known by yearly totals alone, or whose firm has invoices of
    one single day, has a tier and no more: no purchase, no scores, no segment, no risk.
    """

    # Written in bulk from the run and the clients themselves, in their transaction: checking each row again, and
    # keeping an index of each key beside that of both, would cost as much as the scoring.
    run = models.ForeignKey(
        ScoringRun, on_delete=models.CASCADE, related_name="scores", db_index=False, db_constraint=False
    )
    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="scores", db_index=False, db_constraint=False
    )
    first_purchase_on = models.DateField(null=True)
    last_purchase_on = models.DateField(null=True)
    purchase_days = models.PositiveIntegerField()  # ever, up to as-of
    recency_days = models.PositiveIntegerField(null=True)
    frequency = models.PositiveIntegerField()
    monetary = models.DecimalField(max_digits=14, decimal_places=2)
    r = models.PositiveSmallIntegerField(null=True)
    f = models.PositiveSmallIntegerField(null=True)
    m = models.PositiveSmallIntegerField(null=True)
    fm = models.PositiveSmallIntegerField(null=True)
    segment = models.CharField(max_length=15, choices=SegmentSlug.choices, blank=True)
    tier = models.CharField(max_length=1, choices=Tier.choices, blank=True)
    tier_rank = models.PositiveIntegerField(null=True)
    tier_revenue = models.DecimalField(max_digits=14, decimal_places=2)
    previous_revenue = models.DecimalField(max_digits=14, decimal_places=2)  # the tier window before this one
    cumulative_share = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    typical_gap_days = models.DecimalField(max_digits=7, decimal_places=1, null=True)
    silence_ratio = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    recent_half_revenue = models.DecimalField(max_digits=14, decimal_places=2)
    former_half_revenue = models.DecimalField(max_digits=14, decimal_places=2)
    recent_half_days = models.PositiveIntegerField()
    former_half_days = models.PositiveIntegerField()
    at_risk = models.BooleanField()
    risk_reasons = ArrayField(models.CharField(max_length=16, choices=RiskReason.choices), default=list)
    amount_at_risk = models.DecimalField(max_digits=14, decimal_places=2)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("score")
        constraints = [
            models.UniqueConstraint(fields=["run", "client"], name="one_score_per_client_per_run"),
            models.CheckConstraint(
                condition=WITH_RFM & ~Q(segment="") | WITHOUT_RFM & Q(segment="", frequency=0, at_risk=False),
                name="rfm_together_or_not_at_all",
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "-amount_at_risk", "client"],
                include=["segment", "silence_ratio"],  # what the views of the list are counted on
                condition=Q(at_risk=True),
                name="scores_at_risk_by_amount",
            ),
            models.Index(fields=["run", "-tier_revenue", "client"], name="scores_by_revenue"),
        ]

    def __str__(self):
        return f"{self.client_id} {self.profile}"

    @property
    def has_rfm(self) -> bool:
        """Whether recency, frequency and the rest are known: with a tier alone they are not."""
        return self.r is not None

    @property
    def behaviour(self) -> Behaviour | None:
        """Recency, frequency and the rest together; None where only a tier is known."""
        return Behaviour(*(getattr(self, name) for name in RFM_FIELDS)) if self.has_rfm else None

    @property
    def profile(self) -> str:
        """The three scores in a row, "555"; empty where they are not known."""
        return f"{self.r}{self.f}{self.m}" if self.has_rfm else ""


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
