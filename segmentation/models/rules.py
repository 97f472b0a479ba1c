"""The rules: every setting that a score depends on, one numbered version at a time."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from segmentation.models.segments import SegmentSlug


class ScoringMode(models.TextChoices):
    THRESHOLDS = "thresholds", _("Par seuils")
    VALUE = "value", _("Par rang de valeur")


class ScoredUnit(models.TextChoices):
    """Who a score is about."""

    CLIENT = "client", _("Chaque client à part")
    HEAD = "head", _("Chaque groupe : une maison mère et ses sociétés ensemble")


class RulesQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status=Rules.Status.PUBLISHED)

    def drafts(self):
        return self.filter(status=Rules.Status.DRAFT)

    def versions(self):
        """Those that are or were in force, newest first."""
        return self.exclude(status=Rules.Status.DRAFT).order_by("-version")


class Rules(models.Model):
    """One numbered version of every setting that a score depends on. Exactly one is published, at most one a draft.

    Durations are in days unless the name says months; amounts in euros HT; shares between 0 and 1. Only a draft ever
    changes (`segmentation.drafting`), and its `revision` grows each time.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Brouillon")
        PUBLISHED = "published", _("Publiée")
        RETIRED = "retired", _("Remplacée")

    version = models.PositiveIntegerField(_("version"), unique=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    reason = models.CharField(_("motif"), max_length=255, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(_("publiée le"), null=True, blank=True)
    revision = models.PositiveIntegerField(_("révision"), default=1)
    edited_at = models.DateTimeField(default=timezone.now)

    # When somebody first looked at the tiers and took them for the firm's own (`segmentation.adoption`).
    tiers_adopted_at = models.DateTimeField(_("paliers adoptés le"), null=True, blank=True)
    tiers_adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("paliers adoptés par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    # Who is scored, and what is left out.
    scored_by = models.CharField(_("qui est noté"), max_length=6, choices=ScoredUnit.choices, default=ScoredUnit.CLIENT)
    excluded_kinds = ArrayField(
        models.CharField(max_length=8, choices=Client.Kind.choices),
        verbose_name=_("natures de clients exclues"),
        default=list,
        blank=True,
    )
    excluded_countries = ArrayField(
        models.CharField(max_length=2), verbose_name=_("pays exclus"), default=list, blank=True
    )
    # By their ids, kept when a service goes: their lines count for nothing.
    excluded_services = ArrayField(
        models.BigIntegerField(), verbose_name=_("services exclus"), default=list, blank=True
    )

    # Windows. An empty RFM window means 24 months when history allows, else 12.
    rfm_window_months = models.PositiveSmallIntegerField(_("période du comportement, en mois"), null=True, blank=True)
    tier_window_months = models.PositiveSmallIntegerField(_("période des paliers, en mois"), default=12)

    # Tiers: shares of the number of clients, cumulated.
    tier_a_share = models.DecimalField(
        _("part des clients en palier A"), max_digits=5, decimal_places=4, default=Decimal("0.20")
    )
    tier_b_share = models.DecimalField(
        _("part des clients en paliers A et B"), max_digits=5, decimal_places=4, default=Decimal("0.70")
    )
    tier_min_clients = models.PositiveSmallIntegerField(_("clients qu’il faut pour des paliers"), default=5)

    # Scores 1 to 5.
    recency_mode = models.CharField(
        _("récence notée"), max_length=10, choices=ScoringMode.choices, default=ScoringMode.THRESHOLDS
    )
    frequency_mode = models.CharField(
        _("fréquence notée"), max_length=10, choices=ScoringMode.choices, default=ScoringMode.VALUE
    )
    monetary_mode = models.CharField(
        _("montant noté"), max_length=10, choices=ScoringMode.choices, default=ScoringMode.VALUE
    )
    # Most days since the last purchase for a score of 5, 4, 3, 2.
    recency_thresholds = ArrayField(models.PositiveIntegerField(), verbose_name=_("seuils de récence"), size=4)
    # Fewest purchase days for a score of 5, 4, 3, 2.
    frequency_thresholds = ArrayField(models.PositiveIntegerField(), verbose_name=_("seuils de fréquence"), size=4)
    # Amounts to exceed for a score of 2, 3, 4, 5; empty means the quintiles of the run, rounded.
    monetary_thresholds = ArrayField(
        models.DecimalField(max_digits=14, decimal_places=2),
        verbose_name=_("seuils de montant"),
        size=4,
        null=True,
        blank=True,
    )
    value_min_clients = models.PositiveIntegerField(_("clients qu’il faut pour classer"), default=30)
    value_min_distinct = models.PositiveIntegerField(_("valeurs différentes qu’il faut pour classer"), default=5)

    # Segments.
    new_client_days = models.PositiveSmallIntegerField(_("jours où un client est nouveau"), default=90)
    lost_after_months = models.PositiveSmallIntegerField(_("mois sans achat avant d’être perdu"), default=13)

    # Risk.
    rhythm_ratio = models.DecimalField(
        _("silence à risque, en nombre de rythmes"), max_digits=5, decimal_places=2, default=Decimal("2")
    )
    rhythm_watch_ratio = models.DecimalField(
        _("silence à surveiller, en nombre de rythmes"), max_digits=5, decimal_places=2, default=Decimal("1.5")
    )
    rhythm_min_purchases = models.PositiveSmallIntegerField(_("jours d’achat qu’il faut pour un rythme"), default=3)
    rhythm_min_gap_days = models.PositiveSmallIntegerField(_("rythme le plus court, en jours"), default=7)
    decline_share = models.DecimalField(
        _("montant en baisse sous cette part"), max_digits=5, decimal_places=4, default=Decimal("0.60")
    )
    decline_floor = models.DecimalField(
        _("montant de départ d’une baisse, en euros"), max_digits=14, decimal_places=2, default=Decimal("500")
    )
    slowing_share = models.DecimalField(
        _("achats espacés sous cette part"), max_digits=5, decimal_places=4, default=Decimal("0.60")
    )
    slowing_floor = models.PositiveSmallIntegerField(_("jours d’achat de départ d’un espacement"), default=3)
    # A service is stopped after a silence of this many times its own gap, and of more than this many days.
    service_ratio = models.DecimalField(
        _("silence d’un service arrêté, en nombre de rythmes"), max_digits=5, decimal_places=2, default=Decimal("2")
    )
    service_min_purchases = models.PositiveSmallIntegerField(
        _("jours d’achat qu’il faut pour qu’un service s’arrête"), default=3
    )
    service_floor_days = models.PositiveSmallIntegerField(
        _("silence le plus court d’un service arrêté, en jours"), default=30
    )

    # Recurring services count in money and tiers, not as purchases.
    sets_recurring_aside = models.BooleanField(_("abonnements mis à part"), default=False)

    objects = RulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("règles")
        verbose_name_plural = _("règles")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status="published"),
                name="one_published_version_of_the_rules",
            ),
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status="draft"),
                name="one_draft_of_the_rules",
            ),
            models.CheckConstraint(
                condition=Q(
                    tier_a_share__gt=0,
                    tier_b_share__gt=F("tier_a_share"),
                    tier_b_share__lt=1,
                ),
                name="tiers_follow_each_other",
            ),
            models.CheckConstraint(
                condition=Q(rfm_window_months=None) | Q(rfm_window_months__in=[3, 6, 12, 24, 36]),
                name="the_rfm_window_is_offered",
            ),
        ]

    def __str__(self):
        return f"v{self.version}"


class GridCell(models.Model):
    """The segment of one pair of scores, recency by frequency-and-monetary, under one version of the rules."""

    rules = models.ForeignKey(Rules, on_delete=models.CASCADE, related_name="grid")
    r = models.PositiveSmallIntegerField()
    fm = models.PositiveSmallIntegerField()
    segment = models.CharField(max_length=15, choices=SegmentSlug.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rules", "r", "fm"], name="one_segment_per_cell_of_the_grid"),
            models.CheckConstraint(
                condition=Q(r__range=(1, 5), fm__range=(1, 5)),
                name="a_grid_is_five_by_five",
            ),
        ]


class Exclusion(models.Model):
    """A client that one version of the rules leaves out of every score, as somebody decided, and why."""

    rules = models.ForeignKey(Rules, verbose_name=_("règles"), on_delete=models.CASCADE, related_name="exclusions")
    # Without a constraint: a version is never rewritten, so a client that goes takes its exclusions along by a trigger.
    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.CASCADE,
        related_name="exclusions",
        db_constraint=False,
    )
    motive = models.CharField(_("motif"), max_length=160)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("client exclu")
        constraints = [
            models.UniqueConstraint(fields=["rules", "client"], name="a_client_is_excluded_once_per_version"),
            models.CheckConstraint(condition=~Q(motive=""), name="an_exclusion_has_a_motive"),
        ]
