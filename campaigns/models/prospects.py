"""Companies that are not clients yet."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.hierarchy import team_ids
from accounts.roles import Right
from clients.folding import folded
from clients.models import Client, Workforce


class ProspectQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The prospects this person may see, as for clients: all, their team's and those of nobody, or their own."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self
        if user.may(Right.SEE_TEAM_CLIENTS):
            return self.filter(Q(owner__in=team_ids(user)) | Q(owner=None))
        if user.rights:
            return self.filter(owner=user.pk)
        return self.none()


class Prospect(models.Model):
    """A company that is not a client: facts about it, and how far one is with it."""

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("prospect", "Nouveau")
        CONTACTED = "contacted", _("Contacté")
        INTERESTED = "interested", _("Intéressé")
        DISMISSED = "dismissed", _("Écarté")
        CLIENT = "client", _("Devenu client")

    Workforce = Workforce

    name = models.CharField(_("nom"), max_length=255)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    naf_code = models.CharField(_("code NAF"), max_length=6, blank=True)
    naf_nomenclature = models.CharField(_("nomenclature NAF"), max_length=12, blank=True)
    workforce = models.CharField(_("effectif"), max_length=2, choices=Workforce.choices, blank=True)
    address = models.CharField(_("adresse"), max_length=255, blank=True)
    postcode = models.CharField(_("code postal"), max_length=12, blank=True)
    city = models.CharField(_("ville"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=40, blank=True)
    website = models.CharField(_("site web"), max_length=255, blank=True)
    contact_name = models.CharField(_("interlocuteur"), max_length=160, blank=True)
    source_label = models.CharField(_("origine"), max_length=120, blank=True)
    state = models.CharField(_("état"), max_length=10, choices=State.choices, default=State.NEW)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("commercial"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="prospects",
    )
    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="was_prospect",
    )
    recommended_by = models.ForeignKey(
        Client,
        verbose_name=_("recommandé par"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="recommended_prospects",
    )
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("ajouté le"), default=timezone.now, editable=False)
    last_contact_on = models.DateField(_("dernier contact"), null=True, blank=True)
    objected_at = models.DateTimeField(_("opposition reçue le"), null=True, blank=True)
    sort_name = models.GeneratedField(expression=folded("name"), output_field=models.TextField(), db_persist=True)
    search_text = models.GeneratedField(
        expression=folded("name", "city", "postcode", "contact_name"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ProspectQuerySet.as_manager()

    class Meta:
        verbose_name = _("prospect")
        ordering = ["sort_name", "id"]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="prospects_by_name"),
            models.Index(fields=["siren"], name="prospects_by_siren", condition=~Q(siren="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["siret"], condition=~Q(siret=""), name="one_prospect_per_siret"),
            models.CheckConstraint(condition=~Q(name=""), name="a_prospect_has_a_name"),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__startswith=F("siren")), name="a_siret_starts_with_its_siren"
            ),
            models.CheckConstraint(
                condition=Q(state="client", client__isnull=False) | ~Q(state="client") & Q(client=None),
                name="a_prospect_won_names_its_client",
            ),
        ]

    def __str__(self):
        return self.name
