"""Everything here happens on one Monday of December 2026."""

import pytest
import time_machine

from tests.campaigns.allocation.world import TODAY, Firm


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(TODAY, tick=False):
        yield TODAY


@pytest.fixture
def firm(db):
    return Firm()
