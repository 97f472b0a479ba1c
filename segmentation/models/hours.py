"""Hours of a run: what each client took over the tier window, and who spent it.

Written by `segmentation/sql/person_time.sql` and `client_time.sql`, with the run; written anew when an hour is noted or
a cost changes since, for the run on show. Euros HT.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from clients.models import Client
from segmentation.models.runs import ScoringRun
from segmentation.models.scores import Score


class OfARunQuerySet(models.QuerySet):
    def of(self, run):
        return self.filter(run=run)

    def visible_to(self, user):
        """The hours of the clients this person may see. Who was merged since into another is out of sight."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self.exclude(client__in=Client.objects.merged())
        return self.filter(client__in=Client.objects.visible_to(user))


class ClientTime(models.Model):
    """What one client took of the firm's hours, and brought, over the tier window. No row without an hour.

    `cost` is that of its hours; None as long as one of those who spent them has none.
    """

    # Written in bulk from rows that exist, as scores are: checking each again would cost as much as finding them.
    run = models.ForeignKey(
        ScoringRun, on_delete=models.CASCADE, related_name="client_times", db_index=False, db_constraint=False
    )
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    # None: hours for a client who never bought anything.
    # It goes with its run, as its score does: looking for it score by score would cost a second at 100,000 clients.
    score = models.OneToOneField(
        Score, null=True, on_delete=models.DO_NOTHING, related_name="time", db_constraint=False
    )
    hours = models.DecimalField(_("heures"), max_digits=10, decimal_places=2)
    cost = models.DecimalField(_("coût"), max_digits=14, decimal_places=2, null=True)
    revenue = models.DecimalField(max_digits=14, decimal_places=2)

    objects = OfARunQuerySet.as_manager()

    class Meta:
        verbose_name = _("temps d’un client")
        constraints = [
            models.UniqueConstraint(fields=["run", "client"], name="one_time_per_client_per_run"),
            models.CheckConstraint(condition=Q(hours__gt=0), name="a_client_s_time_is_positive"),
        ]

    def __str__(self):
        return f"{self.client_id} {self.hours} h"

    @property
    def revenue_per_hour(self) -> Decimal:
        return self.revenue / self.hours

    @property
    def margin(self) -> Decimal | None:
        """Revenue less the cost of the hours; None when the cost is not known."""
        return None if self.cost is None else self.revenue - self.cost

    @property
    def margin_per_hour(self) -> Decimal | None:
        return None if self.margin is None else self.margin / self.hours


class PersonTime(models.Model):
    """The hours of one person for one client over the tier window."""

    run = models.ForeignKey(
        ScoringRun, on_delete=models.CASCADE, related_name="person_times", db_index=False, db_constraint=False
    )
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    hours = models.DecimalField(_("heures"), max_digits=10, decimal_places=2)
    cost = models.DecimalField(_("coût"), max_digits=14, decimal_places=2, null=True)

    objects = OfARunQuerySet.as_manager()

    class Meta:
        verbose_name = _("temps d’une personne")
        constraints = [
            models.UniqueConstraint(fields=["run", "client", "person"], name="one_time_per_person_client_and_run"),
        ]

    def __str__(self):
        return f"{self.person_id} {self.client_id} {self.hours} h"
