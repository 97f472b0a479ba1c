import json

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Sum

from segmentation import movements, opportunities
from segmentation.management.arguments import day
from segmentation.models import Score
from segmentation.scoring import AlreadyRunning, NoFacts, score


class Command(BaseCommand):
    help = (
        "Calcule les scores de tous les clients, à la date des données ou à celle que vous donnez, et remplace le "
        "calcul précédent de cette date. Code de sortie 1 si un calcul est déjà en cours ou s’il n’y a aucune facture."
    )

    def add_arguments(self, parser):
        parser.add_argument("--as-of", type=day, metavar="AAAA-MM-JJ", help="date du calcul, prise telle quelle")
        parser.add_argument("--json", action="store_true", help="écrit le bilan en JSON")

    def handle(self, *, as_of, **options):
        try:
            run = score(as_of=as_of)
            movements.catch_up()
            opportunities.catch_up()
        except (AlreadyRunning, NoFacts) as error:
            if options["json"]:
                self._print_json({"status": "refused", "reason": str(error)})
            raise CommandError(str(error)) from error
        outcome = summary(run)
        if options["json"]:
            self._print_json(outcome)
        else:
            self.stdout.write(
                f"Calcul n° {run.pk}, données au {run.as_of:%d/%m/%Y}, règles v{run.rules.version} : "
                f"{run.scored} clients calculés, {run.ranked} classés en paliers, {outcome['at_risk']} à risque."
            )

    def _print_json(self, outcome: dict) -> None:
        self.stdout.write(json.dumps(outcome, ensure_ascii=False, indent=2))


def summary(run) -> dict:
    """What a run found, in numbers and strings; euros as strings."""
    scores = Score.objects.of(run)
    stake = scores.at_risk().aggregate(n=Count("id"), amount=Sum("risk__amount", default=0))
    return {
        "status": run.status,
        "run": run.pk,
        "as_of": run.as_of.isoformat(),
        "rules": run.rules.version,
        "rfm_window_months": run.rfm_window_months,
        "scored": run.scored,
        "in_window": run.in_window,
        "ranked": run.ranked,
        "revenue": f"{run.revenue:.2f}",
        "without_rfm": run.without_rfm,
        "tiers_only": run.tiers_only,
        "segments": dict(scores.with_rfm().values_list("segment").annotate(n=Count("id")).order_by("segment")),
        "tiers": dict(scores.exclude(tier="").values_list("tier").annotate(n=Count("id")).order_by("tier")),
        "at_risk": stake["n"],
        "amount_at_risk": f"{stake['amount']:.2f}",
    }
