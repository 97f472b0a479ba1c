"""Changing the rules: one draft for everybody, tried before it is published, and versions that never change again.

There is one draft at a time, so that nobody publishes over somebody else's work: whoever may manage the rules works on
the same one. Its revision grows with each change, and every act names what its author saw (`Seen`): an act on anything
else is refused. Nothing but `publish` touches what is in force.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right
from clients.models import Client
from segmentation.models import Exclusion, GridCell, Preview, Rules, ScoringRun, SegmentSlug
from segmentation.relation import rules as grading

IDENTITY = {"id", "version", "status", "reason", "author", "created_at", "published_at", "revision", "edited_at"}
IDENTITY |= {"tiers_adopted_at", "tiers_adopted_by"}  # of a version, by somebody: no score depends on it
Grid = Mapping[tuple[int, int], str]


class Seen(NamedTuple):
    """The rules that somebody had before their eyes: which version, in which of its states."""

    version: int
    revision: int

    @classmethod
    def of(cls, rules: Rules) -> "Seen":
        return cls(rules.version, rules.revision)


class Refused(Exception):
    """What was asked is not done. Its text is for people: what is the matter, why, and the way out."""


class NoDraft(Refused):
    """There is no draft any more, or not yet."""

    def __str__(self) -> str:
        return _("Il n’y a plus de brouillon : quelqu’un l’a publié ou abandonné. Repartez des règles en vigueur.")


class DraftChanged(Refused):
    """The draft is no longer what its author saw."""

    def __str__(self) -> str:
        return _(
            "Le brouillon a changé entre-temps, dans un autre onglet ou par quelqu’un d’autre : rien n’a été fait. "
            "Relisez-le ci-dessous, puis recommencez."
        )


class NotPreviewed(Refused):
    """The draft as it is was not tried."""

    def __str__(self) -> str:
        return _("Ce brouillon n’a pas encore d’aperçu : demandez-le, lisez qui change, puis publiez.")


class NothingChanged(Refused):
    """The draft says what the published rules say."""

    def __str__(self) -> str:
        return _("Le brouillon dit la même chose que les règles en vigueur : il n’y a rien à publier.")


def setting_fields() -> list[models.Field]:
    """Every setting of the rules, in the order of the model: what a version copies and what two versions differ by."""
    return [field for field in Rules._meta.concrete_fields if field.name not in IDENTITY]  # noqa: SLF001


def settings_of(rules: Rules) -> dict[str, Any]:
    """Every setting of this version, by name; the grid and the clients excluded by hand are apart."""
    return {field.name: getattr(rules, field.name) for field in setting_fields()}


def grid_of(rules: Rules) -> dict[tuple[int, int], str]:
    """The segment of each of the 25 cells of this version, by (R, FM)."""
    return {(cell.r, cell.fm): cell.segment for cell in rules.grid.all()}


def exclusions_of(rules: Rules) -> dict[int, str]:
    """The motive of each client that this version leaves out by hand, by its id."""
    return dict(rules.exclusions.values_list("client_id", "motive"))


def is_same(rules: Rules, other: Rules) -> bool:
    """Whether two versions score and grade everybody alike."""
    return (
        settings_of(rules) == settings_of(other)
        and grid_of(rules) == grid_of(other)
        and exclusions_of(rules) == exclusions_of(other)
        and grading.values_of(rules) == grading.values_of(other)
    )


def unreachable(grid: Iterable[str]) -> list[SegmentSlug]:
    """The segments that nobody can be in with these 25 cells. New clients are found by date, dormant ones also among
    the lost."""
    found = set(grid) | {SegmentSlug.NEW}
    if SegmentSlug.LOST in found:
        found.add(SegmentSlug.DORMANT)
    return [slug for slug in SegmentSlug if slug not in found]


# --- Acts ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin(*, by: User) -> Rules:
    """The draft: the one there is, or a copy of the published rules."""
    _require(by)
    published = Rules.objects.published().select_for_update().get()
    draft = Rules.objects.drafts().first()
    return draft or _copied(published, by=by)


@transaction.atomic
def change(*, seen: Seen, values: Mapping[str, Any], grid: Grid, by: User) -> Rules:
    """The draft with these settings and this grid, begun when the published rules were what was seen.

    Saying what it says already changes nothing, not even its revision: its preview still holds. Raises DraftChanged,
    and NoDraft when what was seen is a draft that is no more.
    """
    draft = _seen_or_begun(seen, by)
    _check_names(values, setting_fields())
    if settings_of(draft) | dict(values) == settings_of(draft) and grid_of(draft) == dict(grid):
        return draft
    for name, value in values.items():
        setattr(draft, name, value)
    for cell in draft.grid.all():
        if cell.segment != grid[cell.r, cell.fm]:
            GridCell.objects.filter(pk=cell.pk).update(segment=grid[cell.r, cell.fm])
    return _touched(draft, by=by)


@transaction.atomic
def change_grading(*, seen: Seen, values: Mapping[str, Any], by: User) -> Rules:
    """The draft with these weights and cuts of the grade of the relation, begun and refused as by `change`.

    Raises ValidationError when the cuts do not follow each other or no answer weighs anything.
    """
    draft = _seen_or_begun(seen, by)
    _check_names(values, grading.fields())
    former = grading.values_of(draft)
    if former | dict(values) == former:
        return draft
    grading.write(draft, values)
    return _touched(draft, by=by)


@transaction.atomic
def exclude(*, client: Client, motive: str, by: User) -> Rules:
    """The draft (begun when there is none) that leaves this client out, for this motive."""
    draft = _locked(Seen.of(begin(by=by)))
    Exclusion.objects.update_or_create(
        rules=draft,
        client=client,
        defaults={"motive": motive, "decided_by": by, "decided_at": timezone.now()},
    )
    return _touched(draft, by=by)


@transaction.atomic
def include(*, client: Client, by: User) -> Rules:
    """The draft (begun when there is none) that no longer leaves this client out by hand."""
    draft = _locked(Seen.of(begin(by=by)))
    gone, _by_model = Exclusion.objects.filter(rules=draft, client=client).delete()
    return _touched(draft, by=by) if gone else draft


@transaction.atomic
def abandon(*, seen: Seen, by: User) -> None:
    """Forgets the draft, its previews and their runs. Raises NoDraft and DraftChanged."""
    _require(by)
    draft = _locked(seen)
    trials = ScoringRun.objects.filter(kind=ScoringRun.Kind.DRAFT)
    compared = list(draft.previews.exclude(baseline=None).values_list("baseline", flat=True))
    draft.previews.all().delete()
    trials.filter(models.Q(rules=draft) | models.Q(pk__in=compared)).delete()
    draft.delete()


@transaction.atomic
def publish(*, seen: Seen, reason: str, by: User) -> Rules:
    """The draft in force, under its number; the former rules are retired, and their runs keep them.

    Raises NoDraft, DraftChanged, NothingChanged, and NotPreviewed while there is anybody to score.
    """
    _require(by)
    former = Rules.objects.published().select_for_update().get()
    draft = _locked(seen)
    if is_same(draft, former):
        raise NothingChanged
    tried = Preview.objects.filter(rules=draft, revision=draft.revision, status=Preview.Status.DONE)
    if not tried.exists() and ScoringRun.objects.latest_at() is not None:
        raise NotPreviewed
    former.status = Rules.Status.RETIRED
    former.save(update_fields=["status"])
    draft.status, draft.reason, draft.author = Rules.Status.PUBLISHED, reason, by
    draft.published_at = timezone.now()
    draft.save(update_fields=["status", "reason", "author", "published_at"])
    return draft


def _require(by: User) -> None:
    if not by.may(Right.MANAGE_RULES):
        raise PermissionDenied


def _seen_or_begun(seen: Seen, by: User) -> Rules:
    """The draft that was seen, locked; one begun from the published rules when they are what was seen."""
    if not Rules.objects.drafts().exists() and seen == Seen.of(Rules.objects.published().get()):
        seen = Seen.of(begin(by=by))
    _require(by)
    return _locked(seen)


def _check_names(values: Mapping[str, Any], known: Iterable[models.Field]) -> None:
    unknown = set(values) - {field.name for field in known}
    if unknown:
        raise ValueError(f"not settings of the rules: {sorted(unknown)}")


def _locked(seen: Seen) -> Rules:
    """The draft, nobody else's until the end of the transaction, if it still is what was seen."""
    draft = Rules.objects.drafts().select_for_update().first()
    if draft is None:
        raise NoDraft
    if Seen.of(draft) != seen:
        raise DraftChanged
    return draft


def _touched(draft: Rules, *, by: User) -> Rules:
    draft.revision += 1
    draft.author, draft.edited_at = by, timezone.now()
    draft.save()
    return draft


def _copied(published: Rules, *, by: User) -> Rules:
    newest = Rules.objects.aggregate(version=models.Max("version"))["version"]
    draft = Rules.objects.create(version=newest + 1, author=by, **settings_of(published))
    GridCell.objects.bulk_create(
        GridCell(rules=draft, r=r, fm=fm, segment=segment) for (r, fm), segment in grid_of(published).items()
    )
    grading.copy(former=published, to=draft)
    Exclusion.objects.bulk_create(
        Exclusion(
            rules=draft,
            client_id=one.client_id,
            motive=one.motive,
            decided_by_id=one.decided_by_id,
            decided_at=one.decided_at,
        )
        for one in published.exclusions.all()
    )
    return draft
