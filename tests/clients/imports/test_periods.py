"""Which period a heading or a cell names."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.imports.periods import closing_period, period_of

TODAY = dt.date(2026, 11, 25)
YEAR_2025 = (dt.date(2025, 1, 1), dt.date(2025, 12, 31))
JULY_TO_JUNE = (dt.date(2024, 7, 1), dt.date(2025, 6, 30))


@pytest.mark.parametrize(
    "text",
    [
        "2025",
        "CA 2025",
        "CA HT 2025",
        "Chiffre d’affaires 2025 (€)",
        "Chiffre d'affaires HT 2025",
        "Honoraires 2025",
        "CA 2025 N-1",
        "Facturé 2025 HT",
        "Année 2025",
        "Exercice 2025",
        "FY2025",
        "Sales 2025",
        "Total 2025 TTC",
    ],
)
def test_a_year_is_a_calendar_year(text):
    period = period_of(text, TODAY)
    assert (period[:2], period.is_assumed, period.is_running) == (YEAR_2025, False, False)


@pytest.mark.parametrize(
    "text",
    [
        "juil. 2024 - juin 2025",
        "CA juillet 2024 à juin 2025",
        "du 1er juillet 2024 au 30 juin 2025",
        "01/07/2024 - 30/06/2025",
        "07/2024-06/2025",
        "Exercice clos le 30/06/2025",
        "CA exercice clos au 30 juin 2025",
    ],
)
def test_a_fiscal_year_may_say_its_bounds(text):
    period = period_of(text, TODAY)
    assert (period[:2], period.is_assumed) == (JULY_TO_JUNE, False)


@pytest.mark.parametrize("text", ["Exercice 2024-2025", "CA 2024/2025", "2024/25", "Ex. 2024-25"])
def test_a_fiscal_year_without_bounds_is_assumed_to_begin_in_july(text):
    period = period_of(text, TODAY)
    assert (period[:2], period.is_assumed) == (JULY_TO_JUNE, True)


def test_the_running_year_ends_yesterday():
    assert period_of("CA 2026", TODAY) == (dt.date(2026, 1, 1), dt.date(2026, 11, 24), False, True)
    assert period_of("CA 2026", dt.date(2026, 1, 2))[:2] == (dt.date(2026, 1, 1), dt.date(2026, 1, 2))


@pytest.mark.parametrize(
    "text",
    [
        "CA T1 2025",
        "CA janvier 2025",
        "Marge 2025",
        "Objectif 2025",
        "CA prévisionnel 2026",
        "Évolution CA 2025",
        "CA 2025 %",
        "Part CA 2025",
        "Nb factures 2025",
        "CA 2025/2024",
        "CA 2027",
        "CA 2024-2026",
        "N-1",
        "Client",
        "",
    ],
)
def test_anything_more_or_less_than_a_period_of_amounts_is_none(text):
    assert period_of(text, TODAY) is None


@given(st.text(max_size=60), st.integers(1990, 2030))
def test_no_text_breaks_it_and_every_period_has_days_and_is_past(text, year):
    for written in (text, f"CA {year} {text}", f"{text}{year}"):
        period = period_of(written, TODAY)
        assert period is None or period.first < period.last < TODAY


@pytest.mark.parametrize(
    ("found", "bounds"),
    [
        (dt.date(2025, 12, 31), YEAR_2025),
        (dt.date(2025, 1, 1), YEAR_2025),
        (dt.date(2025, 6, 30), JULY_TO_JUNE),
        (dt.date(2025, 6, 15), None),
    ],
)
def test_a_date_closes_or_opens_a_year(found, bounds):
    period = closing_period(found)
    assert (period and period[:2]) == bounds
