"""Making accounting files for tests, a line at a time."""

from pathlib import Path

from clients.imports import pipeline, queue

HEADER = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
]


def amount(cents: int) -> str:
    return f"{abs(cents) // 100},{abs(cents) % 100:02}"


def line(
    account,
    cents,
    *,
    journal="VE",
    entry="1",
    day="20250310",
    aux="",
    aux_label="",
    piece="FA1",
    piece_day=None,
    label="Vente",
    account_label="",
    letter="",
) -> dict:
    """One line of an entry; cents are debit when positive, credit when negative."""
    values = (
        journal, "Journal", entry, day, account, account_label or f"Compte {account}", aux, aux_label,
        piece, piece_day or day, label, amount(cents) if cents > 0 else "0,00", amount(cents) if cents < 0 else "0,00",
        letter, "", day, "", "",
    )  # fmt: skip
    return dict(zip(HEADER, values, strict=True))


def sale(client, ht, *, vat=None, service="706000", aux_label=None, letter="", **entry) -> list[dict]:
    """A balanced sale of these cents HT to one client, VAT 20 % unless told."""
    vat = ht // 5 if vat is None else vat
    label = aux_label or f"Client {client}"
    return [
        line("411000", ht + vat, aux=client, aux_label=label, letter=letter, **entry),
        line(service, -ht, account_label=f"Service {service}", **entry),
        line("445710", -vat, **entry),
    ]


def payment(client, cents, *, letter="", **entry) -> list[dict]:
    entry = {"journal": "BQ", "piece": "VIR", **entry}
    return [line("512000", cents, **entry), line("411000", -cents, aux=client, letter=letter, **entry)]


def text(*lines: dict, separator="\t", header=HEADER, end="\r\n") -> str:
    """The file of these lines."""
    rows = [separator.join(header), *(separator.join(row.get(name, "") for name in header) for row in lines)]
    return end.join(rows) + end


def import_text(content: str | bytes, *, name="fec.txt", by=None, **options):
    """The import of this content, run to its end."""
    return import_files([(name, content)], by=by, **options)


def import_files(files, *, by=None, **options):
    from io import BytesIO

    opened = [(name, BytesIO(c.encode() if isinstance(c, str) else c)) for name, c in files]
    batch = queue.submit(files=opened, by=by, **options)
    return pipeline.process(batch.pk)


def import_path(path: Path, **options):
    return pipeline.process(queue.submit(files=[(path.name, path)], by=None, **options).pk)
