"""Files made to break a reader: bombs that swell once opened, and good files mutated by a seed."""

import io
import random
import zipfile
import zlib
from collections.abc import Callable

import xlsxwriter

from tests.clients.imports.books import sale, text
from tests.clients.imports.electronic import archive, cii, pdf, ubl

TABLE = "N° facture;Client;Date;Montant HT;Article\n" + "".join(
    f"F{n};Société n° {n % 7};{1 + n % 28:02}/03/2026;{n * 12},50;Prestation {n % 3}\n" for n in range(1, 40)
)
BOOKS = text(*(row for n in range(1, 30) for row in sale(f"C{n}", n * 1000, entry=str(n))))
MEGABYTE = 2**20


def xlsx(rows: list[list]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Factures")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def sheet_of(content: bytes, strings: bytes = b"") -> bytes:
    """A workbook whose only sheet holds these rows, as they are written in it."""
    with zipfile.ZipFile(io.BytesIO(xlsx([["x"]]))) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + content
        + b"</sheetData></worksheet>"
    )
    if strings:
        parts["xl/sharedStrings.xml"] = strings
    return archive(parts)


def ods(rows: str) -> bytes:
    """An ODS whose only sheet holds these rows, as they are written in it."""
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{office}office:1.0" xmlns:table="{office}table:1.0" '
        f'xmlns:text="{office}text:1.0"><office:body><office:spreadsheet><table:table table:name="Factures">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{office}manifest:1.0"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return archive(
        {"mimetype": kind.encode(), "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()}
    )


def ods_rows(rows: list[list[str]]) -> str:
    return "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )


GRID = [line.split(";") for line in TABLE.splitlines()]
GOOD: dict[str, bytes] = {
    "table.csv": TABLE.encode(),
    "table-1252.csv": TABLE.encode("cp1252"),
    "books.txt": BOOKS.encode(),
    "table.xlsx": xlsx(GRID),
    "table.ods": ods(ods_rows(GRID)),
    "invoice.xml": cii(),
    "invoice-ubl.xml": ubl(),
    "invoice.pdf": pdf(cii()),
    "many.zip": archive({"a.pdf": pdf(cii()), "b.xml": ubl("FA-2"), "c/d.xml": cii("FA-3")}),
    "tables.zip": archive({"2025.csv": TABLE.encode(), "2026.csv": TABLE.replace("F", "G").encode()}),
}


def mutant(seed: int) -> tuple[str, bytes]:
    """The name and content of the good file that this seed has mutated."""
    chance = random.Random(seed)
    name = sorted(GOOD)[seed % len(GOOD)]
    content = GOOD[name]
    if content[:2] == b"PK" and chance.random() < 0.6:
        return name, _repacked(content, chance)
    if name.endswith("pdf") and chance.random() < 0.4:
        return name, pdf(_mutated(cii(), chance))
    return name, _mutated(content, chance)


def _repacked(content: bytes, chance: random.Random) -> bytes:
    """A zip that is sound, of parts of which one is not."""
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    name = chance.choice(sorted(parts))
    if chance.random() < 0.2:
        del parts[name]
    else:
        parts[name] = _mutated(parts[name] or b"x", chance)
    return archive(parts)


def _mutated(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    change: Callable[[bytearray, random.Random], None] = chance.choice((_bytes, _cut, _twice, _swapped, _words))
    for _ in range(chance.randint(1, 12) if change is _bytes else 1):
        change(changed, chance)
    return bytes(changed)


def _span(content: bytearray, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(content) or 1)
    return start, min(len(content), start + chance.randint(1, max(1, len(content) // 3)))


def _bytes(content: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(content) or 1)
    content[place : place + chance.randint(0, 4)] = chance.randbytes(chance.randint(0, 4))


def _cut(content: bytearray, chance: random.Random) -> None:
    start, end = _span(content, chance)
    del content[start : len(content) if chance.random() < 0.5 else end]


def _twice(content: bytearray, chance: random.Random) -> None:
    start, end = _span(content, chance)
    content[end:end] = content[start:end] * chance.randint(1, 50)


def _swapped(content: bytearray, chance: random.Random) -> None:
    start, end = _span(content, chance)
    piece = content[start:end]
    del content[start:end]
    place = chance.randrange(len(content) + 1)
    content[place:place] = piece


WORDS = [
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b'"', b";", b"\t", b"\n", b"\r\r\n", b"<", b"&#0;", b"]]>",
    b"<!DOCTYPE a>", b"-1", b"1e999", b"NaN", b"99999999999999999999", b"31/02/2026", b"0000-00-00", b"=1+1", b"%s",
    "\u202e".encode(), "😀".encode(), b"\x1b[31m", b"../../", b"A" * 5000, b"9" * 400, b"(" * 400,
]  # fmt: skip


def _words(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(content) + 1)
        content[place : place + chance.choice((0, 0, 8))] = chance.choice(WORDS)


# --- Bombs ----------------------------------------------------------------------------------------


def zeros(bytes_inside: int, name: str = "a.csv") -> bytes:
    """A zip of one file of zeros, a thousand times smaller than it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made, made.open(name, "w", force_zip64=True) as entry:
        for _ in range(bytes_inside // MEGABYTE):
            entry.write(b"\0" * MEGABYTE)
    return out.getvalue()


def lying(content: bytes, size: int) -> bytes:
    """A zip whose entries all claim to be of this size once opened."""
    claimed = bytearray(content)
    place = 0
    while (place := content.find(b"PK\1\2", place)) >= 0:
        claimed[place + 24 : place + 28] = size.to_bytes(4, "little")
        place += 4
    place = 0
    while (place := content.find(b"PK\3\4", place)) >= 0:
        claimed[place + 22 : place + 26] = size.to_bytes(4, "little")
        place += 4
    return bytes(claimed)


def long_rows(rows: int) -> bytes:
    return sheet_of(b"".join(b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n) for n in range(1, rows + 1)))


def pdf_bomb(bytes_inside: int) -> bytes:
    """A PDF whose attachment swells a thousand times."""
    packed = zlib.compress(b"<a>" + b"\0" * bytes_inside, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(factur-x.xml) 4 0 R] >> >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        b"<< /Type /Filespec /F (factur-x.xml) /UF (factur-x.xml) /EF << /F 5 0 R >> >>",
        b"<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed),
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % start
    return bytes(out)


LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
)  # fmt: skip
HEAD = "Client;Date;Montant HT\n"

BOMBS: dict[str, Callable[[], bytes]] = {
    "zip of zeros": lambda: zeros(1200 * MEGABYTE),
    "zip of zeros that claims little": lambda: lying(zeros(80 * MEGABYTE), 1000),
    "zip that claims much": lambda: lying(archive({"a.csv": TABLE.encode()}), 2**31 - 1),
    "zip of a hundred thousand files": lambda: archive({f"{n}.csv": b"" for n in range(100_000)}),
    "zip in zips": lambda: archive({f"{n}.zip": zeros(50 * MEGABYTE) for n in range(9)}),
    "workbook of zeros": lambda: zeros(600 * MEGABYTE, "xl/workbook.xml"),
    "cell of 50 MB": lambda: sheet_of(
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>'
        + bytes(random.Random(1).choices(b"abcdefgh", k=50 * MEGABYTE))
        + b"</t></is></c></row>"
    ),
    "corners of a sheet": lambda: sheet_of(
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "sheet of 100,000 columns": lambda: sheet_of(b'<row r="1">' + b"<c><v>1</v></c>" * 100_000 + b"</row>"),
    "sheet of 1,048,576 rows": lambda: long_rows(1_048_576),
    "formatted sheet to its last row": lambda: sheet_of(
        b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(1, 1_048_577))
    ),
    "entities in a workbook": lambda: sheet_of(b"", (LAUGHS + "]><sst><si><t>&a11;</t></si></sst>").encode()),
    "repeated rows and columns": lambda: ods(
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>'
    ),
    "table of 100,000 columns": lambda: (";".join(f"c{n}" for n in range(100_000)) + "\n" + ";" * 99_999).encode(),
    "100,000 columns below the headings": lambda: (HEAD + "A;13/01/2026;1\n" + ";" * 100_000 + "\n").encode(),
    "line of 50 MB": lambda: (HEAD + "A" * 50 * MEGABYTE).encode(),
    "quote that never closes": lambda: (HEAD + '"A;13/01/2026;1\n' * 1 + "B;13/01/2026;1\n" * 1_500_000).encode(),
    "50 MB of NULs": lambda: HEAD.encode() + b"\0" * 50 * MEGABYTE,
    "20 million empty rows": lambda: (HEAD + "A;13/01/2026;1\n" + ";;\n" * 3_000_000).encode(),
    "billion laughs": lambda: cii(prologue=LAUGHS + "]>").replace(b"FA-1", b"&a11;"),
    "entity of a file": lambda: cii(prologue='<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>').replace(
        b"FA-1", b"&b;"
    ),
    "entities in a PDF": lambda: pdf(cii(prologue=LAUGHS + "]>").replace(b"FA-1", b"&a11;")),
    "deep XML": lambda: cii(around="<ram:a>" * 1_000_000 + "</ram:a>" * 1_000_000),
    "number of 50 MB": lambda: cii("9" * 50 * MEGABYTE),
    "attached paper of 50 MB": lambda: cii(
        around="<ram:AttachmentBinaryObject>" + "QUJD" * (12 * MEGABYTE) + "</ram:AttachmentBinaryObject>"
    ),
    "invoice of 200,000 lines": lambda: cii(lines=(("A", "B", "1", "1.00"),) * 200_000),
    "PDF of zeros": lambda: pdf_bomb(500 * MEGABYTE),
    "PDF without end": lambda: b"%PDF-1.7\n" + b"1 0 obj << /Kids [1 0 R] >> endobj\n" * 200_000,
}
