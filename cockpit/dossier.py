"""Everything about one client on one page: what it buys and when, the people, the promises, the documents."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from dateutil.relativedelta import relativedelta
from django.core.paginator import Page, Paginator
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.hierarchy import led_by
from accounts.models import User
from accounts.roles import Right
from campaigns.models import Action
from clients.activity import ServiceAmounts, amounts_by_service, month_ends, monthly_amounts, purchases_by_day
from clients.figures import day, days, eur
from clients.merging import merges_of
from clients.models import ClientMerge, Invoice, Service, YearlyTotal
from cockpit import charts
from cockpit.panel import Sheet

MONTHS = 24
DOCUMENTS = 10
PAST_ACTIONS = 20
LARGEST_CATALOGUE = 40  # beyond, listing every service that a client does not buy says nothing


@dataclass(frozen=True)
class Month:
    """One rolling month: its first and last day, and its net amount."""

    start: dt.date
    end: dt.date
    amount: Decimal


@dataclass(frozen=True)
class Dossier(Sheet):
    """A sheet with all the rest."""

    @cached_property
    def two_years(self) -> list[Month]:
        """The last 24 rolling months, oldest first; empty before the first run."""
        if self.run is None:
            return []
        ends = month_ends(self.run.as_of, MONTHS)
        amounts = monthly_amounts([self.client.pk], as_of=self.run.as_of, months=MONTHS)[self.client.pk]
        starts = [end + dt.timedelta(days=1) for end in ends]
        return [Month(*one) for one in zip(starts, ends[1:], amounts, strict=False)]

    @property
    def two_years_amounts(self) -> list[Decimal]:
        return [month.amount for month in self.two_years]

    @cached_property
    def moments(self) -> list[charts.Moment]:
        """Purchases, credit notes and exchanges of the last 24 months, in words and amounts."""
        since, until = self.run.as_of - relativedelta(months=MONTHS), self.run.as_of
        bought = [
            charts.Moment(on, "purchase" if amount > 0 else "credit", amount, f"{day(on)} : {eur(amount)}")
            for on, amount in purchases_by_day(self.client, since=since, until=until)
        ]
        called = [
            charts.Moment(
                action.done_at.date(), "contact", Decimal(0), f"{day(action.done_at)} : {action.get_kind_display()}"
            )
            for action in self.past_actions
            if since < action.done_at.date() <= until
        ]
        return sorted(bought + called, key=lambda moment: moment.on)

    @cached_property
    def timeline(self) -> charts.Timeline | None:
        """The drawing of those moments; None for a client whose purchases are not known by date."""
        if self.score is None or not self.score.has_rfm:
            return None
        return charts.timeline(
            self.moments,
            start=self.run.as_of - relativedelta(months=MONTHS),
            end=self.run.as_of,
            last_purchase=self.score.last_purchase_on,
            gap_days=self.score.typical_gap_days,
        )

    @property
    def timeline_sentence(self) -> str:
        """What the drawing says: how many purchases, the usual gap, the silence."""
        purchases = sum(moment.kind == "purchase" for moment in self.moments)
        words = {
            "count": purchases,
            "months": MONTHS,
            "gap": days(self.score.typical_gap_days),
            "silence": days(self.score.recency_days),
        }
        if self.score.typical_gap_days is None:
            return _("%(count)s jours d’achat en %(months)s mois ; %(silence)s depuis le dernier.") % words
        return (
            _(
                "%(count)s jours d’achat en %(months)s mois, un tous les %(gap)s d’habitude ; "
                "%(silence)s depuis le dernier."
            )
            % words
        )

    @cached_property
    def services(self) -> list[ServiceAmounts]:
        """Everything bought in 24 months, service by service."""
        return amounts_by_service(self.client, as_of=self.run.as_of) if self.run else []

    @property
    def held(self) -> list[ServiceAmounts]:
        """The services held: net above zero over 12 months."""
        return [one for one in self.services if one.amount > 0]

    @property
    def stopped(self) -> list[ServiceAmounts]:
        """Bought the year before, no longer held."""
        return [one for one in self.services if one.service and one.amount <= 0 < one.former]

    @cached_property
    def missing(self) -> list[Service]:
        """Never bought in 24 months, where the catalogue is short enough to say so."""
        known = {one.service.pk for one in self.services if one.service}
        if not self.score or Service.objects.count() > LARGEST_CATALOGUE:
            return []
        return list(Service.objects.exclude(pk__in=known))

    @cached_property
    def contacts(self):
        return list(self.client.contacts.all())

    @cached_property
    def open_actions(self) -> list[Action]:
        return list(Action.objects.open().filter(client=self.client).select_related("assignee"))

    @cached_property
    def past_actions(self) -> list[Action]:
        done = Action.objects.done().filter(client=self.client).select_related("done_by")
        return list(done.order_by("-done_at", "-id")[:PAST_ACTIONS])

    def documents(self, page) -> Page:
        """The invoices and credit notes, newest first, whatever their status."""
        invoices = Invoice.objects.filter(client=self.client).order_by("-issued_on", "-id")
        return Paginator(invoices, DOCUMENTS).get_page(page)

    @cached_property
    def totals(self) -> list[YearlyTotal]:
        """What was invoiced over whole periods, the newest first, where no invoice says when."""
        return list(YearlyTotal.objects.filter(client=self.client).select_related("source").order_by("-last_day", "id"))

    @cached_property
    def hours(self) -> Decimal | None:
        """Hours spent on this client over 12 months; None when nobody writes any down."""
        if self.run is None:
            return None
        since = self.run.as_of - relativedelta(months=12)
        spent = self.client.time_entries.filter(spent_on__gt=since, spent_on__lte=self.run.as_of)
        return spent.aggregate(hours=Sum("hours"))["hours"]

    @property
    def revenue_per_hour(self) -> Decimal | None:
        return self.score.tier_revenue / self.hours if self.hours and self.score else None

    @cached_property
    def merges(self) -> list[ClientMerge]:
        """The clients that this one took over."""
        return list(merges_of(self.client))

    @property
    def may_assign(self) -> bool:
        return self.user.may(Right.ASSIGN_CLIENTS)

    @cached_property
    def owners(self) -> list[User]:
        """To whom the client can be given."""
        return list(led_by(self.user)) if self.may_assign else []
