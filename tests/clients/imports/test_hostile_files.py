"""Bad files: each refused with a clear reason or harmless, and nothing of a refused one is written."""

import io
import os
import random
import zipfile

import pytest

from clients.imports.findings import REASONS
from clients.models import Client, ClientKey, Import, Invoice, InvoiceLine, Service, Source
from tests.clients.imports.books import HEADER, import_files, import_text, line, payment, sale, text

pytestmark = pytest.mark.django_db

GOOD = "Client;Date;Montant HT\nA;13/01/2025;1\n"
FEC = text(*(row for n in range(1, 30) for row in sale(f"C{n}", n * 1000, entry=str(n))))


def archive(**entries) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return file.getvalue()


def with_column(name, value):
    return FEC.replace(FEC.splitlines()[5].split("\t")[HEADER.index(name)], value)


REFUSED = {
    "empty": (b"", "empty-file"),
    "blank": (b" \r\n\r\n\t\n", "empty-file"),
    "nuls": (b"\0" * 5000, "empty-file"),
    "mark alone": (b"\xef\xbb\xbf", "empty-file"),
    "noise": (random.Random(1).randbytes(20_000), "binary-file"),
    "picture": (b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(3000), "binary-file"),
    "program": (b"\x7fELF" + bytes(range(32)) * 200, "binary-file"),
    "pdf": (b"%PDF-1.7\n1 0 obj\n", "einvoice"),
    "cii": (b'<?xml version="1.0"?><rsm:CrossIndustryInvoice/>', "einvoice"),
    "ubl": (b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">', "einvoice"),
    "page": (b"<!DOCTYPE html><html><table><tr><td>Client</td></tr></table>", "wrong-format"),
    "sheet that is a page": (b"<table><tr><td>Client</td><td>Date</td></tr></table>", "wrong-format"),
    "other xml": (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "wrong-format"),
    "json": (b'[{"client": "A", "date": "2025-01-13"}]', "wrong-format"),
    "rich text": (rb"{\rtf1 Client}", "wrong-format"),
    "prose": ("Bonjour, voici nos ventes de l’année.\nCordialement.\n", "wrong-format"),
    "one line without end": ("a" * 300_000, "wrong-format"),
    "numbers without headings": ("00004 0001 19970101 2 29.33\n00004 0001 19970118 2 29.73\n", "wrong-format"),
    "zip in a zip": (archive(a_dot_zip=archive(a_dot_csv=GOOD)), "archive"),
    "zip of nothing": (archive(_dot_DS_Store="x"), "archive"),
    "word document": (archive(word__document_dot_xml="<w/>"), "archive"),
    "broken zip": (archive(xl__workbook_dot_xml="<workbook/>")[:-30], "truncated"),
    "workbook of nothing": (archive(xl__workbook_dot_xml="<workbook/>"), "truncated"),
    "bomb": (archive(xl__workbook_dot_xml="0" * 30_000_000), "too-big"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000, "truncated"),
    "headings alone": ("Client;Date;Montant HT\n", "no-row"),
    "no client": ("Date;Montant HT;Article\n13/01/2025;1;Paie\n", "no-client-column"),
    "no date": ("Client;Montant HT;Article\nA;1;Paie\n", "no-date-column"),
    "no amount": ("Client;Date;Article\nA;13/01/2025;Paie\n", "no-amount-column"),
    "with vat only": ("Client;Date;Total TTC\nA;13/01/2025;120\n", "only-with-vat"),
    "impossible dates": ("Client;Date;Montant HT\nA;31/02/2025;1\nB;45/45/2025;2\n", "impossible-dates"),
    "wrong amounts": ("Client;Date;Montant HT\nA;13/01/2025;un\nB;13/01/2025;deux\n", "too-many-errors"),
    "huge amounts": ("Client;Date;Montant HT\nA;13/01/2025;99999999999999999\n", "too-many-errors"),
    "no names": ("Client;Date;Montant HT\n;13/01/2025;1\n;14/01/2025;2\n", "too-many-errors"),
    "cut table": ("Client;Date;Montant HT\nA;13/01/2025;1\nB;14/01/2025;2\nC;15/0", "truncated"),
    "open quote": ('Client;Date;Montant HT\n"A;13/01/2025;1\n' + "x;y;z\n" * 300_000, "truncated"),
    "payment modes only": ("Client;Date;Montant HT\nCB;13/01/2025;1\nEspèces;13/01/2025;2\n", "no-invoice"),
    "accounts without header": (FEC.split("\r\n", 1)[1], "wrong-format"),
    "books without debit": (FEC.replace("Debit", "D1", 1), "fec-columns"),
    "books without days": (FEC.replace("EcritureDate", "X").replace("PieceDate", "Y"), "fec-columns"),
    "books header alone": ("\t".join(HEADER) + "\r\n", "no-row"),
    "books cut in a line": (FEC[:-60], "truncated"),
    "books cut in an entry": ("\r\n".join(FEC.split("\r\n")[:-2]) + "\r\n", "truncated"),
    "books without client": (text(line("530000", 120), line("707000", -120)), "no-client"),
    "books of payment modes": (text(*sale("CB", 1000, aux_label="Carte bancaire")), "no-client"),
    "books of payments": (text(*payment("C1", 1000)), "no-sale"),
    "books of impossible dates": (FEC.replace("20250310", "20259999"), "impossible-dates"),
    "books of wrong amounts": (FEC.replace(",00", ",0x"), "too-many-errors"),
}  # fmt: skip


def facts():
    return [model.objects.count() for model in (Client, ClientKey, Service, Invoice, InvoiceLine, Source)]


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_with_its_reason_and_nothing_is_written(case):
    content, reason = REFUSED[case]
    batch = import_text(content, name="ventes.csv")
    refusal = batch.findings.get(severity="refusal")
    assert (batch.status, refusal.reason) == (Import.Status.REFUSED, reason), refusal.repair
    assert len(refusal.repair) > 60
    assert facts() == [0] * 6


HARMLESS = {
    "empty rows at the end": GOOD + ";;\n" * 20_000,
    "formula": "Client;Date;Montant HT\n=HYPERLINK(1);13/01/2025;1\n",
    "markup": "Client;Date;Montant HT\n<script>alert(1)</script>;13/01/2025;1\n",
    "quotes": 'Client;Date;Montant HT\n"O\'Brien ""& Co"" \\ ; ";13/01/2025;1\n',
    "backslashes": "Client;Date;Montant HT\nA\\N\\t\\.;13/01/2025;1\n",
    "copy end": "Client;Date;Montant HT\n\\.;13/01/2025;1\n",
    "long name": f"Client;Date;Montant HT\n{'A' * 5000};13/01/2025;1\n",
    "line in a cell": 'Client;Date;Montant HT\n"A\nB";13/01/2025;1\n',
    "emoji": "Client;Date;Montant HT\n🦄 & Cie;13/01/2025;1\n",
    "right to left": "Client;Date;Montant HT\n\u202eABC;13/01/2025;1\n",
    "sql": "Client,Date,Montant HT\n'; DROP TABLE clients_client;--,13/01/2025,1\n",
    "percent": "Client;Date;Montant HT\n100%s %(batch)s;13/01/2025;1\n",
    "template": "Client;Date;Montant HT\n{{ user.password }};13/01/2025;1\n",
    "wide row": GOOD + "B;14/01/2025;2;;;;;;;\n",
    "headings twice": GOOD + GOOD,
    "long number": f"N° facture;Client;Date;Montant HT\n{'9' * 500};A;13/01/2025;1\n",
    "unknown columns": "Client;Zut;Date;Flûte;Montant HT\nA;1;13/01/2025;2;1\n",
    "name of a path": GOOD,
}


@pytest.mark.parametrize("case", HARMLESS)
def test_a_strange_file_is_imported_as_it_is(case):
    batch = import_text(HARMLESS[case], name="../../etc/passwd\x1b" if case == "name of a path" else "v.csv")
    assert batch.status == Import.Status.COMMITTED, list(batch.findings.values_list("repair", flat=True))
    assert Invoice.objects.count() >= 1


def test_every_reason_has_its_sentence():
    assert {reason for _content, reason in REFUSED.values()} <= set(REASONS)


def test_books_and_a_table_in_one_import_are_refused():
    batch = import_files([("a.txt", FEC), ("b.csv", GOOD)])
    assert (batch.status, facts()) == (Import.Status.REFUSED, [0] * 6)


def test_one_bad_file_refuses_the_whole_import():
    batch = import_files([("a.csv", GOOD), ("b.csv", b"")])
    assert (batch.status, facts()) == (Import.Status.REFUSED, [0] * 6)


@pytest.mark.parametrize("wanted", ["fec", "facturx", "ubl", "cii"])
def test_a_table_is_not_the_format_that_was_asked_for(wanted):
    assert import_text(GOOD, format=wanted).status == Import.Status.REFUSED


def test_books_are_not_read_as_a_table():
    assert import_text(FEC, format="table").status == Import.Status.REFUSED


@pytest.mark.parametrize("seed", range(int(os.environ.get("MUTATIONS", "25"))))
def test_a_mutated_file_never_breaks_the_import(seed):
    chance = random.Random(seed)
    content = bytearray((FEC if seed % 2 else GOOD * 1 + "B;14/01/2025;2\n" * 20).encode())
    for _ in range(chance.randint(1, 30)):
        place = chance.randrange(len(content))
        content[place : place + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    batch = import_text(bytes(content))
    assert batch.status in (Import.Status.COMMITTED, Import.Status.REFUSED), batch.findings.first().repair
    assert batch.status == Import.Status.COMMITTED or facts() == [0] * 6
