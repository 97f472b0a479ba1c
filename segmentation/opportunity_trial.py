"""Do the chances of opportunities tell the truth? What was proposed at a past date, against what was bought next.

Opportunities are worked out as of that date, in a transaction that is rolled back. A service is gained when a client
lacked it then and was sold it, net of credit notes, in the months that followed.

- **Hit at k**: among the clients who gained anything, those who gained one of the k services proposed first.
- **AUC**: how often a hole that was filled had a better chance than one that was not; 0.5 is worth nothing.
- **Popular** proposes to everybody what most clients hold; **chance** draws lots: with m services lacking, a of them
  gained, one of k is among them with probability 1 − C(m − a, k) ÷ C(m, k).
"""

from decimal import Decimal
from math import comb
from typing import Any

from django.db import transaction

from segmentation import opportunities
from segmentation.models import ScoringRun
from segmentation.statements import execute, prepare, rows

TOPS = (1, 3, 5)
DECIMALS = 6
EVEN = 0.5

Figures = dict[str, Any]


@transaction.atomic
def judged(before: ScoringRun, after: ScoringRun) -> Figures:
    """What the opportunities of the first run were worth, as the second one knows: shares between 0 and 1, None when
    nobody gained anything. Nothing of it is kept.

    Both runs hold the scores of their dates, under the same rules.
    """
    prepare()
    opportunities.read(before)
    opportunities.write(before)
    opportunities.forget_read()
    opportunities.read(after)
    execute("offer_gains", before=before.pk)
    opportunities.forget_read()
    hits, ranking = rows("offer_hits", before=before.pk), rows("offer_ranking", before=before.pk)[0]
    execute("drop_offer_gains")
    transaction.set_rollback(True)
    return _figures(hits, ranking)


def _figures(hits: list[Figures], ranking: Figures) -> Figures:
    clients = sum(row["clients"] for row in hits)
    return {
        "clients": clients,
        "gained": int(ranking["filled"]),
        "holes": int(ranking["filled"] + ranking["left_open"]),
        "services": ranking["services"],
        **{f"hit{top}": _share(sum(row[f"hit{top}"] for row in hits), clients) for top in TOPS},
        "auc": _rounded(ranking["auc"]),
        "popular": {
            **{f"hit{top}": _share(sum(row[f"popular{top}"] for row in hits), clients) for top in TOPS},
            "auc": _rounded(ranking["popular"]),
        },
        "chance": {
            **{f"hit{top}": _share(sum(_lots(row, top) for row in hits), clients) for top in TOPS},
            "auc": EVEN if ranking["auc"] is not None else None,
        },
    }


def _lots(row: Figures, top: int) -> Decimal:
    """How many of these clients lots would serve with one of so many services, on average."""
    lacking, gained = row["lacking"], row["gained"]
    if top >= lacking:
        return Decimal(row["clients"])
    return row["clients"] * (1 - Decimal(comb(lacking - gained, top)) / comb(lacking, top))


def _share(part: Decimal | int, whole: int) -> float | None:
    return round(float(Decimal(part) / whole), DECIMALS) if whole else None


def _rounded(value: Decimal | None) -> float | None:
    return None if value is None else round(float(value), DECIMALS)
