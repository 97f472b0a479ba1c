"""Where next quarter's hours and euros go: plans, what each of their lines gets, who has how much time, what was spent.

A plan is for the clients that the person who made it sees. It is a simulation until it is adopted: then its contacts
are dated, one row each, and what is really done is compared with them.
"""

import datetime as dt
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.hierarchy import team_ids
from accounts.roles import Right
from campaigns.models.actions import Action
from clients.models import Client

MONTHS = 3


class Target(models.TextChoices):
    """Whom a line of a plan is for: the tiers, then prospects."""

    A = "A", _("Palier A · Champions")
    B = "B", _("Palier B · Réguliers")
    C = "C", _("Palier C · Occasionnels")
    PROSPECTS = "P", _("Prospects ressemblants")


TIERS = (Target.A, Target.B, Target.C)


class Purpose(models.TextChoices):
    """What euros are for."""

    KEEPING = "keep", pgettext_lazy("budget", "Fidéliser")
    WINNING = "win", pgettext_lazy("budget", "Prospecter")


class AllocationPlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The plans this person may read: every plan, or their own and those of who reports to them."""
        if not user.may(Right.PLAN_ALLOCATION):
            return self.none()
        if user.may(Right.SEE_ALL_CLIENTS):
            return self
        return self.filter(made_by__in=team_ids(user))

    def adopted(self):
        return self.exclude(adopted_at=None)


class AllocationPlan(models.Model):
    """One scenario for one quarter: a total in euros HT, its split, and who it is adopted by."""

    name = models.CharField(_("nom"), max_length=80)
    starts_on = models.DateField(_("trimestre"))
    budget = models.DecimalField(_("budget total"), max_digits=12, decimal_places=2)
    keeping_percent = models.PositiveSmallIntegerField(_("part pour fidéliser"))
    # Every interval is made that much longer, in percent, so that their proportions hold to the last digit.
    stretch_percent = models.PositiveSmallIntegerField(default=0, db_default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="allocation_plans")
    made_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(null=True)

    objects = AllocationPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan d’allocation")
        verbose_name_plural = _("plans d’allocation")
        ordering = ["-starts_on", "made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__month__in=[1, 4, 7, 10], starts_on__day=1), name="a_plan_is_for_a_quarter"
            ),
            models.CheckConstraint(
                condition=Q(budget__gte=0, keeping_percent__lte=100), name="a_plan_shares_out_what_there_is"
            ),
            models.CheckConstraint(
                condition=Q(adopted_at=None, adopted_by=None) | Q(adopted_at__isnull=False, adopted_by__isnull=False),
                name="a_plan_is_adopted_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["made_by", "starts_on"],
                condition=Q(adopted_at__isnull=False),
                name="one_adopted_plan_per_person_and_quarter",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def ends_on(self) -> dt.date:
        """The last day of the quarter."""
        return self.starts_on + relativedelta(months=MONTHS) - dt.timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    @property
    def quarter(self) -> int:
        """1 to 4."""
        return (self.starts_on.month - 1) // MONTHS + 1

    @property
    def is_adopted(self) -> bool:
        return self.adopted_at is not None

    @property
    def keeping_euros(self) -> Decimal:
        return (self.budget * self.keeping_percent / 100).quantize(Decimal("0.01"))

    @property
    def winning_euros(self) -> Decimal:
        return self.budget - self.keeping_euros


class AllocationLine(models.Model):
    """What one tier, or prospects, gets: parts of both budgets in percent, days between contacts, minutes each."""

    plan = models.ForeignKey(AllocationPlan, on_delete=models.CASCADE, related_name="lines")
    target = models.CharField(max_length=1, choices=Target.choices)
    keeping = models.PositiveSmallIntegerField()
    winning = models.PositiveSmallIntegerField()
    keeping_locked = models.BooleanField(default=False)
    winning_locked = models.BooleanField(default=False)
    interval_days = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["plan", "target"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "target"], name="one_line_per_plan_and_target"),
            models.CheckConstraint(
                condition=Q(keeping__lte=100, winning__lte=100, interval_days__gte=1, minutes__gte=1),
                name="a_line_is_possible",
            ),
        ]

    def __str__(self):
        return self.get_target_display()


class Availability(models.Model):
    """The time a person has for clients in one quarter: days off, and the share of the rest in the field."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="availabilities")
    starts_on = models.DateField()
    days_off = models.DecimalField(max_digits=4, decimal_places=1, default=0)
    field_percent = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("disponibilité")
        constraints = [
            models.UniqueConstraint(fields=["person", "starts_on"], name="one_availability_per_person_and_quarter"),
            models.CheckConstraint(
                condition=Q(days_off__gte=0, field_percent__lte=100), name="an_availability_is_possible"
            ),
        ]

    def __str__(self):
        return f"{self.person_id} {self.starts_on}"


class Spending(models.Model):
    """Euros HT really spent on one line of a plan."""

    plan = models.ForeignKey(AllocationPlan, on_delete=models.PROTECT, related_name="spendings")
    target = models.CharField(max_length=1, choices=Target.choices)
    purpose = models.CharField(max_length=4, choices=Purpose.choices)
    amount = models.DecimalField(_("montant"), max_digits=12, decimal_places=2)
    spent_on = models.DateField(_("date"))
    label = models.CharField(_("libellé"), max_length=120, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("dépense")
        ordering = ["-spent_on", "-id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="a_spending_is_of_some_euros")]

    def __str__(self):
        return f"{self.amount} {self.label}"


class PlannedContactQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The contacts planned with the clients this person may see."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self.exclude(client__in=Client.objects.merged())
        return self.filter(client__in=Client.objects.visible_to(user))

    def due_between(self, first, last):
        return self.filter(due_on__gte=first, due_on__lte=last)


class PlannedContact(models.Model):
    """One contact of the calendar of an adopted plan; its action comes with its week."""

    plan = models.ForeignKey(AllocationPlan, on_delete=models.CASCADE, related_name="contacts")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="planned_contacts")
    target = models.CharField(max_length=1, choices=Target.choices)
    due_on = models.DateField(_("pour le"))
    action = models.ForeignKey(Action, null=True, on_delete=models.SET_NULL, related_name="planned_contacts")
    called_at = models.DateTimeField(null=True)  # when its week came, whether or not it made an action

    objects = PlannedContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact prévu")
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["plan", "due_on"], name="planned_contacts_by_day"),
            models.Index(F("due_on"), condition=Q(called_at=None), name="planned_contacts_to_come"),
        ]

    def __str__(self):
        return f"{self.client_id} {self.due_on}"
