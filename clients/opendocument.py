"""A table as an ODS spreadsheet (OpenDocument 1.3), in pieces as it is written: memory does not grow with its rows.

The cells are those of `clients.exporting`, under the same rule: a text that a spreadsheet could run is made inert.
"""

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from decimal import Decimal

from lxml import etree

from clients.exporting import PIECE, Cell, Row, inert, local

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
NUMBER = "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"
FORMATTING = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
NAMESPACES = {"office": OFFICE, "table": TABLE, "text": TEXT}

DOCUMENT, BODY, SPREADSHEET = f"{{{OFFICE}}}document-content", f"{{{OFFICE}}}body", f"{{{OFFICE}}}spreadsheet"
SHEET, COLUMN, ROW, CELL = (f"{{{TABLE}}}{name}" for name in ("table", "table-column", "table-row", "table-cell"))
HEADER_ROWS, COLUMNS_REPEATED = f"{{{TABLE}}}table-header-rows", f"{{{TABLE}}}number-columns-repeated"
NAME, STYLE_NAME = f"{{{TABLE}}}name", f"{{{TABLE}}}style-name"
KIND, VALUE, DATE, BOOLEAN = (f"{{{OFFICE}}}{name}" for name in ("value-type", "value", "date-value", "boolean-value"))
PARAGRAPH, SPACES, COUNT, TAB = f"{{{TEXT}}}p", f"{{{TEXT}}}s", f"{{{TEXT}}}c", f"{{{TEXT}}}tab"
STRING = f"{{{OFFICE}}}string-value"
TEXT_CELL, HEADING_CELL = {KIND: "string"}, {KIND: "string", STYLE_NAME: "heading"}

MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">
 <manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{ODS_TYPE}"/>
 <manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>
"""
STYLES = etree.fromstring(f"""
<office:automatic-styles xmlns:office="{OFFICE}" xmlns:style="{STYLE}" xmlns:number="{NUMBER}" xmlns:fo="{FORMATTING}">
 <number:number-style style:name="two-decimals"><number:number number:decimal-places="2"
  number:min-decimal-places="2" number:min-integer-digits="1" number:grouping="true"/></number:number-style>
 <number:date-style style:name="day"><number:day number:style="long"/><number:text>/</number:text><number:month
  number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>
 <number:date-style style:name="moment"><number:day number:style="long"/><number:text>/</number:text><number:month
  number:style="long"/><number:text>/</number:text><number:year number:style="long"/><number:text> </number:text
  ><number:hours number:style="long"/><number:text>:</number:text><number:minutes
  number:style="long"/></number:date-style>
 <style:style style:name="column" style:family="table-column"><style:table-column-properties
  style:column-width="3.2cm"/></style:style>
 <style:style style:name="heading" style:family="table-cell"><style:text-properties
  fo:font-weight="bold"/></style:style>
 <style:style style:name="euros" style:family="table-cell" style:data-style-name="two-decimals"/>
 <style:style style:name="date" style:family="table-cell" style:data-style-name="day"/>
 <style:style style:name="date-time" style:family="table-cell" style:data-style-name="moment"/>
</office:automatic-styles>
""")

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 has no way to write
LINE_ENDS = re.compile("\r\n|\r|\n")
COLLAPSED = re.compile("(\t| {2,}|^ +| +$)")  # spaces that a reader of ODF would not see as they are


class Pieces:
    """A file that is only written to, whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def __len__(self) -> int:
        return len(self._held)

    def taken(self) -> bytes:
        """What came since the last time."""
        held = bytes(self._held)
        self._held.clear()
        return held


def ods_pieces(headings: Row, rows: Iterable[Row], *, title: str = "") -> Iterator[bytes]:
    """The table as an ODS file of one sheet, in pieces of some 64 kB. The first rows need not wait for the last."""
    out = Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:  # type: ignore[arg-type] # it asks to write only
        _write_kind(package)
        package.writestr("META-INF/manifest.xml", MANIFEST)
        with package.open("content.xml", "w") as content, etree.xmlfile(content, encoding="UTF-8") as xml:
            xml.write_declaration()
            with xml.element(DOCUMENT, {f"{{{OFFICE}}}version": "1.3"}, nsmap=NAMESPACES):
                xml.write(STYLES)
                with xml.element(BODY), xml.element(SPREADSHEET), xml.element(SHEET, {NAME: title or "1"}):
                    _write_headings(xml, headings)
                    yield out.taken()  # the browser knows at once that a file comes
                    for row in rows:
                        _write_row(xml, row)
                        if len(out) > PIECE:
                            yield out.taken()
    yield out.taken()


def _write_kind(package: zipfile.ZipFile) -> None:
    """Says first what the file is, as OpenDocument wants it: not compressed, its size before it, nothing beside.

    `writestr` would put the size after, because what is written cannot be taken back.
    """
    kind = ODS_TYPE.encode()
    entry = zipfile.ZipInfo("mimetype")
    entry.CRC, entry.file_size, entry.compress_size, entry.header_offset = zlib.crc32(kind), len(kind), len(kind), 0
    assert package.fp is not None
    package.fp.write(entry.FileHeader(zip64=False) + kind)
    package.infolist().append(entry)


def _write_headings(xml, headings: Row) -> None:
    with xml.element(COLUMN, {STYLE_NAME: "column", COLUMNS_REPEATED: str(len(headings))}):
        pass
    with xml.element(HEADER_ROWS), xml.element(ROW):
        for heading in headings:
            _write_text(xml, HEADING_CELL, str(heading))


def _write_row(xml, row: Row) -> None:
    with xml.element(ROW):
        for cell in row:
            attributes, shown = _typed(cell)
            if attributes is TEXT_CELL:
                _write_text(xml, attributes, shown)
                continue
            with xml.element(CELL, attributes):
                if shown:
                    with xml.element(PARAGRAPH):
                        xml.write(shown)


def _typed(cell: Cell) -> tuple[dict[str, str], str]:
    """What says the type and the value of this cell, and the text to show in it."""
    match cell:
        case None:
            return {}, ""
        case bool():
            truth = "true" if cell else "false"
            return {KIND: "boolean", BOOLEAN: truth}, truth
        case Decimal():
            value = format(cell, "f")
            style = {STYLE_NAME: "euros"} if cell.as_tuple().exponent == -2 else {}
            return {KIND: "float", VALUE: value, **style}, value
        case int() | float():
            return {KIND: "float", VALUE: repr(cell)}, repr(cell)
        case dt.datetime():
            at = local(cell)
            return {KIND: "date", DATE: at.isoformat(), STYLE_NAME: "date-time"}, f"{at:%d/%m/%Y %H:%M}"
        case dt.date():
            return {KIND: "date", DATE: cell.isoformat(), STYLE_NAME: "date"}, f"{cell:%d/%m/%Y}"
        case _:
            return TEXT_CELL, str(cell)


def _write_text(xml, attributes: dict[str, str], text: str) -> None:
    """A cell of text: a paragraph a line, without what XML cannot hold, every space kept."""
    written = inert(FORBIDDEN.sub("", text))
    if "\t" in written:
        attributes = {**attributes, STRING: written}  # for readers that pass over the tabs of a paragraph
    with xml.element(CELL, attributes):
        for line in LINE_ENDS.split(written):
            with xml.element(PARAGRAPH):
                for part in COLLAPSED.split(line):
                    _write_part(xml, part)


def _write_part(xml, part: str) -> None:
    if part == "\t":
        with xml.element(TAB):
            pass
    elif part.strip(" "):
        xml.write(part)
    elif part:
        with xml.element(SPACES, {COUNT: str(len(part))}):
            pass
