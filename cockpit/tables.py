"""The tables of clients: a page of a list under the columns that its reader chose. `cockpit.listing` orders."""

from dataclasses import dataclass
from functools import cached_property

import django_tables2 as tables
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from cockpit.columns import CLIENT, Column, Words
from cockpit.layouts import Chosen
from cockpit.listing import Listing

PAGE_SIZES = (25, 50, 100)
SELECTION = Column("selection", lambda words: "", template="selection", css="c-sel")
NOTES = Column("notes", lambda words: _("Notes"), template="notes", css="c-note")


@dataclass(frozen=True)
class Cell:
    """A column as its rows are drawn: the template of a cell, its class, whether it names the row. `label` says what
    the cell is where no heading stands above it, `column` writes the values that need no template of their own."""

    template: str
    css: str
    is_heading: bool
    label: str
    column: Column


def bound(column: Column, words: Words) -> tables.TemplateColumn:
    """The column as the library knows it."""
    return tables.TemplateColumn(
        template_name=f"cockpit/cells/_{column.template}.html",
        accessor="key",  # a name that resolves: a failed look-up writes the whole record into its message
        verbose_name=column.label(words),
        orderable=column.sorts,
        initial_sort_descending=column.falls_first,
        attrs={"td": {"class": column.css}, "th": {"class": column.css}},
    )


class ClientTable(tables.Table):
    """A page of a list of clients: what ticks the row, the client, then the columns chosen."""

    sizes = PAGE_SIZES
    last: tuple[Column, ...] = ()  # what no reader chooses

    def __init__(self, listing: Listing, params: QueryDict, chosen: Chosen, opened: str = "", **kwargs):
        self.drawn = [SELECTION, *chosen.columns, *self.last]
        columns = [(column.slug, bound(column, chosen.words)) for column in self.drawn]
        super().__init__(listing, extra_columns=columns, **kwargs)
        self.chosen, self.opened = chosen, opened
        self._sort(listing, params.getlist("tri")[:1])
        self.panel_query = _query_without(params, "client")
        self.today = timezone.localdate()
        self._turn_to(params)

    @cached_property
    def cells(self) -> list[Cell]:
        """What the template draws in each column of a row, by itself: asking the table for each cell costs twice."""
        is_own = not self.chosen.is_default
        return [
            Cell(
                template=f"cockpit/cells/_{column.template}.html",
                css=column.css,
                is_heading=column.slug == CLIENT.slug,
                label=str(column.label(self.chosen.words)) if is_own else "",
                column=column,
            )
            for column in self.drawn
        ]

    @cached_property
    def shown(self) -> frozenset[str]:
        """The slugs of the columns: a cell says nothing that another column says."""
        return frozenset(self.chosen.slugs)

    def _sort(self, listing: Listing, asked: list[str]) -> None:
        """Sorts by the column asked for, on the page or not, else as the list does by default."""
        alias = next((alias for alias in asked if listing.sorts(alias)), listing.default)
        self.order_by = alias
        listing.order_by([alias])  # a table forgets a column that it does not show

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
    """Clients at risk. On paper it is a call sheet, with room for notes."""

    last = (NOTES,)
