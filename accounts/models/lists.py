"""How people look at lists: the views they save, alone or for everybody, and what each list shows them first."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from accounts.roles import Right


class ListPage(models.TextChoices):
    """A page that is a list, and has views."""

    CLIENTS = "clients", _("Clients")
    AT_RISK = "a-risque", _("Clients à risque")
    ACTIONS = "actions", _("Actions")
    MOVEMENTS = "mouvements", _("Mouvements")
    HOLES = "opportunites", _("Opportunités")


class SavedViewQuerySet(models.QuerySet):
    def readable_by(self, user):
        """Their own, and those that others share. What such a view lists is what its reader may see, no more."""
        return self.filter(Q(owner=user) | Q(is_shared=True))

    def removable_by(self, user):
        """Their own; for who manages the settings of the firm, the shared ones too."""
        return self.filter(Q(owner=user) | Q(is_shared=True)) if user.may(Right.MANAGE_SETTINGS) else self.of(user)

    def of(self, user):
        return self.filter(owner=user)

    def on(self, page):
        return self.filter(page=page)


class SavedView(models.Model):
    """A list as somebody arranged it: `query` is its address after the question mark, filters, order and columns."""

    owner = models.ForeignKey(User, verbose_name=_("de"), on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(_("liste"), max_length=20, choices=ListPage.choices)
    name = models.CharField(_("nom de la vue"), max_length=60)
    query = models.CharField(_("adresse"), max_length=2000)
    is_shared = models.BooleanField(_("pour toute l’équipe"), default=False)
    position = models.PositiveSmallIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("vue enregistrée")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint("owner", "page", Lower("name"), name="one_view_per_owner_page_and_name"),
            models.CheckConstraint(condition=~Q(name=""), name="a_view_has_a_name"),
        ]
        indexes = [models.Index(fields=["page"], name="shared_views", condition=Q(is_shared=True))]

    def __str__(self):
        return self.name


class ListSettings(models.Model):
    """One list as one person likes it: its columns in order (none: those of the product), the view it opens with."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=20, choices=ListPage.choices)
    columns = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    opens_with = models.ForeignKey(SavedView, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("réglage de liste")
        constraints = [
            models.UniqueConstraint(fields=["person", "page"], name="one_setting_per_person_and_list"),
        ]
