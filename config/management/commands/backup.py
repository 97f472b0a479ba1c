from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config import backups


class Command(BaseCommand):
    help = "Sauve toute la base dans un fichier, relu aussitôt. La clé secrète de DATA_DIR est à garder à part."

    def add_arguments(self, parser):
        parser.add_argument("--to", type=Path, metavar="DOSSIER", help="où l’écrire (par défaut DATA_DIR/backups)")
        parser.add_argument("--keep", type=int, default=14, help="nombre de sauvegardes à garder dans ce dossier (14)")

    def handle(self, *args, to, keep, **options):
        if keep < 1:
            raise CommandError("--keep : 1 au moins.")
        try:
            self.stdout.write(str(backups.save(to or backups.default_folder(), keep=keep)))
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
