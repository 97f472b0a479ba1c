"""The days on which people work in France: from Monday to Friday, less the eleven holidays of the labour code."""

import datetime as dt

from dateutil.easter import easter

FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))  # (month, day)
AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday


def holidays(year: int) -> frozenset[dt.date]:
    """The public holidays of a year (article L3133-1 of the code du travail)."""
    moving = {easter(year) + dt.timedelta(days=days) for days in AFTER_EASTER}
    return frozenset(moving | {dt.date(year, month, day) for month, day in FIXED_HOLIDAYS})


def working_days(first: dt.date, last: dt.date) -> list[dt.date]:
    """The working days from the first day to the last, both included."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    off = frozenset().union(*(holidays(year) for year in range(first.year, last.year + 1)))
    return [day for day in days if day.weekday() < 5 and day not in off]
