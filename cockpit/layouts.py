"""Which columns a list shows: those of its address, else those its reader chose, else those of the product."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Firm, ListPage, ListSettings
from accounts.roles import Right
from clients.exporting import Cell, Row
from cockpit.columns import (
    CHANCE,
    CITY,
    CLIENT,
    CODE,
    COLUMNS,
    DEPARTURE,
    OWNER,
    POSSIBLE,
    SAID_BY,
    SAID_ON,
    STAKE,
    TIER_DEPARTURE,
    UNTIL,
    WHY,
    Column,
    Part,
    Words,
)
from cockpit.listing import ClientRow
from cockpit.tabs import COLUMNS as PARAMETER
from cockpit.templatetags.figures import tier_name
from segmentation.models import ScoringRun
from segmentation.models.objectives import PLACES

IDENTITY = (CODE, CLIENT, CITY, OWNER)  # who a row is: what the name shows on a page, and what finds it again elsewhere
OF_A_PART = {
    "rfm": Firm.Part.RFM,
    "heures": Firm.Part.TIME,
    "ca_heure": Firm.Part.TIME,
    "marge_heure": Firm.Part.TIME,
    **{f"{slug}{place}": Firm.Part.OBJECTIVES for slug in ("contribution", "potentiel") for place in PLACES},
    "valeur_vie": Firm.Part.RFM,
    "secteur": Firm.Part.NEEDS,
    "activite": Firm.Part.NEEDS,
    "besoins": Firm.Part.NEEDS,
    "segment_precedent": Firm.Part.MOVEMENTS,
    "segment_depuis": Firm.Part.MOVEMENTS,
    "cause": Firm.Part.MOVEMENTS,
    "note": Firm.Part.RELATION,
}
OF_A_RIGHT = {"note": Right.READ_GRADES, "marge_heure": Right.SEE_COSTS}
ON_REQUEST = "note"  # in a file, only when it was asked for by name: chosen in the list, or ticked beside the formats


@dataclass(frozen=True)
class Layout:
    """A list of clients: its own ways with some columns, and those it shows until its reader chooses."""

    page: ListPage
    first: Column
    default: tuple[str, ...]
    variants: dict[str, dict]
    own: tuple[Column, ...] = ()  # columns that no other list has
    part: Firm.Part | None = None  # of the product: its columns belong here whether the part is shown or not

    def offered(self, words: Words) -> dict[str, Column]:
        """The columns that this reader can choose, by slug: all but the client's name, which every row begins with."""
        return {
            slug: replace(column, **self.variants.get(slug, {}))
            for slug, column in {**{one.slug: one for one in self.own}, **COLUMNS}.items()
            if slug != CLIENT.slug
            and self._has(slug, words.firm)
            and (slug not in OF_A_RIGHT or words.reader.may(OF_A_RIGHT[slug]))
        }

    def _has(self, slug: str, firm: Firm) -> bool:
        part = OF_A_PART.get(slug)
        return part is None or part == self.part or firm.shows(part)


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
MOVEMENTS = Layout(
    page=ListPage.MOVEMENTS,
    first=CLIENT,
    default=("depart", "segment", "segment_depuis", "cause", "enjeu"),
    variants={},
    own=(DEPARTURE, STAKE),
    part=Firm.Part.MOVEMENTS,
)
HOLES = Layout(
    page=ListPage.HOLES,
    first=CLIENT,
    default=("chance", "possible", "motif", "segment", "ca", "action"),
    variants={"ca": {"css": "c-num c-wide"}},
    own=(CHANCE, POSSIBLE, WHY, SAID_BY, SAID_ON, UNTIL),
    part=Firm.Part.OPPORTUNITIES,
)


def _of_tier(label: Callable[[Words], str], value: Callable[[ClientRow], Cell]) -> dict:
    """How a column about the last change of segment reads where it is the last change of tier."""
    return {"label": label, "parts": (Part(label, value),), "template": "plain"}


TIER_MOVEMENTS = replace(
    MOVEMENTS,
    default=("depart", "palier", "segment_depuis", "cause", "enjeu"),
    own=(TIER_DEPARTURE, STAKE),
    variants={
        "segment_precedent": _of_tier(
            lambda w: _("Palier précédent"), lambda row: row.movement and tier_name(row.movement.from_tier)
        ),
        "segment_depuis": _of_tier(
            lambda w: _("Dans ce palier depuis le"), lambda row: row.movement and row.movement.as_of
        ),
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
        return known(self.layout, self.words, self.layout.default)

    @cached_property
    def offered(self) -> dict[str, Column]:
        return self.layout.offered(self.words)

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


def known(layout: Layout, words: Words, slugs: Iterable[str]) -> tuple[str, ...]:
    """Those of these columns that can be chosen, each once: one that no longer exists is passed over."""
    offered = layout.offered(words)
    return tuple(dict.fromkeys(slug for slug in slugs if slug in offered))


def chosen_by(layout: Layout, params: QueryDict, settings: ListSettings, run: ScoringRun | None) -> Chosen:
    """The columns that this address and this reader ask for."""
    words = Words(Firm.current(), run, settings.person)
    for asked in (params.get(PARAMETER, "").split(","), settings.columns):
        slugs = known(layout, words, asked)
        if slugs:
            return Chosen(layout, slugs, words)
    return Chosen(layout, known(layout, words, layout.default), words)


@dataclass(frozen=True)
class Extract:
    """A list as a file: who each row is, then the columns of the page, or every column there is.

    The grade of the relation is among them when it was asked for, never because everything was.
    """

    chosen: Chosen
    is_whole: bool
    with_grade: bool = False

    @property
    def columns(self) -> list[Column]:
        offered = self.chosen.offered
        wanted = [slug for slug in (offered if self.is_whole else self.chosen.slugs) if slug != ON_REQUEST]
        if self.has_grade:
            wanted.append(ON_REQUEST)
        others = (offered[slug] for slug in wanted if slug not in {column.slug for column in IDENTITY})
        return [*IDENTITY, *others]

    @property
    def has_grade(self) -> bool:
        return ON_REQUEST in self.chosen.offered and (self.with_grade or ON_REQUEST in self.chosen.slugs)

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
