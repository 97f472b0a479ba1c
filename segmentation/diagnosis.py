"""A diagnosis: the books of another company, read and scored for a moment, of which nothing is kept."""

import datetime as dt
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dateutil.relativedelta import relativedelta
from django.db import connection
from django.db.models import Min
from django.utils.translation import gettext as _

from clients.imports.findings import RefusedError
from clients.imports.passing import take_in
from clients.models import Invoice
from segmentation import scoring
from segmentation.apart import apart
from segmentation.locks import FAMILY, Lock
from segmentation.models import Rules, ScoringRun

log = logging.getLogger(__name__)
COMPARED_OVER = relativedelta(months=3)
LEAST_HISTORY = relativedelta(months=1)  # of invoices before the first of the dates compared


@contextmanager
def diagnosed(path: Path, name: str) -> Iterator[ScoringRun]:
    """The newest run of the company whose FEC this is, to be read inside the block only: then all of it is gone.

    Runs of the month-ends before it stand beside it when the books reach back far enough to compare. Raises
    RefusedError in the words of an import.
    """
    with apart() as rules:
        _take_turn()
        try:
            take_in(path, name)
            run = _scored(rules)
        except RefusedError:
            raise
        except scoring.NoFacts as error:
            raise RefusedError("no-sale", str(error)) from error
        except Exception as error:
            _note_where(error)
            raise RefusedError("internal", _unexpected()) from None
        yield run


def _scored(rules: Rules) -> ScoringRun:
    as_of = scoring.default_as_of()
    for day in _days_before(as_of):
        scoring.score_here(as_of=day, rules=rules)
    return scoring.score_here(as_of=as_of, rules=rules)


def _days_before(as_of: dt.date) -> list[dt.date]:
    """The month-ends to compare with, the oldest a quarter before; none when the invoices begin too late."""
    day = _month_end(as_of - COMPARED_OVER)
    oldest = Invoice.objects.counted().filter(amount_ht__gt=0).aggregate(oldest=Min("issued_on"))["oldest"]
    if oldest is None or oldest > day - LEAST_HISTORY:
        return []
    days = []
    while day < as_of:
        days.append(day)
        day = _month_end(day + dt.timedelta(days=1) + relativedelta(months=1, days=-1))
    return days


def _month_end(day: dt.date) -> dt.date:
    """The last month-end at or before this day."""
    after = day + dt.timedelta(days=1)
    return after.replace(day=1) - dt.timedelta(days=1)


def _take_turn() -> None:
    """One diagnosis at a time: it takes the memory and the time of several pages."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [FAMILY, Lock.DIAGNOSIS])
        if not cursor.fetchone()[0]:
            raise RefusedError(
                "internal",
                _("Un autre diagnostic est en cours : il prend moins d’une minute. Attendez, puis recommencez."),
            )


def _unexpected() -> str:
    return _(
        "Une erreur inattendue a interrompu le diagnostic ; rien n’en est gardé. Réessayez ; si elle se répète, dites "
        "à votre administrateur l’heure qu’il était : il trouvera l’endroit de l’erreur dans le journal technique."
    )


def _note_where(error: Exception) -> None:
    """Where it happened and what kind it was: what it says may name the clients of another company."""
    places = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
    log.error("a diagnosis failed: %s at %s", type(error).__name__, " > ".join(places))
