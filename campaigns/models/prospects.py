"""Companies that are not clients yet, and what somebody must do to win them."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.hierarchy import team_ids
from accounts.roles import Right
from campaigns.models.actions import Action, DueQuerySet
from clients.folding import Fold, folded
from clients.models import Client, Workforce
from clients.sectors import divisions_of


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

    def open(self):
        """Those still to win: neither set aside by somebody nor clients by now, nor kept out by the rule."""
        return self.filter(state__in=Prospect.OPEN).filter(Q(put_out="") | Q(kept_at__isnull=False))

    def put_out(self):
        """Those that the rule on look-alikes keeps out, and that nobody put back."""
        return self.exclude(put_out="").filter(kept_at=None)

    def in_area(self, area: str):
        """Those of a département, by the start of their postcode."""
        return self.filter(postcode__startswith=area, postcode__regex="^[0-9]{5}$")

    def in_sections(self, letters: Iterable[str]):
        """Those whose activity belongs to one of these sections."""
        divisions = [division for letter in letters for division in divisions_of(letter)]
        return self.alias(division=Left("naf_code", 2)).filter(division__in=divisions)

    def search(self, words: str):
        """Those whose name, town, postcode or interlocutor contains each of these words."""
        found = self
        for word in words.split():
            found = found.filter(search_text__contains=Fold(Value(word)))
        return found


class Prospect(models.Model):
    """A company that is not a client: facts about it, and how far one is with it."""

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("prospect", "Nouveau")
        CONTACTED = "contacted", _("Contacté")
        INTERESTED = "interested", _("Intéressé")
        DISMISSED = "dismissed", _("Écarté")
        CLIENT = "client", _("Devenu client")

    class PutOut(models.TextChoices):
        """Why the rule keeps it out of the list (`campaigns/sql/prospects_scored.sql`)."""

        GROUP = "group", _("Même SIREN ou même groupe qu’un client rouge ou parti")
        SIZE = "size", _("Secteur et taille où les clients rouges sont nombreux")
        SECTOR = "sector", _("Secteur où les clients rouges sont nombreux")

    OPEN = (State.NEW, State.CONTACTED, State.INTERESTED)
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
    # What it is worth by the portrait, and whether the rule keeps it out: written by `campaigns.prospecting` alone.
    points = models.SmallIntegerField(_("ressemblance"), null=True, editable=False)
    put_out = models.CharField(
        _("tenu à l’écart"), max_length=6, choices=PutOut.choices, blank=True, db_default="", default="", editable=False
    )
    kept_at = models.DateTimeField(_("remis dans la liste le"), null=True, editable=False)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("remis dans la liste par"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # How it became a client, for that to be taken back.
    former_state = models.CharField(
        max_length=10, choices=State.choices, blank=True, default="", db_default="", editable=False
    )
    made_client = models.BooleanField(default=False, db_default=False, editable=False)  # it was not one before
    links_by_hand = models.BooleanField(default=False, db_default=False, editable=False)  # somebody undid the link
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
            models.Index(F("points").desc(nulls_last=True), F("sort_name"), F("id"), name="prospects_by_points"),
            # The counts of the list's views are read off it alone.
            models.Index(fields=["owner", "state", "put_out", "kept_at"], name="prospects_by_view"),
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
            models.CheckConstraint(
                condition=Q(kept_at=None, kept_by=None) | Q(kept_at__isnull=False, kept_by__isnull=False),
                name="somebody_put_a_prospect_back",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_kept_out(self) -> bool:
        return bool(self.put_out) and self.kept_at is None

    @property
    def is_won(self) -> bool:
        return self.state == self.State.CLIENT


class ApproachQuerySet(DueQuerySet):
    def visible_to(self, user):
        """What is planned or done for the prospects this person may see."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self
        return self.filter(prospect__in=Prospect.objects.visible_to(user))


class Approach(models.Model):
    """Something a person must do, or did, to win a prospect: open until it has an outcome."""

    class Kind(models.TextChoices):
        CALL = Action.Kind.CALL.value, Action.Kind.CALL.label
        VISIT = Action.Kind.VISIT.value, Action.Kind.VISIT.label
        OFFER = Action.Kind.OFFER.value, Action.Kind.OFFER.label
        OTHER = Action.Kind.OTHER.value, Action.Kind.OTHER.label

    class Outcome(models.TextChoices):
        REACHED = Action.Outcome.REACHED.value, Action.Outcome.REACHED.label
        MESSAGE_LEFT = Action.Outcome.MESSAGE_LEFT.value, Action.Outcome.MESSAGE_LEFT.label
        DONE = Action.Outcome.DONE.value, Action.Outcome.DONE.label
        DROPPED = Action.Outcome.DROPPED.value, Action.Outcome.DROPPED.label

    CONTACTS = (Outcome.REACHED, Outcome.MESSAGE_LEFT, Outcome.DONE)  # the others met nobody

    prospect = models.ForeignKey(
        Prospect, verbose_name=_("prospect"), on_delete=models.CASCADE, related_name="approaches"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("pour"), on_delete=models.PROTECT, related_name="approaches"
    )
    kind = models.CharField(_("nature"), max_length=8, choices=Kind.choices, default=Kind.CALL)
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
    former_state = models.CharField(max_length=10, blank=True, editable=False)  # of the prospect, before this was done
    former_contact_on = models.DateField(null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ApproachQuerySet.as_manager()

    class Meta:
        verbose_name = _("action auprès d’un prospect")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="") | Q(done_at__isnull=False) & ~Q(outcome=""),
                name="an_approach_is_done_when_it_has_an_outcome",
            ),
            models.UniqueConstraint(
                fields=["prospect", "assignee", "kind", "due_on"],
                condition=Q(done_at=None),
                name="an_open_approach_is_planned_once",
            ),
        ]
        indexes = [
            models.Index(fields=["assignee", "due_on"], condition=Q(done_at=None), name="open_approaches_by_assignee"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.prospect}"
