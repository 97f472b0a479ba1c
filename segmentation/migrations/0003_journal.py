"""Changes of the rules are journaled; a score once written stays as it is."""

from django.db import migrations

TRIGGERS = """
CREATE TRIGGER journal_rules AFTER INSERT OR UPDATE OR DELETE ON segmentation_rules
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('version,status,reason,author_id');
CREATE FUNCTION segmentation_keep_scores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un score ne se modifie pas : un nouveau calcul en fait un autre.'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_scores BEFORE UPDATE ON segmentation_score
    FOR EACH STATEMENT EXECUTE FUNCTION segmentation_keep_scores();
"""

UNDO = """
DROP TRIGGER keep_scores ON segmentation_score;
DROP FUNCTION segmentation_keep_scores();
DROP TRIGGER journal_rules ON segmentation_rules;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_audit"),
        ("segmentation", "0002_rules_version_1"),
    ]
    operations = [migrations.RunSQL(TRIGGERS, UNDO)]
