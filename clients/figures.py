"""Figures as people read them: euros, shares, dates and durations, in French or in English. Text, never geometry."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats, timezone
from django.utils.translation import get_language, gettext, ngettext

NARROW = "\u202f"  # narrow no-break space: between thousands
NO_BREAK = "\u00a0"  # before a unit, within a date
MINUS = "\u2212"
NOTHING = "–"
DAYS_IN_A_MONTH = Decimal("30.4375")


def rounded(value, digits=0):
    """This number at that many decimals, half away from zero as people round by hand."""
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def written(value, digits=0, *, sign=False):
    """A number with the separators of the language, a real minus, and a plus when asked: "1 234,5"."""
    amount = rounded(value, digits)
    text = f"{abs(amount):,.{digits}f}"
    if not _english():
        text = text.replace(",", NARROW).replace(".", ",")
    if amount < 0:
        return MINUS + text
    return f"+{text}" if sign and amount > 0 else text


def _english():
    return (get_language() or "").startswith("en")


def _with_unit(text, unit):
    """ "27 285 €", or "€27,285" in English."""
    if not _english():
        return f"{text}{NO_BREAK}{unit}"
    if not unit.endswith("€"):
        return f"{text}{unit}"
    sign = text[0] if text[0] in f"+{MINUS}" else ""
    return f"{sign}€{text.removeprefix(sign)}{unit.removesuffix('€')}"


def dialled(phone):
    """A number as a phone takes it: digits, and the plus of a country."""
    return "".join(sign for sign in phone if sign.isdigit() or sign == "+")


def eur(value):
    """Euros: "27 285 €"; with cents under 100 €."""
    if value is None:
        return NOTHING
    cents = 0 < abs(Decimal(value)) < 100
    return _with_unit(written(value, 2 if cents else 0), "€")


def exact_eur(value):
    """Euros to the cent, for what must add up: "1 049 934,32 €", "1 040 000 €"."""
    return NOTHING if value is None else _with_unit(written(value, 2 if value % 1 else 0), "€")


def keur(value):
    """Euros in short: "1,17 M€", "538 k€", "1,2 k€", "850 €"."""
    if value is None:
        return NOTHING
    thousands = rounded(Decimal(value) / 1000)
    if abs(thousands) >= 1000:
        return _with_unit(written(Decimal(value) / 1_000_000, 2), "M€")
    if abs(Decimal(value)) >= 1000:
        return _with_unit(written(Decimal(value) / 1000, 0 if abs(thousands) >= 10 else 1), "k€")
    return eur(value)


def pct(share, digits=0):
    """A share between 0 and 1 as a percentage: "66 %"."""
    return NOTHING if share is None else _with_unit(written(Decimal(share) * 100, int(digits)), "%")


def pct1(share):
    """A percentage that never rounds something to nothing, nor nearly all to all: "<1 %", ">99 %"."""
    if share is None:
        return NOTHING
    if 0 < share < Decimal("0.005"):
        return "<" + _with_unit("1", "%")
    if Decimal("0.995") <= share < 1:
        return ">" + _with_unit("99", "%")
    return pct(share)


def signed_pct(share, digits=0):
    """A change between two periods: "+6,4 %", "−12 %"."""
    return NOTHING if share is None else _with_unit(written(Decimal(share) * 100, int(digits), sign=True), "%")


def points(value):
    """A difference of percentages, in points: "+6", "−2,5"; no decimal when it has none."""
    return written(value, 1 if round(value * 10) % 10 else 0, sign=True)


def nb(value, digits=0):
    """A count, or a number at that many decimals: "1 234"."""
    return NOTHING if value is None else written(value, int(digits))


def signed(value):
    """A difference of counts: "+3", "−4", "=" when there is none."""
    if value is None:
        return NOTHING
    return written(value, sign=True) if value else "="


def day(value):
    """A date: "23 nov. 2026"; a moment is dated in the local time zone."""
    if not value:
        return NOTHING
    return formats.date_format(_local(value), "j N Y").replace(" ", NO_BREAK)


def long_day(value):
    """A date in full: "23 novembre 2026"."""
    return formats.date_format(_local(value), "j F Y") if value else NOTHING


def month(value):
    """A month: "nov. 2026"."""
    return formats.date_format(_local(value), "N Y").replace(" ", NO_BREAK) if value else NOTHING


def quarter(value):
    """The quarter of a day: "T1 2027"."""
    told = {"number": (value.month - 1) // 3 + 1, "year": value.year}
    return (gettext("T%(number)s %(year)s") % told).replace(" ", NO_BREAK)


def moment(value):
    """A date and a time: "23 nov. 2026 à 02:31"."""
    if not value:
        return NOTHING
    at = timezone.localtime(value)
    return gettext("%(day)s à %(time)s") % {"day": day(at), "time": formats.date_format(at, "H:i")}


def _local(value):
    return timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value


def days(count):
    """A number of days, in full: "247 jours"."""
    if count is None:
        return NOTHING
    whole = int(rounded(count))
    return ngettext("%(count)s jour", "%(count)s jours", whole) % {"count": nb(whole)}


def days_short(count):
    """A number of days in a cell: "247 j"."""
    return NOTHING if count is None else gettext("%(count)s j") % {"count": nb(rounded(count))}


def span(count):
    """A duration in days, as people say it: days up to 90, then months: "85 jours", "8 mois"."""
    if count is None or count <= 90:
        return days(count)
    whole = int(rounded(Decimal(count) / DAYS_IN_A_MONTH))
    return ngettext("%(count)s mois", "%(count)s mois", whole) % {"count": nb(whole)}


def times(ratio):
    """A multiple: "6,2 fois"."""
    return NOTHING if ratio is None else gettext("%(ratio)s fois") % {"ratio": nb(ratio, 1)}
