"""Shares that add up to a hundred: what a person typed or locked stays as it is, the rest makes room."""

import math
from collections.abc import Collection, Mapping
from decimal import Decimal

WHOLE = 100


class CannotBalanceError(Exception):
    """What is kept leaves no way to a hundred: `excess` is by how much it is above, or below when negative."""

    def __init__(self, excess: int) -> None:
        super().__init__(excess)
        self.excess = excess


def rebalanced(shares: Mapping[str, int], *, kept: Collection[str] = ()) -> dict[str, int]:
    """These shares with a total of exactly 100: the kept ones untouched, the others in proportion to what they were.

    Where the others are all at zero they share equally. Rounded to the largest remainders, the first of equal ones
    winning. Raises CannotBalanceError when the kept ones pass 100, or are all there is and miss it.
    """
    free = [key for key in shares if key not in kept]
    held = sum(share for key, share in shares.items() if key in kept)
    if held > WHOLE or (not free and held != WHOLE):
        raise CannotBalanceError(held - WHOLE)
    return dict(shares) | split(WHOLE - held, {key: shares[key] for key in free})


def split(whole: int, weights: Mapping[str, int]) -> dict[str, int]:
    """A whole number in whole parts, in proportion to these weights; equally when they are all zero."""
    total = sum(weights.values())
    shared = dict(weights) if total else dict.fromkeys(weights, 1)
    total = total or len(shared)
    parts = {key: whole * weight // total for key, weight in shared.items()}
    by_remainder = sorted(shared, key=lambda key: -(whole * shared[key] % total))
    for key in by_remainder[: whole - sum(parts.values())]:
        parts[key] += 1
    return parts


def stretch(needed: Decimal, available: Decimal) -> int | None:
    """By how many percent intervals must grow for these hours to fit; 0 when they do, None when nobody has time."""
    if needed <= available:
        return 0
    if available <= 0:
        return None
    return math.ceil((needed / available - 1) * 100)
