"""Where every bar, ribbon and dot of a graphic goes: pure geometry, in the units of the graphic's viewBox.

Every length comes back as a string with a dot ("12.5"): a template would write a float the French way and break the
drawing. What is read (percentages, euros, names) stays a number, for the template to write with `figures`.
"""

from cockpit.charts.geometry import LEVELS, Rect, Scale, band_path, bar, length, levels
from cockpit.charts.intervals import Interval, Intervals, intervals
from cockpit.charts.pareto_curve import Band, Mark, Pareto, Tick, pareto
from cockpit.charts.share_lanes import LANES_BOX, Lane, Lanes, lanes
from cockpit.charts.small import RHYTHM_CAP, Months, Rhythm, Sparkline, months, rhythm, sparkline
from cockpit.charts.tier_ribbons import LEAST_RIBBON, RIBBON_BOX, Ribbon, Ribbons, ribbons
from cockpit.charts.timelines import Dot, Moment, Timeline, YearTick, timeline

__all__ = [
    "LANES_BOX",
    "LEAST_RIBBON",
    "LEVELS",
    "RHYTHM_CAP",
    "RIBBON_BOX",
    "Band",
    "Dot",
    "Interval",
    "Intervals",
    "Lane",
    "Lanes",
    "Mark",
    "Moment",
    "Months",
    "Pareto",
    "Rect",
    "Rhythm",
    "Ribbon",
    "Ribbons",
    "Scale",
    "Sparkline",
    "Tick",
    "Timeline",
    "YearTick",
    "band_path",
    "bar",
    "intervals",
    "lanes",
    "length",
    "levels",
    "months",
    "pareto",
    "rhythm",
    "ribbons",
    "sparkline",
    "timeline",
]
