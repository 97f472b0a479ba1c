"""How a grade is counted: points for each thing known, their weighted mean, the colour it falls into.

Facts: the share of the other clients that bring strictly less; half the points for the firm's usual euros an hour, all
of them for twice as much; all of them for paying on time, none from the worst delay of the rules on, in proportion in
between; credit notes likewise. Answers: 1 is worth nothing, 5 everything, a step a quarter. What is not known does not
count: the weights of the rest make the whole. `segmentation/sql/grades.sql` says the same for everybody at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Protocol

from segmentation.models import CRITERIA, QUESTIONS, Colour, GradeRules

Answers = Mapping[str, int | Decimal | Fraction]
Points = dict[str, Fraction | None]
HUNDRED = Fraction(100)
MILLIONTH = Decimal("0.000001")


class Known(Protocol):
    """What figures say: `RelationFacts`, or the `Grade` that was made of them."""

    below: int | None
    among: int | None
    per_hour: Decimal | None
    usual_per_hour: Decimal | None
    late_days: Decimal | None
    credit_share: Decimal | None


@dataclass(frozen=True)
class Mark:
    """A score of 0 to 100 and its colour, before anybody confirmed red."""

    score: int
    colour: Colour


def mark(facts: Known | None, answers: Answers, rules: GradeRules) -> Mark:
    """What these facts and answers are worth together."""
    points = points_of(facts, answers, rules)
    known = {criterion: worth for criterion in CRITERIA if (worth := points[criterion]) is not None}
    total = sum((rules.weight(criterion) * worth for criterion, worth in known.items()), Fraction(0))
    exact = Fraction(total, sum(rules.weight(criterion) for criterion in known))
    close = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(MILLIONTH, ROUND_HALF_UP)
    score = int(close.quantize(Decimal(1), ROUND_HALF_UP))
    return Mark(score, colour_of(score, rules))


def colour_of(score: int, rules: GradeRules) -> Colour:
    """The colour of this score."""
    if score >= rules.dark_green_from:
        return Colour.DARK_GREEN
    if score >= rules.light_green_from:
        return Colour.LIGHT_GREEN
    return Colour.ORANGE if score >= rules.orange_from else Colour.RED


def points_of(facts: Known | None, answers: Answers, rules: GradeRules) -> Points:
    """What each criterion is worth, 0 to 100; None where nothing is known of it."""
    return {
        "amount": _amount(facts),
        "hourly": _hourly(facts),
        "delay": _falling(facts.late_days if facts else None, Decimal(rules.worst_delay_days)),
        "credit": _falling(facts.credit_share if facts else None, rules.worst_credit_share),
        **{question: 25 * (Fraction(answers[question]) - 1) for question in QUESTIONS},
    }


def _amount(facts: Known | None) -> Fraction | None:
    if facts is None or facts.below is None or not facts.among:
        return None
    return HUNDRED * facts.below / facts.among


def _hourly(facts: Known | None) -> Fraction | None:
    if facts is None or facts.per_hour is None or facts.usual_per_hour is None or facts.usual_per_hour <= 0:
        return None
    ratio = Fraction(facts.per_hour) / Fraction(facts.usual_per_hour)
    return 50 * min(max(ratio, Fraction(0)), Fraction(2))


def _falling(value: Decimal | None, worst: Decimal) -> Fraction | None:
    """All the points at 0, none from the worst on."""
    return None if value is None else HUNDRED * (1 - min(Fraction(value) / Fraction(worst), Fraction(1)))
