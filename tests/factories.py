"""Objects for tests: each has what it needs and nothing that a test did not ask for."""

import datetime as dt
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from accounts.roles import Role
from campaigns.models import Action, Prospect
from clients.models import Client, Contact, Invoice, InvoiceLine, Service, Source, YearlyTotal
from segmentation.models import Rules, Score, ScoringRun


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
    risk_reasons = factory.LazyFunction(list)
    amount_at_risk = Decimal("0.00")


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


class ActionFactory(DjangoModelFactory):
    class Meta:
        model = Action

    client = factory.SubFactory(ClientFactory)
    assignee = factory.SubFactory(UserFactory)
    created_by = factory.SelfAttribute("assignee")
    due_on = dt.date(2026, 11, 2)


class ProspectFactory(DjangoModelFactory):
    class Meta:
        model = Prospect

    name = factory.Sequence(lambda n: f"Atelier Leroy {n}")
