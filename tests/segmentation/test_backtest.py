"""The trial on the past: its rules one by one, and the same found by a plain reading of the documents."""

import datetime as dt
import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from dateutil.relativedelta import relativedelta

from clients.models import Client, Invoice, InvoiceLine, InvoiceLink, Service, Source, YearlyTotal
from segmentation import trials
from segmentation.backtest import OutcomeUnknown, resolved, wilson
from segmentation.models import Backtest, Exclusion, Rules, Score, ScoringRun
from segmentation.scoring import score
from tests.factories import ClientFactory, InvoiceFactory, ServiceFactory, YearlyTotalFactory
from tests.segmentation import reference
from tests.segmentation.test_agreement import drawn, stored, yearly

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 2, 28)
UNTIL = dt.date(2026, 8, 28)


def bought(name, *days, amount="100.00", **more):
    client = Client.objects.filter(name=name).first() or ClientFactory(name=name)
    for day in days:
        InvoiceFactory(client=client, issued_on=day, amount_ht=Decimal(amount), **more)
    return client


def ago(days):
    return AS_OF - dt.timedelta(days=days)


def after(days):
    return AS_OF + dt.timedelta(days=days)


def known_until(day=UNTIL):
    """Somebody nobody judges, whose invoice is the newest of all."""
    bought("Repère", day)


def tried(as_of=AS_OF, months=6):
    return trials.run_now(as_of=as_of, months=months).figures


def silent(name, days=70):
    """A client who bought every week and then no more: at risk by rhythm."""
    return bought(name, *(ago(days + 7 * n) for n in range(5)))


# --- What happened next ---------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "again"), [(AS_OF, 0), (after(1), 1), (UNTIL, 1), (UNTIL + dt.timedelta(days=1), 0)])
def test_the_months_that_follow_are_half_open(day, again):
    known_until(UNTIL + dt.timedelta(days=1))
    bought("Dupont", ago(10), day)
    found = tried()
    assert found["population"] == {"clients": 1, "gone": 1 - again, "gone_revenue": found["population"]["gone_revenue"]}


def test_what_came_after_the_date_does_not_change_what_was_said_at_it():
    known_until()
    client = silent("Dupont")
    assert tried()["at_risk"]["n"] == 1
    bought("Dupont", *(after(n) for n in range(1, 60, 7)))
    assert tried()["at_risk"]["n"] == 1
    assert Client.objects.filter(pk=client.pk).exists()


def test_an_invoice_taken_back_within_the_months_is_no_purchase():
    known_until()
    client = silent("Dupont")
    invoice = InvoiceFactory(client=client, issued_on=after(30), amount_ht=Decimal("80.00"))
    note = InvoiceFactory(client=client, issued_on=after(40), amount_ht=Decimal("-80.00"))
    assert tried()["at_risk"]["found"] == 0
    InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert tried()["at_risk"]["found"] == 1


def test_a_credit_note_alone_is_no_purchase_and_its_amount_counts():
    known_until()
    client = silent("Dupont")
    InvoiceFactory(client=client, issued_on=after(30), amount_ht=Decimal("-30.00"))
    found = tried()
    assert found["at_risk"]["found"] == 1
    assert sum(Decimal(row["revenue_after"]) for row in found["tiers"]) == Decimal("-30.00")


def test_monthly_fees_set_aside_are_purchases_of_who_buys_nothing_else_and_of_nobody_else():
    known_until()
    Rules.objects.update(sets_recurring_aside=True)
    fee = ServiceFactory(is_recurring=True)
    bought("Abonné", ago(40), after(20), service=fee)
    bought("Acheteur", ago(40))
    bought("Acheteur", after(20), service=fee)
    assert tried()["population"]["gone"] == 1


def test_only_clients_with_a_purchase_in_the_rfm_window_are_judged():
    known_until()
    bought("Ancien", AS_OF - relativedelta(months=24), AS_OF - relativedelta(months=30))
    bought("Au bord", AS_OF - relativedelta(months=24) + dt.timedelta(days=1))
    found = tried()
    assert found["population"]["clients"] == 1
    assert sum(row["clients"] for row in found["tiers"]) == 2


def test_who_came_since_is_counted_apart_and_every_euro_is_somewhere():
    known_until()
    bought("Dupont", ago(10), after(20))
    bought("Nouveau", after(5), amount="40.00")
    found = tried()
    assert found["newcomers"]["clients"] == 2
    parts = [*found["tiers"], found["newcomers"], found["left_out"]]
    assert sum(Decimal(part["revenue_after"]) for part in parts) == Decimal("240.00")


def test_what_a_scored_group_made_is_its_head_s_without_what_the_rules_leave_out():
    known_until()
    expenses = ServiceFactory()
    head, company, out = bought("Tête", ago(10)), bought("Filiale", after(20)), bought("Exclu", ago(10), after(20))
    Client.objects.filter(pk=company.pk).update(head=head)
    bought("Filiale", after(25), amount="7.00", service=expenses)
    Rules.objects.update(scored_by="head", excluded_services=[expenses.pk])
    Exclusion.objects.create(rules=Rules.objects.get(), client=out, motive="Interne")
    found = tried()
    assert found["population"] == {"clients": 1, "gone": 0, "gone_revenue": found["population"]["gone_revenue"]}
    assert (found["newcomers"]["clients"], found["newcomers"]["revenue_after"]) == (1, "100.00")  # the landmark
    assert sum(Decimal(row["revenue_after"]) for row in found["tiers"]) == Decimal("100.00")


def test_who_is_known_by_a_yearly_total_over_these_months_is_left_out():
    known_until()
    client = silent("Dupont")
    total = YearlyTotalFactory(client=client, first_day=dt.date(2026, 3, 1), last_day=dt.date(2026, 12, 31))
    found = tried()
    assert (found["population"]["clients"], found["left_out"]["clients"]) == (0, 1)
    total.delete()
    YearlyTotalFactory(client=client, first_day=dt.date(2025, 3, 1), last_day=AS_OF)
    assert tried()["population"]["clients"] == 1


# --- The alarms and their rivals ------------------------------------------------------------------


def test_the_simple_rule_raises_as_many_alarms_on_the_longest_silences():
    known_until()
    silent("Signalé")  # after 70 days, and buys again
    bought("Signalé", after(3))
    bought("Silencieux", ago(300))  # no rhythm: no alarm, and gone
    bought("Récent", ago(5), after(5))
    found = tried()
    assert (found["at_risk"]["n"], found["at_risk"]["found"]) == (1, 0)
    assert (found["naive"]["days"], found["naive"]["found"], found["naive"]["precision"]) == (300, 1, 1.0)
    assert found["chance"]["precision"] == pytest.approx(1 / 3, abs=1e-6)


def test_clients_of_one_silence_share_the_last_alarms():
    known_until()
    silent("Signalé")
    for name in ("Un", "Deux", "Trois", "Quatre"):
        bought(name, ago(300))
    bought("Un", after(9))
    found = tried()
    assert (found["naive"]["n"], found["naive"]["found"], found["naive"]["precision"]) == (1, 0.75, 0.75)


def test_chance_is_the_base_rate_and_recalls_the_share_of_alarms():
    known_until()
    for number in range(3):
        silent(f"S{number}")
    for number in range(9):
        bought(f"R{number}", ago(5), *([after(8)] if number % 3 else []))
    found = tried()
    population = found["population"]
    assert found["chance"]["precision"] == round(population["gone"] / population["clients"], 6)
    assert found["chance"]["recall"] == round(found["at_risk"]["n"] / population["clients"], 6)


def test_each_reason_is_worth_its_own_alarms():
    known_until()
    silent("Parti")
    silent("Revenu")
    bought("Revenu", after(3))
    (rhythm,) = [row for row in tried()["reasons"] if row["reason"] == "rhythm"]
    assert rhythm == {"reason": "rhythm", "precision": 0.5, "n": 2, "found": 1}


def test_a_share_of_nothing_is_not_a_number():
    known_until()
    bought("Récent", ago(5), after(5))
    found = tried()
    assert (found["at_risk"]["precision"], found["naive"]["precision"], found["at_risk"]["recall"]) == (None,) * 3
    assert (found["at_risk"]["interval"], found["naive"]["days"], found["reasons"]) == (None, None, [])


def test_the_interval_is_that_of_wilson():
    low, high = wilson(81, 263)  # R. G. Newcombe, Statistics in Medicine 17 (1998), p. 857, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 20)[0] == 0.0
    assert wilson(20, 20)[1] == 1.0


# --- Today's order and tomorrow's -----------------------------------------------------------------


def order(*pairs):
    known_until()
    for number, (before, since) in enumerate(pairs):
        bought(f"C{number}", ago(10), amount=before)
        if since != "0":
            bought(f"C{number}", after(10), amount=since)
    return tried()["rank_correlation"]


def test_the_same_order_is_one_and_the_reverse_minus_one():
    assert order(("10", "1"), ("20", "2"), ("30", "40")) == 1.0
    Invoice.objects.filter(issued_on=after(10)).update(amount_ht=Decimal("5"))
    assert tried()["rank_correlation"] is None  # all alike afterwards


def test_a_reversed_order_is_minus_one():
    assert order(("10", "40"), ("20", "2"), ("30", "0")) == -1.0


def test_equal_amounts_share_the_mean_of_their_ranks():
    assert order(("10", "1"), ("10", "2"), ("30", "2")) == 0.5


# --- The same, by a plain reading -----------------------------------------------------------------


def shares(found, n, gone):
    return {"precision": found / n if n else None, "recall": found / gone if gone else None, "n": n, "found": found}


def plain(documents, since, totals, as_of, until):
    """The trial by hand: two scorings by the reference, then counting."""
    said = reference.score(documents, as_of=as_of, since=since, totals=totals)
    seen = reference.score(documents, as_of=until, since=since, totals=totals)
    hidden = {t.client for t in totals if t.first <= until and t.last > as_of and not reference.invoiced(t, documents)}
    again = {c for c, row in seen.items() if row["last_purchase"] and row["last_purchase"] > as_of}
    judged = [c for c, row in said.items() if row["active"] and c not in hidden]
    gone = {c for c in judged if c not in again}
    flagged = [c for c in judged if said[c]["at_risk"]]
    n = len(flagged)
    chosen, left = Fraction(0), n
    for silence in sorted({said[c]["recency_days"] for c in judged}, reverse=True):
        tied = [c for c in judged if said[c]["recency_days"] == silence]
        taken = min(left, len(tied))
        chosen += Fraction(taken * sum(c in gone for c in tied), len(tied))
        left -= taken
    made = Counter()
    for d in documents:
        if d.counted and as_of < d.day <= until:
            made[d.client] += d.amount
    followed = [c for c, row in said.items() if row["last_purchase"] and c not in hidden]
    return {
        "at_risk": shares(sum(c in gone for c in flagged), n, len(gone)),
        "naive": shares(float(chosen), n, len(gone)),
        "chance": shares(n * len(gone) / len(judged), n, len(gone)),
        "tiers": tallied(followed, "tier", said, again, made),
        "segments": tallied(followed, "segment", said, again, made),
        "correlation": spearman([(said[c]["tier_revenue"], made[c]) for c in followed if said[c]["tier_revenue"] > 0]),
        "all_made": sum(made.values(), Decimal(0)),
    }


def tallied(clients, key, said, again, made):
    return {
        value: (
            len(own := [c for c in clients if (said[c][key] or "") == value]),
            sum(c in again for c in own),
            sum((said[c]["tier_revenue"] for c in own), Decimal(0)),
            sum((made[c] for c in own), Decimal(0)),
        )
        for value in {said[c][key] or "" for c in clients}
    }


def spearman(pairs):
    def ranks(values):
        return [Fraction(sum(o < v for o in values) * 2 + sum(o == v for o in values) + 1, 2) for v in values]

    xs, ys = (ranks(list(column)) for column in zip(*pairs, strict=True))
    mean = Fraction(len(pairs) + 1, 2)
    cov = sum((x - mean) * (y - mean) for x, y in zip(xs, ys, strict=True))
    spread = sum((x - mean) ** 2 for x in xs) * sum((y - mean) ** 2 for y in ys)
    return float(cov) / float(spread) ** 0.5 if spread else None


@pytest.mark.parametrize(
    ("seed", "clients", "months", "with_totals"),
    [(1, 90, 6, False), (2, 120, 3, False), (3, 61, 12, False), (4, 90, 6, True), (5, 60, 1, True)],
)
def test_the_sql_agrees_with_a_plain_reading(seed, clients, months, with_totals):
    documents, since = drawn(seed, clients)
    documents.append(reference.Document("Dernier", dt.date(2026, 8, 31), Decimal(10)))
    totals = yearly(seed, documents, newcomers=20) if with_totals else []
    as_of = dt.date(2026, 8, 31) - relativedelta(months=months)
    until = as_of + relativedelta(months=months)
    stored(documents, since, random.Random(seed), totals)
    found, hoped = tried(as_of, months), plain(documents, since, totals, as_of, until)
    for rival in ("at_risk", "naive", "chance"):
        assert {key: found[rival][key] for key in hoped[rival]} == pytest.approx(hoped[rival], abs=2e-6), rival
    for name, key in (("tiers", "tier"), ("segments", "segment")):
        rows = {
            row[key]: (
                row["clients"],
                row["bought_again"],
                Decimal(row["revenue_before"]),
                Decimal(row["revenue_after"]),
            )
            for row in found[name]
        }
        assert rows == hoped[name]
    assert found["rank_correlation"] == pytest.approx(hoped["correlation"], abs=2e-6)
    parts = [*found["tiers"], found["newcomers"], found["left_out"]]
    assert sum(Decimal(part["revenue_after"]) for part in parts) == hoped["all_made"]


# --- What must hold whatever the facts ------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_shares_are_between_zero_and_one_and_rivals_raise_as_many_alarms(seed):
    documents, since = drawn(40 + seed, random.Random(seed).choice([3, 20, 70]))
    documents.append(reference.Document("Dernier", dt.date(2026, 8, 31), Decimal(10)))
    stored(documents, since, random.Random(seed))
    found = tried(dt.date(2026, 2, 28), 6)
    population = found["population"]
    for rival in ("at_risk", "naive", "chance"):
        assert found[rival]["n"] == found["at_risk"]["n"]
        assert found[rival]["precision"] is None or 0 <= found[rival]["precision"] <= 1
        assert found[rival]["recall"] is None or 0 <= found[rival]["recall"] <= 1
        assert found[rival]["found"] <= min(found[rival]["n"], population["gone"]) + 1e-6
    low, high = found["at_risk"]["interval"] or (0, 1)
    assert low <= (found["at_risk"]["precision"] or low) <= high
    assert found["rank_correlation"] is None or -1 <= found["rank_correlation"] <= 1


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_changes_nothing(seed):
    documents, since = drawn(seed, 60)
    documents.append(reference.Document("Dernier", dt.date(2026, 8, 31), Decimal(10)))
    found = []
    for order_seed in (7, 99):
        stored(documents, since, random.Random(order_seed))
        Invoice.objects.exclude(status__in=["issued", "paid"]).delete()  # drawn with the order; they count for nothing
        found.append(tried(dt.date(2026, 2, 28), 6))
        for model in (InvoiceLink, InvoiceLine, YearlyTotal, Invoice, Client, Service, Source):
            model.objects.all().delete()
    assert found[0] == found[1]


def regulars(count, leaving, draw):
    """Clients who buy every ten days or so; those `leaving` stop between 60 and 90 days before the date, for good."""
    for number in range(count):
        leaves = leaving(number)
        start = draw.randint(60, 90) if leaves else draw.randint(0, 9)
        days = [ago(start + 10 * n + draw.randint(0, 3)) for n in range(12)]
        days += [] if leaves else [after(10 + draw.randint(0, 9))]
        bought(f"C{number:03}", *days)


def test_a_planted_signal_is_found():
    known_until()
    regulars(40, lambda number: number % 4 == 0, random.Random(5))
    found = tried()
    assert (found["at_risk"]["precision"], found["at_risk"]["recall"]) == (1.0, 1.0)
    assert found["chance"]["precision"] == 0.25


def test_nothing_is_found_where_leaving_has_nothing_to_do_with_the_past():
    known_until()
    draw = random.Random(11)
    for number in range(150):
        days = {ago(draw.randint(0, 360)) for _ in range(draw.randint(3, 8))}
        bought(f"C{number:03}", *sorted(days), *([after(30)] if draw.random() < 0.5 else []))
    found = tried()
    low, high = found["at_risk"]["interval"]
    assert found["at_risk"]["n"] > 20
    assert low <= found["chance"]["precision"] <= high


# --- What may be tried ----------------------------------------------------------------------------


def test_the_months_to_watch_must_lie_within_the_data():
    known_until(UNTIL)
    bought("Dupont", ago(10))
    assert resolved(as_of=AS_OF, months=6) == (AS_OF, UNTIL)
    with pytest.raises(
        OutcomeUnknown, match="il faut des factures jusqu’au 1 septembre 2026, et les vôtres s’arrêtent"
    ):
        resolved(as_of=dt.date(2026, 3, 1), months=6)


def test_by_default_the_date_is_as_late_as_the_data_allow():
    known_until(dt.date(2026, 8, 31))
    assert resolved(as_of=None, months=6) == (dt.date(2026, 2, 28), dt.date(2026, 8, 28))


@pytest.mark.parametrize("months", [0, -3, 37])
def test_a_duration_that_means_nothing_is_refused(months):
    known_until()
    with pytest.raises(OutcomeUnknown, match="de 1 à 36 mois"):
        resolved(as_of=None, months=months)


def test_a_date_at_which_nobody_s_purchases_were_dated_is_refused_and_leaves_no_run():
    known_until()
    for number in range(6):
        bought(f"C{number}", ago(10))
    with pytest.raises(OutcomeUnknown, match="toutes les factures portent la même date"):
        tried()
    assert not ScoringRun.objects.exists()
    assert Backtest.objects.get().status == Backtest.Status.FAILED


def test_no_run_and_no_score_is_kept_and_the_official_ones_stay():
    known_until()
    bought("Dupont", ago(10))
    official = score(as_of=AS_OF)
    tried()
    assert list(ScoringRun.objects.all()) == [official]
    assert set(Score.objects.values_list("run", flat=True)) == {official.pk}
