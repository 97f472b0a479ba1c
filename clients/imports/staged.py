"""Where the rows of an import wait, as read, before one transaction makes facts of them.

Unlogged tables keyed by import: emptied when it ends, and rightly empty after a crash, since the import starts again.
`batch` is not a foreign key: checking it for each row of a COPY would cost more than the COPY.
"""

from django.db import models


class StagedClient(models.Model):
    """A client as the files know it; `client` is who it turned out to be."""

    pk = models.CompositePrimaryKey("batch", "number")
    batch = models.BigIntegerField()
    number = models.IntegerField()
    key_kind = models.CharField(max_length=8)
    key = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    code = models.CharField(max_length=60)
    account = models.CharField(max_length=255)
    siren = models.CharField(max_length=9)
    siret = models.CharField(max_length=14)
    vat_number = models.CharField(max_length=20)
    email = models.CharField(max_length=254)
    phone = models.CharField(max_length=40)
    address = models.CharField(max_length=255)
    postcode = models.CharField(max_length=12)
    city = models.CharField(max_length=120)
    naf_code = models.CharField(max_length=6, default="")
    owner = models.CharField(max_length=255)
    leader = models.IntegerField(null=True)  # the number of the client of these files that it was decided to be
    client = models.BigIntegerField(null=True)
    is_new = models.BooleanField(default=False)
    is_erased = models.BooleanField(default=False, db_default=False)  # somebody erased: what the files say is not kept

    def __str__(self):
        return self.name


class StagedService(models.Model):
    """A service as the files know it."""

    pk = models.CompositePrimaryKey("batch", "number")
    batch = models.BigIntegerField()
    number = models.IntegerField()
    code = models.CharField(max_length=120)
    name = models.CharField(max_length=160)
    family = models.CharField(max_length=120)
    service = models.BigIntegerField(null=True)

    def __str__(self):
        return self.name


class StagedLine(models.Model):
    """A line of a document as read, with what it says of its document. `fate` says why it is left out, when it is."""

    pk = models.CompositePrimaryKey("batch", "row")
    batch = models.BigIntegerField()
    row = models.IntegerField()
    file = models.SmallIntegerField()
    line = models.IntegerField()
    client = models.IntegerField(null=True)
    external_id = models.CharField(max_length=400)
    number = models.CharField(max_length=120)
    kind = models.CharField(max_length=11)
    status = models.CharField(max_length=9, null=True)  # noqa: DJ001 - null says that the file has no status
    issued_on = models.DateField(null=True)
    booked_on = models.DateField(null=True)
    journal = models.CharField(max_length=60)
    due_on = models.DateField(null=True)
    paid_on = models.DateField(null=True)
    cents = models.BigIntegerField()
    vat_cents = models.BigIntegerField(null=True)
    service = models.IntegerField(null=True)
    label = models.CharField(max_length=255)
    quantity = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    fate = models.CharField(max_length=40)

    def __str__(self):
        return self.external_id


class StagedInvoice(models.Model):
    """A whole document: its lines gathered, its client found, and what is already known of it."""

    pk = models.CompositePrimaryKey("batch", "row")
    batch = models.BigIntegerField()
    row = models.IntegerField()
    file = models.SmallIntegerField()
    external_id = models.CharField(max_length=400)
    invoice = models.BigIntegerField()
    client = models.BigIntegerField()
    number = models.CharField(max_length=120)
    kind = models.CharField(max_length=11)
    status = models.CharField(max_length=9)
    issued_on = models.DateField()
    booked_on = models.DateField(null=True)
    journal = models.CharField(max_length=60)
    due_on = models.DateField(null=True)
    paid_on = models.DateField(null=True)
    cents = models.BigIntegerField()
    vat_cents = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=32)
    is_detailed = models.BooleanField()
    is_known = models.BooleanField()
    is_changed = models.BooleanField()
    keeps_lines = models.BooleanField()
    fate = models.CharField(max_length=40)

    def __str__(self):
        return self.external_id


class StagedLink(models.Model):
    """A document that names another of its source by its identity: a credit note, an invoice after its deposit."""

    pk = models.CompositePrimaryKey("batch", "external_id", "named")
    batch = models.BigIntegerField()
    external_id = models.CharField(max_length=400)
    named = models.CharField(max_length=400)

    def __str__(self):
        return f"{self.external_id} {self.named}"


class StagedTotal(models.Model):
    """A yearly total of a client as read; `first_day` and `last_day` bound its period."""

    pk = models.CompositePrimaryKey("batch", "row")
    batch = models.BigIntegerField()
    row = models.IntegerField()
    file = models.SmallIntegerField()
    line = models.IntegerField()
    client = models.IntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    cents = models.BigIntegerField()

    def __str__(self):
        return f"{self.client} {self.first_day}"
