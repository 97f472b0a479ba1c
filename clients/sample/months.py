"""The days on which bills fall over the months of the sample, as ordinals: a million bills afford nothing dearer."""

import datetime as dt
from bisect import bisect_right

from dateutil.relativedelta import relativedelta

MONTHS = 36
YEARLY_RISE = 1.04


class Calendar:
    """The 36 months up to the day before `day`, half-open: `start` is excluded, `end` included."""

    def __init__(self, day: dt.date) -> None:
        self.end_on = day - dt.timedelta(days=1)
        self.end = self.end_on.toordinal()
        self.start = (self.end_on - relativedelta(months=MONTHS)).toordinal()
        oldest = self.end_on.replace(day=1) - relativedelta(months=MONTHS)
        months = [oldest + relativedelta(months=i) for i in range(MONTHS + 1)]
        self.month_of_year = [month.month for month in months]
        self.rise = [YEARLY_RISE ** (month.year - self.end_on.year) for month in months]
        self._starts = [month.toordinal() for month in months]
        lengths = [(month + relativedelta(months=1) - month).days for month in months]
        self._bills = [
            [start + min(day_of_month, length) - 1 for start, length in zip(self._starts, lengths, strict=True)]
            for day_of_month in range(1, 32)
        ]

    def days(self) -> range:
        """Every day of the sample."""
        return range(self.start + 1, self.end + 1)

    def month_of(self, day: int) -> int:
        """The position, from 0, of the month that holds this day."""
        return bisect_right(self._starts, day) - 1

    def bill_days(self, day: int) -> list[int]:
        """For each month, the day that falls like this one: on the 31st, the last of a shorter month."""
        return self._bills[day - self._starts[self.month_of(day)]]
