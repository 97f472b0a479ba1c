"""Events found in invoices: a year of relation, the anniversary of a contract, a service ended, sudden growth.

Each of the last twelve months up to a run is looked at again, by one statement a kind (`sql/events_of_*.sql`): what is
known already is left as it is, so that deriving twice changes nothing.
"""

from django.db import transaction

from segmentation.models import ScoringRun
from segmentation.statements import execute, prepare

STATEMENTS = ("events_of_first_year", "events_of_contracts", "events_of_stops", "events_of_growth")


@transaction.atomic
def derive(run: ScoringRun) -> int:
    """How many events this run and those of the twelve months before it tell that nobody knew."""
    prepare()
    return sum(execute(name, run=run.pk, as_of=run.as_of) for name in STATEMENTS)
