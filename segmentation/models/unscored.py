"""Who has no score of their own in a run, and why."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from clients.models import Client
from segmentation.models.runs import ScoringRun


class UnscoredQuerySet(models.QuerySet):
    def of(self, run):
        return self.filter(run=run)

    def excluded(self):
        """Those that the rules leave out; the others are scored with their group."""
        return self.exclude(reason=Unscored.Reason.GROUP)

    def visible_to(self, user):
        """Those of the clients this person may see."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self.exclude(client__in=Client.objects.merged())
        return self.filter(client__in=Client.objects.visible_to(user))


class Unscored(models.Model):
    """One client that a run gave no score of its own: scored with its group, whose `head` bears the score, or left out.

    Written by `unscored.sql` before anybody is scored, and read by every statement that follows.
    """

    class Reason(models.TextChoices):
        GROUP = "group", _("Noté avec son groupe")
        HAND = "hand", _("Exclu à la main")
        KIND = "kind", _("Nature exclue")
        COUNTRY = "country", _("Pays exclu")
        EXCLUDED_HEAD = "head", _("Groupe exclu")

    run = models.ForeignKey(
        ScoringRun, on_delete=models.CASCADE, related_name="unscored", db_index=False, db_constraint=False
    )
    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="unscored", db_index=False, db_constraint=False
    )
    head = models.ForeignKey(
        Client, null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    reason = models.CharField(max_length=7, choices=Reason.choices)
    motive = models.CharField(max_length=160, blank=True)

    objects = UnscoredQuerySet.as_manager()

    class Meta:
        verbose_name = _("client sans score")
        constraints = [
            models.UniqueConstraint(fields=["run", "client"], name="unscored_once_per_run"),
            models.CheckConstraint(
                condition=models.Q(reason="group", head__isnull=False)
                | (~models.Q(reason="group") & models.Q(head=None)),
                name="a_group_scores_under_its_head",
            ),
        ]
        indexes = [models.Index(fields=["run", "head"], name="unscored_by_head", condition=models.Q(reason="group"))]
