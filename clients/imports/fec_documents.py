"""Invoices rebuilt from accounting entries: pure functions, from lines to documents and what is left out.

An entry with a client line (411) and a revenue line (70) is an invoice, or a credit note when negative; which journal
it stands in says nothing. Nothing here depends on the order of lines.
"""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from clients.folding import fold
from clients.imports.catch_all import is_collective, says_catch_all
from clients.imports.fec import FecLine
from clients.imports.findings import Tally

CLIENT_ACCOUNTS = ("411", "410", "413", "416", "418")
DEPOSIT_ACCOUNTS = ("4191",)
VAT_ACCOUNTS = ("4457", "44587")  # due, or awaiting its event
CASH_ACCOUNTS = ("5",)
OPENING_JOURNALS = {"an", "ano", "anv", "ad", "ouv", "ran", "anouv", "a-n", "a.n", "anx"}
OPENING_WORDS = re.compile(r"a[ -]nouveau|ouverture|report a nouveau|opening")


@dataclass(slots=True)
class Document:
    """An invoice or a credit note. Amounts in cents HT; `lines` are (account, label, cents) and add up to `cents`."""

    file: int
    line: int
    client: str
    journal: str
    entry: str
    booked_on: dt.date | None
    piece: str
    piece_on: dt.date | None
    issued_on: dt.date
    number: str
    cents: int
    vat_cents: int
    due_on: dt.date | None
    lines: list[tuple[str, str, int]]
    letters: frozenset[str] = frozenset()
    paid_on: dt.date | None = None
    is_paid: bool = False
    external_id: str = ""


@dataclass
class Rebuilt:
    """What the entries of a set of books hold: documents, what was left out and why, and what to know about them."""

    documents: list[Document] = field(default_factory=list)
    excluded: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    payment_modes: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    clients: dict[str, str] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    set_aside: Tally = field(default_factory=Tally)
    set_aside_entries: set[tuple[str, str]] = field(default_factory=set)
    entries: int = 0
    unbalanced: list[FecLine] = field(default_factory=list)
    split: list[FecLine] = field(default_factory=list)
    vat_mismatches: list[FecLine] = field(default_factory=list)
    revenue_cents: int = 0
    holds_client_accounts: bool = False
    verdicts: Mapping[str, bool] = field(
        default_factory=dict
    )  # folded names judged by somebody: whether it is a client


def is_client_line(line: FecLine) -> bool:
    return line.account.startswith(CLIENT_ACCOUNTS)


def is_revenue_line(line: FecLine) -> bool:
    return line.account.startswith("70")


def rebuild(
    lines: Iterable[FecLine],
    *,
    bad_lines: Set = frozenset(),
    bad_entries: Set = frozenset(),
    verdicts: Mapping[str, bool] | None = None,
) -> Rebuilt:
    """Every document of these lines. Entries holding a bad line, as (file, line) or (file, journal, entry), are set
    aside; `verdicts` says of folded names whether they are clients, where somebody judged."""
    rebuilt = Rebuilt(verdicts=verdicts or {})
    lines = list(lines)
    names: dict[str, tuple] = {}
    accounts: dict[str, Counter] = defaultdict(Counter)
    for line in lines:
        if is_client_line(line):
            rebuilt.holds_client_accounts = True
            _learn_name(names, line)
        elif is_revenue_line(line):
            rebuilt.revenue_cents -= line.cents
            accounts[line.account][line.account_label] += 1
    rebuilt.services = {
        account: max(labels.items(), key=lambda item: (item[1], item[0]))[0] for account, labels in accounts.items()
    }
    sold: set[tuple[int, int]] = set()
    for entry in entries(lines):
        rebuilt.entries += 1
        if any((line.file, line.line) in bad_lines for line in entry) or (
            (entry[0].file, entry[0].journal, entry[0].entry) in bad_entries and entry[0].entry
        ):
            _set_aside(rebuilt, entry)
        else:
            if sum(line.cents for line in entry):
                rebuilt.unbalanced.append(min(entry, key=lambda line: line.line))
            _rebuild_entry(rebuilt, entry, names, sold)
    _identify(rebuilt.documents)
    _settle(rebuilt.documents, lines, sold)
    used = {document.client for document in rebuilt.documents}
    rebuilt.clients = {key: name for key, (_when, name) in names.items() if key in used}
    return rebuilt


# --- Entries: the lines that were written together ------------------------------------------------


def entries(lines: Iterable[FecLine]) -> list[list[FecLine]]:
    """The lines grouped into entries, each refined when its number does not tell entries apart."""
    unreliable = _unreliable_journals(lines)
    groups: dict[tuple, list[FecLine]] = defaultdict(list)
    for line in lines:
        if not line.entry or (line.file, line.journal) in unreliable:
            groups[line.file, line.journal, line.entry, line.booked_on].append(line)
        else:
            groups[line.file, line.journal, line.entry].append(line)
    found = []
    for key, group in groups.items():
        found += refined(group) if len(key) == 4 else _split_by_date(group)
    return found


def refined(group: list[FecLine]) -> list[list[FecLine]]:
    """The parts of a group that balance by PieceRef and PieceDate, each alone, and what remains together."""
    parts: dict[tuple, list[FecLine]] = defaultdict(list)
    for line in group:
        parts[line.piece, line.piece_on].append(line)
    if len(parts) == 1:
        return [group]
    whole = [part for part in parts.values() if not sum(line.cents for line in part)]
    rest = [line for part in parts.values() if sum(line.cents for line in part) for line in part]
    return whole + ([rest] if rest else [])


def _unreliable_journals(lines: Iterable[FecLine]) -> set[tuple[int, str]]:
    """Journals whose EcritureNum is the same everywhere while their pieces and dates differ."""
    numbers: dict[tuple[int, str], set[str]] = defaultdict(set)
    pieces: dict[tuple[int, str], set[tuple]] = defaultdict(set)
    for line in lines:
        journal = line.file, line.journal
        numbers[journal].add(line.entry)
        if len(pieces[journal]) < 2:
            pieces[journal].add((line.booked_on, line.piece, line.piece_on))
    return {journal for journal, found in numbers.items() if len(found) == 1 and len(pieces[journal]) > 1}


def _split_by_date(group: list[FecLine]) -> list[list[FecLine]]:
    """Numbers that start again each month put several entries together: told apart when each date balances."""
    first = group[0].booked_on
    if all(line.booked_on == first for line in group):
        return _split_clients(group)
    by_date: dict = defaultdict(list)
    for line in group:
        by_date[line.booked_on].append(line)
    if any(sum(line.cents for line in part) for part in by_date.values()):
        return _split_clients(group)
    return [entry for part in by_date.values() for entry in _split_clients(part)]


def _split_clients(group: list[FecLine]) -> list[list[FecLine]]:
    """Several clients under one number: refined by piece."""
    clients = {client_of(line) for line in group if is_client_line(line)}
    return refined(group) if len(clients) > 1 else [group]


# --- From an entry to documents -------------------------------------------------------------------


def client_of(line: FecLine) -> str:
    """The key of a client line's client: its auxiliary, else its account; empty for a collective account."""
    if line.auxiliary:
        return line.auxiliary
    return "" if is_collective(line.account, line.account_label) else line.account


def _is_mode(line: FecLine, verdicts: Mapping[str, bool]) -> bool:
    """Whether this client line names a payment mode or a catch-all: somebody judged, else its words say so."""
    verdict = verdicts.get(fold(_label_of(line) or client_of(line))) if verdicts else None
    if verdict is not None:
        return not verdict
    if line.auxiliary:
        return says_catch_all(line.auxiliary, line.auxiliary_label)
    return says_catch_all(line.account[3:], line.account_label)


def _label_of(line: FecLine) -> str:
    return line.auxiliary_label if line.auxiliary else line.account_label


def _learn_name(names: dict[str, tuple], line: FecLine) -> None:
    """The name a client bears on its latest line."""
    key = client_of(line)
    found = (line.booked_on or dt.date.min, _label_of(line) or key)
    if key and (key not in names or found > names[key]):
        names[key] = found


def _rebuild_entry(rebuilt: Rebuilt, entry: list[FecLine], names: dict, sold: set) -> None:
    revenue = [line for line in entry if is_revenue_line(line)]
    clients = [line for line in entry if is_client_line(line)]
    if not revenue:
        if clients or _is_opening(entry):
            rebuilt.excluded[_reason_without_revenue(entry, clients)].add()
        return
    amount = -sum(line.cents for line in revenue)
    if not clients:
        rebuilt.excluded["without-client"].add(amount)
        return
    weights: dict[str, int] = defaultdict(int)
    modes: dict[str, str] = {}
    for line in clients:
        sold.add((line.file, line.line))
        key = client_of(line)
        weights[key] += line.cents
        if key and _is_mode(line, rebuilt.verdicts):
            modes[key] = _label_of(line)
    if len(weights) == 1:
        parts = {next(iter(weights)): _accounts(revenue)}
        vat = {next(iter(weights)): _vat(entry)}
        _check_vat(rebuilt, entry, amount)
    else:
        if not sum(weights.values()):
            rebuilt.excluded["ambiguous-split"].add(amount)
            return
        rebuilt.split.append(min(entry, key=lambda line: line.line))
        parts, vat = _split(revenue, entry, weights)
    for key, accounts in parts.items():
        cents = sum(part[2] for part in accounts)
        if not key:
            rebuilt.excluded["without-client"].add(cents)
        elif key in modes:
            rebuilt.excluded["payment-mode"].add(cents)
            rebuilt.payment_modes[key, modes[key]].add(cents)
        elif not cents:
            rebuilt.excluded["zero-amount"].add()
        else:
            own = [line for line in clients if client_of(line) == key]
            rebuilt.documents.append(_document(entry, own, key, accounts, vat[key]))


def _reason_without_revenue(entry: list[FecLine], clients: list[FecLine]) -> str:
    if _is_opening(entry):
        return "opening-balance"
    cash = any(line.account.startswith(CASH_ACCOUNTS) for line in entry)
    return "payment" if clients and cash else "no-revenue"


def _is_opening(entry: list[FecLine]) -> bool:
    """Balances carried forward: no expense, no revenue, one date, and a journal that says so or many accounts."""
    if any(line.account.startswith(("6", "7")) for line in entry) or len({line.booked_on for line in entry}) > 1:
        return False
    first = entry[0]
    if first.journal.lower() in OPENING_JOURNALS or OPENING_WORDS.search(
        fold(f"{first.journal} {first.journal_label}")
    ):
        return True
    return {"1", "2", "4", "5"} <= {line.account[:1] for line in entry} and any(
        OPENING_WORDS.search(fold(line.label)) for line in entry
    )


def _accounts(revenue: list[FecLine]) -> list[tuple[str, str, int]]:
    """One (account, label, cents) for each revenue account, in the order of accounts."""
    totals: dict[str, int] = defaultdict(int)
    labels: dict[str, tuple[int, str]] = {}
    for line in revenue:
        totals[line.account] -= line.cents
        labels[line.account] = max(labels.get(line.account, (-1, "")), (abs(line.cents), line.label))
    return [(account, labels[account][1], totals[account]) for account in sorted(totals)]


def _vat(entry: list[FecLine]) -> int:
    return -sum(line.cents for line in entry if line.account.startswith(VAT_ACCOUNTS))


def _split(revenue: list[FecLine], entry: list[FecLine], weights: dict[str, int]) -> tuple[dict, dict]:
    """Each revenue account and the VAT shared out between the clients of an entry, as their client lines are."""
    keys = sorted(weights)
    shares = [weights[key] for key in keys]
    parts: dict[str, list] = {key: [] for key in keys}
    for account, label, total in _accounts(revenue):
        for key, share in zip(keys, shared_out(total, shares), strict=True):
            if share:
                parts[key].append((account, label, share))
    vat = dict(zip(keys, shared_out(_vat(entry), shares), strict=True))
    return parts, vat


def shared_out(total: int, weights: list[int]) -> list[int]:
    """These cents in proportion to the weights, adding up exactly: the largest weight takes the remainder."""
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    largest = max(range(len(weights)), key=lambda place: abs(weights[place]))
    shares[largest] += total - sum(shares)
    return shares


def _check_vat(rebuilt: Rebuilt, entry: list[FecLine], amount: int) -> None:
    with_vat = sum(line.cents for line in entry if line.account.startswith(CLIENT_ACCOUNTS + DEPOSIT_ACCOUNTS))
    if with_vat and amount + _vat(entry) != with_vat:
        rebuilt.vat_mismatches.append(min(entry, key=lambda line: line.line))


def _document(entry: list[FecLine], own: list[FecLine], key: str, accounts: list, vat: int) -> Document:
    """The document of one client in an entry: dated and numbered by its client line, the largest one first."""
    lead = max(own, key=lambda line: (abs(line.cents), line.piece, line.label))
    booked = min((line.booked_on for line in own if line.booked_on), default=None)
    pieces = [line.piece_on for line in own if line.piece_on]
    issued = min(pieces) if pieces else booked or min(day for line in entry if (day := line.booked_on or line.piece_on))
    number = next((line.number for line in [lead, *sorted(entry)] if line.number), lead.piece)
    net = sum(line.cents for line in own)
    cash = not net and any(line.account.startswith(CASH_ACCOUNTS) for line in entry)
    return Document(
        file=lead.file,
        line=min(line.line for line in own),
        client=key,
        journal=lead.journal,
        entry=lead.entry,
        booked_on=booked,
        piece=lead.piece,
        piece_on=lead.piece_on,
        issued_on=issued,
        number=number if number.strip("-0. ") else lead.entry,
        cents=sum(part[2] for part in accounts),
        vat_cents=vat,
        due_on=max((line.due_on for line in entry if line.due_on), default=None),
        lines=accounts,
        letters=frozenset(line.letter for line in own),
        is_paid=cash,
        paid_on=booked if cash else None,
    )


def _set_aside(rebuilt: Rebuilt, entry: list[FecLine]) -> None:
    revenue = [line for line in entry if is_revenue_line(line)]
    rebuilt.set_aside_entries.add((entry[0].journal, entry[0].entry))
    if revenue:
        rebuilt.set_aside.add(-sum(line.cents for line in revenue))


# --- Identity and payment -------------------------------------------------------------------------


def _identify(documents: list[Document]) -> None:
    """JournalCode/EcritureNum/EcritureDate/PieceRef/PieceDate/client/k: never the file's name, never a row's place."""
    same: dict[tuple, list[Document]] = defaultdict(list)
    for document in documents:
        base = "/".join(
            (
                document.journal,
                document.entry,
                f"{document.booked_on or ''}",
                document.piece,
                f"{document.piece_on or ''}",
                document.client,
            )
        )
        same[document.file, base].append(document)
    for (_file, base), found in same.items():
        found.sort(key=lambda document: (document.cents, document.lines))
        for k, document in enumerate(found, start=1):
            document.external_id = f"{base}/{k}"


def _settle(documents: list[Document], lines: list[FecLine], sold: set[tuple[int, int]]) -> None:
    """Paid: every letter of its client lines balances, and not only against other sales. Dated by the last payment."""
    sums: dict[tuple, int] = defaultdict(int)
    settled: dict[tuple, dt.date] = {}
    for line in lines:
        if not line.letter or not is_client_line(line):
            continue
        key = line.file, client_of(line), line.letter
        sums[key] += line.cents
        when = line.booked_on or line.piece_on
        if (line.file, line.line) not in sold and when:
            settled[key] = max(settled.get(key, when), when)
    for document in documents:
        keys = [(document.file, document.client, letter) for letter in document.letters]
        if all(letter for _file, _client, letter in keys) and all(not sums[key] for key in keys):
            dates = [settled[key] for key in keys if key in settled]
            if dates:
                document.is_paid, document.paid_on = True, max(dates)
