"""The director's note: what it says, of whom, at which date."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine

from accounts.models import Firm
from accounts.roles import Role
from cockpit.dashboard import Board
from cockpit.reports.note import Note, month_ends
from cockpit.scope import scope_of
from segmentation.models import Movement, Rules
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, UserFactory

pytestmark = pytest.mark.django_db
NOTE = "/rapports/"


@pytest.fixture(autouse=True)
def _just_after_the_data():
    with time_machine.travel(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def runs(db):
    """The run of a quarter ago, and the newest."""
    rules = Rules.objects.get()
    return [ScoringRunFactory(as_of=dt.date(2026, month, 31), rules=rules) for month in (7, 10)]


@pytest.fixture
def direction(client):
    person = UserFactory(roles=[Role.DIRECTION])
    client.force_login(person)
    return person


def show(*parts):
    Firm.objects.update_or_create(pk=Firm.ONLY, defaults={"name": "Cabinet Garance", "parts": list(parts)})


def seen(response):
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


def moved(runs, former, now, revenue, *, owner=None, confirmed=True, **fields):
    """A client found in this segment a quarter ago, in that one now."""
    client = ClientFactory(owner=owner, **fields)
    ScoreFactory(run=runs[0], client=client, segment=former, tier_revenue=Decimal(revenue))
    ScoreFactory(run=runs[1], client=client, segment=now, tier_revenue=Decimal(revenue))
    Movement.objects.create(
        client=client,
        former_as_of=runs[0].as_of,
        as_of=runs[1].as_of - dt.timedelta(days=9),
        from_segment=former,
        to_segment=now,
        is_arrival=False,
        is_departure=False,
        cause="own",
        confirmed_on=runs[1].as_of if confirmed else None,
    )
    return client


def at_risk(run, owner, amount, segment="cannot-lose"):
    score = {"at_risk": True, "amount_at_risk": Decimal(amount), "tier_revenue": Decimal(amount)}
    return ScoreFactory(run=run, client=ClientFactory(owner=owner), segment=segment, **score)


def note_of(person, run, asked=None):
    return Note(Board(scope_of(person, asked), run), Firm.current(), is_linked=True)


# --- The page --------------------------------------------------------------------------------------


def test_without_a_run_the_page_says_what_to_do(client, direction):
    page = client.get(NOTE)
    assert "Importer des factures" in seen(page)
    assert 'href="/rapports/diagnostic/"' in page.content.decode()


def test_the_page_names_the_firm_whose_clients_and_which_data(client, direction, runs):
    show("rfm")
    ScoreFactory(run=runs[1])
    page = seen(client.get(NOTE))
    assert "Cabinet Garance" in page
    assert "1 client, 12 mois glissants au 31 octobre 2026" in page
    assert "Données au 31 oct. 2026" in page


def test_a_firm_of_three_clients_reads_why_it_has_no_tiers(client, direction, runs):
    for _number in range(3):
        ScoreFactory(run=runs[1], tier="", tier_rank=None)
    page = seen(client.get(NOTE))
    assert "Pas encore de paliers" in page
    assert page.count("Autre décision") + page.count("____________________") // 2 >= 3


def test_a_past_month_end_is_read_by_its_date_and_leads_to_no_list_of_today(client, direction, runs):
    for run in runs:
        ScoreFactory(run=run, client=ClientFactory(name=f"Client de {run.as_of:%m}"))
    page = client.get(NOTE, {"au": "2026-07-31"})
    assert "au 31 juillet 2026" in seen(page)
    assert page.context["links"] is None
    assert b'href="/clients/?' not in page.content.split(b'id="fins-de-mois"')[0].split(b"<main")[1]


@pytest.mark.parametrize("day", ["2020-01-31", "hier", "2026-02-30", "", "\0"])
def test_a_date_without_run_shows_the_latest(client, direction, runs, day):
    ScoreFactory(run=runs[1])
    assert client.get(NOTE, {"au": day}).context["run"] == runs[1]


def test_an_empty_portfolio_says_so(client, runs):
    ScoreFactory(run=runs[1])
    client.force_login(UserFactory(roles=[Role.MANAGER]))
    assert "Ce portefeuille est vide" not in seen(client.get(NOTE))  # nobody's clients are the managers'
    empty = UserFactory(roles=[Role.DIRECTION])
    client.force_login(empty)
    assert "Ce portefeuille est vide" in seen(client.get(NOTE, {"portefeuille": "moi"}))


def test_a_manager_reads_of_the_team_and_the_page_says_so(client, runs):
    manager = UserFactory(roles=[Role.MANAGER])
    report = UserFactory(roles=[Role.COMMERCIAL], manager=manager)
    for owner, name in ((report, "Garage Noël"), (UserFactory(roles=[Role.COMMERCIAL]), "Étude Roux")):
        moved(runs, "loyal", "at-risk", "5000", owner=owner, name=name)
    show("rfm", "movements")
    client.force_login(manager)
    page = seen(client.get(NOTE))
    assert "Toute l’équipe · 1 client" in page
    assert "Garage Noël" in page
    assert "Étude Roux" not in page


def test_a_salesperson_has_no_report(client, runs):
    client.force_login(UserFactory(roles=[Role.COMMERCIAL]))
    assert client.get(NOTE).status_code == 403
    assert b'href="/rapports/"' not in client.get("/clients/").content


def test_the_dashboard_leads_there_and_the_navigation_once_the_firm_has_more_than_the_essentials(
    client, direction, runs
):
    ScoreFactory(run=runs[1])
    show()
    page = client.get("/").content.decode()
    assert (page.count('href="/rapports/"'), page.count('href="/rapports/?portefeuille=equipe"')) == (0, 1)
    show("rfm")
    assert 'href="/rapports/"' in client.get("/").content.decode()


def test_queries_do_not_grow_with_the_clients(client, direction, runs, django_assert_max_num_queries):
    show("rfm", "movements")
    counts = []
    for many in (2, 12):
        for _number in range(many):
            moved(runs, "loyal", "cannot-lose", "5000", owner=UserFactory())
        with django_assert_max_num_queries(60) as counted:
            client.get(NOTE, {"portefeuille": "equipe", "n": many})
        counts.append(len(counted))
    assert counts[0] >= counts[1]  # what the first one found about the whole run is remembered


# --- The moves -------------------------------------------------------------------------------------


def test_the_five_confirmed_moves_of_most_euros_come_with_their_cause(direction, runs):
    show("rfm")
    for amount in range(1, 8):
        moved(runs, "loyal", "cannot-lose", f"{amount}000", name=f"Client {amount}")
    moved(runs, "loyal", "at-risk", "9000", confirmed=False)
    found = note_of(direction, runs[1]).moves
    assert [move.name for move in found] == [f"Client {amount}" for amount in (7, 6, 5, 4, 3)]
    assert {(move.former, move.now, move.cause) for move in found} == {
        ("loyal", "cannot-lose", "Son propre comportement")
    }


def test_a_firm_without_segments_reads_moves_between_tiers(direction, runs):
    show()
    client = ClientFactory()
    ScoreFactory(run=runs[0], client=client, tier="A", segment="loyal")
    ScoreFactory(run=runs[1], client=client, tier="B", segment="at-risk")
    Movement.objects.create(
        client=client,
        former_as_of=runs[0].as_of,
        as_of=runs[1].as_of - dt.timedelta(days=9),
        from_segment="loyal",
        to_segment="loyal",
        from_tier="A",
        to_tier="B",
        is_arrival=False,
        is_departure=False,
        cause="others",
    )
    assert [(move.former, move.now, move.cause) for move in note_of(direction, runs[1]).moves] == [
        ("A", "B", "Les autres clients ont bougé")
    ]


def test_with_one_run_there_is_nothing_to_compare(client, direction, runs):
    show("rfm")
    ScoreFactory(run=runs[0])
    assert "Il faut deux calculs pour comparer" in seen(client.get(NOTE, {"au": "2026-07-31"}))


def test_what_is_remembered_of_a_run_names_nobody(direction, runs):
    show("rfm")
    found = moved(runs, "loyal", "cannot-lose", "5000", name="Ancien nom")
    assert [move.name for move in note_of(direction, runs[1]).moves] == ["Ancien nom"]
    found.name = "Nouveau nom"
    found.save()
    assert [move.name for move in note_of(direction, runs[1]).moves] == ["Nouveau nom"]


# --- The decisions ---------------------------------------------------------------------------------


def test_each_decision_says_how_many_clients_how_many_euros_and_who_has_most_of_them(direction, runs):
    claire, julien = UserFactory(), UserFactory()
    at_risk(runs[1], claire, "900")
    at_risk(runs[1], julien, "300")
    at_risk(runs[1], julien, "300")
    first = note_of(direction, runs[1]).decisions[0]
    assert (first.takeaway.clients, first.takeaway.amount, first.person) == (3, 1500, claire)
    assert first.proposed == "Les appeler tous ce mois-ci, le plus gros d’abord."


def test_somebody_who_left_is_not_proposed(direction, runs):
    at_risk(runs[1], UserFactory(is_active=False), "900")
    assert note_of(direction, runs[1]).decisions[0].person is None


def test_the_page_has_three_lines_whatever_stands_out(direction, runs):
    at_risk(runs[1], UserFactory(), "900", segment="loyal")
    note = note_of(direction, runs[1])
    assert len(note.decisions) + len(note.blank_decisions) == 3


# --- Month-ends and lists --------------------------------------------------------------------------


def test_a_month_ends_with_its_last_run(runs):
    rules = runs[0].rules
    for day in (dt.date(2026, 10, 15), dt.date(2026, 11, 2)):
        ScoringRunFactory(as_of=day, rules=rules)
    assert [run.as_of.isoformat() for run in month_ends()] == ["2026-11-02", "2026-10-31", "2026-07-31"]


def test_the_lists_offered_are_those_of_the_parts_on_show(client, direction, runs):
    ScoreFactory(run=runs[1])
    show()
    assert b"/mouvements/export/" not in client.get(NOTE).content
    show("movements")
    page = client.get(NOTE).content.decode()
    for name in re.findall(r'formaction="([^"]+/csv/)"', page):
        assert client.post(name).status_code == 200
    assert 'formaction="/mouvements/export/csv/"' in page
