import json

from django.core.management.base import BaseCommand, CommandError

from segmentation import opportunity_words
from segmentation.backtest import MONTHS, OutcomeUnknown
from segmentation.management.arguments import day
from segmentation.scoring import AlreadyRunning, NoFacts
from segmentation.trials import run_now


class Command(BaseCommand):
    help = (
        "Met les opportunités à l’épreuve du passé : cache les derniers mois, propose à chaque client les services "
        "qu’il n’avait pas, puis regarde lesquels il a achetés ; compare au service le plus répandu et au hasard. Le "
        "résultat est gardé et se lit sur la page Fiabilité. Code de sortie 1 quand les factures ne couvrent pas les "
        "mois à observer."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--as-of",
            type=day,
            metavar="AAAA-MM-JJ",
            help="date de l’essai (par défaut, la plus récente que les données permettent)",
        )
        parser.add_argument(
            "--months", type=int, default=MONTHS, metavar="N", help="mois cachés (par défaut, %(default)s)"
        )
        parser.add_argument("--json", action="store_true", help="écrit les chiffres en JSON")

    def handle(self, *, as_of, months, **options):
        try:
            trial = run_now(as_of=as_of, months=months)
        except (AlreadyRunning, NoFacts, OutcomeUnknown) as error:
            if options["json"]:
                self._print_json({"status": "refused", "reason": str(error)})
            raise CommandError(str(error)) from error
        if options["json"]:
            whole = trial.figures
            self._print_json({name: whole[name] for name in ("as_of", "months", "until")} | whole["opportunities"])
        else:
            self.stdout.write("\n".join(opportunity_words.trial_sentences(trial)))

    def _print_json(self, found: dict) -> None:
        self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
