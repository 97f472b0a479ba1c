"""Where a client is, tier or segment, as words for the pictures of the method: {% load method %}."""

from django import template
from django.utils.translation import gettext

from cockpit.templatetags.figures import segment_name, tier_name

register = template.Library()


@register.filter
def place(key, kind):
    """A tier or a segment in full, whichever this picture (`tiers` or `segments`) is of."""
    return tier_name(key) if kind == "tiers" else segment_name(key)


@register.filter
def place_short(key, kind):
    """The same beside a drawing: the letter of a tier."""
    if kind != "tiers":
        return segment_name(key) if key else gettext("Aucun")
    return key or gettext("Aucun")
