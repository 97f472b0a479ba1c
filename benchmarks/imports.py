"""Importing a big CSV through the pipeline, beside a raw COPY of the same file and django-import-export at its best."""

import csv
import statistics
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import tablib
from django.db import connection
from import_export import fields, resources, widgets
from import_export.instance_loaders import CachedInstanceLoader

from benchmarks import worker
from benchmarks.database import own_database
from benchmarks.load import DAY
from clients.models import Client, Invoice, InvoiceLine, Service, Source
from clients.sample.firm import HEADINGS, Firm
from clients.sample.lives import LOAD

LINES_A_CLIENT = 31  # of the load, more or less
SLICE = 20_000
STOCK_SLICE = 5_000


class Imported(NamedTuple):
    """Lines and seconds of each way in; of several imports, the one of median seconds."""

    lines: int
    ran: worker.Ran
    copy_s: float
    slice_lines: int
    tuned_s: float
    stock_lines: int
    stock_s: float

    @property
    def lines_a_second(self) -> float:
        return self.lines / self.ran.seconds

    @property
    def tuned_lines_a_second(self) -> float:
        return self.slice_lines / self.tuned_s

    @property
    def stock_lines_a_second(self) -> float:
        return self.stock_lines / self.stock_s


class Known(widgets.Widget):
    """A foreign key found in memory: the widget of the library asks the database for each cell."""

    def __init__(self, ids: dict[str, int]) -> None:
        super().__init__()
        self.ids = ids

    def clean(self, value, row=None, **kwargs):
        return self.ids[value]


class Tuned:
    """Every switch that makes django-import-export faster, and none that makes it wrong."""

    instance_loader_class = CachedInstanceLoader
    use_bulk = True
    batch_size = 1_000
    skip_diff = True
    skip_html_diff = True
    report_skipped = False
    use_transactions = True
    clean_model_instances = False


class TunedInvoices(resources.ModelResource):
    """One row a document."""

    class Meta(Tuned):
        model = Invoice
        fields = ("source", "external_id", "number", "client", "kind", "issued_on", "amount_ht")
        import_id_fields = ("external_id",)

    def __init__(self, keys: dict[str, widgets.Widget]) -> None:
        super().__init__()
        for name, widget in keys.items():
            self.fields[name] = fields.Field(f"{name}_id" if isinstance(widget, Known) else name, name, widget)


class TunedLines(resources.ModelResource):
    """One row a line."""

    class Meta(Tuned):
        model = InvoiceLine
        fields = ("id", "invoice", "position", "service", "label", "amount_ht")
        import_id_fields = ("id",)

    def __init__(self, keys: dict[str, widgets.Widget]) -> None:
        super().__init__()
        for name, widget in keys.items():
            self.fields[name] = fields.Field(f"{name}_id" if isinstance(widget, Known) else name, name, widget)


def measure(lines: int, repetitions: int) -> Imported:
    """Both ways and the raw COPY of one file of about this many lines, each pipeline in an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "factures.csv"
        firm = Firm(day=DAY, clients=lines // LINES_A_CLIENT, lives=LOAD)
        with path.open("w", encoding="utf-8", newline="") as out:
            written = firm.write_invoices(out, in_order=False)
        slice_lines, stock_lines = min(SLICE, written), min(STOCK_SLICE, written)
        with own_database():
            tuned_s = _tuned(path, slice_lines, in_memory=True)
            stock_s = _tuned(path, stock_lines, in_memory=False)
            copy_s = raw_copy_s(path, len(HEADINGS))
        ran = median_of(path, written, repetitions)
    return Imported(written, ran, copy_s, slice_lines, tuned_s, stock_lines, stock_s)


def median_of(path: Path, lines: int, repetitions: int) -> worker.Ran:
    """The import of median seconds among some of the same file, each into a new database and by a new process."""
    found = []
    for _ in range(repetitions):
        with own_database():
            found.append(worker.run(path))
            _check(lines)
    return sorted(found)[len(found) // 2]


def _check(written: int) -> None:
    if (found := InvoiceLine.objects.count()) != written:
        raise RuntimeError(f"{written} lines went in, {found} came out")


def raw_copy_s(path: Path, width: int) -> float:
    """Seconds to COPY a CSV of so many columns as it is into a table of texts: no constraint, no check; the median."""
    return statistics.median(_raw_copy(path, width) for _ in range(5))


def _raw_copy(path: Path, width: int) -> float:
    columns = ", ".join(f"c{position} text" for position in range(width))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE raw_copy ({columns})")
        started = time.perf_counter()
        with (
            path.open("rb") as file,
            cursor.copy("COPY raw_copy FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)") as copy,
        ):
            while chunk := file.read(1 << 20):
                copy.write(chunk)
        elapsed = time.perf_counter() - started
        cursor.execute("DROP TABLE raw_copy")
    return elapsed


def _tuned(path: Path, lines: int, *, in_memory: bool) -> float:
    """Seconds for the first lines of the file: its documents, then its lines, clients and services already there.

    Foreign keys are found in memory, by a widget of ours, or by the library's own.
    """
    source = Source.objects.create(kind=Source.Kind.TABLE, name="django-import-export")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(islice(csv.DictReader(file, delimiter=";"), lines))
    clients = {code: Client.objects.create(name=code).pk for code in sorted({row["Code client"] for row in rows})}
    services = {name: Service.objects.create(code=name, name=name).pk for name in {row["Service"] for row in rows}}
    documents = tablib.Dataset(*_documents(rows, source), headers=TunedInvoices.Meta.fields)
    further = tablib.Dataset(*_lines(rows), headers=TunedLines.Meta.fields)
    started = time.perf_counter()
    if in_memory:
        TunedInvoices({"source": Known({source.name: source.pk}), "client": Known(clients)}).import_data(
            documents, raise_errors=True
        )
        known = dict(Invoice.objects.values_list("external_id", "pk"))
        TunedLines({"invoice": Known(known), "service": Known(services)}).import_data(further, raise_errors=True)
    else:
        TunedInvoices(
            {"source": widgets.ForeignKeyWidget(Source, "name"), "client": widgets.ForeignKeyWidget(Client, "name")}
        ).import_data(documents, raise_errors=True)
        TunedLines(
            {
                "invoice": widgets.ForeignKeyWidget(Invoice, "external_id"),
                "service": widgets.ForeignKeyWidget(Service, "name"),
            }
        ).import_data(further, raise_errors=True)
    elapsed = time.perf_counter() - started
    _check(lines)
    for model in (InvoiceLine, Invoice, Client, Service, Source):
        model.objects.all().delete()
    return elapsed


def _documents(rows: list[dict[str, str]], source: Source) -> Iterator[tuple]:
    for number, lines in groupby(rows, key=itemgetter("N° facture")):
        first, *others = lines
        day, month, year = first["Date facture"].split("/")
        amount = sum((_amount(line) for line in others), _amount(first))
        kind = Invoice.Kind.CREDIT_NOTE if amount < 0 else Invoice.Kind.INVOICE
        yield source.name, number, number, first["Code client"], kind, f"{year}-{month}-{day}", str(amount)


def _lines(rows: list[dict[str, str]]) -> Iterator[tuple]:
    for number, lines in groupby(rows, key=itemgetter("N° facture")):
        for position, line in enumerate(lines, start=1):
            yield "", number, position, line["Service"], line["Libellé"], str(_amount(line))


def _amount(row: dict[str, str]) -> Decimal:
    return Decimal(row["Montant HT ligne"].replace(",", "."))
