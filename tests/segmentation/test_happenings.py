"""Events found in invoices, each at the edge of its rule; deriving twice finds nothing more."""

import datetime as dt

import pytest

from clients.models import Event
from segmentation import happenings
from segmentation.models import StoppedService
from tests.factories import ClientFactory, InvoiceFactory, ScoreFactory, ScoringRunFactory, ServiceFactory

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 10, 31)


@pytest.fixture
def run():
    return ScoringRunFactory(as_of=AS_OF)


def found(run, kind):
    happenings.derive(run)
    return [(event.client.name, event.happened_on) for event in Event.objects.filter(kind=kind).order_by("client")]


def scored(run, name, **fields):
    defaults = {"first_purchase_on": dt.date(2020, 1, 1), "recent_half_revenue": 0, "former_half_revenue": 0}
    return ScoreFactory(run=run, client=ClientFactory(name=name), **defaults | fields)


def test_a_year_of_relation_is_a_year_after_the_first_purchase_of_who_bought_again(run):
    for name, first, last in (
        ("A", dt.date(2025, 10, 31), dt.date(2026, 5, 1)),  # a year ago to the day
        ("B", dt.date(2025, 11, 1), dt.date(2026, 5, 1)),  # tomorrow
        ("C", dt.date(2024, 10, 31), dt.date(2026, 5, 1)),  # a year and a day before the window
        ("D", dt.date(2025, 3, 1), dt.date(2025, 3, 1)),  # never again
    ):
        scored(run, name, first_purchase_on=first, last_purchase_on=last)
    assert found(run, "first-year") == [("A", AS_OF)]


def test_a_contract_has_its_anniversary_while_it_is_invoiced(run):
    fee = ServiceFactory(is_recurring=True)
    living, ended, young = (ClientFactory(name=name) for name in ("Living", "Ended", "Young"))
    for client, days in (
        (living, ("2024-03-05", "2026-02-05")),
        (ended, ("2024-03-05", "2025-11-01")),
        (young, ("2026-01-05",)),
    ):
        for day in days:
            InvoiceFactory(client=client, issued_on=dt.date.fromisoformat(day), service=fee)
    InvoiceFactory(client=young, issued_on=dt.date(2024, 1, 1), service=ServiceFactory())  # no contract
    assert found(run, "anniversary") == [("Living", dt.date(2026, 3, 5))]
    assert Event.objects.get(kind="anniversary").service == fee


def test_a_service_ended_is_dated_by_its_last_purchase_whichever_run_found_it(run):
    score, service = scored(run, "A"), ServiceFactory()
    former = ScoringRunFactory(as_of=dt.date(2026, 9, 30))
    for one, silence in ((former, 69), (run, 100)):
        StoppedService.objects.create(
            run=one, client=score.client, service=service, silence_days=silence, typical_gap_days=20
        )
    assert found(run, "service-end") == [("A", dt.date(2026, 7, 23))]


@pytest.mark.parametrize(
    ("former", "recent", "is_growth"),
    [(4000, 6000, True), (4000, 5999, False), (499, 9000, False), (500, 2500, True), (500, 2499, False)],
)
def test_growth_is_half_as_much_again_and_two_thousand_euros_on_a_base_of_five_hundred(run, former, recent, is_growth):
    scored(run, "A", former_half_revenue=former, recent_half_revenue=recent)
    assert found(run, "growth") == ([("A", AS_OF)] if is_growth else [])


def test_growth_is_said_at_the_first_run_that_shows_it_and_once_a_year(run):
    client = scored(run, "A", former_half_revenue=1000, recent_half_revenue=9000).client
    summer = ScoringRunFactory(as_of=dt.date(2026, 7, 31))
    ScoreFactory(run=summer, client=client, former_half_revenue=1000, recent_half_revenue=9000)
    assert found(run, "growth") == [("A", dt.date(2026, 7, 31))]
    assert happenings.derive(run) == 0
