"""What `make check`, the pre-commit hook and the integration server run: each check's name, and what failed."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ["accounts", "clients", "segmentation", "campaigns", "cockpit", "config"]
NOWHERE = "postgres://nobody@127.0.0.1:1/none"  # these checks read no database
LAYERS = "from importlinter.cli import lint_imports_command as run; run()"
CHECKS = {
    "format": ["-m", "ruff", "format", "--check", "."],
    "lint": ["-m", "ruff", "check", "."],
    "layers": ["-c", LAYERS],
    "types": ["-m", "mypy", *APPS],
    "templates": ["-m", "djlint", "templates", "--lint", "--quiet"],
    "migrations": ["-W", "ignore::RuntimeWarning", "manage.py", "makemigrations", "--check", "--dry-run"],
    "deployment": ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}


def production(folder: str) -> dict[str, str]:
    """An environment like a production server's, in a folder of its own."""
    return {
        **os.environ,
        "DATA_DIR": folder,
        "DATABASE_URL": NOWHERE,
        "SITE_URL": "https://cap.cabinet.example",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
    }


def main(names: list[str]) -> int:
    """The number of checks that failed, among those named (all when none is)."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        chosen = {name: CHECKS[name] for name in names or CHECKS}
        return sum(pool.map(lambda item: _failed(*item, environment=production(folder)), chosen.items()))


def _failed(name: str, arguments: list[str], *, environment: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    seconds = time.monotonic() - started
    print(f"{'✗' if done.returncode else '✓'} {name} ({seconds:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return bool(done.returncode)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
