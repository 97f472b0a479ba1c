"""What the cells of a list may hold: read from a file, shown to a person, written to a file.

Reading raises ValueError with what is wrong and the way out, or LeftError when the value is not taken and the row
goes on.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from import_export.widgets import Widget
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number
from stdnum.fr import tva as vat_number

from clients.folding import fold
from clients.imports.parties import DAMAGED
from clients.imports.values import day
from clients.models import Workforce
from clients.sectors import normalised

LONGEST_TEXT = 20_000
YES = frozenset(["oui", "o", "yes", "y", "true", "vrai", "1", "x", "v", "ok"])
NO = frozenset(["non", "n", "no", "false", "faux", "0"])
COUNTRIES = {
    "france": "FR", "belgique": "BE", "belgium": "BE", "suisse": "CH", "switzerland": "CH", "luxembourg": "LU",
    "allemagne": "DE", "germany": "DE", "espagne": "ES", "spain": "ES", "italie": "IT", "italy": "IT",
    "portugal": "PT", "pays bas": "NL", "netherlands": "NL", "royaume uni": "GB", "united kingdom": "GB",
    "irlande": "IE", "ireland": "IE", "autriche": "AT", "austria": "AT", "monaco": "MC", "etats unis": "US",
    "united states": "US", "canada": "CA", "maroc": "MA", "morocco": "MA", "tunisie": "TN", "tunisia": "TN",
}  # fmt: skip


BANDS = [
    (1, "00"), (3, "01"), (6, "02"), (10, "03"), (20, "11"), (50, "12"), (100, "21"), (200, "22"), (250, "31"),
    (500, "32"), (1000, "41"), (2000, "42"), (5000, "51"), (10_000, "52"),
]  # fmt: skip
STAFF = "salaries|nombre de salaries|nb salaries|employees|number of employees|workforce|headcount|company size"


class LeftError(Exception):
    """A value that is not taken: the row goes on without it, and the report says so once for all such rows."""


def plain(words: str) -> str:
    """Words as they are compared: folded, without punctuation."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", fold(words)).split())


class Cell(Widget):
    """A text on one line."""

    def clean(self, value: Any, row: Mapping[str, str] | None = None, **kwargs: Any) -> Any:
        return " ".join(str(value).split())

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """The value as the writer of files takes it."""
        return value

    def show(self, value: Any) -> str:
        """The value as a person reads it."""
        return "" if value is None else str(value)


Text = Cell


class Lines(Cell):
    """A text of several lines."""

    def clean(self, value, row=None, **kwargs):
        if len(value) > LONGEST_TEXT:
            raise ValueError(
                _("Ce texte est trop long : gardez-en au plus %(most)s caractères.") % {"most": LONGEST_TEXT}
            )
        return str(value).strip()


class Email(Cell):
    def clean(self, value, row=None, **kwargs):
        return super().clean(value).lower()


class Phone(Cell):
    """A number as it is written; the first zero that a spreadsheet took away comes back."""

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value)
        return f"0{text}" if re.fullmatch(r"[1-9]\d{8}", text) else text


class Postcode(Cell):
    """Five figures in France, where a spreadsheet takes the first zero away; as written elsewhere."""

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value)
        is_french = plain((row or {}).get("country") or "fr") in ("fr", "france")
        return f"0{text}" if is_french and re.fullmatch(r"\d{4}", text) else text


class Country(Cell):
    """A code of two letters."""

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value)
        if len(text) == 2 and text.isalpha():
            return text.upper()
        if code := COUNTRIES.get(plain(text)):
            return code
        raise ValueError(_("Ce pays n’est pas connu. Écrivez son code à deux lettres : FR, BE, CH…"))


class Identifier(Cell):
    """A legal number: a damaged or false one is left, as everywhere a file is imported."""

    checker: Any = None

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value)
        if DAMAGED.fullmatch(text.replace(" ", "")):
            raise LeftError(
                _(
                    "Le tableur a abîmé des numéros (comme 1,23E+13) : ils ne sont pas repris. Mettez la colonne au "
                    "format texte avant d’y coller les numéros."
                )
            )
        if not self.checker.is_valid(text):
            raise LeftError(_("Des SIRET, SIREN ou n° de TVA sont faux : ils ne sont pas repris, les lignes si."))
        return self.checker.compact(text)

    def found(self, text: str) -> str:
        """The number, or nothing when it is none."""
        try:
            return self.clean(text) if text else ""
        except LeftError:
            return ""


class Siren(Identifier):
    checker = siren_number


class Siret(Identifier):
    checker = siret_number


class Vat(Identifier):
    checker = vat_number

    def clean(self, value, row=None, **kwargs):
        number = super().clean(value)
        return f"FR{number}" if number.isascii() and len(number) == 11 else number


class Naf(Cell):
    """An activity code, as the firm's other clients have it: 6920Z."""

    def clean(self, value, row=None, **kwargs):
        return normalised(super().clean(value))


class Day(Cell):
    def clean(self, value, row=None, **kwargs):
        return _day(value)

    def show(self, value):
        return date_format(value, "SHORT_DATE_FORMAT") if value else ""


class Moment(Cell):
    """When somebody said yes, or no: a date, or just "oui" for today; "non" is None."""

    def clean(self, value, row=None, **kwargs):
        words = plain(value)
        if words in NO:
            return None
        if words in YES:
            return timezone.now()
        found = dt.datetime.combine(_day(value), dt.time(12))
        return timezone.make_aware(found)

    def render(self, value, obj=None, **kwargs):
        return timezone.localdate(value) if value else None

    def show(self, value):
        return date_format(timezone.localdate(value), "SHORT_DATE_FORMAT") if value else _("non")


class YesNo(Cell):
    def clean(self, value, row=None, **kwargs):
        words = plain(value)
        if words in YES or words in NO:
            return words in YES
        raise ValueError(_("Écrivez « oui » ou « non »."))

    def render(self, value, obj=None, **kwargs):
        return self.show(value)

    def show(self, value):
        return _("oui") if value else _("non")


class Choice(Cell):
    """One of a few values, by its slug, its name on screen, or another word for it."""

    def __init__(self, choices: Iterable[tuple[str, Any]], words: Mapping[str, str] | None = None):
        super().__init__()
        self.labels = dict(choices)
        self.words = {word: value for value, text in (words or {}).items() for word in text.split("|")}

    def clean(self, value, row=None, **kwargs):
        text = plain(value)
        known = {plain(slug): slug for slug in self.labels} | {plain(str(name)): v for v, name in self.labels.items()}
        found = known.get(text, self.words.get(text))
        if found is None:
            names = ", ".join(f"« {name} »" for name in self.labels.values() if name)
            raise ValueError(
                _("Cette valeur n’est pas connue. Écrivez l’une de celles-ci : %(names)s.") % {"names": names}
            )
        return found

    def render(self, value, obj=None, **kwargs):
        return self.show(value)

    def show(self, value):
        return str(self.labels.get(value, value))


class Staff(Choice):
    """A band of employees: its name, or a number of people. Sirene's codes, which look like numbers, come apart."""

    def __init__(self):
        super().__init__(Workforce.choices)

    def clean(self, value, row=None, **kwargs):
        numbers = [int(number) for number in re.findall(r"\d+", re.sub(r"\s", "", value))]
        if numbers:
            return next((code for limit, code in BANDS if numbers[0] < limit), Workforce.FROM_10000)
        return super().clean(value)


class Hours(Cell):
    """Hours of a week, to one decimal."""

    def clean(self, value, row=None, **kwargs):
        try:
            found = Decimal(super().clean(value).removesuffix("h").strip().replace(",", "."))
        except InvalidOperation:
            found = Decimal(-1)
        if not 0 <= found <= 80:
            raise ValueError(_("Écrivez un nombre d’heures entre 0 et 80, comme 35 ou 17,5."))
        return round(found, 1)


def _day(value: str) -> dt.date:
    try:
        found = day(value)
    except ValueError:
        found = None
    if found is None:
        raise ValueError(_("Cette date n’est pas lisible. Écrivez-la ainsi : 31/03/2026."))
    return found
