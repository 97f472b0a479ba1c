"""The picture before → after: what leaves a block is what it holds, and nothing is lost on the way."""

from itertools import pairwise

import pytest

from cockpit.charts import length
from cockpit.method.transfers import BOX, transfers

TONES = {"A": "t-a", "B": "t-b", "C": "t-c", "": "t-none"}
FLOWS = [("A", "A", 48), ("A", "B", 2), ("B", "B", 100), ("B", "A", 14), ("C", "C", 72), ("", "C", 1)]


@pytest.fixture
def chart():
    return transfers(FLOWS, TONES)


def bottom(stack):
    return float(stack.block.y) + float(stack.block.height)


def test_each_side_counts_everybody(chart):
    assert {one.key: one.clients for one in chart.before} == {"A": 50, "B": 114, "C": 72, "": 1}
    assert {one.key: one.clients for one in chart.after} == {"A": 62, "B": 102, "C": 73}
    assert sum(band.clients for band in chart.bands) == 237


def test_blocks_follow_each_other_inside_the_box(chart):
    for side in (chart.before, chart.after):
        for above, below in pairwise(side):
            assert float(below.block.y) == pytest.approx(bottom(above) + BOX["gap"], abs=0.11)
        assert bottom(side[-1]) <= BOX["height"] - BOX["margin"] + 0.2


def test_a_larger_class_has_a_taller_block_on_the_same_scale(chart):
    heights = {one.clients: float(one.block.height) for one in [*chart.before, *chart.after]}
    assert [heights[count] for count in sorted(heights)] == sorted(heights.values())


def test_what_stays_is_grey_and_drawn_under_what_moves(chart):
    moves = [band.source != band.target for band in chart.bands]
    assert moves == sorted(moves)
    assert {band.tone for band in chart.bands if band.source == band.target} == {"t-none"}
    assert {(band.target, band.tone) for band in chart.bands if band.source != band.target} == {
        ("A", "t-a"),
        ("B", "t-b"),
        ("C", "t-c"),
    }


def test_lengths_are_texts_that_svg_reads(chart):
    for one in [*chart.before, *chart.after]:
        values = [one.block.x, one.block.y, one.block.width, one.block.height]
        assert values == [length(float(value)) for value in values]
    assert all("," not in band.path and "nan" not in band.path for band in chart.bands)


def test_nobody_draws_nothing():
    chart = transfers([], TONES)
    assert (chart.before, chart.after, chart.bands) == ([], [], [])
