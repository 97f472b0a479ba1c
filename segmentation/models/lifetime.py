"""What a client of each segment is worth over the years to come, as one run and that of a year before tell it."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from segmentation.models.runs import ScoringRun
from segmentation.models.segments import SegmentSlug


class LifetimeValue(models.Model):
    """How many years of revenue a client of one segment stands for: `years` = min(5, 1 ÷ (1 − retention)).

    Retention is the share of the `clients` that the run `former`, of twelve months before, had in the segment, who
    bought since (`kept`); of all its clients when the segment had too few (`is_of_firm`). No row: no such run.
    """

    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="lifetime_values", db_index=False)
    former = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="+")
    segment = models.CharField(max_length=15, choices=SegmentSlug.choices)
    clients = models.PositiveIntegerField()
    kept = models.PositiveIntegerField()
    is_of_firm = models.BooleanField()
    years = models.DecimalField(max_digits=7, decimal_places=6)

    class Meta:
        verbose_name = _("valeur vie")
        constraints = [
            models.UniqueConstraint(fields=["run", "segment"], name="one_lifetime_value_per_segment_and_run"),
            models.CheckConstraint(
                condition=Q(clients__gt=0, kept__lte=F("clients"), years__range=(1, 5)),
                name="a_lifetime_is_from_one_to_five_years",
            ),
        ]

    def __str__(self):
        return f"{self.get_segment_display()} {self.years}"

    @property
    def retention(self) -> Decimal:
        return Decimal(self.kept) / self.clients
