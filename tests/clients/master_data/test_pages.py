"""The pages by which a list comes in and goes out: rights, files, journal, and the known faults of the library."""

import datetime as dt
import io
import threading
import zipfile

import pytest
import xlsxwriter
from django.db import connection, connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, Export
from accounts.roles import RIGHTS, Right, Role
from clients.exporting import csv_pieces, xlsx_file
from clients.master_data import bringing
from clients.master_data.clients import ClientResource
from clients.master_data.reading import MOST_ROWS
from clients.models import Client, Contact, TableImport
from tests.clients.imports.books import HEADER
from tests.clients.master_data.conftest import Administration
from tests.factories import ClientFactory, ContactFactory, ProspectFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
LISTS = ["clients/client", "clients/contact", "clients/service", "campaigns/prospect", "accounts/user"]
FORMULAS = ["==1+1", "=1+1", "+1", "-1", "@SOMME(A1)", "\t=1", " =1", "＝1+1", "＋1", "－1", "＠x"]


@pytest.fixture
def clients(list_of):
    return list_of("clients/client")


# --- Rights ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("role", [*Role, None])
def test_only_who_may_import_and_export_finds_the_pages(client, path, role):
    client.force_login(UserFactory(roles=[role] if role else []))
    expected = 200 if role in (Role.DIRECTION, Role.ADMINISTRATOR) else 403
    for page in ("import", "export"):
        assert client.get(f"/admin/{path}/{page}/").status_code == expected
    assert client.post(f"/admin/{path}/import/").status_code == expected
    assert client.post(f"/admin/{path}/process_import/").status_code == (302 if expected == 200 else 403)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(("right", "page"), [(Right.IMPORT, "import"), (Right.EXPORT, "export")])
def test_using_the_administration_gives_neither_import_nor_export(list_of, monkeypatch, path, right, page):
    page_of = list_of(path)
    right = Right.MANAGE_USERS if path == "accounts/user" and page == "import" else right
    monkeypatch.setattr("accounts.roles.RIGHTS", RIGHTS | {Role.ADMINISTRATOR: RIGHTS[Role.ADMINISTRATOR] - {right}})
    assert page_of.browser.get(f"{page_of.path}{page}/").status_code == 403
    assert page_of.browser.post(f"{page_of.path}{page}/", {"file_format": "csv"}).status_code == 403
    assert f"{page_of.path}{page}/" not in page_of.browser.get(page_of.path).content.decode()


@pytest.mark.parametrize("path", LISTS)
def test_each_list_shows_its_ways_in_and_out(list_of, path):
    page_of = list_of(path)
    page = page_of.browser.get(page_of.path).content.decode()
    assert f'href="{page_of.path}import/"' in page
    assert f'href="{page_of.path}export/?"' in page


# --- Preview, then confirmation -------------------------------------------------------------------


def test_a_second_click_changes_nothing_and_says_so(clients):
    clients.preview("Code;Nom\nC1;Roux\n")
    token = TableImport.objects.get().token
    clients.confirm()
    Client.objects.all().delete()
    answer = clients.browser.post(f"{clients.path}process_import/", {"token": token}, follow=True)
    assert "Cet aperçu n’est plus valable" in answer.content.decode()
    assert Client.objects.count() == 0


def test_a_newer_preview_makes_the_older_worthless(clients):
    clients.preview("Code;Nom\nC1;Roux\n")
    first = TableImport.objects.get().token
    clients.preview("Code;Nom\nC2;Blanc\n")
    clients.browser.post(f"{clients.path}process_import/", {"token": first})
    assert Client.objects.count() == 0
    clients.confirm()
    assert Client.objects.get().code == "C2"


def test_nobody_confirms_the_preview_of_somebody_else_or_of_another_list(clients):
    clients.preview("Code;Nom\nC1;Roux\n")
    token = TableImport.objects.get().token
    clients.browser.post("/admin/clients/service/process_import/", {"token": token})
    other = Browser()
    other.force_login(UserFactory(roles=[Role.DIRECTION]))
    other.post(f"{clients.path}process_import/", {"token": token})
    assert Client.objects.count() == 0


def test_a_preview_and_its_file_are_forgotten_after_an_hour(clients):
    clients.preview("Code;Nom\nC1;Roux\n")
    TableImport.objects.update(previewed_at=timezone.now() - dt.timedelta(minutes=61))
    answer = clients.confirm(follow=True)
    assert "plus d’une heure" in answer.content.decode()
    clients.preview("lune;soleil\n")  # any preview sweeps
    clients.preview("Code;Nom\nC2;Roux\n")
    assert [bytes(kept.content) for kept in TableImport.objects.all()] == [b"Code;Nom\nC2;Roux\n"]


def test_no_file_is_left_on_disk(clients, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    clients.bring("Code;Nom\nC1;Roux\n")
    assert list(tmp_path.iterdir()) == []


def test_an_unforeseen_failure_undoes_everything(clients, monkeypatch):
    def broken(clients):
        raise RuntimeError

    clients.preview("Code;Nom\nC1;Roux\n")
    monkeypatch.setattr("clients.master_data.clients.remember", broken)
    with pytest.raises(RuntimeError):
        clients.confirm()
    assert (Client.objects.count(), TableImport.objects.get().imported_at) == (0, None)


def test_what_happened_between_preview_and_confirmation_is_seen(clients):
    clients.preview("Code;Nom\nC1;Roux\n")
    ClientFactory(code="C1", name="Roux")
    clients.confirm()
    assert Client.objects.count() == 1


def test_the_journal_says_who_imported_how_many(clients, administrator):
    clients.bring("Code;Nom\nC1;Roux\nC2;Blanc\n")
    entry = AuditEntry.objects.get(table="clients_tableimport")
    assert (entry.user_id, entry.changes["created"]) == (administrator.pk, [0, 2])
    assert "import d’une liste clients" in clients.browser.get("/reglages/journal/").content.decode()


def test_changes_are_journaled_under_whoever_imported_them(clients, administrator):
    client, owner = ClientFactory(code="C1"), UserFactory()
    clients.bring(f"Code;Commercial\nC1;{owner.email}\n")
    entry = AuditEntry.objects.get(table="clients_client")
    assert (entry.user_id, entry.row_id, entry.changes) == (administrator.pk, client.pk, {"owner_id": [None, owner.pk]})


# --- The library's faults -------------------------------------------------------------------------


def test_no_import_sets_the_sequence_of_keys_back(clients):
    clients.preview("Code;Nom\nC1;Roux\n")
    with CaptureQueriesContext(connection) as queries:
        clients.confirm()
    assert Client.objects.count() == 1
    assert not any("setval" in query["sql"].lower() for query in queries)


@pytest.mark.django_db(transaction=True)
def test_imports_of_disjoint_files_at_once_all_succeed():
    by = UserFactory(roles=[Role.ADMINISTRATOR])
    tokens = {}
    for number in range(8):
        importer = UserFactory(roles=[Role.ADMINISTRATOR])
        content = "Code;Nom\n" + "".join(f"C{number}-{row};Client {number}-{row}\n" for row in range(40))
        tokens[importer] = _previewed(importer, content)
    failures = []

    def confirm(importer, token):
        try:
            bringing.bring(ClientResource, name="clients", token=token, confirmed={}, by=importer, right=Right.IMPORT)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=confirm, args=pair) for pair in tokens.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failures, Client.objects.count(), by.pk > 0) == ([], 320, True)


def _previewed(importer, content):
    kept, _table, _resource = bringing.preview(
        ClientResource,
        name="clients",
        file_name="liste.csv",
        content=content.encode(),
        options={},
        by=importer,
        right=Right.IMPORT,
    )
    return kept.token


# --- Files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_encoding_and_separator_are_found(clients, encoding, separator):
    content = "Code,Raison sociale,Ville\nC1,Société Générale d'Été,Orléans\n\n,,\nC2,Café de l'Hôtel,Nîmes\n"
    clients.bring(content.replace(",", separator).encode(encoding))
    assert set(Client.objects.values_list("name", "city")) == {
        ("Société Générale d'Été", "Orléans"),
        ("Café de l'Hôtel", "Nîmes"),
    }


def test_a_workbook_is_read_with_its_types(clients):
    rows = [["C1", "Roux", 75011, 73282932000074.0], ["C2", "Blanc", "01000", ""]]
    with xlsx_file(["Code", "Nom", "Code postal", "SIRET"], rows) as file:
        clients.bring(file.read())
    assert set(Client.objects.values_list("code", "postcode", "siret")) == {
        ("C1", "75011", "73282932000074"),
        ("C2", "01000", ""),
    }


def test_of_a_workbook_the_sheet_that_looks_like_the_list_is_read(list_of):
    ClientFactory(code="C1", name="Roux")
    contacts = list_of("clients/contact")
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        for name, rows in (
            ("Clients", [["Code client", "Raison sociale", "Ville", "SIRET"], ["C9", "Neuf", "Nice", ""]]),
            ("Contacts", [["Code client", "Nom du contact", "Fonction", "E-mail"], ["C1", "Anne", "Gérante", ""]]),
        ):
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    contacts.bring(book.getvalue())
    assert list(Contact.objects.values_list("name", "client__code")) == [("Anne", "C1")]


def test_a_bomb_is_refused_before_it_is_opened(clients):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    shown = clients.preview(packed.getvalue(), name="bombe.xlsx")
    assert "trop volumineux" in shown.content.decode()
    assert TableImport.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "vide"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "ni du texte ni un classeur"),
        (b"<!doctype html><table>", "ressemble à une page web"),
        ("|".join(HEADER).encode() + b"\n", "est une comptabilité"),
        (b"PK\x03\x04 rien", "abîmé"),
        (b"lune;soleil\npleine;grand\n", "Aucun en-tête reconnu"),
        (b"Code;Nom\n", "aucune ligne"),
        (b'Code;Nom\nC1;"jamais ferm\xc3\xa9\n' + b"x;y\n" * 300_000, "guillemets"),
    ],
)
def test_what_is_no_list_is_refused_with_the_way_out(clients, content, told):
    shown = clients.preview(content)
    assert told in shown.content.decode()
    assert "report" not in shown.context


def test_too_many_rows_and_too_big_a_file_are_refused(clients, monkeypatch):
    rows = "".join(f"C{n};Client\n" for n in range(MOST_ROWS + 1))
    assert "Découpez-le" in clients.preview(f"Code;Nom\n{rows}").content.decode()
    monkeypatch.setattr("clients.master_data.forms.MOST_BYTES", 10)
    assert "dépasse 10 Mo" in clients.preview("Code;Nom\nC1;Roux\n").content.decode()


def test_hostile_text_comes_in_as_text(clients):
    name = "<script>alert(1)</script>"
    shown = clients.preview(f"Code;Nom;Notes\nC1;{name};a\0b\x07c\n")
    assert name not in shown.content.decode()
    clients.confirm()
    assert (Client.objects.get().name, Client.objects.get().notes) == (name, "ab c")


def test_the_preview_of_many_rows_is_a_small_page(clients):
    rows = "".join(f"C{n};Client {n};{'x' * 200};{'hier' if n % 10 == 0 else ''}\n" for n in range(2000))
    shown = clients.preview(f"Code;Nom;Notes;Client depuis\n{rows}")
    assert (shown.context["report"].created, shown.context["report"].errors) == (1800, 200)
    assert len(shown.content) < 100_000
    assert "et 150 autres lignes" in shown.content.decode()


@pytest.mark.parametrize("path", LISTS[:4])  # each user goes through the rules of the team, one by one
def test_the_number_of_queries_of_a_preview_does_not_depend_on_the_rows(list_of, path):
    ClientFactory(code="C1", name="Roux")
    page_of = list_of(path)
    heading = "Code client;Nom;Nom du contact;E-mail;Rôles;Commercial;Groupe;Recommandé par\n"

    def queries(count):
        rows = "".join(f"C1;N{n};N{n};a{n}@b.example;marketing;x{n};;C1\n" for n in range(count))
        rows = (
            rows if path != "clients/client" else "".join(f"D{n};N{n};;a{n}@b.example;;x;C1;\n" for n in range(count))
        )
        with CaptureQueriesContext(connection) as found:
            page_of.preview(heading + rows)
        return len(found)

    queries(3)  # each preview after the first forgets the one before
    assert queries(3) == queries(60)


# --- Out ------------------------------------------------------------------------------------------


def exported(page_of, file_format="csv", query=""):
    answer = page_of.browser.post(f"{page_of.path}export/{query}", {"file_format": file_format})
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_an_export_is_a_formula_and_importing_it_changes_nothing(clients, formula):
    ClientFactory(code="C1", name="Roux", notes=formula)
    content = exported(clients)
    cells = content.decode("utf-8-sig").splitlines()[1]
    assert "'" in cells
    report = clients.preview(content).context["report"]
    assert report.errors == 0
    assert report.unchanged == 1 or formula != formula.strip()  # spaces at the ends of a text are nobody's words


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize("path", LISTS)
def test_importing_an_export_changes_nothing(list_of, path, file_format):
    owner = UserFactory(email="claire@cabinet.example", phone="+33 1 02")
    client = ClientFactory(code="C1", name="Roux", owner=owner, head=ClientFactory(code="H1"), phone="+33 6 01")
    ClientFactory(code="C2", siret="73282932000074", siren="732829320", client_since="2020-02-01", postcode="01000")
    ContactFactory(client=client, is_main=True, objected_at="2026-01-01T10:00Z", consented_at="2026-02-01T23:30Z")
    ServiceFactory(is_recurring=True)
    ProspectFactory(workforce="12", state="contacted", owner=owner, recommended_by=client, last_contact_on="2026-03-31")
    page_of = list_of(path)
    report = page_of.preview(exported(page_of, file_format)).context["report"]
    assert report.unchanged == report.rows > 0
    assert report.warnings == {}


def test_an_export_holds_the_rows_of_the_list_and_is_journaled_without_words(clients, administrator):
    ClientFactory(code="C1", name="Roux", kind="person")
    ClientFactory(code="C2", name="Blanc")
    content = exported(clients, query="?kind__exact=person&q=roux").decode("utf-8-sig")
    assert [line.split(";")[0] for line in content.splitlines()] == ["Code client", "C1"]
    noted = Export.objects.get()
    assert (noted.name, noted.file_format, noted.row_count) == ("clients", "csv", 1)
    assert (noted.exported_by, noted.filters) == (administrator, "kind__exact=person")


def test_an_odd_address_of_an_export_is_no_crash(clients):
    assert clients.browser.get(f"{clients.path}export/?owner__id__exact=abc").status_code == 302
    assert clients.browser.post(f"{clients.path}export/?p=zz", {"file_format": "exe"}).status_code == 200


def test_no_password_leaves_with_the_users(list_of, administrator):
    content = exported(list_of("accounts/user")).decode()
    assert administrator.email in content
    assert administrator.password not in content
    assert "md5" not in content


def test_the_list_of_imports_is_read_only_and_shows_what_came(clients):
    clients.bring("Code;Nom\nC1;Roux\n")
    page = Administration(clients.browser, "clients/tableimport").browser.get("/admin/clients/tableimport/")
    assert "liste.csv" in page.content.decode()
    assert "".join(csv_pieces(["="], [])).startswith("'=")
