"""The portrait of the clients of tier A: which traits they have more often than the others, and how much each counts.

Found right after each official run, for the run that pages show, and kept for it alone. What a trait adds to a
prospect is a stored number of points (`portrait_lines.sql` gives the formula and its source), so that the portrait,
the score of a prospect and the reasons for it say the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.areas import area_name
from clients.models import Service, Workforce
from clients.sectors import DIVISIONS, Section, section_of
from segmentation import opportunities
from segmentation.locks import Lock, held
from segmentation.models import FEWEST_ALIKE, Need, Portrait, PortraitLine, ScoringRun, Trait
from segmentation.statements import execute, prepare

WEIGHT = 10  # clients that the firm as a whole counts for in the share of a group
SCORED = (Trait.SECTOR, Trait.SIZE, Trait.AREA)  # what is known of a prospect
TELLING = Decimal("1.5")  # the lift from which a line is worth a sentence
AGES = {"0": (0, 1), "1": (1, 3), "3": (3, 5), "5": (5, 10), "10": (10, None)}  # years, the end excluded


@dataclass(frozen=True)
class NamedLine:
    """A line of the portrait, and what people call its value."""

    line: PortraitLine
    name: str

    @property
    def trait(self) -> str:
        return str(Trait(self.line.trait).label)


def on_show() -> Portrait | None:
    """The portrait that pages show: that of the latest run, or for a moment of the one before; None before any."""
    return Portrait.objects.select_related("run__rules").order_by("-run__as_of", "-run").first()


def catch_up() -> bool:
    """Whether the portrait of the latest run was missing, and is drawn now in place of the former one.

    Anybody may call, as often as they like; False while somebody else is at it.
    """
    run = ScoringRun.objects.latest_at()
    if run is None or Portrait.objects.filter(run=run).exists():
        return False
    with held(Lock.PORTRAIT) as is_ours:
        if not is_ours:
            return False
        draw(run)
    return True


@transaction.atomic
def draw(run: ScoringRun) -> Portrait:
    """The portrait of this run, in place of any other."""
    prepare()
    Portrait.objects.all().delete()
    portrait = Portrait.objects.create(run=run)
    opportunities.read(run)
    execute("portrait_clients", run=run.pk)
    execute("portrait_traits", as_of=run.as_of, divisions=list(DIVISIONS))
    opportunities.forget_read()
    execute("portrait_counted", portrait=portrait.pk)
    scored = [trait.value for trait in SCORED]
    execute("portrait_lines", portrait=portrait.pk, weight=WEIGHT, fewest=FEWEST_ALIKE, scored=scored)
    execute("portrait_trial", portrait=portrait.pk, fewest=FEWEST_ALIKE)
    execute("drop_portrait")
    portrait.refresh_from_db()
    return portrait


def lines_of(portrait: Portrait) -> list[NamedLine]:
    """Every line, trait by trait, those that tell tier A apart first and those on too few clients last."""
    lines = list(portrait.lines.filter(is_trial=False))
    names = names_of(lines)
    order = {trait: place for place, trait in enumerate(Trait.values)}
    lines.sort(key=lambda line: (order[line.trait], not line.is_told, -(line.points or 0), -line.n, line.value))
    return [NamedLine(line, names[(line.trait, line.value)]) for line in lines]


def telling(lines: Iterable[NamedLine]) -> list[NamedLine]:
    """The lines worth a sentence: told, and clearly more frequent in tier A, the strongest first."""
    found = [one for one in lines if one.line.is_told and (one.line.lift is None or one.line.lift >= TELLING)]
    return sorted(found, key=lambda one: -(one.line.points or 0))


def names_of(lines: Iterable[PortraitLine]) -> dict[tuple[str, str], str]:
    """What people call these values, {(trait, value): name}, with a query for services and one for needs."""
    values = {(line.trait, line.value) for line in lines}
    services = Service.objects.in_bulk([int(value) for trait, value in values if trait == Trait.SERVICE])
    needs = Need.objects.in_bulk([int(value) for trait, value in values if trait == Trait.NEED])
    known = {(Trait.SERVICE.value, str(pk)): one.name for pk, one in services.items()}
    known |= {(Trait.NEED.value, str(pk)): one.name for pk, one in needs.items()}
    return {(trait, value): known.get((trait, value)) or value_name(trait, value) for trait, value in values}


def value_name(trait: str, value: str) -> str:
    """What people call a value that no table names: a sector, a size, an area, an age."""
    if trait == Trait.SECTOR:
        letter = section_of(value)
        return f"{Section(letter).label} ({value})" if letter else value
    if trait == Trait.SIZE:
        return str(Workforce(value).label) if value in Workforce.values else value
    if trait == Trait.AREA:
        return area_name(value)
    if trait == Trait.AGE and value in AGES:
        return _age(*AGES[value])
    return value


def _age(since: int, until: int | None) -> str:
    if until is None:
        return _("10 ans et plus")
    if not since:
        return _("moins d’un an")
    return ngettext("de %(since)s à %(until)s an", "de %(since)s à %(until)s ans", until) % {
        "since": since,
        "until": until,
    }
