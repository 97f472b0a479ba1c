"""The real thresholds of a run in words: what each score of R, F and M took, and which scores nobody has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from clients.figures import days, eur, nb
from segmentation.models import ScoringMode, ScoringRun
from segmentation.reasons import purchases


@dataclass(frozen=True)
class Band:
    """What one score of a dimension took; without words, nobody can have it."""

    score: int
    words: str


@dataclass(frozen=True)
class Scale:
    """One of R, F and M: its letter, its name, how it was read, and its five scores from the best down."""

    letter: str
    name: str
    mode: str
    bands: tuple[Band, ...]


def scales_of(run: ScoringRun) -> list[Scale]:
    """The three scales that this run read scores off; empty when it has none."""
    if run.without_rfm or not run.recency_cuts:
        return []
    each: list[tuple[str, str, str, Sequence[tuple[int, object]], Callable[[ScoringRun, int], str]]] = [
        ("R", _("Récence"), run.recency_mode, recency_cuts(run), recency_band),
        ("F", _("Fréquence"), run.frequency_mode, frequency_cuts(run), frequency_band),
        ("M", _("Montant"), run.monetary_mode, monetary_cuts(run), monetary_band),
    ]
    return [
        Scale(
            letter,
            name,
            str(ScoringMode(mode).label),
            tuple(
                Band(score, words(run, score) if score in {1, *(level for level, _cut in cuts)} else "")
                for score in range(5, 0, -1)
            ),
        )
        for letter, name, mode, cuts, words in each
    ]


def recency_cuts(run: ScoringRun) -> list[tuple[int, int]]:
    """The levels that somebody can have, from 5 down, each with the most days for it."""
    return [(5 - place, cut) for place, cut in enumerate(run.recency_cuts or []) if cut is not None]


def frequency_cuts(run: ScoringRun) -> list[tuple[int, int]]:
    """The levels above 1 that somebody can have, each with the fewest purchases for it."""
    return [(level, cut) for level, cut in enumerate(run.frequency_cuts or [], start=2) if cut is not None]


def monetary_cuts(run: ScoringRun) -> list[tuple[int, Decimal]]:
    """The levels above 1 that somebody can have, each with its cut; of equal thresholds only the highest is reached."""
    cuts = [(level, cut) for level, cut in enumerate(run.monetary_cuts or [], start=2) if cut is not None]
    return [(level, cut) for level, cut in cuts if not any(other == cut and higher > level for higher, other in cuts)]


def recency_band(run: ScoringRun, score: int) -> str:
    """The silences of this R, in words: "de 31 à 90 jours"."""
    cuts = recency_cuts(run)
    most = next((cut for level, cut in cuts if level == score), None)
    least = max([cut + 1 for level, cut in cuts if level > score], default=0)
    if most is None:
        return _("plus de %(days)s") % {"days": days(least - 1)}
    if least == 0:
        return _("%(days)s ou moins") % {"days": days(most)}
    return _("de %(least)s à %(days)s") % {"least": nb(least), "days": days(most)} if least < most else days(most)


def frequency_band(run: ScoringRun, score: int) -> str:
    """The numbers of purchases of this F, in words: "de 3 à 5 achats"."""
    cuts = frequency_cuts(run)
    least = next((cut for level, cut in cuts if level == score), 0)
    most = min([cut - 1 for level, cut in cuts if level > score], default=None)
    if most is None:
        return _("%(purchases)s ou plus") % {"purchases": purchases(least)}
    if not least:
        return _("moins de %(purchases)s") % {"purchases": purchases(most + 1)}
    if least == most:
        return purchases(most)
    return _("de %(least)s à %(purchases)s") % {"least": nb(least), "purchases": purchases(most)}


def monetary_band(run: ScoringRun, score: int) -> str:
    """The amounts of this M, in words: "de 500 € à moins de 3 000 €"."""
    cuts = monetary_cuts(run)
    least = next((cut for level, cut in cuts if level == score), None)
    most = min([cut for level, cut in cuts if level > score], default=None)
    by_value = run.monetary_mode == ScoringMode.VALUE
    amounts = {"least": eur(least), "most": eur(most)}
    if most is None:
        return (_("%(least)s ou plus") if by_value else _("plus de %(least)s")) % amounts
    if least is None:
        return (_("moins de %(most)s") if by_value else _("%(most)s ou moins")) % amounts
    if by_value:
        return _("de %(least)s à moins de %(most)s") % amounts
    return _("plus de %(least)s, jusqu’à %(most)s") % amounts
