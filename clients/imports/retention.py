"""What is kept for a while only: uploaded files and before-images, and what a dead worker left in staging."""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from clients.imports import staging
from clients.models import Import, ImportChange, ImportChunk, RejectedRow, TableImport

KEPT = dt.timedelta(days=30)
PREVIEW_KEPT = dt.timedelta(hours=1)


@transaction.atomic
def forget_old() -> int:
    """How many imports lost their files and before-images: those over for thirty days. Their reports stay.

    Those that waited for somebody as long are given up.
    """
    forgotten = Import.objects.filter(status__in=Import.WAITING, launched_at__lt=timezone.now() - KEPT)
    forgotten.update(status=Import.Status.ABANDONED, finished_at=F("launched_at"))
    over = Import.objects.filter(status__in=Import.FINAL, finished_at__lt=timezone.now() - KEPT)
    ids = list(over.filter(files__chunks__isnull=False).distinct().values_list("pk", flat=True))
    ImportChunk.objects.filter(file__batch__in=over).delete()
    ImportChange.objects.filter(batch__in=over).delete()
    RejectedRow.objects.filter(batch__in=over).delete()
    staging.forget_old()
    forget_previews()
    return len(ids)


def forget_previews() -> None:
    """Lists that were previewed and not confirmed within the hour, with the files that they hold."""
    TableImport.objects.waiting().filter(previewed_at__lt=timezone.now() - PREVIEW_KEPT).delete()
