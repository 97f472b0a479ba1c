"""What a finished preview shows: who changes, what they weigh, a small picture, and what to be warned of."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Firm, User
from clients.models import Client
from cockpit.method.transfers import Transfers, transfers
from segmentation import drafting, previews
from segmentation.comparison import KINDS, Comparison, Weight
from segmentation.explanation import run_notes
from segmentation.models import Preview, ScoringRun, SegmentSlug, Tier, Unscored

WAYS = {
    "": gettext_lazy("Tous ceux qui changent"),
    "palier": gettext_lazy("De palier"),
    "segment": gettext_lazy("De segment"),
    "risque": gettext_lazy("Leur risque"),
    "score": gettext_lazy("Notés ou non"),
}


@dataclass(frozen=True)
class Picture:
    """One drawing before → after, with the rows behind it: (class before, class after, weight)."""

    name: str
    title: str
    chart: Transfers
    rows: list[tuple[str, str, Weight]]


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    count: int


class Result:
    """One preview as this person may see it. Everything is read when it is asked for."""

    def __init__(self, preview: Preview, user: User, kind: str = "") -> None:
        self.preview, self.user = preview, user
        self.kind = kind if kind in KINDS else ""

    @property
    def is_ready(self) -> bool:
        return self.preview.status == Preview.Status.DONE

    @property
    def run(self) -> ScoringRun:
        return self.preview.run

    @property
    def baseline(self) -> ScoringRun:
        return self.preview.baseline

    @cached_property
    def is_current(self) -> bool:
        """Whether it still is about the draft as it stands, on the facts that are there: then it may be published."""
        rules = self.preview.rules
        is_same = rules.status == rules.Status.DRAFT and rules.revision == self.preview.revision
        return is_same and previews.is_fresh(self.preview)

    @property
    def is_against_a_trial(self) -> bool:
        """Whether facts changed since the official run, so that the published rules were tried too."""
        return self.baseline.kind == ScoringRun.Kind.DRAFT

    @cached_property
    def comparison(self) -> Comparison:
        return Comparison(self.baseline, self.run, Client.objects.visible_to(self.user))

    @property
    def moved(self) -> Weight:
        return self.comparison.moved

    @property
    def share_moved(self) -> Decimal:
        everybody = self.comparison.everybody.clients
        return Decimal(self.moved.clients) / everybody if everybody else Decimal(0)

    @property
    def excluded(self) -> int:
        return Unscored.objects.of(self.run).excluded().visible_to(self.user).count()

    @cached_property
    def tabs(self) -> list[Tab]:
        """The ways in which clients change, each with how many do; segments only where the firm shows them."""
        ways = [way for way in WAYS if way != "segment" or self.shows_segments]
        counted = [Tab(way, str(WAYS[way]), self.comparison.weight(way).clients) for way in ways]
        return [tab for tab in counted if tab.count or not tab.key]

    @property
    def shows_segments(self) -> bool:
        return Firm.current().shows(Firm.Part.RFM)

    def movers(self) -> QuerySet[Client]:
        """The clients of the list, the largest revenue first."""
        return self.comparison.moving(self.kind)

    @cached_property
    def pictures(self) -> list[Picture]:
        """Tiers, and segments where the firm shows them."""
        tiers = {letter: f"t-{letter.lower()}" for letter in Tier.values} | {"": "t-none"}
        drawn = [self._picture("tiers", _("Paliers, avant et après"), self.comparison.by_tier, tiers)]
        if self.shows_segments:
            slugs = {slug: f"seg-{slug}" for slug in SegmentSlug.values} | {"": "t-none"}
            drawn.append(self._picture("segments", _("Segments, avant et après"), self.comparison.by_segment, slugs))
        return drawn

    @staticmethod
    def _picture(name: str, title: str, flows: list[tuple[str, str, Weight]], tones: dict[str, str]) -> Picture:
        counts = [(was, now, weight.clients) for was, now, weight in flows]
        return Picture(name, title, transfers(counts, tones), flows)

    @cached_property
    def warnings(self) -> list[str]:
        """What to know before publishing: segments out of reach, values that could not be ranked, tiers that fail."""
        return [*unreachable_words(drafting.grid_of(self.preview.rules).values()), *run_notes(self.run)]

    @property
    def url(self) -> str:
        return reverse("cockpit:preview", args=[self.preview.pk])


def unreachable_words(cells: Iterable[str]) -> list[str]:
    """A warning for each segment that no cell of the grid gives."""
    return [
        _("Plus aucune case de la grille ne mène au segment « %(name)s » : personne n’y sera.")
        % {"name": SegmentSlug(slug).label}
        for slug in drafting.unreachable(cells)
    ]
