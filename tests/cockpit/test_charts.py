import datetime as dt
import re
from decimal import Decimal
from itertools import pairwise

import pytest

from cockpit import charts

ONE, HALF, NONE = Decimal(1), Decimal("0.5"), Decimal(0)


def steps_of(revenues, count=50):
    """The (clients, share) steps of these revenues, as segmentation.portfolio reads them."""
    ranked = sorted(revenues, reverse=True)
    bars = min(count, len(ranked))
    places = [-(-step * len(ranked) // bars) for step in range(1, bars + 1)]
    return [(place, Decimal(sum(ranked[:place])) / Decimal(sum(ranked))) for place in places]


def points_of(path):
    return [tuple(map(float, point.split())) for point in re.findall(r"[ML]([\d. ]+)", path)]


def numbers(rects, name):
    return [float(getattr(rect, name)) for rect in rects]


@pytest.mark.parametrize("count", [1, 3, 5, 14, 49, 50, 51, 248, 1000])
def test_the_areas_of_the_bars_are_the_revenues(count):
    revenues = [1000 // (place + 1) + 1 for place in range(count)]
    chart = charts.pareto(steps_of(revenues), [])
    pitch = (float(chart.right) - float(chart.left)) / count
    edges = [0, *(place for place, _share in steps_of(revenues))]
    clients = [after - before for before, after in pairwise(edges)]
    areas = [height * n * pitch for height, n in zip(numbers(chart.bars, "height"), clients, strict=True)]
    shares = [share for _place, share in steps_of(revenues)]
    assert areas[0] / sum(areas) == pytest.approx(float(shares[0]), abs=0.01)
    assert len(chart.bars) == min(50, count)


@pytest.mark.parametrize("count", [1, 3, 5, 14, 137])
def test_the_curve_only_rises_and_ends_on_everything(count):
    chart = charts.pareto(steps_of([10, *range(1, count)]), [])
    points = points_of(chart.curve)
    assert points[0] == (float(chart.left), float(chart.base))
    assert points[-1] == (float(chart.right), float(chart.top))
    assert all(y1 >= y2 and x1 < x2 for (x1, y1), (x2, y2) in pairwise(points))


def test_bars_never_rise_though_some_hold_one_client_more():
    heights = numbers(charts.pareto(steps_of(range(1, 78)), []).bars, "height")
    assert heights == sorted(heights, reverse=True)


def test_bands_cover_every_client_and_bars_take_the_colour_of_theirs():
    chart = charts.pareto(steps_of(range(1, 11), 10), [("A", 2, HALF), ("B", 5, HALF), ("C", 3, NONE)])
    assert sum(band.share for band in chart.bands) == 1
    assert [bar.tone for bar in chart.bars] == ["t-a"] * 2 + ["t-b"] * 5 + ["t-c"] * 3


def test_marks_tell_what_the_first_tiers_bring():
    tiers = [("A", 1, HALF), ("B", 3, Decimal("0.4")), ("C", 1, Decimal("0.1"))]
    chart = charts.pareto(steps_of([50, 20, 10, 10, 10]), tiers)
    assert [(mark.clients, mark.revenue) for mark in chart.marks] == [
        (Decimal("0.2"), Decimal("0.5")),
        (Decimal("0.8"), Decimal("0.9")),
    ]


def test_without_tiers_there_is_a_curve_and_no_mark():
    chart = charts.pareto(steps_of([3, 2, 1]), [])
    assert (chart.marks, chart.bands) == ([], [])
    assert {bar.tone for bar in chart.bars} == {"t-none"}


def test_nobody_draws_axes_and_nothing_else():
    chart = charts.pareto([], [])
    assert (chart.bars, chart.curve) == ([], "")
    assert len(chart.rows) == 5


def test_a_hundred_thousand_clients_come_as_fifty_steps():
    steps = [(place * 2000, Decimal(place) / 50) for place in range(1, 51)]
    tiers = [("A", 20_000, Decimal("0.2")), ("B", 50_000, HALF), ("C", 30_000, Decimal("0.3"))]
    chart = charts.pareto(steps, tiers)
    assert len(chart.bars) == 50
    assert [mark.revenue for mark in chart.marks] == [Decimal("0.2"), Decimal("0.7")]


@pytest.mark.parametrize(
    ("clients", "revenues"),
    [
        (("0.2", "0.5", "0.3"), ("0.66", "0.3", "0.04")),
        (("0.001", "0.998", "0.001"), ("0.999", "0.001", "0")),
        (("1", "0", "0"), ("1", "0", "0")),
    ],
)
def test_both_sides_of_the_ribbons_fill_the_same_height(clients, revenues):
    drawn = charts.ribbons(list(zip("ABC", map(Decimal, clients), map(Decimal, revenues), strict=True))).ribbons
    room = charts.RIBBON_BOX["height"] - 2 * charts.RIBBON_BOX["margin"] - 2 * charts.RIBBON_BOX["gap"]
    assert sum(numbers([ribbon.source for ribbon in drawn], "height")) == pytest.approx(room, abs=0.2)
    assert sum(numbers([ribbon.target for ribbon in drawn], "height")) == pytest.approx(room, abs=0.2)


def test_the_fullest_cell_is_the_strongest_and_an_empty_one_is_bare():
    assert charts.levels([0, 1, 25, 50, 75, 100, None, -3]) == [0, 1, 2, 3, 4, 4, 0, 0]
    assert charts.levels([0, 0]) == [0, 0]


def test_a_bar_is_a_share_of_the_largest():
    assert [charts.bar(Decimal(value), Decimal(40)) for value in (40, 10, 0, -5)] == ["100", "25", "0", "0"]
    assert charts.bar(NONE, NONE) == "0"


def test_the_rhythm_bar_is_a_square_root_capped_at_twelve_times():
    assert charts.rhythm(30, 10, 120).silence == charts.length(120 * (3 / 12) ** 0.5)
    assert charts.rhythm(120, 10, 120).silence == charts.rhythm(9999, 10, 120).silence == "120"
    assert charts.rhythm(10, 10, 120).silence == charts.rhythm(10, 10, 120).tick


def test_an_empty_month_is_a_dash_and_a_month_of_credit_notes_has_its_tone():
    bars = charts.months([NONE, Decimal(50), Decimal(100), Decimal(-100)], height=26).bars
    assert [bar.tone for bar in bars] == ["z", "", "", "neg"]
    assert numbers(bars, "height") == [1.5, 12, 24, 24]


def test_a_course_needs_two_points_and_may_be_flat():
    assert charts.sparkline([1]) is None
    assert charts.sparkline([1, 2]).line == "M0 30L120 4"
    assert charts.sparkline([5, 5, 5]).line == "M0 30L60 30L120 30"


def test_a_timeline_shows_the_silence_and_the_purchases_that_did_not_come():
    bought = [charts.Moment(dt.date(2026, 1, 1), "purchase", Decimal(100), "1er janv.")]
    chart = charts.timeline(
        bought,
        start=dt.date(2025, 1, 1),
        end=dt.date(2026, 4, 1),
        last_purchase=dt.date(2026, 1, 1),
        gap_days=30,
    )
    assert chart.silence.x == chart.dots[0].x
    assert len(chart.expected) == 3
    assert [tick.year for tick in chart.years] == [2026]


def test_the_area_of_a_dot_follows_the_amount():
    moments = [charts.Moment(dt.date(2026, 1, day), "purchase", Decimal(day * day), "") for day in (1, 5, 10)]
    radii = [
        float(dot.radius) for dot in charts.timeline(moments, start=dt.date(2026, 1, 1), end=dt.date(2026, 2, 1)).dots
    ]
    assert radii == [3.7, 6.5, 10]


@pytest.mark.parametrize(
    ("value", "text"), [(12.5, "12.5"), (3.0, "3"), (0.04, "0"), (-0.01, "0"), (1234.56, "1234.6")]
)
def test_lengths_are_written_for_the_browser_not_for_people(value, text):
    assert charts.length(value) == text


def test_shares_to_compare_lie_on_one_scale_and_their_interval_with_them():
    drawn = charts.lanes([("Un", "a", HALF), ("Deux", "b", ONE)], [(Decimal("0.4"), Decimal("0.6"))])
    (half, whole), box = drawn.lanes, charts.LANES_BOX
    assert float(whole.bar.width) == 2 * float(half.bar.width) == box["width"] - box["left"] - box["right"]
    low, high, _y = map(float, half.reach)
    assert low < float(half.bar.x) + float(half.bar.width) < high < float(half.value_x)
    assert (whole.reach, drawn.height) == (None, 2 * box["pitch"])
