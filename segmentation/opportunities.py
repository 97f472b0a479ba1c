"""What to offer to whom: who holds what, and what every service that a client lacks could bring (design.md §5).

Found right after each official run, and kept for one run: `run_on_show` is the newest until the next has its own. A
hole is a scored client without a service, or without any service of a family: its net of 12 months is not above zero.
What it is worth is looked up by group of clients alike (`OfferOdds`), never written client by client, so that the work
grows with clients and not with clients × services.
"""

from django.db import transaction

from clients.sectors import DIVISIONS
from segmentation import objectives
from segmentation.locks import Lock, held
from segmentation.models import (
    FEWEST_ALIKE,
    Bundle,
    Holding,
    Offering,
    OfferOdds,
    Peer,
    PeerGroup,
    ScoringRun,
)
from segmentation.statements import FACTS, count_anew, execute, prepare

STATEMENTS = (
    "peer_groups",
    "peer_groups_counted",
    "peers",
    "peers_counted",
    "offer_sales",
    "offer_sales_counted",
    "offerings",
    "holdings",
    "holdings_counted",
    "offer_odds",
    "bundles",
    "drop_offer_sales",
)
WEIGHT = 10  # clients that the larger group counts for in the share of the smaller one
FEWEST_HOLDERS = 5  # of a segment, for its own median
FEWEST_TOGETHER, BEYOND_CHANCE = 10, 4  # clients who hold both services; standard deviations from chance
TABLES = ("segmentation_peergroup", "segmentation_peer", "segmentation_holding", "segmentation_offerodds")


def run_on_show() -> ScoringRun | None:
    """The run whose opportunities pages show: the latest, or for a moment the one before; None before any."""
    found = PeerGroup.objects.select_related("run__rules").first()
    return found.run if found else None


def catch_up() -> bool:
    """Whether the opportunities of the latest run were missing, and are written now in place of former ones.

    Anybody may call, as often as they like; False while somebody else is at it.
    """
    run = ScoringRun.objects.latest_at()
    if run is None or PeerGroup.objects.filter(run=run).exists():
        return False
    with held(Lock.OPPORTUNITIES) as is_ours:
        if not is_ours:
            return False
        find(run)
    count_anew(*TABLES)
    return True


@transaction.atomic
def find(run: ScoringRun) -> None:
    """Writes the opportunities of this run in place of those of others, and values open objectives by them."""
    prepare()
    _forget()
    read(run)
    write(run)
    forget_read()
    objectives.follow_opportunities(run)


def write(run: ScoringRun) -> None:
    """Writes the opportunities of this run, whatever its kind, beside those of others."""
    for name in STATEMENTS:
        execute(
            name,
            run=run.pk,
            divisions=list(DIVISIONS),
            letters=list(DIVISIONS.values()),
            weight=WEIGHT,
            fewest=FEWEST_TOGETHER if name == "bundles" else FEWEST_ALIKE,
            fewest_holders=FEWEST_HOLDERS,
            beyond=BEYOND_CHANCE,
        )


def read(run: ScoringRun) -> None:
    """Makes the documents readable as this run reads them."""
    for name in FACTS:
        execute(name, run=run.pk, as_of=run.as_of)


def forget_read() -> None:
    execute("drop_scored_documents")
    execute("drop_documents_set_aside")


def _forget() -> None:
    """Takes away the opportunities of every run, in a few statements."""
    for model in (Bundle, OfferOdds, Holding, Offering, Peer, PeerGroup):
        rows = model.objects.all()
        rows._raw_delete(rows.db)  # noqa: SLF001 one statement: nothing else hangs on these rows
