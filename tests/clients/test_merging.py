"""Merging two clients: the kept one has everything, each thing goes back when it is undone, nothing is lost."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from campaigns.models import Action
from clients import bells, merging
from clients.imports import pipeline, undo
from clients.imports.claim import LOCK_SPACE
from clients.models import Client, ClientKey, ClientMerge, Contact, Event, Invoice, Source, TimeEntry, YearlyTotal
from clients.references import references_to
from segmentation.models import FormerGrade, NeedEvidence, ReframingPlan, RiskSetAside
from tests.clients.imports.books import import_text
from tests.clients.imports.facts import every_fact
from tests.connections import another_connection
from tests.factories import (
    ActionFactory,
    AssessmentFactory,
    CampaignFactory,
    ClientDepartureFactory,
    ClientFactory,
    ClientNeedFactory,
    ContactFactory,
    HoleFactory,
    InvoiceFactory,
    PlannedContactFactory,
    ProspectFactory,
    RecipientFactory,
    SourceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ONE_EACH = {("segmentation_grade", "client_id")}  # of what was said of both, the next run makes one


@pytest.fixture(autouse=True)
def _no_broker(settings):
    settings.AFTER_IMPORT = settings.AFTER_MERGE = []


@pytest.fixture
def director():
    return UserFactory(roles=[Role.DIRECTION])


@pytest.fixture
def pair():
    """Two clients, each with one of everything."""
    return furnished("Garage Martin", "C1"), furnished("GARAGE MARTIN SARL", "C2")


def furnished(name, code):
    client = ClientFactory(name=name, code=code)
    InvoiceFactory(client=client, external_id=f"F-{code}")
    ContactFactory(client=client, name=f"Contact {code}", email=f"{code.lower()}@b.example")
    ClientKey.objects.create(client=client, source=SourceFactory(), kind="code", value=code)
    TimeEntry.objects.create(client=client, person=UserFactory(), spent_on=dt.date(2026, 1, 1), hours=1)
    Event.objects.create(client=client, kind="note", happened_on=dt.date(2026, 1, 1))
    total(client, year=2020 + int(code[1:]))
    ClientFactory(name=f"Filiale {code}", head=client, recommended_by=client)
    ClientDepartureFactory(client=client, reopened_on=dt.date(2026, 10, 8))
    ActionFactory(client=client)
    PlannedContactFactory(client=client)
    ProspectFactory(client=client, recommended_by=client, state="client")
    judged(client)
    return client


def judged(client):
    """What people said of the client, and what follows from it."""
    need = ClientNeedFactory(client=client).need
    person, now = UserFactory(), timezone.now()
    NeedEvidence.objects.create(client=client, need=need, heard_by=person, heard_on=dt.date(2026, 1, 1), quote="Oui.")
    AssessmentFactory(client=client, rater=person)
    HoleFactory(client=client)
    RecipientFactory(client=client)
    FormerGrade.objects.create(client=client, colour="light-green", score=70, since=now, until=now)
    closed = {} if client.code == "C1" else {"closed_at": now, "closed_by": person, "outcome": "C’est réglé."}
    ReframingPlan.objects.create(
        client=client, what="En parler.", owner=person, opened_by=person, due_on=dt.date(2026, 12, 1), **closed
    )
    RiskSetAside.objects.create(
        client=client,
        reason="grid" if client.code == "C1" else "rhythm",  # one of each reason: the kept client's prevails
        motive="seasonal",
        until=dt.date(2099, 1, 1),
        set_aside_by=person,
        set_aside_at=now,
    )


def total(client, *, year, amount=1000):
    return YearlyTotal.objects.create(
        source=SourceFactory(), client=client, first_day=dt.date(year, 1, 1), last_day=dt.date(year, 12, 31),
        amount_ht=amount,
    )  # fmt: skip


def everything():
    """Every fact and every action."""
    return every_fact(), list(Action.objects.order_by("pk").values())


def merged(kept, other, by):
    return merging.merge(kept=kept, merged=other, by=by)


def names_of_holders(client):
    """How many rows of each table name this client."""
    counts = {}
    with connection.cursor() as cursor:
        for table, column in references_to("clients_client"):
            if (table, column) not in merging.STAYING | ONE_EACH:
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}" = %s', [client.pk])
                counts[f"{table}.{column}"] = cursor.fetchone()[0]
    return counts


def test_whatever_names_the_merged_client_names_the_kept_one(pair, director):
    kept, other = pair
    assert set(names_of_holders(kept).values()) == {1}, "furnish the pair with a row of every table that names a client"
    merged(kept, other, director)
    assert {holder for holder, rows in names_of_holders(kept).items() if rows != 2} == set()
    assert set(names_of_holders(other).values()) == {0}


def test_undoing_moves_each_row_back_exactly(pair, director):
    before = everything()
    record = merged(*pair, director)
    assert everything() != before
    assert merging.undo(record, by=director)
    assert everything() == before
    assert not merging.undo(record, by=director)


def test_what_came_since_stays_with_the_kept_client(pair, director):
    kept, other = pair
    record = merged(kept, other, director)
    newer = InvoiceFactory(client=kept)
    merging.undo(record, by=director)
    assert set(kept.invoices.values_list("pk", flat=True)) >= {newer.pk}
    assert [kept.invoices.count(), other.invoices.count()] == [2, 1]


def test_a_merged_client_is_in_nobody_s_sight(pair, director):
    kept, other = pair
    merged(kept, other, director)
    seen = Client.objects.visible_to(director)
    assert (seen.filter(pk=other.pk).exists(), seen.filter(pk=kept.pk).exists()) == (False, True)
    assert other.pk not in Action.objects.visible_to(director).values_list("client", flat=True)
    assert merging.standing(Client.objects.get(pk=other.pk)) == kept


def test_the_merge_and_its_undoing_are_journaled_by_who_did_them(pair, director):
    record = merged(*pair, director)
    assert (record.merged_by, list(merging.merges_of(pair[0]))) == (director, [record])
    merging.undo(record, by=director)
    assert list(merging.merges_of(pair[0])) == []


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.COMMERCIAL, Role.MARKETING])
def test_it_takes_the_right_to_assign_clients(role, pair):
    with pytest.raises(PermissionDenied):
        merged(*pair, UserFactory(roles=[role]))


@pytest.mark.parametrize("hidden", [0, 1])
def test_it_takes_seeing_both(hidden, pair, director):
    manager = UserFactory(roles=[Role.MANAGER])
    Client.objects.filter(pk=pair[hidden].pk).update(owner=UserFactory())
    with pytest.raises(Client.DoesNotExist):
        merged(*pair, manager)
    record = merged(*pair, director)
    with pytest.raises(Client.DoesNotExist):
        merging.undo(record, by=manager)


def test_a_client_is_not_merged_with_itself_nor_twice(pair, director):
    kept, other = pair
    with pytest.raises(ValidationError):
        merged(kept, kept, director)
    merged(kept, other, director)
    for one, two in ((kept, other), (other, kept), (ClientFactory(), other)):
        with pytest.raises(Client.DoesNotExist):
            merged(one, two, director)


@pytest.mark.django_db(transaction=True)
def test_while_an_import_writes_the_page_says_to_try_again(director):
    pair = ClientFactory(), ClientFactory()
    with another_connection() as writer, connection.cursor() as cursor:
        writer.execute("SELECT pg_advisory_lock(%s, 0)", [LOCK_SPACE])
        cursor.execute("SET lock_timeout = '10ms'")
        with pytest.raises(merging.BusyError):
            merged(*pair, director)
        cursor.execute("RESET lock_timeout")
    assert not ClientMerge.objects.exists()


# --- What more than moves -------------------------------------------------------------------------


def test_blanks_are_filled_and_emptied_again(director):
    kept = ClientFactory(name="A", code="", phone="0102")
    other = ClientFactory(
        name="B", code="C2", siren="732829320", phone="0900", address="1 rue Haute", city="Pau", owner=director,
        client_since=dt.date(2020, 1, 1), notes="Paie tard",
    )  # fmt: skip
    before = everything()
    record = merged(kept, other, director)
    kept.refresh_from_db()
    assert (kept.code, kept.siren, kept.phone, kept.city, kept.owner) == ("C2", "732829320", "0102", "Pau", director)
    assert (kept.client_since, kept.notes) == (dt.date(2020, 1, 1), "Paie tard")
    merging.undo(record, by=director)
    assert everything() == before


def test_what_somebody_wrote_since_is_not_emptied(director):
    kept, other = ClientFactory(code="", notes="Poli"), ClientFactory(code="C2", notes="Paie tard")
    record = merged(kept, other, director)
    Client.objects.filter(pk=kept.pk).update(notes="Poli, mais paie tard")
    merging.undo(record, by=director)
    kept.refresh_from_db()
    assert (kept.code, kept.notes) == ("", "Poli, mais paie tard")


def test_the_kept_client_s_main_contact_stays_the_main_one(director):
    kept, other = ClientFactory(), ClientFactory()
    main, second = ContactFactory(client=kept, is_main=True), ContactFactory(client=other, is_main=True)
    record = merged(kept, other, director)
    assert list(kept.contacts.filter(is_main=True)) == [main]
    merging.undo(record, by=director)
    assert list(other.contacts.filter(is_main=True)) == [second]


@pytest.mark.parametrize("objecting", [0, 1])
def test_an_objection_holds_under_its_address_for_both_and_for_ever(objecting, director):
    clients = ClientFactory(), ClientFactory()
    contacts = [ContactFactory(client=clients[0], email="a@b.fr"), ContactFactory(client=clients[1], email="A@b.fr")]
    Contact.objects.filter(pk=contacts[objecting].pk).update(objected_at=timezone.now())
    record = merged(*clients, director)
    assert not Contact.objects.filter(objected_at=None).exists()
    merging.undo(record, by=director)
    assert not Contact.objects.filter(objected_at=None).exists()


def test_yearly_totals_of_one_period_are_added_up_and_split_again(director):
    kept, other = ClientFactory(), ClientFactory()
    for client, amount in ((kept, 1000), (other, 250)):
        total(client, year=2024, amount=amount)
    before = everything()
    record = merged(kept, other, director)
    assert YearlyTotal.objects.get().amount_ht == 1250
    merging.undo(record, by=director)
    assert everything() == before


def test_an_open_action_that_both_have_is_seen_once_and_both_are_there_again_afterwards(director):
    kept, other, person = ClientFactory(), ClientFactory(), UserFactory()
    for client in (kept, other):
        ActionFactory(client=client, assignee=person)
    alone = ActionFactory(client=other, assignee=person, due_on=dt.date(2026, 12, 1))
    before = everything()
    record = merged(kept, other, director)
    assert Action.objects.visible_to(director).count() == 2
    assert Action.objects.get(pk=alone.pk).client == kept
    merging.undo(record, by=director)
    assert everything() == before


# --- Groups ---------------------------------------------------------------------------------------


def test_the_head_of_a_group_brings_its_companies(director):
    kept, head = ClientFactory(), ClientFactory()
    company = ClientFactory(head=head)
    record = merged(kept, head, director)
    company.refresh_from_db()
    assert company.head == kept
    merging.undo(record, by=director)
    company.refresh_from_db()
    assert company.head == head


def test_a_head_merged_into_its_own_company_leaves_no_circle(director):
    top = ClientFactory()
    head = ClientFactory(head=top)
    kept, sister = ClientFactory(head=head), ClientFactory(head=head)
    before = everything()
    record = merged(kept, head, director)
    assert dict(Client.objects.filter(pk__in=[kept.pk, sister.pk]).values_list("pk", "head")) == {
        kept.pk: top.pk, sister.pk: kept.pk,
    }  # fmt: skip
    merging.undo(record, by=director)
    assert everything() == before


def test_a_company_merged_into_its_own_head_leaves_no_circle(director):
    head = ClientFactory()
    company = ClientFactory(head=head)
    before = everything()
    record = merged(head, company, director)
    head.refresh_from_db()
    assert head.head is None
    merging.undo(record, by=director)
    assert everything() == before


def test_a_head_merged_two_floors_down_leaves_no_circle(director):
    top = ClientFactory()
    middle = ClientFactory(head=top)
    kept = ClientFactory(head=middle)
    before = everything()
    record = merged(kept, top, director)
    kept.refresh_from_db()
    middle.refresh_from_db()
    assert (kept.head, middle.head) == (None, kept)
    merging.undo(record, by=director)
    assert everything() == before


# --- Chains, and undoing out of order -------------------------------------------------------------


@pytest.fixture
def chain(director):
    """A merged into B, then B into C, each with one invoice."""
    a, b, c = (ClientFactory(name=name, code=name) for name in "ABC")
    for client in (a, b, c):
        InvoiceFactory(client=client, external_id=client.name)
    before = everything()
    return before, (a, b, c), (merged(b, a, director), merged(c, b, director))


def holders():
    return dict(Invoice.objects.order_by("external_id").values_list("external_id", "client__name"))


def test_a_chain_ends_at_its_last_client(chain):
    _before, (a, _b, c), _records = chain
    assert merging.standing(Client.objects.get(pk=a.pk)) == c
    assert holders() == {"A": "C", "B": "C", "C": "C"}


def test_a_chain_undone_from_its_end_goes_back_step_by_step(chain, director):
    before, _clients, (first, second) = chain
    merging.undo(second, by=director)
    assert holders() == {"A": "B", "B": "B", "C": "C"}
    merging.undo(first, by=director)
    assert everything() == before


def test_a_chain_undone_from_its_start_goes_back_too(chain, director):
    before, _clients, (first, second) = chain
    merging.undo(first, by=director)
    assert holders() == {"A": "A", "B": "C", "C": "C"}
    merging.undo(second, by=director)
    assert everything() == before


def test_two_merged_into_one_are_parted_in_any_order(director):
    kept, first, second = (ClientFactory(name=name, code="") for name in "KAB")
    for client in (kept, first, second):
        InvoiceFactory(client=client, external_id=client.name)
    before = everything()
    one, two = merged(kept, first, director), merged(kept, second, director)
    merging.undo(one, by=director)
    assert holders() == {"A": "A", "B": "K", "K": "K"}
    merging.undo(two, by=director)
    assert everything() == before


def test_clients_parted_can_be_merged_again_the_other_way(pair, director):
    kept, other = pair
    merging.undo(merged(kept, other, director), by=director)
    merged(other, kept, director)
    assert names_of_holders(kept)["clients_invoice.client_id"] == 0


# --- Imports afterwards ---------------------------------------------------------------------------


def test_a_row_that_names_the_merged_client_goes_to_the_kept_one(director):
    import_text("Client;Date;Montant HT\nDupont;13/01/2025;100\nDupond;14/01/2025;50\n")
    kept, other = Client.objects.order_by("name").reverse()
    merged(kept, other, director)
    batch = import_text("Client;Date;Montant HT\nDupond;15/01/2025;10\n")
    assert (batch.clients_created, Invoice.objects.exclude(client=kept).exists()) == (0, False)


@pytest.mark.parametrize(
    ("heading", "value", "known"),
    [
        ("SIREN;Code postal", "732829320;64000", {"siren": "732829320", "postcode": "64000"}),
        ("E-mail", "d@b.example", {"email": "d@b.example"}),
    ],
)
def test_an_identity_of_the_merged_client_leads_to_the_kept_one(heading, value, known, director):
    kept, middle, other = ClientFactory(), ClientFactory(), ClientFactory(**known)
    merged(middle, other, director)
    merged(kept, middle, director)
    import_text(f"Client;{heading};Date;Montant HT\nInconnu;{value};15/01/2025;10\n")
    assert Invoice.objects.get().client == kept


def test_undoing_an_import_after_a_merge_takes_its_invoices_from_the_kept_client(director):
    first = import_text("N° facture;Client;Date;Montant HT\nF1;Dupont;13/01/2025;100\n")
    second = import_text("N° facture;Client;Date;Montant HT\nF2;Dupond;14/01/2025;50\nF1;Dupont;13/01/2025;120\n")
    dupont, dupond = Client.objects.get(name="Dupont"), Client.objects.get(name="Dupond")
    record = merged(dupont, dupond, director)
    undo.ask(second, by=director)
    pipeline.process(second.pk)
    assert dict(Invoice.objects.values_list("number", "amount_ht")) == {"F1": Decimal(100)}
    assert second.undone_rows.get(label="Dupond").fate == "kept"
    merging.undo(record, by=director)
    assert Source.objects.count() == 1
    assert first.created == 1


def test_scores_follow_a_merge_and_its_undoing(
    pair, director, settings, monkeypatch, django_capture_on_commit_callbacks
):
    settings.AFTER_IMPORT, settings.AFTER_MERGE = ["score"], ["rescore"]
    sent = []
    monkeypatch.setattr(bells.current_app, "send_task", lambda name, **options: sent.append(name), raising=False)
    with django_capture_on_commit_callbacks(execute=True):
        record = merged(*pair, director)
        merging.undo(record, by=director)
    assert sent == ["score", "rescore"] * 2


def test_two_clients_of_one_campaign_are_merged_and_parted_again(pair, director):
    kept, other = pair
    campaign = CampaignFactory()
    for client in pair:
        RecipientFactory(campaign=campaign, client=client)
    before = everything()
    record = merged(kept, other, director)
    assert campaign.recipients.filter(client=kept).count() == 1
    assert merging.undo(record, by=director)
    assert everything() == before
