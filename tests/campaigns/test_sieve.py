"""Long extracts read row by row: who goes and why, at which line the others stay, and what is too much."""

import pytest

from campaigns import sieve as sieving
from campaigns.sieve import sieve
from clients.imports.findings import RefusedError

HEAD = (
    "siren,statutDiffusionEtablissement,denominationUniteLegale,codePostalEtablissement,etatAdministratifEtablissement"
)


def written(folder, *rows, head=HEAD):
    path = folder / "extract"
    path.write_text("\n".join([head, *rows]))
    return path


def test_who_is_out_of_reach_goes_counted_and_the_others_keep_their_lines(tmp_path):
    path = written(tmp_path, "1,P,SECRET,12000,A", "2,O,CLOS,12000,F", '3,O,"ROUX, FILS",12000,A', "4,O,SUD,34000,A")
    sieved = sieve(path, "sirene.csv", areas=["12"])
    assert sieved.content.decode().splitlines()[1:] == ["", "", "3;O;ROUX, FILS;12000;A"]
    assert sieved.left == {
        "Entreprise qui s’oppose à la diffusion de ses données (Sirene)": 1,
        "Établissement fermé (Sirene)": 1,
        "Hors des départements demandés": 1,
    }


def test_without_areas_every_place_stays_and_a_cut_zero_counts(tmp_path):
    path = written(tmp_path, "1,O,AIN,1400,A", "2,O,SUD,34000,A")
    assert not sieve(path, "sirene.csv").left
    assert sieve(path, "sirene.csv", areas=["01"]).left == {"Hors des départements demandés": 1}


def test_a_cell_on_two_lines_moves_nobody(tmp_path):
    path = written(tmp_path, '1,O,"SUR\nDEUX",12000,A', "2,P,SECRET,12000,A", "3,O,ROUX,12000,A")
    lines = sieve(path, "sirene.csv").content.decode().splitlines()
    assert lines.index("3;O;ROUX;12000;A") == 4


def test_a_workbook_or_a_text_without_headings_is_left_to_the_preview(tmp_path):
    assert sieve(written(tmp_path, "1;2", head="x;y"), "rien.csv") is None
    book = tmp_path / "book"
    book.write_bytes(b"PK\x03\x04 and so on")
    assert sieve(book, "book.xlsx") is None


def test_more_than_a_preview_holds_is_refused_with_the_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(sieving, "MOST_ROWS", 3)
    rows = [f"{number},O,ROUX {number},12000,A" for number in range(4)]
    with pytest.raises(RefusedError, match="moins de départements"):
        sieve(written(tmp_path, *rows), "sirene.csv")
    assert sieve(written(tmp_path, *rows[:3]), "sirene.csv").content
