"""Sharing the total of a document out among its lines, where only the first line bears it."""

from collections.abc import Iterable, Iterator

from clients.imports.book import Row


def shared_out(rows: Iterable[Row], weights: dict[int, int]) -> Iterator[Row]:
    """These rows, those of one document sharing its amount in proportion to the weight of their line numbers.

    The cents that a division leaves over go to the largest line. Without any weight a document stays as it is.
    """
    held: list[Row] = []
    for row in rows:
        if held and (row.external_id != held[0].external_id or not row.external_id):
            yield from _shared(held, weights)
            held = []
        held.append(row)
    yield from _shared(held, weights)


def _shared(rows: list[Row], weights: dict[int, int]) -> list[Row]:
    own = [abs(weights.pop(row.line, 0)) for row in rows]
    whole = sum(own)
    if len(rows) < 2 or not whole:
        return rows
    total = sum(row.cents for row in rows)
    shares = [abs(total) * weight // whole for weight in own]
    shares[own.index(max(own))] += abs(total) - sum(shares)
    sign = -1 if total < 0 else 1
    return [row._replace(cents=sign * share) for row, share in zip(rows, shares, strict=True)]
