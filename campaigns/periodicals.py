"""Letters that people of the firm get again and again, each sent once, each stopped in one click.

A letter is a row before it is an e-mail, so that a worker that dies, or a second one, never sends it again; when the
mail server does not answer at all, no row is written and the next ring tries again.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from campaigns.models import MondayLetter, MonthLetter

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Periodical:
    """One kind of letter: `wanted` is the column of a person that says whether they want it, `salt` what its links are
    signed for, `stop_view` where they lead, `template` what it says."""

    wanted: str
    salt: str
    stop_view: str
    template: str

    def written(self, person: User, subject: str, words: Mapping[str, Any]) -> EmailMultiAlternatives:
        """The letter to this person, in the language of the moment, with the way to stop it."""
        stop = settings.SITE_URL + reverse(self.stop_view, args=[self.token_of(person)])
        words = {"person": person, "stop": stop, "site_url": settings.SITE_URL, **words}
        mail = EmailMultiAlternatives(
            subject,
            render_to_string(f"{self.template}.txt", words),
            None,
            [person.email],
            headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )
        mail.attach_alternative(render_to_string(f"{self.template}.html", words), "text/html")
        return mail

    def token_of(self, person: User) -> str:
        """What a link carries to say whose letter it stops; it gives no other right."""
        return signing.dumps(person.pk, salt=self.salt)

    def person_of(self, token: str) -> User | None:
        """Whose letter this token stops; None for a token that is not ours."""
        try:
            return User.objects.filter(pk=signing.loads(token, salt=self.salt)).first()
        except signing.BadSignature:
            return None

    def stop(self, person: User) -> None:
        """No more letters to this person, until they want them again."""
        User.objects.filter(pk=person.pk).update(**{self.wanted: False})


MONDAY = Periodical("monday_letter", "campaigns.monday", "campaigns:stop-letter", "campaigns/monday")
MONTH = Periodical("monthly_note", "campaigns.month", "campaigns:stop-note", "campaigns/month")


def post(mail: EmailMultiAlternatives, row: MondayLetter | MonthLetter) -> bool:
    """Whether this letter left now, `row` being written before it; not when another worker has it."""
    mail.connection = get_connection()
    try:
        mail.connection.open()
    except OSError:  # every failure of a mail server is one
        log.warning("the mail server does not answer: the letters wait")
        return False
    try:
        if not _is_claimed(row):
            return False
        mail.send()
    except OSError:
        log.exception("letter %s of %s may not have left; it is not sent again", row.pk, type(row).__name__)
        return False
    finally:
        mail.connection.close()
    type(row).objects.filter(pk=row.pk).update(sent_at=timezone.now())
    return True


def _is_claimed(row: MondayLetter | MonthLetter) -> bool:
    """Whether the row of this letter is written now; another worker has it otherwise."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True
