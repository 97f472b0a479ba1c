"""Working days are those on which people work in France."""

import datetime as dt

from campaigns.allocation.working_days import holidays, working_days


def test_a_year_has_eleven_holidays_at_most():
    assert len(holidays(2026)) == 11
    assert {dt.date(2026, 4, 6), dt.date(2026, 5, 14), dt.date(2026, 5, 25)} <= holidays(2026)  # of Easter


def test_two_holidays_may_fall_on_one_day():
    assert len(holidays(2008)) == 10  # Ascension on the first of May


def test_neither_weekends_nor_holidays_are_worked():
    assert working_days(dt.date(2027, 1, 1), dt.date(2027, 1, 5)) == [dt.date(2027, 1, 4), dt.date(2027, 1, 5)]


def test_a_span_may_cross_the_year():
    days = working_days(dt.date(2026, 12, 24), dt.date(2027, 1, 4))
    assert [day.day for day in days] == [24, 28, 29, 30, 31, 4]
