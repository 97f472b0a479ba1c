from decimal import Decimal

import pytest

from segmentation.models import Grade, GradeRules
from segmentation.relation import assessing
from segmentation.relation.wording import answers_of, explain, facts_in_words, red_in_words
from tests.factories import ClientFactory, RelationFactsFactory

pytestmark = pytest.mark.django_db
BAD = {"below": 5, "among": 100, "per_hour": Decimal(12), "usual_per_hour": Decimal(85), "late_days": Decimal("34.2")}


@pytest.fixture
def client(claire):
    return ClientFactory(owner=claire)


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_grade_says_its_figures_the_worst_first(client, claire, director, every):
    RelationFactsFactory(client=client, **BAD)
    assessing.assess(client=client, answers=every(3, relationship=2), by=claire)
    grade = assessing.assess(client=client, answers=every(3, relationship=2), by=director)
    assert plain(explain(grade).sentence) == (
        "Orange, 35 sur 100 : 6 000 € sur 12 mois, plus que 5 % des autres clients, 12 € de l’heure contre 85 € "
        "en moyenne, paie 34 jours après l’échéance, relation notée 2/5 par 2 personnes."
    )


def test_a_good_grade_says_its_best_first(client, claire, every):
    RelationFactsFactory(client=client, below=99, per_hour=Decimal(110))
    grade = assessing.assess(client=client, answers=every(5), by=claire)
    assert plain(explain(grade).sentence).startswith("Vert foncé, 93 sur 100 : paie à l’échéance, aucun avoir")


@pytest.mark.parametrize(
    ("below", "said"),
    [
        (0, "personne n’apporte moins"),
        (1, "plus que 1 % des autres clients"),
        (999, "plus que 99 % des autres clients"),
        (1000, "plus que tous les autres clients"),
    ],
)
def test_an_amount_is_placed_among_the_others_without_rounding_anybody_away(client, below, said):
    facts = RelationFactsFactory(client=client, below=below, among=1000)
    assert plain(facts_in_words(facts, GradeRules())[0][1]) == f"6 000 € sur 12 mois, {said}"


def test_what_is_not_known_is_named_and_did_not_count(client, claire, every):
    grade = assessing.assess(client=client, answers=every(4), by=claire)
    explained = explain(grade)
    assert "montant, revenu par heure, délai de paiement, avoirs" in explained.missing
    assert explained.sentence == "Vert foncé, 75 sur 100 : relation notée 4/5 par une personne."
    RelationFactsFactory(client=client)
    grade = assessing.assess(client=client, answers=every(4), by=claire)
    assert explain(grade).missing == ""


def test_each_criterion_says_what_is_known_and_what_it_is_worth(client, claire, every):
    RelationFactsFactory(client=client, **BAD)
    grade = assessing.assess(client=client, answers=every(4), by=claire)
    parts = {part.slug: (part.points_said, part.weight) for part in explain(grade).parts}
    assert (parts["amount"], parts["effort"], parts["credit"]) == (("5", 15), ("75", 10), ("100", 5))


def test_answers_have_words(client, claire, every):
    assessing.assess(client=client, answers=every(1), by=claire)
    assert answers_of(client.assessments.get())[2] == ("Effort", 1, "démesuré")


def test_red_says_who_proposed_it_and_who_decided(client, claire, director, every):
    assert "compté orange" in red_in_words(assessing.assess(client=client, answers=every(1), by=claire))
    assessing.confirm_red(client=client, by=director)
    assert red_in_words(Grade.objects.get()) == f"Rouge depuis l’avis de {claire}, confirmé par {director}."


def test_alone_red_says_that_nobody_else_could_look(client, claire, every):
    grade = assessing.assess(client=client, answers=every(1), by=claire)
    assert "personne d’autre n’est en charge" in red_in_words(grade)
