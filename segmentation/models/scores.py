"""Scores: what a run found about each client. Written by `segmentation/sql/*.sql`; pages only read them."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import IsNull, LessThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from clients.models import Client
from segmentation.models.runs import ScoringRun
from segmentation.models.segments import SegmentSlug, Tier


class RiskReason(models.TextChoices):
    GRID = "grid", _("Segment")
    RHYTHM = "rhythm", _("Rythme rompu")
    DECLINE = "decline", _("Montant en baisse")
    SLOWING = "slowing", _("Achats espacés")
    SERVICE_STOPPED = "service-stopped", _("Service arrêté")
    DROP = "drop", _("Décrochage")


def shown_today() -> Q:
    """Of scores: that their risk is not set aside as a whole today. True of those without a risk too."""
    return Q(risk__hidden_until=None) | Q(risk__hidden_until__lt=timezone.localdate())


def reason_shown(reason: str) -> Q:
    """Of scores: that this is among the reasons of their risk, and not set aside by itself today."""
    place = Func(F("risk__reasons"), Value(reason), function="array_position", output_field=models.IntegerField())
    until = Func(
        F("risk__aside_until"), place, template="(%(expressions)s]", arg_joiner=")[", output_field=models.DateField()
    )
    return Q(risk__reasons__contains=[reason]) & (Q(IsNull(until, True)) | Q(LessThan(until, timezone.localdate())))


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
        """Those of the clients shown as at risk (`Risk`), whatever the run alone says."""
        return self.filter(shown_today(), risk__run=F("run"))

    def with_risk(self):
        """Each with its risk as it is shown, for `Score.shown`."""
        return self.select_related("risk")

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


@dataclass(frozen=True)
class ShownRisk:
    """Whether and why a client is shown as at risk, reasons sorted, and the euros HT at stake."""

    at_risk: bool
    reasons: tuple[str, ...]
    amount: Decimal


NO_RISK = ShownRisk(False, (), Decimal("0.00"))
RFM_FIELDS = ("first_purchase_on", "last_purchase_on", "recency_days", "r", "f", "m", "fm")
WITH_RFM = Q(**{f"{name}__isnull": False for name in RFM_FIELDS})
WITHOUT_RFM = Q(**{f"{name}__isnull": True for name in RFM_FIELDS})


class Score(models.Model):
    """What one run found about one client. Amounts in euros HT, durations in days. Never updated.

    `at_risk`, `risk_reasons` and `amount_at_risk` are what the facts of this run alone say. What people see, count and
    export is `shown`: history adds to it, and somebody may have set reasons aside (`segmentation.risk`).

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
            models.Index(fields=["run", "-tier_revenue", "client"], name="scores_by_revenue"),
        ]

    def __str__(self):
        return f"{self.client_id} {self.profile}"

    @property
    def shown(self) -> "ShownRisk":
        """The risk that people see; read with `ScoreQuerySet.with_risk`."""
        risk = getattr(self, "risk", None)
        if risk is None:
            return NO_RISK
        today, until = timezone.localdate(), risk.aside_until or [None] * len(risk.reasons)
        reasons = tuple(reason for reason, day in zip(risk.reasons, until, strict=True) if day is None or day < today)
        return ShownRisk(True, reasons, risk.amount) if reasons else NO_RISK

    @property
    def evolution(self) -> Decimal | None:
        """Revenue of the tier window against the one before, −1 to more; None when there was none."""
        return self.tier_revenue / self.previous_revenue - 1 if self.previous_revenue > 0 else None

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
