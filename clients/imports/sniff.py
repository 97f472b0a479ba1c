"""What a file is, told by its content and never by its name; and a clear refusal of what cannot be read."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.imports import fec
from clients.imports.decoding import encoding_of, lines_of, name_of
from clients.imports.findings import RefusedError
from clients.models import Import

MOST_COLUMNS = 2_000
FEWEST_SPACED, MOSTLY_SPACED = 3, 0.9  # columns, and share of the lines, that make a table cut by spaces
LONGEST_LINE = 1024 * 1024
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ELECTRONIC = (Import.Format.FACTURX, Import.Format.CII, Import.Format.UBL)
ROOT = re.compile(
    r"<(?:[\w.-]+:)?(CrossIndustryInvoice|CrossIndustryDocument|SCRDMCCBDACIOMessageStructure|Invoice|CreditNote)\b"
)
SEPARATORS = {
    ";": gettext_lazy("point-virgule"),
    ",": gettext_lazy("virgule"),
    "\t": gettext_lazy("tabulation"),
    "|": gettext_lazy("barre verticale"),
    " ": gettext_lazy("espaces"),
}


@dataclass(frozen=True)
class Source:
    """A file to read: where it is, what it is called, what it holds and in which characters.

    `kind` is `fec`, `text` (a table cut by `separator`), `workbook` (one sheet, whose rows wait in `rows`) or
    `einvoice`; `archive` and `office` are what is still to be opened. `format` is how its import is called.
    """

    path: Path
    name: str
    kind: str
    encoding: str = ""
    separator: str = ""
    holds_nul: bool = False
    rows: Path | None = None
    sheet: str = ""
    format: str = Import.Format.TABLE

    @property
    def encoding_name(self) -> str:
        """Its characters in words, as they were guessed; empty when nothing was to guess."""
        return name_of(self.encoding)

    @property
    def separator_name(self) -> str:
        """What cuts its columns, in words."""
        return str(SEPARATORS.get(self.separator, self.separator))


def sniff(path: Path, name: str, wanted: str = Import.Format.AUTO) -> Source:
    """What this file is. Refused when it is empty, binary, broken, of another trade, or not of the wanted format."""
    with path.open("rb") as content:
        head = content.read(65_536)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise RefusedError(
            "empty-file",
            _("Le fichier « %(file)s » est vide. L’export n’a sans doute rien produit. Exportez-le à nouveau.")
            % {"file": name},
            file=name,
        )
    electronic = _electronic(head)
    if electronic:
        source = Source(path, name, "einvoice", format=electronic)
    elif head.startswith(b"PK"):
        return Source(path, name, "archive")
    elif head.startswith(OLD_OFFICE):
        source = Source(path, name, "office")
    else:
        source = _text(path, name, head[:8192])
    refuse_other_than(wanted, source)
    return source


def _electronic(head: bytes) -> str:
    """The format of an electronic invoice that starts so, or of what its reader will know how to refuse; else ""."""
    if b"%PDF-" in head[:1024]:
        return Import.Format.FACTURX
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = head.decode(encoding, errors="ignore").lstrip("\ufeff \r\n\t")
    if not text.startswith("<"):
        return ""
    root = ROOT.search(re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL))
    if root is None:
        return ""
    return Import.Format.UBL if root[1] in ("Invoice", "CreditNote") else Import.Format.CII


def _text(path: Path, name: str, head: bytes) -> Source:
    encoding = encoding_of(path)
    if _is_binary(head, encoding):
        raise RefusedError(
            "binary-file",
            _(
                "Le fichier « %(file)s » n’est ni du texte ni un classeur : c’est un fichier d’un autre genre (image, "
                "programme, base de données…). Importez un FEC, un fichier CSV, un classeur ou une facture "
                "électronique."
            )
            % {"file": name},
            file=name,
        )
    longest, line, holds_nul = lines_of(path)
    if longest > LONGEST_LINE:
        raise RefusedError("wrong-format", _too_long(name, line), file=name, line=line)
    with path.open(encoding=encoding, errors="replace") as content:
        header = next((line for line in content if line.strip(" \t\r\n|;,\0\ufeff")), "").lstrip("\ufeff")
    start = header.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<table", "<?xml", "<", "{", "[", "%!ps", "{\\rtf")):
        raise RefusedError("wrong-format", _unknown(name), file=name)
    separator = fec.separator_of(header)
    columns = header.count(separator) + 1
    if columns > MOST_COLUMNS:
        raise too_wide(name, columns)
    if len(header) > 100_000:
        raise RefusedError("wrong-format", _unknown(name), file=name)
    if fec.looks_like_header(header.rstrip("\r\n").split(separator)):
        return Source(path, name, "fec", encoding, separator, holds_nul, format=Import.Format.FEC)
    return Source(path, name, "text", encoding, dialect_of(path, encoding), holds_nul)


def too_wide(name: str, columns: int, line: int | None = None) -> RefusedError:
    """The refusal of a table of thousands of columns."""
    message = _(
        "« %(file)s » a %(columns)s colonnes, plus que les %(most)s qu’un tableau de factures peut avoir. Ce n’est "
        "sans doute pas une liste de factures, ou son séparateur est mal réglé. Exportez une ligne par facture, en "
        "colonnes."
    )
    values = {"file": name, "columns": columns, "most": MOST_COLUMNS}
    return RefusedError("wrong-format", message % values, file=name, line=line)


def _too_long(name: str, line: int) -> str:
    return _(
        "La ligne %(line)s de « %(file)s » ne finit pas : elle dépasse un million de caractères. Ce n’est sans doute "
        "pas un tableau, ou ses fins de ligne ont été perdues. Exportez-le à nouveau en CSV ou en XLSX."
    ) % {"file": name, "line": line}


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


def refuse_other_than(wanted: str, source: Source) -> None:
    """Refuse a file that is not of the format somebody asked for; an electronic invoice may be of any syntax."""
    if wanted in ELECTRONIC and source.kind != "einvoice":
        raise RefusedError(
            "wrong-format",
            _(
                "« %(file)s » n’est pas une facture électronique : il en faut une en PDF Factur-X, ou en XML CII ou "
                "UBL. Laissez le format se détecter, ou choisissez un autre fichier."
            )
            % {"file": source.name},
            file=source.name,
        )
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
    if wanted == Import.Format.TABLE and source.kind == "einvoice":
        raise RefusedError(
            "wrong-format",
            _(
                "« %(file)s » est une facture électronique ou un PDF, pas un tableau. Laissez le format se détecter, "
                "ou choisissez un autre fichier."
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
    """The separator of a text table: the one that cuts its first lines into the most regular columns.

    A space only when nothing else cuts them, and nearly all of them alike: columns set one under the other.
    """
    with path.open(encoding=encoding, errors="replace", newline="") as content:
        lines = [line.replace("\0", "").lstrip("\ufeff") for _i, line in zip(range(60), content, strict=False)]
    found = {separator: _regularity(lines, separator) for separator in ";\t,|"}
    best = max(found, key=found.__getitem__)
    if found[best][1] < 2:
        rows, columns = _regularity(lines, " ")
        if columns >= FEWEST_SPACED and rows >= len(lines) * MOSTLY_SPACED:
            return " "
    return best


def _regularity(lines: list[str], separator: str) -> tuple[int, int]:
    """(lines cut alike, columns) of the commonest way in which this separator cuts these lines; (0, 0) when none."""
    try:
        cut = csv.reader(lines, delimiter=separator, skipinitialspace=separator == " ")
        widths = [len(row) for row in cut if any(row)]
    except csv.Error:
        return 0, 0
    widths = [width for width in widths if width > 1]
    if not widths:
        return 0, 0
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    return widths.count(usual), usual
