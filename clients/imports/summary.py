"""What the report page shows of an import: its findings sorted into what they are about."""

from functools import cached_property

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.imports import rejects, report
from clients.imports.taken_back import TakenBack
from clients.models import Client, Import, ImportFinding

Severity = ImportFinding.Severity
LISTED_APART = ("cancelled", "monthly-fee", "probable-duplicate")
MOST_SHOWN, EXAMPLES = 100, 3


class Summary:
    """The parts of one import's report. Each asks the database when it is shown."""

    def __init__(self, batch: Import, user: User):
        self.batch, self.user = batch, user

    @cached_property
    def refusals(self) -> list[ImportFinding]:
        return list(self._of(Severity.REFUSAL))

    @cached_property
    def excluded(self) -> list[dict]:
        """Left out, by reason: label, count and euros."""
        return report.excluded(self.batch)

    @property
    def excluded_count(self) -> int:
        return sum(row["count"] for row in self.excluded)

    @cached_property
    def payment_modes(self) -> list[ImportFinding]:
        """Auxiliaries that are no client, one by one."""
        return list(self._of(Severity.EXCLUSION).filter(reason="payment-mode")[:MOST_SHOWN])

    @property
    def errors(self) -> QuerySet:
        return self._of(Severity.ERROR)

    @cached_property
    def error_count(self) -> int:
        """Rows in error, those that are only counted included."""
        return self.errors.aggregate(rows=Sum("count"))["rows"] or 0

    @cached_property
    def error_groups(self) -> list[dict]:
        """Errors by what is wrong: label, rows, and some examples as "line 12, Date « hier »"."""
        groups = report.error_counts(self.batch)
        for group in groups:
            found = self.errors.filter(reason=group["reason"])[:EXAMPLES]
            group["examples"] = [_place(finding) for finding in found]
        return groups

    @cached_property
    def rejected_count(self) -> int:
        return rejects.count(self.batch)

    @property
    def documents(self) -> int:
        """Invoices that are or would be in the base once imported."""
        return self.batch.created + self.batch.updated + self.batch.unchanged

    @property
    def clients(self) -> int:
        """Clients with something to import, as counted while checking; 0 when nobody watched."""
        return self.batch.learned.get("questions", {}).get("clients", 0)

    @cached_property
    def warnings(self) -> list[ImportFinding]:
        return list(self._of(Severity.WARNING).exclude(reason__in=LISTED_APART)[:MOST_SHOWN])

    @property
    def brings_totals(self) -> bool:
        """Whether a table of yearly totals was read: its counts are of totals."""
        return any(warning.reason == "only-totals" for warning in self.warnings)

    @cached_property
    def cancelled(self) -> list[ImportFinding]:
        """Invoices that the new export no longer holds."""
        return list(self._of(Severity.WARNING).filter(reason="cancelled")[:MOST_SHOWN])

    @cached_property
    def duplicates(self) -> list[ImportFinding]:
        return list(self._of(Severity.WARNING).filter(reason="probable-duplicate")[:MOST_SHOWN])

    @cached_property
    def monthly_fees(self) -> list[ImportFinding]:
        """Services that look like monthly fees and are not yet marked so."""
        return list(report.monthly_fees(self.batch))

    @cached_property
    def found_fees(self) -> bool:
        """Whether services looked like monthly fees, marked since or not."""
        return self.batch.findings.filter(reason="monthly-fee").exists()

    @property
    def may_mark(self) -> bool:
        return self.user.may(Right.MANAGE_SETTINGS)

    @cached_property
    def unassigned(self) -> int:
        """Clients without owner that this person may share out."""
        if not self.user.may(Right.ASSIGN_CLIENTS):
            return 0
        return Client.objects.visible_to(self.user).unassigned().count()

    @cached_property
    def taken_back(self) -> TakenBack:
        """Undoing it: possible, or done."""
        return TakenBack(self.batch)

    @property
    def is_dry_run(self) -> bool:
        return self.batch.status == Import.Status.DRY_RUN

    @property
    def is_committed(self) -> bool:
        return self.batch.status == Import.Status.COMMITTED

    @property
    def has_figures(self) -> bool:
        return self.is_committed or self.is_dry_run

    @property
    def waits(self) -> bool:
        return self.batch.status == Import.Status.CONFIRMATION

    def _of(self, severity: str) -> QuerySet:
        return self.batch.findings.filter(severity=severity).order_by("id")


def _place(finding: ImportFinding) -> str:
    where = _("ligne %(line)s") % {"line": finding.line} if finding.line else finding.file
    return f"{where}, {finding.column} « {finding.value} »" if finding.value else where
