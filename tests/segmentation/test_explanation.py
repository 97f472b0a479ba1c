import datetime as dt
import random
from decimal import Decimal

import pytest
from django.utils.translation import override

from segmentation.explanation import explain, frequency_score, recency_score, run_notes
from segmentation.models import Rules, Score
from segmentation.scoring import score
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory
from tests.segmentation.test_agreement import AS_OF, drawn, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    """A run by value on F and M, by thresholds on R, of 212 clients."""
    return ScoringRunFactory(
        frequency_cuts=[2, 4, 8, 12],
        monetary_cuts=[Decimal(100), Decimal(1000), Decimal(5000), Decimal(20000)],
        in_window=212,
        ranked=200,
    )


def dimension(letter, **fields):
    found = {dimension.letter: dimension for dimension in explain(ScoreFactory(**fields)).dimensions}
    return found[letter]


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("r", "silence", "band"),
    [
        (5, 30, "30 jours ou moins"),
        (4, 31, "de 31 à 90 jours"),
        (3, 100, "de 91 à 180 jours"),
        (1, 400, "plus de 365 jours"),
    ],
)
def test_a_score_is_never_bare_it_says_its_band(run, r, silence, band):
    assert dimension("R", run=run, r=r, recency_days=silence).title == f"R {r}/5 ({band})"


@pytest.mark.parametrize(
    ("f", "frequency", "band"),
    [(1, 1, "moins de 2 achats"), (2, 3, "de 2 à 3 achats"), (5, 30, "12 achats ou plus")],
)
def test_frequency_says_its_band(run, f, frequency, band):
    assert dimension("F", run=run, f=f, frequency=frequency).band == band


@pytest.mark.parametrize(
    ("m", "monetary", "band"),
    [
        (1, "40", "moins de 100 €"),
        (3, "1000", "de 1 000 € à moins de 5 000 €"),
        (5, "20000", "20 000 € ou plus"),
        (1, "-5", "montant nul ou négatif"),
    ],
)
def test_amount_says_its_band(run, m, monetary, band):
    assert plain(dimension("M", run=run, m=m, monetary=Decimal(monetary)).band) == band


def test_bands_skip_the_levels_that_nobody_has(run):
    run.frequency_cuts = [None, 2, None, 5]
    run.save()
    assert dimension("F", run=run, f=1, frequency=1).band == "moins de 2 achats"
    assert dimension("F", run=run, f=3, frequency=4).band == "de 2 à 4 achats"
    assert run_notes(run) == ["F 2/5, F 4/5 : personne, trop de clients sont à égalité."]


def test_a_rank_counts_the_clients_that_do_better_in_the_window(run):
    for silence in (1, 5, 30):
        ScoreFactory(run=run, recency_days=silence)
    ScoreFactory(run=run, recency_days=2, last_purchase_on=run.rfm_from)  # bought nothing in the window
    assert dimension("R", run=run, recency_days=30).rank == "3ᵉ sur 212"
    assert dimension("R", run=run, recency_days=1).rank == "1ᵉʳ sur 212"


def test_what_would_change_a_score_is_said(run):
    assert dimension("R", run=run, r=3, recency_days=100).change == "Un achat le ramène à R 5/5."
    assert dimension("R", run=run, r=5, recency_days=10).change.startswith("Reste à 5/5 moins de 21 jours")
    assert dimension("F", run=run, f=3, frequency=6).change == "Encore 2 achats pour F 4/5."
    assert plain(dimension("M", run=run, m=3, monetary=Decimal("1000.50")).change) == "Encore 4 000 € pour M 4/5."
    assert dimension("F", run=run, f=5, frequency=20).change == ""


def test_an_amount_under_thresholds_has_to_exceed_the_next_one(run):
    run.monetary_mode = "thresholds"
    run.save()
    found = dimension("M", run=run, m=2, monetary=Decimal("1000.00"))
    assert plain(found.band) == "plus de 100 €, jusqu’à 1 000 €"
    assert plain(found.change) == "Encore 1,00 € pour M 3/5."


def test_a_client_without_purchase_in_the_window_is_said_so_on_every_score(run):
    found = explain(ScoreFactory(run=run, r=1, f=1, m=1, fm=1, last_purchase_on=run.rfm_from, segment="lost"))
    assert {dimension.band for dimension in found.dimensions} == {"aucun achat en 24 mois"}
    assert found.outlook == "Un achat aujourd’hui le ramène en Premiers achats."


def test_a_purchase_today_would_bring_a_client_back(run):
    found = explain(ScoreFactory(run=run, r=2, f=4, m=4, fm=4, frequency=9, segment="at-risk"))
    assert found.outlook == "Un achat aujourd’hui le ramène en Champions."
    assert explain(ScoreFactory(run=run, r=5, f=5, m=5, fm=5, frequency=20, segment="champions")).outlook == ""


def test_the_segment_says_its_cell_and_what_overrides_the_grid(run):
    words = explain(ScoreFactory(run=run, r=2, f=4, m=3, fm=4, segment="at-risk")).segment
    assert words == "À risque : R 2/5, et 4/5 en moyenne pour F 4 et M 3."
    words = explain(ScoreFactory(run=run, r=1, f=1, m=1, fm=1, segment="dormant")).segment
    assert words == "Dormants : case Perdus de la grille, mais son dernier achat a moins de 13 mois."
    known = ClientFactory(client_since=dt.date(2026, 9, 1))
    words = plain(explain(ScoreFactory(run=run, client=known, segment="new")).segment)
    assert words == "Nouveaux : client depuis le 1 sept. 2026, quelles que soient ses notes."


def test_the_tier_says_its_threshold_and_what_is_missing(run):
    ScoreFactory(run=run, tier="A", tier_rank=1, tier_revenue=Decimal(30000))
    found = explain(ScoreFactory(run=run, tier="B", tier_rank=10, tier_revenue=Decimal(6000)))
    assert plain(found.tier) == (
        "Palier B · Réguliers : 6 000 € HT en 12 mois, rang 10 sur 200. "
        "Le palier A commence à 30 000 € : il manque 24 000 €."
    )


def test_a_client_without_tier_is_told_why(run):
    none = {"tier": "", "tier_rank": None, "cumulative_share": None}
    found = explain(ScoreFactory(run=run, tier_revenue=Decimal(0), **none))
    assert plain(found.tier) == "Aucun palier : 0 € HT net en 12 mois."
    found = explain(ScoreFactory(run=run, tier_revenue=Decimal(10), **none))
    assert found.tier == "Pas de paliers : moins de 5 clients ont un montant positif."


def test_each_risk_reason_gives_its_figures(run):
    found = explain(
        ScoreFactory(
            run=run, r=2, f=4, m=4, fm=4, segment="at-risk", at_risk=True,
            risk_reasons=["decline", "grid", "rhythm", "slowing"],
            recency_days=247, typical_gap_days=Decimal("40.0"), silence_ratio=Decimal("6.175"),
            recent_half_revenue=Decimal(3200), former_half_revenue=Decimal(9800),
            recent_half_days=2, former_half_days=6,
        )
    )  # fmt: skip
    assert [plain(reason.words) for reason in found.reasons] == [
        "3 200 € en 6 mois, contre 9 800 € les mêmes mois un an plus tôt : −67 %.",
        "Segment À risque : R 2/5, et 4/5 en moyenne pour F et M.",
        "247 jours sans achat au lieu de 40 : 6,2 fois son rythme habituel.",
        "2 achats en 6 mois, contre 6 les mêmes mois un an plus tôt.",
    ]


@pytest.mark.parametrize(("silence", "is_watched"), [(59, False), (60, True), (80, True), (81, False)])
def test_a_silence_from_one_and_a_half_to_twice_the_rhythm_is_watched(run, silence, is_watched):
    words = explain(ScoreFactory(run=run, recency_days=silence, typical_gap_days=Decimal("40.0"))).watch
    assert bool(words) is is_watched


def test_a_fallback_to_thresholds_is_said_with_its_cause(run):
    run.frequency_mode, run.frequency_fallback = "thresholds", "few-clients"
    (note,) = run_notes(run)
    assert note == (
        "Fréquence : notes par seuils, faute de pouvoir classer (trop peu de clients pour les comparer entre eux)."
    )


@pytest.mark.parametrize("rules", [{}, {"recency_mode": "value", "monetary_mode": "thresholds"}])
def test_every_score_of_a_run_is_explained_and_reads_the_cuts_as_the_sql_does(rules):
    documents, since = drawn(12, 100)
    stored(documents, since, random.Random(1))
    Rules.objects.update(**rules)
    run = score(as_of=AS_OF)
    for found in Score.objects.of(run).select_related("client", "run__rules", "risk"):
        words = explain(found)
        assert found.fm == (found.f + found.m + 1) // 2
        assert words.segment
        assert words.tier
        if found.last_purchase_on > run.rfm_from:
            assert found.r == recency_score(run, found.recency_days)
            assert found.f == frequency_score(run, found.frequency)


def test_an_explanation_takes_two_queries(run, django_assert_num_queries):
    pk = ScoreFactory(run=run).pk
    found = Score.objects.select_related("client", "run__rules", "risk").get(pk=pk)
    with django_assert_num_queries(2), override("fr"):
        explain(found)
