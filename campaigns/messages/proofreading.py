"""What is wrong with a message before it leaves, and what could stand there instead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaigns.messages.placeholders import KNOWN, fields_of, is_readable
from campaigns.messages.rendering import compose

LONGEST_SUBJECT = 60  # characters that a phone shows
MOST_WORDS = 220
EVERYBODY = re.compile(
    r"\b(ch[eè]re?s?\s+(?:cliente?s?|amis|partenaires)|madame,?\s+monsieur|bonjour\s+à\s+tous|"
    r"dear\s+(?:customers?|clients?|all|sir\s+or\s+madam))\b",
    re.IGNORECASE,
)
PROMISE = re.compile(
    r"(\bgarantie?s?\b|\bguaranteed?\b|\bn°\s?1\b|\bnumber\s+one\b|\bleader\b|\bmeilleure?s?\s+du\s+marché\b|"
    r"[+-]?\d+(?:[.,]\d+)?\s?%|\b(?:satisfait|remboursé)e?s?\s+ou\b)",
    re.IGNORECASE,
)
SHOUTED = re.compile(r"\b[A-ZÀ-Ü]{5,}(?:\s+[A-ZÀ-Ü]{2,}){1,}\b|!{2,}")
ANSWERABLE = re.compile(r"\?|\]\(|\{lien_reponse\}|\{telephone_commercial|\d{2}(?:[ .]?\d{2}){4}")


@dataclass(frozen=True)
class Finding:
    """One thing to look at: where, how bad, why, and up to three (label, text) to put there instead."""

    code: str
    words: str
    is_error: bool = False
    found: str = ""
    place: str = "body"
    proposals: list[str] = field(default_factory=list)


def read(subject: str, body: str, *, language: str = "fr", has_proof: bool = True) -> list[Finding]:
    """What to look at in this message, errors first: with one of them it cannot be sent.

    `has_proof` is whether the firm has a proof that `{preuve}` could show.
    """
    findings = [*_written(subject, body)]
    if not any(finding.is_error for finding in findings):
        findings += [
            *_greeting(subject, body, language),
            *_fallbacks(subject, body),
            *_promises(body, has_proof=has_proof),
        ]
        findings += [*_lengths(subject, body), *_tone(subject, body)]
    return sorted(findings, key=lambda finding: not finding.is_error)


def room(subject: str) -> int:
    """How many characters a subject may still take; below zero when it is too long for a phone."""
    return LONGEST_SUBJECT - len(subject)


def replaced(text: str, found: str, proposal: str) -> str:
    """The text with the first occurrence of what was found replaced by what was proposed."""
    return text.replace(found, proposal, 1)


def _written(subject: str, body: str) -> Iterator[Finding]:
    for place, text, missing in (
        ("subject", subject, _("L’objet est vide.")),
        ("body", body, _("Le message est vide.")),
    ):
        if not text.strip():
            yield Finding("empty", missing, is_error=True, place=place)
    if not (subject.strip() and body.strip()):
        return
    try:
        compose(subject, body)
    except ValidationError as error:
        place = "body" if is_readable(subject) else "subject"
        yield Finding("unreadable", " ".join(error.messages), is_error=True, place=place)


def _greeting(subject: str, body: str, language: str) -> Iterator[Finding]:
    for place, text in (("subject", subject), ("body", body)):
        found = EVERYBODY.search(text)
        if found:
            words = _("« %(found)s » s’adresse à tout le monde, donc à personne.") % {"found": found[0]}
            proposals = (
                ["Hello {prenom|there}", "Good morning {prenom|}", "Dear {prenom|reader}"]
                if language == "en"
                else ["Bonjour {prenom|à vous}", "Bonjour {nom|à vous}", "Bonjour, un mot pour {client}"]
            )
            yield Finding("everybody", words, found=found[0], place=place, proposals=proposals)


def _fallbacks(subject: str, body: str) -> Iterator[Finding]:
    for place, text in (("subject", subject), ("body", body)):
        for one in fields_of(text):
            if one.needs_fallback:
                written = text[one.start : one.end]
                words = _("« %(label)s » n’est pas connu de tous : dites ce qui s’écrit alors, après une barre.")
                proposals = [f"{{{one.name}|{_fallback_for(one.name)}}}"]
                label = str(KNOWN[one.name].label)
                yield Finding("fallback", words % {"label": label}, found=written, place=place, proposals=proposals)


def _fallback_for(name: str) -> str:
    known = {"prenom": _("à vous"), "nom": _("à vous"), "commercial": _("notre équipe"), "ville": _("votre ville")}
    return known.get(name, _("votre activité"))


def _promises(body: str, *, has_proof: bool) -> Iterator[Finding]:
    found = PROMISE.search(body)
    if found and "{preuve" not in body:
        words = _("« %(found)s » promet sans preuve.") % {"found": found[0]}
        proposals = ["{preuve|}"] if has_proof else []
        if not has_proof:
            words += " " + _("Ajoutez d’abord une preuve dans Réglages › Messages.")
        yield Finding("promise", words, found=found[0], proposals=proposals)


def _lengths(subject: str, body: str) -> Iterator[Finding]:
    if room(subject) < 0:
        words = _("L’objet a %(n)d caractères de trop pour un téléphone.") % {"n": -room(subject)}
        yield Finding("subject-long", words, place="subject")
    count = len(body.split())
    if count > MOST_WORDS:
        words = _("%(n)d mots : au-delà de %(most)d, peu de gens lisent jusqu’au bout.")
        yield Finding("long", words % {"n": count, "most": MOST_WORDS})


def _tone(subject: str, body: str) -> Iterator[Finding]:
    for place, text in (("subject", subject), ("body", body)):
        found = SHOUTED.search(text)
        if found:
            words = _("« %(found)s » crie : les filtres et les lecteurs s’en méfient.") % {"found": found[0][:40]}
            yield Finding("shouting", words, found=found[0], place=place, proposals=[_quiet(found[0])])
    if not ANSWERABLE.search(body):
        yield Finding("no-answer", _("Rien n’invite à répondre : posez une question, ou donnez un lien ou un numéro."))


def _quiet(text: str) -> str:
    return "." if set(text) == {"!"} else text.capitalize()
