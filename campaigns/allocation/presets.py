"""Ways to begin: the article's table, two of ours, and what was really done the quarter before.

The article is that of the three-group method (20 / 50 / 30): what it gives to keep is shared 70 / 20 / 10 / 0 between
its three groups and look-alike prospects, what it gives to win 0 / 0 / 30 / 70.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import Target

INTERVALS = {Target.A: 30, Target.B: 90, Target.C: 180, Target.PROSPECTS: 90}  # days
MINUTES = {Target.A: 45, Target.B: 30, Target.C: 15, Target.PROSPECTS: 30}


class Preset(models.TextChoices):
    ARTICLE = "article", _("Article")
    PROTECT = "proteger", _("Protéger d’abord")
    CONQUER = "conquerir", _("Conquérir")
    PREVIOUS = "precedent", _("Trimestre précédent")


class ExpectedReturn(models.TextChoices):
    """What the article expects of a line, as long as nothing is measured."""

    VERY_HIGH = "very-high", pgettext_lazy("return", "Très élevé")
    HIGH = "high", pgettext_lazy("return", "Élevé")
    MIDDLING = "middling", pgettext_lazy("return", "Moyen")
    HIGH_LATER = "high-later", pgettext_lazy("return", "Élevé à long terme")


EXPECTED = {
    Target.A: ExpectedReturn.VERY_HIGH,
    Target.B: ExpectedReturn.HIGH,
    Target.C: ExpectedReturn.MIDDLING,
    Target.PROSPECTS: ExpectedReturn.HIGH_LATER,
}


@dataclass(frozen=True)
class Shares:
    """Parts in percent: of the total for keeping, then of each budget by line."""

    keeping_percent: int
    keeping: Mapping[str, int]
    winning: Mapping[str, int]


def _shares(keeping_percent: int, keeping: tuple[int, ...], winning: tuple[int, ...]) -> Shares:
    targets = [target.value for target in Target]
    return Shares(keeping_percent, dict(zip(targets, keeping, strict=True)), dict(zip(targets, winning, strict=True)))


TABLES = {
    Preset.ARTICLE: _shares(70, (70, 20, 10, 0), (0, 0, 30, 70)),
    Preset.PROTECT: _shares(85, (75, 20, 5, 0), (0, 0, 50, 50)),
    Preset.CONQUER: _shares(50, (70, 20, 10, 0), (0, 0, 15, 85)),
}
