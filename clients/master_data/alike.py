"""Clients whose name resembles one of a file: only ever suggested."""

import re
from collections import defaultdict
from collections.abc import Iterable

from accounts.models import User
from clients.folding import fold
from clients.models import Client

LEGAL_FORMS = frozenset(
    [
        "sarl",
        "sas",
        "sasu",
        "sa",
        "eurl",
        "sci",
        "snc",
        "scp",
        "selarl",
        "ei",
        "eirl",
        "ets",
        "societe",
        "ste",
        "cabinet",
    ]
)
MOST_ANSWERS = 3


def alike(names: Iterable[str], *, by: User) -> dict[str, list[Client]]:
    """For each of these folded names, the clients that `by` sees under a name that says the same, at most three."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if bare := _bare(name):
            wanted[bare].append(name)
    ids: dict[str, list[int]] = defaultdict(list)
    if not wanted:
        return {}
    for pk, sort_name in Client.objects.visible_to(by).values_list("pk", "sort_name").iterator():
        if (bare := _bare(sort_name)) in wanted and len(ids[bare]) < MOST_ANSWERS:
            ids[bare].append(pk)
    clients = Client.objects.in_bulk([pk for found in ids.values() for pk in found])
    return {name: [clients[pk] for pk in ids[bare]] for bare, names in wanted.items() for name in names if ids[bare]}


def _bare(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", " ", fold(name)).split()
    return "".join(word for word in words if word not in LEGAL_FORMS)
