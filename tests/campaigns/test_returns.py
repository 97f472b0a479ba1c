"""What became of clients once at risk, called or not: the SQL against a plain reading, rule by rule."""

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.roles import Role
from campaigns.models import Action
from campaigns.returns import DAYS_TO_CALL, Group, returns, runs_to_judge, window
from clients.models import Client, Invoice
from segmentation.models import Risk, Rules, ScoringRun, Unscored
from tests.factories import ActionFactory, ClientFactory, InvoiceFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
THEN = dt.date(2026, 5, 31)
CALLED_UNTIL = THEN + dt.timedelta(days=DAYS_TO_CALL)


@pytest.fixture
def run(db):
    return ScoringRunFactory(as_of=THEN, rules=Rules.objects.get())


def risky(run, *, reasons=("rhythm",), amount="500.00", **client):
    """A client shown as at risk in this run."""
    score = ScoreFactory(run=run, client=ClientFactory(**client), at_risk=True)
    Risk.objects.filter(score=score).update(reasons=list(reasons), amount=Decimal(amount))
    return score.client


def called(client, days, *, outcome="reached", hour=10):
    """An action done that many days after the run, at this hour of Paris."""
    day = THEN + dt.timedelta(days=days)
    at = timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
    person = client.owner or UserFactory(roles=[Role.COMMERCIAL])
    return ActionFactory(client=client, assignee=person, outcome=outcome, done_at=at, done_by=person)


def bought(client, days, amount="100.00", **fields):
    """An invoice that many days after the last day to call."""
    issued = CALLED_UNTIL + dt.timedelta(days=days)
    return InvoiceFactory(client=client, issued_on=issued, amount_ht=Decimal(amount), **fields)


def test_the_called_are_told_from_the_others(run):
    one = risky(run)
    risky(run, amount="80.00")
    called(one, 5)
    bought(one, 3, "300.00")
    bought(one, 9, "40.00")
    found = returns(run, 3).total
    assert found.called == Group(1, 1, Decimal("340.00"), Decimal("500.00"))
    assert found.others == Group(1, 0, Decimal(0), Decimal("80.00"))


@pytest.mark.parametrize(("days", "counts"), [(0, False), (1, True), (DAYS_TO_CALL, True), (DAYS_TO_CALL + 1, False)])
def test_a_call_counts_from_the_day_after_the_run_for_thirty_days(run, days, counts):
    called(risky(run), days, hour=0 if days else 23)
    assert returns(run, 3).total.called.clients == counts


def test_an_action_given_up_is_no_call(run):
    called(risky(run), 4, outcome="dropped")
    assert returns(run, 3).total.called.clients == 0


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, False), (1, True), (92, True), (93, False)])
def test_what_is_bought_counts_once_the_days_to_call_are_over(run, days, counts):
    client = risky(run)
    bought(client, days)
    assert window(run, 3)[1] == dt.date(2026, 9, 30)
    assert returns(run, 3).total.others.came_back == counts


def test_a_credit_note_takes_euros_away_and_brings_nobody_back(run):
    client = risky(run)
    bought(client, 2, "-30.00", kind="credit_note")
    bought(client, 2, "90.00", status="draft")
    assert returns(run, 3).total.others == Group(1, 0, Decimal("-30.00"), Decimal("500.00"))


def test_who_has_two_reasons_counts_under_each_and_once_in_all(run):
    risky(run, reasons=["decline", "rhythm"])
    found = returns(run, 3)
    assert list(found.reasons) == ["rhythm", "decline"]
    assert found.total.others.clients == 1
    assert {pair.others.clients for pair in found.reasons.values()} == {1}


def test_a_risk_set_aside_on_that_day_is_none(run):
    client = risky(run)
    Risk.objects.filter(client=client).update(hidden_until=THEN)
    assert returns(run, 3).total.others.clients == 0


def test_the_companies_of_a_scored_group_buy_for_its_head(run):
    head = risky(run)
    company = ClientFactory(head=head)
    Unscored.objects.create(run=run, client=company, head=head, reason=Unscored.Reason.GROUP)
    bought(company, 4, "70.00")
    assert returns(run, 3).total.others.amount == 70


def test_a_portfolio_is_that_of_its_owners_alone(run):
    claire = UserFactory(roles=[Role.COMMERCIAL])
    risky(run, owner=claire)
    risky(run)
    assert set(returns(run, 3).people) == {claire.pk, None}
    assert returns(run, 3, owners={claire.pk}).total.others.clients == 1
    assert set(returns(run, 3, owners={None}).people) == {None}


def test_a_month_is_judged_once_all_of_it_is_known():
    rules = Rules.objects.get()
    judged = [ScoringRunFactory(as_of=day, rules=rules) for day in (dt.date(2026, 4, 30), THEN, dt.date(2026, 5, 12))]
    ScoringRunFactory(as_of=dt.date(2026, 9, 29), rules=rules)
    assert [run.pk for run in runs_to_judge(3)] == [judged[2].pk, judged[0].pk]
    newest = ScoringRunFactory(as_of=dt.date(2026, 9, 30), rules=rules)
    assert [run.pk for run in runs_to_judge(3)] == [judged[1].pk, judged[0].pk]
    assert newest not in runs_to_judge(1)


def test_the_sql_agrees_with_a_plain_reading_of_a_firm_drawn_by_lot(run):
    draw = random.Random(7)
    owners = [UserFactory(roles=[Role.COMMERCIAL]), UserFactory(roles=[Role.COMMERCIAL]), None]
    for _ in range(40):
        client = risky(run, owner=draw.choice(owners), reasons=sorted(draw.sample(["decline", "grid", "rhythm"], 2)))
        for _call in range(draw.choice([0, 0, 1, 2])):
            called(client, draw.randint(-3, 40), outcome=draw.choice(["reached", "dropped", "message-left"]))
        for _sale in range(draw.choice([0, 1, 3])):
            bought(client, draw.randint(-5, 100), draw.choice(["120.00", "9.99"]))
    found = returns(run, 3)
    for owner in owners:
        pair = found.people[owner.pk if owner else None]
        assert (pair.called, pair.others) == read(run, owner=owner)
    for reason, pair in found.reasons.items():
        assert (pair.called, pair.others) == read(run, reason=reason)


def read(run: ScoringRun, *, owner=..., reason=""):
    """(called, others) by one client after the other."""
    groups = [Group(), Group()]
    until = window(run, 3)[1]
    for risk in Risk.objects.filter(run=run).select_related("client"):
        client: Client = risk.client
        if (owner is not ... and client.owner != owner) or (reason and reason not in risk.reasons):
            continue
        days = [
            timezone.localtime(action.done_at).date()
            for action in Action.objects.filter(client=client).exclude(outcome="dropped")
        ]
        is_called = any(THEN < day <= CALLED_UNTIL for day in days)
        sales = [
            invoice.amount_ht
            for invoice in Invoice.objects.filter(client=client)
            if CALLED_UNTIL < invoice.issued_on <= until
        ]
        groups[not is_called] += Group(1, any(sale > 0 for sale in sales), sum(sales, Decimal(0)), risk.amount)
    return tuple(groups)
