"""The draw of the arms: everybody in exactly one, shares met, alike in each stratum, the same again from its seed."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from campaigns.arms import draw, quotas
from campaigns.models import FEWEST_FOR_ARMS, Arm

STRATA = st.lists(st.tuples(st.sampled_from(["champions", "loyal", "lost"]), st.sampled_from("ABC")), max_size=600)
SHARES = st.tuples(st.integers(0, 50), st.integers(0, 50))


@given(STRATA, SHARES, st.integers(1, 2**62))
def test_arms_part_the_audience_in_the_shares_asked(strata, shares, seed):
    generic, held = shares
    counts = Counter(draw(strata, generic=generic, held=held, seed=seed))
    n = len(strata)
    assert sum(counts.values()) == n
    if n < FEWEST_FOR_ARMS:
        assert set(counts) <= {Arm.SEGMENTED}
    else:
        apart = (n * held + 50) // 100
        assert (counts[Arm.GENERIC], counts[Arm.HELD]) == (min((n * generic + 50) // 100, n - apart), apart)


@given(STRATA, SHARES)
def test_in_each_stratum_shares_hold_to_less_than_two_recipients(strata, shares):
    generic, held = shares
    drawn = draw(strata, generic=generic, held=held, seed=7)
    if len(strata) < FEWEST_FOR_ARMS:
        return
    for stratum, size in Counter(strata).items():
        here = Counter(arm for arm, of in zip(drawn, strata, strict=True) if of == stratum)
        assert abs(here[Arm.HELD] - size * held / 100) < 1
        assert abs(here[Arm.GENERIC] - size * generic / 100) < 2


def test_strata_of_one_are_not_asked_for_two_and_shares_hold_all_the_same():
    strata = ["loyal"] * 90 + [f"alone {place}" for place in range(10)]
    counts = Counter(draw(strata, generic=20, held=10, seed=1))
    assert counts == {Arm.SEGMENTED: 70, Arm.GENERIC: 20, Arm.HELD: 10}


def test_the_same_seed_draws_the_same_and_another_draws_others():
    strata = [("loyal", "B")] * 400
    first, again, other = (draw(strata, generic=20, held=10, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@given(st.lists(st.integers(0, 1000), max_size=12), st.integers(0, 100))
def test_quotas_add_up_and_never_exceed_their_size(sizes, percent):
    shares = quotas(sizes, percent)
    assert sum(shares) == (sum(sizes) * percent + 50) // 100
    assert all(0 <= share <= size for share, size in zip(shares, sizes, strict=True))
