from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from config import backups


class Command(BaseCommand):
    help = "Remet une sauvegarde dans une base vide. Refuse une base qui ne l’est pas et un fichier incomplet."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FICHIER", help="un fichier écrit par « backup »")

    def handle(self, *args, file, **options):
        try:
            backups.restore(file)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("Restauré. Lancez « manage.py prepare » pour mettre le schéma à jour."))
