import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from clients.exporting import csv_pieces, inert, xlsx_file

LIVE = ["=1+1", "==1+1", "+33 5 59", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "  =1", "\u00a0=1", "\ufeff=1"]


@pytest.mark.parametrize("text", [*LIVE, "＝1+1", "＋1", "－1", "＠A"])
def test_a_text_that_a_spreadsheet_could_run_gets_an_apostrophe(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Garage Martin", "3 = trois", "a-b", "'=1", "l’hôtel", "(=1)"])
def test_any_other_text_is_left_alone(text):
    assert inert(text) == text


def test_csv_keeps_numbers_and_dates_typed():
    row = ["Hôtel; « =1 »", None, True, -3, Decimal("-1234.50"), dt.date(2026, 10, 31), Decimal("1E+3")]
    text = "".join(csv_pieces(["nom", "=vide", "vrai", "n", "montant", "jour", "mille"], [row]))
    heading, cells = csv.reader(io.StringIO(text))
    assert heading[1] == "'=vide"
    assert cells == ["Hôtel; « =1 »", "", "true", "-3", "-1234.50", "2026-10-31", "1000"]


def test_csv_can_be_written_for_a_french_spreadsheet():
    text = "".join(csv_pieces(["a", "b"], [[Decimal("1.50"), "x"]], delimiter=";", decimal=","))
    assert text == "a;b\r\n1,50;x\r\n"


def test_csv_comes_out_in_pieces():
    pieces = list(csv_pieces(["a"], (["x" * 100] for _ in range(2000))))
    assert len(pieces) > 2
    assert "".join(pieces).count("\r\n") == 2001


def test_xlsx_writes_strings_as_strings_and_numbers_as_numbers():
    row = [*LIVE[:6], "https://x.example", "007", None, False, 5, Decimal("12.50"), dt.date(2026, 10, 31)]
    with xlsx_file([f"c{n}" for n in range(len(row))], [row], title="Clients") as file:
        heading, cells = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    assert heading[0] == "c0"
    assert cells[:3] == ["=1+1", "==1+1", "+33 5 59"]
    assert cells[6:8] == ["https://x.example", "007"]
    assert cells[8:] == ["", False, 5, 12.5, dt.date(2026, 10, 31)]
