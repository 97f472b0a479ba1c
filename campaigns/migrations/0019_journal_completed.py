"""Changes that left no line in the journal: what people write by hand about clients, offers, services and invoices.

What an import, its undoing or a merge writes in bulk is told by that import or merge, not row by row.
"""

from django.db import migrations

BY_HAND = "current_setting('app.unattended', true) IS DISTINCT FROM 'on'"
JOURNALED = {  # table: (name of the trigger, when, condition, columns kept with values, columns kept by name only)
    "clients_contact": (
        "journal_consents_given",
        "INSERT",
        "NEW.consented_at IS NOT NULL OR NEW.objected_at IS NOT NULL",
        "client_id,is_main,consented_at,objected_at",
        "name,phone,email",
    ),
    "clients_service": ("journal_services", "UPDATE OR DELETE", BY_HAND, "name,family,is_recurring", ""),
    "clients_invoice": (
        "journal_invoices_by_hand",
        "UPDATE OR DELETE",
        BY_HAND,
        "client_id,kind,status,issued_on,due_on,paid_on,amount_ht",
        "",
    ),
    "clients_timeentry": (
        "journal_hours",
        "UPDATE OR DELETE",
        BY_HAND,
        "client_id,person_id,service_id,spent_on,hours",
        "label",
    ),
    "segmentation_hole": (
        "journal_holes",
        "INSERT OR UPDATE OR DELETE",
        "true",
        "client_id,service_id,family,reason,until,said_by_id,lifted_at,lifted_by_id",
        "note",
    ),
    "segmentation_offer": (
        "journal_offers",
        "INSERT OR UPDATE OR DELETE",
        "true",
        "name,price,segments,withdrawn_at",
        "",
    ),
    "campaigns_meetingdecision": (
        "journal_meeting_decisions",
        "INSERT OR UPDATE OR DELETE",
        "true",
        "monday,action_id,decided_by_id",
        "what",
    ),
    "campaigns_campaignmessage": (
        "journal_campaign_messages",
        "INSERT OR UPDATE OR DELETE",
        "true",
        "campaign_id,segment",
        "subject,body",
    ),
    "campaigns_answer": (
        "journal_attendance",
        "UPDATE OF attended",
        "true",
        "attended,attendance_noted_by_id",
        "",
    ),
}
TRIGGER = """
CREATE TRIGGER {name} AFTER {when} ON {table}
    FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION accounts_journal({columns});
"""


def arguments(kept, named):
    return f"'{kept}', '{named}'" if named else f"'{kept}'"


TRIGGERS = "".join(
    TRIGGER.format(name=name, when=when, table=table, condition=condition, columns=arguments(kept, named))
    for table, (name, when, condition, kept, named) in JOURNALED.items()
)
UNDO = "".join(f"DROP TRIGGER {name} ON {table};\n" for table, (name, *_rest) in JOURNALED.items())


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0018_fewer_indexes_of_recipients"),
        ("clients", "0024_erasure"),
        ("segmentation", "0024_opportunities"),
    ]
    operations = [migrations.RunSQL(TRIGGERS, UNDO)]
