"""What the tests of imports share: no broker, and the real files when they are there."""

import pytest

from tests.surroundings import SHARED_DIR


@pytest.fixture
def shared():
    """The folder of real files; tests that use it are marked so, and skipped without it."""
    return SHARED_DIR / "data"


@pytest.fixture(autouse=True)
def _no_broker(settings):
    settings.AFTER_IMPORT = []
    settings.AFTER_MERGE = []
