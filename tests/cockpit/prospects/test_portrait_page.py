"""The page of the portrait: sentences, bars and figures that say the same, lists behind them, and what is not known."""

from decimal import Decimal

import pytest

from cockpit.prospects.portrait_page import PortraitBoard
from segmentation.models import Portrait, PortraitLine
from tests.cockpit.prospects.conftest import page
from tests.factories import NeedFactory, ScoringRunFactory

URL = "/prospects/portrait/"


def test_it_says_in_words_what_tells_tier_a_apart_with_the_counts(chief, portrait):
    text = page(chief.get(URL))
    assert "Ce qui distingue vos 30 clients du palier A · Champions de vos 100 autres clients." in text
    said = "télécoms (62) » : 4,0 fois plus fréquent que chez vos autres clients (12 sur 30)."
    assert said in text
    assert "On ne sait rien encore de : Ancienneté, Service d’entrée, Besoin." in text


def test_bars_table_and_sentence_hold_the_same_figures(chief, portrait):
    bars = {bar.line.value: bar for trait in PortraitBoard(portrait).traits for bar in trait.bars}
    assert bars["62"].lift == "4,0 fois"
    assert bars["62"].width == "66.7"  # of six times
    assert bars["56"].lift == "n insuffisant"
    assert bars["56"].width == "0"
    text = page(chief.get(URL))
    assert text.count("4,0 fois") == 3
    assert "12 / 30" in text


def test_a_sector_and_a_need_lead_to_their_clients_of_tier_a(chief, portrait):
    need = NeedFactory(name="Recruter")
    counts = {"champions": 5, "others": 6, "known_champions": 30, "known_others": 100}
    PortraitLine.objects.create(portrait=portrait, trait="need", value=str(need.pk), points=15, **counts)
    urls = {bar.line.value: bar.url for trait in PortraitBoard(portrait).traits for bar in trait.bars}
    assert urls["62"] == "/clients/?palier=A&activite=62"
    assert urls[str(need.pk)] == f"/clients/?palier=A&besoin={need.slug}"
    assert urls["12"] == ""
    for url in (urls["62"], urls[str(need.pk)]):
        assert chief.get(url).status_code == 200


@pytest.mark.parametrize(
    ("auc", "words"), [(Decimal("0.7312"), "0,73 (0,5 serait le hasard"), (None, "Pas assez d’historique")]
)
def test_how_well_it_tells_clients_apart_is_under_advanced(chief, portrait, auc, words):
    Portrait.objects.update(auc=auc, tested_champions=14, tested_others=51)
    assert words in page(chief.get(URL))


def test_too_few_clients_conclude_nothing(chief, portrait):
    Portrait.objects.update(champions=9)
    assert "Portrait insuffisant" in page(chief.get(URL))


def test_without_tiers_it_says_what_is_needed(chief):
    assert "Il faut des paliers" in page(chief.get(URL))
    Portrait.objects.create(run=ScoringRunFactory(), others=4)
    assert "Il faut des paliers" in page(chief.get(URL))


def test_nothing_telling_is_said_too(chief, portrait):
    PortraitLine.objects.filter(value__in=["62", "11"]).delete()
    assert "Rien ne les distingue nettement" in page(chief.get(URL))


def test_a_salesperson_does_not_read_figures_of_everybody_s_clients(browser, portrait):
    assert browser.get(URL).status_code == 403
