"""Graphic 8: bars in proportion to their shares, and the hours needed against what there is."""

from decimal import Decimal

import pytest

from cockpit.charts import length
from cockpit.charts.allocation_bars import BOX, allocation_bars

ROOM = BOX["width"] - BOX["right"]


def drawn(*shares, needed="50", available="100"):
    lines = [(f"Ligne {place}", *three) for place, three in enumerate(shares)]
    return allocation_bars(lines, needed=Decimal(needed), available=Decimal(available))


def test_each_bar_is_as_long_as_its_share():
    chart = drawn((Decimal("0.5"), Decimal(1), Decimal(0)))
    assert [bar.bar.width for bar in chart.groups[0].bars] == [length(ROOM / 2), length(ROOM), length(0)]


def test_what_is_not_known_has_no_bar_and_no_figure():
    real = drawn((Decimal("0.5"), None, Decimal(0))).groups[0].bars[1]
    assert (real.bar.width, real.share) == (length(0), None)


def test_lines_follow_each_other_and_stay_inside():
    chart = drawn(*[(Decimal("0.2"),) * 3] * 4)
    tops = [float(bar.bar.y) for group in chart.groups for bar in group.bars]
    assert tops == sorted(tops)
    assert tops[-1] + BOX["bar"] < float(chart.capacity.bar.y) < chart.height


@pytest.mark.parametrize(
    ("needed", "available", "bar", "mark"),
    [("50", "100", ROOM / 2, ROOM), ("100", "50", ROOM, ROOM / 2), ("0", "0", 0, 0), ("10", "0", ROOM, 0)],
)
def test_the_hours_needed_are_drawn_against_what_there_is(needed, available, bar, mark):
    hours = drawn(needed=needed, available=available).capacity
    assert (hours.bar.width, hours.mark_x) == (length(bar), length(mark))
    assert hours.bar.tone == ("seg-at-risk" if float(needed) > float(available) else "seg-loyal")
