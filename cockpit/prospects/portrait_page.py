"""The portrait of tier A as its page shows it: sentences first, then bars and figures trait by trait."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import groupby

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.resemblance import lift_in_words
from clients.figures import nb, times
from cockpit.charts import length
from segmentation import portrait
from segmentation.models import Need, Portrait, Tier, Trait
from segmentation.portrait import NamedLine

MOST_SENTENCES = 3
MOST_LINES = 8  # of one trait, on the page: the rest is in the table
CAP = Decimal(6)  # lifts beyond draw the same


@dataclass(frozen=True)
class Bar:
    """One line as it is drawn: from once (no difference) to its lift, on a scale of 100 capped at 6; and its list."""

    named: NamedLine
    width: str
    url: str

    @property
    def line(self):
        return self.named.line

    @property
    def tone(self) -> str:
        """The class of its colour: more frequent in tier A, or less."""
        return "seg-champions" if self.line.lift is None or self.line.lift >= 1 else "seg-dormant"

    @property
    def lift(self) -> str:
        """What stands for the lift: "2,4 fois", "n insuffisant"."""
        return lift_in_words(self.line)


@dataclass(frozen=True)
class TraitBars:
    """The bars of one trait."""

    label: str
    bars: list[Bar]

    @property
    def shown(self) -> list[Bar]:
        return self.bars[:MOST_LINES]

    @property
    def left(self) -> int:
        """How many lines the drawing leaves to the table."""
        return len(self.bars) - len(self.shown)


class PortraitBoard:
    """One portrait, its lines named once."""

    def __init__(self, shown: Portrait):
        self.portrait = shown
        self.lines = portrait.lines_of(shown)

    @cached_property
    def sentences(self) -> list[str]:
        """What tells tier A apart most, in words, the strongest first."""
        return [sentence_of(one) for one in portrait.telling(self.lines)[:MOST_SENTENCES]]

    @cached_property
    def traits(self) -> list[TraitBars]:
        """Trait by trait, those of which something is known."""
        slugs = dict(Need.objects.values_list("pk", "slug"))
        pairs = groupby(self.lines, key=lambda one: one.trait)
        return [TraitBars(label, [self._bar(one, slugs) for one in lines]) for label, lines in pairs]

    @property
    def unknown(self) -> list[str]:
        """The traits that nothing is known of."""
        known = {one.line.trait for one in self.lines}
        return [str(trait.label) for trait in Trait if trait.value not in known]

    def _bar(self, one: NamedLine, slugs: dict[int, str]) -> Bar:
        lift = CAP if one.line.lift is None else min(one.line.lift, CAP)
        width = length(float(100 * lift / CAP)) if one.line.is_told else "0"
        return Bar(one, width, url_of(one, slugs))


def sentence_of(one: NamedLine) -> str:
    """One line in words, with its counts."""
    words = {
        "name": one.name,
        "trait": one.trait,
        "n": nb(one.line.champions),
        "known": nb(one.line.known_champions),
    }
    if one.line.lift is None:
        text = ngettext(
            "%(trait)s « %(name)s » : %(n)s client du palier A sur %(known)s, et aucun des autres.",
            "%(trait)s « %(name)s » : %(n)s clients du palier A sur %(known)s, et aucun des autres.",
            one.line.champions,
        )
        return text % words
    words["times"] = times(one.line.lift)
    text = _("%(trait)s « %(name)s » : %(times)s plus fréquent que chez vos autres clients (%(n)s sur %(known)s).")
    return text % words


def url_of(one: NamedLine, slugs: dict[int, str]) -> str:
    """The list of the clients of tier A behind a line; empty when no filter of the list says it."""
    line = one.line
    narrow = {
        Trait.SECTOR: lambda: {"activite": line.value},
        Trait.NEED: lambda: {"besoin": slugs.get(int(line.value), "")},
    }.get(Trait(line.trait))
    if narrow is None or not line.champions:
        return ""
    return f"{reverse('cockpit:client-list')}?{urlencode({'palier': Tier.A.value} | narrow())}"
