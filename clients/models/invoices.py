"""What was invoiced, document by document, and a note that facts changed at all."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from clients.models.parties import Client, Service, Source


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
    edited_at = models.DateTimeField(null=True, editable=False)  # by hand, last; set by a trigger, never by imports

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
                fields=["source", "issued_on"],
                condition=Q(paid_on__isnull=False),
                name="paid_invoices_by_source",
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


class NamedDocument(models.Model):
    """A document of a source says that it is about another: by their identities, since either may be imported first."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=400)
    named = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id", "named"], name="a_document_names_another_once"),
        ]

    def __str__(self):
        return f"{self.external_id} {self.named}"


class YearlyTotal(models.Model):
    """What a client was invoiced over a period, in euros HT, where no invoice says when.

    Serves the tiers, never recency or frequency. Invoices of the same client and period replace it.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="yearly_totals", db_index=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="yearly_totals")
    first_day = models.DateField()
    last_day = models.DateField()
    amount_ht = models.DecimalField(_("montant HT"), max_digits=14, decimal_places=2)
    created_by_import = models.ForeignKey(
        "Import", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="yearly_totals"
    )

    class Meta:
        verbose_name = _("total annuel")
        verbose_name_plural = _("totaux annuels")
        ordering = ["-last_day", "client"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "client", "first_day"], name="one_total_per_source_client_and_period"
            ),
            models.CheckConstraint(condition=Q(last_day__gt=F("first_day")), name="a_period_has_days"),
        ]

    def __str__(self):
        return f"{self.client_id} {self.first_day:%Y}"


class FactChange(models.Model):
    """One statement that changed facts, noted by a trigger; their number tells a night whether anything is new."""

    table = models.CharField(max_length=63)
    noted_at = models.DateTimeField()


class ChangedClient(models.Model):
    """A client some of whose counted facts were added, changed or taken away, the earliest of `first_day`.

    Noted by triggers, one row per client and statement. `seen_by` is the id of the first official run that knew; it is
    the reader's to write, and to delete what no longer tells anything.
    """

    client = models.ForeignKey(
        Client, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    first_day = models.DateField()
    seen_by = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["client", "seen_by"], name="changed_by_client_and_sight")]


class ChangedLines(models.Model):
    """A client some of whose invoice lines were added, changed or taken away, whatever became of the amounts.

    Noted by triggers, one row per client and statement. A queue: whoever keeps figures of lines takes its rows away.
    """

    client = models.ForeignKey(
        Client, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
