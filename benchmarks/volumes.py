"""Files as large as they come, each imported by a process of its own: seconds, memory, and what a page sees move."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import files, worker
from benchmarks.database import own_database
from benchmarks.imports import median_of, raw_copy_s

ROWS, QUICK_ROWS = 100_000, 20_000
REPETITIONS = 3


class Volume(NamedTuple):
    """One kind of file, of so many rows, and how large its import may be: seconds, MB of worker and of its reader."""

    kind: str
    rows: int
    is_slow: bool = False
    most_s: float | None = None
    most_mb: float | None = None
    most_confined_mb: float | None = None


class Measured(NamedTuple):
    """A volume and its import; `copy_s` is a raw COPY of the same file, of a CSV only."""

    volume: Volume
    ran: worker.Ran
    copy_s: float | None


VOLUMES = (
    Volume("csv", ROWS, most_s=15, most_mb=400),
    Volume("xlsx", ROWS, most_s=20, most_mb=400, most_confined_mb=1024),
    Volume("csv", 1_000_000, is_slow=True, most_mb=400),
    Volume("xlsx", 300_000, is_slow=True, most_mb=400, most_confined_mb=1024),
    Volume("fec", 1_000_000, is_slow=True),
)
WRITERS = {"csv": files.write_csv, "xlsx": files.write_xlsx, "fec": files.write_fec}


def measure(*, slow: bool, quick: bool) -> Iterator[Measured]:
    """Each volume imported: the short ones several times, the slow ones once, or not at all."""
    for volume in VOLUMES:
        if not volume.is_slow:
            yield _measured(Volume(volume.kind, QUICK_ROWS) if quick else volume, REPETITIONS)  # aims are of the whole
        elif slow and not quick:
            yield _measured(volume, 1)


def _measured(volume: Volume, repetitions: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (files.FEC_NAME if volume.kind == "fec" else f"factures.{volume.kind}")
        lines = WRITERS[volume.kind](path, volume.rows)
        copy_s = None
        if volume.kind == "csv":
            with own_database():
                copy_s = raw_copy_s(path, len(files.HEADINGS))
        ran = median_of(path, lines, repetitions)
    return Measured(volume, ran, copy_s)
