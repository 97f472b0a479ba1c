"""Whom to hand over: few moves, the closest ties kept, only to people with room."""

import datetime as dt
from decimal import Decimal

from campaigns.allocation import capacity, planning
from campaigns.allocation.portfolios import portfolios
from campaigns.allocation.reassigning import MOST_MOVES, proposals
from tests.campaigns.allocation.world import QUARTER, TODAY, done
from tests.factories import TimeEntryFactory


def hours_for(firm, person, percent):
    planning.set_availability(
        person=person, starts_on=QUARTER, days_off=Decimal(0), field_percent=percent, by=firm.marc
    )


def proposed(firm):
    plan = firm.plan()
    lines, held = list(plan.lines.all()), portfolios(firm.marc)
    people = {person.pk: person for person in (firm.claire, firm.karim)}
    loads = capacity.loads(capacity.needed(plan, lines, held), capacity.available(plan), people)
    return proposals(plan, lines, firm.run, loads, today=TODAY)


def test_nobody_moves_when_everybody_has_time(firm):
    firm.client("A", firm.claire)
    assert proposed(firm) == []


def test_nobody_moves_when_nobody_has_room(firm):
    firm.client("A", firm.claire)
    hours_for(firm, firm.claire, 0)
    hours_for(firm, firm.karim, 0)
    assert proposed(firm) == []


def test_as_few_clients_move_as_make_it_fit(firm):
    big = firm.client("A", firm.claire)
    for _ in range(3):
        firm.client("C", firm.claire)
    hours_for(firm, firm.claire, 0)  # 2.25 h for the big one, an eighth for each small one
    moves = proposed(firm)
    assert (moves[0].client_id, moves[0].taker, moves[0].hours) == (big.pk, firm.karim, Decimal("2.25"))
    assert len(moves) == 4


def test_the_loosest_ties_go_first(firm):
    close, loose = firm.client("B", firm.claire), firm.client("B", firm.claire)
    for _ in range(432):  # half an hour each, against 217 h
        firm.client("B", firm.claire)
    done(close, firm.claire, dt.date(2026, 11, 1))
    TimeEntryFactory(client=close, person=firm.claire, spent_on=dt.date(2026, 11, 2), hours=1)
    done(loose, firm.claire, dt.date(2025, 11, 1))  # too long ago to count
    for _ in range(2):
        firm.client("B", firm.claire)
    moved = {move.client_id for move in proposed(firm)}
    assert loose.pk in moved
    assert close.pk not in moved
    assert len(moved) == 2


def test_who_stands_in_takes_before_who_knows_the_client(firm):
    client = firm.client("A", firm.claire, backup_owner=firm.karim)
    hours_for(firm, firm.claire, 0)
    move = proposed(firm)[0]
    assert (move.client_id, move.taker, move.stands_in, move.ties) == (client.pk, firm.karim, True, 0)


def test_who_knows_the_client_takes_it(firm):
    client = firm.client("A", firm.claire)
    done(client, firm.karim, dt.date(2026, 11, 1))
    hours_for(firm, firm.claire, 0)
    move = proposed(firm)[0]
    assert (move.taker, move.known_ties, move.stands_in) == (firm.karim, 1, False)


def test_clients_of_nobody_find_somebody(firm):
    client = firm.client("A", None)
    move = proposed(firm)[0]
    assert (move.client_id, move.giver) == (client.pk, None)
    assert move.taker in (firm.claire, firm.karim)


def test_nobody_is_given_more_than_they_have_room_for(firm):
    for _ in range(30):
        firm.client("A", firm.claire)
    hours_for(firm, firm.claire, 0)
    hours_for(firm, firm.karim, 2)  # 8.68 h: three clients of 2.25 h
    moves = proposed(firm)
    assert len(moves) == 3
    assert sum(move.hours for move in moves) <= Decimal("8.68")


def test_ten_moves_are_proposed_at_a_time(firm):
    for _ in range(30):
        firm.client("A", firm.claire)
    hours_for(firm, firm.claire, 0)
    assert len(proposed(firm)) == MOST_MOVES
