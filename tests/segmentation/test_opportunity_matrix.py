"""The matrix: its cells against a slow count, for everybody and for a portfolio, and the clients behind each cell."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.roles import Role
from clients.models import Client
from segmentation import opportunity_matrix as board
from segmentation import opportunity_words
from segmentation.models import Hole, Offering, Score, ScoringRun
from segmentation.opportunity_matrix import Axis
from tests.factories import ClientFactory, ClientNeedFactory, HoleFactory, InvoiceFactory, NeedFactory, UserFactory
from tests.segmentation.opportunities_reference import Reference, scored
from tests.segmentation.test_opportunities import AS_OF, key_of, random_portfolio

pytestmark = pytest.mark.django_db
LATER = dt.date(2099, 1, 1)


@pytest.fixture
def run():
    """A portfolio of ninety, a third of it one person's, with needs, and reasons said of some holes."""
    random_portfolio(5)
    run = scored(as_of=AS_OF)
    person = UserFactory(email="vente@cabinet.example")
    needs, reference = [NeedFactory(), NeedFactory()], Reference(run)
    for place, client in enumerate(Client.objects.order_by("pk")):
        if place % 3 == 0:
            Client.objects.filter(pk=client.pk).update(owner=person)
        for need in needs[: place % 4]:
            ClientNeedFactory(client=client, need=need)
    for place, key in enumerate(reference.keys):
        for rank, pk in enumerate(reference.holes(key)[:12]):
            what = {"service_id": key} if isinstance(key, int) else {"service": None, "family": key}
            reason = {"reason": "irrelevant", "until": LATER} if rank % 3 else {"reason": "unknown"}
            HoleFactory(client_id=pk, said_by=person, **what, **reason)
            if place == 0 and rank == 0:  # of a service that was bought since: nothing is said of a hole any more
                holder = reference.holders(key)[0]
                HoleFactory(client_id=holder, said_by=person, reason="irrelevant", until=LATER, **what)
    return run


def expected(run, axis, families, ids):
    """The cells of these clients, counted one by one."""
    reference, today = Reference(run), timezone.localdate()
    cells = {}
    for offering in board.offerings(run, families=families):
        key = key_of(offering)
        for pk in ids:
            one = reference.scores[pk]
            values = {
                Axis.SEGMENT: [one.segment],
                Axis.TIER: [one.tier],
                Axis.SECTOR: [reference.sector[pk]],
                Axis.NEED: list(one.client.needs.values_list("need", flat=True)),
            }[axis]
            hole = Hole.objects.filter(client=pk, service=offering.service_id, family=offering.family).first()
            held = (pk, key) in reference.held
            closed = bool(hole and not held and hole.until and hole.until >= today)
            said = bool(hole and not held and not closed)
            counts = not held and not closed
            answer = reference.answer(pk, key)
            cell = board.Cell(1, held, closed, said, counts and answer.n >= 10, answer.worth if counts else Decimal(0))
            for value in values:
                cells[value, offering.pk] = cells.get((value, offering.pk), board.Cell()) + cell
    return cells


@pytest.mark.parametrize("axis", list(Axis))
@pytest.mark.parametrize("families", [False, True])
def test_the_cells_of_everybody_and_of_a_portfolio_agree_with_a_slow_count(run, axis, families):
    everybody = list(Score.objects.of(run).values_list("client", flat=True))
    assert board.matrix(run, axis=axis, families=families) == expected(run, axis, families, everybody)
    mine = Client.objects.filter(owner__email="vente@cabinet.example")
    ids = [pk for pk in everybody if mine.filter(pk=pk).exists()]
    found = board.matrix(run, axis=axis, families=families, clients=mine)
    assert found == expected(run, axis, families, ids)
    assert found


def test_who_was_merged_since_the_run_is_in_no_cell(run):
    gone, kept = Client.objects.order_by("pk")[:2]
    Client.objects.filter(pk=gone.pk).update(merged_into=kept)
    everybody = [pk for pk in Score.objects.of(run).values_list("client", flat=True) if pk != gone.pk]
    cells = board.matrix(run, axis=Axis.SEGMENT, families=False)
    wanted = expected(run, Axis.SEGMENT, False, everybody)
    assert {key: cell for key, cell in cells.items() if cell.clients} == wanted


def test_the_list_behind_a_cell_holds_as_many_clients_and_euros_as_the_cell_says(run):
    cells = board.matrix(run, axis=Axis.SEGMENT, families=False)
    for (segment, pk), cell in cells.items():
        offering = Offering.objects.get(pk=pk)
        scores = Score.objects.of(run).filter(segment=segment)
        lacking = board.lacking(board.facing(scores, offering), offering)
        assert lacking.count() == cell.missing
        assert sum(one.worth for one in lacking) == cell.euros
        assert board.unexplained(scores, offering).count() == cell.without_reason
        assert board.set_aside(scores, offering).count() == cell.closed
        assert board.holding(scores, offering).count() == cell.held


def test_what_a_client_lacks_comes_by_euros_those_set_aside_last(run):
    client = Hole.objects.closing().filter(service__isnull=False).latest("pk").client
    found = board.lacks_of(client, run)
    closed = [bool(one.hole and one.hole.closes) for one in found]
    worth = [one.worth for one, is_closed in zip(found, closed, strict=True) if not is_closed]
    assert closed == sorted(closed)
    assert True in closed
    assert worth == sorted(worth, reverse=True)


def test_the_chance_is_said_with_the_clients_it_rests_on(run):
    one = next(lack for lack in board.lacks_of(Client.objects.order_by("pk")[1], run) if lack.odds.is_enough)
    words = opportunity_words.chance(one.odds)
    assert str(one.odds.alike) in words
    one.odds.n = 9
    assert opportunity_words.chance(one.odds).startswith("Pas assez de clients")


def test_a_portfolio_without_clients_has_no_cell():
    InvoiceFactory(client=ClientFactory())
    run = scored(as_of=dt.date(2026, 10, 31))
    nobody = Client.objects.visible_to(UserFactory(roles=[Role.COMMERCIAL]))
    assert board.matrix(run, axis=Axis.SEGMENT, families=False, clients=nobody) == {}
    assert ScoringRun.objects.latest_at() == run
