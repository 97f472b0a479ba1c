"""Objectives: three at most, what each client brings and could bring against a slow reference, and the pace."""

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.roles import Role
from clients.models import InvoiceLine
from segmentation import objectives
from segmentation.models import ClientObjective, Exclusion, Objective, OfferOdds, Rules
from tests.factories import (
    ClientFactory,
    ClientNeedFactory,
    HoleFactory,
    InvoiceFactory,
    NeedFactory,
    ServiceFactory,
    UserFactory,
)
from tests.segmentation.opportunities_reference import Reference, scored

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 10, 31)


@pytest.fixture
def direction():
    return UserFactory(roles=[Role.DIRECTION])


def aim(by, *services, **values):
    given = {
        "name": "Paie", "target": Decimal(10_000), "starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 12, 31),
    } | values  # fmt: skip
    return objectives.set_objective(objective=Objective(**given), services=services, by=by)


def sold(client, amount, *, on=AS_OF, service=None):
    return InvoiceFactory(client=client, issued_on=on, amount_ht=amount, service=service)


def value_of(client, objective):
    found = ClientObjective.objects.filter(client=client, objective=objective).first()
    return (found.contribution, found.potential) if found else (0, 0)


def test_a_fourth_objective_is_refused_until_one_is_closed(direction):
    service = ServiceFactory()
    first, *_others = (aim(direction, service) for _ in range(3))
    with pytest.raises(objectives.NoPlaceLeft, match="Fermez-en un"):
        aim(direction, service)
    objectives.close(objective=first, by=direction)
    assert aim(direction, service).place == 1


def test_the_database_itself_refuses_a_fourth(direction):
    one = aim(direction, ServiceFactory())
    with pytest.raises(IntegrityError, match="at_most_three"), transaction.atomic():
        Objective.objects.filter(pk=one.pk).update(place=4)


@pytest.mark.parametrize("role", [Role.COMMERCIAL, Role.MANAGER, Role.MARKETING, Role.ADMINISTRATOR])
def test_only_direction_sets_and_closes_objectives(direction, role):
    person, objective = UserFactory(roles=[role]), aim(direction, ServiceFactory())
    with pytest.raises(PermissionDenied):
        aim(person, ServiceFactory())
    with pytest.raises(PermissionDenied):
        objectives.close(objective=objective, by=person)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"target": Decimal(0)}, "__all__"),
        ({"ends_on": dt.date(2026, 1, 1)}, "ends_on"),
        ({"kind": "sectors"}, "sectors"),
        ({"kind": "services"}, "services"),
    ],
)
def test_an_objective_without_something_to_reach_is_refused(direction, values, field):
    services = [] if "kind" in values else [ServiceFactory()]
    with pytest.raises(ValidationError) as refused:
        aim(direction, *services, **values)
    assert field in refused.value.message_dict


def test_a_contribution_runs_from_the_first_day_to_the_as_of_date_of_the_run(direction):
    service, client = ServiceFactory(), ClientFactory()
    sold(client, 1, on=dt.date(2025, 12, 31), service=service)
    sold(client, 2, on=dt.date(2026, 1, 1), service=service)
    sold(client, 4, on=AS_OF, service=service)
    sold(client, 8, on=dt.date(2026, 11, 1), service=service)
    sold(client, 16)
    objective = aim(direction, service)
    scored(as_of=AS_OF)
    assert value_of(client, objective)[0] == 6


def test_a_contribution_stops_with_the_objective(direction):
    service, client = ServiceFactory(), ClientFactory()
    sold(client, 2, on=dt.date(2026, 3, 31), service=service)
    sold(client, 4, on=AS_OF, service=service)
    objective = aim(direction, service, ends_on=dt.date(2026, 3, 31))
    scored(as_of=AS_OF)
    assert value_of(client, objective)[0] == 2


def test_an_objective_set_after_the_run_is_valued_at_once(direction):
    service, client = ServiceFactory(), ClientFactory()
    sold(client, 100, service=service)
    scored(as_of=AS_OF)
    assert value_of(client, aim(direction, service))[0] == 100


def test_closing_keeps_what_was_reached_and_a_second_click_changes_nothing(direction):
    service = ServiceFactory()
    for amount in (100, 200):
        sold(ClientFactory(), amount, service=service)
    scored(as_of=AS_OF)
    objective = aim(direction, service)
    for _ in range(2):
        objectives.close(objective=objective, by=direction)
    objective.refresh_from_db()
    assert (objective.reached, objective.place, objective.is_open) == (300, None, False)
    with pytest.raises(ValidationError, match="fermé"):
        objectives.set_objective(objective=objective, services=[service], by=direction)


def test_a_new_run_values_the_objectives_and_the_former_one_forgets_them(direction):
    service, client = ServiceFactory(), ClientFactory()
    sold(client, 100, on=dt.date(2026, 9, 30), service=service)
    objective = aim(direction, service)
    scored(as_of=dt.date(2026, 9, 30))
    sold(client, 50, service=service)
    run = scored(as_of=AS_OF)
    assert list(ClientObjective.objects.values_list("run", "contribution")) == [(run.pk, 150)]
    sold(client, 1, on=dt.date(2026, 8, 1))
    scored(as_of=dt.date(2026, 8, 31))
    assert ClientObjective.objects.get(objective=objective).run == run


def worth_of(client, service):
    """What the opportunities say that the service is worth to this client."""
    return OfferOdds.objects.get(offering__service=service, group__peers__client=client).worth


def test_a_potential_is_the_euros_of_the_holes_of_the_client(direction):
    services, other = ServiceFactory.create_batch(2), ServiceFactory()
    for number in range(12):
        holder = ClientFactory()
        for service in services[: 1 + number % 2]:
            sold(holder, 100 * (number + 1), service=service)
    client = ClientFactory()
    sold(client, 50, service=other)
    scored(as_of=AS_OF)
    holes = [worth_of(client, service) for service in services]
    assert all(holes)
    assert value_of(client, aim(direction, *services)) == (0, sum(holes))


def test_below_ten_clients_of_the_segment_nothing_is_said_of_the_potential(direction):
    service, client = ServiceFactory(), ClientFactory()
    sold(ClientFactory(), 100, service=service)
    sold(client, 50)
    scored(as_of=AS_OF)
    assert value_of(client, aim(direction, service)) == (0, 0)


@pytest.mark.parametrize(("until", "is_counted"), [(0, False), (-1, True)])
def test_a_hole_that_was_refused_is_no_potential_until_its_last_day(direction, until, is_counted):
    service, client = ServiceFactory(), ClientFactory()
    for _ in range(12):
        sold(ClientFactory(), 100, service=service)
    sold(client, 50)
    scored(as_of=AS_OF)
    day = timezone.localdate() + dt.timedelta(days=until)
    HoleFactory(client=client, service=service, reason="refused", happened_on=AS_OF, until=day)
    assert (value_of(client, aim(direction, service))[1] > 0) is is_counted


def test_a_service_given_up_more_than_a_year_ago_is_a_hole_again(direction):
    service, client = ServiceFactory(), ClientFactory()
    sold(client, 700, on=dt.date(2025, 10, 31), service=service)
    sold(client, 10)
    for _ in range(12):
        sold(ClientFactory(), 300, service=service)
    scored(as_of=AS_OF)
    objective = aim(direction, service, starts_on=dt.date(2025, 1, 1))
    assert value_of(client, objective) == (700, worth_of(client, service))


def test_a_sector_is_the_clients_whose_code_starts_so_and_its_holes_are_those_who_stopped(direction):
    inside, stopped, outside = (ClientFactory(naf_code=code) for code in ("69.20Z", "6910Z", "5610A"))
    sold(inside, 400)
    sold(stopped, 900, on=dt.date(2025, 6, 1))
    sold(outside, 800)
    scored(as_of=AS_OF)
    objective = aim(direction, kind="sectors", sectors=["69"])
    assert value_of(inside, objective) == (400, 0)
    assert value_of(stopped, objective) == (0, 400)
    assert value_of(outside, objective) == (0, 0)


def test_values_agree_with_a_slow_reference(direction):
    """Contributions and potentials of two services over sixty clients, credit notes and ties included."""
    drawn = random.Random(9)
    services = ServiceFactory.create_batch(3)
    clients = ClientFactory.create_batch(60)
    for client in clients:
        for _ in range(drawn.randint(1, 9)):
            on = AS_OF - dt.timedelta(days=drawn.randint(0, 800))
            sold(client, drawn.choice([-100, 50, 100, 100, 333, 1000]), on=on, service=drawn.choice(services))
    run = scored(as_of=AS_OF)
    objective = aim(direction, *services[:2])

    lines = InvoiceLine.objects.select_related("invoice")
    net = {}
    for line in lines:
        first, year = line.invoice.issued_on >= objective.starts_on, line.invoice.issued_on > dt.date(2025, 10, 31)
        former = net.get((line.invoice.client_id, line.service_id), (Decimal(0), Decimal(0)))
        added = (line.amount_ht * first, line.amount_ht * year)
        net[line.invoice.client_id, line.service_id] = (former[0] + added[0], former[1] + added[1])
    reference = Reference(run)
    for client in clients:
        contribution = sum(net.get((client.pk, service.pk), (0, 0))[0] for service in services[:2])
        lacking = [
            one.pk for one in services[:2] if client.pk in reference.scores and client.pk in reference.holes(one.pk)
        ]
        potential = sum(reference.answer(client.pk, pk).worth for pk in lacking)
        assert value_of(client, objective) == (contribution, potential)
    assert ClientObjective.objects.filter(potential__gt=0).exists()


@pytest.mark.parametrize(
    ("as_of", "reached", "expected", "lead"),
    [
        (dt.date(2026, 1, 5), 40, 50, -10),
        (dt.date(2026, 1, 10), 120, 100, 20),
        (dt.date(2026, 2, 1), 90, 100, -10),
        (dt.date(2025, 12, 31), 0, 0, 0),
    ],
)
def test_the_pace_is_even_from_the_first_day_to_the_last(as_of, reached, expected, lead):
    objective = Objective(target=Decimal(100), starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 1, 10))
    progress = objectives.Progress(objective, as_of, Decimal(reached))
    assert (progress.expected, progress.lead) == (expected, lead)


def test_an_objective_in_clients_counts_those_who_brought_something(direction):
    service = ServiceFactory()
    for amount in (100, 5, -20):
        sold(ClientFactory(), amount, service=service)
    scored(as_of=AS_OF)
    objective = aim(direction, service, measure="clients", target=Decimal(10))
    assert objectives.reached(objective, ClientObjective.objects.filter(objective=objective)) == 2


def test_an_objective_on_needs_is_what_those_who_have_them_buy_of_the_services_that_answer(direction):
    service, other = ServiceFactory(), ServiceFactory()
    need = NeedFactory()
    need.services.add(service)
    holder, without, stranger = ClientFactory.create_batch(3)
    sold(holder, 400, service=service)
    sold(without, 50, service=other)
    sold(stranger, 900, service=service)
    for _ in range(10):
        sold(ClientFactory(), 60, service=service)
    for client in (holder, without):
        ClientNeedFactory(client=client, need=need)
    scored(as_of=AS_OF)
    objective = objectives.set_objective(
        objective=Objective(
            name="Piloter",
            kind="needs",
            target=Decimal(1000),
            starts_on=dt.date(2026, 1, 1),
            ends_on=dt.date(2026, 12, 31),
        ),
        needs=[need],
        by=direction,
    )
    assert value_of(holder, objective) == (400, 0)
    assert value_of(without, objective) == (0, worth_of(without, service))
    assert value_of(stranger, objective) == (0, 0)


@pytest.fixture
def group():
    """A head in no sector, and two companies of one, scored together."""
    Rules.objects.update(scored_by="head")
    head = ClientFactory()
    return head, ClientFactory(head=head, naf_code="6920Z"), ClientFactory(head=head, naf_code="5610A")


def test_what_companies_of_a_scored_group_bring_is_their_head_s(direction, group):
    service, other = ServiceFactory(), ServiceFactory()
    head, first, second = group
    sold(first, 300, service=service)
    sold(second, 50, service=service)
    sold(second, 20, service=other)
    scored(as_of=AS_OF)
    objective = aim(direction, service)
    assert value_of(head, objective) == (350, 0)
    found = ClientObjective.objects.get(objective=objective)
    assert found.score.client == head


def test_a_need_noted_on_a_company_is_that_of_its_scored_group(direction, group):
    service, need = ServiceFactory(), NeedFactory()
    need.services.add(service)
    head, first, second = group
    sold(second, 300, service=service)
    ClientNeedFactory(client=first, need=need)
    scored(as_of=AS_OF)
    objective = Objective(
        name="Piloter", kind="needs", target=1000, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31)
    )
    assert value_of(head, objectives.set_objective(objective=objective, needs=[need], by=direction)) == (300, 0)


def test_a_group_brings_to_a_sector_what_its_companies_there_do(direction, group):
    head, first, second = group
    sold(first, 300)
    sold(second, 50)
    scored(as_of=AS_OF)
    objective = aim(direction, kind="sectors", sectors=["69"])
    assert value_of(head, objective) == (300, 0)
    assert ClientObjective.objects.filter(objective=objective).count() == 1


def test_whom_and_what_the_rules_leave_out_brings_nothing(direction):
    service, expenses = ServiceFactory(), ServiceFactory()
    kept, out = ClientFactory(naf_code="6920Z"), ClientFactory(naf_code="6920Z")
    Rules.objects.update(excluded_services=[expenses.pk])
    Exclusion.objects.create(rules=Rules.objects.get(), client=out, motive="Interne")
    for client in (kept, out):
        sold(client, 100, service=service)
        sold(client, 7, service=expenses)
    scored(as_of=AS_OF)
    for objective in (aim(direction, service, expenses), aim(direction, kind="sectors", sectors=["69"])):
        assert (value_of(kept, objective), value_of(out, objective)) == ((100, 0), (0, 0))
