"""Opportunities of the run on show: who holds what, who is alike, and what a service that a client lacks is worth.

Written by `segmentation/sql/` (`segmentation.opportunities` names the statements); pages only read them. Everything is
counted by group of clients alike, so that nothing has a row per client and service but what clients hold. Euros HT.
"""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Service
from segmentation.models.hours import OfARunQuerySet
from segmentation.models.runs import ScoringRun
from segmentation.models.scores import Score
from segmentation.models.segments import SegmentSlug, Tier

FEWEST_ALIKE = 10  # clients of the segment, below which nothing is said of a hole


class PeerGroup(models.Model):
    """Clients of one tier, segment and sector (the letter of a section, empty when nobody knows it), and how many."""

    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    tier = models.CharField(max_length=1, choices=Tier.choices, blank=True)
    segment = models.CharField(max_length=15, choices=SegmentSlug.choices, blank=True)
    sector = models.CharField(max_length=1, blank=True)
    clients = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("groupe de clients semblables")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "segment", "sector", "tier"], name="one_group_per_run_segment_sector_and_tier"
            ),
        ]

    def __str__(self):
        return f"{self.tier} {self.segment} {self.sector}"


class Peer(models.Model):
    """The group of one scored client."""

    # Written in bulk from rows that exist, as scores are: checking each again would cost as much as finding them.
    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="peers", db_index=False, db_constraint=False
    )
    score = models.OneToOneField(Score, on_delete=models.DO_NOTHING, related_name="peer", db_constraint=False)
    group = models.ForeignKey(PeerGroup, on_delete=models.CASCADE, related_name="peers", db_constraint=False)

    objects = OfARunQuerySet.as_manager()

    class Meta:
        verbose_name = _("client semblable")
        constraints = [
            # With its group: a portfolio is counted off the index alone.
            models.UniqueConstraint(fields=["client", "run"], include=["group"], name="one_group_per_client_and_run"),
        ]

    def __str__(self):
        return f"{self.client_id} {self.group_id}"


class Offering(models.Model):
    """What can be proposed: a service that somebody holds, or a family of them. `median` is the usual yearly amount of
    its `holders`, to the cent."""

    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    service = models.ForeignKey(Service, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    family = models.CharField(max_length=120, blank=True)
    holders = models.PositiveIntegerField()
    median = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("service proposable")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "service", "family"], nulls_distinct=False, name="one_offering_per_run_and_service"
            ),
            models.CheckConstraint(
                condition=Q(service=None) & ~Q(family="") | Q(service__isnull=False, family=""),
                name="an_offering_is_a_service_or_a_family",
            ),
        ]

    def __str__(self):
        return self.family or str(self.service)


class HoldingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The holdings of the clients this person may see."""
        return self.filter(client__in=Client.objects.visible_to(user))


class Holding(models.Model):
    """A client holds a service or a family: its net over the 12 months up to the as-of date is above zero."""

    offering = models.ForeignKey(
        Offering, on_delete=models.CASCADE, related_name="held", db_index=False, db_constraint=False
    )
    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="holdings", db_index=False, db_constraint=False
    )
    group = models.ForeignKey(
        PeerGroup, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    net = models.DecimalField(max_digits=14, decimal_places=2)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        verbose_name = _("service détenu")
        constraints = [
            models.UniqueConstraint(
                fields=["client", "offering"], include=["group"], name="a_client_holds_an_offering_once"
            ),
            models.CheckConstraint(condition=Q(net__gt=0), name="what_is_held_was_paid_for"),
        ]
        indexes = [models.Index(fields=["offering", "client"], name="holdings_by_offering")]

    def __str__(self):
        return f"{self.client_id} {self.offering_id}"


class OfferOdds(models.Model):
    """What a group of clients says of an offering (design.md §5, "Opportunities").

    `held` of the group hold it. Of the `alike` clients (the segment's in the sector, the segment's when they are fewer
    than 10 there) `alike_held` do. `n` is the clients of the segment; `propensity` the shrunk share, to six decimals;
    `amount` the usual yearly amount; `worth` the euros of one hole: propensity × amount, nothing when n is under 10.
    """

    offering = models.ForeignKey(
        Offering, on_delete=models.CASCADE, related_name="odds", db_index=False, db_constraint=False
    )
    group = models.ForeignKey(
        PeerGroup, on_delete=models.CASCADE, related_name="odds", db_index=False, db_constraint=False
    )
    held = models.PositiveIntegerField()
    alike = models.PositiveIntegerField()
    alike_held = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    propensity = models.DecimalField(max_digits=7, decimal_places=6)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    worth = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("chance d’une offre")
        constraints = [
            models.UniqueConstraint(fields=["group", "offering"], name="one_odds_per_group_and_offering"),
        ]
        indexes = [models.Index(fields=["offering", "group"], name="odds_by_offering")]

    def __str__(self):
        return f"{self.offering_id} {self.group_id} {self.propensity}"

    @property
    def is_enough(self) -> bool:
        """Whether the segment has enough clients for the figure to be said."""
        return self.n >= FEWEST_ALIKE


class Bundle(models.Model):
    """Two services that good clients hold together more than chance explains: `together` of the `clients` hold the two.

    Good: tier A or B, or segment Champions or Fidèles. `first_held` and `second_held` hold the one and the other.
    """

    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    first = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+", db_index=False)
    clients = models.PositiveIntegerField()
    first_held = models.PositiveIntegerField()
    second_held = models.PositiveIntegerField()
    together = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("services achetés ensemble")
        constraints = [
            models.UniqueConstraint(fields=["run", "first", "second"], name="one_bundle_per_run_and_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="a_pair_is_named_once"),
        ]

    def __str__(self):
        return f"{self.first_id} {self.second_id}"

    @property
    def support(self) -> Decimal:
        """Share of the good clients who hold the two, 0 to 1."""
        return Decimal(self.together) / self.clients

    @property
    def lift(self) -> Decimal:
        """How many times more often than by chance: 1 is chance."""
        return Decimal(self.together) * self.clients / (self.first_held * self.second_held)
