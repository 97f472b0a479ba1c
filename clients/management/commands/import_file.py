"""`manage.py import_file`: one import from the command line, in the foreground, without worker nor broker."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from accounts.models import User
from clients.imports import pipeline, queue, report, text_report
from clients.models import Import


class Command(BaseCommand):
    help = "Importe des factures : FEC, CSV, TSV ou classeur. Plusieurs fichiers font un seul import."

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", metavar="PATH", help="fichier à importer")
        parser.add_argument("--source", default="", metavar="NAME", help="nom de la source (livres, tableau)")
        parser.add_argument("--format", default="auto", choices=Import.Format.values, help="format des fichiers")
        parser.add_argument("--mapping", default="", metavar="NAME", help="correspondance de colonnes enregistrée")
        parser.add_argument("--dry-run", action="store_true", help="dire ce que l’import ferait, sans rien écrire")
        parser.add_argument("--strict", action="store_true", help="tout refuser à la première erreur")
        parser.add_argument(
            "--confirm", action="store_true", help="accepter que plus de 5 %% des factures disparaissent"
        )
        parser.add_argument("--as", dest="email", default="", metavar="EMAIL", help="la personne qui importe")
        parser.add_argument("--json", action="store_true", help="le compte rendu en JSON, même en cas de refus")

    def handle(self, *args, **options):
        by = self._person(options["email"])
        paths = [Path(path) for path in options["paths"]]
        for path in paths:
            if not path.is_file():
                raise CommandError(f"Fichier introuvable : {path}. Vérifiez le chemin, puis recommencez.")
        batch = queue.submit(
            files=[(path.name, path) for path in paths],
            by=by,
            format=options["format"],
            source_name=options["source"],
            mapping_name=options["mapping"],
            step=Import.Step.CHECK if options["dry_run"] else Import.Step.WRITE,
            strict=options["strict"],
            confirmed=options["confirm"],
        )
        batch = pipeline.process(batch.pk)
        if batch.status == Import.Status.CONFIRMATION:
            queue.refuse(batch)
            batch.refresh_from_db()
        with translation.override(by.language if by else "fr"):
            if options["json"]:
                self.stdout.write(json.dumps(report.as_json(batch), ensure_ascii=False, indent=2))
            else:
                self.stdout.write(text_report.as_text(batch))
        if batch.status not in (Import.Status.COMMITTED, Import.Status.DRY_RUN):
            raise SystemExit(1)

    @staticmethod
    def _person(email: str) -> User | None:
        if not email:
            return None
        person = User.objects.active().filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Aucune personne active n’a l’adresse {email}. Vérifiez-la dans Réglages › Équipe.")
        return person
