"""From the FEC files of one import to the rows to stage: several files are read together, then rebuilt at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from stdnum.fr import siren as siren_number

from clients.imports.book import Book, Row, Zone
from clients.imports.fec import FILE_NAME, FecLine, FecReader
from clients.imports.fec_documents import Document, Rebuilt, rebuild
from clients.imports.findings import RefusedError
from clients.imports.sniff import Source

PROGRESS_ROWS = 20_000
MISSING_SIDE = 0.02  # what a cut entry lacks at least, as a share of its larger side; less is a mistake of rounding


def fec_rows(sources: list[Source], book: Book) -> Iterator[Row]:
    """The rows of every invoice of these books; the Book is complete once the first row comes."""
    lines: list[FecLine] = []
    bad_lines: set = set()
    bad_entries: set = set()
    readers = [
        FecReader(source.path, name=source.name, encoding=source.encoding, file=number)
        for number, source in enumerate(sources)
    ]
    book.expected_rows = sum(reader.count() for reader in readers)
    for source, reader in zip(sources, readers, strict=True):
        own = _lines_of(reader, book)
        _check_end(own, source.name, reader)
        _note_file(book, source.name, own, is_whole=not reader.is_given_back)
        book.rows += reader.rows
        for error in reader.errors:
            book.error(error)
        bad_lines |= reader.bad_lines
        bad_entries |= reader.bad_entries
        lines += own
    _refuse_impossible_dates(book, lines)
    rebuilt = rebuild(lines, bad_lines=bad_lines, bad_entries=bad_entries, verdicts=book.verdicts)
    _gather(book, rebuilt)
    _warn(book, rebuilt, [source.name for source in sources])
    if not rebuilt.documents and not rebuilt.set_aside.count:
        sells = rebuilt.services or not rebuilt.holds_client_accounts
        raise (_no_client(rebuilt) if sells else _no_sale()).with_book(book)
    yield from _rows(book, rebuilt)


def _lines_of(reader: FecReader, book: Book) -> list[FecLine]:
    """Every line of one file, telling how far the reading is."""
    drawn, own = iter(reader), list[FecLine]()
    while chunk := list(islice(drawn, PROGRESS_ROWS)):
        own += chunk
        book.on_progress(book.rows + len(own))
    return own


def _check_end(lines: list[FecLine], name: str, reader: FecReader) -> None:
    """A file whose last entry lacks a side, alone to unbalance it, was cut between two lines.

    An entry whose amount cannot be read lacks it too: that is an error of a row, not the end of a copy.
    """
    if not lines:
        raise RefusedError(
            "no-row",
            _("Le fichier « %(file)s » n’a que son en-tête. L’exercice choisi n’a sans doute pas d’écriture. ")
            % {"file": name}
            + _("Choisissez un exercice mouvementé et exportez à nouveau."),
            file=name,
        )
    missing = sum(line.cents for line in lines)
    if not missing:
        return
    last = lines[-1]
    entry = [line for line in lines if (line.journal, line.entry) == (last.journal, last.entry)]
    if not last.entry:
        entry = [line for line in entry if (line.booked_on, line.piece) == (last.booked_on, last.piece)]
    if (last.file, last.journal, last.entry) in reader.bad_entries or any(
        (line.file, line.line) in reader.bad_lines for line in entry
    ):
        return
    side = max(
        sum(line.cents for line in entry if line.cents > 0), -sum(line.cents for line in entry if line.cents < 0)
    )
    if sum(line.cents for line in entry) == missing and abs(missing) > side * MISSING_SIDE:
        message = _(
            "Le fichier « %(file)s » est incomplet : sa dernière écriture (ligne %(line)s) n’a pas toutes ses lignes, "
            "les débits et les crédits ne s’équilibrent pas. L’export ou la copie a été interrompu. Exportez-le à "
            "nouveau."
        )
        raise RefusedError("truncated", message % {"file": name, "line": last.line}, file=name, line=last.line)


def _note_file(book: Book, name: str, lines: list[FecLine], *, is_whole: bool) -> None:
    """What the name announces (a SIREN, a closing day) and what the lines hold: the days and journals they replace."""
    days = [line.booked_on for line in lines if line.booked_on]
    if days and is_whole:
        book.zones.append(Zone({line.journal for line in lines}, min(days), max(days)))
    named = FILE_NAME.match(name)
    if not named or not siren_number.is_valid(named[1]):
        book.warn(
            "file-name",
            _(
                "« %(file)s » ne porte pas le nom réglementaire (SIREN, puis FEC, puis la date de clôture). L’import "
                "continue : les clients et les factures se reconnaissent à leurs écritures."
            )
            % {"file": name},
            file=name,
        )
    if named:
        if siren_number.is_valid(named[1]):
            book.sirens.add(named[1])
        _check_year(book, name, named[2], days)


def _check_year(book: Book, name: str, closing: str, days: list[dt.date]) -> None:
    try:
        closed_on = dt.date(int(closing[:4]), int(closing[4:6]), int(closing[6:]))
    except ValueError:
        return
    # A first fiscal year may last up to two years.
    outside = [day for day in days if not closed_on - dt.timedelta(days=731) < day <= closed_on]
    if outside:
        book.warn(
            "outside-year",
            _("Le nom « %(file)s » annonce une clôture au %(closing)s, mais des écritures sont datées du %(day)s.")
            % {"file": name, "closing": date_format(closed_on), "day": date_format(max(outside))},
            count=len(outside),
            file=name,
        )


def _refuse_impossible_dates(book: Book, lines: list[FecLine]) -> None:
    if lines and all(line.booked_on is None and line.piece_on is None for line in lines):
        first = next((error for error in book.errors if error.reason.endswith("-date")), None)
        message = _(
            "Aucune date n’est lisible (par exemple « %(value)s », ligne %(line)s). Le fichier a sans doute été "
            "ouvert et enregistré par un tableur. Exportez-le à nouveau et importez-le sans l’ouvrir."
        )
        raise RefusedError(
            "impossible-dates",
            message % {"value": first.value if first else "", "line": first.line if first else 2},
            file=first.file if first else "",
            line=first.line if first else None,
        )


def _gather(book: Book, rebuilt: Rebuilt) -> None:
    book.file_cents += rebuilt.revenue_cents
    for reason, tally in rebuilt.excluded.items():
        book.excluded[reason].add(tally.cents, tally.count)
    for mode, tally in rebuilt.payment_modes.items():
        book.payment_modes[mode].add(tally.cents, tally.count)
    book.set_aside.add(rebuilt.set_aside.cents, rebuilt.set_aside.count)
    book.set_aside_entries |= rebuilt.set_aside_entries


def _warn(book: Book, rebuilt: Rebuilt, names: list[str]) -> None:
    found = (
        (
            "unbalanced-entries",
            rebuilt.unbalanced,
            _("Des écritures ont un débit différent de leur crédit ; elles sont reprises telles quelles."),
        ),
        (
            "split-entries",
            rebuilt.split,
            _(
                "Des écritures mêlent plusieurs clients : le HT est réparti entre eux comme leurs lignes de compte "
                "client."
            ),
        ),
        (
            "vat-mismatch",
            rebuilt.vat_mismatches,
            _("Dans ces écritures, HT + TVA ne fait pas le montant porté au compte client ; le HT est repris."),
        ),
    )
    for reason, lines, message in found:
        if lines:
            first = min(lines)
            book.warn(reason, message, count=len(lines), file=names[first.file], line=first.line)


def _no_client(rebuilt: Rebuilt) -> RefusedError:
    if not rebuilt.holds_client_accounts:
        cause = _("Le fichier n’a aucune écriture sur un compte client (411).")
    elif rebuilt.payment_modes:
        modes = ", ".join(sorted({label or code for code, label in rebuilt.payment_modes})[:5])
        cause = _("Les seuls comptes clients sont des modes de paiement ou des comptes divers (%(modes)s).") % {
            "modes": modes
        }
    else:
        cause = _("Les ventes y sont comptabilisées sans compte client auxiliaire (centralisation, caisse).")
    message = _(
        "Aucun client identifiable. %(cause)s Exportez un FEC tenu avec des comptes auxiliaires, ou importez la liste "
        "des factures de votre logiciel de facturation en CSV ou XLSX."
    )
    return RefusedError("no-client", message % {"cause": cause})


def _no_sale() -> RefusedError:
    message = _(
        "Aucune vente dans ce fichier : il n’a pas d’écriture sur un compte de ventes (70). C’est sans doute l’export "
        "d’un seul journal (banque, achats) ou d’un exercice sans vente. Exportez le FEC complet de l’exercice, tous "
        "journaux compris."
    )
    return RefusedError("no-sale", message)


def _rows(book: Book, rebuilt: Rebuilt) -> Iterator[Row]:
    documents: dict[int, list[Document]] = defaultdict(list)
    for document in rebuilt.documents:
        documents[document.file].append(document)
    for key, name in rebuilt.clients.items():
        client = book.described[book.client("account", key[:255])]
        client.name, client.account, client.code = name, key, key
    for own in documents.values():
        for document in sorted(own, key=lambda document: document.line):
            yield from _document_rows(book, document, rebuilt.services)


def _document_rows(book: Book, document: Document, services: dict[str, str]) -> Iterable[Row]:
    client = book.client("account", document.client[:255])
    for place, (account, label, cents) in enumerate(document.lines):
        yield Row(
            file=document.file,
            line=document.line,
            client=client,
            external_id=document.external_id[:400],
            number=document.number[:120],
            kind="",
            status="paid" if document.is_paid else "issued",
            issued_on=document.issued_on,
            booked_on=document.booked_on,
            journal=document.journal[:60],
            due_on=document.due_on,
            paid_on=document.paid_on,
            cents=cents,
            vat_cents=document.vat_cents if place == 0 else None,
            service=book.service(account, services.get(account) or account),
            label=label[:255],
            quantity=None,
            fate="",
        )
