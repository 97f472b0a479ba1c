"""`python -m benchmarks`: measures, prints, and with `--check` fails when a ratio went beyond what is recorded."""

import argparse
import logging
import os
import platform
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from benchmarks import imports, likeness, load, mailings, ratios, scoring, screens, volumes, worker  # noqa: E402
from benchmarks.aims import verdict  # noqa: E402
from benchmarks.database import own_database, server_version  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
PARTS = ("scoring", "pages", "likeness", "mailings", "import", "volumes")
IN_A_BASE = {"scoring", "pages", "likeness", "mailings"}
IMPORT_LINES = 400_000
QUICK_IMPORT_LINES = 20_000
LEAST_LINES_A_SECOND = 20_000
LEAST_TIMES_FASTER = 10
MOST_A_NIGHT = 4  # bare aggregates
REQUESTS = 30


def main() -> int:
    options = _options()
    logging.disable(logging.INFO)  # one line a request
    print(f"PostgreSQL {_in_own_database(server_version)}, Python {platform.python_version()}, {os.cpu_count()} cores")
    measured: dict[str, float] = {}
    sizes = SIZES[:1] if options.quick else SIZES
    if IN_A_BASE & set(options.only):
        _measure_sizes(sizes, options, measured)
    if "import" in options.only:
        _measure_import(QUICK_IMPORT_LINES if options.quick else IMPORT_LINES, measured)
    if "volumes" in options.only:
        _measure_volumes(options, measured)
    if options.record:
        ratios.write(measured)
    return _checked(measured) if options.check else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 clients and 20,000 lines only")
    parser.add_argument("--check", action="store_true", help="fail beyond 1.25 × the ratios of docs/performance.md")
    parser.add_argument("--record", action="store_true", help="write the ratios measured into docs/performance.md")
    parser.add_argument("--repetitions", type=int, default=5, help="of each scoring; medians are kept")
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=PARTS, help="what to measure; imports are two parts"
    )
    parser.add_argument(
        "--without-slow", action="store_true", help="leave out the files of a million rows and the like"
    )
    return parser.parse_args()


def _in_own_database(function, *arguments):
    with own_database():
        return function(*arguments)


def _measure_sizes(sizes: tuple[int, ...], options: argparse.Namespace, measured: dict[str, float]) -> None:
    each: dict[int, scoring.Scored] = {}
    for clients in sizes:
        with own_database():
            invoices = load.fill(clients)
            print(f"\n{clients:,} clients, {invoices:,} invoices")
            each[clients] = found = scoring.measure(options.repetitions)
            print(
                f"  a night {found.night_ms:,.0f} ms, everything read {found.whole_ms:,.0f} ms, GROUP BY "
                f"{found.group_by_ms:,.1f} ms: ratios {found.night_ratio:.2f} and {found.whole_ratio:.2f}, "
                f"{found.microseconds_a_client:.1f} µs a client"
                f"{verdict(found.night_ratio, unit='times', at_most=MOST_A_NIGHT if clients == SIZES[-1] else None)}"
            )
            measured[f"a night / group by, {clients} clients"] = found.night_ratio
            measured[f"everything read / group by, {clients} clients"] = found.whole_ratio
            if "pages" in options.only:
                _measure_pages(clients, found, measured)
            if "likeness" in options.only:
                _measure_likeness(clients, found, measured)
            if "mailings" in options.only:
                _measure_mailings(clients, found, measured)
    if len(each) == len(SIZES):
        flatness = each[SIZES[-1]].microseconds_a_client / each[SIZES[-2]].microseconds_a_client
        print(f"\ntime a client at {SIZES[-1]:,} / at {SIZES[-2]:,}: {flatness:.2f}")
        measured["time a client, 100000 / 10000"] = flatness


def _measure_pages(clients: int, scored: scoring.Scored, measured: dict[str, float]) -> None:
    for served in screens.measure(REQUESTS):
        most = screens.MOST_MS.get(served.page) if clients == SIZES[-1] else None
        print(
            f"  {served.page:10} {served.person:12} p50 {served.p50:6.1f} ms, p95 {served.p95:6.1f} ms"
            f"{verdict(served.p95, unit='ms', at_most=most)}, first after a scoring {served.first:6.1f} ms, "
            f"{served.queries} queries"
        )
        measured[f"{served.page} for {served.person} / scoring, {clients} clients"] = served.p50 / scored.whole_ms


def _measure_likeness(clients: int, scored: scoring.Scored, measured: dict[str, float]) -> None:
    found = likeness.measure(clients)
    print(
        f"  check of {found.newcomers:,} newcomers {found.check_ms:,.0f} ms, likely doubles {found.first_ms:,.0f} ms, "
        f"again {found.again_ms:,.0f} ms"
    )
    measured[f"check of newcomers / scoring, {clients} clients"] = found.check_ms / scored.whole_ms
    measured[f"likely doubles / scoring, {clients} clients"] = found.first_ms / scored.whole_ms


def _measure_mailings(clients: int, scored: scoring.Scored, measured: dict[str, float]) -> None:
    found = mailings.measure()
    is_largest = clients == SIZES[-1]
    frozen = verdict(found.frozen_s, unit="s", at_most=mailings.MOST_FROZEN_S if is_largest else None)
    share = verdict(found.share, unit="%", at_least=mailings.LEAST_SENT_SHARE if is_largest else None)
    print(
        f"  audience of {found.reached:,} frozen in {found.frozen_s:.2f} s{frozen}; messages a second "
        f"{_each(found.ours)}, bare loops {_each(found.bare)}: {found.share:.0f} %{share}"
    )
    measured[f"audience frozen / scoring, {clients} clients"] = found.frozen_s * 1_000 / scored.whole_ms
    measured[f"messages sent / bare smtplib, {clients} clients"] = 100 / found.share


def _each(rates: list[float]) -> str:
    return ", ".join(f"{rate:,.0f}" for rate in rates)


def _measure_import(lines: int, measured: dict[str, float]) -> None:
    found = imports.measure(lines, volumes.REPETITIONS)
    faster = found.lines_a_second / found.tuned_lines_a_second
    least = LEAST_LINES_A_SECOND if lines == IMPORT_LINES else None
    aim = verdict(found.lines_a_second, unit="lines/s", at_least=least)
    print(f"\nimport of {found.lines:,} lines")
    print(
        f"  pipeline              {found.ran.seconds:6.1f} s, {found.lines_a_second:9,.0f} lines/s{aim}, "
        f"{_processors(found.ran)}"
    )
    print(f"  raw COPY, no checks   {found.copy_s:6.1f} s, {found.lines / found.copy_s:9,.0f} lines/s")
    print(
        f"  django-import-export  {found.tuned_s:6.1f} s, {found.tuned_lines_a_second:9,.0f} lines/s on "
        f"{found.slice_lines:,}: the pipeline is {faster:.1f} times faster"
    )
    stock = found.lines_a_second / found.stock_lines_a_second
    print(
        f"    its own foreign keys {found.stock_s:5.1f} s, {found.stock_lines_a_second:9,.0f} lines/s on "
        f"{found.stock_lines:,}: the pipeline is {stock:.1f} times faster"
        f"{verdict(stock, unit='times', at_least=LEAST_TIMES_FASTER)}"
    )
    measured[f"pipeline / raw copy, {lines} lines"] = found.ran.seconds / found.copy_s
    measured[f"pipeline / tuned django-import-export a line, {lines} lines"] = 1 / faster


def _measure_volumes(options: argparse.Namespace, measured: dict[str, float]) -> None:
    """Ratios are of processor time, which other programs of the machine disturb less: some files take minutes."""
    print("\nfiles imported end to end, then undone, each time by a process of its own", flush=True)
    first: dict[str, tuple[str, float]] = {}  # the first file of each kind, a CSV before all, and its time a row
    for volume, ran, undone, copy_s in volumes.measure(slow=not options.without_slow, quick=options.quick):
        _print_volume(volume, ran, undone)
        a_row = ran.cpu_s / volume.rows
        other = volume.kind if volume.kind in first else "csv"
        if other in first:
            name, reference = first[other]
            measured[f"time a row, {volume.name} / {name}"] = a_row / reference
        elif copy_s:
            measured[f"{volume.name} / raw copy"] = ran.seconds / copy_s
        measured[f"undoing {volume.name} / its import"] = undone.cpu_s / ran.cpu_s
        first.setdefault(volume.kind, (volume.name, a_row))


def _print_volume(volume: volumes.Volume, ran: worker.Ran, undone: worker.Ran) -> None:
    aim = verdict(ran.seconds, unit="s", at_most=volume.most_s)
    base = f" into a base of {volume.known_clients:,} clients" if volume.known_clients else ""
    facts = [
        f"  {volume.kind:4} {volume.rows:9,} rows{base} in {ran.seconds:.1f} s{aim}",
        f"{volume.rows / ran.seconds:,.0f} rows/s",
        _processors(ran),
        f"worker {ran.peak_mb:,.0f} MB{verdict(ran.peak_mb, unit='MB', at_most=volume.most_mb)}",
        f"{ran.steps} steps of progress seen",
    ]
    if ran.confined_mb:
        reader = verdict(ran.confined_mb, unit="MB", at_most=volume.most_confined_mb)
        facts.append(f"its reader {ran.confined_mb:,.0f} MB{reader}")
    facts.append(f"undone in {undone.seconds:.1f} s, {_processors(undone)}")
    print(", ".join(facts), flush=True)


def _processors(ran: worker.Ran) -> str:
    return f"{ran.cpu_s:.1f} s of processor"


def _checked(measured: dict[str, float]) -> int:
    record = ratios.recorded()
    for name in ratios.unknown(measured, record):
        print(f"not recorded yet: {name}")
    slower = ratios.exceeded(measured, record)
    for sentence in slower:
        print(f"SLOWER  {sentence}", file=sys.stderr)
    print(f"{len(measured)} ratios measured, {len(slower)} beyond their record")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
