"""The ratios that `--check` holds: what was measured against what docs/performance.md records.

A ratio divides a time by another taken in the same run on the same machine, so that it means the same everywhere. All
are written so that less is better.
"""

import re
from pathlib import Path

RECORD = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
TOLERANCE = 1.25
BLOCK = re.compile(r"(<!-- ratios -->\n)(.*?)(<!-- /ratios -->)", re.DOTALL)
ROW = re.compile(r"^\| `([^`]+)` \| ([0-9.]+) \|", re.MULTILINE)


class NoRecordError(Exception):
    """The document has no block of ratios."""


def recorded(path: Path = RECORD) -> dict[str, float]:
    """Each ratio of the document by its name. Raises NoRecordError when there is no block to read."""
    block = BLOCK.search(path.read_text()) if path.exists() else None
    if block is None:
        raise NoRecordError(f"{path} has no block of ratios: run `python -m benchmarks --record`")
    return {name: float(value) for name, value in ROW.findall(block[2])}


def exceeded(measured: dict[str, float], record: dict[str, float]) -> list[str]:
    """A sentence for each measured ratio that went more than a quarter beyond its record; none of the others."""
    return [
        f"{name}: {value:.3f}, recorded {record[name]:.3f}, at most {record[name] * TOLERANCE:.3f}"
        for name, value in measured.items()
        if name in record and value > record[name] * TOLERANCE
    ]


def unknown(measured: dict[str, float], record: dict[str, float]) -> list[str]:
    """The names of measured ratios that the document does not record yet."""
    return [name for name in measured if name not in record]


def write(measured: dict[str, float], path: Path = RECORD) -> None:
    """Records these ratios, keeping those that this run did not measure. Raises NoRecordError without a block."""
    kept = recorded(path) | measured
    rows = "".join(f"| `{name}` | {value:.3f} |\n" for name, value in kept.items())
    table = f"| ratio | recorded |\n|---|---|\n{rows}"
    path.write_text(BLOCK.sub(lambda block: block[1] + table + block[3], path.read_text()))
