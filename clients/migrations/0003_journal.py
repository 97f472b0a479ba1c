"""Which changes of facts are journaled, and a note that facts changed at all."""

from django.db import migrations

TRIGGERS = """
CREATE TRIGGER journal_clients AFTER UPDATE OR DELETE ON clients_client
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'owner_id,head_id,client_since,naf_code', 'name,siren,siret,vat_number,address,email,phone'
    );
CREATE TRIGGER journal_contacts AFTER UPDATE OR DELETE ON clients_contact
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'client_id,is_main,consented_at,objected_at', 'name,phone,email'
    );
CREATE TRIGGER journal_imports AFTER INSERT OR UPDATE OF status ON clients_import
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('status,format,source_id');
CREATE TRIGGER journal_merges AFTER INSERT OR UPDATE ON clients_clientmerge
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('kept_id,merged_id,undone_at');

CREATE FUNCTION clients_note_fact_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO clients_factchange ("table", noted_at) VALUES (TG_TABLE_NAME, clock_timestamp());
    RETURN NULL;
END $$;

CREATE TRIGGER note_invoices AFTER INSERT OR UPDATE OR DELETE ON clients_invoice
    FOR EACH STATEMENT EXECUTE FUNCTION clients_note_fact_change();
CREATE TRIGGER note_lines AFTER INSERT OR UPDATE OR DELETE ON clients_invoiceline
    FOR EACH STATEMENT EXECUTE FUNCTION clients_note_fact_change();
CREATE TRIGGER note_links AFTER INSERT OR UPDATE OR DELETE ON clients_invoicelink
    FOR EACH STATEMENT EXECUTE FUNCTION clients_note_fact_change();
CREATE TRIGGER note_services AFTER UPDATE OF is_recurring ON clients_service
    FOR EACH STATEMENT EXECUTE FUNCTION clients_note_fact_change();
CREATE TRIGGER note_clients AFTER UPDATE OF client_since, head_id ON clients_client
    FOR EACH STATEMENT EXECUTE FUNCTION clients_note_fact_change();
"""

UNDO = """
DROP TRIGGER note_clients ON clients_client;
DROP TRIGGER note_services ON clients_service;
DROP TRIGGER note_links ON clients_invoicelink;
DROP TRIGGER note_lines ON clients_invoiceline;
DROP TRIGGER note_invoices ON clients_invoice;
DROP FUNCTION clients_note_fact_change();
DROP TRIGGER journal_merges ON clients_clientmerge;
DROP TRIGGER journal_imports ON clients_import;
DROP TRIGGER journal_contacts ON clients_contact;
DROP TRIGGER journal_clients ON clients_client;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit"), ("clients", "0002_facts")]
    operations = [migrations.RunSQL(TRIGGERS, UNDO)]
