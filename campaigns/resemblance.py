"""Why a prospect is worth its points, in words: one reason for each of sector, size and area, the strongest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from campaigns.models import Prospect
from clients.areas import area_of
from clients.figures import nb, times
from segmentation.models import Portrait, PortraitLine, Trait
from segmentation.portrait import SCORED, value_name

EVEN = Decimal("0.1")  # how far from once a lift must be to be told apart from it


@dataclass(frozen=True)
class Reason:
    """What one trait of a prospect says: its value as people call it, the points it adds, and the figures behind."""

    trait: str
    name: str
    points: int
    line: PortraitLine | None

    @property
    def is_for(self) -> bool:
        return self.points > 0

    @property
    def is_against(self) -> bool:
        return self.points < 0

    @property
    def short(self) -> str:
        """A few words for a list: "Aveyron (12) : 2,4 fois"."""
        if not self.name:
            return _("%(trait)s : à compléter") % {"trait": Trait(self.trait).label}
        return f"{self.name} : {lift_in_words(self.line)}"

    @property
    def sentence(self) -> str:
        """The reason without counts, which tell of clients that not everybody sees."""
        if not self.name:
            return _("%(trait)s : à compléter, rien à comparer.") % {"trait": Trait(self.trait).label}
        if self.line is None or not self.line.is_told:
            return _("%(name)s : n insuffisant, trop peu de vos clients en sont.") % {"name": self.name}
        if self.line.lift is None:
            return _("%(name)s : aucun de vos autres clients n’en est.") % {"name": self.name}
        if not self.line.champions:
            return _("%(name)s : aucun client du palier A n’en est.") % {"name": self.name}
        words = {"name": self.name, "times": lift_in_words(self.line)}
        if abs(self.line.lift - 1) < EVEN:
            return _("%(name)s : aussi fréquent dans le palier A que chez vos autres clients.") % words
        if self.line.lift > 1:
            return _("%(name)s : %(times)s plus fréquent dans le palier A que chez vos autres clients.") % words
        return _("%(name)s : moins fréquent dans le palier A que chez vos autres clients (%(times)s).") % words

    @property
    def counts(self) -> str:
        """The counts behind the sentence, for who sees all clients: "12 sur 31 contre 20 sur 140"."""
        if self.line is None:
            return ""
        return _("%(champions)s sur %(known_champions)s, contre %(others)s sur %(known_others)s") % {
            "champions": nb(self.line.champions),
            "known_champions": nb(self.line.known_champions),
            "others": nb(self.line.others),
            "known_others": nb(self.line.known_others),
        }


def lift_in_words(line: PortraitLine | None) -> str:
    """How much more frequent a value is in tier A: "2,4 fois", "n insuffisant"."""
    if line is None or not line.is_told:
        return _("n insuffisant")
    if not line.champions:
        return _("0 fois")
    return times(line.lift) if line.lift is not None else _("aucun autre client")


class Resemblance:
    """The portrait as prospects are read by it: asked once, then every reason of every prospect without a query."""

    def __init__(self, portrait: Portrait | None):
        self.portrait = portrait if portrait and portrait.is_enough else None
        lines = self.portrait.lines.filter(is_trial=False, trait__in=SCORED) if self.portrait else []
        self.lines = {(line.trait, line.value): line for line in lines}

    def reasons_of(self, prospect: Prospect) -> list[Reason]:
        """Three reasons, those that weigh most first; none when there is no portrait to compare with."""
        if self.portrait is None:
            return []
        reasons = [self._reason(trait.value, value) for trait, value in traits_of(prospect)]
        return sorted(reasons, key=lambda one: -abs(one.points))

    def _reason(self, trait: str, value: str) -> Reason:
        line = self.lines.get((trait, value)) if value else None
        return Reason(trait, value_name(trait, value) if value else "", (line.points or 0) if line else 0, line)


def traits_of(prospect: Prospect) -> Iterable[tuple[Trait, str]]:
    """What is known of a prospect that clients are compared by; empty for what is not."""
    size = "" if prospect.workforce == Prospect.Workforce.NOT_KNOWN else prospect.workforce
    return zip(SCORED, (prospect.naf_code[:2], size, area_of(prospect.postcode)), strict=True)
