"""What a plan should bring: ranges from what the firm measured, and silence when it measured too little."""

import datetime as dt
from decimal import Decimal

import pytest

from campaigns import effects
from campaigns.allocation.outlook import Conversion, Outlook, Range, Recovery, outlook, retention
from campaigns.allocation.portfolios import portfolios
from campaigns.effects import Outcome
from campaigns.models import Prospect
from campaigns.returns import Group, Pair
from segmentation.models import Risk, Rules
from tests.campaigns.allocation.world import done
from tests.factories import InvoiceFactory, ProspectFactory, ScoreFactory, ScoringRunFactory

A_YEAR_AGO = dt.date(2025, 12, 10)
JUDGED = dt.date(2026, 8, 1)


def foreseen(firm):
    plan = firm.plan()
    return outlook(plan, list(plan.lines.all()), portfolios(firm.marc))


def test_without_history_nothing_is_promised(firm):
    firm.client("A", firm.claire, stake="500.00")
    found = foreseen(firm)
    assert (found.protected, found.gained, found.campaigned, found.total) == (None, None, None, None)
    assert found.stake == 500


def test_the_stake_is_that_of_the_clients_whom_the_plan_reaches(firm):
    firm.client("A", firm.claire, stake="500.00")  # every 30 days: all of them
    firm.client("C", firm.claire, stake="500.00")  # every 180 days: half of them in a quarter
    assert foreseen(firm).stake == 750


def test_what_calling_changed_before_is_what_it_should_change(firm):
    run = ScoringRunFactory(as_of=JUDGED, rules=Rules.objects.get())
    for n in range(40):
        client = firm.client("A", firm.claire, stake="100.00" if n < 10 else None)
        score = ScoreFactory(run=run, client=client, tier="A", at_risk=True)
        Risk.objects.filter(score=score).update(amount=Decimal(100))
        if n < 20:
            done(client, firm.claire, dt.date(2026, 8, 10))
        if n < 18:
            InvoiceFactory(client=client, issued_on=dt.date(2026, 9, 20), amount_ht=Decimal("50.00"))
    found = foreseen(firm)
    assert (found.recovery.pair.called, found.recovery.pair.others) == (
        Group(20, 18, Decimal(900), Decimal(2000)),
        Group(20, 0, Decimal(0), Decimal(2000)),
    )
    gain = effects.of_shares(Outcome(recipients=20, buyers=18), Outcome(recipients=20))
    assert found.protected == Range(1000 * Decimal(str(gain.low)), 1000 * Decimal(str(gain.high)))
    assert 0 < found.protected.low < 900 < found.protected.high
    assert found.total == found.protected


def test_a_gain_that_may_be_none_begins_at_zero():
    pair = Pair(Group(clients=20, came_back=8), Group(clients=20, came_back=7))
    recovery = Recovery(None, pair, effects.of_shares(Outcome(20, buyers=8), Outcome(20, buyers=7)))
    found = Outlook(Decimal(1000), recovery, Decimal(0), Conversion(0, 0, 0, Decimal(0)), None)
    assert found.protected.low == 0
    assert found.protected.high > 0


def test_few_called_say_nothing():
    pair = Pair(Group(clients=9, came_back=8), Group(clients=200, came_back=7))
    assert not Recovery(None, pair, effects.of_shares(Outcome(9, buyers=8), Outcome(200, buyers=7))).is_enough


def test_prospects_bring_what_those_before_them_did(firm):
    for n in range(12):
        first = dt.date(2025, 3, 1) + dt.timedelta(days=n)
        client = firm.client("C", firm.claire, scored={"first_purchase_on": first})
        InvoiceFactory(client=client, issued_on=first, amount_ht=Decimal(1000 + 100 * n))
        InvoiceFactory(client=client, issued_on=first + dt.timedelta(days=400), amount_ht=Decimal(9000))
        if n < 3:
            ProspectFactory(owner=firm.claire, client=client, state="client")
        else:
            ProspectFactory(owner=firm.claire, state=Prospect.State.CONTACTED)
    ProspectFactory(owner=firm.claire)  # never approached
    found = foreseen(firm)
    assert found.conversion == Conversion(approached=12, won=3, newcomers=12, first_year=Decimal("1550.0"))
    low, high = effects.wilson(3, 12)
    assert found.prospects == 10
    assert found.gained == Range(15500 * Decimal(str(low)), 15500 * Decimal(str(high)))


def test_retention_is_who_bought_since_a_year_ago(firm):
    former = ScoringRunFactory(as_of=A_YEAR_AGO, rules=Rules.objects.get())
    for n in range(10):
        last = A_YEAR_AGO if n < 4 else dt.date(2026, 10, 1)
        client = firm.client("A", firm.claire, scored={"last_purchase_on": last})
        ScoreFactory(run=former, client=client, tier="B")
    found = retention(firm.marc, firm.run)
    assert (found["B"].clients, found["B"].kept, found["B"].share) == (10, 6, Decimal("0.6"))
    assert set(found) == {"B"}


@pytest.mark.parametrize("clients", [0, 9])
def test_few_clients_say_nothing_of_retention(firm, clients):
    former = ScoringRunFactory(as_of=A_YEAR_AGO, rules=Rules.objects.get())
    for _ in range(clients):
        ScoreFactory(run=former, client=firm.client("A", firm.claire), tier="A")
    assert retention(firm.marc, firm.run) == {}
