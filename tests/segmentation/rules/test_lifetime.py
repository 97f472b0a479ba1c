"""Lifetime value: a year of revenue × min(5, 1 ÷ (1 − retention)), against a short reference in exact arithmetic."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from dateutil.relativedelta import relativedelta
from django.db.models import F

from segmentation.lifetime import amount_of, lifetime_of, sortable, years_of
from segmentation.models import LifetimeValue, Score, SegmentSlug
from segmentation.statements import execute
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory
from tests.segmentation.reference import rounded

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 8, 31)
BEFORE = dt.date(2025, 8, 31)


def runs(before=BEFORE, as_of=AS_OF):
    return ScoringRunFactory(as_of=before), ScoringRunFactory(as_of=as_of)


def followed(former, run, had, kept, lost, **fields):
    """Clients that the former run had in this segment, of whom so many bought since."""
    for number in range(kept + lost):
        client = ClientFactory()
        ScoreFactory(run=former, client=client, segment=had)
        last = former.as_of + dt.timedelta(days=1 if number < kept else 0)
        ScoreFactory(run=run, client=client, last_purchase_on=last, **fields)


def filled(run):
    execute("lifetime_values", run=run.pk)
    return years_of(run)


def reference(segments):
    """The years of each segment, to six decimals, from its (kept, clients)."""
    firm = tuple(map(sum, zip(*segments.values(), strict=True)))
    found = {}
    for slug in SegmentSlug.values:
        kept, clients = segments.get(slug, (0, 0))
        kept, clients = (kept, clients) if clients >= 20 else firm
        retention = Fraction(kept, clients)
        years = Fraction(5) if retention == 1 else min(Fraction(5), 1 / (1 - retention))
        found[slug] = rounded(years, Decimal("0.000001"))
    return found


def test_the_sql_agrees_with_the_reference():
    former, run = runs()
    segments = {"champions": (19, 20), "loyal": (15, 22), "lost": (0, 21), "watch": (13, 20), "new": (3, 19)}
    for slug, (kept, clients) in segments.items():
        followed(former, run, slug, kept, clients - kept)
    assert {slug: value.years for slug, value in filled(run).items()} == reference(segments)


@pytest.mark.parametrize(("kept", "lost", "years"), [(16, 4, 5), (15, 5, 4), (20, 0, 5), (0, 20, 1)])
def test_years_are_one_over_the_share_lost_five_at_most(kept, lost, years):
    former, run = runs()
    followed(former, run, "loyal", kept, lost)
    assert filled(run)["loyal"].years == years


@pytest.mark.parametrize(("clients", "is_of_firm"), [(20, False), (19, True)])
def test_under_20_clients_the_retention_is_that_of_the_firm(clients, is_of_firm):
    former, run = runs()
    followed(former, run, "loyal", 0, clients)
    followed(former, run, "champions", 40, 0)
    loyal = filled(run)["loyal"]
    assert loyal.is_of_firm is is_of_firm
    assert (loyal.kept, loyal.clients) == ((40, 40 + clients) if is_of_firm else (0, clients))


@pytest.mark.parametrize(
    ("before", "is_told"),
    [
        (AS_OF - relativedelta(months=12), True),
        (AS_OF - relativedelta(months=12) + dt.timedelta(days=1), False),
        (dt.date(2025, 7, 1), True),
        (dt.date(2025, 6, 30), False),
    ],
)
def test_the_run_of_a_year_before_is_twelve_months_old_and_less_than_fourteen(before, is_told):
    former, run = runs(before)
    followed(former, run, "loyal", 10, 10)
    assert bool(filled(run)) is is_told


def test_of_two_such_runs_the_newest_tells():
    older = ScoringRunFactory(as_of=dt.date(2025, 7, 31))
    former, run = runs()
    followed(older, run, "loyal", 0, 20)
    followed(former, run, "loyal", 20, 0)
    assert filled(run)["loyal"].former == former


def test_who_is_no_longer_scored_did_not_buy_since():
    former, run = runs()
    for _ in range(20):
        ScoreFactory(run=former, segment="loyal")
    assert filled(run)["loyal"].kept == 0


def test_a_past_month_scored_late_gives_their_retention_to_the_runs_of_a_year_later():
    run = ScoringRunFactory(as_of=AS_OF)
    assert filled(run) == {}
    former = ScoringRunFactory(as_of=BEFORE)
    followed(former, run, "loyal", 10, 10)
    execute("lifetime_values", run=former.pk)
    assert years_of(run)["loyal"].years == 2
    assert years_of(former) == {}


def test_a_month_scored_again_replaces_the_retention_it_gave():
    former, run = runs()
    followed(former, run, "loyal", 10, 10)
    filled(run)
    again = ScoringRunFactory(as_of=BEFORE - dt.timedelta(days=0), status="running", finished_at=None)
    for client_id in former.scores.values_list("client_id", flat=True)[:15]:
        ScoreFactory(run=again, client_id=client_id, segment="champions")
    execute("lifetime_values", run=again.pk)
    assert {value.former_id for value in LifetimeValue.objects.filter(run=run)} == {again.pk}


@pytest.mark.parametrize(("revenue", "worth"), [("1000.01", "2000.02"), ("-5.00", "0.00")])
def test_an_amount_is_a_year_of_revenue_times_the_years(revenue, worth):
    former, run = runs()
    followed(former, run, "loyal", 10, 10, segment="loyal", tier_revenue=Decimal(revenue))
    years = filled(run)
    score = Score.objects.of(run).first()
    assert amount_of(score, run, years) == Decimal(worth)
    assert Score.objects.of(run).annotate(worth=sortable()).values_list("worth", flat=True)[0] == Decimal(worth)


def test_a_window_of_six_months_is_brought_to_a_year():
    former, run = runs()
    run.rules.tier_window_months = 6
    followed(former, run, "loyal", 10, 10, segment="loyal", tier_revenue=Decimal("100.00"))
    assert amount_of(Score.objects.of(run).first(), run, filled(run)) == Decimal("400.00")


def test_the_formula_is_written_out_with_whose_retention_it_is():
    former, run = runs()
    followed(former, run, "loyal", 15, 5, segment="loyal", tier_revenue=Decimal("6000.00"))
    filled(run)
    told = lifetime_of(Score.objects.of(run).select_related("run__rules").first())
    plain = str.maketrans("\u00a0\u202f", "  ")
    assert told.amount == Decimal("24000.00")
    assert told.formula.translate(plain) == "6 000 € par an × 4 ans (1 ÷ (1 − 75,0 %)) = 24 000 €."
    assert told.basis.translate(plain) == "15 des 20 clients Fidèles du 31 août 2025 ont racheté depuis."


def test_without_a_run_of_a_year_before_nothing_is_told():
    score = ScoreFactory()
    assert lifetime_of(Score.objects.select_related("run__rules").get(pk=score.pk)) is None


def test_every_stored_retention_is_a_share():
    former, run = runs()
    followed(former, run, "loyal", 7, 13)
    filled(run)
    assert not LifetimeValue.objects.filter(kept__gt=F("clients")).exists()
    assert years_of(run)["loyal"].retention == Decimal("0.35")
