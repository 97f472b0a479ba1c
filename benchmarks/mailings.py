"""Campaigns: an audience frozen at its launch, and messages sent to a mail server of this machine by several senders at
once, as workers do, against as many bare loops of smtplib: one connection each.

In turns, so that both meet the same neighbours on the machine.
"""

import smtplib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from benchmarks.together import timed, wait_for_all
from campaigns import audience, drafting, launching, sending
from campaigns.letters import Letters
from campaigns.models import Arm, Campaign, MailSettings, Recipient
from clients.models import Client
from segmentation.models import SegmentSlug

ROUNDS, MESSAGES, CONNECTIONS = 5, 10_000, 4  # messages a round, where there are as many clients
MOST_FROZEN_S = 5
LEAST_SENT_SHARE = 50  # per cent of the messages a second of the bare loops
EVERY = list(SegmentSlug.values)
CONTACTS = """
    INSERT INTO clients_contact (client_id, name, email, role, phone, is_main)
    SELECT id, 'Jeanne Roux', 'contact' || id || '@client.example', '', '', true FROM clients_client
"""


class Sent(NamedTuple):
    """Seconds: to freeze an audience of so many; and messages a second, ours and bare, by round."""

    reached: int
    frozen_s: float
    ours: list[float]
    bare: list[float]

    @property
    def share(self) -> float:
        """Our messages a second, in per cent of those of the bare loops of the same round: the median."""
        return 100 * statistics.median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))


def measure() -> Sent:
    """Sends to the first clients of the base, then launches a campaign to everybody."""
    with connection.cursor() as cursor:
        cursor.execute(CONTACTS)
        cursor.execute("ANALYZE clients_contact")
    director = User.objects.create(email="campagnes@bench.example", roles=[Role.DIRECTION])
    with _mail_server() as port:
        rounds = [_round(chosen, port, director) for chosen in _clients_by_round()]
    rest = drafting.start(name="Tous", segments=EVERY, held_share=10, generic_share=20, by=director)
    expected = _expected(rest, director)
    started = time.perf_counter()
    launching.launch(campaign=rest, expected=expected, by=director)
    frozen_s = time.perf_counter() - started
    return Sent(rest.recipients.count(), frozen_s, [ours for ours, _ in rounds], [bare for _, bare in rounds])


def _clients_by_round() -> list[list[int]]:

    every = list(Client.objects.order_by("pk").values_list("pk", flat=True))
    size = min(MESSAGES, len(every) // ROUNDS)
    return [every[start : start + size] for start in range(0, ROUNDS * size, size)]


def _round(chosen: list[int], port: int, director: User) -> tuple[float, float]:
    """Messages a second to these clients: ours, then those of the bare loops."""
    campaign = drafting.start(name="Quelques-uns", segments=EVERY, chosen=chosen, by=director)
    launching.launch(campaign=campaign, expected=_expected(campaign, director), by=director)
    numbers = list(campaign.recipients.order_by("pk").values_list("pk", flat=True))
    name, share = str(connection.settings_dict["NAME"]), -(-len(numbers) // CONNECTIONS)
    parts = [numbers[place * share : (place + 1) * share] for place in range(CONNECTIONS)]
    bare_s = timed(_send_bare, [(name, port, part) for part in parts])
    ours_s = timed(_send, [(name, port)] * CONNECTIONS)
    if campaign.recipients.exclude(state="sent").exists():
        raise RuntimeError("some messages did not leave")
    return len(numbers) / ours_s, len(numbers) / bare_s


def _expected(campaign: Campaign, director: User) -> int:

    return sum(arm != Arm.HELD for arm in launching.drawn_for(campaign, audience.of(campaign, by=director)))


def _send_bare(database: str, port: int, numbers: list[int]) -> None:
    """The same messages, written beforehand, by a loop of smtplib."""

    connection.settings_dict["NAME"] = database
    recipients = list(
        Recipient.objects.filter(pk__in=numbers).select_related("campaign", "client__owner", "contact").order_by("pk")
    )
    letters = Letters(recipients[0].campaign, MailSettings.current())
    written = [(one.email, letters.to(one).as_bytes()) for one in recipients]
    with smtplib.SMTP("127.0.0.1", port) as server:
        wait_for_all()
        for address, message in written:
            server.sendmail("cap-clients@bench.example", [address], message)


def _send(database: str, port: int) -> None:

    connection.settings_dict["NAME"] = database
    connection.ensure_connection()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    reverse("campaigns:stop-messages", args=["warm"])  # a worker has read the addresses of pages long ago
    wait_for_all()
    sending.work(seconds=600)


@contextmanager
def _mail_server() -> Iterator[int]:
    """A real server in a process of its own, which forgets what it receives."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    server = subprocess.Popen(command)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _attempt in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("no mail server")
