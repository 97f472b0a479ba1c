"""From the files handed over to the sources to read: archives and workbooks opened, doubles and strangers set aside."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from clients.imports import sheets
from clients.imports.book import Book
from clients.imports.confinement import Confined, LostError
from clients.imports.findings import RefusedError
from clients.imports.sniff import Source, sniff

MOST_TABLES = 200
PIECE = 1024 * 1024


@dataclass
class Given:
    """A file to look at: where its bytes are, what it is called, their sum, and whether an archive held it."""

    path: Path
    name: str
    sha256: str
    is_packed: bool = False


def sources_of(files: Iterable[Given], book: Book, *, wanted: str, is_strict: bool) -> list[Source]:
    """What there is to read in these files, of one kind.

    The same content given twice counts once. A file that cannot be read refuses the import, unless it came in an
    archive or beside electronic invoices: then it is listed and the others go on, but for a strict import.
    """
    with Intake(book, wanted) as intake:
        for file in files:
            intake.take(file)
    if not intake.sources and not intake.refusals:
        raise RefusedError("empty-file", _("Aucun fichier n’a été reçu. Choisissez au moins un fichier à importer."))
    intake.set_aside(is_strict)
    _refuse_mixed(intake.sources)
    return intake.sources


def format_of(sources: list[Source]) -> str:
    """What the import is called for: the format of most of its files."""
    counted = Counter(source.format for source in sources)
    return max(counted, key=counted.__getitem__)


class Intake:
    """Files taken one after the other. One confined program opens all the archives, and starts at the first."""

    def __init__(self, book: Book, wanted: str):
        self.book, self.wanted = book, wanted
        self.sources: list[Source] = []
        self.refusals: list[tuple[RefusedError, bool]] = []
        self._seen: dict[str, str] = {}
        self._program: Confined | None = None

    def __enter__(self) -> "Intake":
        return self

    def __exit__(self, *_error: object) -> None:
        if self._program:
            self._program.stop()

    def take(self, file: Given) -> None:
        """Add what this file holds to the sources, or its refusal to the refusals."""
        if file.sha256 in self._seen:
            message = _("« %(file)s » a le même contenu que « %(other)s » : il n’est lu qu’une fois.")
            other = self._seen[file.sha256]
            self.book.warn("same-file-twice", message % {"file": file.name, "other": other}, file=file.name)
            return
        self._seen[file.sha256] = file.name
        try:
            self._open(file)
        except RefusedError as refusal:
            self.refusals.append((refusal, file.is_packed))
        if sum(source.kind != "einvoice" for source in self.sources) > MOST_TABLES:
            raise RefusedError("too-big", _too_many(MOST_TABLES))

    def set_aside(self, is_strict: bool) -> None:
        """List the files that cannot be read; refuse with the first of them when the import cannot do without."""
        beside_invoices = any(source.kind == "einvoice" for source in self.sources)
        for refusal, is_packed in self.refusals:
            if is_strict or not self.sources or not (is_packed or beside_invoices):
                raise refusal.with_book(self.book) if len(self.refusals) > 1 else refusal
        for refusal, _is_packed in self.refusals:
            self.book.set_file_aside(refusal)

    # --- Each kind --------------------------------------------------------------------------------

    def _open(self, file: Given) -> None:
        source = sniff(file.path, file.name, self.wanted)
        if source.kind == "archive":
            source = self._unpack(source, file)
        if source.kind == "office":
            self._open_workbook(source)
        elif source.kind != "archive":
            self.sources.append(source)

    def _open_workbook(self, workbook: Source) -> None:
        found, left = sheets.opened(workbook, self.wanted)
        self.sources += found
        if left:
            message = _("Ces feuilles ne sont pas lues, leurs en-têtes étant autres : %(names)s.")
            names = ", ".join(f"« {name} »" for name in left)[:800]
            self.book.warn("unread-sheets", message % {"names": names}, count=len(left), file=workbook.name)

    def _unpack(self, archive: Source, file: Given) -> Source:
        """Take the files of a zip, under names of ours; a workbook, which is a zip too, comes back to be opened."""
        folder = archive.path.with_name(f"{archive.path.name}-files")
        folder.mkdir(exist_ok=True)
        try:
            self._program = self._program or Confined("archive")
            answer = self._program.ask(open=str(archive.path), into="" if file.is_packed else str(folder))
        except LostError:
            self._program, answer = None, {"refused": "too-big"}
        if answer.get("workbook"):
            return Source(archive.path, archive.name, "office")
        if "refused" in answer:
            raise _refusal(answer["refused"], archive.name)
        for member in answer["refused_files"]:
            name = f"{archive.name} › {member['name']}"
            self.refusals.append((_refusal(member["reason"], name), True))
        for member in answer["files"]:
            path = Path(member["path"])
            self.take(Given(path, f"{archive.name} › {member['name']}", _sum_of(path), is_packed=True))
        if not answer["files"] and not answer["refused_files"]:
            raise _refusal("nothing", archive.name)
        return archive


def _refuse_mixed(sources: list[Source]) -> None:
    """One import has one source: books, electronic invoices and tables would count the same sale twice."""
    kinds = {source.kind if source.kind in ("fec", "einvoice") else "table" for source in sources}
    if len(kinds) < 2:
        return
    if "einvoice" in kinds:
        message = _(
            "L’import mêle des factures électroniques et d’autres fichiers (FEC ou tableaux) : ce sont des sources "
            "différentes, et la même facture compterait deux fois. Importez les factures électroniques seules, puis, "
            "s’il le faut, le reste."
        )
    else:
        message = _(
            "L’import mêle un FEC et un tableau : ce sont deux sources différentes, et la même facture compterait deux "
            "fois. Importez le FEC seul, puis, s’il le faut, le tableau."
        )
    raise RefusedError("wrong-format", message)


def _refusal(reason: str, name: str) -> RefusedError:
    messages = {
        "truncated": _(
            "L’archive « %(file)s » est abîmée ou incomplète. L’enregistrement ou l’envoi a été interrompu. "
            "Refaites-la, ou importez directement les fichiers qu’elle contient."
        ),
        "password": _(
            "« %(file)s » est protégé par un mot de passe. Ouvrez l’archive, puis importez les fichiers qu’elle "
            "contient."
        ),
        "too-many-files": _(
            "L’archive « %(file)s » contient plus de 10 000 fichiers. Faites-en plusieurs archives, par exemple une "
            "par année, et importez-les l’une après l’autre."
        ),
        "too-big": _(
            "L’archive « %(file)s » est trop volumineuse une fois ouverte : plus d’un gigaoctet, ou cent fois sa "
            "taille. Faites-en plusieurs archives, ou importez directement les fichiers qu’elle contient."
        ),
        "nested": _(
            "« %(file)s » est une archive dans une archive. Ouvrez-la, puis importez les fichiers qu’elle contient : "
            "vous pouvez en choisir plusieurs à la fois."
        ),
        "document": _(
            "« %(file)s » est un document de bureautique, pas un classeur. Enregistrez le tableau en XLSX ou en CSV, "
            "puis importez ce fichier."
        ),
        "nothing": _(
            "L’archive « %(file)s » ne contient aucun fichier à lire. Importez un FEC, un tableau, des factures "
            "électroniques, ou une archive qui en contient."
        ),
    }
    slug = reason if reason in ("truncated", "password", "too-big") else "archive"
    return RefusedError(slug, messages[reason] % {"file": name}, file=name)


def _too_many(most: int) -> str:
    return _(
        "L’import compte plus de %(most)s tableaux. Réunissez-les en moins de fichiers, ou importez-les en plusieurs "
        "fois."
    ) % {"most": most}


def _sum_of(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as content:
        while piece := content.read(PIECE):
            found.update(piece)
    return found.hexdigest()
