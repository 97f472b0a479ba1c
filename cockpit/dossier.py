"""Everything about one client on one page: what it buys and when, the people, the promises, the documents."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from dateutil.relativedelta import relativedelta
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from accounts.hierarchy import led_by
from accounts.models import Firm, User
from accounts.roles import Right
from campaigns.ambassadors import Won, won_by
from campaigns.models import Action, Campaign, Prospect, Recipient
from clients import sectors, timesheets
from clients.activity import ServiceAmounts, amounts_by_service, month_ends
from clients.figures import day, days, eur
from clients.merging import merges_of
from clients.models import Client, ClientMerge, Event, Invoice, NafCode, Service, TimeEntry, YearlyTotal
from cockpit import charts
from cockpit.panel import Sheet
from cockpit.relation_sheet import RelationSheet, relation_of
from cockpit.trigger_forms import TYPED
from segmentation import needs, offers
from segmentation.groups import amounts_by_month, purchases_of
from segmentation.lifetime import Lifetime, lifetime_of
from segmentation.models import ClientNeed, ClientObjective, ClientTime, Need, NeedEvidence, Offer, ScoringRun
from segmentation.opportunities import run_on_show
from segmentation.opportunity_matrix import Lack, lacks_of

MONTHS = 24
DOCUMENTS = 10
PAST_ACTIONS = 20
LAST_ENTRIES = 8
MOST_LACKS = 8
LAST_EVENTS = 12
LAST_MAILINGS = 10
LARGEST_CATALOGUE = 40  # beyond, listing every service that a client does not buy says nothing


@dataclass(frozen=True)
class Month:
    """One rolling month: its first and last day, and its net amount."""

    start: dt.date
    end: dt.date
    amount: Decimal


@dataclass(frozen=True)
class HeardNeed:
    """A need that a client has, and what was heard of it, the newest first."""

    held: ClientNeed
    evidence: list[NeedEvidence]


@dataclass(frozen=True)
class Dossier(Sheet):
    """A sheet with all the rest."""

    @cached_property
    def two_years(self) -> list[Month]:
        """The last 24 rolling months, oldest first; empty before the first run."""
        if self.run is None:
            return []
        ends = month_ends(self.run.as_of, MONTHS)
        amounts = amounts_by_month(self.run, [self.client.pk], MONTHS)[self.client.pk]
        starts = [end + dt.timedelta(days=1) for end in ends]
        return [Month(*one) for one in zip(starts, ends[1:], amounts, strict=False)]

    @property
    def two_years_amounts(self) -> list[Decimal]:
        return [month.amount for month in self.two_years]

    @property
    def tells_lifetime(self) -> bool:
        """Whether the page speaks of a lifetime value: of clients in a segment, where the firm switched segments on."""
        return bool(self.score and self.score.has_rfm and Firm.current().shows(Firm.Part.RFM))

    @cached_property
    def lifetime(self) -> Lifetime | None:
        """The lifetime value with its formula; None without enough history."""
        return lifetime_of(self.score)

    @property
    def may_export(self) -> bool:
        return self.user.may(Right.EXPORT)

    @property
    def may_erase(self) -> bool:
        return self.user.may(Right.ERASE) and self.client.erased_at is None

    @property
    def may_object(self) -> bool:
        return self.user.may(Right.SEND_CAMPAIGNS) and self.client.erased_at is None

    @cached_property
    def mailings(self) -> list[Recipient]:
        """The last messages of campaigns to this client, the newest first; none while campaigns are not shown."""
        if not Firm.current().shows(Firm.Part.CAMPAIGNS):
            return []
        sent = Recipient.objects.filter(client=self.client, sent_at__isnull=False)
        return list(sent.select_related("campaign", "answer").order_by("-sent_at", "-pk")[:LAST_MAILINGS])

    @cached_property
    def campaigns_read(self) -> set[int]:
        """Those of their campaigns that this person may open."""
        mine = (
            Campaign.objects.visible_to(self.user).by_hand().filter(pk__in=[one.campaign_id for one in self.mailings])
        )
        return set(mine.values_list("pk", flat=True)) if self.mailings else set()

    @cached_property
    def moments(self) -> list[charts.Moment]:
        """Purchases, credit notes and exchanges of the last 24 months, in words and amounts."""
        since, until = self.run.as_of - relativedelta(months=MONTHS), self.run.as_of
        bought = [
            charts.Moment(on, "purchase" if amount > 0 else "credit", amount, f"{day(on)} : {eur(amount)}")
            for on, amount in purchases_of(self.run, self.client, since=since)
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

    @property
    def shows_time(self) -> bool:
        return self.run is not None and Firm.current().shows(Firm.Part.TIME)

    @property
    def sees_costs(self) -> bool:
        return self.user.may(Right.SEE_COSTS)

    @cached_property
    def time(self) -> ClientTime | None:
        """The hours spent on this client over the tier window of the run; None when nobody wrote any down."""
        return ClientTime.objects.filter(run=self.run, client=self.client).first()

    @property
    def hourly_increase(self) -> Decimal | None:
        """The euros a year that would bring an hour back to the firm's target; None when it is reached."""
        target = Firm.current().hourly_target
        missing = target * self.time.hours - self.time.revenue if target and self.time else Decimal(0)
        return missing if missing > 0 else None

    @cached_property
    def entries(self) -> list[tuple[TimeEntry, bool]]:
        """The last hours written down, the newest first, each with whether this person may take it back."""
        last = TimeEntry.objects.filter(client=self.client).select_related("person", "source")[:LAST_ENTRIES]
        mine = {self.user.pk, *led_by(self.user).values_list("pk", flat=True)} if self.may_record else set()
        return [(entry, entry.person_id in mine and timesheets.noted_by_hand(entry)) for entry in last]

    @cached_property
    def aims(self) -> list[ClientObjective]:
        """What this client brings and could bring to the open objectives."""
        if self.run is None or not Firm.current().shows(Firm.Part.OBJECTIVES):
            return []
        found = ClientObjective.objects.filter(run=self.run, client=self.client, objective__closed_at=None)
        return list(found.select_related("objective").order_by("objective__place"))

    @property
    def shows_opportunities(self) -> bool:
        return Firm.current().shows(Firm.Part.OPPORTUNITIES) and self._found_in is not None and bool(self.score)

    @cached_property
    def _found_in(self) -> ScoringRun | None:
        """The run whose opportunities are known."""
        return run_on_show()

    @cached_property
    def _lacks(self) -> list[Lack]:
        return lacks_of(self.client, self._found_in)

    @property
    def lacks(self) -> list[Lack]:
        """The services that this client lacks, the most euros first."""
        return self._lacks[:MOST_LACKS]

    @property
    def other_lacks(self) -> int:
        """How many more it lacks."""
        return max(0, len(self._lacks) - MOST_LACKS)

    @cached_property
    def offers(self) -> list[tuple[Offer, list[Service]]]:
        """The grouped offers to propose, each with the services that the client lacks of it."""
        return offers.for_client(self.client, self._found_in, self.score)

    @cached_property
    def recommended_by(self) -> Client | None:
        """Who recommended this client, where this person may see them."""
        known = self.client.recommended_by_id
        if known in (None, self.client.pk):  # itself: who recommended it was merged into it
            return None
        return Client.objects.visible_to(self.user).filter(pk=known).first()

    @cached_property
    def won(self) -> Won:
        """What this client brought by recommending the firm."""
        return won_by([self.client.pk], run=self.run, by=self.user).get(self.client.pk, Won())

    @cached_property
    def brought(self) -> list[Client]:
        return list(Client.objects.filter(pk__in=self.won.clients))

    @cached_property
    def brought_prospects(self) -> list[Prospect]:
        """The prospects that this client recommended and that are still to win."""
        named = Prospect.objects.visible_to(self.user).filter(recommended_by=self.client, client=None)
        return list(named.exclude(state=Prospect.State.DISMISSED))

    @property
    def shows_events(self) -> bool:
        return Firm.current().shows(Firm.Part.TRIGGERS)

    @cached_property
    def events(self) -> list[Event]:
        """What last happened to this client, the newest first, with what it led to."""
        last = Event.objects.filter(client=self.client).select_related("service", "recorded_by")
        return list(last.prefetch_related("firings__action")[:LAST_EVENTS])

    @property
    def event_kinds(self) -> list[tuple[str, str]]:
        return TYPED

    @cached_property
    def merges(self) -> list[ClientMerge]:
        """The clients that this one took over."""
        return list(merges_of(self.client))

    @cached_property
    def relation(self) -> RelationSheet | None:
        """The relation with this client; None for who may not read it."""
        return relation_of(self.user, self.client)

    @property
    def naf(self) -> str:
        """The activity code, with its dot."""
        return sectors.written(self.client.naf_code)

    @property
    def section(self) -> str:
        """The sector in words; empty when nobody knows it."""
        return str(sectors.Section(self.client.section).label) if self.client.section else ""

    @cached_property
    def activity(self) -> str:
        """What the activity code means, where the nomenclature is loaded."""
        return NafCode.objects.titles([self.client.naf_code]).get(self.client.naf_code, "")

    @cached_property
    def is_naf_unknown(self) -> bool:
        return Client.objects.filter(pk=self.client.pk).with_unknown_naf().exists()

    @property
    def shows_needs(self) -> bool:
        return Firm.current().shows(Firm.Part.NEEDS)

    @cached_property
    def needs(self) -> list[HeardNeed]:
        """The needs that the client has, with what was heard of each."""
        heard: dict[int, list[NeedEvidence]] = {}
        for evidence in NeedEvidence.objects.filter(client=self.client).select_related("heard_by"):
            heard.setdefault(evidence.need_id, []).append(evidence)
        held = ClientNeed.objects.standing().of_active_needs().filter(client=self.client)
        held = held.select_related("need", "noted_by").order_by("need__position", "need__sort_name")
        return [HeardNeed(one, heard.get(one.need_id, [])) for one in held]

    @cached_property
    def other_needs(self) -> list[Need]:
        """Every need that can be noted: one that the client has can be heard again."""
        return list(Need.objects.active())

    @property
    def may_note(self) -> bool:
        return needs.may_note(self.user)

    @property
    def may_assign(self) -> bool:
        return self.user.may(Right.ASSIGN_CLIENTS)

    @property
    def may_manage_rules(self) -> bool:
        return self.user.may(Right.MANAGE_RULES)

    @cached_property
    def seen_companies(self) -> set[int]:
        """The companies of the group whose pages this person may open, by their ids."""
        ids = [one.client_id for one in self.companies]
        return set(Client.objects.visible_to(self.user).filter(pk__in=ids).values_list("pk", flat=True))

    @cached_property
    def owners(self) -> list[User]:
        """To whom the client can be given."""
        return list(led_by(self.user)) if self.may_assign else []
