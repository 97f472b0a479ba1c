"""Time spent as people write it: "1:30", "1h30", "1,5", "90 min". Hours, to the hundredth."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

MOST_HOURS = Decimal(744)  # a month of days and nights: more is a mistake
HUNDREDTH = Decimal("0.01")
CLOCK = re.compile(
    r"(\d{1,4})\s*(?::|h|hr|hrs|heure|heures)\s*([0-5]?\d)(?:\s*(?:min|mn|m))?(?::([0-5]\d)(?:\.\d+)?)?", re.ASCII
)
NUMBER = re.compile(r"(\d{1,6}(?:[.,]\d{1,6})?)\s*(h|hr|hrs|heures?|hours?|j|jours?|min|mn|m|minutes?)?", re.ASCII)


def hours_of(text: str, *, are_minutes: bool = False) -> Decimal:
    """The hours in this text; a bare number is hours, or minutes where they are said to be.

    Raises ValueError with what is wrong and the way out.
    """
    found = _hours_in(" ".join(text.lower().split()), are_minutes)
    if found is None:
        raise ValueError(_("Cette durée n’est pas lisible. Écrivez-la ainsi : 1,5 ou 1:30 ou 90 min."))
    if found > MOST_HOURS:
        raise ValueError(_("Cette durée dépasse un mois. Si elle est en minutes, écrivez « 90 min »."))
    return found.quantize(HUNDREDTH, ROUND_HALF_UP)


def _hours_in(text: str, are_minutes: bool) -> Decimal | None:
    if clock := CLOCK.fullmatch(text):
        whole, minutes, seconds = clock.groups(default="0")
        return Decimal(whole) + Decimal(minutes) / 60 + Decimal(seconds) / 3600
    number = NUMBER.fullmatch(text)
    if number is None:
        return None
    amount, unit = Decimal(number[1].replace(",", ".")), number[2] or ("m" if are_minutes else "h")
    if unit.startswith("j"):
        return None  # how long a day is, nobody said
    return amount / 60 if unit.startswith("m") else amount
