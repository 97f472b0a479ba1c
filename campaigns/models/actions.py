"""Decisions: what somebody must do for a client, and what came of it."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from clients.models import Client, Service
from segmentation.models import ScoringRun


def end_of_week(day):
    """The Sunday of this day's week."""
    return day + timedelta(days=6 - day.weekday())


class DueQuerySet(models.QuerySet):
    """What people must do, or did, by its day: for clients, and for prospects."""

    def open(self):
        return self.filter(done_at=None)

    def done(self):
        return self.exclude(done_at=None)

    def overdue(self, today):
        return self.open().filter(due_on__lt=today)

    def due(self, today):
        """Open and for this very day."""
        return self.open().filter(due_on=today)

    def due_this_week(self, today):
        """Open and for a later day of the week of `today`, which ends on Sunday."""
        return self.open().filter(due_on__gt=today, due_on__lte=end_of_week(today))

    def upcoming(self, today):
        """Open and for a later week."""
        return self.open().filter(due_on__gt=end_of_week(today))

    def assigned_to(self, people):
        return self.filter(assignee__in=people)

    def recorded_by(self, user):
        """Done by this person."""
        return self.done().filter(done_by=user)

    def done_since(self, today, days):
        """Closed within that many days."""
        return self.done().filter(done_at__date__gt=today - timedelta(days=days))

    def done_on(self, day):
        """Done that day, as days go in Paris; given up does not count."""
        return self.done().filter(done_at__date=day).exclude(outcome=Action.Outcome.DROPPED)


class ActionQuerySet(DueQuerySet):
    def visible_to(self, user):
        """The actions for the clients this person may see."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self.exclude(client__in=Client.objects.merged())
        return self.filter(client__in=Client.objects.visible_to(user))


class Action(models.Model):
    """Something a person must do, or did, for a client: open until it has an outcome.

    What was recorded without having been planned is created and done at the same instant.
    """

    class Kind(models.TextChoices):
        CALL = "call", _("Appel")
        VISIT = "visit", _("Visite")
        OFFER = "offer", _("Proposition")
        TRAINING = "training", _("Formation")
        THANKS = "thanks", _("Remerciement")
        REFRAMING = "reframe", _("Recadrage")
        OTHER = "other", _("Autre")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Joint")
        MESSAGE_LEFT = "message-left", _("Message laissé")
        CALL_BACK = "call-back", _("À rappeler")
        STOP_CALLING = "stop-calling", _("Ne plus appeler")
        LEFT = "left", _("Client parti")
        ACCEPTED = "accepted", _("Acceptée")
        REFUSED = "refused", _("Refusée")
        DONE = "done", _("Faite")
        DROPPED = "dropped", _("Abandonnée")

    class Origin(models.TextChoices):
        """What it was planned from."""

        HAND = "hand", _("à la main")
        RISK = "risk", _("alerte")
        HOLE = "hole", _("opportunité")
        MOVEMENT = "movement", _("mouvement")
        TRIGGER = "trigger", _("déclencheur")
        MEETING = "meeting", _("réunion du lundi")
        ACTION = "action", _("suite d’une action")
        PLAN = "plan", _("plan d’allocation")

    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.CASCADE,
        related_name="actions",
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("pour"),
        on_delete=models.PROTECT,
        related_name="actions",
    )
    kind = models.CharField(_("nature"), max_length=8, choices=Kind.choices, default=Kind.CALL)
    service = models.ForeignKey(
        Service, verbose_name=_("service proposé"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    origin = models.CharField(
        _("origine"), max_length=8, choices=Origin.choices, default=Origin.HAND, db_default=Origin.HAND
    )
    due_on = models.DateField(_("pour le"))
    note = models.TextField(_("compte rendu"), blank=True)
    outcome = models.CharField(_("résultat"), max_length=12, choices=Outcome.choices, blank=True)
    done_at = models.DateTimeField(_("faite le"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("faite par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    minutes = models.PositiveSmallIntegerField(_("minutes passées"), null=True, blank=True)
    token = models.UUIDField(null=True, blank=True, editable=False)  # of the form that recorded it
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    follows = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="followed_by",
    )

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="") | Q(done_at__isnull=False) & ~Q(outcome=""),
                name="an_action_is_done_when_it_has_an_outcome",
            ),
            models.UniqueConstraint(
                fields=["client", "assignee", "kind", "due_on", "service"],
                condition=Q(done_at=None),
                nulls_distinct=False,
                name="an_open_action_is_planned_once",
            ),
            models.UniqueConstraint(fields=["done_by", "token"], name="a_form_records_one_action"),
        ]
        indexes = [
            models.Index(
                fields=["assignee", "due_on"],
                condition=Q(done_at=None),
                name="open_actions_by_assignee",
            ),
            models.Index(fields=["client", "-done_at"], name="actions_by_client"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.client}"


class CallRound(models.Model):
    """One person's calls of one day, to clients in an order that is kept: what came of each is its action."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="call_rounds")
    run = models.ForeignKey(ScoringRun, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    clients = ArrayField(models.BigIntegerField())
    passed = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = _("tournée d’appels")
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(ended_at=None), name="one_round_at_a_time"),
        ]

    def __str__(self):
        return f"{self.person} {self.started_at:%Y-%m-%d}"


class MondayLetter(models.Model):
    """The letter of one Monday to one person: written before it is sent, so that none leaves twice."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="monday_letters")
    monday = models.DateField()
    clients = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("lettre du lundi")
        constraints = [
            models.UniqueConstraint(fields=["person", "monday"], name="one_letter_per_person_and_monday"),
        ]

    def __str__(self):
        return f"{self.person} {self.monday}"


class MonthLetter(models.Model):
    """The letter about one month, named by its first day, to one person: written before it is sent."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="month_letters")
    month = models.DateField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("lettre du mois")
        constraints = [
            models.UniqueConstraint(fields=["person", "month"], name="one_letter_per_person_and_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="a_month_is_named_by_its_first_day"),
        ]

    def __str__(self):
        return f"{self.person} {self.month}"


class MeetingDecisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The decisions about clients whom this person may see."""
        return self.filter(action__in=Action.objects.visible_to(user))

    def last_before(self, monday):
        """Those of the newest meeting before this Monday."""
        earlier = self.filter(monday__lt=monday)
        newest = earlier.order_by("-monday").values("monday")[:1]
        return earlier.filter(monday=newest)


class MeetingDecision(models.Model):
    """What was decided for a client at the meeting of a Monday: an action, and why in a few words."""

    monday = models.DateField(_("réunion du"))
    action = models.OneToOneField(Action, on_delete=models.CASCADE, related_name="decision")
    what = models.CharField(_("décision"), max_length=200)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    objects = MeetingDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("décision de réunion")
        ordering = ["monday", "id"]

    def __str__(self):
        return self.what
