"""Keeping the firm's logo: a picture is taken apart and put together again, so that nothing but the picture is kept.

What a phone or a program writes beside the image (places, names, thumbnails, anything appended) is left out.
"""

import zlib
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import FirmLogo, User
from accounts.roles import Right

MOST_BYTES = 500 * 1024
MOST_PIXELS = 4_000  # a side
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"pHYs", b"IDAT", b"IEND")
JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
JPEG_SIZES = frozenset({0xC0, 0xC1, 0xC2})  # frames that every browser draws
JPEG_TABLES = frozenset({0xC4, 0xDB, 0xDD, 0xE0, 0xEE})  # what an image needs; 0xE0 and 0xEE say its colours
JPEG_SCAN = 0xDA


@dataclass(frozen=True)
class Picture:
    content: bytes
    media_type: str
    width: int
    height: int


class _BrokenError(Exception):
    """It is not the picture that it says it is."""


def keep(*, content: bytes, by: User) -> FirmLogo:
    """The logo, instead of any other. Raises PermissionDenied, or ValidationError saying what a logo may be."""
    _check_right(by)
    picture = read(content)
    values = {
        "content": picture.content,
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "kept_at": timezone.now(),
    }
    return FirmLogo.objects.update_or_create(pk=FirmLogo.ONLY, defaults=values)[0]


def remove(*, by: User) -> None:
    """No logo any more; a second time changes nothing. Raises PermissionDenied."""
    _check_right(by)
    FirmLogo.objects.all().delete()


def read(content: bytes) -> Picture:
    """The picture in this file and nothing else of it. Raises ValidationError."""
    if len(content) > MOST_BYTES:
        raise ValidationError(_("Ce logo dépasse 500 Ko. Enregistrez-le en plus petit, puis choisissez-le à nouveau."))
    try:
        picture = _png(content) if content.startswith(PNG_SIGNATURE) else _jpeg(content)
    except (_BrokenError, IndexError) as error:
        raise ValidationError(
            _("Ce fichier n’est pas une image PNG ou JPEG complète. Enregistrez le logo en PNG, puis choisissez-le.")
        ) from error
    if max(picture.width, picture.height) > MOST_PIXELS or not min(picture.width, picture.height):
        raise ValidationError(_("Un logo a 4 000 pixels de côté au plus. Réduisez-le, puis choisissez-le à nouveau."))
    return picture


def _check_right(by: User) -> None:
    if not by.may(Right.MANAGE_SETTINGS):
        raise PermissionDenied


def _png(content: bytes) -> Picture:
    """Chunk by chunk, each with its sum (PNG specification, 5.3)."""
    kept, place = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    names: list[bytes] = []
    while not names or names[-1] != b"IEND":
        length = int.from_bytes(content[place : place + 4], "big")
        whole = content[place : place + length + 12]
        name, body = whole[4:8], whole[8:-4]
        if len(whole) != length + 12 or zlib.crc32(name + body) != int.from_bytes(whole[-4:], "big"):
            raise _BrokenError
        if name in PNG_KEPT:
            kept.append(whole)
        names.append(name)
        place += length + 12
    if names[0] != b"IHDR" or b"IDAT" not in names:
        raise _BrokenError
    width, height = (int.from_bytes(content[start : start + 4], "big") for start in (16, 20))
    return Picture(b"".join(kept), FirmLogo.MediaType.PNG, width, height)


def _jpeg(content: bytes) -> Picture:
    """Segment by segment up to the scans, which hold no segment of ours to judge (ITU T.81, annex B)."""
    if not content.startswith(JPEG_START):
        raise _BrokenError
    kept, place, size = [JPEG_START], 2, (0, 0)
    while True:
        if content[place] != 0xFF:
            raise _BrokenError
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        whole = content[place : place + 2 + length]
        if length < 2 or len(whole) != length + 2:
            raise _BrokenError
        if marker == JPEG_SCAN:
            break
        if marker in JPEG_SIZES:
            size = (int.from_bytes(whole[7:9], "big"), int.from_bytes(whole[5:7], "big"))
        if marker in JPEG_SIZES | JPEG_TABLES:
            kept.append(whole)
        place += 2 + length
    end = content.find(JPEG_END, place)  # within a scan, these two bytes are its end and nothing else
    if end < 0 or not all(size):
        raise _BrokenError
    return Picture(b"".join([*kept, content[place : end + 2]]), FirmLogo.MediaType.JPEG, *size)
