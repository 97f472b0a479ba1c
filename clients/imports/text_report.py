"""The report of an import as lines of text, for a terminal."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from clients.imports import report
from clients.models import Import, ImportFinding

MOST_ERRORS_SHOWN = 20


def as_text(batch: Import) -> str:
    """What the import did, what it left out and why, and how the totals reconcile."""
    lines = [f"{batch} : {batch.get_status_display()}"]
    for finding in batch.findings.filter(severity=ImportFinding.Severity.REFUSAL):
        lines += ["", finding.repair]
    if (
        batch.door == Import.Door.COMMAND
        and batch.status == Import.Status.REFUSED
        and batch.findings.filter(reason="many-cancelled").exists()
    ):
        lines += [_("Pour confirmer, relancez la commande avec --confirm.")]
    if batch.status in (Import.Status.COMMITTED, Import.Status.DRY_RUN):
        lines += ["", *_figures(batch)]
    lines += _section(_("À savoir"), [_sentence(finding) for finding in _of(batch, ImportFinding.Severity.WARNING)])
    lines += _section(_("Erreurs"), [_error(finding) for finding in _of(batch, ImportFinding.Severity.ERROR)])
    return "\n".join(lines)


def _figures(batch: Import) -> list[str]:
    lines = [
        _("Source : %(source)s") % {"source": batch.source_name},
        _("Créées : %(created)s   Modifiées : %(updated)s   Inchangées : %(unchanged)s   Annulées : %(cancelled)s")
        % {name: number_format(getattr(batch, name)) for name in ("created", "updated", "unchanged", "cancelled")},
        _("Nouveaux clients : %(count)s") % {"count": number_format(batch.clients_created)},
        "",
        _("Total du fichier : %(amount)s") % {"amount": _euros(batch.file_total)},
        _("Importé : %(amount)s") % {"amount": _euros(batch.imported_total)},
    ]
    return lines + [
        f"  {row['label']} : {number_format(row['count'])} ({_euros(row['amount'])})" for row in report.excluded(batch)
    ]


def _of(batch: Import, severity: str) -> list[ImportFinding]:
    return list(batch.findings.filter(severity=severity)[:MOST_ERRORS_SHOWN])


def _section(title: str, sentences: list[str]) -> list[str]:
    return ["", f"{title} :", *(f"  {sentence}" for sentence in sentences)] if sentences else []


def _sentence(finding: ImportFinding) -> str:
    return f"{finding.label} ({number_format(finding.count)}) : {finding.repair}"


def _error(finding: ImportFinding) -> str:
    place = " ".join(str(part) for part in (finding.file, finding.line, finding.column) if part)
    value = f" « {finding.value} »" if finding.value else ""
    return f"{place}{value} : {finding.label}. {finding.repair}"


def _euros(amount: Decimal | None) -> str:
    return f"{number_format(amount or Decimal(0), 2)} €"
