"""How the lines of a FEC are read, whatever the software that wrote them."""

import datetime as dt

import pytest

from clients.imports import fec
from clients.imports.decoding import encoding_of
from clients.imports.fec import FecReader
from clients.imports.findings import RefusedError
from tests.clients.imports.books import HEADER, line, sale, text


def read(tmp_path, content, encoding="utf-8"):
    path = tmp_path / "fec.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    reader = FecReader(path, name="fec.txt", encoding=encoding_of(path))
    return list(reader), reader


def is_refused(read_one, written) -> bool:
    try:
        read_one(written)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("separator", ["\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n"])
def test_separators_and_line_ends_make_no_phantom_row(tmp_path, separator, end):
    lines, reader = read(tmp_path, text(*sale("C1", 100), separator=separator, end=end))
    assert [found.cents for found in lines] == [120, -100, -20]
    assert (reader.rows, reader.errors) == (3, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso8859-15", "cp1252", "cp850"])
def test_accents_survive_every_charset(tmp_path, encoding):
    lines, _reader = read(tmp_path, text(*sale("C1", 100, aux_label="Hôtel Béziérs été")), encoding)
    assert lines[0].auxiliary_label == "Hôtel Béziérs été"


def test_columns_are_found_by_name_whatever_their_order_case_accents_and_spelling(tmp_path):
    shuffled = list(reversed(HEADER))
    content = text(*sale("C1", 100), header=shuffled)
    for name, spelled in (("Debit", "DÉBIT"), ("EcritureLet", "EcrtureLet"), ("CompteLib", "CompteLibelle")):
        content = content.replace(name, spelled, 1)
    lines, _reader = read(tmp_path, content)
    assert (lines[0].account, lines[0].auxiliary, lines[0].cents) == ("411000", "C1", 120)


def test_a_trailing_separator_makes_no_column(tmp_path):
    content = "".join(f"{row}\t\n" for row in text(*sale("C1", 100), end="\n").splitlines())
    assert [found.cents for found in read(tmp_path, content)[0]] == [120, -100, -20]


def test_a_bar_inside_the_label_is_joined_back(tmp_path):
    lines, _reader = read(tmp_path, text(*sale("C1", 100, label="Lot A|B|C"), separator="|"))
    assert (lines[0].label, lines[0].cents) == ("Lot A|B|C", 120)


@pytest.mark.parametrize(("side", "sign"), [("D", 1), ("C", -1), ("+1", 1), ("-1", -1)])
def test_one_amount_and_its_side_replace_debit_and_credit(tmp_path, side, sign):
    header = [{"Debit": "Montant", "Credit": "Sens"}.get(name, name) for name in HEADER]
    row = line("411000", 100) | {"Montant": "12,50", "Sens": side}
    lines, _reader = read(tmp_path, text(row, header=header))
    assert lines[0].cents == sign * 1250


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0000000069,60", 6960),
        (" 000000000001437,12", 143712),
        ("12,50-", -1250),
        ("-12,50", -1250),
        ("", 0),
        ("12.5", 1250),
        ("12", 1200),
        ("1\u00a0234,56", 123456),
        ("1.234,56", 123456),
        ("0,005", 1),
    ],
)
def test_amounts_are_padded_signed_and_cut_in_many_ways(written, meant):
    assert fec.cents(written) == meant


@pytest.mark.parametrize("written", ["abc", "1,2,3", "1E5", "--1", "99999999999999", "١٢"])
def test_what_is_no_amount_is_refused(written):
    assert is_refused(fec.cents, written)


@pytest.mark.parametrize("written", ["20250331", "31032025", "2025-03-31", "31/03/2025", "31.03.2025", "2025/03/31"])
def test_dates_are_written_in_many_ways(written):
    assert fec.day(written) == dt.date(2025, 3, 31)


@pytest.mark.parametrize("written", ["", "00000000", "0000-00-00", "  "])
def test_an_all_zero_date_is_empty(written):
    assert fec.day(written) is None


@pytest.mark.parametrize("written", ["20250230", "20251301", "hier", "2025", "99999999"])
def test_an_impossible_date_is_refused(written):
    assert is_refused(fec.day, written)


def test_columns_beyond_the_eighteen_are_used_by_name(tmp_path):
    header = [*HEADER, "DateLimitReglmt", "NumFacture"]
    row = line("411000", 100) | {"DateLimitReglmt": "20250430", "NumFacture": "FA2503-0001"}
    lines, _reader = read(tmp_path, text(row, header=header))
    assert (lines[0].due_on, lines[0].number) == (dt.date(2025, 4, 30), "FA2503-0001")


def test_missing_columns_are_named_in_the_refusal(tmp_path):
    with pytest.raises(RefusedError, match="Credit"):
        read(tmp_path, text(*sale("C1", 100), header=[name for name in HEADER if name != "Credit"]))


def test_a_cell_in_error_is_told_by_line_column_and_value(tmp_path):
    rows = sale("C1", 100)
    rows[1]["EcritureDate"] = "20251399"
    _lines, reader = read(tmp_path, text(*rows))
    (error,) = reader.errors
    assert (error.line, error.column, error.value) == (3, "EcritureDate", "20251399")


def test_nuls_are_dropped(tmp_path):
    lines, _reader = read(tmp_path, text(*sale("C1", 100)).replace("Vente", "Ve\0nte"))
    assert lines[0].label == "Vente"


def test_a_bar_inside_the_label_of_every_line_is_no_error(tmp_path):
    rows = [row | {"EcritureLib": "Lot | façade"} for row in [*sale("C1", 100), *sale("C2", 200, entry="2")]]
    lines, reader = read(tmp_path, text(*rows, separator="|"))
    assert ([found.cents for found in lines], reader.errors) == ([120, -100, -20, 240, -200, -40], [])


def test_quotes_around_every_cell_are_taken_off(tmp_path):
    rows = text(*sale("C1", 100, aux_label="Dupont"), end="\n").splitlines()
    quoted = "".join("\t".join(f'"{cell}"' for cell in row.split("\t")) + "\n" for row in rows)
    lines, reader = read(tmp_path, quoted)
    assert (lines[0].auxiliary_label, [found.cents for found in lines], reader.errors) == (
        "Dupont",
        [120, -100, -20],
        [],
    )


def test_the_end_of_file_mark_of_dos_is_no_row(tmp_path):
    lines, reader = read(tmp_path, text(*sale("C1", 100)) + "\x1a")
    assert (len(lines), reader.rows) == (3, 3)
