from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from config.preparation import prepare


class Command(BaseCommand):
    help = "Met à jour le schéma de la base, le cache et les fichiers statiques. Sans danger à répéter."
    requires_system_checks = []

    def handle(self, *args, **options):
        prepare()
        self.stdout.write(_("Prêt."))
