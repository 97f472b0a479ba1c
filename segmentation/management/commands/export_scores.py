from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from django.core.management.base import BaseCommand, CommandError
from django.db.models.functions import Collate

from clients.exporting import csv_pieces
from segmentation.management.arguments import day
from segmentation.models import Score, ScoringRun

COLUMNS = [
    *("client_code", "client_name", "last_purchase", "recency_days", "frequency", "monetary"),
    *("r", "f", "m", "profile", "segment", "tier", "tier_rank", "tier_revenue", "cumulative_share"),
    *("at_risk", "risk_reasons", "amount_at_risk", "typical_gap_days", "silence_ratio", "grade", "owner"),
]
HUNDREDTH = Decimal("0.01")


class Command(BaseCommand):
    help = (
        "Écrit en CSV, sur la sortie standard, les scores du dernier calcul officiel, ou du dernier à la date donnée. "
        "Code de sortie 1 quand il n’y en a pas. La colonne grade est la note de relation d’aujourd’hui : "
        "ne confiez ce fichier qu’à qui peut la lire."
    )

    def add_arguments(self, parser):
        parser.add_argument("--as-of", type=day, metavar="AAAA-MM-JJ", help="date du calcul à exporter")

    def handle(self, *, as_of, **options):
        runs = ScoringRun.objects.standing()
        run = runs.filter(as_of=as_of).first() if as_of else runs.latest_at()
        if run is None:
            at = f" au {as_of:%d/%m/%Y}" if as_of else ""
            raise CommandError(f"Il n’y a aucun calcul officiel{at} : lancez d’abord la commande « score ».")
        for piece in csv_pieces(COLUMNS, _rows(run), line_end="\n"):
            self.stdout.write(piece, ending="")


def _rows(run: ScoringRun) -> Iterator[list]:
    """One row of `COLUMNS` for each score, in the order of the clients' codes whatever the sorting of the database."""
    scores = (
        Score.objects.of(run)
        .select_related("client__owner", "client__grade", "risk")
        .only(*SCORE_FIELDS, *SHOWN_FIELDS)
        .order_by(Collate("client__code", "C"), Collate("client__name", "C"), "client_id")
    )
    for score in scores.iterator(chunk_size=5000):
        client = score.client
        yield [
            *(client.code, client.name, score.last_purchase_on, score.recency_days, score.frequency, score.monetary),
            *(score.r, score.f, score.m, score.profile, score.segment, score.tier, score.tier_rank),
            *(score.tier_revenue, score.cumulative_share, score.shown.at_risk, " ".join(score.shown.reasons)),
            *(score.shown.amount, score.typical_gap_days, _silence_ratio(score)),
            client.grade.colour if hasattr(client, "grade") else None,
            client.owner.email if client.owner else None,
        ]


SCORE_FIELDS = [
    *("run", "client", "last_purchase_on", "recency_days", "frequency", "monetary", "r", "f", "m", "segment"),
    *("tier", "tier_rank", "tier_revenue", "cumulative_share", "typical_gap_days"),
]
SHOWN_FIELDS = [
    *("client__code", "client__name", "client__owner__email", "client__grade__colour"),
    *("risk__reasons", "risk__amount", "risk__aside_until", "risk__hidden_until"),
]


def _silence_ratio(score: Score) -> Decimal | None:
    """Rounded once, from the exact value: the stored one already lost digits. None without a rhythm."""
    if score.typical_gap_days is None:
        return None
    return (score.recency_days / score.typical_gap_days).quantize(HUNDREDTH, ROUND_HALF_UP)
