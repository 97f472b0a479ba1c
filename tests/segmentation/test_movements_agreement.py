"""Movements and drops of a seeded firm full of ties, scored month after month while its books are corrected."""

import datetime as dt
import random
from decimal import Decimal
from itertools import pairwise

import pytest
from dateutil.relativedelta import relativedelta

from clients.models import ChangedClient, Client, Invoice
from segmentation.models import Drop, Movement, Score, ScoringRun
from segmentation.scoring import score
from tests.factories import SourceFactory
from tests.segmentation import movements_reference as reference

pytestmark = pytest.mark.django_db
START = dt.date(2024, 1, 31)
MONTHS = [START + relativedelta(months=n, day=31) for n in range(22, 32)]


@pytest.fixture
def months():
    """Ten month-ends scored one after the other. Between two of them a few documents of before are cancelled, moved
    to another day or added; what changed is told by client."""
    dice = random.Random(7)
    source = SourceFactory()
    clients = Client.objects.bulk_create(Client(name=f"Client {n}", code=f"C{n}") for n in range(45))
    pace = {client.pk: dice.choice([20, 45, 45, 90, 150]) for client in clients}
    invoices = []
    for client in clients:
        day = START + dt.timedelta(days=dice.randrange(500))
        while day < MONTHS[-1] and dice.random() > 0.04:
            invoices.append(document(source, client, day, dice))
            day += dt.timedelta(days=max(1, int(pace[client.pk] * dice.uniform(0.5, 1.6))))
    Invoice.objects.bulk_create(invoices)
    changed = {}
    for month in MONTHS:
        changed[score(as_of=month).as_of] = {}
        for _ in range(2):
            invoice = dice.choice(list(Invoice.objects.counted().filter(issued_on__lte=month).order_by("pk")))
            first = correct(invoice, dice)
            known = changed[month].get(invoice.client_id, first)
            changed[month][invoice.client_id] = min(known, first)
    return changed


def document(source, client, day, dice):
    amount = Decimal(dice.choice([100, 100, 250, 250, 800, 3000]))
    return Invoice(source=source, external_id=str(dice.random()), client=client, issued_on=day, amount_ht=amount)


def correct(invoice, dice):
    """Changes this document; the first day that the change says something of."""
    former = invoice.issued_on
    if dice.random() < 0.4:
        Invoice.objects.filter(pk=invoice.pk).update(status="cancelled")
        return former
    day = former - dt.timedelta(days=dice.randrange(1, 200))
    Invoice.objects.filter(pk=invoice.pk).update(issued_on=day)
    return day


def scores_of(run):
    return {one.client_id: one for one in Score.objects.of(run)}


def test_movements_and_their_causes_agree_with_the_reference(months):
    runs = list(ScoringRun.objects.standing().order_by("as_of"))
    seen = set()
    for former, run in pairwise(runs):
        expected = reference.movements(former, run, scores_of(former), scores_of(run), months[former.as_of])
        fields = ("from_segment", "to_segment", "from_tier", "to_tier", "cause")
        found = Movement.objects.filter(as_of=run.as_of, former_as_of=former.as_of)
        assert {row[0]: row[1:] for row in found.values_list("client", *fields)} == expected
        seen |= {row[-1] for row in expected.values()}
    assert seen >= {"facts", "own", "others"}
    assert not ChangedClient.objects.filter(seen_by=None, first_day__gt=runs[-1].as_of).exists()


def test_confirmations_agree_with_the_next_run(months):
    runs = list(ScoringRun.objects.standing().order_by("as_of"))
    following = {run.as_of: follower for run, follower in pairwise(runs)}
    for move in Movement.objects.all():
        then = following.get(move.as_of)
        place = scores_of(then).get(move.client_id) if then else None
        about_segment = move.from_segment != move.to_segment
        kept = place and (place.segment == move.to_segment if about_segment else place.tier == move.to_tier)
        assert move.confirmed_on == (then.as_of if kept else None)


def test_drops_agree_with_the_reference(months):
    runs = list(ScoringRun.objects.standing().order_by("as_of"))
    scores = {run.pk: scores_of(run) for run in runs}
    total = 0
    for former, run in pairwise(runs):
        ends = [three_months_before(one, runs) for one in (run, former)]
        found = set(Drop.objects.filter(run=run).values_list("client", flat=True))
        is_comparable = all(ends) and ends[0].rules_id == run.rules_id
        expected = reference.fallen(run, ends[0], former, ends[1], scores) if is_comparable else set()
        assert found == expected
        total += len(expected)
    assert total


def three_months_before(run, runs):
    """The last month-end at or before the day three months before; every run here is one."""
    before = [one for one in runs if one.as_of <= run.as_of - relativedelta(months=3)]
    return before[-1] if before else None
