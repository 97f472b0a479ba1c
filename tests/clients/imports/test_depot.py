"""The watched folder: what is dropped there is imported as the last time, and told by e-mail."""

import os
import time

import pytest
from django.core import mail

from accounts.roles import Role
from clients.imports import depot, mappings, pipeline
from clients.imports.plan import TablePlan
from clients.imports.shapes import shape_of
from clients.models import Import, Invoice
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
TABLE = "Client;Date;Montant HT\nDupont;13/01/2025;100\n"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def keeper():
    return UserFactory(roles=[Role.ADMINISTRATOR], email="nadia@cabinet.example")


def drop(name, content=TABLE, age=60):
    path = depot.folder() / name
    path.write_text(content)
    os.utime(path, (time.time() - age,) * 2)
    return path


def run():
    for import_id in depot.watch():
        pipeline.process(import_id)


def test_a_file_dropped_is_imported_and_kept_with_the_imported_ones():
    path = drop("ventes.csv")
    run()
    batch = Import.objects.get()
    assert (batch.status, batch.door, Invoice.objects.count()) == ("committed", "folder", 1)
    assert not path.exists()
    assert (path.parent / "importes" / f"{batch.pk}-ventes.csv").read_text() == TABLE


def test_a_file_still_being_written_is_left_until_it_is_whole():
    drop("ventes.csv", age=0)
    run()
    assert not Import.objects.exists()


@pytest.mark.parametrize("name", [".cache", "ventes.csv.part", "ventes.crdownload", "brouillon~"])
def test_hidden_files_and_unfinished_downloads_are_left(name):
    drop(name)
    run()
    assert not Import.objects.exists()


def test_a_link_is_never_followed(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(TABLE)
    (depot.folder() / "lien.csv").symlink_to(secret)
    run()
    assert not Import.objects.exists()


def test_what_explains_the_folder_is_not_imported():
    os.utime(depot.folder() / depot.README, (0, 0))
    run()
    assert not Import.objects.exists()


def test_a_shape_is_read_as_the_last_time_whoever_read_it(keeper):
    headings = ["Qui", "Quand", "Combien"]
    columns = {"client": "qui", "date": "quand", "amount": "combien"}
    mappings.remember(TablePlan(columns=columns), shape=shape_of(headings), headings=headings, by=keeper)
    drop("caisse.csv", "Qui;Quand;Combien\nDupont;13/01/2025;100\n")
    run()
    assert Import.objects.get().status == "committed"


def test_the_report_goes_once_to_each_person_who_imports(keeper):
    UserFactory(roles=[Role.COMMERCIAL])
    drop("ventes.csv")
    run()
    assert (depot.report(), depot.report()) == (1, 0)
    assert [sent.to for sent in mail.outbox] == [["nadia@cabinet.example"]]
    assert "Créées : 1" in mail.outbox[0].body
    assert f"/importer/{Import.objects.get().pk}/" in mail.outbox[0].body


def test_a_refusal_is_told_with_its_reason(keeper):
    drop("vide.csv", " ")
    run()
    depot.report()
    assert "Refusé" in mail.outbox[0].subject
    assert "est vide" in mail.outbox[0].body


def test_a_mail_server_that_does_not_answer_is_tried_again(keeper, monkeypatch):
    drop("ventes.csv")
    run()
    with monkeypatch.context() as patch:
        patch.setattr(depot, "send_mail", lambda *args: (_ for _ in ()).throw(ConnectionRefusedError()))
        assert depot.report() == 0
    assert depot.report() == 1


def test_a_file_taken_before_a_crash_is_imported_after_it():
    drop("ventes.csv").rename(depot.folder() / "en-cours" / "ventes.csv")
    run()
    assert Invoice.objects.count() == 1


def test_a_name_of_several_lines_makes_no_second_header(keeper):
    drop("a\nBcc: x@y.example.csv")
    run()
    depot.report()
    assert "\n" not in mail.outbox[0].subject


def test_imported_files_go_after_thirty_days():
    old = depot.folder() / "importes" / "1-vieux.csv"
    old.write_text(TABLE)
    os.utime(old, (time.time() - 31 * 24 * 3600,) * 2)
    depot.watch()
    assert not old.exists()
