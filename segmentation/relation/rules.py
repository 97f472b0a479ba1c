"""The weights and cuts of a version of the rules, for whoever counts by them, shows them, copies them or changes them.

They change as the rules do: in the draft, by `segmentation.drafting.change_grading`, then published with it.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models

from segmentation.models import GradeRules, Rules


def fields() -> list[models.Field]:
    """Every weight and cut, in the order of the model."""
    every = GradeRules._meta.concrete_fields  # noqa: SLF001 the documented model API
    return [field for field in every if field.name not in ("id", "rules")]


def published() -> GradeRules:
    """The weights and cuts in force."""
    return of(Rules.objects.get(status=Rules.Status.PUBLISHED))


def of(rules: Rules) -> GradeRules:
    """Those of this version; those of the product, unsaved, for a version that has none."""
    return GradeRules.objects.filter(rules=rules).first() or GradeRules(rules=rules)


def values_of(rules: Rules) -> dict[str, Any]:
    """Every weight and cut of this version, by name."""
    grading = of(rules)
    return {field.name: getattr(grading, field.name) for field in fields()}


def copy(*, former: Rules, to: Rules) -> GradeRules:
    """Gives a new version the weights and cuts of the one that it comes from; what it has already stays."""
    return GradeRules.objects.get_or_create(rules=to, defaults=values_of(former))[0]


def write(rules: Rules, values: Mapping[str, Any]) -> GradeRules:
    """The weights and cuts of this version with these values, saved. ValidationError when they make no scale."""
    grading = of(rules)
    for name, value in values.items():
        setattr(grading, name, value)
    grading.full_clean()
    grading.save()
    return grading
