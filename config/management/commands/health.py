import sys

from django.core.management.base import BaseCommand

from config.health import consumption, findings


class Command(BaseCommand):
    help = "Dit si l’installation va bien : base, tâches, dernière nuit, sauvegarde, disque. Code de sortie 1 sinon."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--tasks-only", action="store_true", help="ne regarde que si les tâches sont faites")

    def handle(self, *args, tasks_only, **options):
        found = [consumption()] if tasks_only else findings()
        for finding in found:
            self.stdout.write(f"{'✓' if finding.is_well else '✗'} {finding.name} : {finding.words}")
            if finding.repair and not finding.is_well:
                self.stdout.write(f"  {finding.repair}")
        if not all(finding.is_well for finding in found):
            sys.exit(1)
