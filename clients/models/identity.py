"""Who is whom: clients found to be one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from clients.models.parties import Client


class ClientMerge(models.Model):
    """Two clients found to be one: `kept` took over what `merged` had. Undone by moving each journaled row back."""

    kept = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-merged_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at=None),
                name="a_client_is_merged_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(kept=F("merged")),
                name="a_client_is_not_merged_with_itself",
            ),
        ]


class MergedRow(models.Model):
    """One row that a merge moved from one client to another."""

    merge = models.ForeignKey(ClientMerge, on_delete=models.CASCADE, related_name="rows")
    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merge", "table", "row_id"], name="one_move_per_merged_row")]
