"""Which characters a file is written in, told from its bytes: UTF-8, UTF-16, Windows, ISO or the DOS of old tills."""

import codecs
from pathlib import Path

BLOCK = 1024 * 1024
SMALL_BLOCK = 128 * 1024  # its lines are held apart, and may be as many as its bytes
FRENCH = "éèêëàâäîïôöùûüçœæÉÈÊËÀÂÎÏÔÙÛÇŒÆ€°’«»–…"
CANDIDATES = ("cp1252", "iso8859-15", "cp850")
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows (1252)",
    "iso8859-15": "ISO 8859-15",
    "cp850": "DOS (850)",
}


def name_of(encoding: str) -> str:
    """What people call an encoding."""
    return NAMES.get(encoding, encoding)


def encoding_of(path: Path) -> str:
    """The name of this file's encoding, ready for `open`."""
    with path.open("rb") as content:
        head = content.read(4096)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    half = len(head) // 2
    if half and head[1::2].count(0) > half * 0.7:
        return "utf-16-le"
    if half and head[0::2].count(0) > half * 0.7:
        return "utf-16-be"
    if _is_utf8(path):
        return "utf-8"
    return _eight_bits(path)


def lines_of(path: Path) -> tuple[int, int, bool]:
    """The bytes of the longest line, the number of that line, and whether the file holds NULs."""
    longest, place, number, begun, holds_nul = 0, 1, 1, 0, False
    with path.open("rb") as content:
        while block := content.read(SMALL_BLOCK):
            holds_nul = holds_nul or b"\0" in block
            lines = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
            lengths = [len(line) for line in lines]
            lengths[0] += begun
            most = max(lengths)
            if most > longest:
                longest, place = most, number + lengths.index(most)
            begun = lengths[-1]
            number += len(lines) - 1
    return longest, place, holds_nul


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as content:
            while block := content.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # A file cut in the middle of its last character is still UTF-8.
        return error.reason == "unexpected end of data"
    return True


def _eight_bits(path: Path) -> str:
    """The encoding in which the bytes beyond ASCII make the most French."""
    found = [0] * 256
    with path.open("rb") as content:
        while block := content.read(BLOCK):
            for byte in set(block):
                if byte > 127:
                    found[byte] += block.count(byte)
    bytes_found = [(byte, times) for byte, times in enumerate(found) if times]

    def score(encoding: str) -> int:
        total = 0
        for byte, times in bytes_found:
            letter = bytes([byte]).decode(encoding, errors="replace")
            if letter in FRENCH:
                total += times
            elif not letter.isalpha() and letter not in "\u00a0£§²³µ·":
                total -= 2 * times
        return total

    return max(CANDIDATES, key=score)
