"""Sectors: what an activity code (NAF, formerly APE) says, however it is written, and the section it belongs to.

A code is kept without its dot, "6201Z", and shown with it, "62.01Z". Its first two digits are its division, which
belongs to one of 21 sections: no list of codes is needed to know that. The titles of the 732 codes come from a file
(`clients.master_data.naf`). Names of sections are ours; the letters and what they cover are those of NAF rév. 2.
"""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

NOMENCLATURE = "NAFRev2"
CODE = re.compile(r"[0-9]{4}[A-Z]")


class Section(models.TextChoices):
    """The sections of activities, under their letters."""

    A = "A", _("Agriculture, forêt et pêche")
    B = "B", _("Mines et carrières")
    C = "C", _("Industrie et artisanat de fabrication")
    D = "D", _("Électricité, gaz et chaleur")
    E = "E", _("Eau, déchets et dépollution")
    F = "F", _("Construction")
    G = "G", _("Commerce et réparation automobile")
    H = "H", _("Transports et entreposage")
    I = "I", _("Hébergement et restauration")  # noqa: E741 - the letter of the section
    J = "J", _("Informatique, médias et télécoms")
    K = "K", _("Banque et assurance")
    L = "L", _("Immobilier")
    M = "M", _("Conseil, sciences et techniques")
    N = "N", _("Services de soutien aux entreprises")
    O = "O", _("Administrations publiques")  # noqa: E741 - the letter of the section
    P = "P", _("Enseignement et formation")
    Q = "Q", _("Santé et action sociale")
    R = "R", _("Arts, spectacles, sport et loisirs")
    S = "S", _("Associations et services aux particuliers")
    T = "T", _("Ménages employeurs")
    U = "U", _("Organisations internationales")


LAST_DIVISIONS = {
    "A": 3, "B": 9, "C": 33, "D": 35, "E": 39, "F": 43, "G": 47, "H": 53, "I": 56, "J": 63, "K": 66, "L": 68,
    "M": 75, "N": 82, "O": 84, "P": 85, "Q": 88, "R": 93, "S": 96, "T": 98, "U": 99,
}  # fmt: skip
# The numbers that no division has are nobody's: a code that begins with one is unknown.
DIVISIONS = {
    f"{number:02}": next(letter for letter, last in LAST_DIVISIONS.items() if number <= last)
    for number in range(1, 100)
    if number not in {4, 34, 40, 44, 48, 54, 57, 67, 76, 83, 89}
}


def normalised(text: str) -> str:
    """An activity code as it is kept, whatever its case, dots and spaces, and without its title: "62.01z Conseil" is
    "6201Z". What begins with no code stays, so that somebody sees it."""
    bare = "".join(character for character in text.upper() if character not in " .\u00a0\u202f-")
    code = CODE.match(bare)
    return code[0] if code else bare


def written(code: str) -> str:
    """An activity code as people read it: "62.01Z". What is none stays as it is."""
    return f"{code[:2]}.{code[2:]}" if CODE.fullmatch(code) else code


def section_of(code: str) -> str:
    """The letter of the section of an activity code; empty when its division is nobody's."""
    return DIVISIONS.get(code[:2], "")


def divisions_of(letter: str) -> list[str]:
    """The divisions of a section, in order: ["41", "42", "43"] of F."""
    return [division for division, section in DIVISIONS.items() if section == letter]


def prefixes_of(text: str) -> list[str]:
    """What activity codes begin with when they belong to this: the divisions of a letter, else the code itself."""
    code = normalised(text)
    return divisions_of(code) if code in Section.values else [code]


def is_prefix(text: str) -> bool:
    """Whether this says activities: the letter of a section, or the beginning of a code whose division exists."""
    code = normalised(text)
    return code in Section.values or bool(re.fullmatch(r"[0-9]{2,4}|[0-9]{4}[A-Z]", code) and section_of(code))
