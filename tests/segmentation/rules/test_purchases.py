"""What counts, what is a purchase, over which window."""

import datetime as dt
from decimal import Decimal

import pytest

from clients.models import Invoice, InvoiceLine, InvoiceLink
from segmentation.models import Rules, Score
from segmentation.scoring import score
from tests.factories import ServiceFactory
from tests.segmentation.rules.facts import AS_OF, ago, bought, found

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", ["draft", "pro_forma", "cancelled"])
def test_only_issued_and_paid_invoices_count(client, status):
    bought(client, ago(100), status=Invoice.Status.PAID)
    bought(client, ago(1), status=status)
    assert (found().recency_days, found().monetary) == (100, Decimal("100.00"))


def test_a_document_dated_after_the_as_of_date_is_not_there_yet(client):
    bought(client, ago(), ago(-1))
    assert (found().recency_days, found().frequency) == (0, 1)


def test_a_client_without_any_purchase_is_not_scored(client, history):
    bought(client, ago(10), amount="-50.00")
    bought(client, ago(10), amount="0.00")
    run = score(as_of=AS_OF)
    assert not Score.objects.of(run).filter(client=client).exists()
    assert run.revenue == Decimal("-50.00")


def test_purchases_of_the_same_day_are_one(client):
    bought(client, ago(5), ago(5), ago(9))
    assert (found().frequency, found().monetary) == (2, Decimal("300.00"))


def test_a_credit_note_subtracts_at_its_own_date_and_never_refreshes_recency(client):
    bought(client, ago(50))
    bought(client, ago(3), amount="-30.00")
    assert (found().recency_days, found().monetary, found().frequency) == (50, Decimal("70.00"), 1)


def test_a_free_invoice_is_no_purchase(client):
    bought(client, ago(50))
    bought(client, ago(3), amount="0.00")
    assert found().recency_days == 50


@pytest.mark.parametrize(("given_back", "silence"), [("-100.00", 50), ("-99.99", 20)])
def test_an_invoice_cancelled_in_full_leaves_recency_and_frequency(client, given_back, silence):
    bought(client, ago(50))
    (invoice,) = bought(client, ago(20))
    (note,) = bought(client, ago(10), amount=given_back)
    InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert found().recency_days == silence
    assert found().monetary == Decimal("200.00") + Decimal(given_back)


def test_several_credit_notes_may_cancel_an_invoice_together(client):
    bought(client, ago(50))
    (invoice,) = bought(client, ago(20))
    for note in bought(client, ago(10), ago(9), amount="-50.00"):
        InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert found().frequency == 1


def test_a_credit_note_cancels_only_from_its_own_date_on(client):
    (invoice,) = bought(client, ago(20))
    (note,) = bought(client, ago(-1), amount="-100.00")
    InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert found().recency_days == 20


def test_a_credit_note_naming_two_invoices_is_shared_between_them(client):
    invoices = bought(client, ago(20), ago(30))
    (note,) = bought(client, ago(10), amount="-100.00")
    for invoice in invoices:
        InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert found().frequency == 2


def test_a_credit_note_of_the_same_amount_that_names_nothing_cancels_nothing(client):
    bought(client, ago(20))
    bought(client, ago(10), amount="-100.00")
    assert found().recency_days == 20


def test_a_final_invoice_and_its_deposits_are_one_purchase_dated_by_the_first(client):
    deposits = bought(client, ago(60), ago(40), kind=Invoice.Kind.DEPOSIT)
    (final,) = bought(client, ago(20))
    for deposit in deposits:
        InvoiceLink.objects.create(document=final, named=deposit, kind="deposit")
    assert (found().recency_days, found().frequency, found().monetary) == (60, 1, Decimal("300.00"))


@pytest.mark.parametrize(("oldest", "months"), [(ago(months=24), 24), (ago(-1, months=24), 12)])
def test_the_rfm_window_is_24_months_when_history_allows(client, oldest, months):
    bought(client, oldest, ago(1))
    assert found().run.rfm_window_months == months


def test_a_cancelled_purchase_is_no_history(client):
    (invoice,) = bought(client, ago(months=30))
    (note,) = bought(client, ago(months=29), amount="-100.00")
    InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    bought(client, ago(5))
    assert found().run.rfm_window_months == 12


def test_the_rules_may_choose_the_window(client, history):
    Rules.objects.update(rfm_window_months=6)
    bought(client, ago(1))
    assert found(client).run.rfm_from == dt.date(2026, 2, 28)


def test_a_window_is_open_at_its_start_and_closed_at_the_as_of_date(client, history):
    bought(client, ago(months=24), ago(-1, months=24), ago())
    assert found(client).frequency == 2
    assert found(client).monetary == Decimal("200.00")


def test_the_revenue_of_tiers_is_that_of_twelve_months(client, history):
    bought(client, ago(months=12), amount="7.00")
    bought(client, ago(-1, months=12), amount="5.00")
    assert found(client).tier_revenue == Decimal("5.00")
    assert found(client).previous_revenue == Decimal("7.00")


@pytest.fixture
def fees():
    """Months of fees, which the rules set aside."""
    Rules.objects.update(sets_recurring_aside=True)
    return ServiceFactory(is_recurring=True)


def test_fees_set_aside_count_in_money_but_not_as_purchases(client, history, fees):
    bought(client, ago(40))
    bought(client, ago(5), ago(35), amount="10.00", service=fees)
    one = found(client)
    assert (one.recency_days, one.frequency, one.monetary, one.tier_revenue) == (40, 1, Decimal(120), Decimal(120))


def test_who_buys_nothing_but_fees_keeps_their_recency_and_gets_f_1(client, history, fees):
    bought(client, *[ago(30 * n + 5) for n in range(12)], service=fees)
    one = found(client)
    assert (one.recency_days, one.r, one.frequency, one.f) == (5, 5, 0, 1)
    assert one.typical_gap_days is None


def test_an_invoice_of_fees_and_something_else_is_a_purchase(client, history, fees):
    (mixed,) = bought(client, ago(5), service=fees)
    InvoiceLine.objects.update(amount_ht=Decimal("60.00"))
    InvoiceLine.objects.create(invoice=mixed, position=2, amount_ht=Decimal("40.00"))
    assert found(client).frequency == 1


def test_fees_count_like_any_other_by_default(client, history):
    bought(client, ago(5), ago(35), service=ServiceFactory(is_recurring=True))
    assert found(client).frequency == 2
