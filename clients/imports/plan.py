"""What somebody decided about one import, beside what the files say: columns, formats, who is whom.

Kept as JSON on the import; everything here reads it. Nothing of it becomes a fact before the import is written.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from clients.imports.shapes import named_headings

DAY_FIRST, MONTH_FIRST = "day", "month"


@dataclass
class TablePlan:
    """How the tables of one shape are read. Empty options are left to the file itself.

    `columns` maps a field to the name of a heading (`shapes.named_headings`); None leaves the columns to be recognised.
    `header` is the number of the row of headings, from 1, or 0 for none. `vat_rate` is a percentage as text, for what
    is with VAT without saying how much. `statuses` maps a word, folded, to a status.
    """

    columns: dict[str, str] | None = None
    date_order: str = ""
    decimal: str = ""
    vat_rate: str = ""
    with_vat: bool = False
    header: int | None = None
    statuses: dict[str, str] = field(default_factory=dict)

    def places(self, headings: list[str]) -> dict[str, int] | None:
        """The place of each planned field among these headings; None when nothing is planned or one is missing."""
        if self.columns is None:
            return None
        names = {name: place for place, name in enumerate(named_headings(headings))}
        if not set(self.columns.values()) <= set(names):
            return None
        return {name: names[heading] for name, heading in self.columns.items()}

    @property
    def options(self) -> dict[str, Any]:
        """Everything but the columns, as it is remembered."""
        return {
            name: value
            for name, value in asdict(self).items()
            if name != "columns" and (value or (name == "header" and value is not None))
        }


@dataclass
class Plan:
    """The decisions of one import.

    `same` maps the key of a client of the files, as "kind:key", to whom it is: "client:<id>" or another such key.
    `different` are pairs of folded names; `nobodies` and `somebodies` folded names; `services` maps a folded name to
    the id of a service; `owners` a folded name to the id of a person; `kept` are the identities of documents that look
    like doubles and are not.
    """

    tables: dict[str, TablePlan] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    different: list[list[str]] = field(default_factory=list)
    nobodies: list[str] = field(default_factory=list)
    somebodies: list[str] = field(default_factory=list)
    services: dict[str, int] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "Plan":
        """The plan as an import keeps it."""
        tables = {shape: TablePlan(**table) for shape, table in stored.get("tables", {}).items()}
        return cls(**{**stored, "tables": tables})

    def stored(self) -> dict[str, Any]:
        """The plan as JSON, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}
