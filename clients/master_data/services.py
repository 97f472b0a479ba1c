"""The list of services."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.folding import fold
from clients.imports.headings import FIELDS
from clients.master_data.cells import YesNo
from clients.master_data.columns import Column
from clients.master_data.resource import TableResource
from clients.models import Service, ServiceAlias


class ServiceResource(TableResource):
    columns = [
        Column("code", gettext_lazy("Code service"), f"code|ref|reference|{FIELDS['service_code']}"),
        Column("name", gettext_lazy("Service"), f"nom|name|libelle|designation|{FIELDS['service']}"),
        Column("family", gettext_lazy("Famille"), FIELDS["family"]),
        Column(
            "is_recurring",
            gettext_lazy("Abonnement"),
            "recurrent|recurring|mensuel|subscription|is recurring|forfait",
            YesNo(),
        ),
    ]
    needs = [frozenset({"code", "name"})]

    class Meta(TableResource.Meta):
        model = Service
        store_instance = True

    def prepare(self, rows):
        codes = {row.get("code", "") for row in rows} - {""}
        names = {fold(row.get("name", "")) for row in rows} - {""}
        services = list(Service.objects.filter(code__in=codes) | Service.objects.filter(sort_name__in=names))
        self.by_code = {service.code: service for service in services}
        self.by_name: dict[str, set[Service]] = {}
        for service in services:
            self.by_name.setdefault(service.sort_name, set()).add(service)
        for alias in ServiceAlias.objects.filter(name__in=names).select_related("service"):
            self.by_name.setdefault(alias.name, {alias.service})

    def find(self, row):
        if found := self.by_code.get(row.get("code", "")):
            return found
        found = self.by_name.get(fold(row.get("name", "")), set())
        if len(found) > 1:
            raise ValidationError(
                {"name": _("Plusieurs services portent ce nom. Ajoutez la colonne « Code service ».")}
            )
        service = next(iter(found), None)
        if service is not None and row.get("code") and not _is_made_of_its_name(service):
            return None  # another code, already told from this one
        return service

    def names_of(self, row):
        return [("code", row["code"])] if row.get("code") else [("name", fold(row.get("name", "")))]

    def derive(self, instance, row):
        instance.name = instance.name or instance.code
        instance.code = instance.code or fold(instance.name)[:120]
        if not instance.name:
            raise ValidationError({"name": _("Ce service n’a ni code ni nom. Donnez-lui au moins un nom.")})


def _is_made_of_its_name(service: Service) -> bool:
    """Whether the code is only the name again, as imports of invoices without codes write it."""
    return fold(service.code) == service.sort_name
