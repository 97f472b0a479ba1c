"""Texts to translate: taken from Python and templates, merged into the catalogues, compiled.

French is the source: its catalogue holds nothing but plurals. Babel does it all: no system gettext is needed.
"""

import argparse
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locale"
FRENCH = LOCALES / "fr" / "LC_MESSAGES" / "django.po"
DATELESS = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # a date of its own would make two branches conflict
APPS = ("accounts", "clients", "segmentation", "campaigns", "cockpit", "config", "templates")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def extract_template(file, keywords, comment_tags, options) -> Iterator:
    """The texts of a Django template, which Django itself rewrites as calls of gettext."""
    source = templatize(file.read().decode(), origin=getattr(file, "name", ""))
    calls = "\n".join(line.lstrip() for line in source.splitlines())  # indented as a page is, not as Python is
    return extract_python(io.BytesIO(calls.encode()), [*keywords], comment_tags, options)


METHODS = [
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**.html", extract_template),
    ("**.txt", extract_template),
]


def template() -> Catalog:
    """Every text of the program, where it is used, without line numbers that would change with each edit."""
    catalog = Catalog(project="Cap Clients", charset="utf-8", fuzzy=False)
    for folder in APPS:
        found = extract_from_dir(
            ROOT / folder, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
        )
        for name, _line, message, comments, context in found:
            catalog.add(message, None, [(f"{folder}/{name}", None)], auto_comments=comments, context=context)
    return catalog


def update() -> None:
    """Merges the program's texts into each catalogue; texts that are gone leave it."""
    source = template()
    _write(FRENCH, _plurals(source))
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/django.po")):
        if path == FRENCH:
            continue
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parts[-3])
        catalog.update(source, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        _write(path, catalog)
        missing = [message.id for message in catalog if message.id and not all(_forms(message.string))]
        print(f"{path.relative_to(ROOT)} : {len(catalog)} textes, {len(missing)} à traduire")


def _plurals(source: Catalog) -> Catalog:
    """The French texts that count something, as they are: without a catalogue, Django would write « 0 clients »."""
    catalog = Catalog(locale="fr", project="Cap Clients", charset="utf-8", fuzzy=False, creation_date=DATELESS)
    for message in source:
        if message.pluralizable:
            catalog.add(message.id, message.id, message.locations, message.flags, context=message.context)
    return catalog


def _forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def _write(path: Path, catalog: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.creation_date = catalog.revision_date = DATELESS
    with path.open("wb") as file:
        write_po(file, catalog, width=110, sort_by_file=True, ignore_obsolete=True, include_lineno=False)


def compile_all() -> None:
    """Writes each catalogue in the form the program reads, where it is out of date."""
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/django.po")):
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        with path.open("rb") as source, compiled.open("wb") as target:
            write_mo(target, read_po(source, locale=path.parts[-3]))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--compile-only", action="store_true", help="compiles without looking for new texts")
    if not arguments.parse_args().compile_only:
        update()
    compile_all()
