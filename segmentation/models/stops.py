"""Services that clients stopped buying, as each run found them. Written by `segmentation/sql/stopped_services.sql`."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Service
from segmentation.models.runs import ScoringRun


class StoppedService(models.Model):
    """A service that one run found a client to have stopped buying, while it bought something else since.

    Written in bulk beside the scores, and like them a snapshot: see `Score` for its keys.
    """

    run = models.ForeignKey(
        ScoringRun, on_delete=models.CASCADE, related_name="stopped_services", db_index=False, db_constraint=False
    )
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    silence_days = models.PositiveIntegerField()
    typical_gap_days = models.DecimalField(max_digits=7, decimal_places=1)

    class Meta:
        verbose_name = _("service arrêté")
        constraints = [
            models.UniqueConstraint(fields=["run", "client", "service"], name="one_stop_per_service_client_and_run"),
        ]

    def __str__(self):
        return f"{self.client_id} {self.service_id}"

    @property
    def times(self) -> Decimal:
        """The silence in multiples of the service's own gap, which is at least a day."""
        return self.silence_days / self.typical_gap_days
