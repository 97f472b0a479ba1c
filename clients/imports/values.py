"""Amounts and dates of a table, each read as its whole column is written.

What one cell cannot tell (1,234: a thousand or one and a bit? 03/04: April or March?) the other cells of the column do;
when none does, French usage decides and the import says so, with an example.
"""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from clients.folding import fold

SPACES = str.maketrans(dict.fromkeys(" \u00a0\u202f\u2009\t'’", None))
OTHER_CURRENCY = re.compile(r"[$£¥₣]|(?<![a-z])(?:USD|GBP|CHF|CAD|JPY)(?![a-z])", re.IGNORECASE)
EURO = re.compile(r"€|(?<![a-z])eur(?:os?)?(?![a-z])", re.IGNORECASE)
DIGITS_AND_MARKS = re.compile(r"[0-9.,]+")
LARGEST_CENTS = 10**13
MOST_REMEMBERED = 50_000  # texts of a column at once; past them, forgotten and begun again
EXCEL_EPOCH = dt.date(1899, 12, 30)
EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119
YEARS = range(1950, 2100)
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars mar march",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juil july jul",
            "aout august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}
NUMERIC_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?:[T ].*)?")
ISO_DATE = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})(?:[T ].*)?")
WORD_DATE = re.compile(r"(?:[a-z]+ )?(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]+) (\d{4}|\d{2})")
WORD_DATE_US = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)? (\d{4})")


def decimal_mark(texts: Iterable[str]) -> tuple[str, str]:
    """The decimal mark of a column of amounts, and an ambiguous example when nothing settles it."""
    votes = {",": 0, ".": 0}
    doubtful = ""
    for text in texts:
        comma, point = text.rfind(","), text.rfind(".")
        if comma < 0 and point < 0:
            continue
        if comma >= 0 and point >= 0:
            votes["," if comma > point else "."] += 1
            continue
        mark = "," if comma >= 0 else "."
        other = "." if mark == "," else ","
        after = len(DIGITS_AND_MARKS.sub(lambda m: m[0], text).translate(SPACES).rstrip("€-)eurEUROS").split(mark)[-1])
        if text.count(mark) > 1:
            votes[other] += 1
        elif after != 3:
            votes[mark] += 1
        else:
            doubtful = doubtful or text
    if votes[","] == votes["."]:
        return ("," if "." not in doubtful else "."), doubtful
    return max(votes, key=votes.__getitem__), ""


class Amounts(dict):
    """Cents of each text of a column, remembered; a ValueError for what is not an amount."""

    def __init__(self, mark: str = ","):
        super().__init__()
        self.mark = mark
        self.thousands = "." if mark == "," else ","

    def __missing__(self, text: Any) -> Any:
        try:
            value: Any = cents(text, self.mark, self.thousands)
        except ValueError as error:
            value = error
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[text] = value
        return value


def cents(value: str | float, mark: str = ",", thousands: str = ".") -> int | None:
    """An amount in cents, half a cent rounded away from zero; None when empty. Raises ValueError when it is none."""
    if not isinstance(value, str):
        return _cents_of_number(value)
    if value[-3:-2] == mark and (digits := value[:-3] + value[-2:]).isdigit() and digits.isascii() and len(digits) < 13:
        return int(digits)  # 1234,56: most amounts by far
    text = value.translate(SPACES)
    if not text:
        return None
    if text[-1] == "%":
        text = text[:-1]
        if not text:
            raise ValueError(value)
    if "€" in text or text[-1].isalpha() or text[0].isalpha():
        text = EURO.sub("", text)
    sign = 1
    if text[:1] == "(" and text[-1:] == ")":
        sign, text = -1, text[1:-1]
    text = text.replace("\u2212", "-")
    if text[-1:] in ("-", "+"):
        sign, text = (-sign if text[-1] == "-" else sign), text[:-1]
    elif text[:1] in ("-", "+"):
        sign, text = (-sign if text[0] == "-" else sign), text[1:]
    whole, _mark, part = text.replace(thousands, "").partition(mark)
    digits = whole + part
    if not digits.isdigit() or not digits.isascii():
        raise ValueError(value)
    amount = int(whole or "0") * 100 + int((part + "00")[:2]) + (part[2:3] >= "5")
    if amount >= LARGEST_CENTS:
        raise ValueError(value)
    return sign * amount


def _cents_of_number(value: float) -> int:
    if isinstance(value, bool) or value != value or abs(value) >= LARGEST_CENTS / 100:
        raise ValueError(value)
    return int(abs(value) * 100 + 0.5 + 1e-6) * (1 if value >= 0 else -1)


def month_first(texts: Iterable[str]) -> tuple[bool, str]:
    """Whether a column of dates puts the month first, and an ambiguous example when nothing settles it."""
    first = second = 0
    example = ""
    for text in texts:
        found = NUMERIC_DATE.fullmatch(text.strip())
        if found:
            example = example or (text if int(found[1]) != int(found[2]) and _is_day(text) else "")
            first += int(found[1]) > 12
            second += int(found[2]) > 12
    return second > first, "" if first or second else example


def _is_day(text: str) -> bool:
    try:
        return day(text) is not None
    except ValueError:
        return False


class Days(dict):
    """The day of each text of a column as ISO text, remembered; a ValueError for what is not a date."""

    def __init__(self, month_first: bool = False):
        super().__init__()
        self.month_first = month_first

    def __missing__(self, text: Any) -> Any:
        try:
            found = day(text, self.month_first)
            value: Any = found.isoformat() if found else None
        except ValueError as error:
            value = error
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[text] = value
        return value


def day(value: Any, month_first: bool = False) -> dt.date | None:
    """A day; None when empty. Raises ValueError when it is not a date, or not of this century or the last."""
    if isinstance(value, dt.datetime):
        return _plausible(value.date())
    if isinstance(value, dt.date):
        return _plausible(value)
    if isinstance(value, int | float):
        if abs(value) > LARGEST_CENTS:
            raise ValueError(value)
        if int(value) in EXCEL_DAYS:
            return _plausible(EXCEL_EPOCH + dt.timedelta(days=int(value)))
        value = str(int(value))
    text = value.strip()
    if not text:
        return None
    return _plausible(_numeric_day(text, month_first) or _day_in_words(text))


def _numeric_day(text: str, month_first: bool) -> dt.date | None:
    if found := ISO_DATE.fullmatch(text):
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    if found := NUMERIC_DATE.fullmatch(text):
        a, b, year = int(found[1]), int(found[2]), _year(found[3])
        return dt.date(year, a, b) if month_first else dt.date(year, b, a)
    if text.isdigit() and text.isascii():
        if len(text) == 8:
            if int(text[:4]) in YEARS and int(text[4:6]) in range(1, 13):
                return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
            return dt.date(int(text[4:]), int(text[2:4]), int(text[:2]))
        if len(text) == 5 and int(text) in EXCEL_DAYS:
            return EXCEL_EPOCH + dt.timedelta(days=int(text))
    return None


def _day_in_words(text: str) -> dt.date:
    words = " ".join(re.sub(r"[.,\-/]", " ", fold(text)).split())
    if found := WORD_DATE.match(words):
        number, month, year = found[1], found[2], found[3]
    elif found := WORD_DATE_US.match(words):
        month, number, year = found[1], found[2], found[3]
    else:
        raise ValueError(text)
    if month not in MONTHS:
        raise ValueError(text)
    return dt.date(_year(year), MONTHS[month], int(number))


def _year(text: str) -> int:
    if len(text) == 4:
        return int(text)
    return 2000 + int(text) if int(text) < 70 else 1900 + int(text)


def _plausible(found: dt.date) -> dt.date:
    if found.year not in YEARS:
        raise ValueError(found)
    return found


STATUSES = {
    "draft": "brouillon|draft|en preparation|en cours de saisie|provisoire|checkout draft|panier|abandoned checkout",
    "pro_forma": "pro forma|proforma|devis|quote|quotation|estimate|bon de commande",
    "cancelled": """
        annule|annulee|cancel|cancelled|canceled|abandonne|abandonnee|void|voided|supprime|supprimee|refunded
        rembourse|remboursee|erreur de paiement|payment error|failed|echouee|expired|expiree|trash|corbeille
        """,
    "issued": """
        non paye|non payee|impaye|impayee|unpaid|not paid|en attente|en attente de paiement|a payer|a regler|en retard
        overdue|partiel|partielle|partiellement payee|partiellement reglee|partial|partially paid|emise|emis|envoyee
        envoye|sent|validee|valide|validated|ouverte|open|posted|comptabilise|comptabilisee|facturee|non reglee
        en cours de preparation|preparation en cours|expedie|expediee|shipped|on hold|pending payment|authorized
        en attente de virement bancaire|en attente de paiement par cheque|awaiting bank wire payment
        awaiting check payment|processing in progress|partially refunded|partiellement remboursee
        non regle|reglement partiel|commence|due|pending|processing|issued|in payment|non|no|definitive|finalisee
        """,
    "paid": """
        payee|paye|paid|reglee|regle|soldee|solde|acquittee|encaissee|completed|complete|terminee|termine|oui|yes
        lettree|livre|livree|delivered|paiement a distance accepte|remote payment accepted
        payment accepted|paiement accepte|payee et envoyee|reversed|succeeded
        """,
}
STATUS_WORDS = {
    word.strip(): status
    for status, lines in STATUSES.items()
    for words in lines.strip().splitlines()
    for word in words.split("|")
}
PURCHASE_WORDS = re.compile(r"fournisseur|vendor|supplier|\bin invoice\b|\bin refund\b|\bachats?\b|\bpurchase\b")
CREDIT_WORDS = re.compile(r"\bavoirs?\b|credit note|credit memo|refund|remboursement|note de credit|\bav\b|\b381\b")
DEPOSIT_WORDS = re.compile(r"\bacomptes?\b|deposit|prepayment|down payment|\b386\b|\barrhes\b")
PRO_FORMA_WORDS = re.compile(r"pro ?forma|\bdevis\b|quotation|\bquote\b")


def status_of(text: str) -> str | None:
    """The status that a cell says, None when the word is unknown."""
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", fold(text)).split())
    return STATUS_WORDS.get(words)


def kind_of(text: str) -> str:
    """What a cell says of a document's kind: `purchase`, `credit_note`, `deposit`, `pro_forma`, or nothing special."""
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", fold(text)).split())
    for kind, pattern in (
        ("purchase", PURCHASE_WORDS),
        ("credit_note", CREDIT_WORDS),
        ("deposit", DEPOSIT_WORDS),
        ("pro_forma", PRO_FORMA_WORDS),
    ):
        if pattern.search(words):
            return kind
    return ""
