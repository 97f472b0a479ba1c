"""The SQL and the plain Python reference find the same about everybody, on data made to be full of ties and traps."""

import csv
import datetime as dt
import io
import random
from collections.abc import Iterable
from decimal import Decimal

import pytest
from dateutil.relativedelta import relativedelta
from django.core.management import call_command

from clients.models import Client, Invoice, InvoiceLine, InvoiceLink, Service, Source, YearlyTotal
from segmentation.models import Exclusion, Rules, Score, StoppedService, Unscored
from segmentation.scoring import score
from tests.segmentation import reference

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 8, 31)  # six months earlier there is no 31st


def drawn(seed: int, clients: int):
    """Documents and "client since" dates of a firm drawn from this seed: few days, few amounts, so that much ties."""
    draw = random.Random(seed)
    amounts = [Decimal(text) for text in ("0.05", "9.99", "95.50", "100.00", "100.00", "250.00", "500.00", "1234.50")]
    corners = [AS_OF - relativedelta(months=n) for n in (6, 12, 13, 18, 24)] + [AS_OF - dt.timedelta(days=90)]
    documents, since = [], {}
    for number in range(clients):
        name = f"C{number:03}"
        first = draw.choice([20, 85, 89, 90, 91, 200, 500, 900])
        step = draw.choice([5, 7, 14, 30, 60, 61])
        days = sorted(
            AS_OF - dt.timedelta(days=draw.randint(0, first) // step * step) for _ in range(draw.randint(1, 14))
        )
        days += draw.sample(corners, draw.choice([0, 0, 1, 2]))
        days += [day + dt.timedelta(days=1) for day in draw.sample(corners, draw.choice([0, 0, 1]))]
        own = [paper(draw, name, day, draw.choice(amounts)) for day in days]
        own += credit_notes(draw, name, own)
        own += finals(draw, name, own)
        documents += own
        if draw.random() < 0.15:
            since[name] = AS_OF - dt.timedelta(days=draw.choice([-5, 0, 30, 89, 90, 400]))
    return documents, since


def paper(draw, client, day, amount):
    fees = draw.choice([Decimal(0), Decimal(0), amount, Decimal("5.00")])
    counted = draw.random() > 0.05
    apart = random.Random(f"{client} {day} {amount}").choice([Decimal(0), Decimal(0), amount - fees, Decimal("4.00")])
    return reference.Document(client, day, amount, counted=counted, fees=fees, apart=apart)


def credit_notes(draw, client, own):
    """Some free, some naming one invoice in full or in part, some naming two."""
    for _ in range(draw.choice([0, 0, 0, 1, 2])):
        named = draw.sample(own, min(len(own), draw.choice([0, 1, 1, 2])))
        amount = sum((d.amount for d in named), Decimal(0)) * draw.choice([1, 1, 2]) or Decimal("100.00")
        part = draw.choice([amount, amount, amount - Decimal("0.01"), Decimal("40.00")])
        day = min(
            AS_OF + dt.timedelta(days=3),
            max([d.day for d in named], default=AS_OF) + dt.timedelta(days=draw.randint(0, 20)),
        )
        yield reference.Document(client, day, -part, cancels=named)


def finals(draw, client, own):
    """Final invoices that take in one or two of the client's documents as deposits."""
    if draw.random() < 0.15:
        deposits = draw.sample([d for d in own if d.amount > 0], k=1)
        day = deposits[0].day + dt.timedelta(days=draw.choice([0, 15, 45]))
        yield reference.Document(client, day, draw.choice([Decimal("300.00"), Decimal("0.00")]), deposits=deposits)


def yearly(seed: int, documents: list[reference.Document], newcomers: int) -> list[reference.Total]:
    """Totals of some of the clients with documents and of as many others: whole years, a year that runs, fiscal years
    that a window cuts, totals that give back more than they bring, and totals that invoices replace."""
    draw = random.Random(seed)
    amounts = [Decimal(text) for text in ("0.01", "95.50", "1000.00", "1234.57", "20000.00", "-30.00", "0.00")]
    starts = [dt.date(2026, 1, 1), dt.date(2025, 1, 1), dt.date(2024, 7, 1), dt.date(2023, 1, 1)]
    names = sorted({d.client for d in documents})
    clients = draw.sample(names, len(names) // 3) + [f"T{number:03}" for number in range(newcomers)]
    totals = []
    for client in clients:
        for first in draw.sample(starts, draw.choice([1, 1, 2])):
            last = min(first + relativedelta(years=1) - dt.timedelta(days=1), AS_OF - dt.timedelta(days=2))
            totals.append(reference.Total(client, first, last, draw.choice(amounts)))
    return totals


def stored(
    documents: Iterable[reference.Document], since, order: random.Random, totals: Iterable[reference.Total] = ()
) -> None:
    """Writes these documents and totals in an order of its own."""
    documents = list(documents)
    order.shuffle(documents)
    source = Source.objects.create(kind="table", name="Factures")
    fee = Service.objects.create(code="fee", name="Forfait mensuel", is_recurring=True)
    apart = Service.objects.create(code="apart", name="Débours")
    other = Service.objects.create(code="other", name="Conseil")
    names = list(dict.fromkeys(one.client for one in [*documents, *totals]))
    order.shuffle(names)
    clients = Client.objects.bulk_create(Client(name=n, code=n, client_since=since.get(n)) for n in names)
    by_name = {client.name: client for client in clients}
    YearlyTotal.objects.bulk_create(
        YearlyTotal(source=source, client=by_name[t.client], first_day=t.first, last_day=t.last, amount_ht=t.amount)
        for t in totals
    )
    rows = Invoice.objects.bulk_create(
        Invoice(
            source=source,
            external_id=str(number),
            client=by_name[d.client],
            issued_on=d.day,
            amount_ht=d.amount,
            kind=Invoice.Kind.CREDIT_NOTE if d.amount < 0 else Invoice.Kind.INVOICE,
            status=Invoice.Status.PAID if d.counted else order.choice(["draft", "pro_forma", "cancelled"]),
        )
        for number, d in enumerate(documents)
    )
    row_of = {id(d): row for d, row in zip(documents, rows, strict=True)}
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=row_of[id(d)], position=place, service=service, amount_ht=amount)
        for d in documents
        for place, (service, amount) in enumerate(
            [(fee, d.fees), (apart, d.apart), (other, d.amount - d.fees - d.apart)], start=1
        )
        if amount
    )
    InvoiceLink.objects.bulk_create(
        [InvoiceLink(document=row_of[id(d)], named=row_of[id(o)], kind="cancels") for d in documents for o in d.cancels]
        + [
            InvoiceLink(document=row_of[id(d)], named=row_of[id(o)], kind="deposit")
            for d in documents
            for o in d.deposits
        ]
    )


def exported(as_of) -> dict[str, dict[str, str]]:
    out = io.StringIO()
    call_command("export_scores", as_of=as_of, stdout=out)
    return {row["client_code"]: row for row in csv.DictReader(io.StringIO(out.getvalue()))}


def expected(row) -> dict[str, str]:
    """A row of the reference as `export_scores` writes it."""

    def text(value, decimals=None):
        if value is None:
            return ""
        return (
            str(value) if decimals is None else f"{reference.rounded(value, Decimal(1).scaleb(-decimals)):.{decimals}f}"
        )

    return {
        "last_purchase": text(row["last_purchase"]),
        "recency_days": text(row["recency_days"]),
        "frequency": str(row["frequency"]),
        "monetary": text(row["monetary"], 2),
        **{key: text(row[key]) for key in ("r", "f", "m", "profile", "segment", "tier")},
        "tier_rank": text(row["tier_rank"]),
        "tier_revenue": text(row["tier_revenue"], 2),
        "cumulative_share": text(row["cumulative_share"], 6),
        "at_risk": "true" if row["at_risk"] else "false",
        "risk_reasons": " ".join(row["risk_reasons"]),
        "amount_at_risk": text(row["amount_at_risk"], 2),
        "typical_gap_days": text(row["gap"], 1),
        "silence_ratio": text(row["ratio"], 2),
        "grade": "",
        "owner": "",
    }


CASES = [  # seed, clients, as-of, rules
    (1, 90, AS_OF, {}),
    (2, 90, AS_OF, {"recency_mode": "value", "rfm_window_months": 36}),
    (3, 61, AS_OF - dt.timedelta(days=1), {"rfm_window_months": 6}),
    (4, 120, dt.date(2026, 2, 28), {}),
    (5, 29, AS_OF, {"recency_mode": "value"}),
    (6, 4, AS_OF, {}),
    (7, 80, dt.date(2025, 3, 31), {}),
    (8, 90, AS_OF, {"sets_recurring_aside": True}),
    (9, 90, dt.date(2026, 5, 31), {"sets_recurring_aside": True, "rfm_window_months": 3}),
    (10, 90, AS_OF, {"frequency_mode": "thresholds", "monetary_mode": "thresholds"}),
    (11, 45, AS_OF, {"rfm_window_months": 12}),
    (12, 150, AS_OF, {}),
]


@pytest.mark.parametrize(("seed", "clients", "as_of", "rules"), CASES)
def test_the_sql_agrees_with_the_reference(seed, clients, as_of, rules):
    documents, since = drawn(seed, clients)
    stored(documents, since, random.Random(seed))
    Rules.objects.update(**rules)
    score(as_of=as_of)
    settings = reference.Settings(
        window=rules.get("rfm_window_months"),
        recency_by_value=rules.get("recency_mode") == "value",
        frequency_by_value=rules.get("frequency_mode") != "thresholds",
        monetary_by_value=rules.get("monetary_mode") != "thresholds",
        sets_recurring_aside=rules.get("sets_recurring_aside", False),
    )
    rows = reference.score(documents, as_of=as_of, since=since, settings=settings)
    assert_exported(rows, as_of)
    assert_stopped(rows)


@pytest.mark.parametrize(
    ("seed", "clients", "as_of"),
    [(21, 60, AS_OF), (22, 0, AS_OF), (23, 40, dt.date(2025, 12, 31)), (24, 60, dt.date(2026, 2, 28)), (25, 3, AS_OF)],
)
def test_the_sql_agrees_with_the_reference_on_yearly_totals(seed, clients, as_of):
    documents, since = drawn(seed, clients)
    totals = yearly(seed, documents, newcomers=30)
    stored(documents, since, random.Random(seed), totals)
    run = score(as_of=as_of)
    rows = reference.score(documents, as_of=as_of, since=since, totals=totals)
    assert_exported(rows, as_of)
    former = dict(Score.objects.of(run).values_list("client__name", "previous_revenue"))
    assert former == {client: row["previous_revenue"] for client, row in rows.items()}


def test_the_sql_agrees_with_the_reference_when_all_invoices_bear_one_date():
    documents = [reference.Document(f"C{n:03}", AS_OF, Decimal(n)) for n in range(1, 41)]
    totals = yearly(31, documents, newcomers=5)
    stored(documents, {}, random.Random(31), totals)
    score(as_of=AS_OF)
    assert_exported(reference.score(documents, as_of=AS_OF, totals=totals), AS_OF)


def grouped(seed: int, names: list[str]) -> dict[str, str]:
    """Heads of two clients in five: some above another, two that lead back to each other, one never invoiced."""
    draw = random.Random(seed)
    drawn_names = draw.sample(names, 2 * len(names) // 5)
    half = len(drawn_names) // 2
    heads = {company: draw.choice(drawn_names[half:]) for company in drawn_names[:half]}
    heads[drawn_names[half]] = drawn_names[half + 1]
    heads[drawn_names[-2]], heads[drawn_names[-1]] = drawn_names[-1], drawn_names[-2]
    heads[drawn_names[half + 1]] = "Holding"
    return heads


@pytest.mark.parametrize(
    ("seed", "as_of", "more"),
    [
        (41, AS_OF, {}),
        (42, dt.date(2026, 2, 28), {"sets_recurring_aside": True}),
        (43, AS_OF, {"leaves_apart_out": True}),
        (44, AS_OF, {"excludes": 12}),
        (45, dt.date(2026, 5, 31), {"excludes": 9, "leaves_apart_out": True, "sets_recurring_aside": True}),
        (46, AS_OF, {"excludes": 9, "per_client": True, "leaves_apart_out": True}),
    ],
)
def test_the_sql_agrees_with_the_reference_by_group_and_with_exclusions(seed, as_of, more):
    documents, since = drawn(seed, 90)
    totals = yearly(seed, documents, newcomers=10)
    stored(documents, since, random.Random(seed), totals)
    names = sorted({d.client for d in documents} | {t.client for t in totals})
    heads = {} if more.get("per_client") else grouped(seed, names)
    excluded = random.Random(seed).sample(names, more.get("excludes", 0))
    settle(heads, excluded, more)
    run = score(as_of=as_of)
    settings = reference.Settings(
        heads=heads,
        known_since=dict(Client.objects.values_list("name", "pk")).get,
        excluded=frozenset(excluded),
        sets_recurring_aside=more.get("sets_recurring_aside", False),
        leaves_apart_out=more.get("leaves_apart_out", False),
    )
    rows = reference.score(documents, as_of=as_of, since=since, settings=settings, totals=totals)
    assert_exported(rows, as_of)
    apart = set(Unscored.objects.of(run).values_list("client__name", flat=True))
    assert apart == {name for name in names if reference.unit_of(name, settings) != name}
    assert apart.isdisjoint(rows)


def settle(heads, excluded, more):
    """Writes the groups, and has the published rules say the rest."""
    Client.objects.create(name="Holding", code="Holding")
    client = {one.name: one for one in Client.objects.order_by("name")}
    Client.objects.bulk_update([_under(client[company], client[head]) for company, head in heads.items()], ["head"])
    rules = Rules.objects.get()
    rules.scored_by = "head" if heads else "client"
    rules.sets_recurring_aside = more.get("sets_recurring_aside", False)
    rules.excluded_services = [Service.objects.get(code="apart").pk] if more.get("leaves_apart_out") else []
    rules.save()
    Exclusion.objects.bulk_create(Exclusion(rules=rules, client=client[name], motive="Interne") for name in excluded)


def _under(company, head):
    company.head = head
    return company


def assert_exported(rows, as_of):
    """What is exported is what the reference found, for the same clients."""
    found = exported(as_of)
    assert set(found) == set(rows)
    for code, row in rows.items():
        names = expected(row)
        assert {key: found[code][key] for key in names} == names, code


def assert_stopped(rows):
    """The services stored as stopped, with their silences and gaps, are those that the reference found."""
    stored_stops = StoppedService.objects.values_list(
        "client__code", "service__code", "silence_days", "typical_gap_days"
    )
    assert {(client, service): (silence, gap) for client, service, silence, gap in stored_stops} == {
        (client, service): (silence, reference.rounded(gap, Decimal("0.1")))
        for client, row in rows.items()
        if row["active"]
        for service, (silence, gap) in row["stopped"].items()
    }


@pytest.mark.parametrize("seed", [1, 4])
def test_neither_the_order_of_rows_nor_that_of_clients_changes_a_score(seed):
    documents, since = drawn(seed, 60)
    stored(documents, since, random.Random(99))
    score(as_of=AS_OF)
    first = exported(AS_OF)
    Score.objects.all().delete()
    for model in (InvoiceLink, InvoiceLine, Invoice, Client, Service, Source):
        model.objects.all().delete()
    stored(documents, since, random.Random(7))
    score(as_of=AS_OF)
    assert exported(AS_OF) == first
