"""Needs: what clients are trying to accomplish, who heard it, which clients have it and which services answer it."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from clients.folding import folded
from clients.models import Client, Service


class NeedQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)


class Need(models.Model):
    """A job to be done, in three parts: in which situation, what the client wants, to which end.

    `slug` is what addresses and saved views know it by: it is given once and stays.
    """

    slug = models.SlugField(max_length=60, unique=True, editable=False)
    name = models.CharField(_("nom court"), max_length=80, unique=True)
    situation = models.CharField(_("quand…"), max_length=200)
    wish = models.CharField(_("je veux…"), max_length=200)
    aim = models.CharField(_("pour…"), max_length=200)
    is_active = models.BooleanField(_("suivi"), default=True)
    position = models.PositiveSmallIntegerField(_("rang"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sort_name = models.GeneratedField(expression=folded("name"), output_field=models.TextField(), db_persist=True)
    services = models.ManyToManyField(Service, through="NeedService", related_name="needs")

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("besoin")
        ordering = ["position", "sort_name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(situation="") & ~Q(wish="") & ~Q(aim=""), name="a_need_is_said_in_full"
            )
        ]

    def __str__(self):
        return self.name

    @property
    def statement(self) -> str:
        """The three parts as one sentence."""
        return _now("Quand %(situation)s, je veux %(wish)s, pour %(aim)s.") % {
            "situation": self.situation,
            "wish": self.wish,
            "aim": self.aim,
        }


class NeedService(models.Model):
    """A service that answers a need."""

    need = models.ForeignKey(Need, verbose_name=_("besoin"), on_delete=models.CASCADE, related_name="answers")
    service = models.ForeignKey(Service, verbose_name=_("service"), on_delete=models.CASCADE, related_name="answered")

    class Meta:
        verbose_name = _("réponse à un besoin")
        constraints = [models.UniqueConstraint(fields=["need", "service"], name="a_service_answers_a_need_once")]

    def __str__(self):
        return f"{self.need_id} {self.service_id}"


class NeedEvidenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What was heard from the clients this person may see, and from nobody in particular."""
        return self.filter(Q(client=None) | Q(client__in=Client.objects.visible_to(user)))


class NeedEvidence(models.Model):
    """Who heard a need, when, from whom when it is known, in which words."""

    need = models.ForeignKey(Need, verbose_name=_("besoin"), on_delete=models.CASCADE, related_name="evidence")
    client = models.ForeignKey(
        Client, verbose_name=_("client"), null=True, blank=True, on_delete=models.CASCADE, related_name="need_evidence"
    )
    heard_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entendu par"), on_delete=models.PROTECT, related_name="+"
    )
    heard_on = models.DateField(_("entendu le"))
    quote = models.CharField(_("paroles entendues"), max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = NeedEvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("preuve d’un besoin")
        ordering = ["-heard_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "client", "heard_by", "heard_on", "quote"],
                nulls_distinct=False,
                name="the_same_words_are_heard_once",
            )
        ]

    def __str__(self):
        return f"{self.need_id} {self.heard_on}"


class ClientNeedQuerySet(models.QuerySet):
    def standing(self):
        """Those that nobody took away."""
        return self.filter(is_refuted=False)

    def of_active_needs(self):
        return self.filter(need__is_active=True)

    def of_needs(self, slugs: Iterable[str]):
        return self.filter(need__slug__in=list(slugs))

    def unanswered(self):
        """Those of clients who hold none of the services that answer the need."""
        return self.filter(is_answered=False)

    def visible_to(self, user):
        """The needs of the clients this person may see."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self.exclude(client__in=Client.objects.merged())
        return self.filter(client__in=Client.objects.visible_to(user))


class ClientNeed(models.Model):
    """A client has a need: somebody heard it, gave it to several clients, or a rule found it.

    Taken away by a person it is refuted, and stays so: no rule brings it back. `is_answered` is whether the client
    holds, at the date of the last run, one of the services that answer the need; `segmentation.need_rules` writes it.
    """

    class Origin(models.TextChoices):
        HAND = "hand", _("Noté à la main")
        BULK = "bulk", _("Associé en nombre")
        RULE = "rule", _("Trouvé par la règle")

    need = models.ForeignKey(
        Need,
        verbose_name=_("besoin"),
        on_delete=models.CASCADE,
        related_name="holders",
        db_index=False,  # `standing_needs` serves it
    )
    # The constraint is written by hand, for the database to remove it with its client: it holds nobody back.
    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.CASCADE,
        related_name="needs",
        db_index=False,
        db_constraint=False,
    )
    origin = models.CharField(_("origine"), max_length=4, choices=Origin.choices)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("noté par"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    noted_at = models.DateTimeField(_("noté le"), default=timezone.now)
    is_refuted = models.BooleanField(_("retiré"), default=False)
    is_answered = models.BooleanField(_("a un service qui y répond"), default=False)

    objects = ClientNeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("besoin d’un client")
        constraints = [
            models.UniqueConstraint(fields=["client", "need"], name="a_client_has_a_need_once"),
            models.CheckConstraint(
                condition=Q(origin="rule", is_refuted=False) | Q(noted_by__isnull=False),
                name="what_a_person_says_of_a_need_is_signed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["need", "client"],
                include=["is_answered"],
                condition=Q(is_refuted=False),
                name="standing_needs",
            )
        ]

    def __str__(self):
        return f"{self.client_id} {self.need_id}"


class NeedRule(models.Model):
    """Which clients have a need by what they do or buy. Within each list one is enough; `match` joins the two lists.

    A prefix is the letter of a section or the beginning of an activity code, as somebody typed it, without its dot.
    """

    class Match(models.TextChoices):
        ALL = "all", _("les deux à la fois")
        ANY = "any", _("l’un ou l’autre")

    need = models.OneToOneField(Need, verbose_name=_("besoin"), on_delete=models.CASCADE, related_name="rule")
    naf_prefixes = ArrayField(models.CharField(max_length=6), verbose_name=_("codes NAF"), default=list, blank=True)
    services = models.ManyToManyField(Service, verbose_name=_("services achetés"), blank=True, related_name="+")
    months = models.PositiveSmallIntegerField(_("depuis (mois)"), default=12)
    match = models.CharField(_("il faut"), max_length=3, choices=Match.choices, default=Match.ANY)

    class Meta:
        verbose_name = _("règle d’un besoin")
        constraints = [
            models.CheckConstraint(condition=Q(months__range=(1, 60)), name="a_need_is_looked_for_up_to_five_years")
        ]

    def __str__(self):
        return f"{self.need_id}"
