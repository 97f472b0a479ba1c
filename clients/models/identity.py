"""Who is whom: clients found to be one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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
    before = models.JSONField(default=dict)  # former values, but for the client, of what the move changed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merge", "table", "row_id"], name="one_move_per_merged_row")]


class IdentityDecision(models.Model):
    """What somebody decided about names once and for all imports: two that are not one client, or one that is none.

    That two names are one client needs no decision kept: both are keys of that client.
    """

    class Verdict(models.TextChoices):
        DIFFERENT = "different", _("deux clients")
        NOBODY = "nobody", _("pas un client")
        SOMEBODY = "somebody", _("un client")

    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    name = models.CharField(max_length=255)  # as `clients.folding.fold` writes it; of two, the first in order
    other = models.CharField(max_length=255, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("décision d’identité")
        constraints = [
            models.UniqueConstraint(fields=["name", "other"], name="one_decision_per_name_or_pair"),
            models.CheckConstraint(
                condition=Q(verdict="different", other__gt=F("name")) | Q(verdict__in=["nobody", "somebody"], other=""),
                name="two_names_differ_and_one_is_judged_alone",
            ),
        ]

    def __str__(self):
        return f"{self.name} {self.other}".strip()
