"""What the run of one day keeps for the next, who then reads anew only the clients of whom something changed.

Working figures, not results: pages never read them, and `segmentation.keeping` may throw them away at any time.
"""

from django.db import models
from django.db.models import Q

from clients.models import Client, Service
from segmentation.models.runs import ScoringRun


class KeptRun(models.Model):
    """The official run whose working figures are kept, and the settings that they depend on: one row, or none."""

    run = models.OneToOneField(ScoringRun, on_delete=models.CASCADE, related_name="+")
    settings = models.JSONField()
    is_only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(is_only=True), name="figures_of_one_run_are_kept")]


class KeptFacts(models.Model):
    """The row of `client_facts.sql` of one client, as of the kept run. Amounts in euros HT, gaps in days.

    `is_tied` says that documents of this client are set aside, which may change with documents yet to come: such a
    client is always read anew.
    """

    client = models.OneToOneField(
        Client, on_delete=models.CASCADE, related_name="+", primary_key=True, db_constraint=False
    )
    first_purchase_on = models.DateField(null=True)
    last_purchase_on = models.DateField(null=True)
    purchase_days = models.BigIntegerField()
    frequency = models.BigIntegerField()
    recent_half_days = models.BigIntegerField()
    former_half_days = models.BigIntegerField()
    median_gap_days = models.FloatField(null=True)
    monetary = models.DecimalField(max_digits=14, decimal_places=2)
    tier_revenue = models.DecimalField(max_digits=14, decimal_places=2)
    previous_revenue = models.DecimalField(max_digits=14, decimal_places=2)
    recent_half_revenue = models.DecimalField(max_digits=14, decimal_places=2)
    former_half_revenue = models.DecimalField(max_digits=14, decimal_places=2)
    is_tied = models.BooleanField()


class KeptHabit(models.Model):
    """A service that a client bought often enough, and something else since: whether it stopped is a matter of time.

    `recheck_on` is the first as-of date at which it may be stopped; empty when only more purchases could tell. With a
    `typical_gap_days` it is the very day from which it is.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    last_on = models.DateField()
    typical_gap_days = models.DecimalField(max_digits=14, decimal_places=1, null=True)
    recheck_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "service"], name="one_habit_per_client_and_service")]
        indexes = [models.Index(fields=["recheck_on"], name="habits_by_day")]
