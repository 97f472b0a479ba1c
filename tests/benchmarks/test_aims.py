"""What the benchmark says of a figure that has an aim."""

import pytest

from benchmarks.aims import verdict


@pytest.mark.parametrize(
    ("found", "bounds", "said"),
    [
        (15.0, {"at_most": 15}, " (aim ≤ 15 s: met)"),
        (15.1, {"at_most": 15}, " (aim ≤ 15 s: MISSED)"),
        (20_000.0, {"at_least": 20_000}, " (aim ≥ 20,000 s: met)"),
        (19_999.0, {"at_least": 20_000}, " (aim ≥ 20,000 s: MISSED)"),
    ],
)
def test_a_figure_at_its_aim_meets_it_and_one_beyond_misses_it(found, bounds, said):
    assert verdict(found, unit="s", **bounds) == said


def test_nothing_is_said_of_a_figure_without_aim():
    assert verdict(1.0, unit="s") == ""
