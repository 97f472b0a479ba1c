"""What importing any list has in common: present columns only, nothing emptied by accident, all or nothing.

1. Only columns of the file are written. 2. An empty cell leaves what is there, unless `clears` was ticked. 3. An
objection or a consent is never emptied by an empty cell; an objection is lifted by "non" only when `lifts` was ticked.
4. A preview writes nothing at all. 5. A row in error stays out, the others come in; an unforeseen failure undoes all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import RowResult

from accounts.models import User
from clients.master_data.cells import LeftError
from clients.master_data.columns import Column
from clients.master_data.reading import LINE, Table
from clients.master_data.report import MOST_LISTED, Change, Problem, Question, Report

Row = Mapping[str, str]
LEFT_OUT = "left-out"


@dataclass(frozen=True)
class Options:
    """What the person who imports asked for. `confirmed` maps a name of the file to whom it was confirmed to be."""

    clears: bool = False
    lifts: bool = False
    knows_names: bool = False
    confirmed: Mapping[str, str] = field(default_factory=dict)


class NoDiff:
    """The library's own drawing of differences, letter by letter, costs more than the import: `Report` has ours."""

    def __init__(self, resource: Any, instance: Any, new: bool):
        pass

    def compare_with(self, resource: Any, instance: Any) -> None:
        pass


class TableResource(ModelResource):
    """One list. A subclass declares its columns, which of them are needed, and how a row finds whom it means."""

    columns: ClassVar[Sequence[Column]] = ()
    needs: ClassVar[Sequence[frozenset[str]]] = ()  # one column of each group, at least
    lifted: ClassVar[str] = ""  # the column that says that somebody objected
    dated: ClassVar[frozenset[str]] = frozenset()  # columns where "oui" keeps the date already known

    class Meta:
        use_transactions = True
        use_bulk = True
        batch_size = 500
        skip_unchanged = True
        report_skipped = False
        skip_html_diff = True
        fields = ()

    def __init__(self, *, by: User, options: Options | None = None):
        super().__init__()
        self.by, self.options, self.report = by, options or Options(), Report()
        self.present: set[str] = set()
        self.seen: dict[tuple, tuple[str, Row]] = {}
        self.changed: set[str] = set()
        self.fields = {
            column.field: Field(attribute=column.target, column_name=column.field, widget=column.cell)
            for column in self.columns
        }
        self.column_of = {column.target: column for column in self.columns if column.target}

    # --- What a subclass says ---------------------------------------------------------------------

    def prepare(self, rows: list[Row]) -> None:
        """Read what the rows are compared with, in a number of queries that does not depend on theirs."""

    def find(self, row: Row) -> Any:
        """The object that this row means, None when it is new. Raises ValidationError when it cannot be told."""
        raise NotImplementedError

    def names_of(self, row: Row) -> Iterable[tuple]:
        """What tells the new object of this row from those of the other rows."""
        raise NotImplementedError

    def derive(self, instance: Any, row: Row) -> None:
        """What follows from the values just read. Raises ValidationError."""

    def check(self, instance: Any, row: Row, *, is_new: bool) -> None:
        """Rules that a row to be written must keep. Raises ValidationError."""

    def before_writing(self, instances: list[Any]) -> None:
        """What has to move in the database before these objects are written."""

    def after_writing(self, instances: list[Any], *, are_new: bool) -> None:
        """What goes with these objects, once they are written."""

    # --- Errors of the whole file -----------------------------------------------------------------

    @classmethod
    def missing(cls, table: Table) -> str:
        """What to say when the file lacks a column that this list needs; empty when it has them all."""
        labels = {column.field: f"« {column.label} »" for column in cls.columns}
        groups = [group for group in cls.needs if not group & table.fields]
        if not groups:
            return ""
        wanted = _(" et ").join(
            _(" ou ").join(label for name, label in labels.items() if name in group) for group in groups
        )
        known = ", ".join(f"« {heading} »" for heading, _column in table.used) + (
            _(" ; non reconnus : ") + ", ".join(f"« {heading} »" for heading in table.ignored) if table.ignored else ""
        )
        return _("Il manque la colonne %(wanted)s. Les en-têtes lus sont : %(known)s. Renommez la bonne colonne.") % {
            "wanted": wanted,
            "known": known[:600],
        }

    # --- The steps of django-import-export --------------------------------------------------------

    @classmethod
    def get_diff_class(cls):
        return NoDiff

    def before_import(self, dataset, **kwargs):
        self.present = set(dataset.headers) - {LINE}
        self.prepare([dict(zip(dataset.headers, row, strict=True)) for row in dataset])

    def after_import(self, dataset, result, **kwargs):
        """Nothing: the library would set the sequence of keys back, and make imports beside this one fail."""

    def import_row(self, row, instance_loader, **kwargs):
        result = super().import_row(row, instance_loader, **kwargs)
        if result.validation_error:
            self._note_refusal(row, result.validation_error)
        elif result.import_type == RowResult.IMPORT_TYPE_SKIP:
            self.report.unchanged += 1
        return result

    def get_instance(self, instance_loader, row):
        instance = self.find(row)
        self._refuse_twice(row, [("known", instance.pk)] if instance else list(self.names_of(row)))
        return instance

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):
        column = self.column_of.get(field.attribute)
        if column is None or column.field not in row:
            return
        text = row[column.field]
        if text == "":
            self._empty(column, instance)
            return
        try:
            value = self._read(column, text, row)
        except LeftError as left:
            self.report.warn(str(left), int(row[LINE]))
        else:
            self._set(column, instance, value, int(row[LINE]))

    def import_instance(self, instance, row, **kwargs):
        super().import_instance(instance, row, **kwargs)
        self.derive(instance, row)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        errors = dict(import_validation_errors or {})
        described = instance._meta.fields  # noqa: SLF001 - the documented model API
        # Whom or what another column names was just looked up: asking again would be one query for each row.
        untouched = {one.name for one in described if one.is_relation or one.name not in self.column_of}
        try:
            instance.clean_fields(exclude=untouched | errors.keys())
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def before_save_instance(self, instance, row, **kwargs):
        self.check(instance, row, is_new=instance.pk is None)

    def after_import_row(self, row, row_result, **kwargs):
        if row_result.import_type in (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE):
            self.report.wrote(self._change(row, row_result))
            row_result.instance = row_result.original = None  # the report has what is shown: memory does not grow

    def bulk_create(self, using_transactions, dry_run, raise_errors, batch_size=None, result=None):
        """Write the new objects; in a preview, nothing. A failure is left to undo everything."""
        if self.create_instances and not dry_run:
            self.before_writing(self.create_instances)
            written = self._meta.model.objects.bulk_create(self.create_instances)
            self.after_writing(written, are_new=True)
        self.create_instances.clear()

    def bulk_update(self, using_transactions, dry_run, raise_errors, batch_size=None, result=None):
        """Write the changed objects, only in the columns of the file; in a preview, nothing."""
        if self.update_instances and not dry_run:
            self.before_writing(self.update_instances)
            self._meta.model.objects.bulk_update(self.update_instances, self.get_bulk_update_fields())
            self.after_writing(self.update_instances, are_new=False)
        self.update_instances.clear()

    def get_bulk_update_fields(self):
        """The columns in which some row changed: those of the file, and what follows from them."""
        return sorted(self.changed)

    # --- Files that are written -------------------------------------------------------------------

    def headings(self) -> list[str]:
        return [str(column.label) for column in self.columns if column.is_written]

    def cells_of(self, instance: Any) -> list[Any]:
        """The object as typed cells, in the order of `headings`, such that importing them changes nothing."""
        return [self.export_field(self.fields[column.field], instance) for column in self.columns if column.is_written]

    # --- Details ----------------------------------------------------------------------------------

    def left_out(self, reason: str) -> ValidationError:
        """To be raised for a row that stays out without being wrong."""
        return ValidationError(reason, code=LEFT_OUT)

    def ask(self, name: str, row: Row, answers: Sequence[tuple[str, str]]) -> ValidationError:
        """To be raised for a row that waits for somebody to say who is meant."""
        told = row.get("client_name") or row.get("name") or name
        question = self.report.questions.setdefault(name, Question(told, [], list(answers)))
        question.lines.append(int(row[LINE]))
        return self.left_out(_("Client à confirmer : un nom ressemblant ne suffit pas"))

    def show(self, column: Column, value: Any) -> str:
        """A value as the preview shows it."""
        shower = getattr(self, f"show_{column.field}", column.cell.show)
        return shower(value)

    def _read(self, column: Column, text: str, row: Row) -> Any:
        reader = getattr(self, f"read_{column.field}", None)
        return reader(text, row) if reader else column.cell.clean(text, row=row)

    def _empty(self, column: Column, instance: Any) -> None:
        if self.options.clears and not column.keeps and column.target:
            described = instance._meta.get_field(column.target)  # noqa: SLF001 - the documented model API
            setattr(instance, column.target, None if described.null else described.get_default())

    def _set(self, column: Column, instance: Any, value: Any, line: int) -> None:
        former = getattr(instance, column.target)
        if column.field == self.lifted and former and (value is not None or not self.options.lifts):
            if value is None:
                self.report.warn(_("Des oppositions enregistrées restent, bien que le fichier dise « non »."), line)
            return  # an objection keeps its date
        if column.field in self.dated and former and value and _same_day(former, value):
            return
        setattr(instance, column.target, value)

    def _refuse_twice(self, row: Row, keys: list[tuple]) -> None:
        content = {name: text for name, text in row.items() if name != LINE}
        for key in keys:
            if key in self.seen:
                line, former = self.seen[key]
                if former == content:
                    raise self.left_out(_("Ligne répétée dans le fichier"))
                raise ValidationError(
                    _(
                        "Cette ligne et la ligne %(line)s désignent la même fiche et disent des choses différentes. "
                        "Gardez-en une seule."
                    )
                    % {"line": line}
                )
        self.seen |= dict.fromkeys(keys, (row[LINE], content))

    def _note_refusal(self, row: Row, error: ValidationError) -> None:
        if getattr(error, "code", None) == LEFT_OUT:
            self.report.left(error.message)
            return
        found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        problems = []
        for target, messages in found.items():
            column = self.column_of.get(target) or self.column_of.get(f"{target}_id")
            problems += [
                Problem(
                    int(row[LINE]),
                    message,
                    str(column.label) if column else "",
                    row.get(column.field, "")[:80] if column else "",
                )
                for message in messages
            ]
        self.report.refuse(problems)

    def _change(self, row: Row, result: RowResult) -> Change:
        is_new, values = result.import_type == RowResult.IMPORT_TYPE_NEW, []
        for target, column in self.column_of.items():
            latter = getattr(result.instance, target)
            former = None if is_new else getattr(result.original, target)
            if latter == former or (is_new and (not latter or column.field not in self.present)):
                continue
            self.changed.add(target)
            if self.report.written < MOST_LISTED:
                before = "" if is_new else self.show(column, former)
                values.append((str(column.label), before, self.show(column, latter)))
        return Change(int(row[LINE]), is_new, result.object_repr or "", values)


def _same_day(former: Any, latter: Any) -> bool:
    return timezone.localdate(former) == timezone.localdate(latter)
