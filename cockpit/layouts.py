"""Which columns a list shows: those of its address, else those its reader chose, else those of the product."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from django.http import QueryDict

from accounts.models import Firm, ListPage, ListSettings
from clients.exporting import Row
from cockpit.columns import CITY, CLIENT, CODE, COLUMNS, OWNER, Column, Words
from cockpit.listing import ClientRow
from cockpit.tabs import COLUMNS as PARAMETER
from segmentation.models import ScoringRun

IDENTITY = (CODE, CLIENT, CITY, OWNER)  # who a row is: what the name shows on a page, and what finds it again elsewhere
OF_A_PART = {"rfm": Firm.Part.RFM}


@dataclass(frozen=True)
class Layout:
    """A list of clients: its own ways with some columns, and those it shows until its reader chooses."""

    page: ListPage
    first: Column
    default: tuple[str, ...]
    variants: dict[str, dict]

    def offered(self, firm: Firm) -> dict[str, Column]:
        """The columns that can be chosen, by slug: all but the client's name, which every row begins with."""
        return {
            slug: replace(column, **self.variants.get(slug, {}))
            for slug, column in COLUMNS.items()
            if slug != CLIENT.slug and (slug not in OF_A_PART or firm.shows(OF_A_PART[slug]))
        }


CLIENTS = Layout(
    page=ListPage.CLIENTS,
    first=CLIENT,
    default=("palier", "segment", "rfm", "dernier", "silence", "ca", "evolution", "action"),
    variants={"ca": {"css": "c-num c-main"}},
)
AT_RISK = Layout(
    page=ListPage.AT_RISK,
    first=replace(CLIENT, template="risk_client"),
    default=("segment", "silence", "danger", "ca", "evolution"),
    variants={
        "segment": {"template": "risk_segment"},
        "danger": {"template": "danger", "css": "c-num c-main"},
        "ca": {"css": "c-num c-wide"},
        "evolution": {"falls_first": False},
    },
)


@dataclass(frozen=True)
class Chosen:
    """The columns of one list for one address and one reader, after the name of the client."""

    layout: Layout
    slugs: tuple[str, ...]
    words: Words

    @property
    def is_default(self) -> bool:
        return self.slugs == self.default

    @cached_property
    def default(self) -> tuple[str, ...]:
        return known(self.layout, self.words.firm, self.layout.default)

    @cached_property
    def offered(self) -> dict[str, Column]:
        return self.layout.offered(self.words.firm)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns of the page, the client's name first."""
        offered = self.offered
        return [self.layout.first, *(offered[slug] for slug in self.slugs)]

    @property
    def query(self) -> str:
        """The columns as an address carries them."""
        return ",".join(self.slugs)

    @property
    def drawn(self) -> frozenset[str]:
        """What the rows of a page must have read."""
        return frozenset().union(*(column.needs | column.draws for column in self.columns))


def known(layout: Layout, firm: Firm, slugs: Iterable[str]) -> tuple[str, ...]:
    """Those of these columns that can be chosen, each once: one that no longer exists is passed over."""
    offered = layout.offered(firm)
    return tuple(dict.fromkeys(slug for slug in slugs if slug in offered))


def chosen_by(layout: Layout, params: QueryDict, settings: ListSettings, run: ScoringRun | None) -> Chosen:
    """The columns that this address and this reader ask for."""
    words = Words(Firm.current(), run)
    for asked in (params.get(PARAMETER, "").split(","), settings.columns):
        slugs = known(layout, words.firm, asked)
        if slugs:
            return Chosen(layout, slugs, words)
    return Chosen(layout, known(layout, words.firm, layout.default), words)


@dataclass(frozen=True)
class Extract:
    """A list as a file: who each row is, then the columns of the page, or every column there is."""

    chosen: Chosen
    is_whole: bool

    @property
    def columns(self) -> list[Column]:
        offered = self.chosen.offered
        wanted = offered if self.is_whole else self.chosen.slugs
        others = (offered[slug] for slug in wanted if slug not in {column.slug for column in IDENTITY})
        return [*IDENTITY, *others]

    @property
    def needs(self) -> frozenset[str]:
        """What the rows must have read."""
        return frozenset().union(*(column.needs for column in self.columns))

    def headings(self) -> Row:
        return [part.heading(self.chosen.words) for column in self.columns for part in column.parts]

    def rows(self, listing: Iterable[ClientRow]) -> Iterator[Row]:
        """One row of typed cells for each client, in the order of `headings`."""
        values = [part.value for column in self.columns for part in column.parts]
        for row in listing:
            yield [value(row) for value in values]
