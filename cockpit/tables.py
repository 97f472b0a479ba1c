"""The tables of clients: which columns, how each cell reads, what it sorts on. `cockpit.listing` orders."""

from dataclasses import dataclass

import django_tables2 as tables
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Firm
from cockpit.listing import Listing, sorts

PAGE_SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Cell:
    """A column as its rows are drawn: the template of a cell, its class, and whether it names the row."""

    template: str
    css: str
    is_heading: bool


def cell(name: str, label, *, css: str, sorts: bool = True, falls_first: bool = False) -> tables.TemplateColumn:
    """A column whose cells are `templates/cockpit/cells/_<name>.html`; `falls_first`: one click, highest first."""
    return tables.TemplateColumn(
        template_name=f"cockpit/cells/_{name}.html",
        accessor="key",  # a name that resolves: a failed look-up writes the whole record into its message
        verbose_name=label,
        orderable=sorts,
        initial_sort_descending=falls_first,
        attrs={"td": {"class": css}, "th": {"class": css}},
    )


class ClientTable(tables.Table):
    """What every list of clients has in common."""

    sizes = PAGE_SIZES

    selection = cell("selection", "", css="c-sel", sorts=False)

    def __init__(self, listing: Listing, params: QueryDict, opened: str = "", **kwargs):
        super().__init__(listing, **kwargs)
        self._speak(Firm.current())
        self.order_by = [alias for alias in params.getlist("tri")[:1] if sorts(alias)]
        if not self.order_by:  # nothing asked, or a figure that this table does not show
            self.order_by = [listing.default]
        self.opened = opened
        self.panel_query = _query_without(params, "client")
        self.today = timezone.localdate()
        self._turn_to(params)

    @property
    def cells(self) -> list[Cell]:
        """What the template draws in each column of a row, by itself: asking the table for each cell costs twice."""
        return [
            Cell(one.column.template_name, one.column.attrs["td"]["class"], one.name == "client")
            for one in self.columns.iterall()
            if one.visible
        ]

    def _speak(self, firm: Firm) -> None:
        """Heads the columns with the words of the firm."""
        headings = {
            "ca": _("%(revenue)s 12 mois") % {"revenue": firm.revenue},
            "danger": _("%(revenue)s en danger") % {"revenue": firm.revenue},
        }
        for name, heading in headings.items():
            if name in self.columns.columns:
                self.columns[name].column.verbose_name = heading

    def _turn_to(self, params: QueryDict) -> None:
        """The page asked for; the first or the last instead of one that does not exist, and no other size than ours."""
        per_page = next((size for size in PAGE_SIZES if str(size) == params.get("per_page")), PAGE_SIZES[0])
        try:
            self.paginate(page=params.get("page", 1), per_page=per_page)
        except PageNotAnInteger:
            self.page = self.paginator.page(1)
        except EmptyPage:
            self.page = self.paginator.page(self.paginator.num_pages)


def _query_without(params: QueryDict, name: str) -> str:
    """The query string but for this parameter, ready to take another one at its end."""
    kept = params.copy()
    kept.pop(name, None)
    return f"{kept.urlencode()}&" if kept else ""


class RiskTable(ClientTable):
    """Clients at risk, the most euros at stake first. On paper it is a call sheet, with room for notes."""

    client = cell("risk_client", gettext_lazy("Client"), css="c-name")
    segment = cell("risk_segment", gettext_lazy("Segment"), css="c-seg")
    silence = cell("rhythm", gettext_lazy("Silence / rythme habituel"), css="c-late", falls_first=True)
    danger = cell("danger", gettext_lazy("En danger"), css="c-num c-main", falls_first=True)
    ca = cell("revenue", gettext_lazy("12 mois"), css="c-num c-wide", falls_first=True)
    evolution = cell("trend", gettext_lazy("Tendance"), css="c-trend")
    notes = cell("notes", gettext_lazy("Notes"), css="c-note", sorts=False)


class PortfolioTable(ClientTable):
    """All clients, the highest revenue first."""

    client = cell("client", gettext_lazy("Client"), css="c-name")
    palier = cell("tier", gettext_lazy("Palier"), css="c-tier")
    segment = cell("segment", gettext_lazy("Segment"), css="c-seg")
    rfm = cell("profile", gettext_lazy("R F M"), css="c-rfm", sorts=False)
    dernier = cell("last_purchase", gettext_lazy("Dernier achat"), css="c-date", falls_first=True)
    silence = cell("rhythm", gettext_lazy("Silence"), css="c-late", falls_first=True)
    ca = cell("revenue", gettext_lazy("12 mois"), css="c-num c-main", falls_first=True)
    evolution = cell("trend", gettext_lazy("Évolution"), css="c-trend", falls_first=True)
    action = cell("next_action", gettext_lazy("Prochaine action"), css="c-act", sorts=False)
