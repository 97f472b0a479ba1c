"""Importing a big CSV through the pipeline, beside a raw COPY of the same file and django-import-export at its best."""

import csv
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import tablib
from django.db import connection
from import_export import fields, resources, widgets
from import_export.instance_loaders import CachedInstanceLoader

from benchmarks.load import DAY
from clients.imports import pipeline, queue
from clients.models import Client, Import, Invoice, InvoiceLine, Source
from clients.sample.firm import HEADINGS, Firm
from clients.sample.lives import LOAD

LINES_A_CLIENT = 31  # of the load, more or less
SLICE = 20_000


class Imported(NamedTuple):
    """Lines and seconds of each way in. Tuned django-import-export writes one invoice a line, the pipeline two rows."""

    lines: int
    pipeline_s: float
    copy_s: float
    slice_lines: int
    tuned_s: float

    @property
    def lines_a_second(self) -> float:
        return self.lines / self.pipeline_s

    @property
    def tuned_lines_a_second(self) -> float:
        return self.slice_lines / self.tuned_s


class TunedInvoices(resources.ModelResource):
    """django-import-export with every switch that makes it faster and none that makes it wrong."""

    client = fields.Field("client_id", "client", widgets.IntegerWidget())
    source = fields.Field("source_id", "source", widgets.IntegerWidget())

    class Meta:
        model = Invoice
        fields = ("source", "external_id", "number", "client", "kind", "issued_on", "amount_ht")
        import_id_fields = ("external_id",)
        instance_loader_class = CachedInstanceLoader
        use_bulk = True
        batch_size = 1_000
        skip_diff = True
        skip_html_diff = True
        skip_unchanged = False
        report_skipped = False
        use_transactions = True
        clean_model_instances = False
        store_instance = False


def measure(lines: int) -> Imported:
    """Both ways and the raw COPY of one file of about this many lines, in an empty database left with its facts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "factures.csv"
        firm = Firm(day=DAY, clients=lines // LINES_A_CLIENT, lives=LOAD)
        with path.open("w", encoding="utf-8", newline="") as out:
            written = firm.write_invoices(out, in_order=False)
        slice_lines = min(SLICE, written)
        tuned_s = _tuned(path, slice_lines)
        copy_s = _raw_copy(path)
        pipeline_s = _pipeline(path)
    _check(written)
    return Imported(written, pipeline_s, copy_s, slice_lines, tuned_s)


def _pipeline(path: Path) -> float:
    started = time.perf_counter()
    done = pipeline.process(queue.submit(files=[(path.name, path)], by=None, source_name="Bench").pk)
    elapsed = time.perf_counter() - started
    if done.status != Import.Status.COMMITTED:
        raise RuntimeError(f"the pipeline did not commit: {done.status}")
    return elapsed


def _check(written: int) -> None:
    if (found := InvoiceLine.objects.count()) != written:
        raise RuntimeError(f"{written} lines went in, {found} came out")


def _raw_copy(path: Path) -> float:
    columns = ", ".join(f"c{position} text" for position in range(len(HEADINGS)))
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


def _tuned(path: Path, lines: int) -> float:
    """Seconds for the first lines of the file, clients already there and known by their ids: its best case."""
    source = Source.objects.create(kind=Source.Kind.TABLE, name="django-import-export")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(islice(csv.DictReader(file, delimiter=";"), lines))
    codes = sorted({row["Code client"] for row in rows})
    clients = dict(zip(codes, Client.objects.bulk_create(Client(name=code) for code in codes), strict=True))
    table = tablib.Dataset(*_tuned_rows(rows, source, clients), headers=TunedInvoices.Meta.fields)
    started = time.perf_counter()
    TunedInvoices().import_data(table, raise_errors=True)
    elapsed = time.perf_counter() - started
    Invoice.objects.filter(source=source).delete()
    Client.objects.all().delete()
    source.delete()
    return elapsed


def _tuned_rows(rows: list[dict[str, str]], source: Source, clients: dict[str, Client]) -> Iterator[tuple]:
    for rank, row in enumerate(rows):
        day, month, year = row["Date facture"].split("/")
        amount = row["Montant HT ligne"].replace(",", ".")
        kind = "credit_note" if amount.startswith("-") else "invoice"
        client = clients[row["Code client"]].pk
        yield source.pk, str(rank), row["N° facture"], client, kind, f"{year}-{month}-{day}", amount
