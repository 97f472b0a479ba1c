import random
from decimal import Decimal

import pytest

from segmentation.models import QUESTIONS, Assessment, Colour, FormerGrade, Grade, GradeRules, RelationFacts, Rules
from segmentation.relation import grading
from segmentation.relation import rules as weights
from segmentation.relation.scale import colour_of, mark
from tests.factories import AssessmentFactory, ClientFactory, RelationFactsFactory, UserFactory

pytestmark = pytest.mark.django_db


def opinion(client, answer, **fields):
    return AssessmentFactory(client=client, **{**dict.fromkeys(QUESTIONS, answer), **fields})


def graded(client):
    grading.grade([client.pk])
    return Grade.objects.get(client=client)


def score_of(answer, **facts):
    client = ClientFactory()
    if facts:
        RelationFactsFactory(client=client, **facts)
    opinion(client, answer)
    return graded(client).score


# --- The scale ---


def test_without_facts_the_answers_alone_make_the_score():
    assert [score_of(answer) for answer in (1, 2, 3, 4, 5)] == [0, 25, 50, 75, 100]


def test_facts_weigh_what_the_rules_say_and_what_is_not_known_does_not_count():
    nothing = {"below": None, "among": None, "per_hour": None, "late_days": None, "credit_share": None}
    assert score_of(1, **nothing) == 0
    assert score_of(1, **{**nothing, "below": 100, "among": 100}) == 21  # 15 of 70
    assert score_of(1, **{**nothing, "per_hour": Decimal(200)}) == 21
    assert score_of(1, **{**nothing, "late_days": Decimal(0)}) == 15  # 10 of 65
    assert score_of(1, **{**nothing, "credit_share": Decimal(0)}) == 8  # 5 of 60


def test_the_usual_rate_is_worth_half_its_points_and_twice_as_much_all_of_them():
    base = {"below": None, "late_days": None, "credit_share": None}
    rates = [Decimal(-10), Decimal(0), Decimal(50), Decimal(100), Decimal(200), Decimal(900)]
    assert [score_of(1, per_hour=rate, **base) for rate in rates] == [0, 0, 5, 11, 21, 21]


def test_lateness_and_credit_notes_are_worth_nothing_from_the_worst_of_the_rules_on():
    late = {"below": None, "per_hour": None, "credit_share": None}
    assert [score_of(1, late_days=Decimal(days), **late) for days in (0, 30, 60, 400)] == [15, 8, 0, 0]
    credit = {"below": None, "per_hour": None, "late_days": None}
    assert [score_of(1, credit_share=Decimal(share), **credit) for share in ("0", "0.1", "0.2", "3")] == [8, 4, 0, 0]


def test_a_firm_of_one_client_compares_it_with_nobody():
    assert score_of(5, below=0, among=0, per_hour=None, late_days=None, credit_share=None) == 100


@pytest.mark.parametrize(
    ("score", "colour"),
    [(100, "dark-green"), (72, "dark-green"), (71, "light-green"), (52, "light-green"), (51, "orange"), (34, "orange"),
     (33, "red"), (0, "red")],
)  # fmt: skip
def test_each_cut_is_the_least_score_of_its_colour(score, colour):
    assert colour_of(score, GradeRules()) == colour


def test_everybody_at_once_gets_what_the_slow_way_finds_one_by_one():
    """A hundred and twenty clients full of ties, gaps and unknown facts, under odd weights."""
    chance = random.Random(20261122)
    by = weights.of(Rules.objects.get())
    by.amount_weight, by.effort_weight, by.relationship_weight, by.worst_delay_days = 7, 0, 13, 45
    by.save()
    raters = [UserFactory() for _ in range(3)]
    for _ in range(120):
        client = ClientFactory()
        if chance.random() < 0.8:
            RelationFactsFactory(client=client, **_some_facts(chance))
        for rater in raters[: chance.randint(1, 3)]:
            for _ in range(chance.randint(1, 2)):
                AssessmentFactory(client=client, rater=rater, **{name: chance.randint(1, 5) for name in QUESTIONS})
    grading.grade()
    assert Grade.objects.count() == 120
    assert {_told(grade) for grade in Grade.objects.all()} == {_expected(client, by) for client in Grade.objects.all()}


def _some_facts(chance):
    return {
        "below": chance.choice([None, 0, 30, 99, 100]),
        "among": 100,
        "per_hour": chance.choice([None, Decimal(-3), Decimal("12.34"), Decimal(85), Decimal(300)]),
        "usual_per_hour": chance.choice([None, Decimal(0), Decimal("85.10")]),
        "late_days": chance.choice([None, Decimal(0), Decimal("33.3"), Decimal(45), Decimal(46)]),
        "credit_share": chance.choice([None, Decimal(0), Decimal("0.1333"), Decimal("0.2")]),
    }


def _told(grade):
    return (grade.client_id, grade.score, grade.colour, grade.red, grade.raters, grade.spread, grade.gap)


def _expected(grade, by):
    latest = {}
    for given in Assessment.objects.filter(client=grade.client_id).order_by("assessed_at", "id"):
        latest[given.rater_id] = given.answers
    columns = {name: [answers[name] for answers in latest.values()] for name in QUESTIONS}
    facts = RelationFacts.objects.filter(client=grade.client_id).first()
    from fractions import Fraction

    means = {name: Fraction(sum(given), len(given)) for name, given in columns.items()}
    whole = mark(facts, means, by)
    steps = [mark(facts, answers, by).colour.step for answers in latest.values()]
    is_red = whole.colour == Colour.RED
    return (
        grade.client_id,
        whole.score,
        Colour.ORANGE if is_red else whole.colour,
        "proposed" if is_red else "",
        len(latest),
        max(steps) - min(steps),
        max(max(given) - min(given) for given in columns.values()),
    )


# --- Who counts ---


def test_the_latest_opinion_of_each_person_counts_and_the_older_ones_are_kept(claire, director):
    client = ClientFactory()
    opinion(client, 1, rater=claire)
    opinion(client, 5, rater=claire)
    opinion(client, 3, rater=director)
    grade = graded(client)
    assert (grade.score, grade.raters, grade.relationship) == (75, 2, 4)
    assert Assessment.objects.count() == 3


def test_a_grade_is_of_the_clients_asked_for_and_of_no_other(claire):
    one, other = ClientFactory(), ClientFactory()
    opinion(one, 4)
    opinion(other, 4)
    graded(one)
    assert Grade.objects.get().client == one


def test_a_colour_that_ends_is_kept_with_its_dates(claire):
    client = ClientFactory()
    opinion(client, 5, rater=claire)
    first = graded(client)
    opinion(client, 3, rater=claire)
    second = graded(client)
    former = FormerGrade.objects.get()
    assert (former.colour, former.since, former.until) == ("dark-green", first.since, second.since)
    assert (second.colour, graded(client).since) == ("orange", second.since)
    assert FormerGrade.objects.count() == 1


# --- Disagreement ---


def test_raters_two_colours_apart_disagree_and_one_apart_do_not(claire, director):
    client = ClientFactory()
    opinion(client, 5, rater=claire)
    opinion(client, 4, rater=director)
    assert (graded(client).spread, graded(client).is_disputed) == (0, False)
    opinion(client, 3, rater=director)
    grade = graded(client)
    assert (grade.spread, grade.gap, grade.is_disputed) == (2, 2, True)
    assert Grade.objects.disputed().get() == grade


def test_one_answer_three_steps_apart_is_a_disagreement_too(claire, director):
    client = ClientFactory()
    opinion(client, 4, rater=claire)
    opinion(client, 4, rater=director, punctuality=1)
    grade = graded(client)
    assert (grade.gap, grade.is_disputed) == (3, True)


# --- The rules ---


def test_every_version_of_the_rules_was_given_weights():
    assert GradeRules.objects.get().rules == Rules.objects.get()
