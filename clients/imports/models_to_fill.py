"""Tables to start from: an empty one, one filled as an example, one for whoever only knows yearly amounts.

What they hold imports as it is; the example's clients exist nowhere.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _


class Model(NamedTuple):
    """A workbook to download: its name without ending, the title of its sheet, its headings and rows."""

    name: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[object]]


def _headings() -> list[str]:
    return [
        _("Client"),
        _("Code client"),
        "SIRET",
        _("Numéro de facture"),
        _("Date de facture"),
        _("Prestation"),
        _("Montant HT"),
        _("TVA"),
        _("Statut"),
        _("Commercial"),
        _("Ville"),
        _("E-mail"),
    ]


def empty() -> Model:
    """The headings alone. Only client, date and amount are needed; the others may go."""
    return Model("modele-factures", _("Factures"), _headings(), [])


EXAMPLE = [
    ("Menuiserie Calvet", "C001", "F-0101", (1, 9), "Entretien annuel", "1250.00", "Albi"),
    ("Menuiserie Calvet", "C001", "F-0117", (2, 12), "Dépannage", "180.50", "Albi"),
    ("Boulangerie Sorel", "C002", "F-0102", (1, 14), "Entretien annuel", "640.00", "Gaillac"),
    ("Boulangerie Sorel", "C002", "F-0139", (3, 3), "Pièces", "96.20", "Gaillac"),
    ("Hôtel des Remparts", "C003", "F-0103", (1, 20), "Contrat", "2300.00", "Cordes"),
    ("Hôtel des Remparts", "C003", "F-0148", (3, 18), "Contrat", "2300.00", "Cordes"),
    ("Pépinière Aubrac", "C004", "F-0110", (2, 2), "Installation", "4890.00", "Rodez"),
    ("Pépinière Aubrac", "C004", "AV-0004", (2, 20), "Installation", "-390.00", "Rodez"),
    ("Cabinet Delmas", "C005", "F-0121", (2, 16), "Dépannage", "210.00", "Albi"),
    ("Transports Lioure", "C006", "F-0133", (2, 27), "Entretien annuel", "1780.00", "Castres"),
]


def example() -> Model:
    """The same table filled: an invoice a row, one of them a credit note with a negative amount."""
    rows = [
        (
            client,
            code,
            "",
            number,
            dt.date(2026, *day),
            service,
            Decimal(amount),
            (Decimal(amount) / 5).quantize(Decimal("0.01")),
            _("Payée") if place % 3 else _("Émise"),
            "",
            city,
            "",
        )
        for place, (client, code, number, day, service, amount, city) in enumerate(EXAMPLE)
    ]
    return Model("exemple-factures", _("Factures"), _headings(), rows)


def yearly() -> Model:
    """One row a client and one column a year: enough for the tiers, not for recency nor frequency."""
    amounts: dict[str, Decimal] = {}
    for client, _code, _number, _day, _service, amount, _city in EXAMPLE:
        amounts[client] = amounts.get(client, Decimal(0)) + Decimal(amount)
    rows = [(client, amount, (amount * Decimal("1.1")).quantize(Decimal("0.01"))) for client, amount in amounts.items()]
    return Model("modele-ca-annuel", _("CA annuel"), [_("Client"), "CA 2024", "CA 2025"], rows)


def hours() -> Model:
    """The headings of time spent: one row each time somebody worked for a client. Person and label may go."""
    headings = [_("Client"), _("Code client"), _("Date"), _("Personne"), _("Heures"), _("Service"), _("Libellé")]
    return Model("modele-temps", _("Temps"), headings, [])


def events() -> Model:
    """What happened to companies, by SIREN."""
    return Model("modele-evenements", _("Événements"), ["SIREN", _("Événement"), _("Date"), _("Précision")], [])


MODELS = {"vide": empty, "exemple": example, "ca-annuel": yearly, "temps": hours, "evenements": events}
