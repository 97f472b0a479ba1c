"""The note of the month: when it leaves, to whom, once, and how it stops."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.test import Client as Browser

from accounts.models import Firm
from accounts.roles import Role
from campaigns import month
from campaigns.models import MonthLetter
from campaigns.periodicals import MONDAY, MONTH
from segmentation.models import Rules
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
OCTOBER = dt.date(2026, 10, 1)
MORNING = dt.datetime(2026, 11, 2, 7, 40, tzinfo=dt.timezone(dt.timedelta(hours=1)))  # a Monday


@pytest.fixture
def philippe():
    return UserFactory(first_name="Philippe", roles=[Role.DIRECTION])


@pytest.fixture
def run(db):
    """That of the end of October."""
    return ScoringRunFactory(as_of=dt.date(2026, 10, 30), rules=Rules.objects.get())


def sent(at=MORNING):
    with time_machine.travel(at, tick=False):
        return month.send_due()


def test_a_letter_leaves_once_with_the_link_and_says_how_to_stop(philippe, run):
    Firm.objects.create(pk=Firm.ONLY, name="Cabinet Garance")
    assert (sent(), sent(), sent(MORNING + dt.timedelta(days=1))) == (1, 0, 0)
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == ([philippe.email], "Note de direction : octobre 2026")
    assert "/rapports/?au=2026-10-30" in letter.body
    assert "Cabinet Garance" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.extra_headers["List-Unsubscribe"].strip("<>") in letter.body
    assert (MonthLetter.objects.get().month, MonthLetter.objects.get().sent_at is not None) == (OCTOBER, True)


def test_the_letter_holds_no_figure_and_names_no_client(philippe, run):
    ScoreFactory(run=run, client=ClientFactory(name="Boulangerie Estève"), tier_revenue=87_654)
    sent()
    whole = mail.outbox[0].message().as_string()
    assert "Estève" not in whole
    assert "87" not in mail.outbox[0].body.replace(philippe.email, "").split("Pour ne plus")[0]


@pytest.mark.parametrize(
    "moment",
    [
        MORNING.replace(hour=7, minute=29),
        MORNING.replace(hour=13, minute=0),
        MORNING.replace(day=1),  # a Sunday
        MORNING.replace(day=7),  # a Saturday
        MORNING.replace(day=11),  # a public holiday
    ],
)
def test_no_letter_leaves_but_on_a_working_morning(philippe, run, moment):
    assert sent(moment) == 0


def test_it_waits_until_a_run_tells_of_the_end_of_the_month(philippe):
    rules = Rules.objects.get()
    ScoringRunFactory(as_of=dt.date(2026, 10, 12), rules=rules)
    assert sent() == 0
    ScoringRunFactory(as_of=dt.date(2026, 11, 2), rules=rules)
    assert sent(MORNING + dt.timedelta(days=1)) == 0
    ScoringRunFactory(as_of=dt.date(2026, 10, 31), rules=rules)
    assert sent(MORNING + dt.timedelta(days=2)) == 1


def test_each_month_has_its_letter(philippe, run):
    ScoringRunFactory(as_of=dt.date(2026, 11, 30), rules=run.rules)
    assert (sent(), sent(MORNING.replace(month=12))) == (1, 1)
    assert [letter.subject for letter in mail.outbox] == [
        "Note de direction : octobre 2026",
        "Note de direction : novembre 2026",
    ]


@pytest.mark.parametrize(
    "fields", [{"monthly_note": False}, {"is_active": False}, {"roles": [Role.MANAGER, Role.ADMINISTRATOR]}]
)
def test_who_does_not_want_it_left_or_does_not_direct_gets_none(philippe, run, fields):
    type(philippe).objects.filter(pk=philippe.pk).update(**fields)
    assert sent() == 0


def test_a_letter_that_broke_on_its_way_is_not_sent_again(philippe, run, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(mail.EmailMultiAlternatives, "send", lambda letter: (_ for _ in ()).throw(OSError("cut")))
        assert sent() == 0
    assert MonthLetter.objects.get().sent_at is None
    assert sent() == 0


def test_a_worker_that_comes_second_sends_nothing(philippe, run, monkeypatch):
    MonthLetter.objects.create(person=philippe, month=OCTOBER)
    with time_machine.travel(MORNING, tick=False):
        assert month._send(philippe, OCTOBER, run) is False
    assert mail.outbox == []


def test_a_letter_reaches_a_real_mail_server_once(philippe, run, sink):
    assert (sent(), sent()) == (1, 0)
    [(recipient, letter)] = sink.received
    assert recipient == philippe.email
    assert letter["List-Unsubscribe"]


def test_looking_stops_nothing_and_one_click_without_logging_in_does(philippe):
    browser, address = Browser(enforce_csrf_checks=True), f"/note-du-mois/{MONTH.token_of(philippe)}/arreter/"
    assert "note de direction de chaque mois" in browser.get(address).content.decode()
    philippe.refresh_from_db()
    assert philippe.monthly_note
    for _twice in range(2):
        assert browser.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    philippe.refresh_from_db()
    assert (philippe.monthly_note, philippe.monday_letter) == (False, True)


def test_a_link_stops_its_own_letter_and_no_other(philippe):
    assert Browser().post(f"/note-du-mois/{MONDAY.token_of(philippe)}/arreter/").status_code == 404
    assert Browser().post(f"/lettre-du-lundi/{MONTH.token_of(philippe)}/arreter/").status_code == 404


def test_only_direction_is_offered_the_choice(client, philippe):
    client.force_login(philippe)
    assert 'name="monthly_note"' in client.get("/reglages/compte/").content.decode()
    client.force_login(UserFactory(roles=[Role.MANAGER]))
    assert 'name="monthly_note"' not in client.get("/reglages/compte/").content.decode()
