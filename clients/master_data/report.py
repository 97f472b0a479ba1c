"""What an import of a list did, or would do: counts, what to repair, what to know, what to confirm."""

from dataclasses import dataclass, field

from clients.imports.pipeline import MOST_ERRORS

MOST_LISTED = 50  # rows shown, and problems told one by one: the rest is counted


@dataclass(frozen=True)
class Problem:
    """Why one row stays out. `column` and `value` are empty when it is the row as a whole."""

    line: int
    message: str
    column: str = ""
    value: str = ""


@dataclass(frozen=True)
class Change:
    """One row that is written: who or what, and each value that changes, before and after."""

    line: int
    is_new: bool
    label: str
    values: list[tuple[str, str, str]]


@dataclass
class Question:
    """A name of the file that may be somebody known: the person who imports says so, or not."""

    name: str
    lines: list[int]
    answers: list[tuple[str, str]] = field(default_factory=list)  # (what the form sends, what it reads)


@dataclass
class Report:
    """Rows are counted once each: created, updated, unchanged, left out for a reason, or in error."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: int = 0
    errors: int = 0
    problems: list[Problem] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)
    warnings: dict[str, list[int]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + self.left_out + self.errors

    @property
    def written(self) -> int:
        return self.created + self.updated

    @property
    def is_refused(self) -> bool:
        """More than a row in five is wrong: the file, or its columns, are not what was meant."""
        return self.errors > self.rows * MOST_ERRORS

    @property
    def problems_not_listed(self) -> int:
        return self.errors - len({problem.line for problem in self.problems})

    @property
    def changes_not_listed(self) -> int:
        return self.written - len(self.changes)

    def warn(self, message: str, line: int) -> None:
        """Something to know, said once however many rows it is true of."""
        self.warnings.setdefault(message, []).append(line)

    def left(self, reason: str, count: int = 1) -> None:
        """A row, or so many, that stay out without being wrong."""
        self.left_out += count
        self.reasons[reason] = self.reasons.get(reason, 0) + count

    def refuse(self, problems: list[Problem]) -> None:
        """A row in error."""
        self.errors += 1
        if len(self.problems) < MOST_LISTED:
            self.problems += problems

    def wrote(self, change: Change) -> None:
        if change.is_new:
            self.created += 1
        else:
            self.updated += 1
        if len(self.changes) < MOST_LISTED:
            self.changes.append(change)
