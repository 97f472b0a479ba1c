"""Winning a prospect: states, calls, objection, becoming a client, and what three years without contact end."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import AuditEntry
from accounts.roles import Role
from campaigns import departures, prospect_keeping, winning
from campaigns.models import Approach, Prospect, Suppression
from clients.models import Client, ClientKey
from segmentation.models import LedgerEntry
from tests.clients.master_data.conftest import administrator, list_of  # noqa: F401 - fixtures
from tests.factories import ApproachFactory, ClientFactory, InvoiceFactory, ProspectFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 3)
SIREN, SIRET = "732829320", "73282932000074"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def claire():
    return UserFactory()


@pytest.fixture
def leroy(claire):
    facts = {"siren": SIREN, "siret": SIRET, "workforce": "11", "email": "contact@leroy.example", "phone": "0102"}
    return ProspectFactory(name="Atelier Leroy", owner=claire, contact_name="Luc Roy", **facts)


def fresh(prospect):
    return Prospect.objects.get(pk=prospect.pk)


def planned(prospect, by, **fields):
    return winning.plan(**{"prospect": prospect, "assignee": by, "due_on": TODAY, "kind": "call", "by": by} | fields)


# --- By hand ----------------------------------------------------------------------------------------


def test_one_typed_by_a_salesperson_is_theirs_and_one_that_is_a_client_is_refused(claire):
    assert winning.save(prospect=Prospect(name="Roux"), by=claire).owner == claire
    assert winning.save(prospect=Prospect(name="Blanc"), by=UserFactory(roles=[Role.MANAGER])).owner is None
    ClientFactory(siren=SIREN, name="Vert")
    with pytest.raises(ValidationError, match="« Vert » est déjà client"):
        winning.save(prospect=Prospect(name="Vert", siren=SIREN), by=claire)


def test_who_records_no_actions_changes_nothing(leroy):
    with pytest.raises(PermissionDenied):
        winning.set_state(prospect=leroy, state="interested", by=UserFactory(roles=[Role.MARKETING]))
    with pytest.raises(Prospect.DoesNotExist):
        winning.set_state(prospect=leroy, state="interested", by=UserFactory())


def test_a_state_is_one_of_the_list_and_no_client_by_itself(leroy, claire):
    assert winning.set_state(prospect=leroy, state="dismissed", by=claire).state == "dismissed"
    for state in ("client", "lost"):
        with pytest.raises(ValidationError):
            winning.set_state(prospect=leroy, state=state, by=claire)
    assert AuditEntry.objects.filter(table="campaigns_prospect").get().changes["state"] == ["new", "dismissed"]


# --- Calls ------------------------------------------------------------------------------------------


def test_the_same_call_is_planned_once(leroy, claire):
    assert planned(leroy, claire) == planned(leroy, claire)


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"due_on": dt.date(2026, 11, 2)}, "passé"), ({"assignee": None}, "ne voit pas ce prospect")],
)
def test_a_day_gone_by_or_somebody_who_does_not_see_it_is_refused(leroy, claire, fields, why):
    if "assignee" in fields:
        fields = {"assignee": UserFactory()}
    with pytest.raises(ValidationError, match=why):
        planned(leroy, claire, **fields)


def test_a_call_made_says_when_the_prospect_was_contacted_and_undoing_gives_it_back(leroy, claire):
    call = planned(leroy, claire)
    winning.record(approach=call, outcome="reached", note="Rappeler en janvier.", by=claire)
    assert (fresh(leroy).state, fresh(leroy).last_contact_on) == ("contacted", TODAY)
    winning.record(approach=call, outcome="dropped", note="", by=claire)  # a second click
    assert Approach.objects.get().outcome == "reached"
    winning.reopen(approach=call, by=claire)
    assert (fresh(leroy).state, fresh(leroy).last_contact_on) == ("new", None)
    assert Approach.objects.open().count() == 1


def test_a_call_given_up_contacts_nobody_and_an_old_report_stays(leroy, claire, clock):
    call = winning.record(approach=planned(leroy, claire), outcome="dropped", note="", by=claire)
    assert fresh(leroy).last_contact_on is None
    clock.shift(dt.timedelta(hours=2))
    with pytest.raises(ValidationError, match="plus d’une heure"):
        winning.reopen(approach=call, by=claire)


def test_what_somebody_who_leaves_had_planned_goes_to_the_successor_once(leroy, claire):
    heir, by = UserFactory(), UserFactory(roles=[Role.DIRECTION])
    for assignee in (claire, heir):
        ApproachFactory(prospect=leroy, assignee=assignee)
    ApproachFactory(prospect=leroy, assignee=claire, kind="visit")
    departures.depart(person=claire, successor=heir, by=by)
    assert sorted(Approach.objects.open().values_list("assignee", "kind")) == [(heir.pk, "call"), (heir.pk, "visit")]


def test_a_report_is_journaled_without_its_words(leroy, claire):
    winning.record(approach=planned(leroy, claire), outcome="reached", note="Fâché.", by=claire)
    entries = AuditEntry.objects.filter(table="campaigns_approach")
    assert entries.count() == 2
    assert "Fâché" not in str([entry.changes for entry in entries])


# --- Objection ----------------------------------------------------------------------------------------


def test_an_objection_drops_what_was_planned_and_outlives_the_prospect(leroy, claire):
    planned(leroy, claire)
    winning.object_to(prospect=leroy, by=claire)
    winning.object_to(prospect=leroy, by=claire)
    assert not Approach.objects.open().exists()
    assert Suppression.objects.count() == 2  # its address, its SIRET
    with pytest.raises(ValidationError, match="ne plus être contacté"):
        planned(leroy, claire)


def test_an_objection_noted_by_mistake_is_lifted_within_the_hour(leroy, claire, clock):
    planned(leroy, claire)
    winning.object_to(prospect=leroy, by=claire)
    winning.lift_objection(prospect=leroy, by=claire)
    assert fresh(leroy).objected_at is None
    assert Approach.objects.open().exists()
    assert not Suppression.objects.exists()
    winning.object_to(prospect=leroy, by=claire)
    clock.shift(dt.timedelta(hours=2))
    with pytest.raises(ValidationError, match="plus d’une heure"):
        winning.lift_objection(prospect=leroy, by=claire)


def test_who_objected_and_was_forgotten_comes_back_objecting(leroy, claire, list_of):  # noqa: F811
    winning.object_to(prospect=leroy, by=claire)
    Prospect.objects.all().delete()
    list_of("campaigns/prospect").bring(f"Nom;SIRET\nAtelier Leroy;{SIRET}\nRoux;55208131766522\n")
    assert dict(Prospect.objects.values_list("name", "objected_at"))["Roux"] is None
    assert Prospect.objects.get(name="Atelier Leroy").objected_at


# --- Becoming a client ----------------------------------------------------------------------------------


def test_a_prospect_won_becomes_a_client_with_its_facts_once(leroy, claire):
    client = winning.win(prospect=leroy, by=claire)
    assert winning.win(prospect=leroy, by=claire) == client
    assert (client.name, client.siret, client.workforce, client.owner) == ("Atelier Leroy", SIRET, "11", claire)
    assert client.contacts.get().name == "Luc Roy"
    assert ClientKey.objects.filter(kind="siret").get().client == client
    assert (fresh(leroy).state, fresh(leroy).client, fresh(leroy).made_client) == ("client", client, True)
    with pytest.raises(ValidationError, match="devenu client"):
        winning.set_state(prospect=leroy, state="new", by=claire)


def test_taking_it_back_removes_the_client_made_for_it_and_no_import_links_them(leroy, claire):
    Prospect.objects.update(state="interested")
    winning.win(prospect=leroy, by=claire)
    for _ in range(2):
        winning.lose(prospect=leroy, by=claire)
    assert not Client.objects.exists()
    assert (fresh(leroy).state, fresh(leroy).client, fresh(leroy).links_by_hand) == ("interested", None, True)


def test_a_client_invoiced_since_or_known_before_stays(leroy, claire):
    InvoiceFactory(client=winning.win(prospect=leroy, by=claire))
    winning.lose(prospect=leroy, by=claire)
    assert winning.win(prospect=leroy, by=claire) == Client.objects.get()
    winning.lose(prospect=leroy, by=claire)
    assert Client.objects.count() == 1


def test_a_prospect_put_back_and_left_out_again(leroy, claire):
    assert winning.put_back(prospect=leroy, by=claire).kept_by == claire
    assert winning.leave_out(prospect=leroy, by=claire).kept_at is None


# --- Three years ----------------------------------------------------------------------------------------


def test_nobody_met_for_three_years_is_forgotten_unless_a_client():
    long_ago = dt.datetime(2023, 11, 2, 12, tzinfo=dt.UTC)
    ProspectFactory(created_at=long_ago)
    ProspectFactory(created_at=long_ago, last_contact_on=dt.date(2023, 11, 2))
    kept = [
        ProspectFactory(created_at=long_ago, last_contact_on=dt.date(2023, 11, 3)),
        ProspectFactory(created_at=long_ago, state="client", client=ClientFactory()),
        ProspectFactory(),
    ]
    assert prospect_keeping.forget_old(TODAY) == 2
    assert set(Prospect.objects.all()) == set(kept)
    assert prospect_keeping.forget_old(TODAY) == 0


def test_an_objection_survives_the_forgetting():
    long_ago = dt.datetime(2023, 1, 5, tzinfo=dt.UTC)
    ProspectFactory(created_at=long_ago, objected_at=long_ago, email="a@b.example")
    ApproachFactory(prospect=ProspectFactory(created_at=long_ago))
    assert prospect_keeping.forget_old(TODAY) == 2
    assert Suppression.objects.get().at == long_ago


def test_each_night_forgets_once_and_says_how_many():
    ProspectFactory(created_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    entry = prospect_keeping.forget_due()
    assert (entry.business_date, entry.outcome) == (TODAY, LedgerEntry.Outcome.DONE)
    assert entry.detail == "1 prospect effacé, sans contact depuis 3 ans."
    assert prospect_keeping.forget_due() is None
