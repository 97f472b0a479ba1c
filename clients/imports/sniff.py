"""What a file is, told by its content and never by its name; and a clear refusal of what cannot be read."""

import csv
import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from clients.imports import fec
from clients.imports.decoding import encoding_of
from clients.imports.findings import RefusedError
from clients.models import Import

MOST_ENTRIES, MOST_ENTRY_BYTES, MOST_BYTES, MOST_RATIO = 200, 150 * 2**20, 200 * 2**20, 100
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Source:
    """A file to read: where it is, what it is called, what it holds (`fec`, `text`, `workbook`) and in which "
    "characters."""

    path: Path
    name: str
    kind: str
    encoding: str = ""


def sniff(path: Path, name: str, wanted: str = Import.Format.AUTO) -> Source:
    """What this file is. Refused when it is empty, binary, broken, of another trade, or not of the wanted format."""
    with path.open("rb") as content:
        head = content.read(8192)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise RefusedError(
            "empty-file",
            _("Le fichier « %(file)s » est vide. L’export n’a sans doute rien produit. Exportez-le à nouveau.")
            % {"file": name},
            file=name,
        )
    _refuse_einvoice(head, name, wanted)
    if head.startswith(b"PK"):
        source = Source(_checked_zip(path, name), name, "workbook")
    elif head.startswith(OLD_OFFICE):
        source = Source(path, name, "workbook")
    else:
        source = _text(path, name, head)
    _refuse_other_than(wanted, source)
    return source


def _text(path: Path, name: str, head: bytes) -> Source:
    encoding = encoding_of(path)
    if _is_binary(head, encoding):
        raise RefusedError(
            "binary-file",
            _(
                "Le fichier « %(file)s » n’est ni du texte ni un classeur : c’est un fichier d’un autre genre (image, "
                "archive, base de données…). Importez un FEC, un fichier CSV ou un classeur XLSX."
            )
            % {"file": name},
            file=name,
        )
    with path.open(encoding=encoding, errors="replace") as content:
        header = next((line for line in content if line.strip(" \t\r\n|;,\0\ufeff")), "").lstrip("\ufeff")
    if len(header) > 100_000:
        raise RefusedError("wrong-format", _unknown(name), file=name)
    start = header.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<table", "<?xml", "<", "{", "[", "%!ps", "{\\rtf")):
        raise RefusedError("wrong-format", _unknown(name), file=name)
    cells = header.rstrip("\r\n").split(fec.separator_of(header))
    if fec.looks_like_header(cells):
        return Source(path, name, "fec", encoding)
    return Source(path, name, "text", encoding)


def _unknown(name: str) -> str:
    return _(
        "Le fichier « %(file)s » n’est pas un tableau : ce qu’il contient ressemble à une page web ou à des données "
        "d’un autre logiciel. Dans votre logiciel, choisissez l’export FEC, CSV ou Excel, puis importez ce fichier-là."
    ) % {"file": name}


def _is_binary(head: bytes, encoding: str) -> bool:
    if encoding.startswith("utf-16"):
        text = head[: len(head) // 2 * 2].decode(encoding, errors="ignore")
        return sum(not c.isprintable() and c not in "\t\r\n\ufeff" for c in text) > len(text) * 0.1
    control = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in head)
    return control > max(3, len(head) * 0.02)


def _checked_zip(path: Path, name: str) -> Path:
    """The path of a workbook that is whole and of a reasonable size once opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
    except (zipfile.BadZipFile, OSError, ValueError):
        raise RefusedError(
            "truncated",
            _(
                "Le classeur « %(file)s » est abîmé ou incomplet. L’enregistrement ou l’envoi a été interrompu. "
                "Ouvrez-le dans votre tableur, enregistrez-le à nouveau, puis importez la copie."
            )
            % {"file": name},
            file=name,
        ) from None
    if "xl/workbook.xml" not in names and "xl/workbook.bin" not in names and "content.xml" not in names:
        raise RefusedError(
            "archive",
            _(
                "« %(file)s » est une archive, pas un classeur. Ouvrez-la et importez les fichiers qu’elle contient : "
                "vous pouvez en choisir plusieurs à la fois."
            )
            % {"file": name},
            file=name,
        )
    total = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if (
        len(entries) > MOST_ENTRIES
        or total > MOST_BYTES
        or total / packed > MOST_RATIO
        or any(entry.file_size > MOST_ENTRY_BYTES for entry in entries)
    ):
        raise RefusedError(
            "too-big",
            _(
                "Le classeur « %(file)s » est trop volumineux une fois ouvert. Un tableur n’est pas fait pour autant "
                "de lignes. Enregistrez la feuille des factures en CSV, puis importez ce fichier."
            )
            % {"file": name},
            file=name,
        )
    return path


def _refuse_einvoice(head: bytes, name: str, wanted: str) -> None:
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    is_invoice = text.startswith(b"<") and (
        b"CrossIndustryInvoice" in head or b":Invoice-2" in head or b"CreditNote-2" in head
    )
    electronic = (Import.Format.FACTURX, Import.Format.UBL, Import.Format.CII)
    if text.startswith(b"%PDF") or is_invoice or wanted in electronic:
        raise RefusedError(
            "einvoice",
            _(
                "« %(file)s » est une facture électronique ou un PDF. Cette version lit la comptabilité (FEC) et les "
                "tableaux. Importez le FEC de votre logiciel comptable, ou la liste de vos factures en CSV ou XLSX."
            )
            % {"file": name},
            file=name,
        )


def _refuse_other_than(wanted: str, source: Source) -> None:
    if wanted == Import.Format.FEC and source.kind != "fec":
        raise RefusedError(
            "wrong-format",
            _(
                "« %(file)s » n’est pas un FEC : sa première ligne ne porte pas les colonnes JournalCode, CompteNum, "
                "Debit, Credit… Exportez le FEC depuis votre logiciel comptable, ou importez ce fichier comme un "
                "tableau."
            )
            % {"file": source.name},
            file=source.name,
        )
    if wanted == Import.Format.TABLE and source.kind == "fec":
        raise RefusedError(
            "wrong-format",
            _(
                "« %(file)s » est un FEC, pas un tableau de factures : lu comme un tableau, ses écritures seraient "
                "prises pour des factures. Laissez le format se détecter, ou choisissez « FEC »."
            )
            % {"file": source.name},
            file=source.name,
        )


def dialect_of(path: Path, encoding: str) -> str:
    """The separator of a text table: the one that cuts its first lines into the most regular columns."""
    with path.open(encoding=encoding, errors="replace", newline="") as content:
        lines = [line.replace("\0", "").lstrip("\ufeff") for _i, line in zip(range(60), content, strict=False)]

    def regularity(separator: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=separator) if any(row)]
        except csv.Error:
            return 0, 0
        widths = [width for width in widths if width > 1]
        if not widths:
            return 0, 0
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        return widths.count(usual), usual

    return max(";\t,|", key=regularity)
