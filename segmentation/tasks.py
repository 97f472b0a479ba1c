"""Bells for the runs; `segmentation.nightly` knows whether one is due."""

from celery import shared_task

from segmentation import nightly


@shared_task
def score_nightly():
    """Settles the night that is due, if nobody did."""
    nightly.run_night()


@shared_task
def score_new_imports():
    """Scores everybody again when facts changed since the last run."""
    nightly.score_new_facts()
