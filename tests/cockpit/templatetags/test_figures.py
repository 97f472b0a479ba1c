import datetime as dt
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from cockpit.templatetags import figures
from segmentation.models import SegmentSlug

THIN, NBSP = "\u202f", "\u00a0"


@pytest.fixture(autouse=True)
def french():
    with translation.override("fr"):
        yield


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("27285.40"), f"27{THIN}285{NBSP}€"),
        (Decimal("100"), f"100{NBSP}€"),
        (Decimal("99.5"), f"99,50{NBSP}€"),
        (Decimal("-1234.5"), f"−1{THIN}235{NBSP}€"),
        (0, f"0{NBSP}€"),
        (None, "–"),
    ],
)
def test_euros_have_cents_under_a_hundred_only(value, text):
    assert figures.eur(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1_172_480, f"1,17{NBSP}M€"),
        (999_600, f"1,00{NBSP}M€"),
        (537_533, f"538{NBSP}k€"),
        (1_240, f"1,2{NBSP}k€"),
        (850, f"850{NBSP}€"),
        (-24_000, f"−24{NBSP}k€"),
    ],
)
def test_large_amounts_are_shortened(value, text):
    assert figures.keur(value) == text


def test_a_share_never_rounds_something_to_nothing_nor_nearly_all_to_all():
    assert [figures.pct1(Decimal(share)) for share in ("0", "0.004", "0.66", "0.996", "1")] == [
        f"0{NBSP}%",
        f"<1{NBSP}%",
        f"66{NBSP}%",
        f">99{NBSP}%",
        f"100{NBSP}%",
    ]


def test_halves_are_rounded_away_from_zero_as_by_hand():
    assert figures.nb(Decimal("2.5")) == "3"
    assert figures.pct(Decimal("0.125")) == f"13{NBSP}%"


def test_changes_carry_their_sign_and_a_real_minus():
    assert (figures.signed(3), figures.signed(-4), figures.signed(0)) == ("+3", "−4", "=")
    assert figures.signed_pct(Decimal("-0.124"), 1) == f"−12,4{NBSP}%"


def test_a_duration_is_in_days_up_to_ninety_then_in_months():
    assert [figures.span(count) for count in (1, 90, 91, 247)] == [
        "1 jour",
        "90 jours",
        "3 mois",
        "8 mois",
    ]


def test_a_date_is_short_and_does_not_break():
    assert figures.day(dt.date(2026, 11, 23)) == "23\xa0nov.\xa02026"
    assert figures.day(None) == "–"


def test_a_moment_is_told_in_the_local_time_zone():
    night = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    assert figures.day(night) == "23\xa0nov.\xa02026"
    assert figures.moment(night) == "23\xa0nov.\xa02026 à 00:30"


def test_english_figures_follow_english_habits():
    with translation.override("en"):
        assert figures.eur(Decimal("-27285")) == "−€27,285"
        assert figures.keur(1_172_480) == "€1.17M"
        assert figures.pct(Decimal("0.664"), 1) == "66.4%"


def test_a_tier_is_never_named_without_its_letter():
    assert figures.tier_name("A") == "Palier A · Champions"
    assert figures.tier_name("") == "Sans palier"


@pytest.mark.parametrize("slug", SegmentSlug.values)
def test_every_segment_has_an_icon_beside_its_name(slug):
    badge = Template("{% segment_badge slug %}").render(Context({"slug": slug}))
    assert f'class="badge seg-{slug}"' in badge
    assert "<svg" in badge
    assert str(SegmentSlug(slug).label) in badge
