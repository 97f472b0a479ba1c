"""The relation with a client: what the people in charge think of it, the colour this gives, and what is done about red.

Nobody reads or writes any of this but the roles in charge of clients: `segmentation.relation.access` is the only door.
"""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from clients.models import Client
from segmentation.models.rules import Rules
from segmentation.models.runs import ScoringRun

QUESTIONS = ("punctuality", "relationship", "effort", "potential", "prescriber")
FACTS = ("amount", "hourly", "delay", "credit")
CRITERIA = (*FACTS, *QUESTIONS)
ANSWERS = (MinValueValidator(1), MaxValueValidator(5))


class Colour(models.TextChoices):
    """The four colours of the relation, the best first: the steps of one scale."""

    DARK_GREEN = "dark-green", _("Vert foncé")
    LIGHT_GREEN = "light-green", _("Vert clair")
    ORANGE = "orange", _("Orange")
    RED = "red", _("Rouge")

    @property
    def step(self) -> int:
        """Its place on the scale, 1 the best to 4."""
        return list(Colour).index(self) + 1


class GradeRules(models.Model):
    """The weights and cuts of one version of the rules. A weight of 0 leaves its criterion out.

    The score, 0 to 100, is the mean of what is known, weighted; each cut is the least score of its colour.
    """

    rules = models.OneToOneField(Rules, on_delete=models.CASCADE, related_name="grading")
    amount_weight = models.PositiveSmallIntegerField(_("montant"), default=15, validators=[MaxValueValidator(100)])
    hourly_weight = models.PositiveSmallIntegerField(
        _("revenu par heure"), default=15, validators=[MaxValueValidator(100)]
    )
    delay_weight = models.PositiveSmallIntegerField(
        _("délai de paiement"), default=10, validators=[MaxValueValidator(100)]
    )
    credit_weight = models.PositiveSmallIntegerField(_("avoirs"), default=5, validators=[MaxValueValidator(100)])
    punctuality_weight = models.PositiveSmallIntegerField(
        _("ponctualité"), default=10, validators=[MaxValueValidator(100)]
    )
    relationship_weight = models.PositiveSmallIntegerField(
        _("relation"), default=15, validators=[MaxValueValidator(100)]
    )
    effort_weight = models.PositiveSmallIntegerField(_("effort"), default=10, validators=[MaxValueValidator(100)])
    potential_weight = models.PositiveSmallIntegerField(
        _("potentiel de croissance"), default=10, validators=[MaxValueValidator(100)]
    )
    prescriber_weight = models.PositiveSmallIntegerField(
        _("prescription"), default=10, validators=[MaxValueValidator(100)]
    )
    worst_delay_days = models.PositiveSmallIntegerField(
        _("retard de paiement qui ne vaut plus rien"), default=60, validators=[MinValueValidator(1)]
    )
    worst_credit_share = models.DecimalField(
        _("part d’avoirs qui ne vaut plus rien"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.200"),
        validators=[MinValueValidator(Decimal("0.001")), MaxValueValidator(1)],
    )
    dark_green_from = models.PositiveSmallIntegerField(_("vert foncé à partir de"), default=72)
    light_green_from = models.PositiveSmallIntegerField(_("vert clair à partir de"), default=52)
    orange_from = models.PositiveSmallIntegerField(_("orange à partir de"), default=34)
    valid_months = models.PositiveSmallIntegerField(
        _("avis à refaire après"), default=12, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )

    class Meta:
        verbose_name = _("règles de la note de relation")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    orange_from__gt=0,
                    light_green_from__gt=F("orange_from"),
                    dark_green_from__gt=F("light_green_from"),
                    dark_green_from__lte=100,
                ),
                name="the_cuts_of_the_colours_follow_each_other",
            ),
            models.CheckConstraint(
                condition=Q(punctuality_weight__gt=0)
                | Q(relationship_weight__gt=0)
                | Q(effort_weight__gt=0)
                | Q(potential_weight__gt=0)
                | Q(prescriber_weight__gt=0),
                name="an_answer_weighs_something",
            ),
            models.CheckConstraint(
                condition=Q(worst_delay_days__gt=0, worst_credit_share__gt=0, valid_months__gt=0),
                name="the_worst_is_worse_than_nothing",
            ),
        ]

    def weight(self, criterion: str) -> int:
        return getattr(self, f"{criterion}_weight")


class Assessment(models.Model):
    """The answers of one person about one client, 1 to 5, 5 the best. The latest of each person counts."""

    client = models.ForeignKey(Client, verbose_name=_("client"), on_delete=models.CASCADE, related_name="assessments")
    rater = models.ForeignKey(User, verbose_name=_("avis de"), on_delete=models.PROTECT, related_name="+")
    punctuality = models.PositiveSmallIntegerField(_("ponctualité"), validators=ANSWERS)
    relationship = models.PositiveSmallIntegerField(_("relation"), validators=ANSWERS)
    effort = models.PositiveSmallIntegerField(_("effort"), validators=ANSWERS)
    potential = models.PositiveSmallIntegerField(_("potentiel de croissance"), validators=ANSWERS)
    prescriber = models.PositiveSmallIntegerField(_("prescription"), validators=ANSWERS)
    comment = models.TextField(_("commentaire"), blank=True, max_length=2000)
    assessed_at = models.DateTimeField(_("donné le"), default=timezone.now)
    token = models.UUIDField(null=True, blank=True, editable=False)  # of the form that recorded it

    journal_right = Right.READ_GRADES  # without it, the journal does not tell of these rows either

    class Meta:
        verbose_name = _("avis sur un client")
        verbose_name_plural = _("avis sur les clients")
        ordering = ["-assessed_at", "-id"]
        indexes = [models.Index(fields=["client", "rater", "-assessed_at"], name="assessments_by_client")]
        constraints = [
            models.UniqueConstraint(fields=["rater", "token"], name="a_form_records_one_assessment"),
            models.CheckConstraint(
                condition=Q(**{f"{question}__range": (1, 5) for question in QUESTIONS}),
                name="an_answer_is_from_one_to_five",
            ),
        ]

    @property
    def answers(self) -> dict[str, int]:
        """The answers by question."""
        return {question: getattr(self, question) for question in QUESTIONS}


class Facts(models.Model):
    """What figures say of a client over the tier window; what is not known is empty, and does not count.

    `below` of the `among` other clients bring strictly less. Amounts in euros HT, days after the due date, shares.
    """

    revenue = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    below = models.PositiveIntegerField(null=True)
    among = models.PositiveIntegerField(null=True)
    per_hour = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    usual_per_hour = models.DecimalField(max_digits=14, decimal_places=2, null=True)  # of the whole firm
    late_days = models.DecimalField(max_digits=7, decimal_places=1, null=True)  # weighted by the amounts
    credit_share = models.DecimalField(max_digits=9, decimal_places=4, null=True)  # credit notes over what was billed

    class Meta:
        abstract = True


class RelationFacts(Facts):
    """The facts of one client, as of the newest run: replaced as a whole by the next. Written by SQL."""

    run = models.ForeignKey(ScoringRun, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="relation_facts", db_constraint=False)
    hours = models.DecimalField(max_digits=10, decimal_places=2, null=True)

    class Meta:
        verbose_name = _("faits de la relation")


class GradeQuerySet(models.QuerySet):
    def of_colours(self, colours):
        return self.filter(colour__in=colours)

    def to_confirm(self):
        """Red for one person, waiting for another."""
        return self.filter(red=Grade.Red.PROPOSED)

    def disputed(self):
        """Raters whose colours are two steps apart, or who answered a question three steps apart."""
        return self.filter(Q(spread__gte=Grade.WIDE_SPREAD) | Q(gap__gte=Grade.WIDE_GAP))


class Grade(Facts):
    """The colour of one client now, and what it was made of: facts, mean answers, rules.

    Red counts once somebody else confirmed it; until then, and when they did not, the client counts as orange.
    `spread` is how many steps apart the raters' own colours are, `gap` the largest difference of two answers.
    """

    class Red(models.TextChoices):
        NO = "", ""
        PROPOSED = "proposed", _("Rouge à confirmer")
        CONFIRMED = "confirmed", _("Rouge confirmé")
        SET_ASIDE = "set-aside", _("Rouge écarté")

    WIDE_SPREAD = 2
    WIDE_GAP = 3

    client = models.OneToOneField(Client, verbose_name=_("client"), on_delete=models.CASCADE, related_name="grade")
    rules = models.ForeignKey(Rules, on_delete=models.PROTECT, related_name="+")
    colour = models.CharField(_("couleur"), max_length=11, choices=Colour.choices)
    score = models.PositiveSmallIntegerField(_("sur 100"))
    since = models.DateTimeField(_("depuis le"))
    assessed_at = models.DateTimeField(_("dernier avis le"))
    raters = models.PositiveSmallIntegerField()
    spread = models.PositiveSmallIntegerField()
    gap = models.PositiveSmallIntegerField()
    punctuality = models.DecimalField(max_digits=3, decimal_places=2)
    relationship = models.DecimalField(max_digits=3, decimal_places=2)
    effort = models.DecimalField(max_digits=3, decimal_places=2)
    potential = models.DecimalField(max_digits=3, decimal_places=2)
    prescriber = models.DecimalField(max_digits=3, decimal_places=2)
    red = models.CharField(_("rouge"), max_length=9, choices=Red.choices, blank=True, default=Red.NO)
    proposed_by = models.ForeignKey(
        User, verbose_name=_("proposé par"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        User, verbose_name=_("décidé par"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    motive = models.CharField(_("motif"), max_length=500, blank=True, default="")

    journal_right = Right.READ_GRADES

    objects = GradeQuerySet.as_manager()

    class Meta:
        verbose_name = _("note de relation")
        verbose_name_plural = _("notes de relation")
        indexes = [models.Index(fields=["colour", "client"], name="grades_by_colour")]
        constraints = [
            models.CheckConstraint(
                condition=Q(colour="red", red="confirmed") | ~Q(colour="red") & ~Q(red="confirmed"),
                name="red_counts_once_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(red="", proposed_by=None) | ~Q(red="") & Q(proposed_by__isnull=False),
                name="somebody_proposed_red",
            ),
            models.CheckConstraint(
                condition=Q(red__in=["confirmed", "set-aside"], decided_by__isnull=False, decided_at__isnull=False)
                | Q(red__in=["", "proposed"], decided_by=None, decided_at=None),
                name="somebody_decided_about_red",
            ),
        ]

    @property
    def step(self) -> int:
        """The place of its colour on the scale, 1 the best to 4."""
        return Colour(self.colour).step

    @property
    def answers(self) -> dict[str, Decimal]:
        """The mean answers by question."""
        return {question: getattr(self, question) for question in QUESTIONS}

    @property
    def is_disputed(self) -> bool:
        return self.spread >= self.WIDE_SPREAD or self.gap >= self.WIDE_GAP

    @property
    def was_alone(self) -> bool:
        """Whether who proposed red also confirmed it: the firm had nobody else."""
        return self.red == self.Red.CONFIRMED and self.proposed_by_id == self.decided_by_id


class FormerGrade(models.Model):
    """A colour that a client had for a while."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="former_grades")
    colour = models.CharField(_("couleur"), max_length=11, choices=Colour.choices)
    score = models.PositiveSmallIntegerField(_("sur 100"))
    since = models.DateTimeField(_("depuis le"))
    until = models.DateTimeField(_("jusqu’au"))

    class Meta:
        verbose_name = _("ancienne note de relation")
        ordering = ["-until", "-id"]

    @property
    def step(self) -> int:
        return Colour(self.colour).step


class ReframingPlanQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at=None)

    def closed(self):
        return self.exclude(closed_at=None)


class ReframingPlan(models.Model):
    """What the firm does about a client in red: a talk, the price, the way of working, or parting."""

    class Kind(models.TextChoices):
        TALK = "talk", _("Un entretien")
        PRICE = "price", _("Le prix")
        WAY_OF_WORKING = "way-of-working", _("La façon de travailler")
        EXIT = "exit", _("La fin de la relation")

    client = models.ForeignKey(
        Client, verbose_name=_("client"), on_delete=models.CASCADE, related_name="reframing_plans"
    )
    kind = models.CharField(_("on agit sur"), max_length=14, choices=Kind.choices, default=Kind.TALK)
    what = models.TextField(_("ce qui sera fait"), max_length=2000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("par"), on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("pour le"))
    outcome = models.TextField(_("ce qui en est sorti"), blank=True, max_length=2000)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("ouvert par"), on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("ouvert le"), default=timezone.now)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("clos par"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(_("clos le"), null=True)

    journal_right = Right.READ_GRADES

    objects = ReframingPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan de recadrage")
        verbose_name_plural = _("plans de recadrage")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=Q(closed_at=None), name="one_open_reframing_plan_per_client"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome=""),
                name="a_closed_plan_says_what_came_of_it",
            ),
        ]
