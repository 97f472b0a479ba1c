"""What is written is what is read, in every notation; and what is no value raises ValueError and nothing else."""

import contextlib
import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.folding import fold
from clients.imports.cells import rows_of
from clients.imports.decoding import encoding_of
from clients.imports.fec import cents as fec_cents
from clients.imports.fec import day as fec_day
from clients.imports.headings import FIELDS, SYNONYMS, find_header, folded_heading, recognised, stacked
from clients.imports.sniff import sniff
from clients.imports.values import (
    YEARS,
    Amounts,
    Days,
    cents,
    day,
    decimal_mark,
    kind_of,
    month_first,
    status_of,
)

AMOUNTS = st.integers(-(10**12) + 1, 10**12 - 1)
DAYS = st.dates(dt.date(YEARS.start, 1, 1), dt.date(YEARS.stop - 1, 12, 31))
SIGNS = {
    "before": lambda text, negative: f"-{text}" if negative else text,
    "after": lambda text, negative: f"{text}-" if negative else text,
    "brackets": lambda text, negative: f"({text})" if negative else text,
    "true minus": lambda text, negative: f"\u2212{text}" if negative else text,
}
CURRENCIES = ("{}", "{} €", "€{}", "{}€", "{} EUR", "EUR {}", "\u00a0{}\u202f€ ")
MONTHS = (
    ("janvier", "janv.", "January", "Jan"), ("février", "févr.", "February", "feb"), ("mars", "mar.", "March", "MAR"),
    ("avril", "avr.", "April", "Apr"), ("mai", "Mai", "May", "MAY"), ("juin", "JUIN", "June", "Jun"),
    ("juillet", "juil.", "July", "Jul"), ("août", "AOÛT", "August", "Aug"),
    ("septembre", "sept.", "September", "Sep"), ("octobre", "oct.", "October", "Oct"),
    ("novembre", "nov.", "November", "Nov"), ("décembre", "déc.", "December", "Dec"),
)  # fmt: skip


def grouped(whole: int, mark: str) -> str:
    return f"{whole:,}".replace(",", mark)


# --- Amounts --------------------------------------------------------------------------------------


@given(AMOUNTS, st.sampled_from([",", "."]), st.sampled_from(["", " ", "\u00a0", "\u202f", "'", "other"]),
       st.sampled_from(list(SIGNS)), st.sampled_from(CURRENCIES))  # fmt: skip
def test_an_amount_is_read_as_it_was_written(value, mark, thousands, sign, currency):
    other = "." if mark == "," else ","
    whole, part = divmod(abs(value), 100)
    text = f"{grouped(whole, other if thousands == 'other' else thousands)}{mark}{part:02}"
    written = currency.format(SIGNS[sign](text, value < 0))
    assert cents(written, mark, other) == value


@given(st.lists(AMOUNTS, min_size=2, max_size=20), st.sampled_from([",", "."]))
def test_a_column_tells_its_own_decimal_mark(values, mark):
    other = "." if mark == "," else ","
    texts = [f"{'-' if v < 0 else ''}{grouped(abs(v) // 100, other)}{mark}{abs(v) % 100:02}" for v in values]
    found, doubtful = decimal_mark(texts)
    assert (found, doubtful) == (mark, "")
    amounts = Amounts(found)
    assert [amounts[text] for text in texts] == values


@given(st.integers(-(10**11), 10**11))
def test_a_number_of_a_workbook_is_read_to_the_cent(value):
    assert cents(value / 100) == value


@given(st.text() | st.floats() | st.integers() | st.booleans())
def test_what_is_no_amount_is_a_value_error(value):
    for mark, thousands in ((",", "."), (".", ",")):
        try:
            found = cents(value, mark, thousands)
        except ValueError:
            continue
        assert found is None or isinstance(found, int)


@given(st.text(alphabet="0123456789,.-+()€ '\u00a0EUR%e", max_size=20))
def test_what_nearly_is_an_amount_is_one_or_a_value_error(text):
    for read in (lambda: cents(text), lambda: cents(text, ".", ","), lambda: fec_cents(text)):
        with contextlib.suppress(ValueError):
            read()


# --- Days -----------------------------------------------------------------------------------------


@given(DAYS, st.sampled_from(["/", "-", "."]), st.booleans(), st.sampled_from(["", " 09:30", "T09:30:00"]))
def test_a_day_in_digits_is_read_in_its_order(value, mark, us, time):
    order = ("%m", "%d") if us else ("%d", "%m")
    assert day(value.strftime(mark.join((*order, "%Y"))) + time, us) == value
    assert day(value.strftime(mark.join(("%Y", "%m", "%d"))) + time, us) == value


@given(st.dates(dt.date(1970, 1, 1), dt.date(2069, 12, 31)))
def test_a_year_of_two_digits_is_of_this_age(value):
    assert day(value.strftime("%d/%m/%y")) == value


@given(DAYS, st.integers(0, 3), st.sampled_from(["{d} {m} {y}", "{d}-{m}-{y}", "lundi {d} {m} {y}", "{m} {d}, {y}"]))
def test_a_day_in_words_is_read_in_french_and_in_english(value, which, form):
    name = MONTHS[value.month - 1][which]
    assert day(form.format(d=value.day, m=name, y=value.year)) == value


@given(st.dates(dt.date(1955, 1, 1), dt.date(2098, 12, 31)))
def test_the_serial_number_of_a_spreadsheet_is_its_day(value):
    serial = (value - dt.date(1899, 12, 30)).days
    assert day(serial) == day(float(serial)) == day(str(serial)) == value


@given(st.lists(DAYS, min_size=1, max_size=30), st.booleans())
def test_a_column_with_a_day_beyond_the_twelfth_tells_its_order(values, us):
    values.append(dt.date(2026, 5, 25))
    texts = [value.strftime("%m/%d/%Y" if us else "%d/%m/%Y") for value in values]
    found, doubtful = month_first(texts)
    assert (found, doubtful) == (us, "")
    read = Days(found)
    assert [read[text] for text in texts] == [value.isoformat() for value in values]


@given(st.text() | st.floats() | st.integers() | st.booleans())
def test_what_is_no_day_is_a_value_error(value):
    for us in (False, True):
        try:
            found = day(value, us)
        except ValueError:
            continue
        assert found is None or found.year in YEARS


@given(st.text(alphabet="0123456789/-. T:janvfmrAûé", max_size=20))
def test_what_nearly_is_a_day_is_one_or_a_value_error(text):
    for read in (lambda: day(text), lambda: day(text, month_first=True), lambda: fec_day(text)):
        with contextlib.suppress(ValueError):
            read()


# --- Characters -----------------------------------------------------------------------------------

FRENCH = st.lists(
    st.text(alphabet=string.ascii_letters + " 'éèêàâîïôùûçÉÈÀÇ", min_size=1, max_size=30), min_size=3, max_size=40
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "iso8859-15", "cp850"])
@given(names=FRENCH)
def test_french_is_read_in_the_characters_it_was_written_in(encoding, names, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / f"{encoding}.csv"
    names = [*names, "Société générale d'été à Orléans"]  # a file has some accents of everyday
    text = "Numéro;Client\n" + "".join(f"{n};{name}\n" for n, name in enumerate(names))
    path.write_bytes(text.encode(encoding))
    assert path.read_bytes().decode(encoding_of(path)).lstrip("\ufeff") == text


@given(st.binary(max_size=3000))
def test_any_bytes_have_an_encoding_that_opens_them(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "bytes"
    path.write_bytes(content)
    with path.open(encoding=encoding_of(path), errors="replace") as opened:
        opened.read()


CELLS = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=20).map(str.strip)


@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=20), st.sampled_from(";,\t|"))
def test_a_table_of_any_texts_is_read_back(tmp_path_factory, rows, separator):
    path = tmp_path_factory.getbasetemp() / "table.csv"
    grid = [["N° facture", "Client", "Date", "Montant HT"], *rows]
    quoted = [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in grid]
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8")
    source = sniff(path, "table.csv")
    assert [cells for _line, cells in rows_of(source)] == grid


# --- Headings -------------------------------------------------------------------------------------


@given(st.text())
def test_folding_a_heading_twice_is_folding_it_once(text):
    assert folded_heading(folded_heading(text)) == folded_heading(text)


@given(st.sampled_from(sorted(SYNONYMS)), st.sampled_from([str.upper, str.title, " {} ".format, "{} (€)".format]))
def test_a_heading_is_known_however_it_is_dressed(synonym, dress):
    assert list(recognised([dress(synonym)])) == list(recognised([synonym])) != []


@given(st.lists(st.lists(st.text(max_size=12), max_size=8), max_size=45))
def test_no_rows_break_the_search_of_headings(rows):
    found = find_header(rows)
    assert found is None or found[0] <= len(rows)


@given(st.permutations(["Client", "Date facture", "Montant HT", "N° facture"]), st.integers(0, 8), st.data())
def test_headings_are_found_under_titles_and_notes(headings, above, data):
    titles = data.draw(st.lists(st.sampled_from(["", "Export du 3 mars", "Ventes", "Page 1"]), min_size=above,
                                max_size=above))  # fmt: skip
    rows = [[title] for title in titles] + [list(headings), ["Dupont", "13/01/2026", "12,50", "F1"]]
    assert find_header(rows) == (above + 1, list(headings))


@given(st.lists(st.text(max_size=9), max_size=8), st.lists(st.text(max_size=9), max_size=8))
def test_stacked_headings_lose_no_column(upper, lower):
    assert len(stacked(upper, lower)) == max(len(upper), len(lower))


@given(st.text())
def test_any_text_may_be_a_status_or_a_kind(text):
    assert status_of(text) in (None, "draft", "pro_forma", "cancelled", "issued", "paid")
    assert kind_of(text) in ("", "purchase", "credit_note", "deposit", "pro_forma")


def test_every_synonym_is_written_as_it_is_compared():
    for name, text in FIELDS.items():
        for synonym in (part.strip() for line in text.strip().splitlines() for part in line.split("|")):
            assert folded_heading(synonym) == synonym == fold(synonym), (name, synonym)
