"""The portrait of the clients of tier A: what tells them from the others, line by line. Kept for one run.

Written by `segmentation/sql/portrait_*.sql` (`segmentation.portrait` names the statements); pages only read it.
"""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from segmentation.models.opportunities import FEWEST_ALIKE
from segmentation.models.runs import ScoringRun


class Trait(models.TextChoices):
    """What clients are compared by. The first three are known of a prospect too."""

    SECTOR = "sector", _("Secteur")
    SIZE = "size", _("Taille")
    AREA = "area", _("Département")
    AGE = "age", _("Ancienneté")
    SERVICE = "service", _("Service d’entrée")
    NEED = "need", _("Besoin")


class Portrait(models.Model):
    """Of one run: how many clients of tier A and others were compared, and how well it told them apart on trial.

    `auc` is the share of pairs, one client of tier A and one other, neither of which it had learnt from, where it
    gives more points to the former; null when too few clients were held out.
    """

    run = models.OneToOneField(ScoringRun, on_delete=models.CASCADE, related_name="portrait")
    champions = models.PositiveIntegerField(default=0)
    others = models.PositiveIntegerField(default=0)
    tested_champions = models.PositiveIntegerField(default=0)
    tested_others = models.PositiveIntegerField(default=0)
    auc = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("portrait")

    def __str__(self):
        return f"{self.run_id}"

    @property
    def is_enough(self) -> bool:
        """Whether both groups are large enough for anything to be said."""
        return self.champions >= FEWEST_ALIKE and self.others >= FEWEST_ALIKE


class PortraitLine(models.Model):
    """One value of one trait: how many clients have it on each side, of how many of whom the trait is known.

    `points` is what it adds to a prospect that has it; null when too few clients have it to say. Lines `is_trial` are
    learnt from one half of the clients and serve to measure.
    """

    portrait = models.ForeignKey(Portrait, on_delete=models.CASCADE, related_name="lines", db_index=False)
    is_trial = models.BooleanField(default=False)
    trait = models.CharField(max_length=7, choices=Trait.choices)
    value = models.CharField(max_length=20)
    champions = models.PositiveIntegerField()
    others = models.PositiveIntegerField()
    known_champions = models.PositiveIntegerField()
    known_others = models.PositiveIntegerField()
    points = models.SmallIntegerField(null=True)

    class Meta:
        verbose_name = _("ligne du portrait")
        constraints = [
            models.UniqueConstraint(
                fields=["portrait", "is_trial", "trait", "value"], name="one_line_per_portrait_trait_and_value"
            ),
            models.CheckConstraint(
                condition=Q(known_champions__gte=models.F("champions"), known_others__gte=models.F("others")),
                name="who_has_a_trait_is_known_by_it",
            ),
        ]

    def __str__(self):
        return f"{self.trait} {self.value}"

    @property
    def n(self) -> int:
        """How many clients have this value."""
        return self.champions + self.others

    @property
    def is_told(self) -> bool:
        """Whether enough clients have it to compare."""
        return self.points is not None

    @property
    def champions_share(self) -> Decimal:
        return Decimal(self.champions) / self.known_champions if self.known_champions else Decimal(0)

    @property
    def others_share(self) -> Decimal:
        return Decimal(self.others) / self.known_others if self.known_others else Decimal(0)

    @property
    def lift(self) -> Decimal | None:
        """How many times more often clients of tier A have it than the others; None when none of the others has."""
        return self.champions_share / self.others_share if self.others else None
