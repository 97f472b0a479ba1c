"""The pages of a list in the administration that bring rows in and take them out."""

import logging

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, OperationalError
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from import_export.admin import ImportExportMixin

from accounts.roles import Right
from clients.imports.findings import RefusedError
from clients.master_data.bringing import NothingWrittenError, bring, preview
from clients.master_data.exports import exported
from clients.master_data.forms import ConfirmForm, ExportForm, TableForm

log = logging.getLogger(__name__)
MOST_SAID = 30  # warnings, questions: the rest is counted


class ListInAndOut(ImportExportMixin):
    """A list of the administration that comes in and goes out: `resource_classes` has one resource, `list_name` a word.

    The library's own pages, readers and writers are replaced: see `clients.master_data`.
    """

    import_export_change_list_template = "admin/lists/change_list.html"
    import_template_name = "admin/lists/import.html"
    export_template_name = "admin/lists/export.html"
    import_right = Right.IMPORT
    list_name = ""
    table_form = TableForm
    export_related: list[str] = []

    def has_import_permission(self, request):
        return request.user.may(self.import_right)

    def has_export_permission(self, request):
        return request.user.may(Right.EXPORT)

    # --- In ---------------------------------------------------------------------------------------

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def import_action(self, request, **kwargs):
        """GET asks for a file; POST shows what importing it would do, and writes nothing of it."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = self.table_form(request.POST, request.FILES) if request.method == "POST" else self.table_form()
        shown = {}
        if request.method == "POST" and form.is_valid():
            try:
                kept, table, resource = preview(
                    self.resource_classes[0],
                    name=self.list_name,
                    file_name=form.cleaned_data["file"].name,
                    content=form.cleaned_data["file"].read(),
                    options=form.options(),
                    by=request.user,
                    right=self.import_right,
                )
                shown = {"kept": kept, "table": table, "report": resource.report}
            except RefusedError as refusal:
                form.add_error("file", refusal.message)
        return self._page(request, self.import_template_name, {"form": form, **shown})

    @method_decorator(require_POST)
    def process_import(self, request, **kwargs):
        """Writes what a preview showed."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ConfirmForm(request.POST)
        again = redirect(self._address("import"))
        if not form.is_valid():
            messages.error(request, _("Cet aperçu n’est plus valable. Choisissez à nouveau le fichier."))
            return again
        try:
            resource = bring(
                self.resource_classes[0],
                name=self.list_name,
                token=form.cleaned_data["token"],
                confirmed=form.confirmed(),
                by=request.user,
                right=self.import_right,
            )
        except (NothingWrittenError, RefusedError) as refusal:
            messages.error(request, str(refusal))
            return again
        except OperationalError:
            messages.error(
                request, _("Un autre import est en train d’écrire. Rien n’a été importé : réessayez dans une minute.")
            )
            return again
        except DatabaseError:
            log.exception("a list could not be imported")
            messages.error(
                request,
                _(
                    "Rien n’a été importé : quelqu’un a sans doute modifié les mêmes fiches. Choisissez à nouveau le "
                    "fichier."
                ),
            )
            return again
        messages.success(request, _told(resource.report))
        return self.imported(request, resource) or redirect(self._address("changelist"))

    def imported(self, request, resource) -> HttpResponseBase | None:
        """The page to show once the rows are written; None for the list."""
        return None

    # --- Out --------------------------------------------------------------------------------------

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def export_action(self, request):
        """GET asks for a format; POST answers with the rows that the address filters, and journals it."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        form = ExportForm(request.POST if request.method == "POST" else None)
        try:
            queryset = self.get_export_queryset(request)
        except IncorrectLookupParameters:
            return redirect(self._address("changelist"))
        if form.is_valid():
            return exported(
                self.resource_classes[0](by=request.user),
                queryset.select_related(*self.export_related) if self.export_related else queryset,
                name=self.list_name,
                file_format=form.cleaned_data["file_format"],
                asked=request.GET,
                by=request.user,
            )
        return self._page(request, self.export_template_name, {"form": form, "count": queryset.count()})

    # --- Both -------------------------------------------------------------------------------------

    def _address(self, name):
        return reverse("admin:{}_{}_{}".format(*self.get_model_info(), name))

    def _page(self, request, template, context):
        request.current_app = self.admin_site.name
        columns = self.resource_classes[0].columns
        everything = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,  # noqa: SLF001 - what Django's own templates ask for
            "columns": columns,
            "most_said": MOST_SAID,
            "change_list": self._address("changelist"),
            **context,
        }
        answer = TemplateResponse(request, template, everything)
        add_never_cache_headers(answer)
        return answer


def _told(report):
    return _("Import terminé : %(created)s, %(updated)s, %(unchanged)s, %(left)s.") % {
        "created": ngettext("%(n)s ligne créée", "%(n)s lignes créées", report.created) % {"n": report.created},
        "updated": ngettext("%(n)s modifiée", "%(n)s modifiées", report.updated) % {"n": report.updated},
        "unchanged": ngettext("%(n)s inchangée", "%(n)s inchangées", report.unchanged) % {"n": report.unchanged},
        "left": ngettext("%(n)s laissée de côté", "%(n)s laissées de côté", report.left_out + report.errors)
        % {"n": report.left_out + report.errors},
    }
