import datetime as dt
import io
import random
import struct
import zipfile
from decimal import Decimal

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from clients.opendocument import NAMESPACES, ODS_TYPE, TABLE, ods_pieces
from tests.formulas import PAYLOADS, is_live

ROW = [
    "Hôtel; « <b> & 'co' »",
    None,
    True,
    False,
    -3,
    0.5,
    Decimal("-1234.50"),
    Decimal("1E+3"),
    dt.date(2026, 10, 31),
    dt.datetime(2026, 10, 31, 9, 5, tzinfo=dt.UTC),
    "",
    "007",
]


def ods(rows, headings=("h",), title="Clients"):
    return io.BytesIO(b"".join(ods_pieces(headings, rows, title=title)))


def read(rows, **options):
    return CalamineWorkbook.from_filelike(ods(rows, **options)).get_sheet_by_index(0).to_python()


def content_of(file):
    return etree.fromstring(zipfile.ZipFile(file).read("content.xml"))


def found(content, path):
    return content.findall(path, NAMESPACES)


def test_each_cell_is_read_again_as_what_it_was():
    heading, cells = read([ROW], headings=[f"c{n}" for n in range(len(ROW))])
    assert heading[0] == "c0"
    assert cells[:9] == [ROW[0], "", True, False, -3, 0.5, -1234.5, 1000, dt.date(2026, 10, 31)]
    assert cells[9:] == [dt.datetime.fromisoformat("2026-10-31T10:05"), "", "007"]  # the time of Paris


def test_each_cell_says_its_type():
    cells = found(content_of(ods([ROW])), ".//table:table-row")[-1]
    kinds = [cell.get(f"{{{NAMESPACES['office']}}}value-type") for cell in cells]
    assert kinds == ["string", None, *["boolean"] * 2, *["float"] * 4, *["date"] * 2, *["string"] * 2]


@pytest.mark.parametrize(
    "text", [" a", "a ", "a  b   c", "a\tb", "\u00a0a", "un\ndeux", "un\n\ntrois", "   ", "é🙂", "&lt;", "]]>"]
)
def test_a_text_is_read_again_to_the_last_space(text):
    assert read([[f"x{text}y", "fin"]])[1][0] == f"x{text}y"


def test_what_xml_has_no_way_to_write_is_dropped():
    assert read([["a\0b\x01c\x0bd\x1fe\ufffef\ud800g", "fin"]])[1][0] == "abcdefg"


@pytest.mark.parametrize("payload", [*PAYLOADS, "\x01=1+1", "\0=1+1", "＝1+1", "  =1"])
def test_no_text_is_live(payload):
    content = content_of(ods([[payload]], headings=[payload]))
    for cell in found(content, ".//table:table-cell"):
        assert cell.get(f"{{{TABLE}}}formula") is None
        assert not is_live("".join(cell.itertext()))


def test_a_file_without_rows_holds_its_headings():
    assert read([], headings=["Code", "Client"]) == [["Code", "Client"]]


# --- What OpenDocument 1.3 asks of a package (part 2) and of a spreadsheet (part 3, schema) ---


def test_the_package_says_what_it_is_in_its_first_bytes():
    start = ods([ROW]).getvalue()[:200]
    signature, flags, method = struct.unpack("<4s2xHH", start[:10])
    crc, compressed, size, name, extra = struct.unpack("<IIIHH", start[14:30])
    assert (signature, flags, method) == (b"PK\3\4", 0, zipfile.ZIP_STORED)  # not compressed, no size left for later
    assert (compressed, size, name, extra) == (len(ODS_TYPE), len(ODS_TYPE), len("mimetype"), 0)
    assert start[30:].startswith(b"mimetype" + ODS_TYPE.encode())
    assert crc == zipfile.crc32(ODS_TYPE.encode())


def test_the_manifest_names_the_package_and_each_of_its_parts():
    package = zipfile.ZipFile(ods([ROW]))
    assert package.testzip() is None
    assert [entry.filename for entry in package.infolist()] == ["mimetype", "META-INF/manifest.xml", "content.xml"]
    manifest = etree.fromstring(package.read("META-INF/manifest.xml"))
    prefix = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
    assert manifest.get(f"{prefix}version") == "1.3"
    entries = {entry.get(f"{prefix}full-path"): entry.get(f"{prefix}media-type") for entry in manifest}
    assert entries == {"/": ODS_TYPE, "content.xml": "text/xml"}


def local_names(elements):
    return [etree.QName(element).localname for element in elements]


def test_the_content_is_in_the_order_of_the_schema():
    content = content_of(ods([ROW, ROW], headings=["a"] * len(ROW), title="Clients à risque"))
    assert content.get(f"{{{NAMESPACES['office']}}}version") == "1.3"
    assert local_names(content) == ["automatic-styles", "body"]
    (table,) = found(content, "office:body/office:spreadsheet/table:table")
    assert table.get(f"{{{TABLE}}}name") == "Clients à risque"
    assert local_names(table) == ["table-column", "table-header-rows", "table-row", "table-row"]
    assert table[0].get(f"{{{TABLE}}}number-columns-repeated") == str(len(ROW))
    assert {len(row) for row in found(table, ".//table:table-row")} == {len(ROW)}


def test_each_style_that_a_cell_wears_is_declared():
    content = content_of(ods([ROW]))
    style = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
    declared = {element.get(f"{style}name") for element in content[0]}
    worn = {element.get(f"{{{TABLE}}}style-name") for element in content[1].iter()} - {None}
    formats = {element.get(f"{style}data-style-name") for element in content[0]} - {None}
    assert worn | formats <= declared
    assert worn == {"column", "heading", "euros", "date", "date-time"}


# --- As it comes ---


def test_the_first_piece_waits_for_no_row():
    asked = []
    rows = ([asked.append(n) or f"{n} {'x' * 200}"] for n in range(20_000))
    pieces = ods_pieces(["h"], rows)
    assert next(pieces).startswith(b"PK")
    assert asked == []
    pieces.close()  # the browser went away: nothing is raised, nothing is left open


def test_pieces_stay_small_and_make_one_whole_file():
    rnd = random.Random(3)
    pieces = list(ods_pieces(["h"], ([rnd.random(), rnd.randbytes(40).hex()] for n in range(5_000))))
    assert len(pieces) > 3
    assert max(map(len, pieces)) < 128 * 1024
    package = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert package.testzip() is None
