"""Shares add up to a hundred, what was typed stays, and stretching fits exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.allocation.balance import CannotBalanceError, rebalanced, split, stretch

KEYS = ["A", "B", "C", "P"]
SHARES = st.fixed_dictionaries({key: st.integers(0, 100) for key in KEYS})
KEPT = st.sets(st.sampled_from(KEYS))
HOURS = st.decimals(min_value=0, max_value=100_000, places=2)


@given(shares=SHARES, kept=KEPT)
def test_the_total_is_a_hundred_and_what_is_kept_is_untouched_or_it_is_refused(shares, kept):
    held = sum(shares[key] for key in kept)
    possible = held <= 100 if len(kept) < len(KEYS) else held == 100
    if not possible:
        with pytest.raises(CannotBalanceError) as caught:
            rebalanced(shares, kept=kept)
        assert caught.value.excess == held - 100
        return
    found = rebalanced(shares, kept=kept)
    assert sum(found.values()) == 100
    assert all(found[key] == shares[key] for key in kept)
    assert min(found.values()) >= 0


@given(shares=SHARES, kept=KEPT)
def test_balancing_what_is_balanced_changes_nothing(shares, kept):
    try:
        once = rebalanced(shares, kept=kept)
    except CannotBalanceError:
        return
    assert rebalanced(once, kept=kept) == once
    assert list(once) == list(shares)


@given(shares=SHARES, kept=KEPT)
def test_the_others_keep_their_order(shares, kept):
    try:
        found = rebalanced(shares, kept=kept)
    except CannotBalanceError:
        return
    free = [key for key in KEYS if key not in kept]
    assert all(found[one] >= found[other] for one in free for other in free if shares[one] > shares[other])


@given(whole=st.integers(0, 1_000), weights=SHARES)
def test_a_whole_is_split_within_one_of_its_proportion(whole, weights):
    parts, total = split(whole, weights), sum(weights.values())
    assert sum(parts.values()) == whole
    for key, part in parts.items():
        exact = whole * weights[key] / total if total else whole / len(weights)
        assert abs(part - exact) < 1


def test_the_others_make_room_in_proportion():
    assert rebalanced({"A": 70, "B": 20, "C": 10, "P": 0}, kept={"C"}) == {"A": 70, "B": 20, "C": 10, "P": 0}
    assert rebalanced({"A": 70, "B": 20, "C": 40, "P": 0}, kept={"C"}) == {"A": 47, "B": 13, "C": 40, "P": 0}


def test_those_at_zero_share_equally_what_is_left():
    assert rebalanced({"A": 50, "B": 0, "C": 0, "P": 30}, kept={"A", "P"}) == {"A": 50, "B": 10, "C": 10, "P": 30}


@given(needed=HOURS, available=HOURS.filter(bool))
def test_stretching_fits_and_one_percent_less_would_not(needed, available):
    percent = stretch(needed, available)
    assert needed * 100 / (100 + percent) <= available
    assert percent == 0 or needed * 100 / (99 + percent) > available


def test_nothing_stretches_for_nobody():
    assert stretch(Decimal(1), Decimal(0)) is None
    assert stretch(Decimal(0), Decimal(0)) == 0
