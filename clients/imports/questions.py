"""What only a person can tell about an import, found while it is checked: who is whom, which service is which.

Asked once each, with what is needed to answer beside: documents and euros. Kept as JSON on the import; the answers are
its plan (`clients.imports.plan`).
"""

from typing import Any

from django.db.models import Count, Q, Sum

from clients.folding import fold
from clients.imports import verdicts
from clients.imports.merge import Steps
from clients.imports.plan import Plan
from clients.likeness import Named, Pair, likely_pairs, names_to_remember
from clients.models import Client, Invoice, Service

MOST_PAIRS, MOST_SERVICES, MOST_DUPLICATES, LARGEST = 50, 60, 100, 8
MOST_COMPARED = 50_000  # newcomers: beyond, the pairs wait for the page of likely doubles


def services(steps: Steps) -> list[dict[str, Any]]:
    """The services that the catalogue does not hold; none while it holds none at all."""
    if not Service.objects.exists():
        return []
    return [
        {"name": fold(name), "label": name, "lines": lines, "cents": cents}
        for name, lines, cents in steps.rows("unknown_services", most=MOST_SERVICES)
    ]


def asked(steps: Steps, plan: Plan) -> dict[str, Any]:
    """The clients alike, the largest clients and the probable duplicates of an import that is merged, not committed."""
    told = [_told(row) for row in steps.rows("told_clients")]
    return {
        "clients": len(told),
        "pairs": _pairs(steps, plan, told),
        "largest": [_shown(one) for one in told[:LARGEST]],
        "duplicates": [
            {"identity": identity, "label": label, "cents": cents}
            for identity, label, cents in steps.rows("told_duplicates", most=MOST_DUPLICATES)
        ],
    }


def _told(row: tuple) -> dict[str, Any]:
    names = ("kind", "key", "name", "siren", "postcode", "city", "is_new", "is_decided", "documents", "cents")
    return dict(zip(names, row, strict=True))


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": f"{one['kind']}:{one['key']}",
        "name": one["name"],
        "place": f"{one['postcode']} {one['city']}".strip(),
        "documents": one["documents"],
        "cents": int(one["cents"]),
        "is_known": not one["is_new"],
    }


def _pairs(steps: Steps, plan: Plan, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """New clients of the files that look like somebody known, or like each other; nothing that was decided before."""
    new = {f"{one['kind']}:{one['key']}": one for one in told if one["is_new"] and not one["is_decided"]}
    if not new or len(new) > MOST_COMPARED:
        return []
    different = verdicts.different() | {(low, high) for low, high in plan.different}
    known = Client.objects.unmerged().exclude(created_by_import=steps.batch)
    found = likely_pairs(
        (Named(key, one["name"], one["siren"], one["postcode"]) for key, one in new.items()),
        (Named(*row) for row in known.values_list("pk", "name", "siren", "postcode").iterator()),
        different=different,
    )[:MOST_PAIRS]
    facts = _facts_of([pair.b.key for pair in found if isinstance(pair.b.key, int)])
    return [_pair(pair, new, facts) for pair in found]


def _pair(pair: Pair, new: dict[str, dict[str, Any]], facts: dict[int, dict[str, Any]]) -> dict[str, Any]:
    other = facts[pair.b.key] if isinstance(pair.b.key, int) else _shown(new[str(pair.b.key)])
    low, high = names_to_remember(pair.a, pair.b)
    return {"a": _shown(new[str(pair.a.key)]), "b": other, "why": str(pair.why), "names": [low, high]}


def _facts_of(ids: list[int]) -> dict[int, dict[str, Any]]:
    """What is known of these clients, as the two sides of a pair show it."""
    counted = Q(invoices__status__in=Invoice.COUNTED)
    clients = Client.objects.filter(pk__in=ids).annotate(
        documents=Count("invoices", filter=counted), amount=Sum("invoices__amount_ht", filter=counted)
    )
    return {
        client.pk: {
            "key": f"client:{client.pk}",
            "name": client.name,
            "place": f"{client.postcode} {client.city}".strip(),
            "documents": client.documents,
            "cents": int((client.amount or 0) * 100),
            "is_known": True,
        }
        for client in clients
    }
