"""Small graphics of a row, drawn from its figures: {% load drawings %}."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from cockpit import charts

register = template.Library()


@register.inclusion_tag("charts/_rhythm.html")
def rhythm_bar(silence, gap, segment, width=150):
    """The silence of a client against their own rhythm: "247 j au lieu de 40 j" and its bar. No gap: no bar."""
    return {
        "silence": silence,
        "gap": gap,
        "segment": segment,
        "chart": charts.rhythm(silence, gap, width) if gap else None,
    }


@register.simple_tag
def month_bars(amounts, width=92, height=26, label=""):
    """Amounts by month, oldest first; `label` says them in words where nothing else does.

    Written here rather than in a template: a list draws twelve bars a row, which were a third of its time.
    """
    chart = charts.months(amounts, width, height)
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" rx="1" class="{}"/>',
        ((bar.x, bar.y, bar.width, bar.height, bar.tone) for bar in chart.bars),
    )
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="spark" viewBox="0 0 {0} {1}" width="{0}" height="{1}" preserveAspectRatio="none" {2}>{3}</svg>',
        str(chart.width),
        str(chart.height),
        said,
        bars,
    )


@register.inclusion_tag("charts/_sparkline.html")
def sparkline(values, tone="is-brand"):
    """The course of a figure; draws nothing for fewer than two points."""
    return {"chart": charts.sparkline(values), "tone": tone}
