"""Prospects in the Django administration, where they are found, corrected and taken out whole."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from campaigns.models import Prospect
from campaigns.prospects import LIST, ProspectResource
from clients.master_data.forms import ObjectionForm
from clients.master_data.pages import ListInAndOut


@admin.register(Prospect)
class ProspectAdmin(ListInAndOut, admin.ModelAdmin):
    """Companies that are not clients. One that objected is kept: that is what keeps it from being written to again."""

    resource_classes = [ProspectResource]
    list_name = LIST
    table_form = ObjectionForm
    export_related = ["owner", "recommended_by"]
    list_display = ["name", "postcode", "city", "naf_code", "workforce", "state", "owner", "last_contact_on"]
    list_select_related = ["owner"]
    list_filter = ["state", "workforce", "source_label", "owner"]
    search_fields = ["search_text", "siren"]
    search_help_text = _("Nom, ville, code postal, interlocuteur ou SIREN, sans accents")
    raw_id_fields = ["client", "recommended_by"]
    readonly_fields = ["created_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(pk__in=Prospect.objects.visible_to(request.user))

    def has_delete_permission(self, request, obj=None):
        return False
