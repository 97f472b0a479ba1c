"""The files that imports are measured with, made by seed: the same arguments always give the same rows."""

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import xlsxwriter

from benchmarks.load import DAY
from clients.exporting import XLSX_OPTIONS
from clients.sample import words
from clients.sample.directory import identity

HEADINGS = (
    "N° facture", "Date facture", "Code client", "Client", "SIREN", "Code postal", "Ville", "Service", "Libellé",
    "Montant HT ligne",
)  # fmt: skip
FEC_HEADINGS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate",
    "Montantdevise", "Idevise",
)  # fmt: skip
FEC_NAME = f"000000018FEC{DAY.year - 1}1231.txt"
ROWS_A_CLIENT = 10
ROWS_A_DOCUMENT = (1, 2, 2, 3, 4)  # 2.4 on average
DAYS = 3 * 365
FEC_LINES = 3  # of an entry
VAT = 20  # percent


class Line(NamedTuple):
    """One line of a document. Cents HT."""

    number: str
    day: dt.date
    client: int
    service: str
    cents: int


def lines(rows: int, *, clients: int, seed: int, days: int = DAYS, until: dt.date = DAY) -> Iterator[Line]:
    """So many lines of documents of these clients in turn, day after day until a day; some 2.4 lines a document."""
    rng = random.Random(seed)
    services = [sold.name for sold in words.SERVICES]
    document = written = 0
    while written < rows:
        number, client = f"FA{document + 1:07}", document * 7919 % clients  # neighbours in the file are not in the base
        day = until - dt.timedelta(days=days - 1 - days * written // rows)
        for _ in range(min(rng.choice(ROWS_A_DOCUMENT), rows - written)):
            yield Line(number, day, client, rng.choice(services), rng.randrange(2_000, 300_000))
            written += 1
        document += 1


def write_csv(path: Path, rows: int, *, seed: int = 1) -> int:
    """How many lines of invoices the table holds: one a row, as a French software exports them, ten for a client."""
    people = _people(rows)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADINGS)
        for line in lines(rows, clients=len(people), seed=seed):
            writer.writerow((
                line.number, f"{line.day:%d/%m/%Y}", *people[line.client], line.service, _label(line),
                _decimal(line.cents),
            ))  # fmt: skip
    return rows


def write_xlsx(path: Path, rows: int, *, seed: int = 1) -> int:
    """The same table as a workbook, days and amounts typed; how many lines of invoices it holds."""
    people = _people(rows)
    with xlsxwriter.Workbook(path, XLSX_OPTIONS) as workbook:
        sheet = workbook.add_worksheet("Factures")
        for column, heading in enumerate(HEADINGS):
            sheet.write_string(0, column, heading)
        for place, line in enumerate(lines(rows, clients=len(people), seed=seed), start=1):
            sheet.write_string(place, 0, line.number)
            sheet.write_datetime(place, 1, line.day)
            for column, text in enumerate((*people[line.client], line.service, _label(line)), start=2):
                sheet.write_string(place, column, text)
            sheet.write_number(place, len(HEADINGS) - 1, line.cents / 100)
    return rows


def write_newcomers(path: Path, clients: int, *, after: int) -> None:
    """A table of one invoice for each of so many clients who come after those of a load: new codes, names as usual."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADINGS)
        for index, line in enumerate(lines(clients, clients=clients, seed=1), start=1):
            who = identity(after + index)
            writer.writerow((
                f"N{index:07}", f"{line.day:%d/%m/%Y}", f"N{who.code}", who.name, who.siren, who.postcode, who.city,
                line.service, _label(line), _decimal(line.cents),
            ))  # fmt: skip


def write_fec(path: Path, rows: int, *, seed: int = 1) -> int:
    """How many lines of invoices this year of books holds: one in three, beside those of the client and of the VAT."""
    sales = rows // FEC_LINES
    people = _people(sales)
    year = dt.date(DAY.year - 1, 12, 31)
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write("\t".join(FEC_HEADINGS) + "\n")
        for entry, line in enumerate(lines(sales, clients=len(people), seed=seed, days=365, until=year), start=1):
            code, name, *_ = people[line.client]
            day, vat = f"{line.day:%Y%m%d}", line.cents * VAT // 100
            head, tail = f"VE\tVentes\t{entry}\t{day}", f"FA{entry:07}\t{day}\tFacture {name}"
            debit, ht, tax = _decimal(line.cents + vat), _decimal(line.cents), _decimal(vat)
            out.write(f"{head}\t411{code}\tClients\t{code}\t{name}\t{tail}\t{debit}\t0,00\t\t\t{day}\t\t\n")
            out.write(f"{head}\t706000\t{line.service}\t\t\t{tail}\t0,00\t{ht}\t\t\t{day}\t\t\n")
            out.write(f"{head}\t445710\tTVA collectée\t\t\t{tail}\t0,00\t{tax}\t\t\t{day}\t\t\n")
    return sales


def _people(rows: int) -> list[tuple[str, ...]]:
    """(code, name, SIREN, postcode, town) of each client."""
    known = (identity(index) for index in range(max(1, rows // ROWS_A_CLIENT)))
    return [(who.code, who.name, who.siren, who.postcode, who.city) for who in known]


def _label(line: Line) -> str:
    return f"{line.service} {line.day:%m/%Y}"


def _decimal(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"
