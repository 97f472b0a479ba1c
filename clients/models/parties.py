"""Who is invoiced, what is sold, and where either is known from."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.hierarchy import team_ids
from accounts.roles import Right
from clients.folding import Fold, folded
from clients.models.naf import NafCode
from clients.models.workforce import Workforce
from clients.sectors import DIVISIONS, divisions_of, normalised, prefixes_of, section_of


class Source(models.Model):
    """Where invoices come from: a set of books, the e-invoices, a named table. Identities are unique within it."""

    class Kind(models.TextChoices):
        FEC = "fec", _("Comptabilité (FEC)")
        EINVOICE = "einvoice", _("Factures électroniques")
        TABLE = "table", _("Tableau")
        HOURS = "hours", _("Temps passé")

    kind = models.CharField(_("nature"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("nom"), max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("source")
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="one_source_per_kind_and_name")]

    def __str__(self):
        return self.name


class ClientQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The clients this person may see: the only door to clients for lists, pages, exports, counts and mailings.

        Those merged into another are that other.
        """
        return self.unmerged().in_portfolio_of(user)

    def in_portfolio_of(self, user):
        """The clients that are this person's to see, those merged into another too.

        1. Marketing, Direction and Administrateur: all. 2. Manager: their own, their reports' at any depth, and those
        without owner. 3. Commercial, and anybody else in charge of clients: their own. 4. Without a role: none.
        """
        if user.may(Right.SEE_ALL_CLIENTS):
            return self
        if user.may(Right.SEE_TEAM_CLIENTS):
            return self.filter(Q(owner__in=team_ids(user)) | Q(owner=None))
        if user.rights:
            return self.filter(owner=user.pk)
        return self.none()

    def unmerged(self):
        """Clients that stand for themselves: not merged into another."""
        return self.filter(merged_into=None)

    def merged(self):
        """Clients merged into another: hardly any, and read off an index of their own."""
        return self.exclude(merged_into=None)

    def owned_by(self, user):
        return self.filter(owner=user)

    def unassigned(self):
        return self.filter(owner=None)

    def uncovered(self):
        """Those whom nobody follows, or whom nobody else answers for when that person is away."""
        lacks = Q(owner=None) | Q(backup_owner=None) | Q(backup_owner=F("owner"))
        return self.filter(lacks | Q(owner__is_active=False) | Q(backup_owner__is_active=False))

    def in_sections(self, letters):
        """Those whose activity belongs to one of these sections, "F" for construction."""
        divisions = [division for letter in letters for division in divisions_of(letter)]
        return self.alias(naf_division=Left("naf_code", 2)).filter(naf_division__in=divisions)

    def in_sector(self, text: str):
        """Those of a section (its letter), or whose activity code begins so, however it is written: "62", "62.01Z"."""
        begins = Q(pk__in=[])
        for prefix in prefixes_of(text):
            begins |= Q(naf_code__startswith=prefix)
        return self.filter(begins)

    def with_activity(self, words: str):
        """Those whose activity code begins so or, for words, those of the activities that bear them in their title."""
        code = normalised(words)
        if code[:1].isdigit():
            return self.filter(naf_code__startswith=code)
        return self.filter(naf_code__in=NafCode.objects.search(words).values("code"))

    def without_sector(self):
        """Those with no activity code, or one whose section nobody knows."""
        return self.alias(naf_division=Left("naf_code", 2)).exclude(naf_division__in=DIVISIONS)

    def with_unknown_naf(self):
        """Those whose activity code is not of the nomenclature; before it is loaded, those that read as none."""
        coded = self.exclude(naf_code="")
        if NafCode.objects.exists():
            return coded.filter(~Exists(NafCode.objects.filter(code=OuterRef("naf_code"))))
        divided = coded.alias(naf_division=Left("naf_code", 2))
        return divided.exclude(naf_division__in=DIVISIONS, naf_code__regex="^[0-9]{4}[A-Z]$")

    def search(self, words: str):
        """Clients whose name, code, town or postcode contains each of these words, whatever their case or accents."""
        found = self
        for word in words.split():
            found = found.filter(search_text__contains=Fold(Value(word)))
        return found


class Client(models.Model):
    """Who is invoiced: a company or a person."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Entreprise")
        PERSON = "person", _("Particulier")

    name = models.CharField(_("nom"), max_length=255)
    code = models.CharField(_("code"), max_length=60, blank=True)
    kind = models.CharField(_("nature"), max_length=8, choices=Kind.choices, default=Kind.COMPANY)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    vat_number = models.CharField(_("n° de TVA"), max_length=20, blank=True)
    naf_code = models.CharField(_("code NAF"), max_length=6, blank=True)
    naf_nomenclature = models.CharField(_("nomenclature NAF"), max_length=12, blank=True)
    workforce = models.CharField(_("effectif"), max_length=2, choices=Workforce.choices, blank=True, db_default="")
    address = models.CharField(_("adresse"), max_length=255, blank=True)
    postcode = models.CharField(_("code postal"), max_length=12, blank=True)
    city = models.CharField(_("ville"), max_length=120, blank=True)
    country = models.CharField(_("pays"), max_length=2, default="FR")
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=40, blank=True)
    client_since = models.DateField(_("client depuis"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("commercial"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="clients",
        db_index=False,  # `clients_by_owner` serves it, and gives the ids of a portfolio without reading its clients
    )
    backup_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("remplaçant"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Qui répond au client quand la personne qui le suit est absente."),
    )
    recommended_by = models.ForeignKey(
        "self",
        verbose_name=_("recommandé par"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="recommended_clients",
        db_index=False,  # `clients_recommended`: few are
    )
    head = models.ForeignKey(
        "self",
        verbose_name=_("groupe"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="companies",
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("fusionné dans"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # `clients_merged`: hardly anybody is
    )
    notes = models.TextField(_("notes"), blank=True)
    created_by_import = models.ForeignKey(
        "Import",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="created_clients",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)  # by hand, last; set by a trigger, never by imports
    erased_at = models.DateTimeField(_("effacé le"), null=True, blank=True, editable=False)
    sort_name = models.GeneratedField(expression=folded("name"), output_field=models.TextField(), db_persist=True)
    search_text = models.GeneratedField(
        expression=folded("name", "code", "city", "postcode"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("client")
        ordering = ["sort_name", "id"]
        indexes = [
            # Without those merged into another, whom no list shows: a portfolio is still read off its index alone.
            models.Index(fields=["sort_name", "id"], name="clients_by_name", condition=Q(merged_into=None)),
            models.Index(fields=["owner", "id"], name="clients_by_owner", condition=Q(merged_into=None)),
            models.Index(fields=["siren"], name="clients_by_siren", condition=~Q(siren="")),
            models.Index(Left("naf_code", 2), name="clients_by_division", condition=~Q(naf_code="")),
            models.Index(fields=["merged_into"], name="clients_merged", condition=Q(merged_into__isnull=False)),
            models.Index(
                fields=["recommended_by"], name="clients_recommended", condition=Q(recommended_by__isnull=False)
            ),
            models.Index(fields=["erased_at"], name="clients_erased", condition=Q(erased_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_client_has_a_name"),
            models.CheckConstraint(condition=~Q(head=F("id")), name="a_group_is_not_its_own_head"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="a_client_is_not_merged_into_itself"),
        ]

    def __str__(self):
        return self.name

    @property
    def section(self) -> str:
        """The letter of the section of its activity; empty when nobody knows it."""
        return section_of(self.naf_code)


class ClientKey(models.Model):
    """One way a client is known: a code within a source, or an identity that holds everywhere (SIRET, VAT number).

    Those of an erased client are keyed hashes (`clients.keyed`), of its SIREN and e-mail too: a file that names it
    again is recognised, and nothing leads back to the person.
    """

    class Kind(models.TextChoices):
        CODE = "code", _("Code client")
        ACCOUNT = "account", _("Compte auxiliaire")
        NAME = "name", _("Nom exact")
        SIRET = "siret", "SIRET"
        VAT = "vat", _("N° de TVA")
        SIREN = "siren", "SIREN"
        EMAIL = "email", _("E-mail")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="keys")
    source = models.ForeignKey(
        Source,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="client_keys",
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=255)
    created_by_import = models.ForeignKey(
        "Import",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    class Meta:
        verbose_name = _("clé d’identification")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "value"],
                nulls_distinct=False,
                name="one_client_per_key",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["siret", "vat", "siren", "email"], source=None)
                | Q(kind__in=["code", "account", "name"], source__isnull=False),
                name="only_legal_identities_do_without_a_source",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.value}"


class Contact(models.Model):
    """A person at a client."""

    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.CASCADE,
        related_name="contacts",
    )
    name = models.CharField(_("nom"), max_length=160)
    role = models.CharField(_("fonction"), max_length=120, blank=True)
    phone = models.CharField(_("téléphone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_main = models.BooleanField(_("contact principal"), default=False)
    consented_at = models.DateTimeField(_("consentement reçu le"), null=True, blank=True)
    consent_proof = models.CharField(_("preuve du consentement"), max_length=200, blank=True, db_default="")
    objected_at = models.DateTimeField(_("opposition reçue le"), null=True, blank=True)
    created_by_import = models.ForeignKey(
        "Import",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    edited_at = models.DateTimeField(null=True, editable=False)  # by hand, last; set by a trigger, never by imports

    class Meta:
        verbose_name = _("contact")
        ordering = ["-is_main", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(is_main=True),
                name="one_main_contact_per_client",
            ),
        ]

    def __str__(self):
        return self.name


class Service(models.Model):
    """What is sold: an item of the catalogue or a family of them."""

    code = models.CharField(_("code"), max_length=120, unique=True)
    name = models.CharField(_("nom"), max_length=160)
    family = models.CharField(_("famille"), max_length=120, blank=True)
    is_recurring = models.BooleanField(
        _("abonnement"),
        default=False,
        help_text=_("Facturé chaque mois sans nouvelle décision du client."),
    )
    edited_at = models.DateTimeField(null=True, editable=False)  # by hand, last; set by a trigger, never by imports
    sort_name = models.GeneratedField(expression=folded("name"), output_field=models.TextField(), db_persist=True)

    class Meta:
        verbose_name = _("service")
        ordering = ["sort_name", "id"]

    def __str__(self):
        return self.name


class ServiceAlias(models.Model):
    """A name under which files know a service of the catalogue, as somebody decided; remembered for later imports."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=160, unique=True)  # as `clients.folding.fold` writes it
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("autre nom d’un service")

    def __str__(self):
        return self.name
