"""The firm's logo: only a picture is kept, and of a file nothing but the picture."""

import struct
import zlib

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import logos
from accounts.models import AuditEntry, Firm, FirmLogo
from accounts.roles import Role
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
SETTINGS, PICTURE = "/reglages/entreprise/", "/reglages/entreprise/logo/"
SECRET = b"Maison de la fondatrice, 12 rue des Lilas"


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width=200, height=50, *extra):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 9))
    return logos.PNG_SIGNATURE + head + b"".join(extra) + pixels + chunk(b"IEND", b"")


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(width=200, height=50, *extra):
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\0\x34"
    return b"\xff\xd8" + segment(0xDB, b"\0" * 65) + b"".join(extra) + frame + scan + b"\xff\xd9"


@pytest.fixture
def administrator(client):
    Firm.objects.create(pk=Firm.ONLY, name="Cabinet Garance")
    person = UserFactory(roles=[Role.ADMINISTRATOR])
    client.force_login(person)
    return person


def give(client, content, **data):
    file = SimpleUploadedFile("logo.png", content)
    words = {"name": "Cabinet Garance", "revenue_word": "ca", "owner_word": "commercial"}
    return client.post(SETTINGS, {**words, "logo": file, **data})


@pytest.mark.parametrize(("made", "kind"), [(png(), "image/png"), (jpeg(), "image/jpeg")])
def test_a_picture_is_read_with_its_size(made, kind):
    found = logos.read(made)
    assert (found.media_type, found.width, found.height) == (kind, 200, 50)
    assert found.content == made


@pytest.mark.parametrize(
    "made",
    [
        png(200, 50, chunk(b"tEXt", b"Author\0" + SECRET), chunk(b"eXIf", SECRET)),
        jpeg(200, 50, segment(0xE1, b"Exif\0\0" + SECRET), segment(0xFE, SECRET)),
        png() + SECRET,
        jpeg() + SECRET + b"\xff\xd9",
    ],
    ids=["png", "jpeg", "after a png", "after a jpeg"],
)
def test_what_is_written_beside_the_image_is_left_out(made):
    found = logos.read(made)
    assert SECRET not in found.content
    assert logos.read(found.content) == found


@pytest.mark.parametrize(
    "made",
    [
        b"",
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        png()[:-9],
        png().replace(b"IHDR", b"IHDX"),
        png()[:30] + b"\1" + png()[31:],
        logos.PNG_SIGNATURE + chunk(b"IEND", b""),
        jpeg()[:-2],
        jpeg()[:9],
        b"\xff\xd8\xff\xd9",
        png(0, 50),
        png(200, 4001),
        jpeg(0, 50),
        png() + b"\0" * logos.MOST_BYTES,
    ],
)
def test_anything_else_is_refused_with_a_way_out(made):
    with pytest.raises(ValidationError) as refused:
        logos.read(made)
    assert "choisissez-le" in refused.value.messages[0]


def test_the_logo_is_served_as_what_it_was_found_to_be(client, administrator):
    assert client.get(PICTURE).status_code == 404
    assert give(client, png()).status_code == 302
    answer = client.get(PICTURE)
    assert (answer.content, answer.headers["Content-Type"]) == (png(), "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert f'src="{PICTURE}"' in client.get(SETTINGS).content.decode()


def test_a_second_logo_replaces_the_first_and_one_is_taken_away(client, administrator):
    give(client, png())
    give(client, jpeg())
    assert FirmLogo.objects.get().media_type == "image/jpeg"
    client.post(SETTINGS, {"name": "Roy", "revenue_word": "ca", "owner_word": "commercial", "forgets_logo": "on"})
    assert not FirmLogo.objects.exists()


def test_a_refused_logo_changes_nothing_of_the_firm(client, administrator):
    answer = give(client, b"<svg/>", name="Autre nom")
    assert "n’est pas une image PNG ou JPEG" in answer.content.decode()
    assert (Firm.objects.get().name, FirmLogo.objects.count()) == ("Cabinet Garance", 0)


def test_without_the_right_nobody_changes_it():
    manager = UserFactory(roles=[Role.MANAGER])
    with pytest.raises(PermissionDenied):
        logos.keep(content=png(), by=manager)
    with pytest.raises(PermissionDenied):
        logos.remove(by=manager)


def test_the_journal_says_that_it_changed_and_not_what_it_shows(client, administrator):
    give(client, png())
    entry = AuditEntry.objects.filter(table="accounts_firmlogo").get()
    assert (entry.user_id, entry.changes["width"], entry.changes["content"]) == (administrator.pk, [None, 200], None)


def test_it_is_shown_small_enough_for_a_heading_and_in_its_proportions():
    wide, tall = FirmLogo(width=1300, height=100), FirmLogo(width=100, height=440)
    assert (wide.shown_width, wide.shown_height) == (260, 20)
    assert (tall.shown_width, tall.shown_height) == (10, 44)
    assert FirmLogo(width=30, height=20).shown_height == 20
