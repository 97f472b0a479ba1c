"""The sample firm plans its quarter: one plan adopted, two scenarios, contacts made and missed."""

import datetime as dt

from campaigns import sample_allocation
from campaigns.models import Action, AllocationPlan, PlannedContact, Spending


def test_the_sample_plans_once(firm, today):
    for _ in range(20):
        firm.client("A", firm.claire)
        firm.client("C", firm.karim)
    assert sample_allocation.record(today=today) == 3
    assert sample_allocation.record(today=today) == 0
    adopted = AllocationPlan.objects.adopted().get()
    assert adopted.starts_on == dt.date(2026, 10, 1)
    past = PlannedContact.objects.filter(due_on__lt=today)
    assert 0 < past.exclude(action=None).count() < past.count()
    assert not Action.objects.done().filter(done_at__date__gte=today).exists()
    assert all(one.spent_on <= today for one in Spending.objects.all())


def test_without_a_manager_nobody_plans(db, today):
    assert sample_allocation.record(today=today) == 0
