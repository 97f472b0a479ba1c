"""The matrix of opportunities as one address shows it: axis, services or families, and what each cell says."""

from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.roles import Right
from clients.exporting import Row as FileRow
from clients.figures import eur, nb, pct
from clients.figures import keur as thousands
from cockpit import charts
from cockpit.opportunity_rows import AxisRow, rows_of, slugs_of
from cockpit.scope import PARAMETER, scope_of
from segmentation.models import Offering, ScoringRun
from segmentation.opportunity_matrix import Axis, Cell, matrix, offerings

AXIS, SERVICES, MEASURE, ROW = "axe", "par", "mesure", "ligne"
FAMILIES = "familles"
AXES = {
    Axis.SEGMENT: gettext_lazy("Segments"),
    Axis.TIER: gettext_lazy("Paliers"),
    Axis.NEED: gettext_lazy("Besoins"),
    Axis.SECTOR: gettext_lazy("Secteurs"),
}
MEASURES = {
    "euros": gettext_lazy("CA possible"),
    "manquants": gettext_lazy("Clients manquants"),
    "equipes": gettext_lazy("Déjà équipés"),
}
LEVELS = 4  # intensities, 0 to 3


@dataclass(frozen=True)
class ShownCell:
    """One cell: what it counts, in full and as the matrix writes it, and the list behind it, empty for nobody."""

    offering: Offering
    cell: Cell
    text: str
    url: str
    level: int

    @property
    def is_hatched(self) -> bool:
        """Whether too few clients alike are known to say anything."""
        return not self.cell.is_told

    @property
    def lacks_reasons(self) -> bool:
        return self.cell.without_reason > 0

    @property
    def said_to_lack(self) -> str:
        """How many have no reason yet, for who hears the page."""
        number = self.cell.without_reason
        return ngettext("(%(n)s sans motif)", "(%(n)s sans motif)", number) % {"n": nb(number)}

    @property
    def is_empty(self) -> bool:
        return not self.cell.clients


@dataclass(frozen=True)
class BoardRow:
    row: AxisRow
    cells: list[ShownCell]

    @property
    def total(self) -> Cell:
        """Of all services together: `euros` and `without_reason` add up, clients do not."""
        return sum((one.cell for one in self.cells), Cell())


class Board:
    """The matrix of one address, `params` being its query string."""

    def __init__(self, user: User, params: QueryDict, run: ScoringRun):
        self.user, self.params, self.run = user, params, run
        self.scope = scope_of(user, params.get(PARAMETER))
        self.axis = params.get(AXIS) if params.get(AXIS) in Axis.values else Axis.SEGMENT
        self.families = params.get(SERVICES) == FAMILIES
        self.measure = params.get(MEASURE) if params.get(MEASURE) in MEASURES else "euros"

    @property
    def axes(self) -> list[tuple[str, str]]:
        return [(axis.value, str(label)) for axis, label in AXES.items()]

    @property
    def measures(self) -> list[tuple[str, str]]:
        return [(slug, str(label)) for slug, label in MEASURES.items()]

    @property
    def axis_name(self) -> str:
        return str(AXES[Axis(self.axis)])

    @property
    def measure_name(self) -> str:
        return str(MEASURES[self.measure])

    @cached_property
    def columns(self) -> list[tuple[Offering, str]]:
        """The services, or the families, each with how addresses name it."""
        found = offerings(self.run, families=self.families)
        slugs = slugs_of(found)
        return [(one, slugs[one.pk]) for one in found]

    @cached_property
    def rows(self) -> list[BoardRow]:
        is_everybody = self.user.may(Right.SEE_ALL_CLIENTS) and self.scope.owner_id is None
        clients = None if is_everybody else self.scope.clients()
        found = matrix(self.run, axis=self.axis, families=self.families, clients=clients)
        rows = rows_of(self.axis, {value for (value, _offering), cell in found.items() if cell.clients})
        pairs = [(row, one, slug) for row in rows for one, slug in self.columns]
        cells = [found.get((row.value, one.pk), Cell()) for row, one, _slug in pairs]
        levels = charts.levels([self._weight(cell) for cell in cells])
        shown = [
            ShownCell(one, cell, self._said(cell), self._url(row, slug) if cell.clients else "", min(level, LEVELS - 1))
            for (row, one, slug), cell, level in zip(pairs, cells, levels, strict=True)
        ]
        width = len(self.columns)
        return [BoardRow(row, shown[place * width : (place + 1) * width]) for place, row in enumerate(rows)]

    @property
    def chosen(self) -> BoardRow | None:
        """The one row that the address asks for, service by service."""
        return next((one for one in self.rows if one.row.slug == self.params.get(ROW)), None)

    @cached_property
    def total(self) -> Cell:
        """Everything on the matrix; on the axis of needs, clients with several needs count in each."""
        return sum((row.total for row in self.rows), Cell())

    @property
    def best(self) -> tuple[AxisRow, ShownCell] | None:
        """The cell worth most."""
        pairs = [(one.row, cell) for one in self.rows for cell in one.cells if cell.cell.euros]
        return max(pairs, key=lambda pair: pair[1].cell.euros, default=None)

    def headings(self) -> FileRow:
        """Those of the matrix as a file, a line a cell."""
        return [
            self.axis_name,
            _("Famille") if self.families else _("Service"),
            _("Clients"),
            _("Déjà équipés"),
            _("Clients manquants"),
            _("Sans motif"),
            _("Écartés"),
            _("CA possible"),
        ]

    def lines(self) -> list[FileRow]:
        """A line of typed cells for each cell with clients; no euros where they are too few to say."""
        return [
            [
                one.row.name,
                str(shown.offering),
                shown.cell.clients,
                shown.cell.held,
                shown.cell.missing,
                shown.cell.without_reason,
                shown.cell.closed,
                shown.cell.euros if shown.cell.is_told else None,
            ]
            for one in self.rows
            for shown in one.cells
            if shown.cell.clients
        ]

    def _weight(self, cell: Cell):
        if self.measure == "equipes":
            return cell.share or 0
        return cell.missing if self.measure == "manquants" else cell.euros

    def _said(self, cell: Cell) -> str:
        if not cell.clients:
            return "–"
        if self.measure == "equipes":
            return pct(cell.share)
        if self.measure == "manquants":
            return nb(cell.missing)
        if not cell.is_told:
            return _("n insuffisant")
        return thousands(cell.euros) if cell.euros >= 10_000 else eur(cell.euros)

    def _url(self, row: AxisRow, slug: str) -> str:
        address = reverse("cockpit:opportunity", args=[row.slug, slug])
        is_narrowed = self.scope.owner_id is not None and bool(self.scope.choices)
        return f"{address}?{urlencode({PARAMETER: self.scope.key})}" if is_narrowed else address
