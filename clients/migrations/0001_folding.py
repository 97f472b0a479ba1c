"""Names without case and accents: what lists sort by and search in."""

from django.db import migrations

FOLD = r"""
CREATE FUNCTION clients_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(btrim(regexp_replace(regexp_replace(
        normalize(
            replace(replace(replace(replace(replace(replace(replace(words,
                'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss'), 'ø', 'o'), 'Ø', 'o'),
            NFKD
        ),
        '[\u0300-\u036f]', '', 'g'), '\s+', ' ', 'g')))
$$;
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL(FOLD, "DROP FUNCTION clients_fold(text)")]
