"""Clients who left for good, as somebody validated it: `clients.farewells` writes them."""

from django.conf import settings
from django.db import models
from django.db.models import DateField, DecimalField, Exists, F, Func, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models.invoices import Invoice
from clients.models.parties import Client


class DepartureQuerySet(models.QuerySet):
    def standing(self):
        """Those of clients who are gone today: not taken back, and nothing bought since."""
        return self.filter(taken_back_at=None, reopened_on=None)

    def reopened(self):
        """Those that a later purchase put an end to."""
        return self.filter(taken_back_at=None, reopened_on__isnull=False)

    def visible_to(self, user: User):
        return self.filter(client__in=Client.objects.visible_to(user))

    def with_revenue(self):
        """Each with `revenue`: the euros HT invoiced, net, over the 12 months up to the departure."""
        since = Func(
            OuterRef("left_on"), template="(%(expressions)s - INTERVAL '1 year')::date", output_field=DateField()
        )
        invoiced = Invoice.objects.counted().order_by().filter(client=OuterRef("client"), issued_on__gt=since)
        year = invoiced.filter(issued_on__lte=OuterRef("left_on")).values("client").annotate(net=Sum("amount_ht"))
        money = DecimalField(max_digits=14, decimal_places=2)
        return self.annotate(revenue=Coalesce(Subquery(year.values("net")), Value(0), output_field=money))


class ClientDeparture(models.Model):
    """One client gone on a day, and why: what they bought stays, nobody is asked to call them any more.

    It ends when somebody takes it back, or by itself on the day of the first purchase after it (`reopened_on`).
    """

    class Motive(models.TextChoices):
        PRICE = "price", _("Prix")
        COMPETITOR = "competitor", _("Parti chez un concurrent")
        DISSATISFIED = "dissatisfied", _("Insatisfaction")
        CEASED = "ceased", _("Cessation d’activité")
        OTHER = "other", _("Autre motif")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="departures")
    left_on = models.DateField(_("parti le"))
    motive = models.CharField(_("motif"), max_length=12, choices=Motive.choices)
    note = models.CharField(_("précision"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("validé par"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("validé le"))
    reopened_on = models.DateField(_("revenu le"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("annulé par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    taken_back_at = models.DateTimeField(_("annulé le"), null=True, blank=True)

    objects = DepartureQuerySet.as_manager()

    class Meta:
        verbose_name = _("départ d’un client")
        verbose_name_plural = _("départs de clients")
        ordering = ["-left_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(taken_back_at=None, reopened_on=None),
                name="one_standing_departure_per_client",
            ),
            models.CheckConstraint(condition=~Q(motive="other", note=""), name="another_motive_to_leave_is_written"),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="a_departure_is_taken_back_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reopened_on=None) | Q(reopened_on__gt=F("left_on")),
                name="a_client_comes_back_after_leaving",
            ),
        ]

    def __str__(self):
        return f"{self.client} {self.left_on}"

    @property
    def motive_words(self) -> str:
        """The motive, and what was written beside it: "Prix : 15 % moins cher ailleurs"."""
        if self.motive == self.Motive.OTHER:
            return self.note
        label = str(self.Motive(self.motive).label)
        return f"{label} : {self.note}" if self.note else label


def departed() -> Exists:
    """Of clients: that they are gone today. What proposes something for clients excludes them."""
    return Exists(ClientDeparture.objects.standing().filter(client=OuterRef("pk")))
