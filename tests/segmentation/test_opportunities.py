"""Opportunities: what is held, what a hole is worth, against a slow reference; and what a later run does to them."""

import datetime as dt
import random
from decimal import Decimal

import pytest

from clients.models import Invoice
from segmentation import opportunities, scoring
from segmentation.locks import FAMILY, Lock
from segmentation.models import Bundle, Holding, Offering, OfferOdds, Peer, PeerGroup, Rules, ScoringRun
from tests.connections import another_connection
from tests.factories import ClientDepartureFactory, ClientFactory, InvoiceFactory, ServiceFactory
from tests.segmentation.opportunities_reference import Reference, scored

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 10, 31)


def sold(client, amount, service, *, on=AS_OF):
    return InvoiceFactory(client=client, issued_on=on, amount_ht=amount, service=service)


def key_of(offering):
    return offering.service_id or offering.family


def random_portfolio(seed, clients=90):
    """Clients of three sectors or none, services with and without family, credit notes, ties and old invoices."""
    drawn = random.Random(seed)
    services = [ServiceFactory(family=family) for family in ("Conseil", "Conseil", "Paie", "", "")]
    for number in range(clients):
        client = ClientFactory(naf_code=drawn.choice(["6920Z", "5610A", "4399C", "", "0000Z"]))
        wanted = services[: drawn.randint(1, 5)] if number % 3 else drawn.sample(services, 2)
        for _ in range(drawn.randint(1, 8)):
            on = AS_OF - dt.timedelta(days=drawn.choice([0, 3, 40, 200, 364, 365, 366, 500, 800]))
            sold(client, drawn.choice([-100, 50, 100, 100, Decimal("333.33"), 1000]), drawn.choice(wanted), on=on)


@pytest.mark.parametrize("seed", [3, 14])
def test_every_figure_agrees_with_a_slow_reference(seed):
    random_portfolio(seed)
    run = scored(as_of=AS_OF)
    reference = Reference(run)

    offerings = {key_of(one): one for one in Offering.objects.filter(run=run)}
    assert sorted(offerings, key=str) == reference.keys
    held = {(one.client_id, key_of(one.offering)): one.net for one in Holding.objects.select_related("offering")}
    assert held == reference.held
    groups = dict(Peer.objects.of(run).values_list("client", "group"))
    assert groups.keys() == reference.scores.keys()
    odds = {(one.group_id, one.offering_id): one for one in OfferOdds.objects.all()}
    checked = 0
    for key, offering in offerings.items():
        for client in reference.holes(key):
            one, expected = odds[groups[client], offering.pk], reference.answer(client, key)
            found = (one.n, one.alike, one.alike_held, one.propensity, one.amount, one.worth)
            said = (expected.n, expected.alike, expected.alike_held, expected.propensity, expected.amount)
            assert found == (*said, expected.worth)
            checked += 1
    assert checked > 100
    assert any(one.worth for one in odds.values())
    assert sum(one.clients for one in PeerGroup.objects.all()) == run.scored


def test_a_service_is_held_when_its_net_of_twelve_months_is_above_zero():
    service, (holder, given_back, former) = ServiceFactory(), ClientFactory.create_batch(3)
    sold(holder, 100, service, on=dt.date(2025, 11, 1))
    sold(given_back, 100, service)
    sold(given_back, -100, service)
    sold(former, 100, service, on=dt.date(2025, 10, 31))
    scored(as_of=AS_OF)
    assert list(Holding.objects.values_list("client", "net")) == [(holder.pk, 100)]


def test_a_family_is_held_through_any_of_its_services():
    first, second = (ServiceFactory(family="Paie") for _ in range(2))
    one, both = ClientFactory.create_batch(2)
    sold(one, 100, first)
    sold(both, 60, first)
    sold(both, 40, second)
    scored(as_of=AS_OF)
    family = Offering.objects.get(family="Paie")
    assert (family.holders, family.median) == (2, 100)


@pytest.mark.parametrize(("clients", "is_said"), [(9, False), (10, True)])
def test_below_ten_clients_of_the_segment_a_hole_is_worth_nothing(clients, is_said):
    service, other = ServiceFactory.create_batch(2)
    for number in range(clients):
        sold(ClientFactory(), 100, service if number else other)
    scored(as_of=AS_OF)
    odds = OfferOdds.objects.get(offering__service=service)
    assert (odds.n, odds.is_enough, odds.worth > 0) == (clients, is_said, is_said)


def test_a_service_that_the_rules_leave_out_is_no_opportunity():
    service, left_out = ServiceFactory.create_batch(2)
    client = ClientFactory()
    sold(client, 100, service)
    sold(client, 100, left_out)
    Rules.objects.update(excluded_services=[left_out.pk])
    scored(as_of=AS_OF)
    assert list(Offering.objects.values_list("service", flat=True)) == [service.pk]


def test_a_later_run_replaces_them_and_one_of_the_past_leaves_them():
    service = ServiceFactory()
    sold(ClientFactory(), 100, service, on=dt.date(2026, 9, 30))
    scored(as_of=dt.date(2026, 9, 30))
    sold(ClientFactory(), 300, service)
    run = scored(as_of=AS_OF)
    scored(as_of=dt.date(2026, 9, 30))
    assert set(Peer.objects.values_list("run", flat=True)) == {run.pk}
    assert Offering.objects.get().holders == 2


def test_they_are_found_once_after_a_run_and_again_when_it_is_replaced():
    sold(ClientFactory(), 100, ServiceFactory())
    scoring.score(as_of=AS_OF)
    assert opportunities.run_on_show() is None
    assert opportunities.catch_up()
    assert not opportunities.catch_up()
    again = scoring.score(as_of=AS_OF)
    assert opportunities.catch_up()
    assert opportunities.run_on_show() == again == Offering.objects.get().run


def test_while_somebody_else_finds_them_nobody_waits():
    sold(ClientFactory(), 100, ServiceFactory())
    scoring.score(as_of=AS_OF)
    with another_connection() as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [FAMILY, Lock.OPPORTUNITIES.value])
        assert not opportunities.catch_up()


def test_trials_and_drafts_leave_them_alone():
    sold(ClientFactory(), 100, ServiceFactory())
    run = scored(as_of=AS_OF)
    scoring.score(as_of=AS_OF, kind=ScoringRun.Kind.DRAFT)
    assert set(PeerGroup.objects.values_list("run", flat=True)) == {run.pk}


def test_services_held_together_by_good_clients_make_a_bundle_and_independent_ones_do_not():
    one, other, alone = ServiceFactory.create_batch(3)
    for number in range(60):
        client = ClientFactory()
        sold(client, 100, alone if number % 3 else one)
        if number % 2:
            sold(client, 100, one)
            sold(client, 100, other)
    scored(as_of=AS_OF)
    found = Bundle.objects.get()
    assert (found.first, found.second, found.together) == (one, other, 30)
    assert found.lift > 1


def test_a_draft_invoice_gives_nothing():
    service, client = ServiceFactory(), ClientFactory()
    sold(client, 100, service)
    Invoice.objects.create(
        source=sold(client, 5, None).source, external_id="b", client=ClientFactory(), issued_on=AS_OF,
        amount_ht=50, status=Invoice.Status.DRAFT,
    )  # fmt: skip
    scored(as_of=AS_OF)
    assert Holding.objects.count() == 1


def test_who_left_is_offered_nothing_but_a_trial_of_the_past_does_not_know_it():
    service = ServiceFactory()
    clients = [ClientFactory() for _ in range(6)]
    for client in clients:
        sold(client, 100, service)
        sold(client, 50, service, on=AS_OF - dt.timedelta(days=40))
    ClientDepartureFactory(client=clients[0], left_on=AS_OF)
    run = scored(as_of=AS_OF)
    assert set(Peer.objects.of(run).values_list("client", flat=True)) == {client.pk for client in clients[1:]}
    assert sum(PeerGroup.objects.filter(run=run).values_list("clients", flat=True)) == 5
    ScoringRun.objects.filter(pk=run.pk).update(kind=ScoringRun.Kind.BACKTEST)
    opportunities._forget()
    opportunities.read(run)
    opportunities.write(run)
    opportunities.forget_read()
    assert Peer.objects.of(run).count() == 6
