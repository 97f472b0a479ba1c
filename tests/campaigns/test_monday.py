"""The letter of Monday: what it tells, to whom, once, and how it stops."""

import datetime as dt
import socket
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.test import Client as Browser

from accounts.roles import Role
from campaigns import monday
from campaigns.models import MondayLetter
from campaigns.periodicals import MONDAY as MONDAY_LETTER
from segmentation.models import Movement, Risk, Rules
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)
MORNING = dt.datetime(2026, 11, 23, 7, 40, tzinfo=dt.timezone(dt.timedelta(hours=1)))


@pytest.fixture
def claire():
    return UserFactory(first_name="Claire", roles=[Role.COMMERCIAL])


@pytest.fixture
def unused_port():
    """A port of this machine where nobody listens."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


@pytest.fixture
def runs(db):
    """The run of a week before, and the newest."""
    rules = Rules.objects.get()
    days = (dt.date(2026, 11, 15), dt.date(2026, 11, 22))
    return [ScoringRunFactory(as_of=day, rules=rules) for day in days]


def at_risk(run, owner, amount, **fields):
    """A client of this person's, at risk in this run for this many euros."""
    client = fields.pop("client", None) or ClientFactory(owner=owner)
    ScoreFactory(run=run, client=client, at_risk=True, amount_at_risk=Decimal(amount), **fields)
    return client


def moved(owner, runs, former, now, *, revenue, confirmed=True):
    client = ClientFactory(owner=owner)
    ScoreFactory(run=runs[1], client=client, segment=now, tier_revenue=Decimal(revenue))
    Movement.objects.create(
        client=client,
        former_as_of=dt.date(2026, 11, 8),
        as_of=runs[0].as_of,
        from_segment=former,
        to_segment=now,
        is_arrival=False,
        is_departure=False,
        cause="own",
        confirmed_on=runs[1].as_of if confirmed else None,
    )
    return client


def sent(at=MORNING):
    with time_machine.travel(at, tick=False):
        return monday.send_due()


def told(person, runs):
    return [(one.client, one.amount) for one in monday.news_of(person, *runs)]


def test_new_risks_and_confirmed_movements_come_with_the_most_euros_first(claire, runs):
    risky = at_risk(runs[1], claire, "900.00")
    rising = moved(claire, runs, "to-develop", "champions", revenue="5000.00")
    assert told(claire, runs) == [(rising, 5000), (risky, 900)]
    assert [one.proposal for one in monday.news_of(claire, *runs)] == [
        "Remerciez-le, et demandez ce qui lui plaît.",
        "Appelez-le cette semaine.",
    ]


def test_what_was_known_a_week_ago_is_no_news(claire, runs):
    client = at_risk(runs[0], claire, "900.00")
    at_risk(runs[1], claire, "900.00", client=client)
    moved(claire, runs, "champions", "loyal", revenue="10.00", confirmed=False)
    assert told(claire, runs) == []


def test_a_client_has_one_line_that_of_the_risk(claire, runs):
    client = moved(claire, runs, "champions", "at-risk", revenue="700.00")
    score = client.scores.get(run=runs[1])
    Risk.objects.create(
        score=score, run=runs[1], client=client, reasons=["grid"], amount=Decimal("650.00"), segment="at-risk"
    )
    assert told(claire, runs) == [(client, 650)]


def test_there_are_ten_lines_at_most_the_dearest(claire, runs):
    for amount in range(1, 14):
        at_risk(runs[1], claire, f"{amount}00.00")
    assert [amount for _client, amount in told(claire, runs)] == [Decimal(100 * n) for n in range(13, 3, -1)]


def test_nobody_is_told_of_somebody_else_s_clients(claire, runs):
    at_risk(runs[1], UserFactory(roles=[Role.COMMERCIAL]), "900.00")
    at_risk(runs[1], None, "900.00")
    assert told(claire, runs) == []


def test_a_letter_leaves_once_on_monday_morning_and_says_how_to_stop(claire, runs):
    client = at_risk(runs[1], claire, "900.00")
    assert (sent(), sent()) == (1, 0)
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == ([claire.email], "Lundi : 1 client à suivre")
    assert client.name in letter.body
    assert f"/clients/{client.pk}/" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.extra_headers["List-Unsubscribe"].strip("<>") in letter.body
    assert MondayLetter.objects.get().sent_at is not None


@pytest.mark.parametrize(
    "moment",
    [
        MORNING.replace(hour=7, minute=29),
        MORNING.replace(hour=13, minute=0),
        MORNING - dt.timedelta(days=1),
        MORNING + dt.timedelta(days=1),
    ],
)
def test_no_letter_leaves_at_another_time(claire, runs, moment):
    at_risk(runs[1], claire, "900.00")
    assert sent(moment) == 0


def test_without_news_nothing_is_sent_nor_noted(claire, runs):
    assert sent() == 0
    assert not MondayLetter.objects.exists()


@pytest.mark.parametrize("fields", [{"monday_letter": False}, {"is_active": False}, {"roles": [Role.MARKETING]}])
def test_who_does_not_want_it_left_or_sells_nothing_gets_none(claire, runs, fields):
    at_risk(runs[1], claire, "900.00")
    type(claire).objects.filter(pk=claire.pk).update(**fields)
    assert sent() == 0


def test_in_a_young_base_there_is_no_week_before_to_compare_with(claire):
    run = ScoringRunFactory(as_of=dt.date(2026, 11, 22), rules=Rules.objects.get())
    at_risk(run, claire, "900.00")
    assert sent() == 0


def test_a_mail_server_that_does_not_answer_leaves_the_letter_for_later(claire, runs, settings, unused_port):
    at_risk(runs[1], claire, "900.00")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", unused_port
    assert sent() == 0
    assert not MondayLetter.objects.exists()


def test_a_letter_that_broke_on_its_way_is_not_sent_again(claire, runs, monkeypatch):
    at_risk(runs[1], claire, "900.00")
    with monkeypatch.context() as broken:
        broken.setattr(mail.EmailMultiAlternatives, "send", lambda letter: (_ for _ in ()).throw(OSError("cut")))
        assert sent() == 0
    assert MondayLetter.objects.get().sent_at is None
    assert sent() == 0
    assert mail.outbox == []


def test_the_letter_speaks_its_reader_s_language(claire, runs):
    type(claire).objects.filter(pk=claire.pk).update(language="en")
    at_risk(runs[1], claire, "900.00")
    sent()
    assert mail.outbox[0].subject == "Monday: 1 client to follow up"


def test_looking_stops_nothing_and_one_click_without_logging_in_does(claire):
    browser, address = Browser(enforce_csrf_checks=True), f"/lettre-du-lundi/{MONDAY_LETTER.token_of(claire)}/arreter/"
    assert "Ne plus recevoir cette lettre" in browser.get(address).content.decode()
    claire.refresh_from_db()
    assert claire.monday_letter
    for _twice in range(2):
        assert browser.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    claire.refresh_from_db()
    assert not claire.monday_letter


def test_a_link_that_is_not_ours_leads_nowhere(claire):
    token = MONDAY_LETTER.token_of(claire)
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), "1", "a:b:c"):
        assert Browser().post(f"/lettre-du-lundi/{wrong}/arreter/").status_code == 404
    claire.refresh_from_db()
    assert claire.monday_letter


def test_a_letter_reaches_a_real_mail_server_once(claire, runs, sink):
    at_risk(runs[1], claire, 9000)
    with time_machine.travel(MORNING, tick=False):
        for _ in range(2):
            monday.send_due()
    [(recipient, letter)] = sink.received
    assert recipient == claire.email
    assert letter["List-Unsubscribe"]
    assert "9\u202f000" in letter.get_body(("plain",)).get_content().replace("\xa0", " ")
