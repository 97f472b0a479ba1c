"""The draw: who gets the message of their segment, the standard one, or nothing, before anything leaves.

Random within each stratum, so that arms are alike; reproducible from its seed, so that anybody can check it.
"""

import random
from collections import defaultdict
from collections.abc import Hashable, Sequence

from campaigns.models import FEWEST_FOR_ARMS, Arm


def draw(strata: Sequence[Hashable], *, generic: int, held: int, seed: int) -> list[Arm]:
    """The arm of each recipient, in the order of `strata`, the stratum of each.

    `generic` and `held` are percents of everybody, met to the nearest recipient overall and shared among strata by
    largest remainder. Fewer than `FEWEST_FOR_ARMS` recipients: everybody gets the message of their segment.
    """
    arms = [Arm.SEGMENTED] * len(strata)
    if len(strata) < FEWEST_FOR_ARMS:
        return arms
    members: dict[Hashable, list[int]] = defaultdict(list)
    for place, stratum in enumerate(strata):
        members[stratum].append(place)
    ordered = sorted(members, key=repr)
    sizes = [len(members[stratum]) for stratum in ordered]
    apart = quotas(sizes, held)
    left = [size - taken for size, taken in zip(sizes, apart, strict=True)]
    shares = zip(ordered, apart, quotas(sizes, generic, room=left), strict=True)
    for stratum, kept_apart, standard in shares:
        drawn = members[stratum]
        random.Random(f"{seed}:{stratum!r}").shuffle(drawn)  # noqa: S311 a draw to be checked again, no secret
        for place in drawn[:kept_apart]:
            arms[place] = Arm.HELD
        for place in drawn[kept_apart : kept_apart + standard]:
            arms[place] = Arm.GENERIC
    return arms


def quotas(sizes: Sequence[int], percent: int, *, room: Sequence[int] | None = None) -> list[int]:
    """How many of each size make `percent` of them all, to the nearest whole: largest remainders first.

    `room` is the most that each may give, when others took some of it before.
    """
    room = sizes if room is None else room
    wanted = min((sum(sizes) * percent + 50) // 100, sum(room))
    shares = [size * percent // 100 for size in sizes]
    by_remainder = sorted(range(len(sizes)), key=lambda place: (-(sizes[place] * percent % 100), place))
    while missing := wanted - sum(shares):
        for place in [place for place in by_remainder if shares[place] < room[place]][:missing]:
            shares[place] += 1
    return shares
