"""Finding by rule which clients have a need, and which of those needs a service answers.

Four SQL statements over joined data (`segmentation/sql/`): the clients that rules find (`need_matches.sql`), those
among them to add, those to take away, and the needs answered. Run after each scoring that pages show, and whenever
somebody changes a rule or says which services answer a need. What a person said is never touched.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import User
from accounts.roles import Right
from clients.models import Client
from clients.sectors import normalised, prefixes_of
from segmentation.groups import whole_groups
from segmentation.models import ClientNeed, Need, NeedRule, ScoringRun

SQL = Path(__file__).parent / "sql"
# One pass over every line of two years, in memory: the default of 4 MB writes to disk several times.
SETTINGS = "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"
HELD_MONTHS = 12  # over which a service counts as held
FOUND = RawSQL("SELECT client_id FROM need_matches", [])


@dataclass(frozen=True)
class Criteria:
    """What a rule looks at: activities (sections or beginnings of codes) and services bought in the last months."""

    naf_prefixes: tuple[str, ...] = ()
    service_ids: tuple[int, ...] = ()
    months: int = 12
    match: str = NeedRule.Match.ANY

    @property
    def is_empty(self) -> bool:
        """Whether it looks at nothing, and so finds nobody."""
        return not self.naf_prefixes and not self.service_ids

    @property
    def count(self) -> int:
        """How many of the two lists say something."""
        return bool(self.naf_prefixes) + bool(self.service_ids)


@dataclass(frozen=True)
class Preview:
    """What applying criteria would do among the clients a person sees. `found` have the need by them; `new` did not
    have it; `gone` would lose it; `refuted` are found, and somebody had taken it away from them: they stay without."""

    found: int
    new: int
    gone: int
    refuted: int


def criteria_of(rule: NeedRule) -> Criteria:
    services = tuple(sorted(service.pk for service in rule.services.all()))
    return Criteria(tuple(rule.naf_prefixes), services, rule.months, rule.match)


@transaction.atomic
def preview(*, need: Need | None, criteria: Criteria, by: User) -> Preview:
    """How many clients these criteria would find; nothing is written. Raises PermissionDenied."""
    _check_right(by)
    _find({need.pk if need else 0: criteria})
    found = Client.objects.visible_to(by).filter(pk__in=FOUND)
    mine = ClientNeed.objects.visible_to(by).filter(need=need)
    known = mine.filter(client__in=FOUND)
    derived = mine.standing().filter(origin=ClientNeed.Origin.RULE)
    count = found.count()
    preview = Preview(
        found=count,
        new=count - known.count(),
        gone=derived.exclude(client__in=FOUND).count(),
        refuted=known.filter(is_refuted=True).count(),
    )
    _forget()
    return preview


@transaction.atomic
def save_rule(*, need: Need, criteria: Criteria, by: User) -> NeedRule | None:
    """The rule of this need from now on, applied at once; None when it looks at nothing, and is no more.

    Raises PermissionDenied without the right to manage needs.
    """
    _check_right(by)
    need = Need.objects.select_for_update().get(pk=need.pk)
    rule = None
    if criteria.is_empty:
        NeedRule.objects.filter(need=need).delete()
    else:
        prefixes = list(dict.fromkeys(normalised(text) for text in criteria.naf_prefixes))
        values = {"naf_prefixes": prefixes, "months": criteria.months, "match": criteria.match}
        rule, _is_new = NeedRule.objects.update_or_create(need=need, defaults=values)
        rule.services.set(criteria.service_ids)
    apply([need.pk])
    return rule


@transaction.atomic
def apply(need_ids: Collection[int] | None = None) -> None:
    """Makes what rules say of these needs true (of all needs when None), and whether they are answered.

    One at a time for one need: whoever saves a rule waits for the scoring that applies it, and the other way round.
    """
    needs = Need.objects.select_for_update().order_by("pk")
    if need_ids is not None:
        needs = needs.filter(pk__in=need_ids)
    pks = [need.pk for need in needs]
    if not pks:
        return
    rules = NeedRule.objects.filter(need__in=pks, need__is_active=True).prefetch_related("services")
    _find({rule.need_id: criteria_of(rule) for rule in rules})
    _run("needs_no_longer_found", needs=pks)
    _run("client_needs")
    _forget()
    answer(pks)


@transaction.atomic
def answer(need_ids: Collection[int], *, client_ids: Collection[int] | None = None) -> None:
    """Writes whether these needs are answered by a service that the client holds; of these clients alone, or of all.

    Where groups are scored, a company holds what its group holds.
    """
    run, as_of = _shown()
    clients = None if client_ids is None else list(client_ids)
    buyers = whole_groups(run, clients) if run and clients else clients
    since = as_of - relativedelta(months=HELD_MONTHS)
    _run(
        "answered_needs",
        run=run and run.pk,
        needs=list(need_ids),
        clients=clients,
        buyers=buyers,
        since=since,
        as_of=as_of,
    )


def _shown() -> tuple[ScoringRun | None, dt.date]:
    """The run that pages show, whose clients and services are those of rules too, and its date; today before any."""
    run = ScoringRun.objects.latest_at()
    return run, run.as_of if run else timezone.localdate()


def _find(criteria: dict[int, Criteria]) -> None:
    """Fills the working table of this transaction with what these criteria find, by need."""
    run, as_of = _shown()
    activities = [
        (need, prefix) for need, one in criteria.items() for text in one.naf_prefixes for prefix in prefixes_of(text)
    ]
    services = [(need, service) for need, one in criteria.items() for service in one.service_ids]
    _run(
        "need_matches",
        run=run and run.pk,
        as_of=as_of,
        needs=list(criteria),
        needs_all=[one.match == NeedRule.Match.ALL for one in criteria.values()],
        since=[as_of - relativedelta(months=one.months) for one in criteria.values()],
        criteria=[one.count for one in criteria.values()],
        activity_needs=_column(activities, 0),
        prefixes=_column(activities, 1),
        service_needs=_column(services, 0),
        services=_column(services, 1),
    )


def _column(pairs: Iterable[tuple], place: int) -> list:
    return [pair[place] for pair in pairs]


def _run(name: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        cursor.execute((SQL / f"{name}.sql").read_text(), parameters)


def _forget() -> None:
    """Drops the working table, so that one transaction can find twice."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE need_matches")


def _check_right(by: User) -> None:
    if not by.may(Right.MANAGE_NEEDS):
        raise PermissionDenied
