"""What a test may find around it, or not: a browser, a Redis server, the real files beside the checkout."""

import os
import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED_DIR = Path(os.environ.get("SHARED_DIR", ROOT.parent / "shared"))
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/15")  # the last database: nobody's by habit
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


def chromium() -> str | None:
    """The path of the system's browser."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def redis_answers() -> bool:
    place = urlsplit(REDIS_URL)
    try:
        socket.create_connection((place.hostname or "127.0.0.1", place.port or 6379), timeout=2).close()
    except OSError:
        return False
    return True


def missing(marker: str) -> str:
    """Why a test with this marker cannot run here; empty when it can."""
    if marker == "browser" and not chromium():
        return "no Chromium on this machine: install one, or name it with CHROMIUM"
    if marker == "redis" and not redis_answers():
        return f"no Redis server answers at {REDIS_URL}: start one, or name it with REDIS_URL"
    if marker == "shared" and not SHARED_DIR.is_dir():
        return f"the real files are not at {SHARED_DIR}: set SHARED_DIR"
    return ""


def skip_or_fail(reason: str) -> None:
    """Skips the test, saying why; on the integration server, where everything must be there, fails it."""
    if reason and IN_CI:
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)
