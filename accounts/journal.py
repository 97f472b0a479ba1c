"""The journal in words: who changed what, when, from what to what."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, User

# The tables of a journal of any size, each found by one look at the index rather than by reading all entries.
TABLES = """
    WITH RECURSIVE named AS (
        SELECT min("table") AS name FROM accounts_auditentry
        UNION ALL
        SELECT (SELECT min(entry."table") FROM accounts_auditentry AS entry WHERE entry."table" > named.name)
        FROM named
        WHERE named.name IS NOT NULL
    )
    SELECT name FROM named WHERE name IS NOT NULL
"""


@dataclass(frozen=True)
class Change:
    """One column of a changed row. `is_kept` is false for what identifies a person: its values are not written down."""

    label: str
    before: str
    after: str
    is_kept: bool


@dataclass(frozen=True)
class Line:
    """One entry of the journal, ready to read."""

    happened_at: datetime
    author: str
    operation: str
    what: str
    changes: list[Change]


class Filter:
    """What a reader asked to see, from GET parameters; anything odd is ignored.

    A model may name the right that its rows take, `journal_right`: the journal tells of them to nobody else.
    """

    def __init__(self, asked, reader: User, *, among: Collection[str] | None = None):
        self.hidden = hidden_from(reader)
        self._among = among  # the tables to choose from; all that the journal names when nobody says
        self.table = asked.get("table", "") if asked.get("table") in self.tables else ""
        person = asked.get("person", "")
        self.person = int(person) if person.isascii() and person.isdigit() and len(person) < 19 else None
        self.since, self.until = _day(asked.get("du", "")), _day(asked.get("au", ""))

    @cached_property
    def tables(self) -> dict[str, str]:
        """Every table that the journal can name, with the word for one of its rows."""
        named = _tables() if self._among is None else self._among
        shown = [(table, capfirst(noun_of(table))) for table in named if table not in self.hidden]
        return dict(sorted(shown, key=lambda pair: pair[1]))

    @property
    def days(self) -> dict[str, str]:
        """The two days as a form writes them."""
        given = {"since": self.since, "until": self.until}
        return {name: day.isoformat() if day else "" for name, day in given.items()}

    def among(self, found):
        """Those of these entries that were asked for."""
        found = found.exclude(table__in=self.hidden)
        if self.table:
            found = found.filter(table=self.table)
        if self.person is not None:
            found = found.filter(user_id=self.person)
        if self.since:
            found = found.filter(happened_at__gte=_midnight(self.since))
        if self.until:
            found = found.filter(happened_at__lt=_midnight(self.until + dt.timedelta(days=1)))
        return found

    @property
    def people(self):
        return User.objects.all()


def hidden_from(reader: User) -> list[str]:
    """The tables that this person's rights do not reach, in the journal either."""
    rights = {model._meta.db_table: getattr(model, "journal_right", None) for model in apps.get_models()}  # noqa: SLF001
    return [table for table, right in rights.items() if right is not None and not reader.may(right)]


def entries(asked, reader: User):
    """The entries that a reader asked for, newest first."""
    return Filter(asked, reader).among(AuditEntry.objects.all())


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [table for (table,) in cursor.fetchall()]


def _day(text: str) -> dt.date | None:
    """The day that a form gave; None for anything odd, or so far away that it has no next day."""
    try:
        day = dt.date.fromisoformat(text) if len(text) == len("2026-01-31") else None
    except ValueError:
        return None
    return day if day and dt.date(1970, 1, 1) < day < dt.date(9999, 1, 1) else None


def _midnight(day: dt.date) -> dt.datetime:
    """When this day begins, where the firm is."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def told(page) -> list[Line]:
    """These entries in words, with a number of queries that depends on the tables named, not on the entries."""
    page = list(page)
    names = _Names(page)
    return [
        Line(
            happened_at=entry.happened_at,
            author=names.of(User, entry.user_id) if entry.user_id else "",
            operation=entry.operation,
            what=f"{noun_of(entry.table)} {names.of(_model(entry.table), entry.row_id)}",
            changes=[
                _change(entry.table, column, values, names)
                for column, values in sorted(entry.changes.items())
                if entry.operation == AuditEntry.Operation.UPDATED or _holds_anything(values)
            ],
        )
        for entry in page
    ]


class _Names:
    """What to call the rows that some entries name, read once per table."""

    def __init__(self, page):
        wanted = defaultdict(set)
        for entry in page:
            wanted[User].add(entry.user_id)
            wanted[_model(entry.table)].add(entry.row_id)
            for column, values in entry.changes.items():
                target = _target(_field(entry.table, column))
                if target and values:
                    wanted[target].update(value for value in values if value is not None)
        self._names = {model: self._read(model, ids) for model, ids in wanted.items() if model}

    @staticmethod
    def _read(model, ids):
        if model is User:
            return {person.pk: str(person) for person in User.objects.filter(pk__in=ids - {None})}
        if any(field.name == "name" for field in model._meta.concrete_fields):  # noqa: SLF001 the documented model API
            return dict(model._base_manager.filter(pk__in=ids).values_list("pk", "name"))  # noqa: SLF001
        return {}

    def of(self, model, pk) -> str:
        return self._names.get(model, {}).get(pk) or _("n° %(number)s") % {"number": pk}


def _model(table):
    return next((model for model in apps.get_models() if model._meta.db_table == table), None)  # noqa: SLF001


def noun_of(table) -> str:
    """What a row of this table is called on screen: "action", "facture"."""
    model = _model(table)
    return str(model._meta.verbose_name) if model else table  # noqa: SLF001


def _field(table, column):
    model = _model(table)
    columns = model._meta.concrete_fields if model else []  # noqa: SLF001
    return next((field for field in columns if field.column == column), None)


def _target(field):
    return field.related_model if isinstance(field, models.ForeignKey) else None


def _holds_anything(values) -> bool:
    """Whether a row made or gone is told more about by this column: not by what is empty, nor by what is not kept."""
    return values is not None and any(value not in (None, "", [], False) for value in values)


def _change(table, column, values, names) -> Change:
    field = _field(table, column)
    label = str(field.verbose_name) if field else column
    if values is None:
        return Change(label, "", "", is_kept=False)
    before, after = (_said(field, value, names) for value in values)
    return Change(label, before, after, is_kept=True)


def _dated(text: str, *, has_time: bool) -> str:
    """A day, or the minute of an instant where the firm is, as people write them; the text when it is neither."""
    if has_time:
        moment = parse_datetime(text)
        return formats.date_format(timezone.localtime(moment), "j F Y, H:i") if moment and moment.tzinfo else text
    day = parse_date(text)
    return formats.date_format(day, "j F Y") if day else text


def _said(field, value, names) -> str:
    if value is None or value == [] or value == "":
        return _("rien")
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if _target(field):
        return names.of(_target(field), value)
    if isinstance(field, models.DateField) and isinstance(value, str):
        return _dated(value, has_time=isinstance(field, models.DateTimeField))
    if isinstance(value, list):
        words = dict(field.base_field.flatchoices) if isinstance(field, ArrayField) else {}
        return ", ".join(str(words.get(item, item)) for item in value)
    return str(dict(field.flatchoices).get(value, value)) if field else str(value)
