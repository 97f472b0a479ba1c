"""Reading a FEC: the accounting export of art. A47 A-1 LPF, as software really writes it. Lines in, entries' lines out.

Columns are found by name, never by position; amounts come out in cents, debit minus credit.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from clients.folding import fold
from clients.imports.findings import CellError, RefusedError
from clients.imports.shapes import is_given_back

ALIASES = {
    "journallibelle": "journallib",
    "comptelibelle": "comptelib",
    "libellecompte": "comptelib",
    "numcompte": "comptenum",
    "compauxlibelle": "compauxlib",
    "ecriturelibelle": "ecriturelib",
    "ecriturenumero": "ecriturenum",
    "datepiece": "piecedate",
    "pieceferf": "pieceref",
    "ecrturelet": "ecriturelet",
    "ecrituredat": "ecrituredate",
    "datelimitereglement": "datelimitreglmt",
}
NAMES = {
    "journalcode": "JournalCode",
    "journallib": "JournalLib",
    "ecriturenum": "EcritureNum",
    "ecrituredate": "EcritureDate",
    "comptenum": "CompteNum",
    "comptelib": "CompteLib",
    "compauxnum": "CompAuxNum",
    "compauxlib": "CompAuxLib",
    "pieceref": "PieceRef",
    "piecedate": "PieceDate",
    "ecriturelib": "EcritureLib",
    "debit": "Debit",
    "credit": "Credit",
    "montant": "Montant",
    "sens": "Sens",
    "ecriturelet": "EcritureLet",
    "datelet": "DateLet",
    "validdate": "ValidDate",
    "montantdevise": "Montantdevise",
    "idevise": "Idevise",
}
FILE_NAME = re.compile(r"^(\d{9})FEC(\d{8})\.(?:txt|csv)$", re.IGNORECASE)
LARGEST_CENTS = 10**13  # numeric(14,2) holds no more
MOST_REMEMBERED = 50_000


class FecLine(NamedTuple):
    """One line of an accounting entry; `cents` is debit minus credit, dates are days or None."""

    file: int
    line: int
    journal: str
    journal_label: str
    entry: str
    booked_on: dt.date | None
    account: str
    account_label: str
    auxiliary: str
    auxiliary_label: str
    piece: str
    piece_on: dt.date | None
    label: str
    cents: int
    letter: str
    lettered_on: dt.date | None
    due_on: dt.date | None
    number: str


def heading(cell: str) -> str:
    """The name of a column as it is compared: letters only, without case or accents, common misspellings put right."""
    name = re.sub(r"[^a-z]", "", fold(cell))
    return ALIASES.get(name, name)


def looks_like_header(cells: list[str]) -> bool:
    """Whether these cells are a FEC's header, complete or not."""
    names = {heading(cell) for cell in cells}
    return "comptenum" in names and len(names & set(NAMES)) >= 4


def separator_of(header: str) -> str:
    """The separator of a header line: a tab or a bar."""
    return max("\t|;,", key=header.count)


def check_columns(cells: list[str], file: str) -> dict[str, int]:
    """Where each column is; refused, with the names of those that are missing."""
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        places.setdefault(heading(cell), place)
    missing = [name for name in ("journalcode", "comptenum") if name not in places]
    if "ecrituredate" not in places and "piecedate" not in places:
        missing.append("ecrituredate")
    if not {"debit", "credit"} <= set(places) and not {"montant", "sens"} <= set(places):
        missing += [name for name in ("debit", "credit") if name not in places]
    if missing:
        message = _(
            "Le fichier « %(file)s » ressemble à un FEC, mais il y manque : %(columns)s. Le logiciel l’a sans doute "
            "exporté avec d’autres colonnes. Exportez à nouveau le FEC réglementaire (18 colonnes), sans le modifier."
        )
        columns = ", ".join(NAMES[name] for name in missing)
        raise RefusedError("fec-columns", message % {"file": file, "columns": columns}, file=file)
    return places


def cents(text: str) -> int:
    """An amount in cents: comma or point, sign before or after, padded with spaces or zeros; empty is 0.

    Raises ValueError when it is not a number.
    """
    text = "".join(text.split())
    if not text:
        return 0
    sign = 1
    if text[0] in "+-":
        sign, text = (-1 if text[0] == "-" else 1), text[1:]
    elif text[-1] in "+-":
        sign, text = (-1 if text[-1] == "-" else 1), text[:-1]
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        text = text.replace("." if comma > point else ",", "")
    whole, _mark, part = text.replace(",", ".").partition(".")
    if not (whole + part).isascii() or not (whole + part).isdigit():
        raise ValueError(text)
    value = int(whole or "0") * 100 + int((part + "00")[:2]) + (1 if part[2:3] >= "5" else 0)
    if value >= LARGEST_CENTS:
        raise ValueError(text)
    return sign * value


def day(text: str) -> dt.date | None:
    """A day: AAAAMMJJ, JJMMAAAA, or with / - . between; nothing for an empty or an all-zero one.

    Raises ValueError when it is not a date.
    """
    text = text.strip().partition("T")[0].partition(" ")[0]
    digits = re.sub(r"[/.\-]", "", text)
    if not digits.strip("0"):
        if text.strip("0/.-"):
            raise ValueError(text)
        return None
    if len(digits) != 8 or not digits.isdigit() or not digits.isascii():
        raise ValueError(text)
    first = int(digits[:4])
    if 1900 <= first < 2200 and int(digits[4:6]) in range(1, 13):
        return dt.date(first, int(digits[4:6]), int(digits[6:]))
    year = int(digits[4:])
    if not 1900 <= year < 2200:
        raise ValueError(text)
    return dt.date(year, int(digits[2:4]), int(digits[:2]))


class Memo(dict):
    """Remembers what a text was read as: an export repeats the same days and amounts thousands of times.

    Only so many at once: of a million different ones, the next are the likeliest to come again.
    """

    def __init__(self, read: Callable[[str], Any]):
        super().__init__()
        self.read = read

    def __missing__(self, text: str) -> Any:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        try:
            value = self[text] = self.read(text)
        except ValueError:
            value = self[text] = ValueError(text)
        return value


class FecReader:
    """The lines of one file, in order; `errors` and `rows` are right once it has been read to the end."""

    def __init__(self, path: Path, *, name: str, encoding: str, file: int = 0):
        self.path, self.name, self.encoding, self.file = path, name, encoding, file
        self.errors: list[CellError] = []
        self.rows = 0
        self.bad_entries: set[tuple[int, str, str]] = set()
        self.bad_lines: set[tuple[int, int]] = set()

    def count(self) -> int:
        """How many lines the file has, its header apart: what progress is measured against."""
        with self.path.open(encoding=self.encoding, errors="replace") as text:
            return max(0, sum(1 for _line in text) - 1)

    def __iter__(self) -> Iterator[FecLine]:
        with self.path.open(encoding=self.encoding, errors="replace") as text:
            _header, lines = self._opened(text)
            yield from self._lines(lines)

    def raw_rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line number, cells as written) of the header, then of each line; a line cut short has fewer cells."""
        with self.path.open(encoding=self.encoding, errors="replace") as text:
            header, lines = self._opened(text)
            yield 1, [cell.strip('" ') for cell in header.split(self.separator)][: self.width]
            for number, line in enumerate(lines, start=2):
                cells = line.split(self.separator)
                yield number, self._mend(cells) if len(cells) > self.width else cells

    def entry_of(self, cells: list[str]) -> tuple[str, str]:
        """The journal and number of the entry that a raw row belongs to, empty where it is cut short."""
        places = (self.places["journalcode"], self.places.get("ecriturenum", self.width))
        journal, entry = (cells[place].strip() if place < len(cells) else "" for place in places)
        return journal, entry

    def _opened(self, text: Iterable[str]) -> tuple[str, Iterator[str]]:
        """The header of the file, whose columns are then known, and the lines that follow it."""
        lines = ((line.replace("\0", "").rstrip("\r\n")) for line in text)
        lines = (line for line in lines if line.strip(" \t|;,\x1a"))  # DOS ends its files with a 1A
        header = next(lines, "").lstrip("\ufeff")
        self._learn(header)
        if header.startswith('"'):  # the norm has no quotes: around the header, they are around every cell
            around = f'"{self.separator}"'
            lines = (self.separator.join(line.strip().strip('"').split(around)) for line in lines)
        return header, lines

    def _learn(self, header: str) -> None:
        self.separator = separator_of(header)
        cells = header.split(self.separator)
        while cells and not cells[-1].strip():
            cells.pop()
        places = check_columns(cells, self.name)
        self.width, self.places = len(cells), places
        self.is_given_back = is_given_back(cells)  # entries rejected before, perhaps repaired: a part of the books only
        self.label_place = places.get("ecriturelib", self.width)
        amounts = ("debit", "credit") if {"debit", "credit"} <= set(places) else ("montant", "sens")
        self.amount_columns = amounts
        self.needed = 1 + max(
            places[name]
            for name in ("journalcode", "comptenum", "compauxnum", "piecedate", "ecrituredate", *amounts)
            if name in places
        )

    def _lines(self, lines: Iterator[str]) -> Iterator[FecLine]:
        at = self.places.get
        blank = self.width  # one empty cell is added to each row, for the columns that the file has not
        columns = [
            at(name, blank)
            for name in [
                "journalcode",
                "journallib",
                "ecriturenum",
                "ecrituredate",
                "comptenum",
                "comptelib",
                "compauxnum",
                "compauxlib",
                "pieceref",
                "piecedate",
                "ecriturelib",
                "ecriturelet",
                "datelet",
                "datelimitreglmt",
                "numfacture",
            ]
        ]
        first, second = (at(name, blank) for name in self.amount_columns)
        days, amounts = Memo(day), Memo(cents)
        texts = Memo(str.strip)  # one text for all the lines that bear it: each of millions is kept until the end
        signed = self.amount_columns[0] == "montant"
        short: list[int] = []
        number = 1
        for number, line in enumerate(lines, start=2):
            cells = line.split(self.separator)
            if len(cells) != self.width:
                cells = self._mend(cells)
                if len(cells) < self.width:
                    short.append(number)
                    if len(cells) < self.needed:
                        self._missing_fields(number, line)
                        continue
                    cells += [""] * (self.width - len(cells))
            cells.append("")
            j, jl, e, ed, a, al, x, xl, p, pd, lb, lt, ld, due, nb = (cells[place] for place in columns)
            amount: Any = self._signed(cells[first], cells[second], amounts) if signed else None
            if amount is None:
                debit, credit = amounts[cells[first]], amounts[cells[second]]
                amount = debit - credit if type(debit) is int and type(credit) is int else ValueError()
            booked_on, piece_on, lettered_on, due_on = days[ed], days[pd], days[ld], days[due]
            if type(lettered_on) is ValueError:
                lettered_on = None
            if type(due_on) is ValueError:
                due_on = None
            if type(piece_on) is ValueError and not a.startswith(("41", "70")):
                piece_on = None
            wrong = [value for value in (amount, booked_on, piece_on) if type(value) is ValueError]
            if wrong or (booked_on is None and piece_on is None):
                self._wrong_cell(number, cells, amount, booked_on, piece_on)
                booked_on, piece_on = (None if type(v) is ValueError else v for v in (booked_on, piece_on))
                self.bad_lines.add((self.file, number))
                amount = 0 if type(amount) is ValueError else amount
            yield FecLine(
                self.file, number, texts[j], texts[jl], texts[e], booked_on, texts[a], texts[al], texts[x], texts[xl],
                texts[p], piece_on, texts[lb], amount, texts[lt], lettered_on, due_on, texts[nb],
            )  # fmt: skip
        self.rows = number - 1
        self._refuse_truncated(short, number)

    def _mend(self, cells: list[str]) -> list[str]:
        """The row with a separator found inside its label joined back, and the phantom columns after it dropped.

        A separator inside the label shifts what follows: the amounts are no longer where they should be.
        """
        extra = len(cells) - self.width
        if extra > 0 and self.label_place < self.width and not self._amounts_are_in_place(cells):
            joined = self.separator.join(cells[self.label_place : self.label_place + extra + 1])
            cells[self.label_place : self.label_place + extra + 1] = [joined]
        while len(cells) > self.width and not cells[-1].strip():
            cells.pop()
        return cells

    def _amounts_are_in_place(self, cells: list[str]) -> bool:
        texts = [cells[self.places[name]].strip() for name in self.amount_columns if name != "sens"]
        return any(texts) and all(_is_amount(text) for text in texts)

    @staticmethod
    def _signed(amount: str, side: str, amounts: Memo) -> Any:
        value = amounts[amount]
        side = side.strip().upper()
        if type(value) is not int or side not in ("D", "C", "+1", "-1", "1", "+", "-"):
            return ValueError()
        return value if side in ("D", "+1", "1", "+") else -value

    def _missing_fields(self, number: int, line: str) -> None:
        repair = _("Cette ligne a moins de colonnes que l’en-tête : exportez à nouveau le fichier sans le modifier.")
        self.errors.append(CellError(self.name, number, "missing-fields", "", line[:80], repair))
        cells = [cell.strip() for cell in line.split(self.separator)]
        entry = self.places.get("ecriturenum", self.width)
        journal = self.places["journalcode"]
        if len(cells) > max(entry, journal):
            self.bad_entries.add((self.file, cells[journal], cells[entry]))

    def _wrong_cell(self, number: int, cells: list[str], amount: Any, booked_on: Any, piece_on: Any) -> None:
        if type(amount) is ValueError:
            name = next((n for n in self.amount_columns if not _is_amount(cells[self.places[n]])), "debit")
            repair = _("Écrivez un nombre avec une virgule et deux décimales, par exemple 1234,56.")
            reason = "unreadable-amount"
        else:
            name = "ecrituredate" if type(booked_on) is ValueError else "piecedate"
            repair = _("Écrivez la date sur huit chiffres, année, mois, jour : 20260331 pour le 31 mars 2026.")
            reason = "unreadable-date"
            if type(booked_on) is not ValueError and type(piece_on) is not ValueError:
                reason, name = "missing-date", "ecrituredate"
        value = cells[self.places[name]].strip() if name in self.places else ""
        self.errors.append(CellError(self.name, number, reason, NAMES[name], value[:255], repair))

    def _refuse_truncated(self, short: list[int], last: int) -> None:
        """Only the last line is short: the file was cut. Rows that all end early are a habit of the software."""
        if short and short == [last]:
            message = _(
                "Le fichier « %(file)s » est incomplet : sa dernière ligne (%(line)s) s’arrête au milieu. Le "
                "téléchargement ou l’export a été interrompu. Exportez-le à nouveau, puis importez le fichier entier."
            )
            raise RefusedError("truncated", message % {"file": self.name, "line": last}, file=self.name, line=last)


def _is_amount(text: str) -> bool:
    try:
        cents(text)
    except ValueError:
        return False
    return True
