"""Clients that look alike, side by side, and what somebody decided about two of them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Max, Q, Sum

from accounts.models import User
from accounts.roles import Right
from clients.likeness import Named, Why, likely_pairs, names_to_remember
from clients.models import Client, IdentityDecision, Invoice

KEPT_IN_MIND = 3600  # seconds: comparing 100,000 names takes some three
MOST_PAIRS = 1000


@dataclass(frozen=True)
class Side:
    """One client of a pair, with what its invoices say. Amounts in euros HT, of all time."""

    client: Client
    documents: int = 0
    revenue: Decimal = Decimal(0)
    last_on: dt.date | None = None


@dataclass(frozen=True)
class Suggestion:
    """Two clients that may be one: `kept` has the more invoices, and would be kept."""

    kept: Client
    other: Client
    score: int
    why: Why


def sides(clients: Iterable[Client]) -> dict[int, Side]:
    """Each of these clients with what its invoices say, by its id, in one statement."""
    by_id = {client.pk: client for client in clients}
    rows = (
        Invoice.objects.filter(client__in=list(by_id))
        .order_by()
        .values("client_id")
        .annotate(
            documents=Count("id"),
            revenue=Sum("amount_ht", filter=Q(status__in=Invoice.COUNTED), default=Decimal(0)),
            last_on=Max("issued_on", filter=Q(status__in=Invoice.COUNTED)),
        )
    )
    found = {
        row["client_id"]: Side(by_id[row["client_id"]], row["documents"], row["revenue"], row["last_on"])
        for row in rows
    }
    return {pk: found.get(pk, Side(client)) for pk, client in by_id.items()}


def suggestions(user: User) -> list[Suggestion]:
    """The pairs of clients that this person sees, that look alike and that nobody found to be two, likeliest first."""
    pairs = _pairs()
    seen = Client.objects.visible_to(user).filter(erased_at=None).select_related("owner")
    clients = seen.in_bulk({pk for first, second, _score, _why in pairs for pk in (first, second)})
    counts = _documents(clients)
    decided = _decided()
    found = []
    for first, second, score, why in pairs:
        a, b = clients.get(first), clients.get(second)
        if a is None or b is None or names_to_remember(_named(a), _named(b)) in decided:
            continue
        kept, other = sorted((a, b), key=lambda one: (-counts.get(one.pk, 0), one.pk))
        found.append(Suggestion(kept, other, score, Why(why)))
    return found


@transaction.atomic
def part(*, a: Client, b: Client, by: User) -> IdentityDecision:
    """The decision that these are two clients; deciding it again changes nothing.

    Raises PermissionDenied without the right to assign clients, Client.DoesNotExist for a client out of sight.
    """
    if not by.may(Right.ASSIGN_CLIENTS):
        raise PermissionDenied
    seen = Client.objects.visible_to(by).in_bulk([a.pk, b.pk])
    if len(seen) < 2:
        raise Client.DoesNotExist
    name, other = names_to_remember(_named(seen[a.pk]), _named(seen[b.pk]))
    decision, _is_new = IdentityDecision.objects.get_or_create(
        name=name, other=other, defaults={"verdict": IdentityDecision.Verdict.DIFFERENT, "decided_by": by}
    )
    return decision


def forget(decision_id: int, *, by: User) -> bool:
    """Whether a decision that two clients are two was taken back. Raises PermissionDenied."""
    if not by.may(Right.ASSIGN_CLIENTS):
        raise PermissionDenied
    different = IdentityDecision.objects.filter(pk=decision_id, verdict=IdentityDecision.Verdict.DIFFERENT)
    return bool(different.delete()[0])


def _pairs() -> list[tuple[int, int, int, str]]:
    """(id, id, score, why) of the likeliest pairs of all clients: worked out when clients came or went, else kept."""
    state = Client.objects.unmerged().aggregate(n=Count("id"), last=Max("id"), edited=Max("edited_at"))
    key = f"likely-pairs-{state['n']}-{state['last']}-{state['edited'] and state['edited'].timestamp()}"
    pairs = cache.get(key)
    if pairs is None:
        rows = (
            Client.objects.unmerged()
            .filter(erased_at=None)
            .order_by("pk")
            .values_list("pk", "name", "siren", "postcode")
        )
        found = likely_pairs([Named(*row) for row in rows.iterator()])[: MOST_PAIRS + len(_decided())]
        pairs = [(pair.a.key, pair.b.key, pair.score, pair.why.value) for pair in found]
        cache.set(key, pairs, KEPT_IN_MIND)
    return pairs


def _decided() -> set[tuple[str, str]]:
    different = IdentityDecision.objects.filter(verdict=IdentityDecision.Verdict.DIFFERENT)
    return set(different.values_list("name", "other"))


def _documents(clients: Iterable[int]) -> dict[int, int]:
    counted = Invoice.objects.filter(client__in=list(clients)).order_by().values_list("client_id")
    return dict(counted.annotate(n=Count("id")))


def _named(client: Client) -> Named:
    return Named(client.pk, client.name, client.siren, client.postcode)
