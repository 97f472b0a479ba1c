"""Bells for the import jobs; the jobs themselves are rows that `clients.imports` claims."""

from celery import shared_task

from clients.imports import claim, depot, pipeline, retention


@shared_task
def process_import(import_id):
    """Run one import, unless another worker has it."""
    pipeline.process(import_id)


@shared_task
def ring_for_waiting_imports():
    """Ring again for the imports whose bell was lost, or whose worker died."""
    for import_id in claim.ready():
        process_import.delay(import_id)


@shared_task
def watch_folder():
    """Import what was dropped in the watched folder, and tell what became of it."""
    for import_id in depot.watch():
        process_import.delay(import_id)
    depot.report()


@shared_task
def forget_old_uploads():
    """Delete the uploads and before-images that have been kept long enough."""
    retention.forget_old()
