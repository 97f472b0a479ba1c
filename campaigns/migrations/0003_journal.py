"""What people plan, record and undo is journaled; the text of their notes is not."""

from django.db import migrations

TRIGGERS = """
CREATE TRIGGER journal_actions AFTER INSERT OR UPDATE OR DELETE ON campaigns_action
    FOR EACH ROW EXECUTE FUNCTION accounts_journal(
        'client_id,assignee_id,kind,due_on,outcome,done_at,done_by_id', 'note'
    );
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit"), ("campaigns", "0002_recording")]
    operations = [migrations.RunSQL(TRIGGERS, "DROP TRIGGER journal_actions ON campaigns_action")]
