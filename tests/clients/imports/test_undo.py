"""Undoing an import: what it created goes, what it changed is as before, and what anything else needs stays, listed."""

import datetime as dt
import random

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.utils import timezone

from accounts.roles import Role
from clients import bells
from clients.imports import claim, merge, pipeline, stopping, undo
from clients.imports.stopping import Answer
from clients.models import (
    Client,
    ClientKey,
    Contact,
    Event,
    FactChange,
    Import,
    ImportChange,
    Invoice,
    InvoiceLine,
    InvoiceLink,
    Service,
    Source,
    TimeEntry,
    UndoneRow,
    YearlyTotal,
)
from tests.clients.imports.books import import_text, sale, text
from tests.clients.imports.facts import described, every_fact
from tests.factories import ActionFactory, ClientFactory, ContactFactory, UserFactory

pytestmark = pytest.mark.django_db
HEAD = "N° facture;Client;Date;Montant HT;Article;E-mail;Téléphone;Commercial\n"


def table(*rows):
    """A table of these rows: number, client, amount, and what else by keyword."""
    return HEAD + "".join(
        ";".join((number, client, more.get("day", "13/03/2025"), str(amount), more.get("service", "Conseil"),
                  more.get("email", ""), more.get("phone", ""), more.get("owner", ""))) + "\n"
        for number, client, amount, more in ((*row, {})[:4] if len(row) == 3 else row for row in rows)
    )  # fmt: skip


@pytest.fixture
def keeper():
    return UserFactory(roles=[Role.DIRECTION], email="direction@cabinet.example")


def undone(batch, by):
    """This import, after a worker undid it."""
    assert undo.ask(batch, by=by)
    return pipeline.process(batch.pk)


def fates(batch):
    """What became of each row: {(table, label): (fate, reason)}."""
    return {(row.table, row.label): (row.fate, row.reason) for row in batch.undone_rows.all()}


def kept(batch):
    """Why rows stay: {label: reason}."""
    return {row.label: row.reason for row in batch.undone_rows.filter(fate="kept")}


# --- What goes, and what comes back ---------------------------------------------------------------


def test_undoing_the_only_import_leaves_nothing_but_its_report(keeper):
    before = every_fact()
    batch = undone(import_text(table(("F1", "Dupont", 100), ("F2", "Martin", 50))), keeper)
    assert (batch.status, batch.undone_by, batch.source) == (Import.Status.UNDONE, keeper, None)
    assert batch.undone_at is not None
    assert every_fact() == before
    assert fates(batch) == {
        ("clients_invoice", "F1 · Dupont · 13/03/2025"): ("undone", "Retiré"),
        ("clients_invoice", "F2 · Martin · 13/03/2025"): ("undone", "Retiré"),
        ("clients_client", "Dupont"): ("undone", "Retiré"),
        ("clients_client", "Martin"): ("undone", "Retiré"),
        ("clients_service", "Conseil"): ("undone", "Retiré"),
    }


SECOND = {
    "other clients": table(("F9", "Bernard", 70, {"service": "Audit"})),
    "same clients": table(("F9", "Dupont", 70), ("F8", "Martin", 70)),
    "changed amounts": table(("F1", "Dupont", 130), ("F2", "Martin", 50)),
    "other lines": table(("F1", "Dupont", 60), ("F1", "Dupont", 45, {"service": "Audit"})),
    "filled blanks": table(("F1", "Dupont", 100, {"email": "d@b.example", "phone": "0102030405"})),
    "owners": table(("F1", "Dupont", 100, {"owner": "direction@cabinet.example"})),
    "the client of an invoice": table(("F1", "Bernard", 100)),
    "all at once": table(
        ("F1", "Bernard", 90, {"service": "Audit", "email": "b@b.example"}),
        ("F2", "Martin", 51, {"owner": "direction@cabinet.example", "phone": "01"}),
        ("F3", "Nouveau", 10),
    ),
}


@pytest.mark.parametrize("second", SECOND.values(), ids=SECOND)
def test_undoing_an_import_leaves_every_other_fact_as_it_was(second, keeper):
    import_text(table(("F1", "Dupont", 100), ("F2", "Martin", 50)))
    before = every_fact()
    batch = import_text(second)
    assert every_fact() != before
    assert undone(batch, keeper).status == Import.Status.UNDONE
    assert every_fact() == before
    assert not kept(batch)


def test_cancelled_invoices_count_again(keeper):
    rows = [row for n in range(1, 30) for row in sale(f"C{n % 4}", n * 1000, entry=str(n), piece=f"FA{n}")]
    import_text(text(*rows))
    before = every_fact()
    batch = import_text(text(*(row for row in rows if row["PieceRef"] != "FA7")))
    assert (batch.cancelled, Invoice.objects.get(number="FA7").status) == (1, "cancelled")
    batch = undone(batch, keeper)
    assert every_fact() == before
    assert list(fates(batch).values()) == [("undone", "Compte de nouveau")]


def test_importing_the_same_file_again_after_undoing_recreates_everything(keeper):
    content = table(("F1", "Dupont", 100, {"email": "d@b.example"}), ("F2", "Martin", 50))
    first = import_text(content)
    wanted = described()
    undone(first, keeper)
    again = import_text(content)
    assert (again.created, again.clients_created) == (2, 2)
    assert described() == wanted


def random_table(chance, marks):
    """Some invoices among a few numbers and clients, so that imports tread on each other."""
    return table(
        *{
            number: (
                number,
                f"Client {chance.randint(1, 5)}",
                chance.randint(1, 99),
                {
                    "service": chance.choice(["Conseil", "Audit", "Paie"]),
                    "email": chance.choice(["", f"c{marks}@b.example"]),
                    "phone": chance.choice(["", "0102030405"]),
                    "owner": chance.choice(["", "direction@cabinet.example"]),
                },
            )
            for number in (f"F{chance.randint(1, 9)}" for _ in range(6))
        }.values()
    )


@pytest.mark.parametrize("seed", range(12))
def test_whatever_two_imports_hold_undoing_the_second_gives_back_the_first(seed, keeper):
    chance = random.Random(seed)
    import_text(random_table(chance, 1))
    before = every_fact()
    batch = import_text(random_table(chance, 2))
    undone(batch, keeper)
    assert every_fact() == before


@pytest.mark.parametrize("seed", range(12))
def test_undoing_three_imports_from_the_last_to_the_first_leaves_nothing(seed, keeper):
    chance = random.Random(100 + seed)
    before = every_fact()
    states = []
    batches = []
    for mark in range(3):
        states.append(every_fact())
        batches.append(import_text(random_table(chance, mark)))
    for batch in reversed(batches):
        undone(batch, keeper)
        assert every_fact() == states.pop()
    assert every_fact() == before


@pytest.mark.parametrize("seed", range(12))
def test_in_whatever_order_imports_are_undone_every_sum_holds_and_nothing_dangles(seed, keeper):
    chance = random.Random(200 + seed)
    batches = [import_text(random_table(chance, mark)) for mark in range(3)]
    for batch in chance.sample(batches, 3):
        assert undone(batch, keeper).status == Import.Status.UNDONE
    for invoice in Invoice.objects.all():
        assert sum(line.amount_ht for line in invoice.lines.all()) == invoice.amount_ht
    held = set(UndoneRow.objects.filter(table="clients_invoice", fate="kept").values_list("row_id", flat=True))
    assert set(Invoice.objects.values_list("pk", flat=True)) <= held


# --- What stays -----------------------------------------------------------------------------------


def test_what_a_later_import_built_on_stays_and_is_listed(keeper):
    first = import_text(table(("F1", "Dupont", 100), ("F2", "Martin", 50), ("F3", "Petit", 10)))
    import_text(table(("F1", "Dupont", 120), ("F9", "Martin", 5)))
    batch = undone(first, keeper)
    assert sorted(Invoice.objects.values_list("number", flat=True)) == ["F1", "F9"]
    assert sorted(Client.objects.values_list("name", flat=True)) == ["Dupont", "Martin"]
    assert kept(batch) == {
        "F1 · Dupont · 13/03/2025": "Un import plus récent s’en sert",
        "Dupont": "Un import plus récent s’en sert",
        "Martin": "Quelque chose y est rattaché : facture",
        "Conseil": "Un import plus récent s’en sert",
    }


def test_a_kept_client_keeps_its_keys_so_that_the_next_import_finds_it(keeper):
    content = table(("F1", "Dupont", 100))
    first = import_text(content)
    import_text(table(("F9", "Dupont", 5)))
    undone(first, keeper)
    again = import_text(content)
    assert (again.created, again.clients_created, Client.objects.count()) == (1, 0, 1)


def test_undoing_the_later_one_too_gives_back_what_the_first_had_left(keeper):
    first = import_text(table(("F1", "Dupont", 100)))
    second = import_text(table(("F1", "Dupont", 120)))
    undone(first, keeper)
    undone(second, keeper)
    assert Invoice.objects.get().amount_ht == 100


def test_a_client_whose_invoice_moved_to_another_is_kept_for_the_day_it_comes_back(keeper):
    first = import_text(table(("F1", "Dupont", 100)))
    second = import_text(table(("F1", "Martin", 100)))
    assert kept(undone(first, keeper))["Dupont"] == "Un import plus récent s’en sert"
    undone(second, keeper)
    assert Invoice.objects.get().client.name == "Dupont"


def add_action(client):
    ActionFactory(client=client)


def add_contact(client):
    ContactFactory(client=client)


def add_event(client):
    Event.objects.create(client=client, kind="note", happened_on=dt.date(2025, 1, 1))


def add_hours(client):
    TimeEntry.objects.create(client=client, person=UserFactory(), spent_on=dt.date(2025, 1, 1), hours=1)


def add_invoice(client):
    import_text(table(("X1", client.name, 3)), source_name="Autre")


def add_company(client):
    ClientFactory(head=client)


def edit(client):
    client.notes = "Bon client"
    client.save()


def give_away(client):
    Client.objects.filter(pk=client.pk).update(owner=UserFactory())


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (add_action, "Quelque chose y est rattaché : action"),
        (add_contact, "Quelque chose y est rattaché : contact"),
        (add_event, "Quelque chose y est rattaché : événement"),
        (add_hours, "Quelque chose y est rattaché : temps passé"),
        (add_company, "Quelque chose y est rattaché : client"),
        (edit, "Quelqu’un l’a modifié depuis"),
        (give_away, "Quelqu’un l’a modifié depuis"),
    ],
)
def test_a_client_that_something_holds_stays_without_its_invoices(happens, reason, keeper):
    batch = import_text(table(("F1", "Dupont", 100)))
    client = Client.objects.get()
    happens(client)
    assert kept(undone(batch, keeper)) == {"Dupont": reason}
    assert Client.objects.filter(pk=client.pk).exists()
    assert ClientKey.objects.filter(client=client).exists()
    assert not Invoice.objects.exists()


def test_a_client_with_an_invoice_of_another_source_stays(keeper):
    batch = import_text("Client;SIRET;Date;Montant HT\nDupont;73282932000074;13/03/2025;100\n")
    import_text("Client;SIRET;Date;Montant HT\nDupont;73282932000074;14/03/2025;7\n", source_name="Autre")
    assert "Dupont" in kept(undone(batch, keeper))
    assert Invoice.objects.get().amount_ht == 7


def test_saving_a_client_without_changing_it_is_no_edit(keeper):
    batch = import_text(table(("F1", "Dupont", 100)))
    Client.objects.get().save()
    assert not kept(undone(batch, keeper))


def test_what_somebody_corrected_since_the_import_filled_it_stays(keeper):
    import_text(table(("F1", "Dupont", 100), ("F2", "Martin", 50)))
    batch = import_text(
        table(("F1", "Dupont", 100, {"email": "d@b.example"}), ("F2", "Martin", 50, {"email": "m@b.example"}))
    )
    Client.objects.filter(name="Dupont").update(email="corrigé@b.example")
    Client.objects.filter(name="Martin").update(notes="Appeler le matin")
    assert kept(undone(batch, keeper)) == {"Dupont": "Ce que l’import y avait mis a changé depuis"}
    martin = Client.objects.get(name="Martin")
    assert Client.objects.get(name="Dupont").email == "corrigé@b.example"
    assert (martin.email, martin.notes) == ("", "Appeler le matin")


def test_an_owner_that_the_import_set_goes_and_one_that_somebody_set_stays(keeper):
    import_text(table(("F1", "Dupont", 100), ("F2", "Martin", 50)))
    batch = import_text(
        table(("F1", "Dupont", 100, {"owner": keeper.email}), ("F2", "Martin", 50, {"owner": keeper.email}))
    )
    other = UserFactory()
    Client.objects.filter(name="Martin").update(owner=other)
    undone(batch, keeper)
    assert dict(Client.objects.values_list("name", "owner")) == {"Dupont": None, "Martin": other.pk}


def test_two_imports_that_each_filled_a_blank_are_undone_apart(keeper):
    import_text(table(("F1", "Dupont", 100)))
    first = import_text(table(("F1", "Dupont", 100, {"email": "d@b.example"})))
    import_text(table(("F1", "Dupont", 100, {"phone": "0102030405"})))
    assert not kept(undone(first, keeper))
    client = Client.objects.get()
    assert (client.email, client.phone) == ("", "0102030405")


def test_an_invoice_that_a_document_of_another_import_names_stays(keeper):
    batch = import_text(table(("F1", "Dupont", 100), ("F2", "Dupont", 50)))
    import_text(table(("A1", "Dupont", -100)))
    InvoiceLink.objects.create(
        document=Invoice.objects.get(number="A1"), named=Invoice.objects.get(number="F1"), kind="cancels"
    )
    assert "F1 · Dupont · 13/03/2025" in kept(undone(batch, keeper))
    assert sorted(Invoice.objects.values_list("number", flat=True)) == ["A1", "F1"]
    assert InvoiceLink.objects.count() == 1


def test_what_a_kept_invoice_names_stays_too(keeper):
    batch = import_text(table(("F1", "Dupont", 10), ("F2", "Dupont", 20), ("F3", "Dupont", 30), ("F4", "Dupont", 40)))
    first, second, third, _fourth = Invoice.objects.order_by("number")
    for document, named in ((second, first), (third, second)):
        InvoiceLink.objects.create(document=document, named=named, kind="deposit")
    import_text(table(("F3", "Dupont", 31)))
    undone(batch, keeper)
    assert sorted(Invoice.objects.values_list("number", flat=True)) == ["F1", "F2", "F3"]
    assert InvoiceLink.objects.count() == 2


def test_a_link_made_by_a_person_keeps_the_invoice_and_one_of_the_import_goes_with_it(keeper):
    batch = import_text(table(("F1", "Dupont", 10), ("F2", "Dupont", 20), ("F3", "Dupont", 30)))
    first, second, third = Invoice.objects.order_by("number")
    InvoiceLink.objects.create(document=second, named=first, kind="deposit")
    InvoiceLink.objects.create(document=third, named=first, kind="deposit", linked_by=keeper)
    assert set(kept(undone(batch, keeper))) == {
        "F1 · Dupont · 13/03/2025", "F3 · Dupont · 13/03/2025", "Dupont", "Conseil",
    }  # fmt: skip


def test_a_link_that_the_import_added_between_older_documents_goes(keeper):
    import_text(table(("F1", "Dupont", 100), ("A1", "Dupont", -100)))
    before = every_fact()
    batch = import_text(table(("F1", "Dupont", 100), ("A1", "Dupont", -100, {"phone": "01"})))
    link = InvoiceLink.objects.create(
        document=Invoice.objects.get(number="A1"), named=Invoice.objects.get(number="F1"), kind="cancels"
    )
    ImportChange.objects.create(batch=batch, table="clients_invoicelink", row_id=link.pk, action="created")
    undone(batch, keeper)
    assert every_fact() == before


def test_contacts_that_the_import_made_go_unless_edited_or_objecting(keeper):
    batch = import_text(table(("F1", "Dupont", 100)))
    client = Client.objects.get()
    gone, edited, objecting = (ContactFactory(client=client, name=name, created_by_import=batch) for name in "ABC")
    Contact.objects.filter(pk=edited.pk).update(phone="0102")
    with merge.unattended():
        Contact.objects.filter(pk=objecting.pk).update(objected_at=timezone.now())
    batch = undone(batch, keeper)
    assert set(client.contacts.values_list("name", flat=True)) == {"B", "C"}
    assert kept(batch)["C · Dupont"] == "Cette personne s’oppose aux messages : son refus reste"
    assert not Contact.objects.filter(pk=gone.pk).exists()


def yearly_total(client, batch=None, year=2024, amount=1000):
    return YearlyTotal.objects.create(
        source=Source.objects.first(), client=client, first_day=dt.date(year, 1, 1), last_day=dt.date(year, 12, 31),
        amount_ht=amount, created_by_import=batch,
    )  # fmt: skip


def test_yearly_totals_that_the_import_made_go_and_those_it_replaced_come_back(keeper):
    import_text(table(("F1", "Dupont", 100)))
    former = yearly_total(Client.objects.get(), year=2023)
    before = every_fact()
    batch = import_text(table(("F2", "Dupont", 100)))
    yearly_total(Client.objects.get(), batch)
    ImportChange.objects.create(
        batch=batch, table="clients_yearlytotal", row_id=former.pk, action="removed", before=as_row(former)
    )
    former.delete()
    batch = undone(batch, keeper)
    assert every_fact() == before
    assert fates(batch)["clients_yearlytotal", "Dupont · 2023"] == ("undone", "Remis, comme avant l’import")


def test_a_replaced_total_whose_period_has_another_one_since_stays_replaced(keeper):
    import_text(table(("F1", "Dupont", 100)))
    former = yearly_total(Client.objects.get())
    batch = import_text(table(("F2", "Dupont", 100)))
    ImportChange.objects.create(
        batch=batch, table="clients_yearlytotal", row_id=former.pk, action="removed", before=as_row(former)
    )
    former.delete()
    yearly_total(Client.objects.get(), amount=5)
    assert "Dupont · 2024" in kept(undone(batch, keeper))
    assert YearlyTotal.objects.get().amount_ht == 5


def as_row(total):
    row = YearlyTotal.objects.filter(pk=total.pk).values().get()
    return {name: str(value) if value is not None else None for name, value in row.items()}


def test_a_row_that_is_gone_is_in_error_and_the_rest_is_undone(keeper):
    import_text(table(("F1", "Dupont", 100), ("F2", "Dupont", 50)))
    batch = import_text(table(("F1", "Dupont", 110), ("F2", "Dupont", 55)))
    InvoiceLine.objects.filter(invoice__number="F1").delete()
    Invoice.objects.filter(number="F1").delete()
    batch = undone(batch, keeper)
    assert fates(batch)["clients_invoice", "F1"] == ("error", "N’existe plus : il n’y a rien à remettre")
    assert Invoice.objects.get().amount_ht == 50


def test_a_former_line_of_a_service_that_is_gone_is_an_error(keeper):
    import_text(table(("F1", "Dupont", 100, {"service": "Audit"})))
    batch = import_text(table(("F1", "Dupont", 110)))
    Service.objects.filter(name="Audit").delete()
    batch = undone(batch, keeper)
    assert batch.undone_rows.get(table="clients_invoice").fate == "error"
    assert Invoice.objects.get().amount_ht == 110


# --- Asking, and the job around it ----------------------------------------------------------------


def test_only_who_may_import_undoes():
    batch = import_text(table(("F1", "Dupont", 100)))
    with pytest.raises(PermissionDenied):
        undo.ask(batch, by=UserFactory(roles=[Role.MANAGER]))


def test_asking_twice_undoes_once(keeper):
    batch = import_text(table(("F1", "Dupont", 100)))
    assert [undo.ask(batch, by=keeper), undo.ask(batch, by=keeper)] == [True, False]
    pipeline.process(batch.pk)
    assert not undo.ask(batch, by=keeper)
    assert pipeline.process(batch.pk).undone_rows.filter(table="clients_invoice").count() == 1


def test_an_import_is_undone_within_thirty_days_only(keeper):
    batch = import_text(table(("F1", "Dupont", 100)))
    assert undo.until(batch) == batch.finished_at + dt.timedelta(days=30)
    batch.finished_at = timezone.now() - dt.timedelta(days=30, minutes=1)
    batch.save()
    assert undo.until(batch) is None
    assert not undo.ask(batch, by=keeper)


@pytest.mark.parametrize("status", [status for status in Import.Status if status != Import.Status.COMMITTED])
def test_only_a_committed_import_is_undone(status, keeper):
    batch = import_text(table(("F1", "Dupont", 100)))
    Import.objects.filter(pk=batch.pk).update(status=status)
    assert not undo.ask(batch, by=keeper)


def test_an_undo_that_waits_can_be_stopped_and_the_import_is_what_it_was(keeper):
    batch = import_text(table(("F1", "Dupont", 100)))
    undo.ask(batch, by=keeper)
    assert stopping.ask(batch) == Answer.STOPPED
    batch.refresh_from_db()
    assert (batch.status, batch.step, batch.undone_by) == (Import.Status.COMMITTED, Import.Step.WRITE, None)
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize("step", ["undo/touched_rows", "undo/removed_invoices", "undo/removed_services"])
def test_an_undo_that_breaks_changes_nothing_and_says_so(step, keeper, monkeypatch, caplog):
    batch = import_text(table(("F1", "Dupont", 100)))
    before = every_fact()
    run = merge.Steps.run
    monkeypatch.setattr(merge.Steps, "run", lambda self, name, **more: 1 / 0 if name == step else run(self, name))
    batch = undone(batch, keeper)
    assert (batch.status, batch.undone_rows.count()) == (Import.Status.COMMITTED, 0)
    assert every_fact() == before
    assert batch.findings.get(reason="undo-failed").severity == "warning"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_while_undoing_leaves_everything_and_the_next_one_undoes(keeper, monkeypatch):
    batch = import_text(table(("F1", "Dupont", 100)))
    run = merge.Steps.run

    def lost(self, name, **more):
        if name == "undo/removed_clients":
            raise OperationalError("the server closed the connection")
        return run(self, name, **more)

    undo.ask(batch, by=keeper)
    with monkeypatch.context() as patch:
        patch.setattr(merge.Steps, "run", lost)
        with pytest.raises(OperationalError):
            pipeline.process(batch.pk)
    assert Invoice.objects.count() == 1
    assert pipeline.process(batch.pk).status == Import.Status.UNDONE
    assert not Invoice.objects.exists()


def test_an_undo_that_killed_its_worker_three_times_is_given_up(keeper):
    batch = import_text(table(("F1", "Dupont", 100)))
    undo.ask(batch, by=keeper)
    Import.objects.filter(pk=batch.pk).update(attempts=claim.MOST_ATTEMPTS)
    assert pipeline.process(batch.pk).status == Import.Status.COMMITTED


def test_scores_follow_an_undone_import(keeper, settings, monkeypatch, django_capture_on_commit_callbacks):
    settings.AFTER_IMPORT, settings.AFTER_MERGE = ["score"], ["rescore"]
    batch = import_text(table(("F1", "Dupont", 100)))
    noted, sent = FactChange.objects.count(), []
    monkeypatch.setattr(bells.current_app, "send_task", lambda name, **options: sent.append(name), raising=False)
    with django_capture_on_commit_callbacks(execute=True):
        undone(batch, keeper)
    assert FactChange.objects.count() > noted
    assert sent == ["score", "rescore"]


def test_undoing_is_told_in_the_language_of_who_asked():
    batch = import_text(table(("F1", "Dupont", 100)))
    person = UserFactory(roles=[Role.DIRECTION], language="en")
    assert undone(batch, person).status == Import.Status.UNDONE


def test_before_images_go_once_they_have_served(keeper):
    import_text(table(("F1", "Dupont", 100)))
    batch = import_text(table(("F1", "Dupont", 120)))
    assert batch.changes.exists()
    undone(batch, keeper)
    assert not batch.changes.exists()
