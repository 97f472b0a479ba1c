"""Files as large as they come, each imported and undone by processes of their own: seconds, memory, what a page sees.

One of them comes into a base that is large already.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import files, load, worker
from benchmarks.database import own_database
from benchmarks.imports import raw_copy_s
from clients.models import InvoiceLine

ROWS, QUICK_ROWS = 100_000, 20_000
REPETITIONS = 3


class Volume(NamedTuple):
    """One kind of file, of so many rows, and how large its import may be: seconds, MB of worker and of its reader.

    It comes into a base of so many clients, who have some 15 invoices each; an empty one for 0.
    """

    kind: str
    rows: int
    is_slow: bool = False
    most_s: float | None = None
    most_mb: float | None = None
    most_confined_mb: float | None = None
    known_clients: int = 0

    @property
    def name(self) -> str:
        """As the ratios call it."""
        return f"{self.kind} {self.rows}" + (f" into {self.known_clients} clients" if self.known_clients else "")


class Trial(NamedTuple):
    """An import, and then its undoing."""

    ran: worker.Ran
    undone: worker.Ran


class Measured(NamedTuple):
    """A volume and the trial of median seconds; `copy_s` is a raw COPY of the same file, of a CSV only."""

    volume: Volume
    ran: worker.Ran
    undone: worker.Ran
    copy_s: float | None


VOLUMES = (
    Volume("csv", ROWS, most_s=15, most_mb=400),
    Volume("xlsx", ROWS, most_s=20, most_mb=400, most_confined_mb=1024),
    Volume("csv", ROWS, is_slow=True, most_mb=400, known_clients=100_000),
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
        if volume.kind == "csv" and not volume.known_clients:
            with own_database():
                copy_s = raw_copy_s(path, len(files.HEADINGS))
        trials = sorted(_tried(volume, path, lines) for _ in range(repetitions))
    return Measured(volume, *trials[repetitions // 2], copy_s)


def _tried(volume: Volume, path: Path, lines: int) -> Trial:
    """In a new database, which is at the end what it was at the start."""
    with own_database():
        if volume.known_clients:
            load.fill(volume.known_clients)
        before = InvoiceLine.objects.count()
        ran = worker.run(path)
        _check(before + lines)
        undone = worker.undo_last()
        _check(before)
    return Trial(ran, undone)


def _check(wanted: int) -> None:
    if (found := InvoiceLine.objects.count()) != wanted:
        raise RuntimeError(f"there should be {wanted} lines of invoices, there are {found}")
