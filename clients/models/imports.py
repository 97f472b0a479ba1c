"""Imports: their files, what they found, and what they changed."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models.parties import Source


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
        MAPPING = "mapping", _("Colonnes à confirmer")
        CHECKED = "checked", _("Vérifié, à lancer")
        CONFIRMATION = "confirmation", _("À confirmer")
        COMMITTED = "committed", _("Importé")
        REFUSED = "refused", _("Refusé")
        DRY_RUN = "dry-run", _("Essai à blanc")
        FAILED = "failed", _("Interrompu")
        ABANDONED = "abandoned", _("Abandonné")
        UNDONE = "undone", _("Annulé")

    FINAL = (
        Status.COMMITTED,
        Status.REFUSED,
        Status.DRY_RUN,
        Status.FAILED,
        Status.ABANDONED,
        Status.UNDONE,
    )
    WAITING = (Status.MAPPING, Status.CHECKED, Status.CONFIRMATION)  # for somebody to decide

    class Step(models.TextChoices):
        """What a worker does when it takes the import."""

        LEARN = "learn", _("Reconnaître les colonnes")
        CHECK = "check", _("Vérifier sans rien écrire")
        WRITE = "write", _("Importer")
        UNDO = "undo", _("Annuler")

    class Door(models.TextChoices):
        PAGE = "page", _("Page")
        COMMAND = "command", _("Commande")
        FOLDER = "folder", _("Dossier surveillé")

    class Phase(models.TextChoices):
        READING = "reading", _("Lecture")
        CHECKING = "checking", _("Vérification")
        WRITING = "writing", _("Enregistrement")
        UNDOING = "undoing", _("Annulation")

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
    step = models.CharField(max_length=5, choices=Step.choices, default=Step.WRITE)
    door = models.CharField(max_length=7, choices=Door.choices, default=Door.COMMAND)
    mapping_name = models.CharField(_("correspondance"), max_length=120, blank=True)
    # What was recognised in its tables, by shape, for the page that shows the guess (`clients.imports.guess`).
    learned = models.JSONField(default=dict, editable=False)
    # What somebody decided for this import: columns, formats, who is whom (`clients.imports.plan`).
    plan = models.JSONField(default=dict, editable=False)
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
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)  # by e-mail, of what came through the watched folder
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("annulé par"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    undone_at = models.DateTimeField(_("annulé le"), null=True, blank=True)
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

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for somebody to decide."""
        return self.status in self.WAITING

    @property
    def is_dry_run(self) -> bool:
        """Whether what it does is only told, and rolled back."""
        return self.step == self.Step.CHECK


class Mapping(models.Model):
    """How the columns of tables of one shape are read, as somebody decided; found again by the shape of a file.

    `columns` maps a field to a heading as `clients.imports.headings.folded_heading` writes it; `options` says how
    values are written. A named one can be asked for by its name; a shared one serves everybody who imports.
    """

    shape = models.CharField(max_length=64, db_index=True)
    name = models.CharField(_("nom"), max_length=120, blank=True)
    headings = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    is_shared = models.BooleanField(_("partagée"), default=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("par"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="mappings",
    )
    used_at = models.DateTimeField(_("utilisée le"), default=timezone.now)

    class Meta:
        verbose_name = _("correspondance de colonnes")
        verbose_name_plural = _("correspondances de colonnes")
        ordering = ["-used_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["saved_by", "shape"], nulls_distinct=False, name="one_mapping_per_person_and_shape"
            ),
            models.UniqueConstraint(fields=["name"], condition=~Q(name=""), name="one_mapping_per_name"),
        ]

    def __str__(self):
        return self.name or ", ".join(self.headings[:6])


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
    """What an import did to one row, for undoing it: the former state of the row, and the state it was left in.

    Rows that an import created name it (`created_by_import`); those whose table has no such column are here. Invoices
    have no state `after`: who changed them since is written on them. All of it goes with the undoing, or in 30 days.
    """

    class Action(models.TextChoices):
        CREATED = "created", _("créée")
        UPDATED = "updated", _("modifiée")
        CANCELLED = "cancelled", _("annulée")
        REMOVED = "removed", _("retirée")  # the row is gone: `before` is all of it

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="changes")
    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    action = models.CharField(max_length=9, choices=Action.choices)
    before = models.JSONField(default=dict)
    after = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "table", "row_id"],
                name="one_before_image_per_row_and_import",
            )
        ]


class RejectedRow(models.Model):
    """A row that was not imported, as its file has it: given back in a workbook, to be repaired and imported again."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rejected_rows")
    file = models.PositiveSmallIntegerField()
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=255)
    cells = models.JSONField()

    class Meta:
        ordering = ["batch", "file", "line"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "file", "line"], name="one_rejection_per_line_of_a_file")
        ]

    def __str__(self):
        return f"{self.line} {self.reason}"


class UndoneRow(models.Model):
    """What undoing an import did with one row of it."""

    class Fate(models.TextChoices):
        UNDONE = "undone", _("annulé")
        KEPT = "kept", _("conservé")
        ERROR = "error", _("en erreur")

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="undone_rows")
    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    label = models.CharField(max_length=255)
    fate = models.CharField(_("état"), max_length=6, choices=Fate.choices)
    reason = models.CharField(_("raison"), max_length=255, blank=True)

    class Meta:
        ordering = ["batch", "id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "table", "row_id"], name="one_fate_per_row_and_undone_import")
        ]
        indexes = [models.Index(fields=["batch", "fate"], name="undone_rows_by_fate")]

    def __str__(self):
        return self.label


class TableImportQuerySet(models.QuerySet):
    def waiting(self):
        """Previewed, and neither confirmed nor forgotten."""
        return self.filter(imported_at=None)


class TableImport(models.Model):
    """One table brought into a list of the administration: who, when, and what came of it.

    Between its preview and its confirmation it holds the bytes of the file: one per person and list, for an hour.
    """

    name = models.CharField(_("liste"), max_length=60)
    file_name = models.CharField(_("fichier"), max_length=255)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("par"), on_delete=models.PROTECT, related_name="+"
    )
    token = models.UUIDField(default=uuid.uuid4)  # of the preview: another one, since, makes it worthless
    content = models.BinaryField(null=True)
    options = models.JSONField(default=dict)
    previewed_at = models.DateTimeField(default=timezone.now)
    imported_at = models.DateTimeField(_("le"), null=True)
    created = models.PositiveIntegerField(_("créés"), default=0)
    updated = models.PositiveIntegerField(_("modifiés"), default=0)
    unchanged = models.PositiveIntegerField(_("inchangés"), default=0)
    left_out = models.PositiveIntegerField(_("laissés de côté"), default=0)
    rewritten = models.JSONField(default=dict)  # {id of a row: [its value before, the one written]}: undoing reads it
    undone_at = models.DateTimeField(_("annulé le"), null=True)

    objects = TableImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import d’une liste")
        verbose_name_plural = _("imports de listes")
        ordering = ["-imported_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["launched_by", "name"],
                condition=Q(imported_at=None),
                name="one_table_waits_per_person_and_list",
            ),
            models.CheckConstraint(
                condition=Q(imported_at=None) | Q(content=None), name="an_imported_table_keeps_no_file"
            ),
        ]

    def __str__(self):
        return self.name
