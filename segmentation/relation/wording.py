"""A grade in words: its sentence with the figures that made it, what each criterion says, what the answers mean."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from clients.figures import days, eur, exact_eur, nb, pct, pct1, rounded
from segmentation.models import CRITERIA, FACTS, QUESTIONS, Assessment, Colour, Grade, GradeRules, RelationFacts
from segmentation.relation import rules as weights
from segmentation.relation.scale import points_of

NAMES = {
    "amount": gettext_lazy("Montant"),
    "hourly": gettext_lazy("Revenu par heure"),
    "delay": gettext_lazy("Délai de paiement"),
    "credit": gettext_lazy("Avoirs"),
    "punctuality": gettext_lazy("Ponctualité"),
    "relationship": pgettext_lazy("with a client", "Relation"),
    "effort": gettext_lazy("Effort"),
    "potential": gettext_lazy("Potentiel de croissance"),
    "prescriber": gettext_lazy("Prescription"),
}
ASKED = {
    "punctuality": gettext_lazy("Pièces, rendez-vous, réponses : arrivent-ils à temps ?"),
    "relationship": gettext_lazy("Comment se passent les échanges ?"),
    "effort": gettext_lazy("Quel effort demande-t-il ?"),
    "potential": gettext_lazy("Peut-il acheter davantage ?"),
    "prescriber": gettext_lazy("Parle-t-il de vous autour de lui ?"),
}
MEANT = {
    "punctuality": (
        gettext_lazy("jamais"),
        gettext_lazy("rarement"),
        gettext_lazy("une fois sur deux"),
        gettext_lazy("le plus souvent"),
        gettext_lazy("toujours"),
    ),
    "relationship": (
        gettext_lazy("conflictuels"),
        gettext_lazy("tendus"),
        gettext_lazy("corrects"),
        gettext_lazy("bons"),
        gettext_lazy("excellents"),
    ),
    "effort": (
        gettext_lazy("démesuré"),
        gettext_lazy("lourd"),
        gettext_lazy("normal"),
        gettext_lazy("léger"),
        gettext_lazy("très léger"),
    ),
    "potential": (
        gettext_lazy("il décline"),
        gettext_lazy("guère"),
        gettext_lazy("un peu"),
        gettext_lazy("oui"),
        gettext_lazy("beaucoup"),
    ),
    "prescriber": (
        gettext_lazy("en mal"),
        gettext_lazy("non"),
        gettext_lazy("si on lui demande"),
        gettext_lazy("oui, déjà"),
        gettext_lazy("oui, souvent"),
    ),
}
MOST_SAID = 4


@dataclass(frozen=True)
class Part:
    """One criterion of a grade: what is known of it in words, its points of 100, its weight. No points: not known."""

    slug: str
    name: str
    said: str
    points: Fraction | None
    weight: int

    @property
    def counts(self) -> bool:
        return self.points is not None and self.weight > 0

    @property
    def points_said(self) -> str:
        return nb(_decimal(self.points)) if self.points is not None else ""


@dataclass(frozen=True)
class Explained:
    """A grade in words. `sentence` begins with the colour; `missing` names what did not count, empty when all did."""

    sentence: str
    parts: tuple[Part, ...]
    missing: str


def explain(grade: Grade, by: GradeRules | None = None) -> Explained:
    """Why this client has this colour, by the rules that gave it. One query, none with these rules at hand."""
    parts = _parts(grade, by or weights.of(grade.rules))
    is_good = grade.step <= Colour.LIGHT_GREEN.step
    told = sorted((part for part in parts if part.counts and part.said), key=_points, reverse=is_good)
    facts = [_lower(part.said) for part in told if part.slug in FACTS]
    facts = facts[: MOST_SAID - 1]
    opinion = _opinion(grade)
    return Explained(
        sentence=_("%(colour)s, %(score)s sur 100 : %(why)s.")
        % {
            "colour": Colour(grade.colour).label,
            "score": grade.score,
            "why": ", ".join([*facts, opinion]),
        },
        parts=parts,
        missing=_missing(parts),
    )


def facts_in_words(facts: RelationFacts | Grade | None, by: GradeRules) -> list[tuple[str, str]]:
    """What figures say of a client before any opinion: (criterion, words), but what is not known or not weighed."""
    points = points_of(facts, dict.fromkeys(QUESTIONS, 1), by)
    if facts is None:
        return []
    known = [criterion for criterion in FACTS if points[criterion] is not None and by.weight(criterion)]
    return [(str(NAMES[criterion]), FIGURES[criterion](facts)) for criterion in known]


def answers_of(assessment: Assessment) -> list[tuple[str, int, str]]:
    """The answers of one person: (question, answer, its meaning)."""
    return [(str(NAMES[name]), answer, meaning(name, answer)) for name, answer in assessment.answers.items()]


def meaning(question: str, answer: int) -> str:
    """What this answer says."""
    return str(MEANT[question][answer - 1])


def red_in_words(grade: Grade) -> str:
    """Where red stands; empty where nobody speaks of it."""
    words = {"rater": grade.proposed_by, "decider": grade.decided_by, "motive": grade.motive}
    if grade.red == Grade.Red.PROPOSED:
        said = _(
            "Rouge à confirmer depuis l’avis de %(rater)s : compté orange tant que personne d’autre ne le confirme."
        )
    elif grade.red == Grade.Red.SET_ASIDE:
        said = _("Rouge écarté par %(decider)s : %(motive)s")
    elif grade.was_alone:
        said = _("Rouge sur le seul avis de %(decider)s : personne d’autre n’est en charge de ce client.")
    elif grade.red == Grade.Red.CONFIRMED:
        said = _("Rouge depuis l’avis de %(rater)s, confirmé par %(decider)s.")
    else:
        return ""
    return said % words


def _parts(grade: Grade, by: GradeRules) -> tuple[Part, ...]:
    points = points_of(grade, grade.answers, by)
    return tuple(
        Part(
            slug=criterion,
            name=str(NAMES[criterion]),
            said=_said(grade, criterion) if points[criterion] is not None else "",
            points=points[criterion],
            weight=by.weight(criterion),
        )
        for criterion in CRITERIA
    )


def _said(grade: Grade, criterion: str) -> str:
    """What is known of one criterion."""
    if criterion in QUESTIONS:
        mean = grade.answers[criterion]
        return _("%(mean)s/5, %(meaning)s") % {"mean": mean_of(mean), "meaning": meaning(criterion, int(rounded(mean)))}
    return FIGURES[criterion](grade)


def _amount(known: RelationFacts | Grade) -> str:
    below, among = known.below or 0, known.among or 1
    words = {"amount": eur(known.revenue), "share": pct(Decimal(max(1, 100 * below // among)) / 100)}
    if below == among:
        return _("%(amount)s sur 12 mois, plus que tous les autres clients") % words
    if below == 0:
        return _("%(amount)s sur 12 mois, personne n’apporte moins") % words
    return _("%(amount)s sur 12 mois, plus que %(share)s des autres clients") % words


def _hourly(known: RelationFacts | Grade) -> str:
    words = {"rate": _whole_eur(known.per_hour), "usual": _whole_eur(known.usual_per_hour)}
    return _("%(rate)s de l’heure contre %(usual)s en moyenne") % words


def _delay(known: RelationFacts | Grade) -> str:
    late = rounded(known.late_days)
    return _("Paie %(days)s après l’échéance") % {"days": days(late)} if late else _("Paie à l’échéance")


def _credit(known: RelationFacts | Grade) -> str:
    if not known.credit_share:
        return _("Aucun avoir")
    return _("%(share)s d’avoirs sur ce qui est facturé") % {"share": pct1(known.credit_share)}


def _whole_eur(amount: Decimal | None) -> str:
    return exact_eur(None if amount is None else rounded(amount))


FIGURES: dict[str, Callable[[RelationFacts | Grade], str]] = {
    "amount": _amount,
    "hourly": _hourly,
    "delay": _delay,
    "credit": _credit,
}


def _opinion(grade: Grade) -> str:
    words = {"mean": mean_of(grade.relationship), "count": nb(grade.raters)}
    return (
        ngettext(
            "relation notée %(mean)s/5 par une personne",
            "relation notée %(mean)s/5 par %(count)s personnes",
            grade.raters,
        )
        % words
    )


def _missing(parts: tuple[Part, ...]) -> str:
    unknown = [_lower(part.name) for part in parts if part.points is None and part.weight > 0]
    if not unknown:
        return ""
    return _("Non connu, donc non compté : %(names)s. Les autres poids font le tout.") % {"names": ", ".join(unknown)}


def mean_of(mean: Decimal) -> str:
    """A mean answer: "2", "2,5"."""
    return nb(mean, 0 if mean == mean.to_integral_value() else 1)


def _points(part: Part) -> Fraction:
    return part.points or Fraction(0)


def _decimal(points: Fraction) -> Decimal:
    return Decimal(points.numerator) / Decimal(points.denominator)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
