"""`import_file`: its options, its JSON and its exit codes."""

import json

import pytest
from django.core.management import CommandError, call_command

from clients.models import Client, Import, Invoice
from tests.clients.imports.books import sale, text
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

TABLE = "Client;Date;Montant HT\nDupont;13/01/2025;100,10\nMartin;14/01/2025;50\nTotal;;150,10\n"


@pytest.fixture
def run(tmp_path, capsys):
    """The exit code and the output of the command on these contents."""

    def call(*contents, options=()):
        paths = []
        for number, content in enumerate(contents):
            paths.append(tmp_path / f"{number}.csv")
            paths[-1].write_text(content, encoding="utf-8")
        try:
            call_command("import_file", *map(str, paths), *options)
            code = 0
        except SystemExit as stop:
            code = stop.code
        return code, capsys.readouterr().out

    return call


def test_the_json_has_the_names_and_types_of_the_contract(run):
    code, out = run(TABLE, options=["--json"])
    assert code == 0
    assert json.loads(out) == {
        "status": "committed",
        "source": "Factures",
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "excluded": [{"reason": "total-row", "count": 1, "amount": "0.00"}],
        "errors": [],
        "file_total": "150.10",
        "imported_total": "150.10",
    }


def test_a_refused_file_prints_json_too_and_exits_one(run):
    code, out = run("", options=["--json"])
    told = json.loads(out)
    assert (code, told["status"], told["created"]) == (1, "refused", 0)
    assert "est vide" in told["errors"][0]["repair"]
    assert set(told["errors"][0]) == {"file", "line", "column", "value", "repair"}


def test_set_aside_rows_exit_zero_and_are_told(run):
    rows = "".join(f"C{n};15/01/2025;10\n" for n in range(10))
    code, out = run(f"Client;Date;Montant HT\nA;hier;5\n{rows}", options=["--json"])
    told = json.loads(out)
    assert (code, told["created"], told["errors"][0]["line"], told["errors"][0]["value"]) == (0, 10, 2, "hier")
    assert (told["file_total"], told["imported_total"]) == ("105.00", "100.00")


def test_strict_refuses_on_any_error(run):
    rows = "".join(f"C{n};15/01/2025;10\n" for n in range(10))
    code, _out = run(f"Client;Date;Montant HT\nA;hier;5\n{rows}", options=["--strict"])
    assert (code, Invoice.objects.count()) == (1, 0)


def test_a_dry_run_writes_nothing_and_says_so(run):
    code, out = run(TABLE, options=["--dry-run", "--json"])
    assert (code, json.loads(out)["status"], json.loads(out)["created"]) == (0, "dry-run", 2)
    assert not Client.objects.exists()


def test_several_paths_are_one_import(run):
    code, _out = run(TABLE, "Client;Date;Montant HT\nDurand;15/01/2025;1\n")
    assert (code, Import.objects.count(), Invoice.objects.count()) == (0, 1, 3)


def test_the_source_and_the_person_are_named(run):
    person = UserFactory()
    run(TABLE, options=["--source", "Sage", "--as", person.email.upper()])
    batch = Import.objects.get()
    assert (batch.source.name, batch.launched_by) == ("Sage", person)


def test_an_unknown_person_or_file_is_said(run):
    with pytest.raises(CommandError, match="personne"):
        run(TABLE, options=["--as", "nobody@nowhere.example"])
    with pytest.raises(CommandError, match="introuvable"):
        call_command("import_file", "/nowhere/at/all.csv")


def test_the_text_report_is_french_and_reconciles(run):
    _code, out = run(TABLE)
    assert "Créées : 2" in out
    assert "Total du fichier : 150,10 €" in out
    assert "Lignes de total" in out


def test_many_cancellations_are_refused_until_confirmed(run):
    run(text(*sale("C1", 1000), *sale("C2", 1000, entry="2")))
    code, out = run(text(*sale("C1", 1000)), options=["--json"])
    assert (code, json.loads(out)["status"]) == (1, "refused")
    code, _out = run(text(*sale("C1", 1000)), options=["--confirm"])
    assert (code, Invoice.objects.filter(status=Invoice.Status.CANCELLED).count()) == (0, 1)
