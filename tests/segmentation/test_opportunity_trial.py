"""The trial of opportunities: against a slow count, with a planted rule, and on noise."""

import datetime as dt
import json
import random
from io import StringIO
from math import comb

import pytest
from dateutil.relativedelta import relativedelta
from django.core.management import CommandError, call_command

from clients.models import InvoiceLine
from segmentation import opportunity_trial, opportunity_words, trials
from segmentation.models import Bundle, Peer, ScoringRun
from segmentation.scoring import score
from tests.factories import BacktestFactory, ClientFactory, InvoiceFactory, ServiceFactory
from tests.segmentation.opportunities_reference import Reference, scored

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 2, 28)
UNTIL = dt.date(2026, 8, 28)


def portfolio(seed, *, planted, clients=240):
    """Clients of two sectors with some of eight services each, then one more each, of what the sector likes when the
    rule is planted, of anything otherwise."""
    drawn = random.Random(seed)
    services = ServiceFactory.create_batch(8)
    liked = {"6920Z": services[:4], "5610A": services[4:]}
    for number in range(clients):
        sector = drawn.choice(list(liked))
        client = ClientFactory(naf_code=sector)
        likes = liked[sector] if planted else services
        first = drawn.sample(likes, 2)
        for service in first:
            on = AS_OF - dt.timedelta(days=drawn.randint(1, 300))
            InvoiceFactory(client=client, issued_on=on, amount_ht=drawn.randint(1, 9) * 100, service=service)
        if number % 2:
            more = drawn.choice([one for one in likes if one not in first])
            InvoiceFactory(client=client, issued_on=AS_OF + dt.timedelta(days=number % 150 + 1), service=more)
    InvoiceFactory(issued_on=UNTIL)


def tried():
    return trials.run_now(as_of=AS_OF, months=6).figures["opportunities"]


def test_a_planted_rule_is_found():
    portfolio(1, planted=True)
    found = tried()
    assert found["clients"] == 120
    assert found["hit1"] > found["popular"]["hit1"] + 0.2
    assert found["hit3"] > found["chance"]["hit3"] + 0.2
    assert found["auc"] > 0.8
    assert "fait mieux que proposer le plus répandu" in opportunity_words.trial_verdict(found)


def test_on_noise_it_is_worth_no_more_than_chance_and_no_bundle_stands_out():
    portfolio(2, planted=False)
    found = tried()
    assert abs(found["auc"] - 0.5) < 0.1
    assert abs(found["hit1"] - found["chance"]["hit1"]) < 0.12
    scored(UNTIL)
    assert not Bundle.objects.exists()


def slow(before, until):
    """The figures counted hole by hole."""
    reference = Reference(before)
    lines = InvoiceLine.objects.filter(invoice__issued_on__gt=before.as_of, invoice__issued_on__lte=until)
    gained = {}
    for line in lines.filter(service__isnull=False).select_related("invoice"):
        pair = line.invoice.client_id, line.service_id
        gained[pair] = gained.get(pair, 0) + line.amount_ht
    services = [key for key in reference.keys if isinstance(key, int)]
    holes = [(client, key) for key in services for client in reference.holes(key)]
    filled = {pair for pair, net in gained.items() if net > 0} & set(holes)
    chance = {pair: reference.answer(*pair).propensity for pair in holes}
    holders = {key: len(reference.holders(key)) for key in services}
    hits, lots = {(who, top): 0 for who in ("ours", "popular") for top in (1, 3, 5)}, dict.fromkeys((1, 3, 5), 0)
    lucky = {client for client, _key in filled}
    for client in lucky:
        lacking = [key for one, key in holes if one == client]
        orders = {
            "ours": sorted(lacking, key=lambda key: (-chance[client, key], -holders[key], key)),
            "popular": sorted(lacking, key=lambda key: (-holders[key], key)),
        }
        wanted = sum((client, key) in filled for key in lacking)
        for top in (1, 3, 5):
            for who, order in orders.items():
                hits[who, top] += any((client, key) in filled for key in order[:top])
            lots[top] += 1 - comb(len(lacking) - wanted, top) / comb(len(lacking), top) if top < len(lacking) else 1
    pairs = [(good, bad) for good in filled for bad in holes if bad not in filled]

    def area(mark):
        return sum((mark(g) > mark(b)) + (mark(g) == mark(b)) / 2 for g, b in pairs) / len(pairs)

    return {
        "clients": len(lucky),
        **{f"hit{top}": hits["ours", top] / len(lucky) for top in (1, 3, 5)},
        "auc": area(lambda pair: chance[pair]),
        "popular": {
            **{f"hit{top}": hits["popular", top] / len(lucky) for top in (1, 3, 5)},
            "auc": area(lambda pair: holders[pair[1]]),
        },
        "chance": {**{f"hit{top}": lots[top] / len(lucky) for top in (1, 3, 5)}, "auc": 0.5},
    }


@pytest.mark.parametrize("seed", [4, 5])
def test_every_figure_agrees_with_a_slow_count(seed):
    portfolio(seed, planted=seed == 4, clients=60)
    before = score(as_of=AS_OF, kind=ScoringRun.Kind.BACKTEST)
    after = score(as_of=UNTIL, kind=ScoringRun.Kind.BACKTEST)
    found, expected = opportunity_trial.judged(before, after), slow(before, UNTIL)
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-5)


def test_the_trial_leaves_the_opportunities_of_the_run_on_show_alone():
    portfolio(6, planted=True, clients=40)
    run = scored(UNTIL)
    tried()
    assert set(Peer.objects.values_list("run", flat=True)) == {run.pk}


def test_the_command_writes_the_figures_of_the_contract_in_json():
    portfolio(7, planted=True, clients=40)
    out = StringIO()
    call_command("backtest_opportunities", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert {"hit1", "hit3", "hit5", "auc"} <= found.keys()
    assert found["popular"].keys() == found["chance"].keys() == {"hit1", "hit3", "hit5", "auc"}
    assert found["as_of"] == (UNTIL - relativedelta(months=6)).isoformat()


def test_the_command_says_it_in_words_and_refuses_without_facts():
    with pytest.raises(CommandError):
        call_command("backtest_opportunities")
    portfolio(8, planted=True, clients=40)
    out = StringIO()
    call_command("backtest_opportunities", stdout=out)
    assert "parmi les trois premiers" in out.getvalue()


def test_a_trial_without_anybody_who_bought_something_new_says_so():
    InvoiceFactory(client=ClientFactory(), issued_on=AS_OF - dt.timedelta(days=30), service=ServiceFactory())
    InvoiceFactory(client=ClientFactory(), issued_on=UNTIL)
    found = tried()
    assert (found["clients"], found["hit1"], found["auc"]) == (0, None, None)


def test_a_trial_made_before_opportunities_were_tried_says_nothing_of_them():
    assert opportunity_words.trial_sentences(BacktestFactory()) == []
