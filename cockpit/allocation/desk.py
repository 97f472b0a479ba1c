"""The form of a plan: what was typed stays, what is locked stays, the rest makes room. Nothing is saved here.

`typed` follows what a person changed since the form was opened: without it, a number typed a moment ago would move
again when the next one is.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from campaigns.allocation.planning import BUDGETS, MOST_INTERVAL_DAYS, MOST_MINUTES, LineValues, balanced
from campaigns.allocation.presets import EXPECTED
from campaigns.models import AllocationLine, AllocationPlan, Purpose, Target

MOST_BUDGET = Decimal(10) ** 9
STEPS = {"+": 1, "-": -1}


@dataclass
class Cell:
    """One share of the form: 0 to 100."""

    name: str
    value: int
    is_locked: bool
    is_typed: bool

    @property
    def lock(self) -> str:
        return f"lock-{self.name}"

    @property
    def less(self) -> str:
        return f"{self.name}:-"

    @property
    def more(self) -> str:
        return f"{self.name}:+"


@dataclass
class Row:
    """One line of the form."""

    line: AllocationLine
    keeping: Cell
    winning: Cell

    @property
    def expected(self) -> str:
        return str(EXPECTED[Target(self.line.target)].label)

    @property
    def values(self) -> LineValues:
        return LineValues(
            self.keeping.value,
            self.winning.value,
            self.keeping.is_locked,
            self.winning.is_locked,
            self.line.interval_days,
            self.line.minutes,
        )


@dataclass
class Desk:
    """A plan as a form: its values, whether they may be saved, and why not."""

    plan: AllocationPlan
    rows: list[Row]
    errors: list[str] = field(default_factory=list)

    @property
    def typed(self) -> str:
        return " ".join(cell.name for row in self.rows for cell in (row.keeping, row.winning) if cell.is_typed)

    @property
    def lines(self) -> list[AllocationLine]:
        return [row.line for row in self.rows]

    @property
    def values(self) -> dict[str, LineValues]:
        return {row.line.target: row.values for row in self.rows}

    def total(self, purpose: Purpose) -> int:
        return sum(getattr(row, BUDGETS[purpose]).value for row in self.rows)

    @property
    def keeping_total(self) -> int:
        return self.total(Purpose.KEEPING)

    @property
    def winning_total(self) -> int:
        return self.total(Purpose.WINNING)

    @property
    def winning_percent(self) -> int:
        return 100 - self.plan.keeping_percent


def opened(plan: AllocationPlan) -> Desk:
    """The form of a plan as it is saved."""
    return Desk(plan, [_row(line) for line in plan.lines.all()])


def asked(plan: AllocationPlan, data: QueryDict) -> Desk:
    """The form as somebody sent it, balanced where that is possible; `errors` say where it is not."""
    errors: list[str] = []
    freed = data.get("do") == "free"
    typed = set() if freed else set(data.get("typed", "").split())
    desk = Desk(plan, [_row(line, typed) for line in plan.lines.all()], errors)
    for row in desk.rows:
        for cell in (row.keeping, row.winning):
            _read(cell, data, desk, freed=freed)
        row.line.interval_days = _number(data, f"interval-{row.line.target}", row.line.interval_days, 1,
                                         MOST_INTERVAL_DAYS, _("Un contact tous les"), errors)  # fmt: skip
        row.line.minutes = _number(data, f"minutes-{row.line.target}", row.line.minutes, 1,
                                   MOST_MINUTES, _("Minutes par contact"), errors)  # fmt: skip
    plan.keeping_percent = _number(
        data, "keeping_percent", plan.keeping_percent, 0, 100, _("Part pour fidéliser"), errors
    )
    plan.budget = _budget(data, plan.budget, errors)
    _step(desk, data.get("do", ""))
    _balance(desk)
    return desk


def _row(line: AllocationLine, typed: Collection[str] = ()) -> Row:
    keeping, winning = (
        Cell(key, getattr(line, name), getattr(line, f"{name}_locked"), key in typed)
        for name in BUDGETS.values()
        for key in [f"{name}-{line.target}"]
    )
    return Row(line, keeping, winning)


def _read(cell: Cell, data: QueryDict, desk: Desk, *, freed: bool) -> None:
    """What was sent for one share: typed when it is not what the form showed."""
    cell.is_locked = cell.lock in data
    shown = _whole(data.get(f"was-{cell.name}", ""))
    sent = _whole(data.get(cell.name, ""))
    if sent is None or not 0 <= sent <= 100:
        desk.errors.append(_("Écrivez un nombre entier de 0 à 100 pour chaque part."))
        cell.value = cell.value if shown is None else shown
        return
    cell.value = sent
    cell.is_typed = not freed and (cell.is_typed or (shown is not None and sent != shown))


def _step(desk: Desk, do: str) -> None:
    """One more or one less, for a button − or +."""
    name, _colon, way = do.partition(":")
    for row in desk.rows:
        for cell in (row.keeping, row.winning):
            if cell.name == name and way in STEPS and not cell.is_locked:
                cell.value = min(100, max(0, cell.value + STEPS[way]))
                cell.is_typed = True


def _balance(desk: Desk) -> None:
    for purpose, name in BUDGETS.items():
        cells: dict[str, Cell] = {row.line.target: getattr(row, name) for row in desk.rows}
        kept = [target for target, cell in cells.items() if cell.is_typed or cell.is_locked]
        try:
            shares = balanced({target: cell.value for target, cell in cells.items()}, kept=kept, purpose=purpose)
        except ValidationError as error:
            desk.errors += error.messages
            continue
        for target, share in shares.items():
            cells[target].value = share


def _whole(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _number(data: QueryDict, name: str, known: int, least: int, most: int, label: str, errors: list[str]) -> int:
    sent = _whole(data.get(name, ""))
    if sent is None or not least <= sent <= most:
        told = {"label": label, "least": least, "most": most}
        errors.append(_("%(label)s : écrivez un nombre entier de %(least)s à %(most)s.") % told)
        return known
    return sent


def _budget(data: QueryDict, known: Decimal, errors: list[str]) -> Decimal:
    text = "".join(data.get("budget", "").split()).replace(",", ".").removesuffix("€")
    try:
        budget = Decimal(text)
        if not 0 <= budget <= MOST_BUDGET:
            raise InvalidOperation
    except InvalidOperation:
        errors.append(_("Budget total : écrivez un montant en euros, de 0 à un milliard."))
        return known
    return budget.quantize(Decimal("0.01"))
