"""One rule, one client on each side of its boundary. As-of dates are chosen where calendar months differ in length."""

import datetime as dt
from decimal import Decimal

import pytest
from dateutil.relativedelta import relativedelta

from clients.models import Invoice, InvoiceLine, InvoiceLink
from segmentation.models import GridCell, Rules, Score, SegmentSlug
from segmentation.scoring import score
from tests.factories import ClientFactory, InvoiceFactory, ServiceFactory

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 8, 31)  # six months earlier is the 28th of February


def ago(days=0, *, months=0) -> dt.date:
    return AS_OF - relativedelta(months=months) - dt.timedelta(days=days)


def bought(client, *days, amount="100.00", **fields):
    return [InvoiceFactory(client=client, issued_on=day, amount_ht=Decimal(amount), **fields) for day in days]


def found(client=None) -> Score:
    """The score of this client, or of the only one, at the as-of date."""
    run = score(as_of=AS_OF)
    scores = Score.objects.of(run).select_related("run")
    return scores.get(client=client) if client else scores.get()


@pytest.fixture
def client():
    return ClientFactory()


@pytest.fixture
def history():
    """Somebody else who bought long ago: history is two years old."""
    bought(ClientFactory(), ago(months=30))


# --- Counted invoices, purchases, credit notes


@pytest.mark.parametrize("status", ["draft", "pro_forma", "cancelled"])
def test_only_issued_and_paid_invoices_count(client, status):
    bought(client, ago(100), status=Invoice.Status.PAID)
    bought(client, ago(1), status=status)
    assert (found().recency_days, found().monetary) == (100, Decimal("100.00"))


def test_a_document_dated_after_the_as_of_date_is_not_there_yet(client):
    bought(client, ago(), ago(-1))
    assert (found().recency_days, found().frequency) == (0, 1)


def test_a_client_without_any_purchase_is_not_scored(client, history):
    bought(client, ago(10), amount="-50.00")
    bought(client, ago(10), amount="0.00")
    run = score(as_of=AS_OF)
    assert not Score.objects.of(run).filter(client=client).exists()
    assert run.revenue == Decimal("-50.00")


def test_purchases_of_the_same_day_are_one(client):
    bought(client, ago(5), ago(5), ago(9))
    assert (found().frequency, found().monetary) == (2, Decimal("300.00"))


def test_a_credit_note_subtracts_at_its_own_date_and_never_refreshes_recency(client):
    bought(client, ago(50))
    bought(client, ago(3), amount="-30.00")
    assert (found().recency_days, found().monetary, found().frequency) == (50, Decimal("70.00"), 1)


def test_a_free_invoice_is_no_purchase(client):
    bought(client, ago(50))
    bought(client, ago(3), amount="0.00")
    assert found().recency_days == 50


@pytest.mark.parametrize(("given_back", "silence"), [("-100.00", 50), ("-99.99", 20)])
def test_an_invoice_cancelled_in_full_leaves_recency_and_frequency(client, given_back, silence):
    bought(client, ago(50))
    (invoice,) = bought(client, ago(20))
    (note,) = bought(client, ago(10), amount=given_back)
    InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert found().recency_days == silence
    assert found().monetary == Decimal("200.00") + Decimal(given_back)


def test_several_credit_notes_may_cancel_an_invoice_together(client):
    bought(client, ago(50))
    (invoice,) = bought(client, ago(20))
    for note in bought(client, ago(10), ago(9), amount="-50.00"):
        InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert found().frequency == 1


def test_a_credit_note_cancels_only_from_its_own_date_on(client):
    (invoice,) = bought(client, ago(20))
    (note,) = bought(client, ago(-1), amount="-100.00")
    InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert found().recency_days == 20


def test_a_credit_note_naming_two_invoices_is_shared_between_them(client):
    invoices = bought(client, ago(20), ago(30))
    (note,) = bought(client, ago(10), amount="-100.00")
    for invoice in invoices:
        InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert found().frequency == 2


def test_a_credit_note_of_the_same_amount_that_names_nothing_cancels_nothing(client):
    bought(client, ago(20))
    bought(client, ago(10), amount="-100.00")
    assert found().recency_days == 20


def test_a_final_invoice_and_its_deposits_are_one_purchase_dated_by_the_first(client):
    deposits = bought(client, ago(60), ago(40), kind=Invoice.Kind.DEPOSIT)
    (final,) = bought(client, ago(20))
    for deposit in deposits:
        InvoiceLink.objects.create(document=final, named=deposit, kind="deposit")
    assert (found().recency_days, found().frequency, found().monetary) == (60, 1, Decimal("300.00"))


# --- Windows


@pytest.mark.parametrize(("oldest", "months"), [(ago(months=24), 24), (ago(-1, months=24), 12)])
def test_the_rfm_window_is_24_months_when_history_allows(client, oldest, months):
    bought(client, oldest, ago(1))
    assert found().run.rfm_window_months == months


def test_the_rules_may_choose_the_window(client, history):
    Rules.objects.update(rfm_window_months=6)
    bought(client, ago(1))
    assert found(client).run.rfm_from == dt.date(2026, 2, 28)


def test_a_window_is_open_at_its_start_and_closed_at_the_as_of_date(client, history):
    bought(client, ago(months=24), ago(-1, months=24), ago())
    assert found(client).frequency == 2
    assert found(client).monetary == Decimal("200.00")


def test_the_revenue_of_tiers_is_that_of_twelve_months(client, history):
    bought(client, ago(months=12), amount="7.00")
    bought(client, ago(-1, months=12), amount="5.00")
    assert found(client).tier_revenue == Decimal("5.00")
    assert found(client).previous_revenue == Decimal("7.00")


# --- Scores


@pytest.mark.parametrize(
    ("silence", "r"), [(0, 5), (30, 5), (31, 4), (90, 4), (91, 3), (180, 3), (181, 2), (365, 2), (366, 1)]
)
def test_recency_is_read_off_its_thresholds(client, history, silence, r):
    bought(client, ago(silence))
    assert found(client).r == r


@pytest.mark.parametrize(("purchases", "f"), [(1, 1), (2, 2), (3, 3), (5, 3), (6, 4), (11, 4), (12, 5)])
def test_few_clients_have_their_frequency_read_off_thresholds(client, purchases, f):
    bought(client, *[ago(day) for day in range(purchases)])
    assert found().f == f
    assert found().run.frequency_fallback == "few-clients"


def firm(amounts):
    """One client for each amount, who bought once, yesterday."""
    clients = [ClientFactory() for _ in amounts]
    for client, amount in zip(clients, amounts, strict=True):
        bought(client, ago(1), amount=str(amount))
    return clients


def monetary_scores(clients):
    by_client = dict(Score.objects.of(score(as_of=AS_OF)).values_list("client", "m"))
    return [by_client[client.pk] for client in clients]


def test_amounts_are_ranked_by_value_from_thirty_clients_on():
    clients = firm(range(1, 31))
    assert monetary_scores(clients) == [1] * 6 + [2] * 6 + [3] * 6 + [4] * 6 + [5] * 6
    Invoice.objects.filter(client=clients[0]).delete()
    assert monetary_scores(clients[1:])[0] == 1
    assert Score.objects.order_by("-id").first().run.monetary_fallback == "few-clients"


def test_equal_amounts_get_equal_scores_counted_by_the_strictly_worse():
    clients = firm([1] * 7 + [2] * 7 + [3, 4, 5] + [6] * 7 + [7] * 6)  # 7, 14, 15, 16, 17 and 24 of 30 are worse
    assert monetary_scores(clients) == [1] * 7 + [2] * 7 + [3, 3, 3] + [3] * 7 + [5] * 6


def test_the_cuts_kept_are_the_least_values_found_and_empty_levels_have_none():
    firm([1] * 13 + [2] * 5 + [3] * 6 + [4] * 5 + [5] * 1)  # 13, 18, 24 and 29 of 30 are worse
    run = score(as_of=AS_OF)
    assert run.monetary_mode == "value"
    assert run.monetary_cuts == [None, Decimal("2.00"), Decimal("3.00"), Decimal("4.00")]


def test_fewer_than_five_different_values_are_not_ranked():
    firm([1] * 10 + [2] * 10 + [3] * 9 + [4])
    assert score(as_of=AS_OF).monetary_fallback == "few-values"


def test_values_whose_best_would_not_have_five_are_not_ranked():
    firm([*range(1, 23), *[100] * 8])
    assert score(as_of=AS_OF).monetary_fallback == "no-five"
    Invoice.objects.all().delete()
    firm([*range(1, 25), *[100] * 6])
    assert score(as_of=AS_OF).monetary_mode == "value"


def test_an_amount_that_is_not_positive_scores_one_and_counts():
    clients = firm(range(1, 31))
    for client in clients[:10]:
        bought(client, ago(0), amount="-50.00")
    scores = monetary_scores(clients)
    assert scores[:10] == [1] * 10
    assert scores[10:] == [2] * 2 + [3] * 6 + [4] * 6 + [5] * 6


def test_amounts_by_thresholds_are_read_off_the_rounded_quintiles_of_positive_ones():
    clients = firm(["1234.50", "95.50", "149.99", "25.00", "9999.00"])
    run = score(as_of=AS_OF)
    assert run.monetary_cuts == [Decimal(25), Decimal(96), Decimal(150), Decimal(1200)]
    assert monetary_scores(clients) == [5, 2, 3, 1, 5]


def test_published_thresholds_replace_the_quintiles():
    Rules.objects.update(monetary_mode="thresholds", monetary_thresholds=[10, 20, 30, 40])
    assert monetary_scores(firm(["10.00", "10.01", "40.00", "40.01"])) == [1, 2, 4, 5]


def test_recency_may_be_ranked_by_value_too():
    Rules.objects.update(recency_mode="value")
    clients = [ClientFactory() for _ in range(30)]
    for number, client in enumerate(clients):
        bought(client, ago(number))
    run = score(as_of=AS_OF)
    assert run.recency_cuts == [5, 11, 17, 23]
    assert Score.objects.of(run).get(client=clients[5]).r == 5
    assert Score.objects.of(run).get(client=clients[6]).r == 4


def test_a_client_without_purchase_in_the_window_has_111(client):
    bought(client, ago(months=24))
    bought(ClientFactory(), ago(1))
    assert (found(client).profile, found(client).frequency) == ("111", 0)
    assert found(client).run.in_window == 1


# --- Segments


@pytest.mark.parametrize(("silence", "segment"), [(89, "new"), (90, "first-purchases")])
def test_a_client_is_new_for_less_than_90_days(client, history, silence, segment):
    bought(client, ago(silence))
    assert found(client).segment == segment


@pytest.mark.parametrize(("days", "is_new"), [(90, False), (91, True)])
def test_nobody_is_new_in_the_first_90_days_of_the_facts(client, days, is_new):
    bought(ClientFactory(), ago(days))
    bought(client, ago(0))
    assert (found(client).segment == "new") is is_new


@pytest.mark.parametrize(("since", "is_new"), [(89, True), (90, False), (2000, False)])
def test_a_known_date_of_arrival_prevails(history, since, is_new):
    client = ClientFactory(client_since=ago(since))
    bought(client, ago(200), ago(10))
    assert (found(client).segment == "new") is is_new


def test_a_date_of_arrival_after_the_as_of_date_is_not_known_yet(history):
    client = ClientFactory(client_since=ago(-1))
    bought(client, ago(200))
    assert found(client).segment != "new"


@pytest.mark.parametrize(("last", "segment"), [(ago(-1, months=13), "dormant"), (ago(months=13), "lost")])
def test_a_lost_client_who_bought_in_the_last_13_months_is_dormant(client, history, last, segment):
    bought(client, last)
    assert found(client).segment == segment


def test_every_profile_new_or_not_has_exactly_one_segment_and_none_is_unreachable():
    grid = {(cell.r, cell.fm): cell.segment for cell in GridCell.objects.filter(rules__version=1)}
    reached = {"new", "dormant"} | {
        grid[r, (f + m + 1) // 2] for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)
    }
    assert len(grid) == 25
    assert reached == set(SegmentSlug.values)


# --- Tiers


def tiers(amounts):
    clients = firm(amounts)
    by_client = {s.client_id: s for s in Score.objects.of(score(as_of=AS_OF))}
    return [by_client[client.pk] for client in clients]


def test_tiers_take_20_then_70_percent_of_the_clients_rounded_up():
    letters = "".join(found.tier for found in tiers(range(11, 0, -1)))
    assert letters == "AAABBBBBCCC"  # 2.2 and 7.7 of 11


def test_amounts_equal_to_a_cut_are_in_the_better_tier_and_share_a_rank():
    found = tiers([10, 9, 9, 9, 5, 4, 3, 3, 1, 1])
    assert "".join(one.tier for one in found) == "AAAABBBBCC"
    assert [one.tier_rank for one in found] == [1, 2, 2, 2, 5, 6, 7, 7, 9, 9]


def test_the_cumulative_share_takes_in_equal_amounts_and_six_decimals_half_up():
    found = tiers([3, 2, 2, 1, 1])
    assert [str(one.cumulative_share) for one in found] == ["0.333333", "0.777778", "0.777778", "1.000000", "1.000000"]


def test_a_client_without_positive_revenue_has_no_tier_and_counts_for_none(client, history):
    found = tiers([5, 4, 3, 2, 1])
    assert [one.tier for one in found] == ["A", "B", "B", "B", "C"]
    bought(client, ago(5), amount="10.00")
    bought(client, ago(2), amount="-10.00")
    run = score(as_of=AS_OF)
    none = Score.objects.of(run).get(client=client)
    assert (none.tier, none.tier_rank, none.cumulative_share, run.ranked) == ("", None, None, 5)


def test_fewer_than_five_clients_have_no_tiers():
    assert {(one.tier, one.tier_rank, one.cumulative_share) for one in tiers([4, 3, 2, 1])} == {("", None, None)}


def test_the_revenues_of_tiers_add_up_to_that_of_the_run(client):
    tiers(["0.01", "0.02", "1234567.89", "10.00", "5.55"])
    bought(client, ago(1), amount="-3.00")
    run = score(as_of=AS_OF)
    ranked = sum(Score.objects.of(run).exclude(tier="").values_list("tier_revenue", flat=True))
    assert ranked == run.positive_revenue == Decimal("1234583.47")
    assert run.revenue == Decimal("1234580.47")


# --- Risk


@pytest.mark.parametrize(
    ("gaps", "typical"), [((10, 20), "15.0"), ((10, 21), "15.5"), ((10, 20, 90), "20.0"), ((1, 2), "7.0")]
)
def test_the_typical_gap_is_the_median_of_the_gaps_at_least_7_days(client, gaps, typical):
    days, day = [ago(0)], ago(0)
    for gap in gaps:
        day -= dt.timedelta(days=gap)
        days.append(day)
    bought(client, *days)
    assert str(found().typical_gap_days) == typical


def test_a_rhythm_takes_three_purchase_days(client):
    bought(client, ago(0), ago(10), ago(10))
    assert (found().typical_gap_days, found().silence_ratio) == (None, None)


def test_a_rhythm_is_learnt_from_the_whole_history(client):
    bought(client, ago(1), ago(months=40), ago(months=80))
    assert found().typical_gap_days > 1000


@pytest.mark.parametrize(("silence", "reasons"), [(31, []), (32, ["rhythm"])])
def test_a_silence_of_more_than_twice_the_typical_gap_is_a_reason(client, silence, reasons):
    bought(client, ago(silence), ago(silence + 15), ago(silence + 31))  # a typical gap of 15.5 days
    assert (found().risk_reasons, found().at_risk) == (reasons, bool(reasons))


@pytest.mark.parametrize(
    ("recent", "former", "is_reason"),
    [("299.99", "500.00", True), ("300.00", "500.00", False), ("1.00", "499.99", False)],
)
def test_a_half_year_under_60_percent_of_the_former_one_from_500_euros_is_a_reason(
    client, history, recent, former, is_reason
):
    bought(client, ago(-1, months=18), amount=former)
    bought(client, ago(-1, months=6), amount=recent)
    assert ("decline" in found(client).risk_reasons) is is_reason


def test_the_half_years_compared_are_open_at_their_start(client, history):
    bought(client, ago(months=18), ago(-1, months=12), ago(months=6), amount="1.00")
    bought(client, ago(-1, months=18), ago(months=12), amount="10.00")
    bought(client, ago(-1, months=6), amount="100.00")
    one = found(client)
    assert (one.recent_half_revenue, one.former_half_revenue) == (Decimal(100), Decimal(20))
    assert (one.recent_half_days, one.former_half_days) == (1, 2)


@pytest.mark.parametrize(("recent", "former", "is_reason"), [(2, 4, True), (3, 5, False), (1, 3, True), (0, 2, False)])
def test_fewer_than_60_percent_of_at_least_3_purchase_days_is_a_reason(client, history, recent, former, is_reason):
    bought(client, *[ago(10 + day) for day in range(recent)], *[ago(10 + day, months=12) for day in range(former)])
    assert ("slowing" in found(client).risk_reasons) is is_reason


def test_the_two_segments_at_risk_are_a_reason(client, history):
    bought(client, *[ago(200 + 30 * n) for n in range(12)], amount="1000.00")
    assert found(client).segment in ("at-risk", "cannot-lose")
    assert "grid" in found(client).risk_reasons


def test_nobody_is_at_risk_without_a_purchase_in_the_window(client):
    bought(client, ago(0, months=24), ago(10, months=24), ago(20, months=24))
    one = found()
    assert one.silence_ratio > 2
    assert (one.at_risk, one.risk_reasons, one.amount_at_risk) == (False, [], Decimal("0.00"))


def test_the_amount_at_risk_is_the_year_ending_at_the_last_purchase_less_credit_notes_since(client, history):
    last = ago(100)
    start = last - relativedelta(months=12)
    bought(client, start, amount="1000.00")
    bought(client, start + dt.timedelta(days=1), ago(120), ago(110), last, amount="10.00")
    bought(client, ago(50), amount="-3.00")
    one = found(client)
    assert one.risk_reasons == ["rhythm"]
    assert one.amount_at_risk == Decimal("37.00")


def test_a_cancelled_invoice_since_the_last_purchase_changes_nothing_to_the_amount_at_risk(client, history):
    bought(client, ago(100), ago(110), ago(120), amount="10.00")
    (invoice,) = bought(client, ago(50), amount="500.00")
    (note,) = bought(client, ago(40), amount="-500.00")
    InvoiceLink.objects.create(document=note, named=invoice, kind="cancels")
    assert found(client).amount_at_risk == Decimal("30.00")


def test_the_amount_at_risk_is_never_below_zero(client, history):
    bought(client, ago(100), ago(110), ago(120), amount="10.00")
    bought(client, ago(50), amount="-300.00")
    assert found(client).at_risk
    assert found(client).amount_at_risk == Decimal("0.00")


def test_who_is_not_at_risk_risks_nothing(client, history):
    bought(client, ago(1))
    assert found(client).amount_at_risk == Decimal("0.00")


# --- Recurring services set aside


@pytest.fixture
def fees():
    """Months of fees, which the rules set aside."""
    Rules.objects.update(sets_recurring_aside=True)
    return ServiceFactory(is_recurring=True)


def test_fees_set_aside_count_in_money_but_not_as_purchases(client, history, fees):
    bought(client, ago(40))
    bought(client, ago(5), ago(35), amount="10.00", service=fees)
    one = found(client)
    assert (one.recency_days, one.frequency, one.monetary, one.tier_revenue) == (40, 1, Decimal(120), Decimal(120))


def test_who_buys_nothing_but_fees_keeps_their_recency_and_gets_f_1(client, history, fees):
    bought(client, *[ago(30 * n + 5) for n in range(12)], service=fees)
    one = found(client)
    assert (one.recency_days, one.r, one.frequency, one.f) == (5, 5, 0, 1)
    assert one.typical_gap_days is None


def test_an_invoice_of_fees_and_something_else_is_a_purchase(client, history, fees):
    (mixed,) = bought(client, ago(5), service=fees)
    InvoiceLine.objects.update(amount_ht=Decimal("60.00"))
    InvoiceLine.objects.create(invoice=mixed, position=2, amount_ht=Decimal("40.00"))
    assert found(client).frequency == 1


def test_fees_count_like_any_other_by_default(client, history):
    bought(client, ago(5), ago(35), service=ServiceFactory(is_recurring=True))
    assert found(client).frequency == 2
