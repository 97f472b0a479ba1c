"""The fields of a message: `{prenom}`, or `{prenom|à tous}` with what stands when nothing is known. Nothing else.

A strict list, read by us: no attribute, no filter, no format. `{{` and `}}` write a brace. A text with a field that
nobody knows is not saved, and says where.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rapidfuzz import process

READ = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|\{|\}")
NAME = re.compile(r"[a-z_]+")
LONGEST_FALLBACK = 120
CLOSE_ENOUGH = 60  # of 100: how alike a name must be to be proposed


@dataclass(frozen=True)
class Placeholder:
    """One field: what it is called on screen, and whether a client may have nothing to put there."""

    name: str
    label: str | Promise
    may_be_empty: bool = False
    is_link: bool = False


ANSWER_LINK = "lien_reponse"
KNOWN: Mapping[str, Placeholder] = {
    placeholder.name: placeholder
    for placeholder in (
        Placeholder("prenom", gettext_lazy("Prénom"), may_be_empty=True),
        Placeholder("nom", gettext_lazy("Nom de l’interlocuteur"), may_be_empty=True),
        Placeholder("client", gettext_lazy("Client")),
        Placeholder("ville", gettext_lazy("Ville"), may_be_empty=True),
        Placeholder("service_conseille", gettext_lazy("Service conseillé"), may_be_empty=True),
        Placeholder("dernier_service", gettext_lazy("Dernier service acheté"), may_be_empty=True),
        Placeholder("dernier_achat", gettext_lazy("Date du dernier achat"), may_be_empty=True),
        Placeholder("anciennete", gettext_lazy("Années de relation"), may_be_empty=True),
        Placeholder("besoin", gettext_lazy("Besoin entendu"), may_be_empty=True),
        Placeholder("preuve", gettext_lazy("Preuve"), may_be_empty=True),
        Placeholder("commercial", gettext_lazy("Qui le suit"), may_be_empty=True),
        Placeholder("telephone_commercial", gettext_lazy("Son téléphone"), may_be_empty=True),
        Placeholder("entreprise", gettext_lazy("Votre entreprise")),
        Placeholder("lieu", gettext_lazy("Lieu de l’invitation"), may_be_empty=True),
        Placeholder("date", gettext_lazy("Date de l’invitation"), may_be_empty=True),
        Placeholder("question", gettext_lazy("Question posée"), may_be_empty=True),
        Placeholder(ANSWER_LINK, gettext_lazy("Lien pour répondre"), is_link=True),
    )
}


@dataclass(frozen=True)
class Field:
    """A field where it stands in a text; `fallback` is None when the author wrote none."""

    name: str
    fallback: str | None
    start: int
    end: int

    @property
    def needs_fallback(self) -> bool:
        return KNOWN[self.name].may_be_empty and self.fallback is None

    def filled(self, values: Mapping[str, str]) -> str:
        """What stands here for one client."""
        return values.get(self.name, "") or self.fallback or ""


def parsed(text: str) -> list[str | Field]:
    """The text in parts, its fields apart. Raises ValidationError with line, column, and the nearest name known."""
    parts: list[str | Field] = []
    place = 0
    for found in READ.finditer(text):
        if found.start() > place:
            parts.append(text[place : found.start()])
        place = found.end()
        if found[0] in ("{{", "}}"):
            parts.append(found[0][0])
        else:
            parts.append(_field(text, found))
    if place < len(text):
        parts.append(text[place:])
    return parts


def fields_of(text: str) -> Iterator[Field]:
    """The fields of this text, in order. Raises ValidationError as `parsed` does."""
    return (part for part in parsed(text) if isinstance(part, Field))


def is_readable(text: str) -> bool:
    try:
        parsed(text)
    except ValidationError:
        return False
    return True


def _field(text: str, found: re.Match[str]) -> Field:
    if found[1] is None:
        raise _error(text, found.start(), _("cette accolade n’est pas fermée, ou de trop. Doublez-la pour l’écrire."))
    name, bar, fallback = found[1].partition("|")
    name = name.strip()
    if name not in KNOWN:
        raise _error(text, found.start(), _unknown(found[0], name))
    if len(fallback) > LONGEST_FALLBACK:
        raise _error(text, found.start(), _("ce texte de repli est trop long : 120 caractères au plus."))
    if bar and KNOWN[name].is_link:
        raise _error(text, found.start(), _("un lien n’a pas de texte de repli."))
    return Field(name, fallback.strip() if bar else None, found.start(), found.end())


def _unknown(written: str, name: str) -> str:
    near = process.extractOne(name, list(KNOWN), score_cutoff=CLOSE_ENOUGH) if NAME.fullmatch(name) else None
    if near:
        return _("« %(written)s » n’est pas un champ connu. Vouliez-vous {%(near)s} ?") % {
            "written": written[:60],
            "near": near[0],
        }
    known = ", ".join("{" + one + "}" for one in KNOWN)
    return _("« %(written)s » n’est pas un champ connu. Ceux-ci le sont : %(known)s.") % {
        "written": written[:60],
        "known": known,
    }


def _error(text: str, start: int, what: str) -> ValidationError:
    before = text[:start]
    where = {"line": before.count("\n") + 1, "column": start - (before.rfind("\n") + 1) + 1, "what": what}
    return ValidationError(_("Ligne %(line)d, colonne %(column)d : %(what)s"), code="placeholder", params=where)
