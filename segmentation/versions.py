"""The rules in words: every setting of a version, and what two versions differ by."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.figures import days, eur, nb, pct
from clients.models import Client, Service
from segmentation.drafting import exclusions_of, grid_of, setting_fields
from segmentation.models import Rules, SegmentSlug
from segmentation.relation import rules as grading

SECTIONS = (
    (gettext_lazy("Périodes et paliers"), ("scored_by", "rfm_window_months", "tier_", "sets_recurring_aside")),
    (gettext_lazy("Notes de 1 à 5"), ("recency_", "frequency_", "monetary_", "value_")),
    (gettext_lazy("Risque"), ()),  # whatever is in no other section
    (gettext_lazy("Segments et exclusions"), ("new_client_days", "lost_after_months", "excluded_")),
)
ELSEWHERE = tuple(prefix for _title, prefixes in SECTIONS for prefix in prefixes)


@dataclass(frozen=True)
class Setting:
    """One setting of one version: what it is called and what it says."""

    label: str
    words: str


@dataclass(frozen=True)
class Difference:
    """One setting that two versions say otherwise."""

    label: str
    before: str
    after: str


def told(rules: Rules) -> list[tuple[str, list[Setting]]]:
    """Every setting of this version in words, by section."""
    names = _Names([rules])
    sections = []
    for title, prefixes in SECTIONS:
        own = [one for one in setting_fields() if one.name.startswith(prefixes or ELSEWHERE) == bool(prefixes)]
        sections.append((str(title), [Setting(_label(one), names.said(one, getattr(rules, one.name))) for one in own]))
    return sections


def grading_told(rules: Rules) -> tuple[str, list[Setting]]:
    """The weights and cuts of the grade of the relation in words: one more section, where the firm shows grades."""
    values, names = grading.values_of(rules), _Names([])
    return _("Note de relation"), [Setting(_label(one), names.said(one, values[one.name])) for one in grading.fields()]


def differences(before: Rules, after: Rules) -> list[Difference]:
    """What the second version says otherwise than the first, setting by setting, cell by cell, client by client."""
    names = _Names([before, after])
    found = [
        Difference(_label(field), names.said(field, was), names.said(field, now))
        for field in setting_fields()
        for was, now in [(getattr(before, field.name), getattr(after, field.name))]
        if was != now
    ]
    return [*found, *_cells(before, after), *_clients(before, after), *_gradings(before, after)]


def _cells(before: Rules, after: Rules) -> Iterable[Difference]:
    grid = grid_of(after)
    for (r, fm), was in sorted(grid_of(before).items(), reverse=True):
        if grid[r, fm] != was:
            label = _("Case R %(r)s/5, fréquence et montant %(fm)s/5") % {"r": r, "fm": fm}
            yield Difference(label, str(SegmentSlug(was).label), str(SegmentSlug(grid[r, fm]).label))


def _gradings(before: Rules, after: Rules) -> Iterable[Difference]:
    was, now, names = grading.values_of(before), grading.values_of(after), _Names([])
    for field in grading.fields():
        if was[field.name] != now[field.name]:
            label = _("Note de relation, %(setting)s") % {"setting": field.verbose_name}
            yield Difference(label, names.said(field, was[field.name]), names.said(field, now[field.name]))


def _clients(before: Rules, after: Rules) -> Iterable[Difference]:
    was, now = exclusions_of(before), exclusions_of(after)
    changed = {pk for pk in {*was, *now} if was.get(pk) != now.get(pk)}
    for client in Client.objects.filter(pk__in=changed).order_by("sort_name", "pk"):
        label = _("Client %(name)s") % {"name": client.name}
        yield Difference(label, _excluded(was.get(client.pk)), _excluded(now.get(client.pk)))


def _excluded(motive: str | None) -> str:
    return _("exclu (%(motive)s)") % {"motive": motive} if motive else _("noté")


def _label(field: models.Field) -> str:
    return capfirst(str(field.verbose_name))


class _Names:
    """Settings in words; the names of the services that some versions leave out are read once."""

    def __init__(self, versions: Iterable[Rules]) -> None:
        ids = {pk for rules in versions for pk in rules.excluded_services}
        self.services = dict(Service.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}

    def said(self, field: models.Field, value: Any) -> str:
        """What a setting says: "30, 90, 180, 365 jours", "20 %", "oui"."""
        if field.name in EMPTY and value is None:
            return str(EMPTY[field.name])
        if isinstance(value, bool):
            return _("oui") if value else _("non")
        if isinstance(value, list):
            return self._listed(field.name, value)
        if field.choices:
            return str(dict(field.flatchoices)[value])
        return _unit(field.name)(value)

    def _listed(self, name: str, values: list) -> str:
        if not values:
            return _("rien")
        if name == "excluded_services":
            return ", ".join(sorted(self.services.get(pk, f"n° {pk}") for pk in values))
        if name == "excluded_kinds":
            return ", ".join(str(Client.Kind(value).label) for value in values)
        if name == "excluded_countries":
            return ", ".join(values)
        return ", ".join(_unit(name)(value) for value in values)


EMPTY = {
    "rfm_window_months": gettext_lazy("24 mois, ou 12 quand l’historique est plus court"),
    "monetary_thresholds": gettext_lazy("calculés sur vos clients"),
}


def _unit(name: str) -> Callable[[Any], str]:
    if name.endswith("_share"):
        return pct
    if name in ("decline_floor", "monetary_thresholds"):
        return eur
    if name.endswith("_days") or name == "recency_thresholds":
        return days
    if name.endswith("_months"):
        return lambda value: _("%(months)s mois") % {"months": nb(value)}
    if name.endswith("_ratio"):
        return lambda value: _("%(ratio)s fois") % {"ratio": nb(value, _decimals(value))}
    return nb


def _decimals(value: Decimal) -> int:
    """How many decimals this number needs: 0 for 2.00, 1 for 1.50."""
    return max(-int(value.normalize().as_tuple().exponent), 0)
