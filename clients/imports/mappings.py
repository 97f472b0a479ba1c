"""How tables of a shape were read before: remembered for the next file of that shape, named, shared."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.imports.findings import RefusedError
from clients.imports.layouts import TablePlanOf
from clients.imports.plan import Plan, TablePlan
from clients.models import Import, Mapping


class NameTakenError(Exception):
    """Another mapping bears this name. Its text is for people."""


def plan_of(mapping: Mapping) -> TablePlan:
    """What a mapping says of its tables."""
    return TablePlan(columns=mapping.columns, **mapping.options)


def open_to(user: User | None) -> QuerySet[Mapping]:
    """The mappings that serve this person: their own and the shared ones; the server has them all."""
    if user is None:
        return Mapping.objects.all()
    return Mapping.objects.filter(Q(saved_by=user) | Q(is_shared=True))


def remembered(shape: str, *, by: User | None) -> Mapping | None:
    """The last mapping of this shape: the person's own first, else one that is shared."""
    found = list(open_to(by).filter(shape=shape).order_by("-used_at", "-id"))
    return next((mapping for mapping in found if by and mapping.saved_by_id == by.pk), None) or next(iter(found), None)


def named(name: str, *, by: User | None) -> Mapping:
    """The mapping of this name. Raises RefusedError when there is none that this person may use."""
    found = open_to(by).filter(name=name).first()
    if found is None:
        known = ", ".join(f"« {other} »" for other in open_to(by).exclude(name="").values_list("name", flat=True)[:10])
        message = _("Aucune correspondance ne s’appelle « %(name)s ». Connues : %(known)s. Corrigez le nom.")
        raise RefusedError("unknown-mapping", message % {"name": name, "known": known or _("aucune")})
    return found


def decided(batch: Import, plan: Plan) -> TablePlanOf:
    """How this import reads tables: as planned, else by the mapping it names, else as its person did the last time.

    What comes back raises RefusedError for a table that the named mapping does not fit.
    """
    asked = named(batch.mapping_name, by=batch.launched_by) if batch.mapping_name else None

    def of(shape: str, headings: list[str]) -> TablePlan | None:
        if shape in plan.tables:
            return plan.tables[shape]
        mapping = asked or remembered(shape, by=batch.launched_by)
        table = plan_of(mapping) if mapping else None
        if asked and table and table.places(headings) is None:
            missing = ", ".join(f"« {name} »" for name in sorted(set(asked.columns.values())))
            message = _(
                "La correspondance « %(name)s » attend les colonnes %(missing)s, qui ne sont pas toutes dans ce "
                "tableau. Choisissez une autre correspondance, ou aucune."
            )
            raise RefusedError("unknown-mapping", message % {"name": asked.name, "missing": missing})
        return table

    return of


@transaction.atomic
def remember(
    table: TablePlan, *, shape: str, headings: list[str], by: User | None, name: str = "", is_shared: bool = False
) -> Mapping:
    """The person's mapping of this shape, as it is now. Raises NameTakenError."""
    name = name.strip()[:120]
    _require_free(name, Mapping.objects.exclude(saved_by=by, shape=shape))
    former = Mapping.objects.filter(saved_by=by, shape=shape).first()
    return Mapping.objects.update_or_create(
        saved_by=by,
        shape=shape,
        defaults={
            "headings": headings,
            "columns": table.columns or {},
            "options": table.options,
            "name": name or (former.name if former else ""),
            "is_shared": is_shared or bool(former and former.is_shared),
            "used_at": timezone.now(),
        },
    )[0]


@transaction.atomic
def change(mapping: Mapping, *, name: str, is_shared: bool, by: User) -> Mapping:
    """The mapping under its new name. Raises NameTakenError, and PermissionDenied for somebody else's mapping."""
    _require(mapping, by)
    name = name.strip()[:120]
    _require_free(name, Mapping.objects.exclude(pk=mapping.pk))
    mapping.name, mapping.is_shared = name, is_shared
    mapping.save(update_fields=["name", "is_shared"])
    return mapping


def forget(mapping: Mapping, *, by: User) -> None:
    """Delete a mapping: the next file of its shape is guessed anew. Raises PermissionDenied as `change` does."""
    _require(mapping, by)
    mapping.delete()


def _require_free(name: str, others: QuerySet[Mapping]) -> None:
    if name and others.filter(name=name).exists():
        raise NameTakenError(
            _("Une autre correspondance s’appelle déjà « %(name)s » : choisissez un autre nom.") % {"name": name}
        )


def _require(mapping: Mapping, by: User) -> None:
    if mapping.saved_by_id != by.pk and not by.may(Right.MANAGE_SETTINGS):
        raise PermissionDenied
