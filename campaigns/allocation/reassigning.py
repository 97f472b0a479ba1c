"""Whom to hand over, when some have too much to do and others have room: few moves, the closest ties kept.

For whoever lacks hours, the clients with whom they were least in touch come first, and among them those that take the
most time, until what is missing fits. Each goes to somebody with room for it: who stands in for its owner, else who
was most in touch with it over the year, else who has most room.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from dateutil.relativedelta import relativedelta
from django.db import connection

from accounts.models import User
from campaigns.allocation.capacity import Load, contacts
from campaigns.models import AllocationLine, AllocationPlan
from segmentation.models import ScoringRun

SQL = Path(__file__).parent.parent / "sql"
MOST_MOVES = 10
LOOKED_AT = 200  # clients of each person
MOST_RELIEVED = 5  # people at a time, the most overloaded: ten moves seldom go further
NOBODY = 0


@dataclass(frozen=True)
class Move:
    """One client to hand over, and why: the hours it takes, what ties it to whoever has it, why the other."""

    client_id: int
    client_name: str
    tier: str
    hours: Decimal
    giver: User | None
    taker: User
    ties: int  # actions done and hours noted by the giver with this client, over a year
    known_ties: int  # those of the taker
    stands_in: bool


@dataclass(frozen=True)
class _Candidate:
    client_id: int
    name: str
    owner_id: int
    tier: str
    backup_id: int | None
    ties: int
    known_id: int | None
    known_ties: int


def proposals(
    plan: AllocationPlan, lines: list[AllocationLine], run: ScoringRun | None, loads: list[Load], *, today: dt.date
) -> list[Move]:
    """At most ten moves, the most overloaded first; none when nobody has room or nobody lacks time."""
    room = {load.person.pk: -load.excess for load in loads if load.person and load.time and load.excess < 0}
    lacking = sorted((load for load in loads if load.is_over), key=lambda load: -load.excess)[:MOST_RELIEVED]
    if run is None or not room or not lacking:
        return []
    takers = {load.person.pk: load.person for load in loads if load.person and load.person.pk in room}
    hours = {line.target: contacts(plan, line, 1) * line.minutes / 60 for line in lines}
    found = _candidates(run, lacking, room, today)
    moves: list[Move] = []
    for load in lacking:
        mine = [one for one in found if one.owner_id == _key(load)]
        moves += _relieve(load, mine, hours, room, takers, MOST_MOVES - len(moves))
    return moves


def _relieve(
    load: Load,
    candidates: list[_Candidate],
    hours: Mapping[str, Decimal],
    room: dict[int, Decimal],
    takers: Mapping[int, User],
    most: int,
) -> list[Move]:
    """The moves that bring one person back to their hours; takes from the room of those who get the clients."""
    moves: list[Move] = []
    missing, left = load.excess, list(candidates)
    while missing > 0 and left and len(moves) < most:
        ties = left[0].ties
        equals = [one for one in left if one.ties == ties]
        enough = [one for one in equals if hours[one.tier] >= missing]
        one = min(enough, key=lambda one: hours[one.tier]) if enough else max(equals, key=lambda one: hours[one.tier])
        left.remove(one)
        taker = _taker(one, hours[one.tier], room)
        if taker is None:
            continue
        missing -= hours[one.tier]
        room[taker] -= hours[one.tier]
        moves.append(
            Move(
                client_id=one.client_id,
                client_name=one.name,
                tier=one.tier,
                hours=hours[one.tier],
                giver=load.person,
                taker=takers[taker],
                ties=one.ties,
                known_ties=one.known_ties if one.known_id == taker else 0,
                stands_in=one.backup_id == taker,
            )
        )
    return moves


def _taker(one: _Candidate, hours: Decimal, room: Mapping[int, Decimal]) -> int | None:
    """Who has room for this client: their stand-in, who knows it, or who has most room; None when nobody has."""
    for person in (one.backup_id, one.known_id):
        if person is not None and room.get(person, Decimal(0)) >= hours:
            return person
    roomy = [person for person, free in room.items() if free >= hours]
    return max(roomy, key=lambda person: (room[person], -person), default=None)


def _candidates(run: ScoringRun, lacking: list[Load], room: Mapping[int, Decimal], today: dt.date) -> list[_Candidate]:
    parameters: dict[str, int | list[int] | dt.date] = {
        "run": run.pk,
        "overloaded": [_key(load) for load in lacking],
        "with_room": list(room),
        "since": today - relativedelta(years=1),
        "most": LOOKED_AT,
    }
    with connection.cursor() as cursor:
        cursor.execute((SQL / "movable_clients.sql").read_text(), parameters)
        return [_Candidate(*row) for row in cursor.fetchall()]


def _key(load: Load) -> int:
    return load.person.pk if load.person else NOBODY
