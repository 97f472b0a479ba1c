"""The files of one zip, written out under names of our own: what the archive calls them is a label, never a path.

Request: {"open": path, "into": folder} gives {"workbook": true} for the zip that a workbook is, else {"files":
[{"name", "path"}], "refused_files": [{"name", "reason"}]}. Without a folder, an archive is one too many.
"""

import posixpath
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from clients.imports.confined.limits import RefusalError, converse

MOST_FILES = 10_000
MOST_DIRECTORY = 8 * 2**20  # bytes of the list of files
MOST_BYTES, MOST_RATIO, RATIO_FROM = 1024 * 2**20, 100, 50 * 2**20
PIECE = 1024 * 1024
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError,
    IndexError, OverflowError, KeyError,
)  # fmt: skip
WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
DOCUMENTS = {"word/document.xml", "ppt/presentation.xml"}
LITTER = re.compile(r"(?:^|/)(?:__MACOSX/|\._|~\$|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\.[^/]*$)", re.IGNORECASE)


def answer(request: dict) -> dict:
    try:
        if _directory_size(Path(request["open"])) > MOST_DIRECTORY:
            raise RefusalError("too-many-files", most=MOST_FILES)
        with zipfile.ZipFile(request["open"]) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if names & WORKBOOKS:
                return {"workbook": True}
            if names & DOCUMENTS:
                raise RefusalError("document")
            if not request["into"]:
                raise RefusalError("nested")
            return _files(archive, entries, Path(request["into"]))
    except BROKEN:
        raise RefusalError("truncated") from None


def _files(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path) -> dict:
    wanted = [entry for entry in entries if _is_file(entry) and not LITTER.search(entry.filename.replace("\\", "/"))]
    if len(wanted) > MOST_FILES:
        raise RefusalError("too-many-files", most=MOST_FILES)
    total = sum(entry.file_size for entry in wanted)
    packed = max(1, sum(entry.compress_size for entry in wanted))
    if total > MOST_BYTES or (total > RATIO_FROM and total / packed > MOST_RATIO):
        raise RefusalError("too-big")
    files, refused = [], []
    for number, entry in enumerate(wanted):
        name, path = label(entry.filename), folder / str(number)
        reason = _written(archive, entry, path)
        if reason:
            refused.append({"name": name, "reason": reason})
        else:
            files.append({"name": name, "path": str(path)})
    return {"files": files, "refused_files": refused}


def _written(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> str:
    """Why an entry cannot be had; empty once it is written out whole."""
    if entry.flag_bits & 1:
        return "password"
    try:
        with archive.open(entry) as content, path.open("wb") as out:
            while piece := content.read(PIECE):
                out.write(piece)
    except BROKEN:
        path.unlink(missing_ok=True)
        return "truncated"
    return ""


def _is_file(entry: zipfile.ZipInfo) -> bool:
    """Neither a folder nor a link, whose content would be a path."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return not entry.is_dir() and kind in (0, stat.S_IFREG)


def label(name: str) -> str:
    """What the archive calls a file, without what would climb out of it: for showing only."""
    parts = re.sub(r"^[A-Za-z]:", "", name.replace("\\", "/")).split("/")
    kept = [part for part in parts if part not in ("", ".", "..")]
    return "".join(c if c.isprintable() else "�" for c in posixpath.join(*kept or ["?"]))[-150:]


def _directory_size(path: Path) -> int:
    """Bytes of the list of files at the end of a zip, without reading it. 0 when there is no zip."""
    with path.open("rb") as content:
        size = content.seek(0, 2)
        start = max(0, size - 65_557 - 20 - 56)
        content.seek(start)
        tail = content.read()
    place = tail.rfind(b"PK\5\6")
    if place < 0 or place + 22 > len(tail):
        return 0
    long_place = tail.rfind(b"PK\6\6", 0, place)
    if long_place >= 0 and long_place + 56 <= len(tail):
        return int(struct.unpack_from("<Q", tail, long_place + 40)[0])
    return int(struct.unpack_from("<L", tail, place + 12)[0])


if __name__ == "__main__":
    converse(answer)
