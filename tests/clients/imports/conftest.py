"""What the tests of imports share: no broker, no clock over properties, and the real files when they are there."""

import os

import pytest
from hypothesis import settings as properties

from tests.surroundings import SHARED_DIR

properties.register_profile("each time", deadline=None, derandomize=True)
properties.register_profile("prove", deadline=None, max_examples=3_000)
properties.load_profile("prove" if os.environ.get("PROVE") else "each time")


@pytest.fixture
def shared():
    """The folder of real files; tests that use it are marked so, and skipped without it."""
    return SHARED_DIR / "data"


@pytest.fixture(autouse=True)
def _no_broker(settings):
    settings.AFTER_IMPORT = []
    settings.AFTER_MERGE = []
