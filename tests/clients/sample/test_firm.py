"""The invented firm: the same for the same day, plausible, and harmless to anybody real."""

import csv
import datetime as dt
import hashlib
import io
import os
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from stdnum.fr import siren

from clients.sample import words
from clients.sample.engine import Engine
from clients.sample.firm import HEADINGS, Firm
from clients.sample.lives import LOAD

DAY = dt.date(2026, 11, 22)
OWNERS = tuple(f"commercial{n}@cabinet.example" for n in range(4))
PRINT_DIGEST = """
import datetime as dt, hashlib, io
from clients.sample.firm import Firm
firm, out = Firm(day=dt.date(2026, 11, 22)), io.StringIO()
firm.write_invoices(out)
print(hashlib.sha256((out.getvalue() + repr(list(firm.identities()))).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def firm():
    return Firm(day=DAY)


@pytest.fixture(scope="module")
def rows(firm):
    out = io.StringIO()
    firm.write_invoices(out, owners=OWNERS)
    return list(csv.DictReader(io.StringIO(out.getvalue()), delimiter=";"))


def amount(row):
    return Decimal(row["Montant HT ligne"].replace(",", "."))


def day_of(row):
    return dt.datetime.strptime(row["Date facture"], "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone


def test_the_same_day_gives_the_same_firm_in_any_process(firm):
    out = io.StringIO()
    firm.write_invoices(out)
    here = hashlib.sha256((out.getvalue() + repr(list(firm.identities()))).encode()).hexdigest()

    root = Path(__file__).resolve().parents[3]
    for seed in ("1", "2"):
        there = subprocess.run(
            [sys.executable, "-c", PRINT_DIGEST],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert there.stdout.strip() == here


def test_another_day_gives_another_firm():
    assert Engine(day=DAY).documents(5) != Engine(day=DAY + dt.timedelta(days=1)).documents(5)


def test_a_client_is_the_same_whatever_the_number_of_clients():
    few, many = Engine(day=DAY).stream(50), Engine(day=DAY).stream(500)
    assert list(few) == [next(many) for _ in range(50)]


def test_there_are_248_clients_with_names_of_their_own(firm):
    names = Counter(who.name for who in firm.identities())
    assert len(names) == 248
    assert names.most_common(1)[0][1] == 1


def test_data_cover_36_months_and_end_yesterday(rows):
    days = [day_of(row) for row in rows]
    assert dt.date(2023, 11, 21) < min(days) < dt.date(2023, 12, 1)
    assert max(days) == DAY - dt.timedelta(days=1)


def test_the_last_day_has_invoices_whatever_the_day():
    for offset in range(0, 366, 5):
        engine = Engine(day=DAY + dt.timedelta(days=offset))
        assert engine.documents(0)[-1].day == engine.calendar.end


def test_every_heading_has_a_value_somewhere(rows):
    assert tuple(rows[0]) == HEADINGS
    assert all(any(row[heading] for row in rows) for heading in HEADINGS)


def test_all_twelve_services_are_sold(rows):
    assert len({row["Service"] for row in rows}) == 12


def test_most_clients_pay_a_monthly_fee(rows):
    months = Counter(
        client
        for client, _month in {
            (row["Code client"], day_of(row).replace(day=1))
            for row in rows
            if row["Service"] == "Tenue comptable mensuelle" and day_of(row) > dt.date(2025, 11, 21)
        }
    )
    assert sum(count >= 6 for count in months.values()) > 248 / 2


def test_spring_has_more_yearly_accounts_than_autumn(rows):
    months = Counter(day_of(row).month for row in rows if row["Service"] == "Révision et bilan")
    assert months[3] + months[4] + months[5] > 3 * (months[9] + months[10] + months[11])


def test_work_out_of_the_fees_dips_in_summer():
    months = Counter(
        dt.date.fromordinal(document.day).month
        for _, documents in Engine(day=DAY).stream(1_000)
        for document in documents
        for service, cents in document.lines
        if service in (words.HR, words.EINVOICING, words.AUDIT) and cents > 0
    )
    assert months[7] + months[8] < (months[4] + months[5]) / 2


def test_credit_notes_are_negative_and_invoices_are_not(rows):
    notes = [row for row in rows if row["Type"] == "Avoir"]
    assert 20 < len(notes) < 200
    assert all(amount(row) < 0 for row in notes)
    assert all(amount(row) > 0 for row in rows if row["Type"] == "Facture")


def test_a_credit_note_never_gives_back_more_than_its_invoice():
    for _index, documents in Engine(day=DAY).stream(248):
        for note in documents:
            if note.gives_back >= 0:
                invoice = documents[note.gives_back]
                assert invoice.day < note.day
                assert -sum(cents for _, cents in note.lines) <= sum(cents for _, cents in invoice.lines)


def test_numbers_follow_dates_within_a_series(rows):
    seen = {}
    for row in rows:
        series, rank = row["N° facture"].split("-")
        assert int(rank) in (seen.get(series, 0), seen.get(series, 0) + 1)
        seen[series] = int(rank)


def test_the_year_brings_about_1_2_million_euros(rows):
    year = sum(amount(row) for row in rows if day_of(row) > dt.date(2025, 11, 21))
    assert 1_100_000 < year < 1_300_000


def test_company_numbers_are_valid_and_were_never_given(firm):
    numbers = [who.siren for who in firm.identities() if who.siren]
    assert len(set(numbers)) == len(numbers) > 200
    assert all(siren.is_valid(number) for number in numbers)
    assert all(number < "000325175" for number in numbers)


def test_numbers_and_addresses_lead_to_nobody(firm):
    for who in firm.identities():
        for person in who.contacts:
            assert person.phone.startswith(("05 36 49 ", "06 39 98 "))
            assert person.email.endswith(".example")
        assert who.email.endswith(".example")


def test_each_client_has_one_or_two_contacts_with_different_addresses(firm):
    for who in firm.identities():
        addresses = [person.email for person in who.contacts]
        assert len(addresses) in (1, 2)
        assert len(set(addresses)) == len(addresses)


def test_four_salespeople_share_the_clients_and_a_few_have_nobody(firm):
    owners = Counter(who.owner for who in firm.identities())
    assert set(owners) == {-1, 0, 1, 2, 3}
    assert owners[-1] <= 10
    assert min(owners[owner] for owner in range(4)) >= 40


def test_hours_are_spent_before_the_bill_by_people_of_the_firm(firm):
    hours = list(firm.hours())
    assert len(hours) > 10_000
    assert {entry.person for entry in hours} == set(range(6))
    assert all(entry.hours >= Decimal("0.25") for entry in hours)
    assert all(dt.date(2023, 11, 21) < entry.spent_on < DAY for entry in hours)


def test_the_load_has_fifteen_invoices_a_client_whatever_the_number():
    counts = [len(documents) for _, documents in Engine(day=DAY, lives=LOAD).stream(4_000)]
    assert 14.5 < sum(counts[:400]) / 400 < 15.9
    assert 14.5 < sum(counts) / 4_000 < 15.9


def test_writing_client_after_client_gives_the_same_lines_as_by_date():
    by_date, by_client = io.StringIO(), io.StringIO()
    firm = Firm(day=DAY, clients=60)
    assert firm.write_invoices(by_date) == firm.write_invoices(by_client, in_order=False)

    def lines(out):
        reader = csv.DictReader(io.StringIO(out.getvalue()), delimiter=";")
        return sorted((r["Code client"], r["Date facture"], r["Service"], r["Montant HT ligne"]) for r in reader)

    assert lines(by_date) == lines(by_client)
