"""The journal: one function that any table's trigger may call, and a guard that keeps what is written."""

from django.db import migrations

JOURNAL = """
-- Trigger arguments: the columns kept with their values, then those kept by name only, each a comma-separated list.
CREATE FUNCTION accounts_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    former jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    latter jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    noted jsonb := '{}';
    name text;
BEGIN
    FOREACH name IN ARRAY string_to_array(TG_ARGV[0], ',') LOOP
        IF former -> name IS DISTINCT FROM latter -> name THEN
            noted := noted || jsonb_build_object(name, jsonb_build_array(former -> name, latter -> name));
        END IF;
    END LOOP;
    IF TG_NARGS > 1 THEN
        FOREACH name IN ARRAY string_to_array(TG_ARGV[1], ',') LOOP
            IF former -> name IS DISTINCT FROM latter -> name THEN
                noted := noted || jsonb_build_object(name, NULL);
            END IF;
        END LOOP;
    END IF;
    IF noted <> '{}' THEN
        INSERT INTO accounts_auditentry ("table", row_id, operation, changes, user_id, happened_at)
        VALUES (
            TG_TABLE_NAME, coalesce(latter ->> 'id', former ->> 'id')::bigint, TG_OP, noted,
            nullif(current_setting('app.user_id', true), '')::bigint, clock_timestamp()
        );
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION accounts_keep_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Le journal ne se modifie pas.' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER keep_journal BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_journal();
CREATE TRIGGER keep_whole_journal BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_journal();

CREATE TRIGGER journal_users AFTER INSERT OR UPDATE OR DELETE ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('roles,manager_id,is_active', 'email,first_name,last_name,phone,password');
CREATE TRIGGER journal_invitations AFTER INSERT OR UPDATE OR DELETE ON accounts_invitation
    FOR EACH ROW EXECUTE FUNCTION accounts_journal('roles,manager_id,accepted_by_id,revoked_at', 'email');
"""

UNDO = """
DROP TRIGGER journal_invitations ON accounts_invitation;
DROP TRIGGER journal_users ON accounts_user;
DROP TRIGGER keep_whole_journal ON accounts_auditentry;
DROP TRIGGER keep_journal ON accounts_auditentry;
DROP FUNCTION accounts_keep_journal();
DROP FUNCTION accounts_journal();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(JOURNAL, UNDO)]
