"""What an import has to say: why a file is refused, what is wrong in a cell, what was left out and why.

A reason is a slug, kept in the database and printed by `--json`; its French sentence is here and nowhere else.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

REASONS = {
    # Left out, with a count and euros.
    "opening-balance": _("À-nouveaux : soldes d’ouverture, déjà comptés l’exercice précédent"),
    "payment": _("Règlements de clients : ils datent les paiements, ce ne sont pas des factures"),
    "without-client": _("Écritures sans client (centralisation, compte collectif)"),
    "no-revenue": _("Opérations diverses sur un compte client, sans produit"),
    "payment-mode": _("Auxiliaires qui sont un mode de paiement ou un fourre-tout, pas un client"),
    "zero-amount": _("Documents d’un montant nul"),
    "ambiguous-split": _("Écritures de plusieurs clients impossibles à répartir"),
    "repeated-across-files": _("Documents présents dans plusieurs des fichiers"),
    "probable-duplicate": _("Doublons probables : même client, même date, même montant dans une autre source"),
    "total-row": _("Lignes de total ou de sous-total"),
    "empty-row": _("Lignes vides"),
    "repeated-header": _("Lignes d’en-tête répétées"),
    "currency": _("Documents dans une autre devise que l’euro"),
    "purchase": _("Factures reçues de fournisseurs : des achats, pas des ventes"),
    "without-total": _("Clients sans montant"),
    "invoiced-period": _("Totaux annuels de clients déjà facturés sur la période : leurs factures comptent seules"),
    "overlapping-period": _("Totaux dont la période en recouvre une autre du même client"),
    "set-aside": _("Documents mis de côté parce qu’une de leurs lignes est en erreur"),
    # Errors of a cell.
    "unreadable-date": _("Date illisible"),
    "missing-date": _("Date absente"),
    "unreadable-amount": _("Montant illisible"),
    "missing-amount": _("Montant absent"),
    "missing-client": _("Client absent"),
    "missing-fields": _("Ligne incomplète"),
    "two-clients-one-number": _("Deux clients sous le même numéro de facture"),
    "amount-too-large": _("Montant hors limites"),
    "missing-number": _("Numéro absent"),
    "unreadable-year": _("Année illisible"),
    # To know.
    "only-totals": _("Totaux annuels : les paliers seulement"),
    "summed-totals": _("Clients présents plusieurs fois"),
    "replaced-totals": _("Totaux annuels remplacés par des factures"),
    "remaining-totals": _("Totaux annuels gardés"),
    "later-than-invoices": _("Totaux plus récents que les factures"),
    "assumed-year": _("Année supposée"),
    "assumed-fiscal-year": _("Dates de l’exercice supposées"),
    "running-year": _("Année en cours"),
    "thousands": _("Montants en milliers d’euros"),
    "unbalanced-entries": _("Écritures déséquilibrées"),
    "split-entries": _("Écritures de plusieurs clients, réparties en proportion"),
    "vat-mismatch": _("HT + TVA différent du TTC"),
    "outside-year": _("Dates hors de l’exercice annoncé par le nom du fichier"),
    "file-name": _("Nom de fichier non conforme"),
    "future-date": _("Dates dans le futur"),
    "date-order": _("Ordre du jour et du mois indécidable"),
    "decimal-mark": _("Séparateur décimal indécidable"),
    "assumed-without-vat": _("Montants supposés hors taxes"),
    "computed-without-vat": _("Montants HT calculés à partir du TTC"),
    "repeated-totals": _("Total de facture répété sur chaque ligne"),
    "damaged-siret": _("SIRET abîmé par le tableur"),
    "invalid-identifier": _("SIRET, SIREN ou n° de TVA invalide"),
    "unknown-status": _("Statut inconnu"),
    "not-counted": _("Brouillons, pro forma et factures annulées"),
    "unknown-owner": _("Suivi par quelqu’un d’inconnu"),
    "ignored-columns": _("Colonnes non utilisées"),
    "same-file-twice": _("Fichier fourni deux fois"),
    "boundary-day": _("Journée du bord de l’export, incomplète dans ce fichier"),
    "cancelled": _("Factures absentes du nouvel export, annulées"),
    "monthly-fee": _("Peut-être des abonnements"),
    "more-errors": _("Autres erreurs"),
    "adopted-source": _("Comptabilité reconnue à ses écritures"),
    "confirmed": _("Annulations confirmées"),
    "unread-sheets": _("Feuilles non lues"),
    "several-sellers": _("Plusieurs vendeurs"),
    "several-versions": _("Versions différentes d’une même facture"),
    "lines-differ": _("Lignes différentes du total"),
    "corrective-invoice": _("Factures rectificatives"),
    "numbered-credit-note": _("Avoirs reconnus à leur numéro"),
    "refunded": _("Remboursements"),
    "stopped": _("Import arrêté"),
    "undo-failed": _("L’annulation n’a pas abouti"),
    # A whole file.
    "refused": _("Import refusé"),
    "empty-file": _("Fichier vide"),
    "binary-file": _("Fichier illisible"),
    "wrong-format": _("Format non reconnu"),
    "truncated": _("Fichier incomplet"),
    "no-sale": _("Aucune vente"),
    "no-client": _("Aucun client identifiable"),
    "no-client-column": _("Colonne du client introuvable"),
    "no-date-column": _("Colonne de la date introuvable"),
    "no-amount-column": _("Colonne du montant introuvable"),
    "only-with-vat": _("Seulement des montants TTC"),
    "no-row": _("Aucune ligne de données"),
    "no-invoice": _("Aucune facture"),
    "impossible-dates": _("Dates impossibles"),
    "fec-columns": _("Colonnes du FEC manquantes"),
    "several-companies": _("Plusieurs entreprises"),
    "too-many-errors": _("Trop d’erreurs"),
    "strict": _("Erreurs en mode strict"),
    "too-big": _("Fichier trop volumineux"),
    "password": _("Fichier protégé"),
    "many-cancelled": _("Beaucoup de factures disparaissent"),
    "einvoice": _("Facture électronique illisible"),
    "archive": _("Archive"),
    "internal": _("Erreur interne"),
}


def label_of(reason: str) -> str:
    """The sentence for a reason, in the reader's language."""
    return str(REASONS.get(reason, reason))


class RefusedError(Exception):
    """The import cannot go on: a reason, and one sentence each for the problem, its cause and the way out."""

    def __init__(self, reason: str, message: str, *, file: str = "", line: int | None = None):
        super().__init__(message)
        self.reason = reason
        self.message = str(message)
        self.file = file
        self.line = line
        self.book: Any = None

    def with_book(self, book: Any) -> "RefusedError":
        """This refusal, with what had been read until then: its errors are listed too."""
        self.book = book
        return self


class CellError(NamedTuple):
    """One cell that cannot be used."""

    file: str
    line: int | None
    reason: str
    column: str
    value: str
    repair: str


@dataclass
class Tally:
    """A number of documents left out for one reason, and their euros HT, in cents."""

    count: int = 0
    cents: int = 0

    def add(self, cents: int = 0, count: int = 1) -> None:
        self.count += count
        self.cents += cents


@dataclass(frozen=True)
class Warned:
    """Something to know that stops nothing: a count and, when it helps, an example."""

    reason: str
    message: str
    count: int = 1
    cents: int = 0
    file: str = ""
    line: int | None = None
    value: str = ""
