"""Bells for the triggers, the letters and the messages: who is rung knows whether there is anything to do."""

from celery import shared_task

from campaigns import (
    automations,
    monday,
    month,
    prospect_keeping,
    prospecting,
    retention,
    sending,
    triggers,
)
from campaigns.allocation import calendar


@shared_task
def fire_triggers():
    """Finds the events of the night, or of a run made since, and fires the rules that they trigger."""
    triggers.run_due()


@shared_task
def forget_what_is_old():
    """Removes what was kept long enough, once a night."""
    retention.run_due()


@shared_task
def send_monday_letters():
    """Sends the letters of this Monday that were not."""
    monday.send_due()


@shared_task
def call_planned_contacts():
    """Makes actions of the contacts planned for this week."""
    calendar.call_due()


@shared_task
def send_month_letters():
    """Sends the letters about the month that ended that were not."""
    month.send_due()


@shared_task
def follow_prospects():
    """Finds the prospects that became clients, and scores the others by the portrait on show."""
    prospecting.follow()


@shared_task
def forget_old_prospects():
    """Forgets the prospects that nobody met for three years."""
    prospect_keeping.forget_due()


@shared_task
def start_messages():
    """Puts in the outbox the automatic messages that are due."""
    automations.run_due()


@shared_task
def send_campaigns():
    """Sends what is due for a while, and rings again when there is more. Any number may run at once."""
    if sending.work().is_out_of_time:
        send_campaigns.delay()
