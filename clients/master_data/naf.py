"""The nomenclature of activities, from the files that its publisher gives: tables of codes and titles.

Files of all the levels, and of sections alone, are read too: only the last level, "62.01Z", is kept, since what is
above it follows from the code.
"""

from collections.abc import Iterable
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from clients.imports.findings import RefusedError
from clients.master_data.cells import Naf
from clients.master_data.columns import Column
from clients.master_data.reading import read
from clients.master_data.report import Report
from clients.master_data.resource import TableResource
from clients.models import NafCode
from clients.sectors import CODE, NOMENCLATURE

SUFFIXES = {".csv", ".txt", ".xls", ".xlsx", ".ods"}


class NafResource(TableResource):
    columns = [
        Column(
            "code",
            gettext_lazy("Code NAF"),
            "code|naf|ape|code ape|sous classe|classe|code naf rev 2|code sous classe|naf code",
            Naf(),
        ),
        Column(
            "label",
            gettext_lazy("Intitulé"),
            "libelle|label|titre|title|designation|intitules de la naf rev 2 version finale|intitules naf rev 2"
            "|intitules naf rev 2 en 65 caracteres|intitules naf rev 2 en 40 caracteres|libelle naf|intitules"
            "|libelle long|libelle court|description|intitule de la sous classe",
        ),
        Column("nomenclature", gettext_lazy("Nomenclature NAF"), "nomenclature|version"),
    ]
    needs = [frozenset({"code"}), frozenset({"label"})]

    class Meta(TableResource.Meta):
        model = NafCode
        store_instance = True

    def prepare(self, rows):
        self.known = {(one.nomenclature, one.code): one for one in NafCode.objects.all()}

    def find(self, row):
        nomenclature, code = _key(row)
        if not CODE.fullmatch(code):
            raise self.left_out(_("Section, division ou groupe : seuls les codes comme 62.01Z sont gardés"))
        return self.known.get((nomenclature, code))

    def names_of(self, row):
        return [_key(row)]

    def derive(self, instance, row):
        if not instance.label:
            raise ValidationError({"label": _("Ce code n’a pas d’intitulé. Complétez la ligne.")})


def _key(row) -> tuple[str, str]:
    return row.get("nomenclature") or NOMENCLATURE, Naf().clean(row.get("code", ""))


@transaction.atomic
def load(paths: Iterable[Path], *, by: User) -> list[tuple[Path, Report]]:
    """What each of these files brought; all of them or nothing. Raises RefusedError for one that is no such table."""
    done = []
    for path in paths:
        table = read(path.read_bytes(), path.name, NafResource.columns)
        if missing := NafResource.missing(table):
            raise RefusedError("missing-column", missing, file=table.name)
        resource = NafResource(by=by)
        result = resource.import_data(table.dataset, dry_run=False)
        if result.has_errors():
            raise next(error.error for _row, errors in result.row_errors() for error in errors)
        done.append((path, resource.report))
    return done


def files_of(path: Path) -> list[Path]:
    """The tables of a folder, in the order of their names; the file itself when it is one."""
    if path.is_dir():
        return sorted(one for one in path.iterdir() if one.suffix.lower() in SUFFIXES)
    return [path]
