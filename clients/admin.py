"""Facts in the Django administration: clients, contacts and services to correct, invoices and imports to read.

Lists come in and go out as tables (`clients.master_data`), that of users too. Invoices have one way in: their list has
an *Importer* button that opens the import page and is come back to.
"""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import invitations
from accounts.admin import UserAdmin
from accounts.models import User
from accounts.roles import Right
from clients.master_data.clients import ClientResource
from clients.master_data.contacts import ContactResource
from clients.master_data.forms import NamesForm, ObjectionForm
from clients.master_data.naf import NafResource
from clients.master_data.pages import ListInAndOut
from clients.master_data.services import ServiceResource
from clients.master_data.users import UserResource
from clients.models import Client, Contact, Import, Invoice, InvoiceLine, NafCode, Service, TableImport
from clients.sectors import Section, normalised, written


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


class ClientAdminForm(forms.ModelForm):
    """A client; its activity code is kept as every other, however it is typed."""

    def clean_naf_code(self):
        return normalised(self.cleaned_data["naf_code"])


class SectionFilter(admin.SimpleListFilter):
    """The section of the activity, none, or a code that is not of the nomenclature."""

    title = _("secteur")
    parameter_name = "secteur"
    NONE, UNKNOWN = "aucun", "inconnu"

    def lookups(self, request, model_admin):
        others = [(self.NONE, _("Sans secteur")), (self.UNKNOWN, _("Code NAF inconnu"))]
        return [*((letter, f"{letter} · {name}") for letter, name in Section.choices), *others]

    def queryset(self, request, queryset):
        if self.value() == self.NONE:
            return queryset.without_sector()
        if self.value() == self.UNKNOWN:
            return queryset.with_unknown_naf()
        return queryset.in_sections([self.value()]) if self.value() else queryset


@admin.register(Client)
class ClientAdmin(ListInAndOut, admin.ModelAdmin):
    """Who is invoiced. A client with invoices cannot go: the database keeps it."""

    resource_classes = [ClientResource]
    list_name = "clients"
    table_form = NamesForm
    form = ClientAdminForm
    export_related = ["owner", "backup_owner", "head", "recommended_by"]
    list_display = ["name", "code", "postcode", "city", "owner"]
    list_select_related = ["owner"]
    list_filter = ["kind", "owner", SectionFilter]
    search_fields = ["search_text"]
    search_help_text = _("Nom, code, code postal ou ville, sans accents")
    fields = [
        "name", "code", "kind", "siren", "siret", "vat_number", "naf_code", "naf_nomenclature", "workforce", "address",
        "postcode", "city", "country", "email", "phone", "client_since", "owner", "backup_owner", "head",
        "recommended_by", "notes",
    ]  # fmt: skip
    raw_id_fields = ["head", "recommended_by"]
    view_on_site = False
    inlines = [ContactInline]

    def get_queryset(self, request):
        return super().get_queryset(request).unmerged()

    def has_delete_permission(self, request, obj=None):
        return False


class ContactAdminForm(forms.ModelForm):
    """A contact; one made main takes that place from another, as on the client's page."""

    class Meta:
        model = Contact
        fields = [
            "client", "name", "role", "phone", "email", "is_main", "consented_at", "consent_proof", "objected_at",
        ]  # fmt: skip

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() | {"is_main"}  # saving makes it true


@admin.register(Contact)
class ContactAdmin(ListInAndOut, admin.ModelAdmin):
    """People at clients. One who objected is kept: that is what keeps them from being written to again."""

    resource_classes = [ContactResource]
    list_name = "contacts"
    table_form = ObjectionForm
    export_related = ["client"]
    form = ContactAdminForm
    list_display = ["name", "client", "role", "phone", "email", "is_main", "objected_at"]
    list_select_related = ["client"]
    list_filter = [
        "is_main",
        ("objected_at", admin.EmptyFieldListFilter),
        ("consented_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["name", "email", "client__search_text"]
    search_help_text = _("Nom, e-mail, ou nom, code et ville du client")
    raw_id_fields = ["client"]

    def save_model(self, request, obj, form, change):
        if obj.is_main:
            Contact.objects.filter(client=obj.client, is_main=True).exclude(pk=obj.pk).update(is_main=False)
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Service)
class ServiceAdmin(ListInAndOut, admin.ModelAdmin):
    """What is sold."""

    resource_classes = [ServiceResource]
    list_name = "services"
    list_display = ["name", "code", "family", "is_recurring"]
    list_filter = ["is_recurring", "family"]
    search_fields = ["sort_name", "code"]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(NafCode)
class NafCodeAdmin(ListInAndOut, admin.ModelAdmin):
    """The nomenclature of activities: loaded from a table, corrected here."""

    resource_classes = [NafResource]
    list_name = "codes-naf"
    list_display = ["shown", "label", "section", "nomenclature"]
    list_filter = ["nomenclature"]
    search_fields = ["sort_label", "code"]
    search_help_text = _("Intitulé sans accents, ou code sans point")

    @admin.display(description=_("code"), ordering="code")
    def shown(self, naf):
        return written(naf.code)

    @admin.display(description=_("secteur"))
    def section(self, naf):
        return naf.section

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


@admin.register(TableImport)
class TableImportAdmin(ReadOnlyAdmin):
    """The lists that were brought in, by whom, and what came of each."""

    list_display = ["name", "file_name", "launched_by", "imported_at", "created", "updated", "unchanged", "left_out"]
    list_select_related = ["launched_by"]
    list_filter = ["name"]
    fields = list_display

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(imported_at=None)


admin.site.unregister(User)  # people know nothing of files: their list is here with what files bring


@admin.register(User)
class ListedUserAdmin(ListInAndOut, UserAdmin):
    """The people of the firm, with the ways in and out: a newcomer gets an invitation, nobody is deleted."""

    resource_classes = [UserResource]
    list_name = "utilisateurs"
    import_right = Right.MANAGE_USERS
    export_related = ["manager"]

    def imported(self, request, resource):
        """The links of the invitations just made, this once; the mails leave now that all is written."""
        if not resource.invited:
            return None
        rows, works = [], True
        for one in resource.invited:
            works = works and invitations.send(one.invitation, one.token)  # a server that failed once is asked no more
            rows.append({"email": one.invitation.email, "link": invitations.link(one.token), "is_sent": works})
        return self._page(request, "admin/lists/invited.html", {"invited": rows})
