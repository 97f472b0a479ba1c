"""The sheets of a workbook that hold invoices, as tables to read; the workbook itself is only opened by a confined
program, once, which writes the rows beside it for every later reading."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from clients.imports import fec
from clients.imports.confinement import Confined, LostError
from clients.imports.findings import RefusedError
from clients.imports.headings import FIRST_ROWS, find_header, folded_heading, recognised, score_of
from clients.imports.sniff import Source, refuse_other_than, too_wide
from clients.models import Import

FEC_SEPARATOR = "\t"


Judged = tuple[int, list[str]]  # how likely a sheet is the one wanted, and its headings


def judged_as_invoices(first: list[list[str]]) -> Judged:
    """How likely a sheet that starts with these rows holds invoices, and its headings."""
    header = find_header(first)
    headings = header[1] if header else []
    return score_of(recognised(headings)), headings


def opened(
    workbook: Source,
    wanted: str = Import.Format.AUTO,
    judge: Callable[[list[list[str]]], Judged] = judged_as_invoices,
) -> tuple[list[Source], list[str]]:
    """The sheets to read, and the names of those left aside: the likeliest sheet, with those of the same headings.

    Refused when the workbook is broken, locked or too big.
    """
    try:
        with Confined("workbook") as program:
            sheets = _answer(program, workbook, open=str(workbook.path), first=FIRST_ROWS + 1)["sheets"]
            chosen = _chosen(sheets, judge)
            names = [_name(workbook, sheets[number], len(chosen)) for number in chosen]
            sources = [
                _written(program, workbook, number, name, sheets[number])
                for number, name in zip(chosen, names, strict=True)
            ]
    except LostError:
        raise RefusedError("too-big", _lost(workbook.name), file=workbook.name) from None
    for source in sources:
        refuse_other_than(wanted, source)
    left = [sheet["name"] for number, sheet in enumerate(sheets) if number not in chosen and sheet["first"]]
    return sources, left


def sheet_rows(source: Source) -> Iterator[tuple[int, list]]:
    """(line number, cells) of each row of a sheet, the empty ones included; days are days again."""
    assert source.rows
    loads, day = json.loads, dt.date.fromisoformat
    expected = 1
    with source.rows.open(encoding="utf-8") as written:
        for text in written:
            line, cells, *days = loads(text)
            while expected < line:
                yield expected, []
                expected += 1
            if days:
                for place in days[0]:
                    cells[place] = day(cells[place])
            yield line, cells
            expected += 1


def _chosen(sheets: list[dict], judge: Callable[[list[list[str]]], Judged]) -> list[int]:
    """The numbers of the sheets to read, the likeliest and those with the same headings, in the workbook's order."""
    visible = [number for number, sheet in enumerate(sheets) if sheet["is_visible"]] or list(range(len(sheets)))
    judged = {number: judge(first_rows(sheets[number]["first"])) for number in visible}
    if not visible:
        return []
    best = max(visible, key=lambda number: (judged[number][0], sheets[number]["height"], -number))
    own = list(map(folded_heading, judged[best][1]))
    if not own:
        return [best]
    return [number for number in visible if number == best or list(map(folded_heading, judged[number][1])) == own]


def first_rows(numbered: list[list]) -> list[list[str]]:
    """Rows with their line numbers as the first rows of a table, the empty ones put back."""
    rows: list[list[str]] = []
    for line, cells in numbered:
        rows += [[] for _ in range(line - 1 - len(rows))]
        rows.append([str(cell).strip() for cell in cells])
    return rows


def _name(workbook: Source, sheet: dict, many: int) -> str:
    return f"{workbook.name} › {sheet['name']}" if many > 1 else workbook.name


def _written(program: Confined, workbook: Source, number: int, name: str, sheet: dict) -> Source:
    """The sheet as a source, once its rows are written beside the workbook; books saved as a workbook are books."""
    rows = workbook.path.with_name(f"{workbook.path.name}-{number}.rows")
    source = replace(workbook, name=name, kind="workbook", rows=rows, sheet=sheet["name"])
    _answer(program, source, write=number, to=str(rows))
    first = first_rows(sheet["first"][:1])
    if first and fec.looks_like_header(first[-1]):
        return _as_books(source)
    return source


def _as_books(sheet: Source) -> Source:
    """Books that somebody saved as a workbook, as the text they were."""
    assert sheet.rows
    path = sheet.rows.with_suffix(".txt")
    with path.open("w", encoding="utf-8") as out:
        for _line, cells in sheet_rows(sheet):
            out.write(FEC_SEPARATOR.join(map(_as_written, cells)) + "\n")
    return replace(
        sheet, path=path, kind="fec", encoding="utf-8", separator=FEC_SEPARATOR, format=Import.Format.FEC
    )  # fmt: skip


def _as_written(cell: Any) -> str:
    """A cell as a FEC writes it."""
    if isinstance(cell, dt.date):
        return f"{cell:%Y%m%d}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.2f}".replace(".", ",")
    return " ".join(str(cell).split())


def _answer(program: Confined, source: Source, **request: Any) -> dict:
    """The program's answer, its refusals in words."""
    answer = program.ask(**request)
    if "refused" in answer:
        raise _refusal(answer, source.name)
    return answer


def _refusal(answer: dict, name: str) -> RefusedError:
    reason, line = answer["refused"], answer.get("line")
    if reason == "too-wide":
        return too_wide(name, answer["columns"], line)
    messages = {
        "password": _(
            "Le classeur « %(file)s » est protégé par un mot de passe. Retirez-le, enregistrez, puis importez la copie."
        ),
        "truncated": _(
            "Le classeur « %(file)s » est abîmé, incomplet ou d’un genre inconnu. L’enregistrement ou l’envoi a "
            "peut-être été interrompu. Ouvrez-le dans votre tableur, enregistrez-le au format XLSX ou CSV, puis "
            "importez la copie."
        ),
        "long-cell": _(
            "Dans « %(file)s », la cellule %(column)s%(line)s contient plus de 100 000 caractères. Ce n’est sans doute "
            "pas une liste de factures. Videz cette cellule, ou exportez à nouveau la liste."
        ),
        "too-many-rows": _(
            "« %(file)s » a plus de 300 000 lignes, plus qu’un classeur ne se lit. Enregistrez la feuille des factures "
            "en CSV, sans limite de lignes, puis importez ce fichier."
        ),
    }
    values = {"file": name, "line": line, "column": _letters(answer.get("column", 1))}
    slug = reason if reason in ("password", "truncated") else "too-big"
    return RefusedError(slug, messages[reason] % values if reason in messages else _too_big(name), file=name, line=line)


def _too_big(name: str) -> str:
    return _(
        "Le classeur « %(file)s » est trop volumineux une fois ouvert. Un tableur n’est pas fait pour autant de "
        "lignes. Enregistrez la feuille des factures en CSV, puis importez ce fichier."
    ) % {"file": name}


def _lost(name: str) -> str:
    return _(
        "Le classeur « %(file)s » est trop volumineux ou abîmé : sa lecture a dépassé la mémoire ou le temps permis. "
        "Enregistrez la feuille des factures en CSV, puis importez ce fichier."
    ) % {"file": name}


def _letters(column: int) -> str:
    """A column as spreadsheets call it: A, B… Z, AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
