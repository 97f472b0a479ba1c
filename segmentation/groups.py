"""Groups as a run scored them: the companies under each head, and what they bought together.

Where clients are scored one by one there are none, and nothing is asked of the database.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Q, QuerySet

from clients.activity import monthly_amounts, purchases_by_day, total_by_month
from clients.models import Client
from segmentation.models import ScoredUnit, ScoringRun, Unscored


def companies_of(run: ScoringRun, heads: Iterable[int]) -> dict[int, list[int]]:
    """The companies that this run scored under each of these clients, by their ids; clients without any are absent."""
    found: dict[int, list[int]] = {}
    if run.rules.scored_by == ScoredUnit.HEAD:
        group = (
            Unscored.objects.of(run).filter(reason=Unscored.Reason.GROUP, head__in=list(heads)).order_by("client_id")
        )
        for head_id, client_id in group.values_list("head_id", "client_id"):
            found.setdefault(head_id, []).append(client_id)
    return found


def whole_groups(run: ScoringRun, client_ids: Iterable[int]) -> list[int]:
    """These clients, and all those that this run scored together with one of them, by their ids."""
    ids = set(client_ids)
    if run.rules.scored_by == ScoredUnit.HEAD:
        heads = Unscored.objects.of(run).filter(reason=Unscored.Reason.GROUP, client__in=ids)
        ids.update(heads.values_list("head_id", flat=True))
    return sorted(ids.union(*companies_of(run, ids).values()))


def amounts_by_month(run: ScoringRun, client_ids: Iterable[int], months: int = 12) -> dict[int, list[Decimal]]:
    """The net amount of each rolling month up to the run's date, oldest first, of each of these clients; that of the
    whole group for a head that bears its score, without the services that the rules leave out: twelve months add up to
    the revenue of the score. Euros HT."""
    ids = list(client_ids)
    groups = companies_of(run, ids)
    everybody = {*ids, *(company for companies in groups.values() for company in companies)}
    amounts = monthly_amounts(everybody, as_of=run.as_of, months=months, without=run.rules.excluded_services)
    return {pk: _added([amounts[one] for one in (pk, *groups.get(pk, []))]) for pk in ids}


def purchases_of(run: ScoringRun, client: Client, *, since: dt.date) -> list[tuple[dt.date, Decimal]]:
    """The net amount of each day with an invoice or a credit note of this client or its group that the run counts,
    oldest first."""
    ids = [client.pk, *companies_of(run, [client.pk]).get(client.pk, [])]
    return purchases_by_day(ids, since=since, until=run.as_of, without=run.rules.excluded_services)


def scored_by_month(run: ScoringRun, clients: QuerySet[Client] | None, months: int = 12) -> list[Decimal]:
    """What this run counts of these clients together, of everybody when None, in each rolling month up to its date,
    oldest first: twelve add up to the revenue of their scores. Euros HT."""
    apart = Unscored.objects.of(run)
    if clients is None:
        wanted = ~Q(client__in=apart.excluded().values("client"))
    else:
        wanted = Q(client__in=clients) & ~Q(client__in=apart.values("client"))
        if run.rules.scored_by == ScoredUnit.HEAD:
            companies = apart.filter(reason=Unscored.Reason.GROUP, head__in=clients)
            wanted |= Q(client__in=companies.values("client"))
    return total_by_month(wanted, as_of=run.as_of, months=months, without=run.rules.excluded_services)


def _added(several: list[list[Decimal]]) -> list[Decimal]:
    return [sum(amounts, Decimal(0)) for amounts in zip(*several, strict=True)]
