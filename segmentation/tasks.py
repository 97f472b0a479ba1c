"""Bells for the runs; `segmentation.nightly`, `history` and `backfill` know whether one is due."""

from celery import shared_task

from segmentation import backfill, history, movements, nightly, opportunities, portrait, previews, trials


@shared_task
def score_nightly():
    """Settles the night that is due, if nobody did."""
    nightly.run_night()
    opportunities.catch_up()
    portrait.catch_up()


@shared_task
def score_new_imports():
    """Scores everybody again when facts changed since the last run."""
    nightly.score_new_facts()
    movements.catch_up()
    opportunities.catch_up()
    portrait.catch_up()


@shared_task
def rescore_history():
    """Scores again the past dates that an undone import, or a merge of clients, made wrong."""
    history.rescore_history()


@shared_task
def try_drafts():
    """Settles the previews that wait."""
    previews.work()


@shared_task
def backfill_history():
    """Scores the past month-ends that imported invoices now tell of."""
    backfill.backfill_when_due()


@shared_task
def make_backtests():
    """Makes the backtests that were asked for."""
    trials.work_off()


@shared_task
def ask_monthly_backtest():
    """Asks for the backtest that each new month-end allows."""
    trials.ask_monthly()
