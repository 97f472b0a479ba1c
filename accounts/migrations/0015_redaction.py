"""The journal may lose the values of a column, when a person is erased: which column changed, when and by whom stay.

Nothing else of an entry changes, ever, and only `accounts_redact_journal` may ask: the trigger looks at each row.
"""

from django.db import migrations

REDACTION = """
CREATE FUNCTION accounts_only_redact_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('app.redacting', true) IS DISTINCT FROM 'on'
        OR (OLD.id, OLD."table", OLD.row_id, OLD.operation, OLD.user_id, OLD.happened_at)
            IS DISTINCT FROM (NEW.id, NEW."table", NEW.row_id, NEW.operation, NEW.user_id, NEW.happened_at)
        OR EXISTS (
            SELECT
            FROM jsonb_each(OLD.changes) AS former
            FULL JOIN jsonb_each(NEW.changes) AS latter USING (key)
            WHERE former.value IS NULL
                OR latter.value IS NULL
                OR latter.value <> former.value AND latter.value <> 'null'
        )
    THEN
        RAISE EXCEPTION 'Le journal ne se modifie pas.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION accounts_redact_journal(named text, ids bigint[], columns text[]) RETURNS bigint
LANGUAGE plpgsql AS $$  -- a SET clause would need a superuser, which the embedded server's account is not
DECLARE
    redacted bigint;
BEGIN
    PERFORM set_config('app.redacting', 'on', true);
    UPDATE accounts_auditentry AS entry
    SET changes = entry.changes || (
        SELECT jsonb_object_agg(name, NULL) FROM unnest(columns) AS name WHERE entry.changes ? name
    )
    WHERE entry."table" = named
        AND entry.row_id = ANY(ids)
        AND EXISTS (SELECT FROM unnest(columns) AS name WHERE entry.changes -> name <> 'null');
    GET DIAGNOSTICS redacted = ROW_COUNT;
    PERFORM set_config('app.redacting', '', true);
    RETURN redacted;
END $$;

DROP TRIGGER keep_journal ON accounts_auditentry;
CREATE TRIGGER keep_journal BEFORE DELETE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_journal();
CREATE TRIGGER keep_journal_entries BEFORE UPDATE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_only_redact_journal();
"""
UNDO = """
DROP TRIGGER keep_journal_entries ON accounts_auditentry;
DROP TRIGGER keep_journal ON accounts_auditentry;
CREATE TRIGGER keep_journal BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_journal();
DROP FUNCTION accounts_redact_journal(text, bigint[], text[]);
DROP FUNCTION accounts_only_redact_journal();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_part_of_allocation")]
    operations = [migrations.RunSQL(REDACTION, UNDO)]
