import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from segmentation.management.commands.export_scores import COLUMNS
from segmentation.models import QUESTIONS, Assessment, Backtest
from segmentation.relation import grading
from tests.factories import (
    AssessmentFactory,
    ClientFactory,
    InvoiceFactory,
    ScoreFactory,
    ScoringRunFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def export(**options) -> list[dict[str, str]]:
    out = io.StringIO()
    call_command("export_scores", stdout=out, **options)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_export_scores_has_the_columns_of_the_contract_in_order():
    ScoreFactory()
    assert list(export()[0]) == COLUMNS
    assert ",".join(COLUMNS) == (
        "client_code,client_name,last_purchase,recency_days,frequency,monetary,r,f,m,profile,segment,tier,tier_rank,"
        "tier_revenue,cumulative_share,at_risk,risk_reasons,amount_at_risk,typical_gap_days,silence_ratio,grade,owner"
    )


def test_export_scores_writes_each_value_as_the_contract_says():
    owner = UserFactory(email="lea@cabinet.example")
    client = ClientFactory(code="C1", name="=Hôtel", owner=owner)
    ScoreFactory(
        client=client, recency_days=247, typical_gap_days=Decimal("40.0"), silence_ratio=Decimal("6.175"),
        at_risk=True, risk_reasons=["slowing", "grid"], amount_at_risk=Decimal("1200"), monetary=Decimal("0"),
    )  # fmt: skip
    (row,) = export()
    assert list(row.values()) == [
        *("C1", "'=Hôtel", "2026-10-01", "247", "12", "0.00", "5", "4", "3", "543", "loyal", "B", "10", "6000.00"),
        *("0.700000", "true", "grid slowing", "1200.00", "40.0", "6.18", "", "lea@cabinet.example"),
    ]


def test_export_scores_leaves_empty_what_a_client_does_not_have():
    ScoreFactory(tier="", tier_rank=None, cumulative_share=None, typical_gap_days=None, silence_ratio=None)
    (row,) = export()
    empty = ["tier", "tier_rank", "cumulative_share", "risk_reasons", "typical_gap_days", "silence_ratio", "owner"]
    assert [row[name] for name in empty] == [""] * len(empty)
    assert (row["at_risk"], row["amount_at_risk"]) == ("false", "0.00")


def test_export_scores_tells_the_colour_of_a_graded_client_and_orange_for_a_red_that_waits():
    client = ScoreFactory().client
    assert export()[0]["grade"] == ""
    opinion = AssessmentFactory(client=client, punctuality=4, relationship=4, effort=4, potential=4, prescriber=4)
    grading.grade()
    assert export()[0]["grade"] == "dark-green"
    Assessment.objects.filter(pk=opinion.pk).update(**dict.fromkeys(QUESTIONS, 1))
    grading.grade()
    assert export()[0]["grade"] == "orange"


def test_export_scores_is_in_the_order_of_codes_then_names():
    run = ScoringRunFactory()
    for code, name in [("b", "x"), ("B", "x"), ("", "é"), ("", "z")]:
        ScoreFactory(run=run, client=ClientFactory(code=code, name=name))
    assert [(row["client_code"], row["client_name"]) for row in export()] == [
        ("", "z"),
        ("", "é"),
        ("B", "x"),
        ("b", "x"),
    ]


def test_export_scores_takes_the_newest_date_or_the_one_asked():
    older = ScoreFactory(run=ScoringRunFactory(as_of=dt.date(2026, 9, 30)))
    newer = ScoreFactory(run=ScoringRunFactory(as_of=dt.date(2026, 10, 31)))
    assert export()[0]["client_code"] == newer.client.code
    assert export(as_of=dt.date(2026, 9, 30))[0]["client_code"] == older.client.code


@pytest.mark.parametrize("as_of", [None, dt.date(2026, 10, 30)])
def test_export_scores_refuses_in_french_without_an_official_run_at_that_date(as_of):
    if as_of:
        ScoringRunFactory(as_of=dt.date(2026, 10, 31))
    with pytest.raises(CommandError, match="Il n’y a aucun calcul officiel"):
        export(as_of=as_of)


def test_score_says_what_it_found_in_json():
    InvoiceFactory(issued_on=dt.date(2026, 10, 31), amount_ht=Decimal("100.00"))
    out = io.StringIO()
    call_command("score", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert (found["status"], found["as_of"], found["scored"], found["revenue"]) == ("done", "2026-10-31", 1, "100.00")


def test_score_refuses_in_french_without_any_invoice():
    with pytest.raises(CommandError, match="aucune facture"):
        call_command("score")
    refusal = io.StringIO()
    with pytest.raises(CommandError):
        call_command("score", "--json", stdout=refusal)
    assert json.loads(refusal.getvalue())["status"] == "refused"


def test_score_refuses_a_date_that_is_none():
    with pytest.raises(CommandError, match="AAAA-MM-JJ"):
        call_command("score", "--as-of", "2026-02-30")


def a_year_and_a_half():
    for months_ago in range(18):
        InvoiceFactory(issued_on=dt.date(2026, 8, 28) - dt.timedelta(days=30 * months_ago))


def test_backtest_writes_the_figures_of_the_contract_in_json():
    a_year_and_a_half()
    out = io.StringIO()
    call_command("backtest", "--as-of", "2026-02-28", "--months", "6", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert (found["as_of"], found["months"]) == ("2026-02-28", 6)
    for rival in ("at_risk", "naive", "chance"):
        assert {"precision", "recall", "n"} <= set(found[rival])
    assert {"rank_correlation", "tiers", "segments", "reasons"} <= set(found)
    assert all({"tier", "clients", "revenue_before", "revenue_after"} <= set(row) for row in found["tiers"])
    assert Backtest.objects.get().figures == found


def test_backtest_says_it_in_words():
    a_year_and_a_half()
    out = io.StringIO()
    call_command("backtest", stdout=out)
    assert "Aucun client n’était signalé à risque le 28 février 2026" in out.getvalue()


def test_backtest_refuses_in_french_the_months_that_the_data_do_not_cover():
    a_year_and_a_half()
    refusal = io.StringIO()
    with pytest.raises(CommandError, match="s’arrêtent au 28 août 2026"):
        call_command("backtest", "--as-of", "2026-03-01", "--json", stdout=refusal)
    assert json.loads(refusal.getvalue())["status"] == "refused"
    assert not Backtest.objects.exists()


def test_backtest_refuses_without_any_invoice():
    with pytest.raises(CommandError, match="aucune facture"):
        call_command("backtest")
