"""Objects for tests: each has what it needs and nothing that a test did not ask for."""

import datetime as dt
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from accounts.roles import Role
from campaigns.addresses import key_of
from campaigns.models import (
    Action,
    AllocationPlan,
    Approach,
    Campaign,
    CampaignMessage,
    PlannedContact,
    Prospect,
    Recipient,
    TriggerRule,
)
from clients.models import (
    Client,
    ClientDeparture,
    Contact,
    Event,
    Invoice,
    InvoiceLine,
    NafCode,
    Service,
    Source,
    TimeEntry,
    YearlyTotal,
)
from clients.timesheets import NOTED
from segmentation.models import (
    Assessment,
    Backtest,
    ClientNeed,
    Hole,
    Need,
    Objective,
    RelationFacts,
    Risk,
    Rules,
    Score,
    ScoringRun,
)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@cabinet.example")
    first_name = "Claire"
    last_name = factory.Sequence(lambda n: f"Fabre{n}")
    roles = factory.LazyFunction(lambda: [Role.COMMERCIAL])

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        self.set_password(extracted or "un mot de passe assez long")
        self.save()


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source
        django_get_or_create = ("kind", "name")

    kind = Source.Kind.TABLE
    name = "Factures"


class ClientFactory(DjangoModelFactory):
    class Meta:
        model = Client

    name = factory.Sequence(lambda n: f"Garage Martin {n}")
    code = factory.Sequence(lambda n: f"C{n:05}")


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    client = factory.SubFactory(ClientFactory)
    name = "Jeanne Roux"


class ClientDepartureFactory(DjangoModelFactory):
    """A client gone on 1 October 2026 for the price."""

    class Meta:
        model = ClientDeparture

    client = factory.SubFactory(ClientFactory)
    left_on = dt.date(2026, 10, 1)
    motive = ClientDeparture.Motive.PRICE
    recorded_by = factory.SubFactory(UserFactory)
    recorded_at = dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC)


class EventFactory(DjangoModelFactory):
    """Somebody told that a client moved on 20 October 2026."""

    class Meta:
        model = Event

    client = factory.SubFactory(ClientFactory)
    kind = Event.Kind.MOVE
    happened_on = dt.date(2026, 10, 20)


class NafCodeFactory(DjangoModelFactory):
    class Meta:
        model = NafCode

    code = "6201Z"
    label = "Programmation informatique"


class ServiceFactory(DjangoModelFactory):
    class Meta:
        model = Service

    code = factory.Sequence(lambda n: f"S{n}")
    name = factory.Sequence(lambda n: f"Service {n}")


class InvoiceFactory(DjangoModelFactory):
    """An issued invoice of one line; a negative amount makes a credit note."""

    class Meta:
        model = Invoice
        skip_postgeneration_save = True

    source = factory.SubFactory(SourceFactory)
    external_id = factory.Sequence(lambda n: f"F{n}")
    client = factory.SubFactory(ClientFactory)
    issued_on = dt.date(2026, 10, 1)
    amount_ht = Decimal("100.00")
    kind = factory.LazyAttribute(
        lambda o: Invoice.Kind.CREDIT_NOTE if Decimal(o.amount_ht) < 0 else Invoice.Kind.INVOICE
    )

    @factory.post_generation
    def service(self, create, extracted, **kwargs):
        InvoiceLine.objects.create(invoice=self, position=1, service=extracted, amount_ht=self.amount_ht)


class YearlyTotalFactory(DjangoModelFactory):
    """What a client was invoiced in 2025, known without its invoices."""

    class Meta:
        model = YearlyTotal

    source = factory.SubFactory(SourceFactory)
    client = factory.SubFactory(ClientFactory)
    first_day = dt.date(2025, 1, 1)
    last_day = dt.date(2025, 12, 31)
    amount_ht = Decimal("1000.00")


class ScoringRunFactory(DjangoModelFactory):
    """A finished official run under the published rules, holding no score yet."""

    class Meta:
        model = ScoringRun

    status = ScoringRun.Status.DONE
    as_of = dt.date(2026, 10, 31)
    rules = factory.LazyFunction(lambda: Rules.objects.get(status=Rules.Status.PUBLISHED))
    rfm_window_months = 24
    rfm_from = dt.date(2024, 10, 31)
    tier_from = dt.date(2025, 10, 31)
    recency_mode = "thresholds"
    recency_cuts = factory.LazyFunction(lambda: [30, 90, 180, 365])
    frequency_mode = "value"
    frequency_cuts = factory.LazyFunction(lambda: [2, 4, 8, 16])
    monetary_mode = "value"
    monetary_cuts = factory.LazyFunction(lambda: [Decimal(500), Decimal(3000), Decimal(15000), Decimal(40000)])
    finished_at = dt.datetime(2026, 11, 1, 2, 31, tzinfo=dt.UTC)


class ScoreFactory(DjangoModelFactory):
    """A loyal client of tier B, not at risk."""

    class Meta:
        model = Score
        skip_postgeneration_save = True

    run = factory.SubFactory(ScoringRunFactory)
    client = factory.SubFactory(ClientFactory)
    first_purchase_on = dt.date(2024, 1, 15)
    last_purchase_on = dt.date(2026, 10, 1)
    purchase_days = 20
    recency_days = 30
    frequency = 12
    monetary = Decimal("12000.00")
    r, f, m, fm = 5, 4, 3, 4
    segment = "loyal"
    tier = "B"
    tier_rank = 10
    tier_revenue = Decimal("6000.00")
    previous_revenue = Decimal("5500.00")
    cumulative_share = Decimal("0.700000")
    typical_gap_days = Decimal("30.0")
    silence_ratio = Decimal("1.000000")
    recent_half_revenue = Decimal("3000.00")
    former_half_revenue = Decimal("3000.00")
    recent_half_days = 6
    former_half_days = 6
    at_risk = False
    risk_reasons = factory.LazyAttribute(lambda score: ["grid"] if score.at_risk else [])
    amount_at_risk = Decimal("0.00")

    @factory.post_generation
    def risk(self, create, extracted, **kwargs):
        """Shown as the run found it, as `segmentation.risk` does; `drop` is a reason that only history gives."""
        reasons = sorted({*self.risk_reasons, *(extracted or [])})
        if self.at_risk or extracted:
            Risk.objects.create(
                score=self,
                run_id=self.run_id,
                client_id=self.client_id,
                reasons=reasons,
                amount=self.amount_at_risk,
                segment=self.segment,
                silence_ratio=self.silence_ratio,
            )


class TierScoreFactory(ScoreFactory):
    """The score of a client known by yearly totals alone: a tier, and no more."""

    first_purchase_on = last_purchase_on = recency_days = None
    purchase_days = frequency = 0
    monetary = Decimal("0.00")
    r = f = m = fm = None
    segment = ""
    typical_gap_days = silence_ratio = None
    recent_half_revenue = former_half_revenue = Decimal("0.00")
    recent_half_days = former_half_days = 0


class NeedFactory(DjangoModelFactory):
    class Meta:
        model = Need

    name = factory.Sequence(lambda n: f"Piloter {n}")
    slug = factory.Sequence(lambda n: f"piloter-{n}")
    situation = "l’année avance"
    wish = "savoir où j’en suis"
    aim = "décider à temps"


class ClientNeedFactory(DjangoModelFactory):
    """A need that somebody heard from a client, unanswered."""

    class Meta:
        model = ClientNeed

    need = factory.SubFactory(NeedFactory)
    client = factory.SubFactory(ClientFactory)
    origin = ClientNeed.Origin.HAND
    noted_by = factory.SubFactory(UserFactory)


class HoleFactory(DjangoModelFactory):
    """What somebody said of a service that a client lacks."""

    class Meta:
        model = Hole

    client = factory.SubFactory(ClientFactory)
    service = factory.SubFactory(ServiceFactory)
    reason = "never-offered"
    said_by = factory.SubFactory(UserFactory)
    said_at = dt.datetime(2026, 10, 15, 9, 0, tzinfo=dt.UTC)


def backtest_figures(**changes) -> dict:
    """What a trial of 100 alarms found: 62 did not buy again, against 55 by silence and 31 by chance."""

    def alarms(found, revenue):
        return {"precision": found / 100, "recall": found / 124, "n": 100, "found": found, "found_revenue": revenue}

    group = {"clients": 80, "bought_again": 60, "revenue_before": "9000.00", "revenue_after": "4000.00"}
    return {
        "at_risk": {**alarms(62, "62000.00"), "interval": [0.522, 0.709]},
        "naive": {**alarms(55, "30000.00"), "days": 143},
        "chance": alarms(31, "25000.00"),
        "population": {"clients": 400, "gone": 124, "gone_revenue": "100000.00"},
        "rank_correlation": 0.81,
        "ranked": 380,
        "tiers": [{"tier": "A", **group}, {"tier": "B", **group}, {"tier": "", **group}],
        "segments": [{"segment": "champions", **group}, {"segment": "at-risk", **group}],
        "newcomers": {**group, "clients": 7, "revenue_after": "700.00"},
        "left_out": {**group, "clients": 0, "revenue_after": "0.00"},
        "reasons": [{"reason": "rhythm", "precision": 0.62, "n": 100, "found": 62}],
        "rules": 1,
        "rfm_window_months": 24,
        "tier_window_months": 12,
        **changes,
    }


class BacktestFactory(DjangoModelFactory):
    """A finished trial of 31 May 2026, followed for six months."""

    class Meta:
        model = Backtest

    as_of = dt.date(2026, 5, 31)
    months = 6
    until = dt.date(2026, 11, 30)
    status = Backtest.Status.DONE
    rules = factory.LazyFunction(lambda: Rules.objects.get(status=Rules.Status.PUBLISHED))
    figures = factory.LazyFunction(backtest_figures)
    finished_at = dt.datetime(2026, 12, 1, 2, 31, tzinfo=dt.UTC)


class RelationFactsFactory(DjangoModelFactory):
    """A client like any: half the others bring less, the usual rate, on time, no credit note; of the run on show."""

    class Meta:
        model = RelationFacts

    run = factory.LazyFunction(lambda: ScoringRun.objects.latest_at() or ScoringRunFactory())
    client = factory.SubFactory(ClientFactory)
    revenue = Decimal("6000.00")
    below, among = 50, 100
    hours = Decimal("60.00")
    per_hour = Decimal("100.00")
    usual_per_hour = Decimal("100.00")
    late_days = Decimal("0.0")
    credit_share = Decimal("0.0000")


class AssessmentFactory(DjangoModelFactory):
    """An opinion of threes, that no grade follows yet."""

    class Meta:
        model = Assessment

    client = factory.SubFactory(ClientFactory)
    rater = factory.SubFactory(UserFactory)
    punctuality = relationship = effort = potential = prescriber = 3


class ActionFactory(DjangoModelFactory):
    class Meta:
        model = Action

    client = factory.SubFactory(ClientFactory)
    assignee = factory.SubFactory(UserFactory)
    created_by = factory.SelfAttribute("assignee")
    due_on = dt.date(2026, 11, 2)


class AllocationPlanFactory(DjangoModelFactory):
    """A scenario for the first quarter of 2027, without lines."""

    class Meta:
        model = AllocationPlan

    name = factory.Sequence(lambda n: f"Scénario {n}")
    starts_on = dt.date(2027, 1, 1)
    budget = Decimal("10000.00")
    keeping_percent = 70
    made_by = factory.SubFactory(UserFactory)


class PlannedContactFactory(DjangoModelFactory):
    class Meta:
        model = PlannedContact

    plan = factory.SubFactory(AllocationPlanFactory)
    client = factory.SubFactory(ClientFactory)
    target = "B"
    due_on = dt.date(2027, 1, 11)


class ProspectFactory(DjangoModelFactory):
    class Meta:
        model = Prospect

    name = factory.Sequence(lambda n: f"Atelier Leroy {n}")


class ApproachFactory(DjangoModelFactory):
    """A call to a prospect, planned by who has to make it."""

    class Meta:
        model = Approach

    prospect = factory.SubFactory(ProspectFactory)
    assignee = factory.SubFactory(UserFactory)
    created_by = factory.SelfAttribute("assignee")
    due_on = dt.date(2026, 11, 5)


class TimeEntryFactory(DjangoModelFactory):
    """Two hours noted by hand."""

    class Meta:
        model = TimeEntry

    client = factory.SubFactory(ClientFactory)
    person = factory.SubFactory(UserFactory)
    spent_on = dt.date(2026, 10, 1)
    hours = Decimal("2.00")
    source = factory.SubFactory(SourceFactory, kind=Source.Kind.HOURS, name=NOTED)
    external_id = factory.Sequence(lambda n: f"H{n}")


class ObjectiveFactory(DjangoModelFactory):
    """An open objective of 2026, on no service yet."""

    class Meta:
        model = Objective

    name = factory.Sequence(lambda n: f"Cap {n}")
    target = Decimal("10000.00")
    starts_on = dt.date(2026, 1, 1)
    ends_on = dt.date(2026, 12, 31)
    place = 1
    created_by = factory.SubFactory(UserFactory)


class TriggerRuleFactory(DjangoModelFactory):
    """A call within a week of a move; on since 1 October 2026."""

    class Meta:
        model = TriggerRule

    name = "Déménagement"
    event_kind = Event.Kind.MOVE
    tried_at = dt.datetime(2026, 10, 1, 8, tzinfo=dt.UTC)
    switched_on_at = dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC)
    created_by = factory.SubFactory(UserFactory)


class CampaignFactory(DjangoModelFactory):
    """A draft to one segment, with its message."""

    class Meta:
        model = Campaign
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Campagne {n}")
    segments = factory.LazyFunction(lambda: ["loyal"])
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def messages(self, create, extracted, **kwargs):
        for segment in self.segments:
            CampaignMessageFactory(campaign=self, segment=segment)


class CampaignMessageFactory(DjangoModelFactory):
    class Meta:
        model = CampaignMessage

    campaign = factory.SubFactory(CampaignFactory)
    segment = "loyal"
    subject = "Des nouvelles de {entreprise}"
    body = "Bonjour {prenom|à vous},\n\nOù en est {client} ?\n\n[Notre page](https://ici.example/page)"


class RecipientFactory(DjangoModelFactory):
    class Meta:
        model = Recipient

    campaign = factory.SubFactory(CampaignFactory)
    client = factory.SubFactory(ClientFactory)
    email = factory.Sequence(lambda n: f"contact{n}@client.example")
    address_key = factory.LazyAttribute(lambda recipient: key_of(recipient.email))
    segment = "loyal"
    tier = "B"
