"""Clients whose name resembles one of a file: only ever suggested, and never again once found to be another."""

from collections.abc import Iterable

from accounts.models import User
from clients.imports import verdicts
from clients.likeness import Named, likely_pairs
from clients.models import Client

MOST_ANSWERS = 3


def alike(newcomers: Iterable[Named], *, by: User) -> dict[str, list[Client]]:
    """For each of these keys, the clients that `by` sees under a name that may be the same, likeliest first."""
    new = [Named(("new", one.key), one.name, one.siren, one.postcode) for one in newcomers]
    if not new:
        return {}
    known = Client.objects.visible_to(by).values_list("pk", "name", "siren", "postcode").iterator()
    found: dict[str, list[int]] = {}
    for pair in likely_pairs(new, (Named(*row) for row in known), different=verdicts.different()):
        if isinstance(pair.b.key, int):
            ids = found.setdefault(pair.a.key[1], [])
            if len(ids) < MOST_ANSWERS:
                ids.append(pair.b.key)
    clients = Client.objects.in_bulk({pk for ids in found.values() for pk in ids})
    return {key: [clients[pk] for pk in ids] for key, ids in found.items()}
