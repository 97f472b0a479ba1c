"""Risk as people see it: what a run found about a client, what its history adds, less what somebody set aside.

Scores are never updated and owe nothing to the runs before them. What does is beside them: `Drop`, found by comparing
runs, and `Risk`, which brings both together. Written by `segmentation/sql/*.sql`; see `segmentation.risk`.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.roles import Right
from clients.models import Client
from segmentation.models.runs import ScoringRun
from segmentation.models.scores import RiskReason, Score
from segmentation.models.segments import Tier


class Drop(models.Model):
    """A client who fell since the month-end run of three months before, in this run and in the one before it.

    `r` and `tier` are those of that month-end, whose date is `former_as_of`; amounts in euros HT: the revenue of the
    12 months ending at the last purchase, less what was given back since.
    """

    run = models.ForeignKey(
        ScoringRun, on_delete=models.CASCADE, related_name="drops", db_index=False, db_constraint=False
    )
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    former_as_of = models.DateField()
    r = models.PositiveSmallIntegerField()
    tier = models.CharField(max_length=1, choices=Tier.choices, blank=True)
    amount_at_risk = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "client"], name="one_drop_per_client_per_run")]


class RiskQuerySet(models.QuerySet):
    def of(self, run):
        return self.filter(run=run)

    def visible_to(self, user):
        """The risks of the clients this person may see, as for their scores."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self.exclude(client__in=Client.objects.merged())
        return self.filter(client__in=Client.objects.visible_to(user))

    def shown(self):
        """Those not set aside as a whole today."""
        return self.filter(Q(hidden_until=None) | Q(hidden_until__lt=timezone.localdate()))


class Risk(models.Model):
    """Why one client is shown as at risk in one run, and the euros at stake: no row, no risk.

    Reasons are sorted; `aside_until` says of each the last day on which it is hidden, null when it is not, and is null
    itself when none is. `hidden_until` is the last day on which they all are. A day later it is shown again without
    anybody doing anything. The key is that of the score; segment and silence are copied from it, for what the views of
    the list are counted on to be in one index.
    """

    score = models.OneToOneField(
        Score, primary_key=True, on_delete=models.DO_NOTHING, related_name="risk", db_constraint=False
    )
    run = models.ForeignKey(
        ScoringRun, on_delete=models.CASCADE, related_name="risks", db_index=False, db_constraint=False
    )
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    reasons = ArrayField(models.CharField(max_length=16, choices=RiskReason.choices))
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    aside_until = ArrayField(models.DateField(null=True), null=True)
    hidden_until = models.DateField(null=True)
    segment = models.CharField(max_length=15)
    silence_ratio = models.DecimalField(max_digits=14, decimal_places=6, null=True)

    objects = RiskQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                F("run"),
                F("amount").desc(nulls_last=True),  # as lists order it, where not everybody is at risk
                F("client"),
                include=["segment", "silence_ratio", "hidden_until"],
                name="risks_by_amount",
            ),
        ]
