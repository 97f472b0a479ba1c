"""Bells for the runs; `segmentation.nightly` knows whether one is due."""

from celery import shared_task

from segmentation import history, nightly


@shared_task
def score_nightly():
    """Settles the night that is due, if nobody did."""
    nightly.run_night()


@shared_task
def score_new_imports():
    """Scores everybody again when facts changed since the last run."""
    nightly.score_new_facts()


@shared_task
def rescore_history():
    """Scores again the past dates that an undone import, or a merge of clients, made wrong."""
    history.rescore_history()
