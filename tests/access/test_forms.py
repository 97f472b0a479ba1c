"""Goal S3, in small: every form is sent every field of every model, and writes what the table says and nothing else."""

import json

import pytest
from django.apps import apps
from django.db import connection, models

from tests.access.table import ABOUT_CLIENTS, PAGES, address_of
from tests.access.world import Who, undone

pytestmark = pytest.mark.django_db
POSTED = [page for page in PAGES if page.post and Who.DIRECTION in page.post and not page.name.startswith("admin")]
BESIDE = {"django_session", "cache", "accounts_auditentry"}  # the journal follows what is written
NOTED = {"edited_at"}  # so does this column: a trigger notes that a person wrote


def every_field(world):
    """A likely value for every field of every model of ours, under the field's name and its column's."""
    direction = world.people[Who.DIRECTION]
    sent = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            value = "1"
            if field.related_model is type(direction):
                value = str(direction.pk)
            elif isinstance(field, models.BooleanField):
                value = "on"
            elif isinstance(field, models.DateField):
                value = "2026-01-01"
            elif isinstance(field, models.EmailField):
                value = "pirate@ailleurs.example"
            sent[field.name] = sent[field.column] = value
    return sent | {"roles": "direction", "parts": "rfm"}


def rows():
    """Every row of every table, as {table: {key: {column: value}}}."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names()) - BESIDE):
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" AS t')
            parsed = [json.loads(row) for (row,) in cursor.fetchall()]
            found[table] = {row.get("id", str(row)): row for row in parsed}
    return found


def written(before, after):
    """What differs: "table +" for a new row, "table -" for one gone, "table.column" for a changed one."""
    names = set()
    for table in before:
        old, new = before[table], after[table]
        names |= {f"{table} +"} if new.keys() - old.keys() else set()
        names |= {f"{table} -"} if old.keys() - new.keys() else set()
        for key in old.keys() & new.keys():
            names |= {f"{table}.{column}" for column in old[key].keys() - NOTED if old[key][column] != new[key][column]}
    return names


@pytest.mark.parametrize("page", POSTED, ids=lambda page: page.name)
def test_a_form_writes_what_it_asks_for_and_nothing_else(page, world, browsers):
    side = world.sides["own"]
    before = rows()
    with undone():
        browsers[Who.DIRECTION].post(address_of(page, side), every_field(world) | page.data(side))
        assert written(before, rows()) == page.writes


@pytest.mark.parametrize("page", [page for page in ABOUT_CLIENTS if page.post], ids=lambda page: page.name)
@pytest.mark.parametrize("who", [Who.COLLEAGUE, Who.OTHER_MANAGER])
def test_naming_somebody_else_s_client_in_a_form_touches_nothing_of_theirs(page, who, world, browsers):
    own = world.sides["own"]
    theirs = [own.client, own.action, own.contact, own.owner, own.score, own.invoice]
    before = [type(thing).objects.filter(pk=thing.pk).values().get() for thing in theirs]
    actions = own.client.actions.count()
    with undone():
        browsers[who].post(address_of(page, own), page.data(own))
        assert [type(thing).objects.filter(pk=thing.pk).values().get() for thing in theirs] == before
        assert own.client.actions.count() == actions
