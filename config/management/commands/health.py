import sys

from django.core.management.base import BaseCommand

from config.health import findings


class Command(BaseCommand):
    help = "Dit si l’installation va bien : base, tâches, dernière nuit, sauvegarde, disque. Code de sortie 1 sinon."
    requires_system_checks = []

    def handle(self, *args, **options):
        found = findings()
        for finding in found:
            self.stdout.write(f"{'✓' if finding.is_well else '✗'} {finding.name} : {finding.words}")
        if not all(finding.is_well for finding in found):
            sys.exit(1)
