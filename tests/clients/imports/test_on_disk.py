"""The files of an import on the disk of its worker: gone with it, even when it was killed."""

import os
import tempfile
from io import BytesIO

import pytest

from clients.imports import on_disk, queue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def batch():
    return queue.submit(files=[("v.csv", BytesIO(b"x" * 3_000_000)), ("w.csv", BytesIO(b"y"))], by=None)


def aged(folder):
    """This folder, made long ago."""
    os.utime(folder, (0, 0))
    return folder


def test_each_file_is_there_whole_and_goes_at_the_end(batch, disk):
    with on_disk.copies(batch) as files:
        assert [(stored.name, path.read_bytes()) for stored, path in files] == [
            ("v.csv", b"x" * 3_000_000),
            ("w.csv", b"y"),
        ]
    assert not list(disk.iterdir())


def test_what_a_killed_worker_left_goes_with_the_next_import(batch, disk):
    left = disk / f"{on_disk.PREFIX}killed"
    left.mkdir()
    (left / "0").write_text("des factures")
    aged(left)
    with on_disk.copies(batch):
        assert not left.exists()


def test_what_a_living_worker_uses_stays(batch):
    with on_disk.copies(batch) as files:
        folder = aged(files[0][1].parent)
        with on_disk.copies(batch):
            assert folder.exists()


def test_a_folder_just_made_and_what_is_not_ours_stay(batch, disk):
    elsewhere, young, link = disk / "ailleurs", disk / f"{on_disk.PREFIX}neuf", disk / f"{on_disk.PREFIX}lien"
    elsewhere.mkdir()
    young.mkdir()
    link.symlink_to(aged(elsewhere))
    with on_disk.copies(batch):
        assert elsewhere.exists()
        assert young.exists()
