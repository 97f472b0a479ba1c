"""What a column is: its heading, its cell on a page, its cells in a file."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from accounts.models import Firm, User
from clients.exporting import Cell
from clients.figures import eur
from cockpit.listing import ClientRow
from segmentation.models import Objective, ScoringRun

MONTHS_DRAWN = 12


@dataclass(frozen=True)
class Words:
    """What headings speak of, and to whom: the words of the firm, the dates and the window of the run, the reader."""

    firm: Firm
    run: ScoringRun | None
    reader: User

    @property
    def revenue(self) -> str:
        return self.firm.revenue

    @property
    def window(self) -> int:
        """The months of the RFM window, those of a year before any run."""
        return (self.run and self.run.rfm_window_months) or MONTHS_DRAWN

    @cached_property
    def objectives(self) -> dict[int, str]:
        """The names of the open objectives, by place."""
        return dict(Objective.objects.open().values_list("place", "name"))

    def objective(self, place: int) -> str:
        return self.objectives.get(place) or _("objectif %(place)s") % {"place": place}


@dataclass(frozen=True)
class Part:
    """One cell of a column in a file: its heading, and its value, typed, None when there is nothing to say."""

    heading: Callable[[Words], str]
    value: Callable[[ClientRow], Cell]


@dataclass(frozen=True)
class Column:
    """A column. `template` draws its cells, `templates/cockpit/cells/_<template>.html`; without one, the value of its
    first part is written by `written`. `needs` is what a row must have read for it, `draws` for a page alone."""

    slug: str
    label: Callable[[Words], str]
    parts: tuple[Part, ...] = ()
    written: Callable[[Cell], str] = str
    template: str = "plain"
    css: str = ""
    sorts: bool = False
    falls_first: bool = False  # one click on its heading: the highest first
    needs: frozenset[str] = frozenset()
    draws: frozenset[str] = frozenset()

    def shown(self, row: ClientRow) -> str:
        """Its value in a row, as people read it; empty when there is none."""
        value = self.parts[0].value(row)
        return "" if value is None or value == "" else self.written(value)


def of_score(name: str) -> Callable[[ClientRow], Cell]:
    """What a row's score says under this name; None without a score."""
    return lambda row: getattr(row.score, name) if row.score else None


def single(slug, label, value, **options) -> Column:
    """A column of one value, whose heading is the same on the page and in a file."""
    return Column(slug, label, (Part(label, value),), **options)


def money(slug, label, name, **options) -> Column:
    options = {"css": "c-num", "sorts": True, "falls_first": True, "written": eur, **options}
    return single(slug, label, of_score(name), **options)
