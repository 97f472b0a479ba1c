"""The portrait of tier A: what is counted, what each line is worth, and how well it tells clients apart."""

import datetime as dt
import hashlib
import random
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import log2

import pytest

from clients.areas import area_of
from clients.sectors import DIVISIONS
from segmentation import portrait
from segmentation.models import Portrait, PortraitLine, ScoringRun, Trait
from tests.factories import (
    ClientFactory,
    ClientNeedFactory,
    InvoiceFactory,
    NeedFactory,
    ScoreFactory,
    ScoringRunFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 10, 31)
SINCE = dt.date(2024, 1, 15)


@pytest.fixture
def run():
    return ScoringRunFactory(as_of=AS_OF)


def score(run, tier, **fields):
    client = ClientFactory(**fields)
    ScoreFactory(run=run, client=client, tier=tier, first_purchase_on=SINCE)
    return client


def line(trait, value):
    return PortraitLine.objects.get(is_trial=False, trait=trait, value=value)


def random_firm(run, seed, clients=160):
    drawn = random.Random(seed)
    made = []
    for _ in range(clients):
        is_champion = drawn.random() < 0.35
        sector = drawn.choice(["6201Z", "6920Z"] if is_champion else ["6920Z", "5610A", "4399C", "", "0000Z"])
        client = score(
            run,
            "A" if is_champion else drawn.choice(["B", "C", ""]),
            naf_code=sector,
            workforce=drawn.choice(["", "NN", "01", "11", "12"]),
            postcode=drawn.choice(["12000", "12100", "97400", "34000", "", "1200"]),
        )
        made.append((client, is_champion))
    return made


def traits_of(client):
    """The traits of one client that a prospect has too, the slow way."""
    sector = client.naf_code[:2]
    size = client.workforce if client.workforce != "NN" else ""
    found = {"sector": sector if sector in DIVISIONS else "", "size": size, "area": area_of(client.postcode)}
    return {trait: value for trait, value in found.items() if value}


def reference(clients):
    """{(trait, value): (champions, others, known champions, known others, points)} of these (client, is champion)."""
    held, known = defaultdict(lambda: [0, 0]), defaultdict(lambda: [0, 0])
    for client, is_champion in clients:
        for trait, value in traits_of(client).items():
            held[trait, value][not is_champion] += 1
            known[trait][not is_champion] += 1
    return {key: (*counts, *known[key[0]], points(counts, known[key[0]])) for key, counts in held.items()}


def points(counts, known):
    if sum(counts) < 10 or min(known) < 10:
        return None
    share = Fraction(sum(counts), sum(known))
    one, other = ((Fraction(n) + 10 * share) / (k + 10) for n, k in zip(counts, known, strict=True))
    return int(Decimal(10 * log2(one / other)).quantize(Decimal(1), ROUND_HALF_UP))


def learns_from(client):
    return hashlib.md5(str(client.pk).encode(), usedforsecurity=False).hexdigest()[0] < "8"


@pytest.mark.parametrize("seed", [5, 11])
def test_every_line_agrees_with_a_slow_reference(run, seed):
    clients = random_firm(run, seed)
    drawn = portrait.draw(run)
    for is_trial, learnt in ((False, clients), (True, [pair for pair in clients if learns_from(pair[0])])):
        lines = drawn.lines.filter(is_trial=is_trial, trait__in=portrait.SCORED)
        found = {
            (one.trait, one.value): (one.champions, one.others, one.known_champions, one.known_others, one.points)
            for one in lines
        }
        assert found == reference(learnt)


@pytest.mark.parametrize("seed", [5, 11])
def test_the_trial_is_the_share_of_pairs_told_apart_among_clients_never_learnt_from(run, seed):
    clients = random_firm(run, seed)
    drawn = portrait.draw(run)
    learnt = reference([pair for pair in clients if learns_from(pair[0])])
    tested = [
        (is_champion, sum(learnt.get(pair, (None,))[-1] or 0 for pair in traits_of(client).items()))
        for client, is_champion in clients
        if not learns_from(client)
    ]
    champions = [given for is_champion, given in tested if is_champion]
    others = [given for is_champion, given in tested if not is_champion]
    won = sum(1 if one > other else 0.5 if one == other else 0 for one in champions for other in others)
    assert (drawn.tested_champions, drawn.tested_others) == (len(champions), len(others))
    assert float(drawn.auc) == pytest.approx(won / (len(champions) * len(others)), abs=1e-4)
    assert drawn.auc > Decimal("0.6")


def test_too_few_clients_held_out_are_not_measured(run):
    for _ in range(6):
        score(run, "A", naf_code="6201Z")
        score(run, "B", naf_code="5610A")
    drawn = portrait.draw(run)
    assert drawn.auc is None
    assert not drawn.is_enough


def test_a_value_that_fewer_than_ten_clients_have_gives_no_points(run):
    for number in range(20):
        score(run, "A" if number % 2 else "B", naf_code="6201Z" if number < 9 else "6920Z")
    portrait.draw(run)
    assert line("sector", "62").points is None
    assert not line("sector", "62").is_told
    assert line("sector", "69").is_told


def test_age_is_counted_from_a_known_date_before_the_first_purchase(run):
    score(run, "A", client_since=dt.date(2010, 5, 1))
    score(run, "B")
    portrait.draw(run)
    assert (line("age", "10").champions, line("age", "1").others) == (1, 1)


def test_the_service_of_entry_is_the_largest_of_the_first_day(run):
    first, small, later = ServiceFactory(name="Création"), ServiceFactory(), ServiceFactory()
    client = score(run, "A")
    for service, amount, on in ((first, 900, SINCE), (small, 50, SINCE), (later, 5000, dt.date(2025, 1, 1))):
        InvoiceFactory(client=client, issued_on=on, amount_ht=amount, service=service)
    portrait.draw(run)
    assert PortraitLine.objects.get(trait=Trait.SERVICE).value == str(first.pk)


def test_a_need_counts_once_it_stands_and_is_followed(run):
    need, archived = NeedFactory(name="Recruter"), NeedFactory(is_active=False)
    client = score(run, "A")
    ClientNeedFactory(client=client, need=need)
    ClientNeedFactory(client=client, need=archived)
    ClientNeedFactory(client=score(run, "B"), need=need, is_refuted=True)
    drawn = portrait.draw(run)
    assert [
        (one.name, one.line.champions, one.line.others) for one in portrait.lines_of(drawn) if one.trait == "Besoin"
    ] == [("Recruter", 1, 0)]


def test_the_same_facts_give_the_same_portrait(run):
    random_firm(run, 5)
    kept = [
        sorted(portrait.draw(run).lines.values_list("is_trial", "trait", "value", "champions", "others", "points"))
        for _ in range(2)
    ]
    assert kept[0] == kept[1]


def test_it_is_drawn_once_for_each_run_and_kept_for_the_latest(run):
    assert portrait.catch_up()
    assert not portrait.catch_up()
    later = ScoringRunFactory(as_of=dt.date(2026, 11, 1))
    assert portrait.on_show().run == run
    assert portrait.catch_up()
    assert portrait.on_show().run == later
    assert Portrait.objects.count() == 1


def test_before_any_run_there_is_none():
    assert not ScoringRun.objects.exists()
    assert not portrait.catch_up()
    assert portrait.on_show() is None


@pytest.mark.parametrize(
    ("trait", "value", "name"),
    [
        ("sector", "62", "Informatique, médias et télécoms (62)"),
        ("size", "11", "10 à 19 salariés"),
        ("area", "12", "Aveyron (12)"),
        ("age", "0", "moins d’un an"),
        ("age", "5", "de 5 à 10 ans"),
        ("age", "10", "10 ans et plus"),
    ],
)
def test_values_are_called_as_people_call_them(trait, value, name):
    assert portrait.value_name(trait, value) == name


def test_lines_that_tell_come_first_and_the_telling_ones_are_clearly_more_frequent(run):
    for number in range(40):
        score(run, "A" if number < 20 else "B", naf_code="6201Z" if number < 15 or number > 36 else "6920Z")
    lines = portrait.lines_of(portrait.draw(run))
    assert [one.line.value for one in lines if one.line.trait == "sector"] == ["62", "69"]
    assert [one.line.value for one in portrait.telling(lines)] == ["62"]
    assert lines[0].line.lift == Decimal("0.75") / Decimal("0.15")
