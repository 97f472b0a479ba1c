"""What people write for a duration."""

from decimal import Decimal

import pytest

from clients.durations import hours_of


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("1:30", "1.5"), ("1h30", "1.5"), ("1 h 30", "1.5"), ("1H30min", "1.5"), ("01:30:00", "1.5"), ("0:45", "0.75"),
        ("1,5", "1.5"), ("1.5", "1.5"), ("2", "2"), ("2 h", "2"), ("2h", "2"), ("3 heures", "3"), ("0,25h", "0.25"),
        ("90 min", "1.5"), ("90mn", "1.5"), ("20 min", "0.33"), ("0", "0"), ("100:00", "100"), ("1h05", "1.08"),
    ],
)  # fmt: skip
def test_a_duration_is_read_in_hours(text, hours):
    assert hours_of(text) == Decimal(hours)


def test_a_bare_number_under_a_heading_of_minutes_is_minutes():
    assert hours_of("90", are_minutes=True) == Decimal("1.5")
    assert hours_of("1:30", are_minutes=True) == Decimal("1.5")


@pytest.mark.parametrize("text", ["", "-1", "deux", "1:75", "1,5,5", "2 j", "½", "٢", "1e3", "h"])
def test_what_is_no_duration_says_how_to_write_one(text):
    with pytest.raises(ValueError, match="Écrivez-la ainsi : 1,5 ou 1:30 ou 90 min"):
        hours_of(text)


def test_more_than_a_month_is_taken_for_minutes_without_their_unit():
    with pytest.raises(ValueError, match="dépasse un mois"):
        hours_of("1440")
