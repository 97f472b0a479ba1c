"""Goal S13: whatever its cells hold, no file that leaves the product runs when it is opened; numbers stay numbers; and
what was exported reads again as what it was."""

import csv
import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.roles import Role
from clients.downloads import FORMATS
from clients.imports import intake
from clients.imports.book import Book
from clients.imports.cells import as_text, rows_of
from clients.models import Import, ImportFinding
from tests.factories import ActionFactory, ClientFactory, ContactFactory, ScoreFactory, ScoringRunFactory, UserFactory
from tests.formulas import PAYLOADS, is_live

pytestmark = pytest.mark.django_db
LISTS = ["cockpit:client-list-export", "cockpit:at-risk-export"]
IDENTITY = "code_postal,telephone,email,contact,siren,naf,ca,dernier,motifs"


@pytest.fixture
def browser(client):
    client.force_login(UserFactory(roles=[Role.DIRECTION], first_name="=1+1", last_name="@SUM(A1)"))
    return client


@pytest.fixture
def run():
    return ScoringRunFactory()


def scored(run, name, **fields):
    client = ClientFactory(name=name, **fields)
    return ScoreFactory(run=run, client=client, at_risk=True, risk_reasons=["rhythm"], tier_revenue=Decimal("1234.56"))


def file_of(response):
    return b"".join(response.streaming_content)


def sheet(content):
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def cells(content, file_format):
    """The rows of a file as whoever opens it reads them."""
    if file_format == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    return sheet(content)


def formulas(content, file_format):
    """What a spreadsheet would compute on opening the file."""
    if file_format == "csv":
        return [cell for row in cells(content, "csv") for cell in row if is_live(cell)]
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [package.read(name).decode() for name in package.namelist() if name.endswith(".xml")]
    if file_format == "xlsx":
        return [found for part in parts for found in re.findall(r"<f[ >].*?</f>", part)]
    texts = [cell for row in sheet(content) for cell in row if isinstance(cell, str) and is_live(cell)]
    return texts + [part for part in parts if "table:formula" in part]


def numbers(content, file_format):
    return [row[cells(content, file_format)[0].index("CA 12 mois")] for row in cells(content, file_format)[1:]]


@pytest.mark.parametrize("url_name", LISTS)
@pytest.mark.parametrize("file_format", FORMATS)
def test_no_cell_of_a_list_runs_and_its_numbers_stay_numbers(browser, run, url_name, file_format):
    for payload in PAYLOADS:
        fields = {"city": payload, "code": payload, "postcode": payload[:12], "siren": payload[:9]}
        client = scored(run, payload, naf_code=payload[:6], **fields).client
        ContactFactory(client=client, name=payload, phone=payload[:40], email="")
        ActionFactory(client=client, note=payload)
    assert len(PAYLOADS) == 40
    content = file_of(browser.post(reverse(url_name, args=[file_format]) + f"?colonnes={IDENTITY}"))
    assert formulas(content, file_format) == []
    assert set(numbers(content, file_format)) == ({"1234,56"} if file_format == "csv" else {1234.56})
    assert len(cells(content, file_format)) == 1 + len(PAYLOADS)


@pytest.mark.parametrize("file_format", FORMATS)
def test_no_cell_of_the_errors_of_an_import_runs(browser, file_format):
    batch = Import.objects.create(status=Import.Status.COMMITTED)
    for line, payload in enumerate(PAYLOADS, start=2):
        words = {"column": payload, "value": payload, "label": payload, "repair": payload, "file": payload}
        ImportFinding.objects.create(batch=batch, severity="error", reason="date", line=line, **words)
    content = file_of(browser.post(reverse("clients:import-errors", args=[batch.pk, file_format])))
    assert formulas(content, file_format) == []
    lines = [row[1] for row in cells(content, file_format)[1:]]
    assert lines == ([str(n) for n in range(2, 42)] if file_format == "csv" else list(range(2, 42)))


def read_again(content, file_format, folder):
    """The rows as our own import reads them."""
    path = folder / f"clients.{file_format}"
    path.write_bytes(content)
    sources = intake.sources_of([intake.Given(path, path.name, "")], Book(), wanted="auto", is_strict=False)
    return [[as_text(cell) for cell in row] for _line, row in rows_of(sources[0])]


WRITTEN = [
    ["C001", "Hôtel « du Port »; fils", "Saint-Jean-d’Angély", "", "017", "05 46 00 00 00", "1234.56", "2026-10-01"],
    ["0012", "O'Neil & <Cie>", "L'Haÿ", "", "94240", "", "1234.56", "2026-10-01"],
    ["C, 3", 'Le "Relais"', "Évreux", "", "27000", "02 32", "1234.56", "2026-10-01"],
]


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "ods"])
def test_what_was_exported_reads_again_as_what_it_was(browser, run, tmp_path, file_format):
    for code, name, city, _owner, postcode, phone, *_figures in WRITTEN:
        scored(run, name, code=code, city=city, postcode=postcode, phone=phone, email="")
    address = reverse(LISTS[0], args=[file_format]) + "?colonnes=code_postal,telephone,ca,dernier"
    rows = read_again(file_of(browser.post(address)), file_format, tmp_path)
    decimal_comma = [[cell.replace("1234,56", "1234.56") for cell in row] for row in rows[1:]]
    assert sorted(decimal_comma) == sorted(WRITTEN)


def test_an_ods_of_the_list_reads_again_as_what_it_was(browser, run):
    for code, name, city, _owner, postcode, phone, *_figures in WRITTEN:
        scored(run, name, code=code, city=city, postcode=postcode, phone=phone, email="")
    address = reverse(LISTS[0], args=["ods"]) + "?colonnes=code_postal,telephone,ca,dernier"
    rows = sheet(file_of(browser.post(address)))[1:]
    expected = [[*row[:-2], 1234.56, dt.date(2026, 10, 1)] for row in WRITTEN]
    assert sorted(rows) == sorted(expected)


@pytest.mark.parametrize("file_format", FORMATS)
def test_each_format_says_what_it_is_and_is_journaled(browser, run, file_format):
    scored(run, "Garage")
    response = browser.post(reverse(LISTS[0], args=[file_format]))
    assert re.search(rf'filename="clients-\d{{4}}-\d\d-\d\d\.{file_format}"', response["Content-Disposition"])
    assert file_of(response)


def test_the_menu_offers_every_format(browser, run):
    scored(run, "Garage")
    for address in ("/clients/", "/a-risque/"):
        html = browser.get(address).content.decode()
        for file_format in FORMATS:
            assert f"/export/{file_format}/" in html
