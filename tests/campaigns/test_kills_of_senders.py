"""Senders killed while they send: nobody receives two messages, nobody is forgotten in silence (reliability.md, R1)."""

import os
import random
from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from campaigns import sending
from campaigns.addresses import key_of
from campaigns.models import Campaign, Recipient
from tests.clients.imports.workers import workers_on
from tests.factories import CampaignFactory, ClientFactory, RecipientFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PROVE = bool(os.environ.get("PROVE"))
CAMPAIGNS, RECIPIENTS, KILLS = (50, 10_000, 5) if PROVE else (1, 2_000, 5)
PROCESSES = 2
SECONDS = RECIPIENTS / 1000  # less than any machine takes to send them all


@pytest.fixture(scope="module")
def workers(django_db_setup):
    with workers_on(connection.settings_dict["NAME"]) as workers:
        yield workers


def a_campaign(size):
    campaign = CampaignFactory(state=Campaign.State.SENDING, launched_at=timezone.now(), launched_by=UserFactory())
    client = ClientFactory.build
    clients = type(ClientFactory()).objects.bulk_create(client() for _ in range(size))
    rows = [(client, f"c{campaign.pk}-{n}@client.example") for n, client in enumerate(clients)]
    Recipient.objects.bulk_create(
        RecipientFactory.build(campaign=campaign, client=client, email=email, address_key=key_of(email))
        for client, email in rows
    )
    return campaign


def kill_while_sending(workers, port, chance):
    """How many of these processes were killed before the end of what there was to send."""
    with workers.team(PROCESSES) as team:
        for worker in team:
            worker.begin(do="send", port=port, act="kill", after=chance.uniform(0.05, SECONDS / KILLS))
        return sum(worker.hear() is None for worker in team)


@pytest.mark.parametrize("number", range(CAMPAIGNS))
def test_killed_senders_never_send_twice_and_forget_nobody(workers, sink, number):
    campaign, chance, killed = a_campaign(RECIPIENTS), random.Random(number), 0
    for _ in range(KILLS):
        killed += kill_while_sending(workers, sink.port, chance)
    Recipient.objects.filter(state="sending").update(leased_until=timezone.now() - sending.LEASE)
    with workers.hired() as worker:
        assert "error" not in worker.do(do="send", port=sink.port)
    campaign.refresh_from_db()
    received = Counter(recipient for recipient, _message in sink.received)
    by_state = {state: set(emails(campaign, state)) for state in ("sent", "uncertain")}
    assert killed >= KILLS
    assert set(received.values()) == {1}
    assert by_state["sent"] | by_state["uncertain"] == set(emails(campaign))
    assert by_state["sent"] <= set(received)
    assert len(by_state["uncertain"]) <= killed
    assert campaign.state == Campaign.State.DONE


def emails(campaign, state=None):
    found = campaign.recipients.filter(state=state) if state else campaign.recipients.all()
    return found.values_list("email", flat=True)
