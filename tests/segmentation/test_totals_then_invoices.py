"""From totals to invoices, end to end: an owner begins with the revenue of each client by year, then has invoices."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command

from clients.models import Client, YearlyTotal
from segmentation.models import Score, ScoringRun

pytestmark = pytest.mark.django_db
TOTALS = "Client;CA HT 2024;CA HT 2025\n" + "".join(
    f"{name};{former};{amount}\n"
    for name, former, amount in [
        ("Arnaud", "9 000,00", "12 000,50"),
        ("Estève", "4 000,00", "5 000,00"),
        ("Noël", "3 000,00", "2 000,00"),
        ("Tissot", "", "1 000,00"),
        ("Roux", "500,00", "400,00"),
        ("Vidal", "300,00", "300,00"),
    ]
)
INVOICES = "Client;Date;Montant HT\n" + "".join(
    f"{name};{day};{amount}\n"
    for name, day, amount in [
        ("Arnaud", "15/03/2025", "6 000,00"),
        ("Arnaud", "15/09/2025", "6 000,50"),
        ("Estève", "10/06/2025", "5 100,00"),
        ("Noël", "20/12/2025", "2 000,00"),
        ("Tissot", "31/12/2025", "1 000,00"),
        ("Roux", "02/02/2025", "400,00"),
    ]
)


@pytest.fixture(autouse=True)
def _today(settings):
    settings.AFTER_IMPORT = []
    with time_machine.travel(dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC), tick=False):
        yield


def imported(folder, name, content):
    path = folder / name
    path.write_text(content)
    out = io.StringIO()
    call_command("import_file", str(path), json=True, stdout=out)
    return json.loads(out.getvalue())


def scored():
    call_command("score", stdout=io.StringIO())
    out = io.StringIO()
    call_command("export_scores", stdout=out)
    return {row["client_name"]: row for row in csv.DictReader(io.StringIO(out.getvalue()))}


def test_totals_give_tiers_then_invoices_take_their_place_and_nothing_counts_twice(tmp_path):
    told = imported(tmp_path, "ca.csv", TOTALS)
    assert (told["status"], told["created"], told["file_total"]) == ("committed", 11, "37500.50")

    rows = scored()
    assert ScoringRun.objects.latest_at().as_of == dt.date(2025, 12, 31)
    assert {name: row["tier_revenue"] for name, row in rows.items()} == {
        "Arnaud": "12000.50",
        "Estève": "5000.00",
        "Noël": "2000.00",
        "Tissot": "1000.00",
        "Roux": "400.00",
        "Vidal": "300.00",
    }
    assert [rows[name]["tier"] for name in ("Arnaud", "Estève", "Noël", "Tissot", "Roux", "Vidal")] == list("AABBBC")
    assert not any(row[key] for row in rows.values() for key in ("r", "segment", "recency_days", "last_purchase"))

    told = imported(tmp_path, "factures.csv", INVOICES)
    assert (told["status"], told["created"], told["imported_total"]) == ("committed", 6, "20500.50")
    assert Client.objects.count() == 6

    rows = scored()
    run = ScoringRun.objects.latest_at()
    assert (run.as_of, run.scored, run.tiers_only, run.in_window) == (dt.date(2025, 12, 31), 6, 1, 5)
    assert {name: row["tier_revenue"] for name, row in rows.items()} == {
        "Arnaud": "12000.50",
        "Estève": "5100.00",
        "Noël": "2000.00",
        "Tissot": "1000.00",
        "Roux": "400.00",
        "Vidal": "300.00",
    }
    assert rows["Arnaud"]["segment"]
    assert rows["Arnaud"]["recency_days"] == "107"
    assert (rows["Vidal"]["tier"], rows["Vidal"]["segment"], rows["Vidal"]["r"]) == ("C", "", "")
    former = dict(Score.objects.of(run).values_list("client__name", "previous_revenue"))
    assert former["Arnaud"] == Decimal("9000.00")
    assert run.revenue == sum(Decimal(row["tier_revenue"]) for row in rows.values())
    assert set(YearlyTotal.objects.filter(first_day__year=2025).values_list("client__name", flat=True)) == {"Vidal"}

    again = imported(tmp_path, "ca.csv", TOTALS)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 6)
    assert again["excluded"] == [{"reason": "invoiced-period", "count": 5, "amount": "20400.50"}]
    assert scored() == rows
