"""The titles of activity codes, from the files of the nomenclature."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import User
from clients.imports.findings import RefusedError
from clients.master_data import naf
from clients.models import Client, NafCode


class Command(BaseCommand):
    help = (
        "Charge les intitulés des codes NAF depuis un tableau (CSV, XLS, XLSX, ODS) ou un dossier de tableaux. Les "
        "lignes des niveaux supérieurs (sections, divisions, groupes) sont passées. Recommencer ne change rien."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, metavar="CHEMIN", help="le fichier, ou le dossier qui en contient")

    def handle(self, *, path: Path, **options):
        files = naf.files_of(path) if path.exists() else []
        if not files:
            raise CommandError(
                _("Aucun tableau à lire à cet endroit : %(path)s. Donnez un fichier ou un dossier.") % {"path": path}
            )
        try:
            done = naf.load(files, by=User())
        except RefusedError as error:
            raise CommandError(str(error)) from error
        for file, report in done:
            self.stdout.write(
                _("%(file)s : %(created)d ajoutés, %(updated)d modifiés, %(unchanged)d inchangés, %(left)d passés.")
                % {
                    "file": file.name,
                    "created": report.created,
                    "updated": report.updated,
                    "unchanged": report.unchanged,
                    "left": report.left_out + report.errors,
                }
            )
        self.stdout.write(
            _("%(codes)d codes connus ; %(unknown)d clients portent un code qui n’en est pas.")
            % {"codes": NafCode.objects.count(), "unknown": Client.objects.unmerged().with_unknown_naf().count()}
        )
