"""What happened: each change of a row that matters, and each table that left the product."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class AuditEntry(models.Model):
    """One change of one row that matters, written by a trigger of the database. Nothing alters or deletes it.

    `changes` maps a column to [before, after]; columns that identify a person are listed without their values.
    """

    class Operation(models.TextChoices):
        CREATED = "INSERT", _("créé")
        UPDATED = "UPDATE", _("modifié")
        DELETED = "DELETE", _("supprimé")

    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    operation = models.CharField(max_length=6, choices=Operation.choices)
    changes = models.JSONField(default=dict)
    user_id = models.BigIntegerField(null=True)
    happened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("écriture du journal")
        verbose_name_plural = _("journal")
        indexes = [
            models.Index(fields=["table", "row_id"], name="audit_by_row"),
            models.Index(fields=["table", "-id"], name="audit_by_table"),
            models.Index(fields=["user_id", "-id"], name="audit_by_person"),
            models.Index(fields=["happened_at"], name="audit_by_moment"),
        ]
        ordering = ["-id"]

    def __str__(self):
        return f"{self.table} {self.row_id}"


class Export(models.Model):
    """One table that left the product: which list, through which filters, how many rows, who took it.

    `filters` is the query string of the list; words searched for are left out, as they may name somebody.
    """

    name = models.CharField(_("liste"), max_length=60)
    filters = models.CharField(_("filtres"), max_length=1000, blank=True)
    file_format = models.CharField(_("format"), max_length=4)
    row_count = models.PositiveIntegerField(_("lignes"))
    exported_by = models.ForeignKey(User, verbose_name=_("par"), on_delete=models.PROTECT, related_name="+")
    exported_at = models.DateTimeField(_("le"), default=timezone.now)

    class Meta:
        verbose_name = _("export")
        ordering = ["-exported_at", "-id"]

    def __str__(self):
        return self.name


class Diagnosis(models.Model):
    """Somebody had the books of another company read for a moment. Of the company nothing is written down."""

    made_by = models.ForeignKey(User, verbose_name=_("par"), on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("le"), default=timezone.now)

    class Meta:
        verbose_name = _("diagnostic")
        ordering = ["-made_at", "-id"]

    def __str__(self):
        return str(self.pk)
