"""From the electronic invoices of one import to the rows to stage: each invoice once, sales only, in euros."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.imports.book import Book, BookClient, Row
from clients.imports.confinement import Confined, LostError
from clients.imports.einvoices import (
    CORRECTIVE,
    DEPOSITS,
    PRO_FORMA,
    Document,
    DocumentLine,
    Party,
    WrongDocumentError,
    document,
)  # fmt: skip
from clients.imports.findings import RefusedError
from clients.imports.sniff import Source as File
from clients.models import Import, Invoice, Source

PROGRESS = 50
SECONDS = 30
FEWEST_SELLERS = 3  # to tell received invoices, all to one buyer, from those of sister companies to one client


def einvoice_rows(files: list[File], book: Book) -> Iterator[Row]:
    """The rows of every sale among these files; those that cannot be read are listed, and the others go on."""
    book.expected_rows = len(files)
    documents = _sales(_once(_read(files, book), book), book)
    _warn(documents, book)
    for found in documents:
        yield from _rows(found, book)


# --- Reading --------------------------------------------------------------------------------------


def _read(files: list[File], book: Book) -> list[Document]:
    """Every document that can be read. Refused when none can, or at the first error of a strict import."""
    found: list[Document] = []
    refusal: RefusedError | None
    first_refusal: RefusedError | None = None
    program = Confined("einvoice")
    try:
        for number, file in enumerate(files):
            try:
                found.append(_document(program, file, number))
            except LostError:
                program = Confined("einvoice")
                refusal = _refusal("too-big", file.name)
                book.set_file_aside(refusal)
            except RefusedError as error:
                refusal = error
                book.set_file_aside(refusal)
            except WrongDocumentError as error:
                refusal = _unusable(error, file.name)
                book.errors.append(error.of(file.name))
            else:
                refusal = None
            first_refusal = first_refusal or refusal
            if refusal and book.is_strict:
                raise refusal
            if number % PROGRESS == PROGRESS - 1:
                book.on_progress(number + 1)
    finally:
        program.stop()
    book.rows = len(found)
    if not found and first_refusal:
        raise first_refusal.with_book(book) if len(files) > 1 else first_refusal
    return found


def _document(program: Confined, file: File, number: int) -> Document:
    answer = program.ask(SECONDS, open=str(file.path), is_pdf=file.format == Import.Format.FACTURX)
    if "refused" in answer:
        raise _refusal(answer["refused"], file.name, answer.get("line"))
    read = document(answer)
    read.file, read.name = number, file.name
    return read


def _unusable(wrong: WrongDocumentError, name: str) -> RefusedError:
    """The refusal of an import of which one such document is all there is."""
    message = _("« %(file)s » ne peut pas être importée (terme %(term)s de la norme). %(repair)s")
    values = {"file": name, "term": wrong.column, "repair": wrong.repair}
    return RefusedError("einvoice", message % values, file=name)


# --- Which of them count --------------------------------------------------------------------------


def _once(documents: list[Document], book: Book) -> list[Document]:
    """Each invoice once, in its richest version; two buyers under one number are an error of both."""
    versions: dict[str, list[Document]] = defaultdict(list)
    for found in documents:
        versions[found.external_id].append(found)
    kept = []
    for same in versions.values():
        if len({one.buyer.identity for one in same}) > 1 and not _is_one_buyer([one.buyer for one in same]):
            _contested(same, book)
            continue
        best = max(same, key=lambda one: (one.wealth, one.file))
        kept.append(best)
        for other in same:
            if other is not best:
                book.file_cents += other.cents
                book.excluded["repeated-across-files"].add(other.cents)
        if len({one.cents for one in same}) > 1:
            message = _(
                "Les fichiers donnent des montants différents pour la facture %(number)s : la version la plus "
                "détaillée, « %(file)s », est prise."
            )
            book.warn("several-versions", message % {"number": best.number, "file": best.name}, file=best.name)
    return kept


def _is_one_buyer(buyers: list[Party]) -> bool:
    """Whether they may be one: a poorer version knows its buyer by name alone."""
    names = {buyer.name.casefold() for buyer in buyers}
    return len(names) == 1 and len({buyer.siren for buyer in buyers if buyer.siren}) < 2


def _contested(documents: list[Document], book: Book) -> None:
    repair = _("Deux clients portent ce numéro la même année : vérifiez laquelle de ces factures est la bonne.")
    for found in documents:
        book.file_cents += found.cents
        book.set_aside.add(found.cents)
        error = WrongDocumentError("two-clients-one-number", "BT-1", found.number, repair)
        book.errors.append(error.of(found.name))


def _sales(documents: list[Document], book: Book) -> list[Document]:
    """What this company sold, in euros. What others sold to it are purchases."""
    ours = _ourselves(documents)
    sales = []
    purchases: list[Document] = []
    for found in documents:
        if found.currency != "EUR":
            book.currencies[found.currency[:3]].add()
        elif found.buyer.identity in ours and found.seller.identity not in ours:
            purchases.append(found)
        else:
            sales.append(found)
    for found in purchases:
        book.file_cents += found.cents
        book.excluded["purchase"].add(found.cents)
    if purchases:
        _say_purchases(purchases, book)
    if purchases and not sales:
        raise RefusedError("no-invoice", _only_purchases(purchases)).with_book(book)
    return sales


def _ourselves(documents: list[Document]) -> set[str]:
    """Who this company is: the sellers of the invoices imported before, else the party that all of these share.

    A buyer is only taken for this company when several suppliers, at least, all invoice it and nobody else.
    """
    known = {
        identity.split("/", 1)[0]
        for identity in Invoice.objects.filter(source__kind=Source.Kind.EINVOICE)
        .order_by("-id")
        .values_list("external_id", flat=True)[:2_000]
    }
    if known:
        return known
    sellers = Counter(found.seller.identity for found in documents)
    buyers = Counter(found.buyer.identity for found in documents)
    both = set(sellers) & set(buyers)
    if len(sellers) >= FEWEST_SELLERS and len(buyers) == 1 and not both:
        return set(buyers)
    return {max(both, key=lambda identity: (sellers[identity] + buyers[identity], identity))} if both else set()


def _say_purchases(purchases: list[Document], book: Book) -> None:
    message = ngettext(
        "%(count)s facture reçue d’un fournisseur (%(sellers)s) est écartée : c’est un achat de « %(buyer)s ».",
        "%(count)s factures reçues de fournisseurs (%(sellers)s) sont écartées : ce sont des achats de « %(buyer)s ».",
        len(purchases),
    )
    names = ", ".join(dict.fromkeys(found.seller.name for found in purchases if found.seller.name))[:300]
    values = {"count": len(purchases), "sellers": names, "buyer": purchases[0].buyer.name}
    book.warn(
        "purchase", message % values, count=len(purchases), cents=sum(found.cents for found in purchases),
        file=purchases[0].name, value=purchases[0].number,
    )  # fmt: skip


def _only_purchases(purchases: list[Document]) -> str:
    return _(
        "Ces factures sont toutes adressées à « %(buyer)s » : ce sont des factures reçues, des achats. Importez celles "
        "que votre entreprise émet, ou donnez-les fournisseur par fournisseur si « %(buyer)s » est bien votre client."
    ) % {"buyer": purchases[0].buyer.name}


# --- What to say ----------------------------------------------------------------------------------


def _warn(documents: list[Document], book: Book) -> None:
    sellers = {found.seller.identity: found.seller.name for found in documents}
    if len(sellers) > 1:
        message = _(
            "Ces factures ont plusieurs vendeurs : %(names)s. Toutes comptent comme des ventes ; vérifiez qu’aucune "
            "n’est un achat."
        )
        names = ", ".join(f"« {name} »" for name in sellers.values())[:400]
        book.warn("several-sellers", message % {"names": names}, count=len(sellers))
    _warn_of(
        book, "vat-mismatch", [found for found in documents if found.total_differs],
        _("Sur ces factures, HT + TVA ne fait pas le TTC ; le HT est repris."),
    )  # fmt: skip
    _warn_of(
        book, "lines-differ", [found for found in documents if abs(found.lines_differ) > len(found.lines)],
        _("Leurs lignes ne font pas leur total : le total est repris, la différence est une ligne à part."),
    )  # fmt: skip
    _warn_of(
        book, "corrective-invoice",
        [found for found in documents if found.type_code in CORRECTIVE and found.cents > 0],
        _(
            "Elles s’ajoutent aux factures qu’elles corrigent. Si l’une annule et remplace une facture, annulez cette "
            "dernière dans l’administration."
        ),
    )  # fmt: skip


def _warn_of(book: Book, reason: str, documents: list[Document], message: str) -> None:
    if documents:
        book.warn(reason, message, count=len(documents), file=documents[0].name, value=documents[0].number)


# --- Rows -----------------------------------------------------------------------------------------


def _rows(found: Document, book: Book) -> Iterator[Row]:
    client = _client(found.buyer, book)
    kind = "deposit" if found.type_code in DEPOSITS else ""
    status = "pro_forma" if found.type_code in PRO_FORMA else "paid" if found.is_paid else None
    for number, day in found.names:
        book.links.add((found.external_id, f"{found.seller.identity[:120]}/{number}/{day.year if day else ''}"))
    vat = found.vat_cents
    book.file_cents += found.cents
    for line in found.lines or [DocumentLine(found.cents)]:
        service = book.service(line.code, line.name) if line.code or line.name else None
        yield Row(
            found.file, 1, client, found.external_id, found.number, kind, status, found.day, None, "", found.due_on,
            None, line.cents, vat, service, line.label, line.quantity, "",
        )  # fmt: skip
        vat = None


def _client(buyer: Party, book: Book) -> int:
    """The buyer, known by its SIRET, VAT number, SIREN, the seller's own code, else its exact name."""
    if buyer.siret:
        kind, key = "siret", buyer.siret
    elif buyer.vat_number:
        kind, key = "vat", buyer.vat_number
    elif buyer.siren:
        kind, key = "code", f"SIREN {buyer.siren}"
    elif buyer.code:
        kind, key = "code", buyer.code
    else:
        kind, key = "name", buyer.name.lower()
    number = book.client(kind, key)
    known = book.described[number]
    found = BookClient(
        kind, key, buyer.name or buyer.siren or buyer.vat_number, buyer.code, "", buyer.siren, buyer.siret,
        buyer.vat_number, buyer.email, buyer.phone, buyer.address, buyer.postcode, buyer.city,
    )  # fmt: skip
    known.complete(found)
    return number


def _refusal(reason: str, name: str, line: int | None = None) -> RefusedError:
    messages = {
        "no-xml": _(
            "« %(file)s » est un PDF sans facture électronique : ce n’est qu’une image de la facture, sans les "
            "données. Demandez à votre logiciel une facture Factur-X, ou importez la liste de vos factures en CSV ou "
            "XLSX."
        ),
        "zugferd": _(
            "« %(file)s » est au format ZUGFeRD 1, abandonné depuis 2019. Demandez à votre logiciel une facture "
            "Factur-X (ou ZUGFeRD 2), puis importez-la."
        ),
        "order-x": _(
            "« %(file)s » est une commande (Order-X), pas une facture. Importez la facture qui en a été faite."
        ),
        "other-xml": _(
            "« %(file)s » ne suit pas la norme des factures électroniques (EN 16931) : ses données sont d’un autre "
            "genre ou d’une autre version. Demandez à votre logiciel une facture Factur-X, CII ou UBL."
        ),
        "broken-xml": _(
            "« %(file)s » est une facture électronique abîmée ou coupée : ses données ne se lisent plus. "
            "Téléchargez-la à nouveau, puis importez-la."
        ),
        "doctype": _(
            "« %(file)s » contient des définitions qu’aucune facture électronique n’a besoin d’avoir : il n’est pas "
            "lu. Redemandez la facture à son émetteur."
        ),
        "truncated": _(
            "« %(file)s » est un PDF abîmé ou incomplet. L’envoi a sans doute été interrompu. Téléchargez-le à "
            "nouveau, puis importez-le."
        ),
        "password": _(
            "« %(file)s » est un PDF protégé par un mot de passe. Retirez la protection, puis importez la copie."
        ),
        "too-big": _(
            "« %(file)s » est trop volumineux pour une facture, ou abîmé : sa lecture a dépassé la mémoire ou le temps "
            "permis. Redemandez la facture à son émetteur."
        ),
    }
    return RefusedError("einvoice", messages[reason] % {"file": name}, file=name, line=line)
