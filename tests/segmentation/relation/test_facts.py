"""What figures say of each client, boundary by boundary; the as-of date is that of the other rules' tests."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts.roles import Role
from clients.models import TimeEntry
from segmentation import movements
from segmentation.models import QUESTIONS, Exclusion, Grade, RelationFacts, Rules
from segmentation.relation import assessing, grading
from segmentation.scoring import score
from tests.factories import AssessmentFactory, ClientFactory, ServiceFactory, SourceFactory, UserFactory
from tests.segmentation.rules.facts import AS_OF, ago, bought

pytestmark = pytest.mark.django_db


def facts(client):
    score(as_of=AS_OF)
    return grading.facts_of(client.pk)


def late(issued, **fields):
    client = ClientFactory()
    bought(client, issued, **fields)
    return facts(client).late_days


def spent(client, hours, day=None):
    TimeEntry.objects.create(client=client, person=UserFactory(), spent_on=day or ago(1), hours=Decimal(hours))


def test_paying_on_the_day_or_before_is_paying_on_time():
    assert late(ago(60), due_on=ago(30), paid_on=ago(30)) == 0
    assert late(ago(60), due_on=ago(30), paid_on=ago(45)) == 0


def test_lateness_is_counted_in_days_and_weighted_by_the_amounts():
    client = ClientFactory()
    bought(client, ago(90), amount="300.00", due_on=ago(60), paid_on=ago(50))
    bought(client, ago(90), amount="100.00", due_on=ago(60), paid_on=ago(20))
    assert facts(client).late_days == Decimal("17.5")


def test_what_is_still_unpaid_is_late_up_to_the_day_of_the_run_where_payments_are_told():
    payer, debtor = ClientFactory(), ClientFactory()
    bought(payer, ago(90), due_on=ago(60), paid_on=ago(60))
    bought(debtor, ago(90), due_on=ago(34))
    assert facts(debtor).late_days == 34


def test_what_was_paid_after_the_day_of_the_run_was_unpaid_then():
    assert late(ago(90), due_on=ago(10), paid_on=AS_OF + dt.timedelta(days=5)) == 10


def test_where_no_source_tells_payments_nothing_is_known_of_them():
    assert late(ago(90), due_on=ago(60)) is None
    paying, silent = ClientFactory(), ClientFactory()
    bought(paying, ago(90), due_on=ago(60), paid_on=ago(60))
    bought(silent, ago(90), due_on=ago(60), source=SourceFactory(name="Autre"))
    assert facts(silent).late_days is None


def test_an_invoice_not_yet_due_or_without_due_date_says_nothing():
    client = ClientFactory()
    bought(client, ago(20), due_on=ago(10), paid_on=ago(5))
    bought(client, ago(5), due_on=AS_OF, amount="9000.00")
    bought(client, ago(40), amount="9000.00", paid_on=ago(1))
    assert facts(client).late_days == 5


def test_only_the_twelve_months_of_the_tiers_count():
    client = ClientFactory()
    bought(client, ago(months=12), due_on=ago(months=11), paid_on=ago(0))
    bought(client, ago(-1, months=12), ago(1), due_on=ago(10), paid_on=ago(8))
    bought(client, ago(months=12), amount="-50.00")
    spent(client, 10, ago(months=12))
    assert (facts(client).late_days, facts(client).credit_share, facts(client).hours) == (2, 0, None)


def test_credit_notes_are_a_share_of_what_was_billed():
    client = ClientFactory()
    bought(client, ago(30), ago(20), amount="400.00")
    bought(client, ago(10), amount="-120.00")
    assert facts(client).credit_share == Decimal("0.15")


def test_credit_notes_alone_are_no_share_of_anything():
    client = ClientFactory()
    bought(client, ago(months=20))
    bought(client, ago(10), amount="-120.00")
    assert facts(client).credit_share is None


def test_euros_an_hour_are_beside_those_of_the_whole_firm():
    slow, fast, untimed = ClientFactory(), ClientFactory(), ClientFactory()
    for client, amount in ((slow, "1000.00"), (fast, "3000.00"), (untimed, "9000.00")):
        bought(client, ago(2), amount=amount)
    spent(slow, 25)
    spent(fast, 15)
    assert (facts(slow).per_hour, facts(slow).usual_per_hour) == (40, 100)
    assert facts(untimed).per_hour is None


def test_equal_clients_have_equally_many_below_them():
    clients = [ClientFactory() for _ in range(4)]
    for client, amount in zip(clients, ("10.00", "20.00", "20.00", "30.00"), strict=True):
        bought(client, ago(2), amount=amount)
    assert [(facts(client).below, facts(client).among) for client in clients] == [(0, 3), (1, 3), (1, 3), (3, 3)]


def test_the_facts_are_those_of_the_newest_date_and_no_other():
    client = AssessmentFactory().client
    bought(client, ago(300), amount="500.00")
    bought(client, ago(1), amount="100.00")
    first = score(as_of=AS_OF)
    score(as_of=ago(200))
    kept = RelationFacts.objects.get()
    assert (kept.run, kept.revenue) == (first, 600)
    again = score(as_of=AS_OF)
    assert RelationFacts.objects.get().run == again


def test_facts_are_kept_of_the_clients_that_somebody_rated():
    rated, other = AssessmentFactory().client, ClientFactory()
    for client in (rated, other):
        bought(client, ago(1))
    score(as_of=AS_OF)
    assert RelationFacts.objects.get().client == rated
    director = UserFactory(roles=[Role.DIRECTION])
    assessing.assess(client=other, answers=dict.fromkeys(QUESTIONS, 3), by=director)
    assert RelationFacts.objects.get(client=other).revenue == Grade.objects.get(client=other).revenue == 100


def test_the_facts_of_a_client_go_with_it():
    client = AssessmentFactory().client
    bought(client, ago(1))
    score(as_of=AS_OF)
    assert RelationFacts.objects.exists()
    client.invoices.all().delete()
    client.delete()
    assert not RelationFacts.objects.exists()


def test_the_facts_of_a_scored_group_are_those_of_all_its_companies():
    Rules.objects.update(scored_by="head")
    head = ClientFactory()
    company = ClientFactory(head=head)
    bought(head, ago(90), amount="300.00", due_on=ago(60), paid_on=ago(60))
    bought(company, ago(90), amount="100.00", due_on=ago(60), paid_on=ago(20))
    bought(company, ago(10), amount="-40.00")
    spent(company, 9)
    known = facts(head)
    assert (known.late_days, known.credit_share, known.hours, known.per_hour) == (10, Decimal("0.1"), 9, 40)


def test_what_the_rules_leave_out_says_nothing_of_the_relation():
    expenses, out = ServiceFactory(), ClientFactory()
    Rules.objects.update(excluded_services=[expenses.pk])
    Exclusion.objects.create(rules=Rules.objects.get(), client=out, motive="Interne")
    client = ClientFactory()
    bought(client, ago(90), due_on=ago(60), paid_on=ago(60), service=ServiceFactory())
    bought(client, ago(90), due_on=ago(60), paid_on=ago(10), service=expenses)
    bought(client, ago(10), amount="-40.00", service=expenses)
    bought(out, ago(90))
    known = facts(client)
    assert (known.late_days, known.credit_share) == (0, 0)
    assert facts(out) is None


def test_the_hours_of_the_grade_are_those_of_the_run_noted_while_it_worked_included(monkeypatch):
    client = ClientFactory()
    bought(client, ago(2), amount="1000.00")

    def settle(run):
        spent(client, 10)
        return settled(run)

    settled = movements.settle
    monkeypatch.setattr(movements, "settle", settle)
    assert facts(client).per_hour == 100
