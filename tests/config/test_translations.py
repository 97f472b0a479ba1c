"""French is the source, English complete: no text of the program is left behind."""

import re

import pytest
from babel.messages.pofile import read_po
from django.conf import settings

from scripts import messages

ENGLISH = settings.BASE_DIR / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)s|%[sd]|\{\w*\}|</?\w+")


@pytest.fixture(scope="module")
def english():
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def forms(message):
    return message if isinstance(message, (list, tuple)) else (message,)


def test_every_text_of_the_program_is_translated(english):
    translated = {(m.context, m.id) for m in english if m.id and all(forms(m.string))}
    missing = [m.id for m in messages.template() if m.id and (m.context, m.id) not in translated]
    assert missing == [], "run `make messages`, then translate"


def test_a_translation_keeps_the_placeholders_and_tags_of_its_text(english):
    wrong = [
        m.id
        for m in english
        if m.id
        and any(
            set(PLACEHOLDER.findall(form)) - set(PLACEHOLDER.findall(" ".join(forms(m.id)))) for form in forms(m.string)
        )
    ]
    assert wrong == []


def test_a_translation_is_not_the_french_text_under_another_name(english):
    """Accents tell: only proper names and words that English shares keep theirs."""
    french = re.compile("[éèêàçùôî]")
    same = [m.id for m in english if m.id and not m.pluralizable and m.string == m.id and french.search(m.id)]
    assert same == []
