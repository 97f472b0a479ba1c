"""What imports keep of the people in their files, beside the facts: taken away when somebody is erased."""

from collections.abc import Collection, Iterable

from django.db import connection
from psycopg import sql

from clients.folding import fold
from clients.models import Import, ImportChunk

SHORTEST = 4  # characters: a shorter word would be found everywhere, and is looked for as a whole cell
HOLDS = """
    EXISTS (
        SELECT
        FROM (SELECT clients_fold({column}::text) AS text OFFSET 0) AS folded  -- once a row, not once a word
        CROSS JOIN unnest(%(words)s::text[]) AS word
        WHERE position(word IN folded.text) > 0
    )
"""
STATEMENTS = (
    "DELETE FROM clients_rejectedrow WHERE ({batch}) AND ({in_cells} OR {in_reason})",
    "UPDATE clients_importfinding SET value = '', repair = '' WHERE ({batch}) AND ({in_value} OR {in_repair})",
    "UPDATE clients_importfinding SET label = '' WHERE ({batch}) AND {in_label}",
    "UPDATE clients_importfinding SET file = '' WHERE ({batch}) AND {in_file}",
    "UPDATE clients_importfile SET name = 'fichier-' || id WHERE ({batch}) AND {in_name}",
    "UPDATE clients_undonerow SET label = '' WHERE ({batch}) AND {in_label}",
    "UPDATE clients_import SET plan = '{{}}' WHERE ({own}) AND {in_plan}",
)


def forget_files(*batches: Import) -> None:
    """The files of these imports go, with what was guessed of their columns from samples."""
    ids = [batch.pk for batch in batches]
    ImportChunk.objects.filter(file__batch__in=ids).delete()
    Import.objects.filter(pk__in=ids).update(learned={})


def forget_words(texts: Iterable[str], *, batch: Import | None = None) -> None:
    """Rejected rows, findings and file names of this import, or of all, that hold one of these texts lose it."""
    words = _sought(texts)
    if not words:
        return
    mine = sql.SQL("batch_id = %(batch)s") if batch else sql.SQL("true")
    own = sql.SQL("id = %(batch)s") if batch else sql.SQL("true")
    names = ("cells", "reason", "value", "repair", "label", "file", "name", "plan")
    parts = {f"in_{name}": sql.SQL(HOLDS).format(column=sql.Identifier(name)) for name in names}
    bracketed = {name: sql.SQL("({})").format(part) for name, part in parts.items()}
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(
                sql.SQL(statement).format(batch=mine, own=own, **bracketed),
                {"words": words, "batch": batch.pk if batch else None},
            )


def _sought(texts: Iterable[str]) -> list[str]:
    """What is looked for: long words anywhere, the others as the JSON of a row quotes them."""
    folded: Collection[str] = {fold(text) for text in texts} - {""}
    return sorted(word if len(word) >= SHORTEST else f'"{word}"' for word in folded)
