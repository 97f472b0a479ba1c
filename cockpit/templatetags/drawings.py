"""Small graphics of a row, drawn from its figures: {% load drawings %}."""

from django import template

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


@register.inclusion_tag("charts/_months.html")
def month_bars(amounts, width=92, height=26, label=""):
    """Amounts by month, oldest first; `label` says them in words where nothing else does."""
    return {"chart": charts.months(amounts, width, height), "label": label}


@register.inclusion_tag("charts/_sparkline.html")
def sparkline(values, tone="is-brand"):
    """The course of a figure; draws nothing for fewer than three points."""
    return {"chart": charts.sparkline(values), "tone": tone}
