"""What the tests of imports share: no broker, and the real files beside the checkout when they are there."""

import os
from pathlib import Path

import pytest
from django.conf import settings as project

SHARED = Path(os.environ.get("SHARED_DIR", project.BASE_DIR.parent / "shared"))


@pytest.fixture
def shared():
    """The folder of real files."""
    if not SHARED.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the real files must be in {SHARED}")
        pytest.skip(f"the real files are not in {SHARED}")
    return SHARED / "data"


@pytest.fixture(autouse=True)
def _no_broker(settings):
    settings.AFTER_IMPORT = []
