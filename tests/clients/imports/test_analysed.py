"""What the planner knows of rows that an import, or its undoing, wrote a moment ago in its own transaction."""

import json
from contextlib import contextmanager

import pytest
from django.db import connection

from accounts.roles import Role
from clients.imports import merge, pipeline, undo
from clients.models import Import, ImportChange
from tests.clients.imports.books import import_text
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ROWS = 300
HEAD = "N° facture;Client;Date;Montant HT;Article\n"
OF_AN_IMPORT = {
    "clients_client": "created_by_import_id = %(batch)s",
    "clients_clientkey": "created_by_import_id = %(batch)s",
    "clients_invoice": "created_by_import_id = %(batch)s",
}
FORMER_STATES = {"clients_importchange": "batch_id = %(batch)s AND \"table\" = 'clients_invoice'"}
UNDONE = {"clients_undonerow": "batch_id = %(batch)s AND \"table\" = 'clients_invoice' AND fate = 'undone'"}


def table(first, rows=ROWS, mark=""):
    """Invoices numbered from `first`, one for each of as many clients; a mark changes their articles."""
    numbers = range(first, first + rows)
    return HEAD + "".join(f"F{n};Société {n};{1 + n % 28:02}/03/2025;{n + 1};Conseil{mark} {n % 5}\n" for n in numbers)


def expected_rows(name, condition, batch):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT FROM {name} WHERE {condition}", {"batch": batch})
        told = cursor.fetchone()[0]
    return (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]["Plan Rows"]


def counted_rows(name, condition, batch):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name} WHERE {condition}", {"batch": batch})
        return cursor.fetchone()[0]


@contextmanager
def seen_before(step, conditions):
    """{table: (rows that the planner expects, rows there are)} when a step of the import that runs begins."""
    seen = {}
    statement = (merge.SQL / f"{step}.sql").read_text(encoding="utf-8")

    def look(execute, query, params, many, context):
        if query == statement:
            for name, condition in conditions.items():
                seen[name] = tuple(ask(name, condition, params["batch"]) for ask in (expected_rows, counted_rows))
        return execute(query, params, many, context)

    with connection.execute_wrapper(look):
        yield seen


@contextmanager
def analysed():
    """The statements that have tables analysed."""
    found = []

    def note(execute, query, params, many, context):
        text = query if isinstance(query, str) else query.as_string(None)
        if text.startswith("ANALYZE"):
            found.append(text)
        return execute(query, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def settle():
    """Have the server count what was committed until now apart from what comes: it puts that off for a second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")


def assert_known(seen, names):
    assert set(seen) == set(names)
    for name, (expected, counted) in seen.items():
        assert counted >= ROWS, name
        assert counted / 2 <= expected <= counted * 2, name


def test_the_planner_knows_what_an_import_brought_when_it_is_asked_about_a_year_of_it():
    for first in (1, ROWS + 1):
        with seen_before("monthly_fees", OF_AN_IMPORT) as seen:
            assert import_text(table(first)).created == ROWS
        assert_known(seen, OF_AN_IMPORT)


def test_the_planner_knows_the_former_states_that_an_import_kept():
    import_text(table(1))
    with seen_before("monthly_fees", FORMER_STATES) as seen:
        assert import_text(table(1, mark=" révisé")).updated == ROWS
    assert_known(seen, FORMER_STATES)


@pytest.mark.django_db(transaction=True)  # what an import wrote is counted by transaction
def test_few_rows_more_have_no_table_of_facts_analysed():
    import_text(table(1))
    settle()
    with analysed() as statements:
        assert import_text(table(ROWS + 1, rows=20)).created == 20
    assert not any('"clients_' in statement for statement in statements)
    assert statements, "what is staged is"


def test_the_planner_knows_the_rows_to_take_back_whatever_was_undone_before():
    keeper = UserFactory(roles=[Role.DIRECTION])
    for first in (1, ROWS + 1):
        batch = import_text(table(first))
        assert undo.ask(batch, by=keeper)
        with seen_before("undo/kept_changed", UNDONE) as seen:
            assert pipeline.process(batch.pk).status == Import.Status.UNDONE
        assert_known(seen, UNDONE)


@pytest.mark.django_db(transaction=True)  # what an import wrote is counted by transaction
def test_the_planner_knows_the_former_states_to_give_back_among_many_others():
    keeper, other = UserFactory(roles=[Role.DIRECTION]), Import.objects.create()
    import_text(table(1))
    ImportChange.objects.bulk_create(
        ImportChange(batch=other, table="clients_invoice", row_id=n, action="updated") for n in range(12 * ROWS)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE clients_importchange")
    settle()
    with analysed() as statements:
        batch = import_text(table(1, mark=" révisé"))
    assert 'ANALYZE "clients_importchange"' not in statements, "too few to be analysed by the import"
    assert undo.ask(batch, by=keeper)
    with seen_before("undo/kept_changed", FORMER_STATES) as seen:
        assert pipeline.process(batch.pk).status == Import.Status.UNDONE
    assert_known(seen, FORMER_STATES)
