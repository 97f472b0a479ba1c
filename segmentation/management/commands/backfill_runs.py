import json

from django.core.management.base import BaseCommand, CommandError

from segmentation import backfill
from segmentation.scoring import AlreadyRunning, NoFacts


class Command(BaseCommand):
    help = (
        "Calcule les fins de mois passées qui n’ont pas encore de calcul, de la plus ancienne à la plus récente, à "
        "partir des factures importées. Sans effet quand tout est fait. Code de sortie 1 si un calcul est déjà en "
        "cours ou s’il n’y a aucune facture."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--months",
            type=int,
            default=backfill.MONTHS,
            metavar="N",
            help="combien de fins de mois, avant la date des données (par défaut, %(default)s)",
        )
        parser.add_argument("--json", action="store_true", help="écrit le bilan en JSON")

    def handle(self, *, months, **options):
        if not 1 <= months <= 240:
            raise CommandError("Le nombre de mois va de 1 à 240.")
        try:
            planned = backfill.plan(months)
            runs = backfill.backfill(months)
        except (AlreadyRunning, NoFacts) as error:
            if options["json"]:
                self._print_json({"status": "refused", "reason": str(error)})
            raise CommandError(str(error)) from error
        if options["json"]:
            self._print_json(_summary(planned, runs))
            return
        for run in runs:
            self.stdout.write(f"Calcul n° {run.pk}, données au {run.as_of:%d/%m/%Y} : {run.scored} clients.")
        self.stdout.write(
            f"Fins de mois calculées : {len(runs)} ; déjà faites : {len(planned.standing)} ; "
            f"avant la première facture : {len(planned.without_facts)}."
        )

    def _print_json(self, outcome: dict) -> None:
        self.stdout.write(json.dumps(outcome, ensure_ascii=False, indent=2))


def _summary(planned: backfill.Plan, runs: list) -> dict:
    return {
        "status": "done",
        "scored": [{"as_of": run.as_of.isoformat(), "run": run.pk, "scored": run.scored} for run in runs],
        "already_scored": [day.isoformat() for day in planned.standing],
        "without_facts": [day.isoformat() for day in planned.without_facts],
    }
