"""The files that imports are measured with: the same each time, and as many rows as said."""

import csv
from itertools import islice

from benchmarks import files
from clients.imports.book import Book
from clients.imports.cells import rows_of
from clients.imports.fec import FecReader
from clients.imports.headings import recognised
from clients.imports.intake import Given, sources_of


def test_the_same_seed_gives_the_same_file_and_another_seed_another(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        files.write_csv(tmp_path / name, 50, seed=seed)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_a_table_has_as_many_rows_as_said_and_headings_that_the_import_knows(tmp_path):
    assert files.write_csv(tmp_path / "a.csv", 101) == 101
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        headings, *rows = csv.reader(file, delimiter=";")
    assert len(rows) == 101
    assert len(recognised(headings)) == len(headings)
    assert len({row[2] for row in rows}) == 10


def test_a_workbook_holds_the_rows_of_the_table_of_its_seed(tmp_path):
    files.write_csv(tmp_path / "a.csv", 30)
    files.write_xlsx(tmp_path / "a.xlsx", 30)
    texts, cells = (_rows(tmp_path / name) for name in ("a.csv", "a.xlsx"))
    assert [row[0] for row in texts] == [row[0] for row in cells]
    assert [float(row[-1].replace(",", ".")) for row in texts[1:]] == [row[-1] for row in cells[1:]]


def test_books_balance_entry_by_entry(tmp_path):
    path = tmp_path / files.FEC_NAME
    assert files.write_fec(path, 90) == 30
    lines = list(FecReader(path, name=path.name, encoding="utf-8"))
    assert len(lines) == 90
    for entry in {line.entry for line in lines}:
        assert sum(line.cents for line in lines if line.entry == entry) == 0


def test_newcomers_bear_codes_of_their_own(tmp_path):
    files.write_newcomers(tmp_path / "a.csv", 20, after=100)
    rows = _rows(tmp_path / "a.csv")[1:]
    assert len({row[2] for row in rows}) == len(rows) == 20


def _rows(path):
    source = sources_of([Given(path, path.name, path.name)], Book(), wanted="auto", is_strict=False)[0]
    return [cells for _line, cells in islice(rows_of(source), 100)]
