"""The files of an import on the disk of its worker, while it reads them. They hold a firm's invoices: none may stay."""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clients.models import Import, ImportFile

PREFIX = "cap-clients-import-"
YOUNG = 60  # seconds: a folder so new may be about to be locked


@contextmanager
def copies(batch: Import) -> Iterator[list[tuple[ImportFile, Path]]]:
    """The files of this import in a folder of their own, gone afterwards; each written piece by piece."""
    with own_folder() as folder:
        files = []
        for stored in batch.files.all():
            path = folder / str(stored.position)
            with path.open("wb") as copy:
                for content in stored.chunks.order_by("position").values_list("content", flat=True).iterator(4):
                    copy.write(content)
            files.append((stored, path))
        yield files


@contextmanager
def own_folder() -> Iterator[Path]:
    """An empty folder, gone afterwards with all that was put there.

    It is locked for as long as it serves: a killed worker's, which no lock holds, goes with the next import.
    """
    _sweep()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder, _opened(Path(folder)) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield Path(folder)


def _sweep() -> None:
    """Remove what workers of this account left when they were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), _opened(folder) as held:  # OSError: locked, gone meanwhile, or not a folder
            found = os.fstat(held)
            if found.st_uid == os.geteuid() and time.time() - found.st_mtime > YOUNG:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield held
    finally:
        os.close(held)
