"""What a trial says in words: the plain truth, also when the simple rule or chance does better."""

import re

import pytest

from segmentation import trust
from tests.factories import BacktestFactory, backtest_figures

pytestmark = pytest.mark.django_db


def trial(*, n=100, found=62, interval=(0.522, 0.709), naive=55, chance=31, **changes):
    figures = backtest_figures(**changes)
    figures["at_risk"] |= {"n": n, "found": found, "precision": found / n if n else None, "interval": interval}
    figures["naive"] |= {"n": n, "found": naive, "precision": naive / n if n else None}
    figures["chance"] |= {"n": n, "found": chance, "precision": chance / n if n else None}
    return BacktestFactory(figures=figures)


def plain(text):
    return re.sub(r"[\u00a0\u202f]", " ", text)


def test_the_headline_compares_with_the_simple_rule_and_with_chance():
    assert plain(trust.headline(trial())) == (
        "Sur 100 clients signalés à risque le 31 mai 2026, 62 n’ont pas racheté dans les 6 mois suivants (62 %). Une "
        "règle simple, « pas d’achat depuis 143 jours », en aurait trouvé 55 avec autant d’alertes (55 %) ; le "
        "hasard, 31 (31 %)."
    )


@pytest.mark.parametrize(
    ("figures", "verdict", "words"),
    [
        ({"naive": 50}, trust.Verdict.BETTER, "fait mieux que la règle simple"),
        ({"naive": 55}, trust.Verdict.LEVEL, "se valent"),
        ({"naive": 70}, trust.Verdict.LEVEL, "se valent"),
        ({"naive": 71}, trust.Verdict.WORSE, "la règle simple fait mieux"),
        ({"n": 19, "found": 12, "naive": 2}, trust.Verdict.TOO_FEW, "C’est trop peu pour conclure"),
        ({"n": 0, "found": 0}, trust.Verdict.NO_ALARM, ""),
    ],
)
def test_the_verdict_says_who_does_better_beyond_luck(figures, verdict, words):
    tried = trial(**figures)
    assert trust.verdict_of(tried) == verdict
    assert words in trust.verdict(tried)


def test_who_loses_is_told_what_to_change():
    assert "Régler la méthode" in trust.verdict(trial(naive=71))


@pytest.mark.parametrize(
    ("chance", "words"),
    [(31, ""), (60, "ne fait pas nettement mieux que des clients tirés au sort"), (72, "moins bien que des clients")],
)
def test_alarms_no_better_than_chance_are_said_to_be(chance, words):
    said = trust.against_chance(trial(chance=chance))
    assert words in said
    assert bool(said) == bool(words)


def test_without_alarm_nothing_is_compared():
    said = trust.sentences(trial(n=0, found=0, interval=None))
    assert said[0].startswith("Aucun client n’était signalé à risque le 31 mai 2026")
    assert len(said) == 2


def test_a_reason_newer_than_the_words_is_named_by_its_slug():
    assert trust.reason_label("rhythm") == "Rythme rompu"
    assert trust.reason_label("tout-nouveau") == "tout-nouveau"


@pytest.mark.parametrize(
    ("correlation", "words"),
    [(0.7, "a tenu"), (0.69, "assez bien"), (0.2, "a peu tenu"), (-0.5, "n’a pas tenu"), (None, "ne peut pas être")],
)
def test_the_order_of_clients_is_told_in_words(correlation, words):
    assert words in trust.order_kept(trial(rank_correlation=correlation))
