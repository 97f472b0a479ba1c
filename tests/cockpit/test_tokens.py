"""Contrasts of the colours of the stylesheet, in both themes. A browser's checker does not look at text in SVG."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

from segmentation.models import SegmentSlug

CSS = Path(settings.BASE_DIR, "static", "app.css").read_text()
THEMES = {"light": 0, "dark": 1}
TEXT, GRAPHIC = 4.5, 3.0


def tokens(theme):
    """Every colour token of this theme, by name."""
    pairs = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", CSS)
    return {name: pair[THEMES[theme]] for name, *pair in pairs}


def channel(value):
    value /= 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def rgb(colour):
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def luminance(colour):
    red, green, blue = (channel(value) for value in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """The WCAG contrast ratio of two colours."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mixed(colour, percent, ground):
    """This much of a colour over a ground, as color-mix(in srgb) does."""
    parts = [round(a * percent / 100 + b * (1 - percent / 100)) for a, b in zip(rgb(colour), rgb(ground), strict=True)]
    return "#" + "".join(f"{part:02x}" for part in parts)


HUES = ["champions", "loyal", "to-develop", "new", "watch", "at-risk", "cannot-lose", "to-revive", "lost"]
WRITTEN = ["ink", "ink-2", "mut", "brand", "good", "warn", "bad", "tier-a", "tier-b", "tier-c-text", *HUES]
DRAWN = ["tier-a", "tier-b", "tier-c", "edge", "grade-1", "grade-2", "grade-3", "grade-4", *HUES]

both = pytest.mark.parametrize("theme", THEMES)


@both
@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_colour_reads_on_a_card(theme, name):
    colours = tokens(theme)
    assert contrast(colours[name], colours["surface"]) >= TEXT


@both
@pytest.mark.parametrize("ground", ["bg", "sunken", "brand-wash"])
@pytest.mark.parametrize("name", ["ink", "ink-2", "mut", "brand"])
def test_the_words_of_the_frame_read_on_every_ground(theme, name, ground):
    colours = tokens(theme)
    assert contrast(colours[name], colours[ground]) >= TEXT


@both
@pytest.mark.parametrize("name", DRAWN)
def test_a_drawn_colour_shows_on_a_card(theme, name):
    colours = tokens(theme)
    assert contrast(colours[name], colours["surface"]) >= GRAPHIC


@both
@pytest.mark.parametrize("name", ["brand", "brand-hover", "bad", *HUES])
def test_text_on_a_filled_colour_reads(theme, name):
    colours = tokens(theme)
    assert contrast(colours["on"], colours[name]) >= TEXT


@both
@pytest.mark.parametrize("name", HUES)
def test_the_name_of_a_segment_reads_in_its_pill(theme, name):
    colours = tokens(theme)
    assert contrast(colours[name], mixed(colours[name], 11, colours["surface"])) >= TEXT


@both
@pytest.mark.parametrize("name", HUES)
@pytest.mark.parametrize("percent", [7, 13, 22, 32])
def test_figures_read_in_every_cell_of_the_map(theme, name, percent):
    colours = tokens(theme)
    ground = mixed(colours[name], percent, colours["surface"])
    assert contrast(colours["ink"], ground) >= TEXT
    assert contrast(colours["ink-2"], ground) >= TEXT


@pytest.mark.parametrize("slug", SegmentSlug.values)
def test_every_segment_has_a_colour(slug):
    assert f".seg-{slug} {{ --c" in CSS or f".seg-{slug}, " in CSS or f", .seg-{slug} {{ --c" in CSS


def test_the_stylesheet_stays_light():

    assert len(gzip.compress(CSS.encode(), 9)) <= 12 * 1024
    assert Path(settings.BASE_DIR, "static", "app.js").stat().st_size <= 8 * 1024
