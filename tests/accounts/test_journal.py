"""Every state change leaves a line, whatever wrote it, and nobody alters what was written."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.audit import acting_as
from accounts.models import AuditEntry, Firm
from accounts.redaction import redact
from accounts.roles import Role
from campaigns import objections
from campaigns.models import CampaignMessage, MeetingDecision
from clients.imports.merge import unattended
from segmentation.models import Offer
from tests.factories import (
    ActionFactory,
    CampaignFactory,
    ClientFactory,
    ContactFactory,
    HoleFactory,
    InvoiceFactory,
    ServiceFactory,
    TimeEntryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
OURS = {"accounts", "clients", "segmentation", "campaigns", "config"}
# Tables of which no change is journaled row by row, and why.
TOLD_ELSEWHERE = {
    "accounts_auditentry": "the journal itself",
    "accounts_listsettings": "which columns somebody likes to see",
    "clients_nafcode": "the public nomenclature, loaded by a command",
    "clients_source": "made by an import, which is journaled",
    "clients_clientkey": "made by an import or a merge, which are journaled",
    "clients_mapping": "how somebody reads the columns of a file",
    "clients_importfile": "part of an import, which is journaled",
    "clients_importchunk": "part of an import, which is journaled",
    "clients_importfinding": "part of an import, which is journaled",
    "clients_importchange": "part of an import, which is journaled",
    "clients_rejectedrow": "part of an import, which is journaled",
    "clients_undonerow": "part of the undoing of an import, which is journaled",
    "clients_invoiceline": "part of an invoice",
    "clients_invoicelink": "said by whoever linked, on the row",
    "clients_nameddocument": "part of an import, which is journaled",
    "clients_yearlytotal": "made by an import, which is journaled",
    "clients_factchange": "a bell",
    "clients_changedclient": "a bell",
    "clients_changedlines": "a bell",
    "clients_mergedrow": "part of a merge, which is journaled",
    "segmentation_segment": "eleven constants",
    "segmentation_gridcell": "part of the rules, journaled by their revision",
    "campaigns_callround": "the order of one person's calls of a day: each call is an action",
    "campaigns_mondayletter": "that a letter left, once",
    "campaigns_monthletter": "that a letter left, once",
    "campaigns_link": "part of a message, which is journaled",
    "campaigns_click": "written by whoever clicks, never changed",
    "campaigns_triggerfiring": "written once beside the action that it made, which is journaled",
    "campaigns_plannedcontact": "made by adopting a plan, which is journaled",
    "config_heartbeat": "the last time a job was done",
}
# What the product works out by itself from facts and rules: a run says when, of what, under which rules.
WORKED_OUT = {
    "segmentation_backtest", "segmentation_scoringrun", "segmentation_score", "segmentation_clienttime",
    "segmentation_persontime", "segmentation_keptrun", "segmentation_keptfacts", "segmentation_kepthabit",
    "segmentation_lifetimevalue", "segmentation_movement", "segmentation_ledgerentry",
    "segmentation_clientobjective", "segmentation_peergroup", "segmentation_peer", "segmentation_offering",
    "segmentation_holding", "segmentation_offerodds", "segmentation_bundle", "segmentation_preview",
    "segmentation_relationfacts", "segmentation_formergrade", "segmentation_drop", "segmentation_risk",
    "segmentation_stoppedservice", "segmentation_unscored", "segmentation_portrait", "segmentation_portraitline",
}  # fmt: skip
JOURNALED = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
    JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE proname = 'accounts_journal'
"""


def test_every_table_is_journaled_or_left_out_for_a_reason():
    with connection.cursor() as cursor:
        cursor.execute(JOURNALED)
        journaled = {table for (table,) in cursor.fetchall()}
    tables = {model._meta.db_table for model in apps.get_models() if model._meta.app_label in OURS}
    staged = {table for table in tables if table.startswith("clients_staged")}
    assert tables - journaled - staged - set(TOLD_ELSEWHERE) - WORKED_OUT == set()


def changed(row, **values):
    """The row, changed in bulk: the way that no model sees."""
    type(row)._default_manager.filter(pk=row.pk).update(**values)


CHANGES = {
    "clients_client": lambda by: changed(ClientFactory(), owner=by),
    "clients_contact": lambda by: changed(ContactFactory(), objected_at=timezone.now()),
    "clients_service": lambda by: changed(ServiceFactory(), is_recurring=True),
    "clients_invoice": lambda by: changed(InvoiceFactory(), status="cancelled"),
    "clients_timeentry": lambda by: changed(TimeEntryFactory(), hours=9),
    "segmentation_hole": lambda by: changed(HoleFactory(), lifted_by=by, lifted_at=timezone.now()),
    "segmentation_offer": lambda by: Offer.objects.create(name="Duo", price=9, segments=["loyal"], created_by=by),
    "campaigns_action": lambda by: changed(ActionFactory(), outcome="done", done_at=timezone.now(), done_by=by),
    "campaigns_meetingdecision": lambda by: MeetingDecision.objects.create(
        action=ActionFactory(), monday="2026-11-23", what="L’appeler.", decided_by=by
    ),
    "campaigns_campaignmessage": lambda by: CampaignMessage.objects.create(campaign=CampaignFactory(), subject="Oui"),
    "campaigns_suppression": lambda by: objections.note(address="a@b.example", by=by),
    "accounts_user": lambda by: changed(UserFactory(), roles=["marketing"]),
    "accounts_firm": lambda by: changed(Firm.objects.create(pk=Firm.ONLY), forgets_after_years=3),
}


@pytest.mark.parametrize("table", CHANGES)
def test_a_change_leaves_a_line_under_the_name_of_who_made_it(table):
    person = UserFactory(roles=[Role.DIRECTION])
    with acting_as(person):
        CHANGES[table](person)
    assert AuditEntry.objects.filter(table=table).first().user_id == person.pk


def test_a_consent_given_with_a_new_contact_leaves_a_line():
    ContactFactory()
    assert not AuditEntry.objects.filter(table="clients_contact").exists()
    contact = ContactFactory(consented_at=timezone.now())
    assert AuditEntry.objects.get(table="clients_contact").row_id == contact.pk


def test_what_an_import_writes_is_told_by_the_import():
    invoice = InvoiceFactory()
    with transaction.atomic(), unattended():
        changed(invoice, status="cancelled")
    assert not AuditEntry.objects.filter(table="clients_invoice").exists()


def test_what_is_written_is_neither_changed_nor_deleted_nor_emptied():
    ContactFactory(consented_at=timezone.now())
    for statement in (
        "UPDATE accounts_auditentry SET user_id = 1",
        "UPDATE accounts_auditentry SET changes = '{}'",
        "DELETE FROM accounts_auditentry",
        "SET LOCAL app.redacting = 'on'; UPDATE accounts_auditentry SET user_id = 1, changes = changes",
        "SET LOCAL app.redacting = 'on'; UPDATE accounts_auditentry SET changes = '{}'",
        "SET LOCAL app.redacting = 'on'; UPDATE accounts_auditentry SET changes = changes || '{\"is_main\": [1, 2]}'",
    ):
        with (
            pytest.raises(DatabaseError, match="ne se modifie pas"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_value_may_go_and_the_line_stays():
    contact = ContactFactory(consented_at=timezone.now())
    before = AuditEntry.objects.get(table="clients_contact")
    assert before.changes["consented_at"]
    assert redact("clients_contact", [contact.pk], ["consented_at", "email"]) == 1
    after = AuditEntry.objects.get(table="clients_contact")
    assert after.changes == before.changes | {"consented_at": None}
    assert redact("clients_contact", [contact.pk], ["consented_at"]) == 0
