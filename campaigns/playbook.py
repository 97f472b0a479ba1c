"""The playbook: for each segment, what is aimed at, who acts, what to say and to offer, how often, with a script.

What somebody wrote prevails; taking it back gives the original text again. Scripts speak of one client through
placeholders: {prenom}, {entreprise}, {service} (the last one bought), {jours} (since the last purchase), {moi}.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, User
from accounts.roles import Right
from campaigns.models import Play
from campaigns.playbook_texts import ORIGINALS
from clients.models import Client, Contact
from segmentation.models import Score, Segment, SegmentSlug

PLACEHOLDERS = ("prenom", "entreprise", "service", "jours", "moi")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
TITLES = {"m", "m.", "mr", "mme", "mlle", "monsieur", "madame", "dr", "me"}
TEXTS = ("objective", "actor", "offer", "frequency", "script")
TABLE = "campaigns_play"  # as the journal knows it
LAST_CHANGES = 10
LAST_SERVICES = (Path(__file__).parent / "sql" / "last_services.sql").read_text()


@dataclass(frozen=True)
class Page:
    """One segment of the playbook as it is in force. `edited_by` is empty for the original text."""

    segment: str
    objective: str
    actor: str
    talking_points: list[str]
    offer: str
    frequency: str
    script: str
    edited_by: User | None = None
    edited_at: dt.datetime | None = None

    @property
    def is_original(self) -> bool:
        return self.edited_at is None

    @property
    def name(self) -> str:
        return str(SegmentSlug(self.segment).label)


def pages() -> list[Page]:
    """The eleven segments, in order."""
    written = {play.segment: play for play in Play.objects.select_related("edited_by")}
    return [_page(segment, written.get(segment.slug)) for segment in Segment.objects.all()]


def page_of(slug: str) -> Page | None:
    """The page of this segment; None when there is no such segment."""
    segment = Segment.objects.filter(slug=slug).first()
    return _page(segment, Play.objects.select_related("edited_by").filter(segment=slug).first()) if segment else None


def original_of(slug: str) -> Page:
    """The page as it comes with the product."""
    return _page(Segment.objects.get(slug=slug), None)


@transaction.atomic
def write(*, slug: str, texts: Mapping[str, str], talking_points: list[str], by: User) -> Play:
    """The firm's own page of this segment. Raises PermissionDenied, ValidationError for a placeholder nobody knows."""
    _check_right(by)
    unknown = sorted(set(PLACEHOLDER.findall(texts["script"])) - set(PLACEHOLDERS))
    if unknown:
        raise ValidationError(
            {
                "script": _("« %(name)s » n’est pas un champ connu. Ceux-ci le sont : %(known)s.")
                % {
                    "name": "{" + unknown[0] + "}",
                    "known": ", ".join("{" + name + "}" for name in PLACEHOLDERS),
                }
            }
        )
    values = {name: texts[name] for name in TEXTS} | {"talking_points": talking_points}
    play, _is_new = Play.objects.update_or_create(
        segment=slug, defaults=values | {"edited_by": by, "edited_at": timezone.now()}
    )
    return play


@transaction.atomic
def restore(*, slug: str, by: User) -> bool:
    """Whether the original text took the place of one that somebody had written. Raises PermissionDenied."""
    _check_right(by)
    return bool(Play.objects.filter(segment=slug).delete()[0])


def history_of(slug: str) -> list[tuple[AuditEntry, User | None]]:
    """The last changes of this page, the newest first, with who made each."""
    written = AuditEntry.objects.filter(table=TABLE)
    rows = written.filter(changes__segment__contains=[slug]).values("row_id")  # as it was made, or taken back
    entries = list(written.filter(row_id__in=rows)[:LAST_CHANGES])
    people = User.objects.in_bulk({entry.user_id for entry in entries if entry.user_id})
    return [(entry, people.get(entry.user_id)) for entry in entries]


def script_for(page: Page, *, client: Client, contact: Contact | None, score: Score | None, by: User) -> str:
    """The script as this person reads it to this client. What is not known is said in words, never left as a sign."""
    days = score.recency_days if score else None
    values = {
        "prenom": first_name_in(contact.name if contact else "") or client.name,
        "entreprise": client.name,
        "service": last_services([client.pk]).get(client.pk) or _("notre dernier travail ensemble"),
        "jours": str(days) if days is not None else _("plusieurs"),
        "moi": by.get_full_name() or by.email,
    }
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), page.script)


def first_name_in(name: str) -> str:
    """How to call the person of this name: "Jeanne" for Jeanne Roux, "Mme Roux" where only a title is known."""
    words = name.split()
    if not words or words[0].lower() in TITLES:
        return " ".join(words)
    return words[0]


def last_services(clients: list[int]) -> dict[int, str]:
    """The service of the last invoice that names one, of each of these clients who has such an invoice."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_SERVICES, {"clients": clients})
        return dict(cursor.fetchall())


def _page(segment: Segment, play: Play | None) -> Page:
    if play is not None:
        texts = {name: getattr(play, name) for name in TEXTS}
        return Page(
            segment.slug,
            talking_points=play.talking_points,
            edited_by=play.edited_by,
            edited_at=play.edited_at,
            **texts,
        )
    original = ORIGINALS[SegmentSlug(segment.slug)]
    points = [_(point) for point in segment.talking_points]
    return Page(segment.slug, talking_points=points, **{name: str(getattr(original, name)) for name in TEXTS})


def _check_right(by: User) -> None:
    if not by.may(Right.MANAGE_PLAYBOOK):
        raise PermissionDenied
