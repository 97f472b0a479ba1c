"""Which prospects to call first: the points of the portrait, the rule on look-alikes of red clients, those now clients.

All of it is set-based and says the same however often it is asked: after an import, after a run, and for one prospect
whose facts somebody changed.
"""

from pathlib import Path

from django.db import connection, transaction

from campaigns.models import Prospect
from segmentation import portrait
from segmentation.locks import Lock, held
from segmentation.models import FEWEST_ALIKE
from segmentation.statements import prepare_page

SQL = Path(__file__).parent / "sql"
LEAST_RED = 3  # clients, below which a share of red ones says nothing
TIMES = 2  # how many times the share of red clients must exceed that of all to be clearly higher


def follow() -> int:
    """How many prospects changed: became clients, or are worth something else by the portrait of the latest run.

    Anybody may call, as often as they like; 0 while somebody else is at it.
    """
    if not Prospect.objects.exists():
        return 0
    with held(Lock.PROSPECTS) as is_ours:
        return link_clients() + score() if is_ours else 0


@transaction.atomic
def link_clients() -> int:
    """How many prospects are found to be clients, by their SIRET or SIREN."""
    prepare_page()
    with connection.cursor() as cursor:
        cursor.execute((SQL / "prospects_won.sql").read_text())
        return cursor.rowcount


@transaction.atomic
def score(prospect: Prospect | None = None) -> int:
    """How many prospects, this one or any, are worth something else than they were, or are kept out or in anew."""
    shown = portrait.on_show()
    prepare_page()
    with connection.cursor() as cursor:
        cursor.execute(
            (SQL / "prospects_scored.sql").read_text(),
            {
                "portrait": shown.pk if shown and shown.is_enough else None,
                "prospect": prospect.pk if prospect else None,
                "fewest": FEWEST_ALIKE,
                "least_red": LEAST_RED,
                "times": TIMES,
            },
        )
        return cursor.rowcount
