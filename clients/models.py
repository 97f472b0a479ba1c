"""Facts: who is invoiced, what is sold, every invoice, and the imports that brought them. No judgement here."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.hierarchy import team_ids
from accounts.roles import Right
from clients.folding import Fold, folded
from clients.imports.staged import StagedClient, StagedInvoice, StagedLine, StagedService

__all__ = ["StagedClient", "StagedInvoice", "StagedLine", "StagedService"]  # their tables; the rest is public as usual


class Source(models.Model):
    """Where invoices come from: a set of books, the e-invoices, a named table. Identities are unique within it."""

    class Kind(models.TextChoices):
        FEC = "fec", _("Comptabilité (FEC)")
        EINVOICE = "einvoice", _("Factures électroniques")
        TABLE = "table", _("Tableau")

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

    def owned_by(self, user):
        return self.filter(owner=user)

    def unassigned(self):
        return self.filter(owner=None)

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
    head = models.ForeignKey(
        "self",
        verbose_name=_("groupe"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="companies",
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
            models.Index(fields=["sort_name", "id"], name="clients_by_name"),
            models.Index(fields=["owner", "id"], name="clients_by_owner"),
            models.Index(fields=["siren"], name="clients_by_siren", condition=~Q(siren="")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_client_has_a_name"),
            models.CheckConstraint(condition=~Q(head=F("id")), name="a_group_is_not_its_own_head"),
        ]

    def __str__(self):
        return self.name


class ClientKey(models.Model):
    """One way a client is known: a code within a source, or an identity that holds everywhere (SIRET, VAT number)."""

    class Kind(models.TextChoices):
        CODE = "code", _("Code client")
        ACCOUNT = "account", _("Compte auxiliaire")
        NAME = "name", _("Nom exact")
        SIRET = "siret", "SIRET"
        VAT = "vat", _("N° de TVA")

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
                condition=Q(kind__in=["siret", "vat"], source=None)
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
    objected_at = models.DateTimeField(_("opposition reçue le"), null=True, blank=True)
    created_by_import = models.ForeignKey(
        "Import",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

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
    sort_name = models.GeneratedField(expression=folded("name"), output_field=models.TextField(), db_persist=True)

    class Meta:
        verbose_name = _("service")
        ordering = ["sort_name", "id"]

    def __str__(self):
        return self.name


class InvoiceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The invoices of the clients this person may see."""
        if user.may(Right.SEE_ALL_CLIENTS):
            return self
        return self.filter(client__in=Client.objects.visible_to(user))

    def counted(self):
        """Issued or paid: what revenue and scores are made of (design.md §5)."""
        return self.filter(status__in=Invoice.COUNTED)


class Invoice(models.Model):
    """A document that bills a client or, as a credit note, gives back. Amounts in euros; `amount_ht` excludes VAT."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Facture")
        CREDIT_NOTE = "credit_note", _("Avoir")
        DEPOSIT = "deposit", _("Acompte")

    class Status(models.TextChoices):
        ISSUED = "issued", _("Émise")
        PAID = "paid", _("Payée")
        DRAFT = "draft", _("Brouillon")
        PRO_FORMA = "pro_forma", _("Pro forma")
        CANCELLED = "cancelled", _("Annulée")

    COUNTED = (Status.ISSUED, Status.PAID)

    source = models.ForeignKey(
        Source,
        verbose_name=_("source"),
        on_delete=models.PROTECT,
        related_name="invoices",
        db_index=False,  # the identity starts with it
    )
    external_id = models.CharField(_("identité dans la source"), max_length=400)
    number = models.CharField(_("numéro"), max_length=120, blank=True)
    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.PROTECT,
        related_name="invoices",
    )
    kind = models.CharField(_("nature"), max_length=11, choices=Kind.choices, default=Kind.INVOICE)
    status = models.CharField(_("statut"), max_length=9, choices=Status.choices, default=Status.ISSUED)
    issued_on = models.DateField(_("date"))
    due_on = models.DateField(_("échéance"), null=True, blank=True)
    paid_on = models.DateField(_("payée le"), null=True, blank=True)
    amount_ht = models.DecimalField(_("montant HT"), max_digits=14, decimal_places=2)
    amount_vat = models.DecimalField(_("TVA"), max_digits=14, decimal_places=2, null=True, blank=True)
    journal = models.CharField(_("journal"), max_length=60, blank=True)
    booked_on = models.DateField(_("comptabilisée le"), null=True, blank=True)
    digest = models.CharField(max_length=32, blank=True, editable=False)
    created_by_import = models.ForeignKey(
        "Import",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="created_invoices",
    )
    updated_by_import = models.ForeignKey(
        "Import",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="updated_invoices",
        db_index=False,  # `invoices_updated_by_import`: most invoices were never updated
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("facture")
        ordering = ["-issued_on", "-id"]
        indexes = [
            models.Index(
                fields=["client", "issued_on"],
                include=["amount_ht", "id"],
                condition=Q(status__in=["issued", "paid"]),
                name="counted_invoices_by_client",
            ),
            models.Index(
                fields=["issued_on"],
                condition=Q(status__in=["issued", "paid"]),
                name="counted_invoices_by_day",
            ),
            models.Index(
                fields=["updated_by_import"],
                condition=Q(updated_by_import__isnull=False),
                name="invoices_updated_by_import",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="one_invoice_per_source_and_identity",
            ),
            models.CheckConstraint(
                condition=Q(kind="credit_note", amount_ht__lte=0) | ~Q(kind="credit_note") & Q(amount_ht__gte=0),
                name="a_credit_note_is_negative_and_an_invoice_is_not",
            ),
        ]

    def __str__(self):
        return self.number or self.external_id


class InvoiceLine(models.Model):
    """One line of an invoice, in euros HT. The lines of an invoice add up to its amount, to the cent."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines", db_index=False)  # by position
    position = models.PositiveIntegerField()
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="lines")
    label = models.CharField(_("libellé"), max_length=255, blank=True)
    quantity = models.DecimalField(_("quantité"), max_digits=14, decimal_places=4, null=True, blank=True)
    amount_ht = models.DecimalField(_("montant HT"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("ligne de facture")
        ordering = ["invoice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="one_line_per_position"),
        ]

    def __str__(self):
        return self.label or str(self.amount_ht)


class InvoiceLink(models.Model):
    """A document that names another: a credit note cancelling an invoice, a final invoice taking in its deposit.

    Only written when the source says so or a person does; never inferred from amounts.
    """

    class Kind(models.TextChoices):
        CANCELS = "cancels", _("annule")
        INCLUDES_DEPOSIT = "deposit", _("reprend l’acompte")

    document = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="names")
    named = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="named_by")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("lien entre documents")
        constraints = [
            models.UniqueConstraint(fields=["document", "named"], name="one_link_between_two_documents"),
            models.CheckConstraint(
                condition=~Q(document=F("named")),
                name="a_document_does_not_name_itself",
            ),
        ]

    def __str__(self):
        return f"{self.document_id} {self.kind} {self.named_id}"


class TimeEntry(models.Model):
    """Hours a person spent on a client."""

    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.PROTECT,
        related_name="time_entries",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("personne"),
        on_delete=models.PROTECT,
        related_name="time_entries",
    )
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    spent_on = models.DateField(_("date"))
    hours = models.DecimalField(_("heures"), max_digits=6, decimal_places=2)
    label = models.CharField(_("libellé"), max_length=255, blank=True)
    source = models.ForeignKey(
        Source,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="time_entries",
    )
    external_id = models.CharField(max_length=400, blank=True)
    created_by_import = models.ForeignKey("Import", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("temps passé")
        verbose_name_plural = _("temps passés")
        ordering = ["-spent_on", "-id"]
        indexes = [models.Index(fields=["client", "spent_on"], name="time_entries_by_client")]
        constraints = [
            models.CheckConstraint(condition=Q(hours__gt=0), name="time_spent_is_positive"),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(source__isnull=False),
                name="one_time_entry_per_source_and_identity",
            ),
        ]

    def __str__(self):
        return f"{self.client} {self.hours} h"


class Event(models.Model):
    """Something dated that happened to a client, or will: a new site, an anniversary, a meeting heard of."""

    class Kind(models.TextChoices):
        NEW_SITE = "new-site", _("Nouveau site")
        HIRING = "hiring", _("Recrutement")
        FUNDRAISING = "fundraising", _("Levée de fonds")
        MOVE = "move", _("Déménagement")
        SALE = "sale", _("Cession")
        INSOLVENCY = "insolvency", _("Procédure collective")
        ANNIVERSARY = "anniversary", _("Anniversaire")
        NOTE = "note", _("Note")

    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.CASCADE,
        related_name="events",
    )
    kind = models.CharField(_("nature"), max_length=12, choices=Kind.choices)
    happened_on = models.DateField(_("date"))
    label = models.CharField(_("libellé"), max_length=255, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("événement")
        ordering = ["-happened_on", "-id"]
        indexes = [models.Index(fields=["client", "happened_on"], name="events_by_client")]

    def __str__(self):
        return self.label or self.get_kind_display()


class ImportQuerySet(models.QuerySet):
    def waiting(self):
        """Queued and not yet claimed by a worker."""
        return self.filter(status=Import.Status.QUEUED)

    def running(self):
        return self.filter(status=Import.Status.RUNNING)


class Import(models.Model):
    """One import, of one or several files, and what became of it. A worker claims it from this row."""

    class Format(models.TextChoices):
        AUTO = "auto", _("Détecter")
        FEC = "fec", "FEC"
        FACTURX = "facturx", "Factur-X"
        UBL = "ubl", "UBL"
        CII = "cii", "CII"
        TABLE = "table", _("Tableau")

    class Status(models.TextChoices):
        QUEUED = "queued", _("En attente")
        RUNNING = "running", _("En cours")
        CONFIRMATION = "confirmation", _("À confirmer")
        COMMITTED = "committed", _("Importé")
        REFUSED = "refused", _("Refusé")
        DRY_RUN = "dry-run", _("Essai à blanc")
        FAILED = "failed", _("Interrompu")
        UNDONE = "undone", _("Annulé")

    FINAL = (
        Status.COMMITTED,
        Status.REFUSED,
        Status.DRY_RUN,
        Status.FAILED,
        Status.UNDONE,
    )

    class Phase(models.TextChoices):
        READING = "reading", _("Lecture")
        CHECKING = "checking", _("Vérification")
        WRITING = "writing", _("Enregistrement")

    status = models.CharField(_("état"), max_length=12, choices=Status.choices, default=Status.QUEUED)
    format = models.CharField(_("format"), max_length=8, choices=Format.choices, default=Format.AUTO)
    source_name = models.CharField(_("source demandée"), max_length=120, blank=True)
    source = models.ForeignKey(
        Source,
        verbose_name=_("source"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="imports",
    )
    mapping_name = models.CharField(_("correspondance"), max_length=120, blank=True)
    is_dry_run = models.BooleanField(default=False)
    is_strict = models.BooleanField(default=False)
    is_confirmed = models.BooleanField(default=False)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lancé par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="imports",
    )
    launched_at = models.DateTimeField(_("lancé le"), default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("fini le"), null=True, blank=True)
    phase = models.CharField(max_length=8, choices=Phase.choices, default=Phase.READING)
    attempts = models.PositiveSmallIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(_("créées"), default=0)
    updated = models.PositiveIntegerField(_("modifiées"), default=0)
    unchanged = models.PositiveIntegerField(_("inchangées"), default=0)
    cancelled = models.PositiveIntegerField(_("annulées"), default=0)
    clients_created = models.PositiveIntegerField(_("clients créés"), default=0)
    file_total = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    imported_total = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        ordering = ["-launched_at", "-id"]

    def __str__(self):
        return ", ".join(file.name for file in self.files.all()) or f"n° {self.pk}"

    @property
    def is_final(self) -> bool:
        return self.status in self.FINAL


class ImportFile(models.Model):
    """One file of an import. Its bytes wait in `ImportChunk` rows, where any worker on any machine finds them."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("fichier"), max_length=255)
    size = models.BigIntegerField(_("taille"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["batch", "position"]
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="one_file_per_position")]

    def __str__(self):
        return self.name


class ImportChunk(models.Model):
    """A megabyte or less of an uploaded file; goes away thirty days after the import."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="one_chunk_per_position")]


class ImportFinding(models.Model):
    """One thing to say about an import: an error in a cell, documents left out and why, a warning."""

    class Severity(models.TextChoices):
        REFUSAL = "refusal", _("Refus")
        ERROR = "error", _("Erreur")
        EXCLUSION = "exclusion", _("Écarté")
        WARNING = "warning", _("À savoir")

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="findings")
    severity = models.CharField(max_length=9, choices=Severity.choices)
    reason = models.SlugField(max_length=40)
    file = models.CharField(_("fichier"), max_length=255, blank=True)
    line = models.PositiveIntegerField(_("ligne"), null=True, blank=True)
    column = models.CharField(_("colonne"), max_length=120, blank=True)
    value = models.CharField(_("valeur"), max_length=255, blank=True)
    repair = models.TextField(_("comment réparer"), blank=True)
    label = models.CharField(max_length=255, blank=True)
    count = models.PositiveIntegerField(_("nombre"), default=1)
    amount_ht = models.DecimalField(_("montant HT"), max_digits=16, decimal_places=2, default=Decimal(0))

    class Meta:
        ordering = ["batch", "id"]
        indexes = [models.Index(fields=["batch", "severity", "reason"], name="findings_by_reason")]

    def __str__(self):
        return f"{self.reason} {self.label or self.value}"


class ImportChange(models.Model):
    """The former state of a row that an import changed: what undoing puts back. Rows it created name their import."""

    class Action(models.TextChoices):
        UPDATED = "updated", _("modifiée")
        CANCELLED = "cancelled", _("annulée")

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="changes")
    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    action = models.CharField(max_length=9, choices=Action.choices)
    before = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "table", "row_id"],
                name="one_before_image_per_row_and_import",
            )
        ]


class ClientMerge(models.Model):
    """Two clients found to be one: `kept` took over what `merged` had. Undone by moving each journaled row back."""

    kept = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-merged_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at=None),
                name="a_client_is_merged_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(kept=F("merged")),
                name="a_client_is_not_merged_with_itself",
            ),
        ]


class MergedRow(models.Model):
    """One row that a merge moved from one client to another."""

    merge = models.ForeignKey(ClientMerge, on_delete=models.CASCADE, related_name="rows")
    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merge", "table", "row_id"], name="one_move_per_merged_row")]


class FactChange(models.Model):
    """One statement that changed facts, noted by a trigger; their number tells a night whether anything is new."""

    table = models.CharField(max_length=63)
    noted_at = models.DateTimeField()
