"""The period that a heading or a cell names: a calendar year, a fiscal year, a stretch of months or days.

A word that is not known here (a month alone, a quarter, a margin, a budget) makes it name none: better a column left
out and said so than a figure that is not what a client was invoiced.
"""

import calendar
import datetime as dt
import re
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from clients.folding import fold
from clients.imports.values import MONTHS, day

YEAR = r"(?:19|20)\d\d"
DAY = rf"\d{{1,2}}[/.-]\d{{1,2}}[/.-]{YEAR}|{YEAR}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:er)? [a-z]+\.? {YEAR}"
MONTH = rf"[a-z]+\.? ?(?:{YEAR})|\d{{1,2}}/{YEAR}"
BETWEEN = r" ?(?:-|–|—|/|a|au|to|until|jusqu.au) ?"
SOME_YEAR = re.compile(YEAR)
TWO_DAYS = re.compile(rf"(?:du )?(?<!\d)({DAY}){BETWEEN}({DAY})(?!\d)")
CLOSING_DAY = re.compile(rf"(?:clos|close|cloture|cloturant|closing|ended|ending|arrete)[a-z]* (?:le |au |on )?({DAY})")
TWO_MONTHS = re.compile(rf"(?:de )?(?<![a-z\d])({MONTH}){BETWEEN}({MONTH})(?!\d)")
TWO_YEARS = re.compile(rf"(?<!\d)({YEAR}) ?[-/–] ?((?:{YEAR})|\d\d)(?!\d)")
ONE_YEAR = re.compile(rf"(?<!\d)({YEAR})(?!\d)")
FORMER = re.compile(r"\bn ?- ?\d\b|\(n\)")  # "CA 2024 (N-1)": the year itself is written beside it
MOST_CHARACTERS = 120  # a heading is short: a longer text names nothing
FISCAL_START = (7, 1)  # of "2024-2025", which does not say when: the first of July
LONGEST = relativedelta(months=24)
WORDS = frozenset(
    word
    for line in """
    ca chiffre affaires affaire d de du des l le la les en par sur au a pour client clients montant montants total
    totaux ventes vente honoraire honoraires facture facturee factures facturation realise realisee realises annuel
    annuelle annuels annee an exercice ex ht h t ttc hors taxe taxes toutes net nets nette euro euros eur revenue
    revenues sales turnover amount amounts annual yearly year fiscal fy excl excluding incl including tax vat recette
    recettes revenu revenus civile comptable cumul cumule global globale valeur periode millesime fees billed invoiced
    """.splitlines()
    for word in line.split()
)


class Period(NamedTuple):
    """A stretch of days, both included. `is_assumed`: its bounds are a guess; `is_running`: cut at yesterday."""

    first: dt.date
    last: dt.date
    is_assumed: bool = False
    is_running: bool = False


def period_of(text: str, today: dt.date) -> Period | None:
    """The period that this text names and nothing else than amounts of it; None when it is none or has not begun.

    A period that is not over ends yesterday: its total cannot hold more.
    """
    if len(text) > MOST_CHARACTERS or not SOME_YEAR.search(text):
        return None
    folded = FORMER.sub(" ", " ".join(fold(text).replace("’", "'").split()))
    found, rest = _bounds(folded)
    if found is None or "%" in rest or not set(re.findall(r"[a-z]+|\d+", rest)) <= WORDS:
        return None
    return _so_far(found, today)


def _so_far(found: Period, today: dt.date) -> Period | None:
    """This period up to yesterday. A total of a first day cannot end before it: two days are the least."""
    if found.first >= today:
        return None
    if found.last < today:
        return found
    last = max(today - dt.timedelta(days=1), found.first + dt.timedelta(days=1))
    return found._replace(last=last, is_running=True)


def _bounds(text: str) -> tuple[Period | None, str]:
    """The period that comes first in this folded text, and the text without it."""
    for pattern, made in (
        (TWO_DAYS, _of_two_days),
        (CLOSING_DAY, _of_closing_day),
        (TWO_MONTHS, _of_two_months),
        (TWO_YEARS, _of_two_years),
        (ONE_YEAR, _of_one_year),
    ):
        match = pattern.search(text)
        period = made(match) if match else None
        if match and period:
            return period, text[: match.start()] + " " + text[match.end() :]
    return None, text


def _of_two_days(match: re.Match) -> Period | None:
    return _stretch(_day(match[1]), _day(match[2]))


def _of_closing_day(match: re.Match) -> Period | None:
    last = _day(match[1])
    return _stretch(last and last + dt.timedelta(days=1) - relativedelta(years=1), last)


def _of_two_months(match: re.Match) -> Period | None:
    first, last = _month(match[1]), _month(match[2])
    if first is None or last is None:
        return None
    return _stretch(first, last.replace(day=calendar.monthrange(last.year, last.month)[1]))


def _of_two_years(match: re.Match) -> Period | None:
    """A fiscal year, "2024-2025" or "2024/25": it ends in the year after the one it begins in."""
    first = int(match[1])
    if int(match[2]) % 100 != (first + 1) % 100 or (len(match[2]) == 4 and int(match[2]) != first + 1):
        return None
    start = dt.date(first, *FISCAL_START)
    return Period(start, start + relativedelta(years=1) - dt.timedelta(days=1), is_assumed=True)


def _of_one_year(match: re.Match) -> Period:
    return Period(dt.date(int(match[1]), 1, 1), dt.date(int(match[1]), 12, 31))


def _stretch(first: dt.date | None, last: dt.date | None) -> Period | None:
    return Period(first, last) if first and last and first < last <= first + LONGEST else None


def _day(text: str) -> dt.date | None:
    try:
        return day(text)
    except ValueError:
        return None


def _month(text: str) -> dt.date | None:
    """The first day of the month written so: "juil. 2024", "07/2024"."""
    name, year = re.fullmatch(r"(.+?)[./ ]*(\d{4})", text).groups()  # type: ignore[union-attr]
    number = int(name) if name.isdigit() else MONTHS.get(name)
    return dt.date(int(year), number, 1) if number in range(1, 13) else None


def closing_period(found: dt.date) -> Period | None:
    """The year that a date stands for: the one it closes as the last day of a month, or opens as the first of one."""
    if found.day == 1:
        return Period(found, found + relativedelta(years=1) - dt.timedelta(days=1))
    after = found + dt.timedelta(days=1)
    return Period(after - relativedelta(years=1), found) if after.day == 1 else None
