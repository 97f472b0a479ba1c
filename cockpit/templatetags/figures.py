"""Figures and marks as people read them: euros, shares, dates, durations, tiers and segments, in French or in English.

For text only. A graphic takes its lengths from `cockpit.charts`, as strings: a number written for people inside an SVG
attribute ("12,5") would break the drawing.
"""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from heroicons.templatetags.heroicons import heroicon_mini

from clients.figures import (
    day,
    days,
    days_short,
    dialled,
    eur,
    keur,
    long_day,
    moment,
    month,
    nb,
    pct,
    pct1,
    points,
    quarter,
    signed,
    signed_pct,
    span,
    times,
)
from segmentation.models import Colour, SegmentSlug, Tier
from segmentation.opportunity_words import chance
from segmentation.shifts import GONE, UNRANKED

register = template.Library()

for read in [
    dialled,
    eur,
    keur,
    pct,
    pct1,
    points,
    signed_pct,
    nb,
    signed,
    day,
    long_day,
    month,
    quarter,
    moment,
    days,
    days_short,
    span,
    times,
    chance,
]:
    register.filter(read)

SEGMENT_ICONS = {
    SegmentSlug.CHAMPIONS: "star",
    SegmentSlug.LOYAL: "heart",
    SegmentSlug.TO_DEVELOP: "arrow-trending-up",
    SegmentSlug.NEW: "sparkles",
    SegmentSlug.FIRST_PURCHASES: "bolt",
    SegmentSlug.WATCH: "eye",
    SegmentSlug.TO_REVIVE: "pause",
    SegmentSlug.AT_RISK: "exclamation-triangle",
    SegmentSlug.CANNOT_LOSE: "fire",
    SegmentSlug.DORMANT: "moon",
    SegmentSlug.LOST: "archive-box",
}


@register.filter
def tier_name(letter):
    """A tier with its letter and its name, never the bare name: "Palier A · Champions"."""
    if not letter:
        return gettext("Sans palier")
    return gettext("Palier %(letter)s · %(name)s") % {"letter": letter, "name": Tier(letter).label}


@register.filter
def tier_word(letter):
    """The name of a tier, for where its letter already stands."""
    return Tier(letter).label


@register.filter
def segment_name(slug):
    return SegmentSlug(slug).label if slug else gettext("Sans segment")


@register.filter
def class_name(key):
    """What a flow of clients comes from or leads to: a segment, a tier, none, or out of sight."""
    if key in Tier.values:
        return tier_name(key)
    others = {UNRANKED: gettext("Sans palier"), GONE: gettext("Sans achat connu")}
    return others.get(key) or segment_name(key)


@register.filter
def class_tone(key):
    """The class of the stylesheet that colours it."""
    if key in Tier.values:
        return f"t-{key.lower()}"
    return f"seg-{key}" if key in SegmentSlug.values else "seg-lost"


@register.filter
def tier_letter(key):
    """The letter of a tier, nothing for what is none."""
    return key if key in Tier.values else ""


@register.filter
def segment_icon(slug):
    """The name of this segment's heroicon."""
    return SEGMENT_ICONS[SegmentSlug(slug)]


@register.filter
def written(row, column):
    """What this column says of a row of a list, as people read it."""
    return column.shown(row)


@register.simple_tag
def segment_badge(slug):
    """A segment as a coloured pill: an icon and a name, so that the hue is never the only sign. None where a client is
    known by yearly totals alone."""
    if not slug:
        return format_html('<span class="mut">{}</span>', gettext("Sans segment"))
    icon = heroicon_mini(SEGMENT_ICONS[SegmentSlug(slug)], size=14, aria_hidden="true")
    return format_html('<span class="badge seg-{}">{}{}</span>', slug, icon, SegmentSlug(slug).label)


@register.simple_tag
def grade_mark(colour):
    """The colour of a relation as its place on a scale of four dots, all of them full for the best, and its name."""
    step = Colour(colour).step
    dots = format_html_join(
        "",
        '<circle class="{}" cx="{}" cy="5" r="4"/>',
        (("on" if n <= 5 - step else "", n * 11 - 6) for n in range(1, 5)),
    )
    return format_html(
        '<span class="grade g-{}"><svg viewBox="0 0 43 10" width="43" height="10" aria-hidden="true">{}</svg>{}</span>',
        step,
        dots,
        Colour(colour).label,
    )


@register.simple_tag
def tier_badge(letter):
    """A tier as a letter in a square and its name."""
    if not letter:
        return format_html('<span class="mut">{}</span>', gettext("Sans palier"))
    return format_html(
        '<span class="tier t-{}"><span class="vh">{} </span><b>{}</b><span class="vh"> · </span>{}</span>',
        letter.lower(),
        gettext("Palier"),
        letter,
        Tier(letter).label,
    )
