"""Campaigns: an audience frozen at its launch, and messages sent to a mail server of this machine by several senders at
once, as workers do, against as many bare loops of smtplib: one connection each."""

import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from benchmarks.together import timed, wait_for_all
from campaigns import audience, drafting, launching, sending
from campaigns.letters import Letters
from campaigns.models import Arm, Campaign, MailSettings, Recipient
from clients.models import Client
from segmentation.models import SegmentSlug

MESSAGES, CONNECTIONS = 4_000, 4
MOST_FROZEN_S = 5
LEAST_SENT_SHARE = 50  # per cent of the messages a second of the bare loops
CONTACTS = """
    INSERT INTO clients_contact (client_id, name, email, role, phone, is_main)
    SELECT id, 'Jeanne Roux', 'contact' || id || '@client.example', '', '', true FROM clients_client
"""


class Sent(NamedTuple):
    """Seconds: to freeze an audience of so many, and to send so many messages, ours and bare."""

    reached: int
    frozen_s: float
    messages: int
    ours_s: float
    bare_s: float

    @property
    def share(self) -> float:
        """Our messages a second, in per cent of those of the bare loops."""
        return 100 * self.bare_s / self.ours_s


def measure() -> Sent:
    """Sends to the first clients of the base, then launches a campaign to everybody."""
    with connection.cursor() as cursor:
        cursor.execute(CONTACTS)
        cursor.execute("ANALYZE clients_contact")
    director = User.objects.create(email="campagnes@bench.example", roles=[Role.DIRECTION])
    every = list(SegmentSlug.values)
    campaign = drafting.start(name="Quelques-uns", segments=every, chosen=_first_clients(), by=director)
    launching.launch(campaign=campaign, expected=_expected(campaign, director), by=director)
    numbers = list(campaign.recipients.order_by("pk").values_list("pk", flat=True))
    with _mail_server() as port:
        name = str(connection.settings_dict["NAME"])
        bare_s = timed(_send_bare, [(name, port, numbers[place::CONNECTIONS]) for place in range(CONNECTIONS)])
        ours_s = timed(_send, [(name, port)] * CONNECTIONS)
    if campaign.recipients.exclude(state="sent").exists():
        raise RuntimeError("some messages did not leave")
    rest = drafting.start(name="Tous", segments=every, held_share=10, generic_share=20, by=director)
    expected = _expected(rest, director)
    started = time.perf_counter()
    launching.launch(campaign=rest, expected=expected, by=director)
    frozen_s = time.perf_counter() - started
    return Sent(rest.recipients.count(), frozen_s, len(numbers), ours_s, bare_s)


def _first_clients() -> list[int]:

    return list(Client.objects.order_by("pk").values_list("pk", flat=True)[:MESSAGES])


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
