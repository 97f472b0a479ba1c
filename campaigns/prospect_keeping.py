"""How long prospects are kept: three years from the last contact, or from their arrival when nobody met them.

The recommendation of the French data protection authority for commercial prospecting. Objections survive: they are
kept by keyed hashes (`campaigns.winning.keep_objection`), which name nobody.
"""

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import ngettext

from campaigns.models import Prospect
from campaigns.winning import keep_objection
from segmentation.locks import Lock, held
from segmentation.models import LedgerEntry
from segmentation.nightly import business_date

JOB = "old-prospects"
KEPT_FOR = relativedelta(years=3)
AT_ONCE = 1000  # deleted in one statement


def last_nights(count: int = 7) -> QuerySet[LedgerEntry]:
    """The last nights that forgot somebody, newest first; `detail` says how many."""
    return LedgerEntry.objects.filter(job=JOB, outcome=LedgerEntry.Outcome.DONE).order_by("-business_date")[:count]


def forget_due() -> LedgerEntry | None:
    """The ledger entry of tonight's forgetting, settled now, with how many went; None when it already was."""
    with held(Lock.PROSPECTS) as is_ours:
        if not is_ours:
            return None
        entry, _is_new = LedgerEntry.objects.get_or_create(job=JOB, business_date=business_date())
        if entry.outcome in LedgerEntry.SETTLED:
            return None
        count = forget_old(entry.business_date)
        entry.outcome = LedgerEntry.Outcome.DONE if count else LedgerEntry.Outcome.NOTHING_NEW
        words = ngettext(
            "%(n)s prospect effacé, sans contact depuis 3 ans.",
            "%(n)s prospects effacés, sans contact depuis 3 ans.",
            count,
        )
        entry.detail, entry.finished_at = words % {"n": count}, timezone.now()
        entry.save(update_fields=["outcome", "detail", "finished_at"])
        return entry


def forget_old(today: dt.date) -> int:
    """How many prospects are gone, with what was done to win them: not those that became clients."""
    since = Coalesce(F("last_contact_on"), TruncDate("created_at"))
    old = Prospect.objects.exclude(state=Prospect.State.CLIENT).alias(since=since).filter(since__lt=today - KEPT_FOR)
    count = 0
    while batch := list(old.order_by("pk")[:AT_ONCE]):
        with transaction.atomic():
            for prospect in batch:
                if prospect.objected_at:
                    keep_objection(prospect)
            Prospect.objects.filter(pk__in=[one.pk for one in batch]).delete()
        count += len(batch)
    return count
