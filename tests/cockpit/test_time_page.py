"""Temps passé: the clients who take more than they bring, fees to review, costs for whom they are, notes by hand."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Export, Firm
from accounts.roles import Role
from clients.models import TimeEntry
from segmentation import time_spent
from segmentation.models import ClientTime, PersonTime, Score
from segmentation.profitability import Profitability
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, TimeEntryFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/temps/"


@pytest.fixture
def run():
    return ScoringRunFactory()


@pytest.fixture
def firm():
    return Firm.objects.create(
        pk=Firm.ONLY, parts=Firm.Part.values, hourly_cost=Decimal(60), hourly_target=Decimal(100)
    )


@pytest.fixture
def direction(client, firm):
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    return client


def scored(run, revenue, hours, *, tier="B", owner=None, name="Garage", **fields):
    score = ScoreFactory(
        run=run, client=ClientFactory(owner=owner, name=name), tier=tier, tier_revenue=Decimal(revenue), **fields
    )
    if hours:
        TimeEntryFactory(client=score.client, hours=Decimal(hours))
    time_spent.fill(run, [score.client_id])
    return score.client


def names(response):
    return [one.client.name for one in response.context["sheet"].page]


def text(response):
    return response.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def test_who_takes_more_of_the_hours_than_of_the_revenue_is_misplaced_by_the_euros_it_costs(direction, run):
    scored(run, 1000, 4, name="Bien placé")
    scored(run, 100, 3, name="Un peu")
    scored(run, 100, 6, name="Beaucoup")
    page = direction.get(URL)
    # 1,200 € over 13 hours: 92.31 € an hour.
    assert names(page) == ["Beaucoup", "Un peu"]
    lost = [round(one.lost, 2) for one in page.context["sheet"].page]
    assert lost == [Decimal("453.85"), Decimal("176.92")]


def test_a_loss_is_misplaced_even_above_the_average_for_who_knows_costs(client, run, firm):
    owner = UserFactory()
    scored(run, 50, 1, name="Mieux", owner=owner)
    scored(run, 40, 1, name="Moins bien", owner=owner)
    client.force_login(UserFactory(roles=[Role.DIRECTION]))
    assert names(client.get(URL)) == ["Moins bien", "Mieux"]  # both cost 60 €
    client.force_login(owner)
    assert names(client.get(URL)) == ["Moins bien"]


def test_hours_for_nobody_who_ever_bought_are_misplaced(direction, run):
    scored(run, 1000, 4)
    never = ClientFactory(name="Jamais acheté")
    TimeEntryFactory(client=never, hours=5)
    time_spent.fill(run)
    assert names(direction.get(URL))[0] == "Jamais acheté"


def test_the_sentence_says_which_tier_takes_more_than_it_brings(direction, run):
    scored(run, 900, 2, tier="A")
    scored(run, 100, 8, tier="C")
    assert "80 % des heures</b> vont au Palier C · Occasionnels, pour <b>10 %</b>" in text(direction.get(URL))


def test_fees_to_review_give_the_increase_that_restores_the_target(direction, run):
    scored(run, 150, 2, name="Sous la cible")
    scored(run, 200, 2, name="À la cible")
    page = direction.get(f"{URL}?vue=a-revoir")
    (one,) = page.context["sheet"].page
    assert (one.client.name, one.increase, round(one.rate, 4)) == ("Sous la cible", 50, Decimal("0.3333"))
    assert "1 client sous 100 € de l’heure" in text(page)


def test_without_a_target_the_fees_ask_for_one(direction, run, firm):
    Firm.objects.update(hourly_target=None)
    scored(run, 150, 2)
    assert "Indiquer la cible" in text(direction.get(f"{URL}?vue=a-revoir"))


@pytest.mark.parametrize("role", [Role.COMMERCIAL, Role.MARKETING, Role.ADMINISTRATOR])
def test_costs_and_margins_are_for_managers_and_direction_alone(client, run, firm, role):
    person = UserFactory(roles=[role])
    one = scored(run, 100, 3, owner=person)
    scored(run, 900, 3, owner=person)
    client.force_login(person)
    pages = [URL, f"{URL}?vue=a-revoir", f"{URL}?par=personne", f"/clients/{one.pk}/"]
    pages.append("/clients/?colonnes=heures,ca_heure,marge_heure")
    for page in pages:
        body = text(client.get(page))
        assert "33,33 €" in body or "33,34 €" in body or page == f"{URL}?par=personne"  # revenue an hour
        assert "26,67" not in body  # margin an hour: (100 − 180) ÷ 3
    exported = client.post("/clients/export/csv/?colonnes=marge_heure", {}).getvalue().decode()
    exported += client.post(f"{URL}export/csv/").getvalue().decode()
    assert "26,67" not in exported


def test_a_manager_reads_margins(client, run, firm):
    manager = UserFactory(roles=[Role.MANAGER])
    scored(run, 100, 3, owner=UserFactory(manager=manager))
    client.force_login(manager)
    assert "−26,67 €" in text(client.get(f"{URL}?vue=a-revoir"))
    assert "−26,67 €" in text(client.get("/clients/?colonnes=marge_heure"))


def test_a_salesperson_s_shares_are_those_of_their_own_clients(client, run, firm):
    claire = UserFactory()
    scored(run, 300, 3, owner=claire)
    scored(run, 9000, 90, owner=UserFactory())
    client.force_login(claire)
    total = client.get(URL).context["sheet"].figures.total
    assert (total.hours, total.revenue) == (3, 300)


def test_tiers_segments_and_people_all_add_up_to_the_portfolio(run, firm):
    people = [UserFactory(), UserFactory()]
    for tier, segment, revenue, hours in (("A", "champions", 900, 5), ("B", "loyal", 300, 7), ("C", "lost", 0, 2)):
        client = scored(run, revenue, 0, tier=tier, segment=segment)
        for share, person in enumerate(people, 1):
            TimeEntryFactory(client=client, person=person, hours=Decimal(hours * share) / 3)
    time_spent.fill(run)
    figures = Profitability(ClientTime.objects.of(run), Score.objects.of(run), PersonTime.objects.of(run))
    assert figures.total.revenue == 1200
    for parts in (figures.by_tier, figures.by_segment, figures.by_person):
        assert sum(part.spent.hours for part in parts) == figures.total.hours
        assert round(sum(part.spent.revenue for part in parts), 2) == 1200
        assert sum(part.spent.cost for part in parts) == figures.total.cost


def test_the_page_says_how_to_begin_when_there_is_no_hour(direction, run):
    scored(run, 100, 0)
    assert "Aucune heure sur 12 mois" in text(direction.get(URL))
    assert "/importer/temps/" in text(direction.get(URL))


def test_a_page_costs_the_same_queries_for_three_clients_and_for_sixty(direction, run):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            direction.get(URL)
        return len(caught)

    for number in range(4):
        scored(run, 100 * number, 5)
    few = queries()
    for number in range(56):
        scored(run, 10 * number, 5)
    assert queries() == few


def test_the_file_holds_the_rows_of_the_page_and_is_journaled(direction, run):
    scored(run, 1000, 4)
    scored(run, 100, 6, name="Beaucoup")
    rows = direction.post(f"{URL}export/csv/").getvalue().decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "Beaucoup" in rows[1]
    assert "560,00" in rows[1] or ";560" in rows[1]  # 110 € an hour on average
    assert Export.objects.get().row_count == 1


# --- By hand --------------------------------------------------------------------------------------


NOTE = {"token": "00000000-0000-0000-0000-000000000007", "spent_on": "2026-10-20", "hours": "1h30", "label": "Bilan"}


def test_time_noted_on_a_client_counts_at_once_and_once(client, run, firm):
    claire = UserFactory()
    one = scored(run, 300, 0, owner=claire)
    client.force_login(claire)
    for _ in range(2):
        client.post(f"/clients/{one.pk}/temps/", NOTE)
    assert ClientTime.objects.get(client=one).hours == Decimal("1.5")
    assert TimeEntry.objects.get().person == claire


def test_time_noted_from_the_page_finds_its_client_by_code_or_name(direction, run):
    one = scored(run, 300, 0, name="Hôtel des Remparts")
    direction.post("/temps/noter/", NOTE | {"who": "hotel des remparts"})
    assert TimeEntry.objects.get().client == one
    direction.post("/temps/noter/", NOTE | {"who": "Inconnu", "token": "00000000-0000-0000-0000-000000000008"})
    assert TimeEntry.objects.count() == 1


@pytest.mark.parametrize("odd", [{"hours": "25"}, {"hours": "beaucoup"}, {"spent_on": "2126-10-20"}, {"hours": "0"}])
def test_what_cannot_be_noted_changes_nothing_and_says_why(direction, run, odd):
    one = scored(run, 300, 0)
    answer = direction.post(f"/clients/{one.pk}/temps/", NOTE | odd, follow=True)
    assert answer.context["messages"]
    assert not TimeEntry.objects.exists()


def test_who_leads_nobody_notes_their_own_time_only(client, run, firm):
    claire, julien = UserFactory(), UserFactory()
    one = scored(run, 300, 0, owner=claire)
    client.force_login(claire)
    client.post(f"/clients/{one.pk}/temps/", NOTE | {"person": julien.pk})
    assert not TimeEntry.objects.filter(person=julien).exists()


def test_an_entry_of_a_file_is_not_removed_by_hand(direction, run):
    one = scored(run, 300, 0)
    entry = TimeEntryFactory(client=one, source__name="Fichier")
    direction.post(f"/temps/{entry.pk}/retirer/")
    assert TimeEntry.objects.filter(pk=entry.pk).exists()


def test_removing_a_note_takes_its_hours_away(direction, run):
    one = scored(run, 300, 4)
    direction.post(f"/temps/{TimeEntry.objects.get().pk}/retirer/")
    assert not ClientTime.objects.filter(client=one).exists()


# --- Costs ----------------------------------------------------------------------------------------


def test_costs_are_kept_and_margins_follow_at_once(direction, run):
    one = scored(run, 300, 2)
    person = TimeEntry.objects.get().person
    direction.post("/reglages/couts/", {"hourly_cost": "50,50", "hourly_target": "", f"cost-{person.pk}": "70"})
    assert ClientTime.objects.get(client=one).cost == 140
    firm = Firm.objects.get()
    assert (firm.hourly_cost, firm.hourly_target) == (Decimal("50.50"), None)


def test_the_journal_says_that_a_cost_changed_and_not_what_it_is(direction, run):
    direction.post("/reglages/couts/", {"hourly_cost": "51", "hourly_target": "100"})
    (entry,) = AuditEntry.objects.filter(table="accounts_firm", operation="UPDATE")
    assert entry.changes == {"hourly_cost": None}


def test_columns_of_hours_sort_and_filter_the_list_of_clients(direction, run):
    scored(run, 300, 2, name="Rapide")
    scored(run, 300, 6, name="Lent")
    scored(run, 300, 0, name="Sans heures")
    page = direction.get("/clients/?colonnes=heures,ca_heure&tri=-ca_heure&heures=1")
    assert [row.record.client.name for row in page.context["table"].paginated_rows] == ["Rapide", "Lent"]
    page = direction.get("/clients/?heure_max=60")
    assert [row.record.client.name for row in page.context["table"].paginated_rows] == ["Lent"]
    assert dt.date(2026, 10, 31) == page.context["run"].as_of
