"""Workbooks: which sheets are read, how cells arrive, and what the confined program refuses."""

import datetime as dt
import io
import os
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from clients.imports import confinement, intake, sheets
from clients.imports.book import Book
from clients.imports.cells import rows_of
from clients.imports.confinement import Confined, LostError
from clients.imports.sniff import sniff
from clients.models import Import, Invoice
from tests.clients.imports.books import import_text, sale, text
from tests.clients.imports.hostile import ods, ods_rows, xlsx

pytestmark = pytest.mark.django_db

HEAD = ["N° facture", "Client", "Date", "Montant HT"]


def workbook(**named: list[list]) -> bytes:
    """A workbook of these sheets; days and numbers are written as such."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in named.items():
            sheet = book.add_worksheet(name)
            if name.startswith("Masqu"):
                sheet.hide()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return out.getvalue()


def row(number, amount=10, client="Dupont"):
    return [number, client, dt.date(2026, 3, 10), amount]


def sources(tmp_path, content):
    (tmp_path / "0").write_bytes(content)
    return intake.sources_of(
        [intake.Given(tmp_path / "0", "v.xlsx", "x")], Book(), wanted="auto", is_strict=False
    )  # fmt: skip


def test_cells_arrive_typed_with_the_line_they_are_on(tmp_path):
    content = workbook(Ventes=[HEAD, [], ["F1", "Dupont", dt.date(2026, 3, 10), 12.5, True]])
    (source,) = sources(tmp_path, content)
    assert list(rows_of(source)) == [
        (1, [*HEAD, ""]),
        (2, []),
        (3, ["F1", "Dupont", dt.date(2026, 3, 10), 12.5, True]),
    ]


def test_a_workbook_is_opened_once_and_read_as_often_as_needed(tmp_path, monkeypatch):
    (source,) = sources(tmp_path, workbook(Ventes=[HEAD, row("F1")]))
    monkeypatch.setattr(confinement.subprocess, "Popen", None)
    assert list(rows_of(source)) == list(rows_of(source))


TEXTS = [HEAD, ["F1", "Dupont", "10/03/2026", "12,50"]]


@pytest.mark.parametrize("content", [xlsx(TEXTS), ods(ods_rows(TEXTS))], ids=["XLSX", "ODS"])
def test_texts_in_a_workbook_are_read_like_those_of_a_table(content):
    import_text(content)
    assert Invoice.objects.get().amount_ht == Decimal("12.50")


def test_sheets_with_the_same_headings_are_read_together():
    content = workbook(**{"2025": [HEAD, row("F1")], "2026": [HEAD, row("F2")], "Notes": [["À relancer"], ["Dupont"]]})
    batch = import_text(content, name="ventes.xlsx")
    assert (batch.created, batch.findings.get(reason="unread-sheets").count) == (2, 1)
    assert "« Notes »" in batch.findings.get(reason="unread-sheets").repair


def test_an_error_names_its_sheet():
    rows = [row(f"F{n}") for n in range(8)]
    content = workbook(**{"2025": [HEAD, *rows], "2026": [HEAD, ["G1", "Durand", "hier", 5]]})
    error = import_text(content, name="ventes.xlsx").findings.get(severity="error")
    assert (error.file, error.line, error.column) == ("ventes.xlsx › 2026", 2, "Date")


def test_a_hidden_sheet_is_left_aside():
    batch = import_text(workbook(Ventes=[HEAD, row("F1")], Masquée=[HEAD, row("F2")]))
    assert batch.created == 1


def test_the_same_sheet_twice_counts_once():
    assert import_text(workbook(A=[HEAD, row("F1")], B=[HEAD, row("F1")])).created == 1


def test_merged_and_stacked_headings_are_found_under_a_title():
    rows = [["Ventes 2026"], [], ["", "Client", "Facture", "", "Montant"], ["N°", "", "Numéro", "Date", "HT"]]
    import_text(workbook(Ventes=[*rows, [1, "Dupont", "F1", dt.date(2026, 3, 10), 12.5]]))
    assert (Invoice.objects.get().number, Invoice.objects.get().amount_ht) == ("F1", Decimal("12.50"))


def test_books_saved_as_a_workbook_are_books():
    lines = [line.split("\t") for line in text(*sale("C1", 100_00), *sale("C2", 50_00, entry="2")).splitlines()]
    batch = import_text(xlsx(lines), name="fec.xlsx")
    assert (batch.status, batch.format, batch.created) == (Import.Status.COMMITTED, "fec", 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (workbook(Ventes=[HEAD, ["F1", "Dupont", dt.date(2026, 3, 10), "x" * 32_000 + "y" * 767]]), "erreur"),
        (workbook(Ventes=[[f"c{n}" for n in range(2_500)]]), "colonnes"),
        (workbook(Ventes=[HEAD, row("F1")])[:-200], "abîmé"),
    ],
    ids=["long amount", "wide sheet", "cut workbook"],
)
def test_a_workbook_that_cannot_be_is_refused_in_words(content, words):
    batch = import_text(content, name="ventes.xlsx")
    assert batch.status == Import.Status.REFUSED
    assert words in batch.findings.get(severity="refusal").repair


def test_more_rows_than_a_workbook_is_read_for_are_refused(tmp_path, monkeypatch):
    ask = Confined.ask
    monkeypatch.setattr(
        Confined, "ask", lambda self, **asked: {"refused": "too-many-rows"} if "write" in asked else ask(self, **asked)
    )
    batch = import_text(workbook(Ventes=[HEAD, row("F1")]), name="ventes.xlsx")
    assert "CSV" in batch.findings.get(severity="refusal").repair


# --- The program itself ---------------------------------------------------------------------------


def test_a_program_that_lingers_is_lost_and_over(tmp_path):
    fifo = tmp_path / "never"
    os.mkfifo(fifo)
    with Confined("workbook") as program:
        with pytest.raises(LostError):
            program.ask(0.3, open=str(fifo), first=1)
        assert program._process.poll() is not None


def test_a_lost_program_is_a_clear_refusal(monkeypatch):
    def lost(self, **request):
        raise LostError

    monkeypatch.setattr(Confined, "ask", lost)
    refusal = import_text(xlsx([HEAD]), name="ventes.xlsx").findings.get(severity="refusal")
    assert "trop volumineu" in refusal.repair


def test_a_program_knows_no_secret(monkeypatch):
    seen = {}

    def popen(*args, env, **options):
        seen.update(env)
        raise OSError("not started")

    monkeypatch.setenv("SECRET_KEY", "x" * 60)
    monkeypatch.setattr(confinement.subprocess, "Popen", popen)
    with pytest.raises(OSError, match="not started"):
        Confined("workbook")
    assert seen
    assert not {"SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"} & set(seen)


def test_programs_import_nothing_of_django():
    for path in (Path(sheets.__file__).parent / "confined").glob("*.py"):
        assert "django" not in path.read_text(encoding="utf-8").replace("neither Django", "")


def test_what_was_detected_is_told_in_words(tmp_path):
    path = tmp_path / "v.csv"
    path.write_bytes("Client;Date;Montant HT\nSociété d’été;13/01/2026;1\n".encode("cp1252"))
    found = sniff(path, "v.csv")
    assert (found.kind, found.encoding_name, found.separator_name) == ("text", "Windows (1252)", "point-virgule")
