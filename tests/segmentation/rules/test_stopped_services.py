"""A service stopped while the client buys something else, one client on each side of each boundary."""

import datetime as dt
from decimal import Decimal

import pytest

from clients.models import InvoiceLine, InvoiceLink
from segmentation.models import Rules, StoppedService
from segmentation.reasons import reason_words
from tests.factories import ClientFactory, ServiceFactory
from tests.segmentation.rules.facts import ago, bought, found

pytestmark = pytest.mark.django_db


@pytest.fixture
def payroll(db):
    return ServiceFactory(name="Paie", code="paie")


@pytest.fixture
def advice(db):
    return ServiceFactory(name="Conseil", code="conseil")


def stops(client):
    """The reason, and what is stored of the services stopped: (name, silence, gap)."""
    one = found(client)
    stored = StoppedService.objects.filter(run=one.run, client=client).order_by("service__name")
    told = [(stop.service.name, stop.silence_days, str(stop.typical_gap_days)) for stop in stored]
    assert ("service-stopped" in one.risk_reasons) is bool(told)
    return told


@pytest.mark.parametrize(("silence", "is_stopped"), [(62, False), (63, True)])
def test_a_service_is_stopped_after_more_than_twice_its_own_gap(client, payroll, advice, silence, is_stopped):
    bought(client, ago(silence), ago(silence + 31), ago(silence + 62), service=payroll)
    bought(client, ago(1), service=advice)
    assert stops(client) == ([("Paie", silence, "31.0")] if is_stopped else [])


@pytest.mark.parametrize(("silence", "is_stopped"), [(30, False), (31, True)])
def test_a_service_bought_often_is_never_stopped_within_30_days(client, payroll, advice, silence, is_stopped):
    bought(client, ago(silence), ago(silence + 3), ago(silence + 6), service=payroll)
    bought(client, ago(1), service=advice)
    assert stops(client) == ([("Paie", silence, "3.0")] if is_stopped else [])


def test_a_service_takes_three_days_to_have_a_gap(client, payroll, advice):
    bought(client, ago(400), ago(410), ago(410), service=payroll)
    bought(client, ago(1), service=advice)
    assert stops(client) == []


def test_two_lines_of_a_day_are_one_day(client, payroll, advice):
    for invoice in bought(client, ago(400), ago(410), service=payroll):
        InvoiceLine.objects.create(invoice=invoice, position=2, service=payroll, amount_ht=Decimal("5.00"))
    bought(client, ago(1), service=advice)
    assert stops(client) == []


@pytest.mark.parametrize(("later", "is_stopped"), [(100, False), (99, True)])
def test_something_else_was_bought_since_the_last_day_of_the_service(client, payroll, advice, later, is_stopped):
    bought(client, ago(100), ago(110), ago(120), service=payroll)
    bought(client, ago(later), service=advice)
    assert bool(stops(client)) is is_stopped


def test_an_invoice_without_a_service_is_something_else(client, payroll):
    bought(client, ago(100), ago(110), ago(120), service=payroll)
    bought(client, ago(5))
    assert stops(client) == [("Paie", 100, "10.0")]


def test_a_client_who_stops_everything_is_told_by_the_rhythm(client, payroll, advice):
    bought(client, ago(200), ago(210), ago(220), service=payroll)
    bought(client, ago(200), ago(210), ago(220), service=advice)
    assert stops(client) == []
    assert "rhythm" in found(client).risk_reasons


def test_the_gap_of_a_service_is_a_median_of_its_own_days(client, payroll, advice):
    bought(client, ago(200), ago(210), ago(231), service=payroll)  # gaps of 10 and 21 days
    bought(client, *[ago(day) for day in range(1, 60, 7)], service=advice)
    assert stops(client) == [("Paie", 200, "15.5")]


def test_a_line_given_back_is_no_purchase_of_its_service(client, payroll, advice):
    bought(client, ago(100), ago(110), ago(120), service=payroll)
    (invoice,) = bought(client, ago(5), service=advice)
    InvoiceLine.objects.create(invoice=invoice, position=2, service=payroll, amount_ht=Decimal("-1.00"))
    assert stops(client) == [("Paie", 100, "10.0")]


def test_a_cancelled_invoice_neither_keeps_a_service_nor_stands_for_something_else(client, payroll, advice):
    bought(client, ago(100), ago(110), ago(120), service=payroll)
    (invoice,) = bought(client, ago(5), service=advice)
    (note,) = bought(client, ago(4), amount="-100.00")
    InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert stops(client) == []


def test_a_monthly_fee_that_stops_is_a_service_lost_even_set_aside(client, payroll, advice):
    Rules.objects.update(sets_recurring_aside=True)
    type(payroll).objects.filter(pk=payroll.pk).update(is_recurring=True)
    bought(client, ago(100), ago(130), ago(160), service=payroll)
    bought(client, ago(5), service=advice)
    assert stops(client) == [("Paie", 100, "30.0")]


def test_nobody_stops_a_service_without_a_purchase_in_the_window(client, history, payroll, advice):
    bought(client, ago(100, months=24), ago(110, months=24), ago(120, months=24), service=payroll)
    bought(client, ago(1, months=24), service=advice)
    assert stops(client) == []


@pytest.mark.parametrize(("later", "is_stopped"), [(0, False), (-1, True)])
def test_a_service_given_up_before_the_window_is_past(client, history, payroll, advice, later, is_stopped):
    last = ago(later, months=24)
    bought(client, *(last - dt.timedelta(days=10 * back) for back in range(3)), service=payroll)
    bought(client, ago(1), service=advice)
    assert bool(stops(client)) is is_stopped


def test_other_people_s_services_are_their_own(client, payroll, advice):
    bought(client, ago(100), ago(110), ago(120), service=payroll)
    bought(ClientFactory(), ago(1), ago(2), ago(3), service=advice)
    assert stops(client) == []


def test_the_services_are_named_with_their_silence_the_longest_for_its_gap_first(client, history, payroll, advice):
    bought(client, ago(95), ago(126), ago(157), service=payroll)
    bought(client, ago(400), ago(410), ago(420), service=advice)
    bought(client, ago(1))
    words = reason_words(found(client), "service-stopped").replace("\u00a0", " ")
    assert words == (
        "Conseil : 400 jours sans achat au lieu de 10 ; Paie : 95 jours sans achat au lieu de 31, "
        "alors que ce client a acheté autre chose depuis."
    )


def test_a_run_later_than_its_date_knows_nothing_of_what_came_after(client, payroll, advice):
    bought(client, ago(100), ago(110), ago(120), service=payroll)
    bought(client, ago(1), service=advice)
    bought(client, ago(-3), service=payroll)
    assert stops(client) == [("Paie", 100, "10.0")]
    assert StoppedService.objects.get().run.as_of == ago() == dt.date(2026, 8, 31)
