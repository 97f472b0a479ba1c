"""Facts in the Django administration: clients and services to correct, invoices and imports to read.

Invoices have one way in: their list has an *Importer* button that opens the import page and is come back to.
"""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from clients.models import Client, Contact, Import, Invoice, InvoiceLine, Service


class ReadOnlyAdmin(admin.ModelAdmin):
    """A list and its details, to look at."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ContactInline(admin.TabularInline):
    model = Contact
    fields = ["name", "role", "phone", "email", "is_main"]
    extra = 0


@admin.register(Client)
class ClientAdmin(admin.ModelAdmin):
    """Who is invoiced. A client with invoices cannot go: the database keeps it."""

    list_display = ["name", "code", "postcode", "city", "owner"]
    list_select_related = ["owner"]
    list_filter = ["kind", "owner"]
    search_fields = ["search_text"]
    search_help_text = _("Nom, code, code postal ou ville, sans accents")
    fields = [
        "name", "code", "kind", "siren", "siret", "vat_number", "naf_code", "naf_nomenclature", "address", "postcode",
        "city", "country", "email", "phone", "client_since", "owner", "head", "notes",
    ]  # fmt: skip
    raw_id_fields = ["head"]
    view_on_site = False
    inlines = [ContactInline]

    def get_queryset(self, request):
        return super().get_queryset(request).unmerged()

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Service)
class ServiceAdmin(admin.ModelAdmin):
    """What is sold."""

    list_display = ["name", "code", "family", "is_recurring"]
    list_filter = ["is_recurring", "family"]
    search_fields = ["sort_name", "code"]

    def has_delete_permission(self, request, obj=None):
        return False


class InvoiceLineInline(admin.TabularInline):
    model = InvoiceLine
    fields = ["position", "service", "label", "quantity", "amount_ht"]
    can_delete = False
    extra = 0

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class ImportFilter(admin.RelatedOnlyFieldListFilter):
    """The imports that created something, under their name."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("import")


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """Every document, as its source has it."""

    change_list_template = "admin/clients/invoice/change_list.html"
    list_display = ["__str__", "client", "issued_on", "kind", "status", "amount_ht", "source"]
    list_select_related = ["client", "source"]
    list_filter = ["status", "kind", "source", ("created_by_import", ImportFilter)]
    search_fields = ["number", "client__search_text"]
    date_hierarchy = "issued_on"
    show_full_result_count = False
    inlines = [InvoiceLineInline]

    def changelist_view(self, request, extra_context=None):
        may_import = request.user.may(Right.IMPORT)
        address = f"{reverse('clients:import')}?retour=admin" if may_import else ""
        return super().changelist_view(request, {"import_address": address, **(extra_context or {})})


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """Every import, and what it changed."""

    list_display = ["__str__", "launched_at", "launched_by", "status", "source", "created", "updated", "report"]
    list_select_related = ["launched_by", "source"]
    list_filter = ["status", "format"]
    exclude = ["claimed_at", "heartbeat_at", "phase", "attempts"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("files")

    @admin.display(description=_("résultat"))
    def report(self, batch):
        return format_html('<a href="{}">{}</a>', reverse("clients:import-report", args=[batch.pk]), _("Voir"))
