"""Zips: files of any kind under names that are labels only."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from clients.models import Import, Invoice
from tests.clients.imports.books import import_files, import_text, sale, text
from tests.clients.imports.electronic import archive, cii, pdf
from tests.clients.imports.hostile import xlsx

pytestmark = pytest.mark.django_db

HEAD = "N° facture;Client;Date;Montant HT\n"


def table(*numbers: str) -> bytes:
    return (HEAD + "".join(f"{number};Dupont;13/01/2026;10\n" for number in numbers)).encode()


def refusal(batch):
    assert (batch.status, Invoice.objects.exists()) == (Import.Status.REFUSED, False)
    return batch.findings.get(severity="refusal").repair


def test_a_zip_of_tables_is_one_import():
    batch = import_text(archive({"2025/ventes.csv": table("F1"), "2026/ventes.csv": table("F2")}))
    assert (batch.created, batch.format) == (2, "table")


def test_a_zip_may_hold_books_and_a_workbook_of_their_own():
    assert import_text(archive({"fec.txt": text(*sale("C1", 100_00)).encode()})).format == "fec"
    rows = [line.split(";") for line in table("F1", "F2").decode().splitlines()]
    assert import_text(archive({"ventes.xlsx": xlsx(rows)})).created == 2


def test_what_systems_add_to_zips_is_ignored():
    litter = {
        "__MACOSX/._v.csv": b"\0",
        ".DS_Store": b"\0",
        "Thumbs.db": b"\0",
        "~$v.xlsx": b"\0",
        "x/desktop.ini": b"a",
    }
    batch = import_text(archive({"v.csv": table("F1"), **litter}))
    assert (batch.created, batch.findings.count()) == (1, 0)


def test_a_file_of_a_zip_is_called_by_both_names():
    rows = table(*(f"F{n}" for n in range(9))) + b"G1;Durand;hier;5\n"
    batch = import_text(archive({"dossier/ventes.csv": rows}), name="envoi.zip")
    assert batch.findings.get(severity="error").file == "envoi.zip › dossier/ventes.csv"


PATHS = ["../../evil.csv", "/etc/evil.csv", "C:\\Windows\\evil.csv", "..\\..\\evil.csv", "a/./b/../../../evil.csv",
         "\u202eevil.csv", "evil\n.csv", "a" * 3000 + ".csv"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_names_that_climb_are_labels_only(path, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    rows = table(*(f"F{n}" for n in range(9))) + b"G1;Durand;hier;5\n"
    batch = import_text(archive({path: rows}), name="envoi.zip")
    shown = batch.findings.get(severity="error").file
    assert batch.created == 9
    assert shown.startswith("envoi.zip › ")
    assert not any(part in shown for part in ("..", "C:", "\\", "\n", "\u202e", "› /"))
    assert list(tmp_path.rglob("*evil*")) == []
    assert not Path("/etc/evil.csv").exists()


def test_links_and_folders_of_a_zip_are_not_followed():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        link = zipfile.ZipInfo("lien.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr(zipfile.ZipInfo("dossier/"), b"")
        made.writestr("v.csv", table("F1"))
    assert import_text(out.getvalue()).created == 1


def test_two_files_of_one_name_are_both_read():
    content = archive({"v.csv": table("F1"), "w.csv": table("F2")})
    assert import_text(content.replace(b"w.csv", b"v.csv")).created == 2


def test_a_locked_zip_says_so():
    content = bytearray(archive({"v.csv": table("F1")}))
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(mark) + place] |= 1
    assert "mot de passe" in refusal(import_text(bytes(content), name="envoi.zip"))


def test_a_zip_in_a_zip_is_listed_and_the_rest_goes_on():
    batch = import_text(archive({"v.csv": table("F1"), "autres.zip": archive({"w.csv": table("F2")})}))
    assert (batch.created, batch.findings.get(severity="error").reason) == (1, "archive")


STRANGERS = {"lisez-moi.txt": b"Bonjour, voici nos ventes.\n", "photo.png": b"\x89PNG\0\1\2\3", "vide.csv": b""}


@pytest.mark.parametrize("wanted", [{"v.csv": table("F1")}, {"v.pdf": pdf(cii())}], ids=["table", "invoice"])
def test_strangers_in_a_zip_are_listed_and_the_rest_goes_on(wanted):
    batch = import_text(archive(wanted | STRANGERS))
    assert (batch.created, batch.findings.filter(severity="error").count()) == (1, 3)


def test_a_strict_import_wants_every_file_of_a_zip():
    assert refusal(import_text(archive({"v.csv": table("F1")} | STRANGERS), strict=True))


def test_several_zips_and_files_are_one_import():
    zips = [(f"{n}.zip", archive({"facture.pdf": pdf(cii(f"FA-{n}"))})) for n in range(2)]
    assert import_files([*zips, ("c.xml", cii("FA-3"))]).created == 3


def test_the_same_file_in_a_zip_and_beside_it_is_read_once():
    batch = import_files([("v.csv", table("F1")), ("a.zip", archive({"copie.csv": table("F1")}))])
    assert (batch.created, batch.findings.get(reason="same-file-twice").file) == (1, "a.zip › copie.csv")


def test_books_and_a_table_in_a_zip_are_refused():
    assert "deux fois" in refusal(
        import_text(archive({"a.txt": text(*sale("C1", 1000)).encode(), "b.csv": table("F1")}))
    )


def test_more_tables_than_one_import_takes_are_refused():
    files = {f"{n}.csv": table(f"F{n}") for n in range(201)}
    assert "200 tableaux" in refusal(import_text(archive(files)))
