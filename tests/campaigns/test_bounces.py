"""What a mail provider tells afterwards goes to the list of objections, and nothing else does."""

import base64
import os

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.utils import timezone

from campaigns import audience
from campaigns.models import Recipient, Suppression
from tests.campaigns.test_audience import a_campaign, someone, why
from tests.config.processes import python
from tests.factories import RecipientFactory

pytestmark = pytest.mark.django_db
REASON = Suppression.Reason
POSTS = """
import django, json, sys
from django.conf import settings
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()
from anymail.signals import tracking
from django.test import Client
settings.ALLOWED_HOSTS = ["*"]
heard = []
tracking.receivers.clear()
tracking.connect(lambda event, **_more: heard.append((event.event_type, event.recipient)), weak=False)
told = json.dumps({"event": "hard_bounce", "email": "nobody@client.example", "id": 1, "ts_epoch": 1700000000000})
for secret in sys.argv[1:]:
    headers = {"Authorization": "Basic " + secret}
    answer = Client(enforce_csrf_checks=True).post(
        "/courrier/brevo/tracking/", told, content_type="application/json", headers=headers, secure=True
    )
    print(answer.status_code, heard, flush=True)
"""


def tell(kind, address="jeanne@client.example", reason=None):
    event = AnymailTrackingEvent(event_type=kind, recipient=address, reject_reason=reason)
    tracking.send(sender=None, event=event, esp_name="brevo")


@pytest.mark.parametrize(
    ("kind", "reason", "written"),
    [
        ("bounced", "bounced", REASON.UNKNOWN),
        ("bounced", "invalid", REASON.UNKNOWN),
        ("complained", None, REASON.COMPLAINED),
        ("unsubscribed", None, REASON.OBJECTED),
    ],
)
def test_who_is_not_there_or_complains_is_written_to_no_more(kind, reason, written):
    client = someone("Jeanne@Client.example")
    sent = RecipientFactory(
        client=client, email="jeanne@client.example", state=Recipient.State.SENT, sent_at=timezone.now()
    )
    for _ in range(2):
        tell(kind, reason=reason)
    suppression = Suppression.objects.get()
    assert (suppression.reason, suppression.campaign) == (written, sent.campaign)
    assert why(a_campaign()) == {client.pk: audience.OBJECTED}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("bounced", "timed_out"), ("bounced", "blocked"), ("deferred", None), ("delivered", None), ("opened", None)],
)
def test_what_may_pass_stops_nothing(kind, reason):
    tell(kind, reason=reason)
    assert not Suppression.objects.exists()


def test_what_names_nobody_is_left_alone():
    tell("complained", address="")
    assert not Suppression.objects.exists()


def test_a_provider_is_heard_through_its_own_address_with_the_secret_alone():
    good, bad = (base64.b64encode(words.encode()).decode() for words in ("cap:long secret", "cap:other"))
    variables = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": os.environ.get("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"),
        "MAIL_PROVIDER": "brevo",
        "ANYMAIL_BREVO_API_KEY": "key",
        "ANYMAIL_WEBHOOK_SECRET": "cap:long secret",
    }
    with python(POSTS, bad, good, **variables) as process:
        said = process.communicate(timeout=60)[0].split("\n")
    assert said[0] == "400 []"
    assert said[1] == "200 [('bounced', 'nobody@client.example')]"
