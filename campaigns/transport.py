"""Handing one message over to a mail server, and saying exactly what became of it.

smtplib cannot say whether a connection was lost before or after the message was wholly given over: before, it may be
tried again; after, nobody knows (RFC 5321, 4.5.3.2.6). So the dot that ends a message is watched here.
"""

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parseaddr
from functools import lru_cache
from typing import Protocol, cast

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends import smtp
from django.core.mail.message import sanitize_address

from campaigns.mime import Letter

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
CLOSING = 421
PLAIN = re.compile(r"[a-zA-Z0-9._+-]+@[a-zA-Z0-9.-]+")
UNKNOWN_ADDRESS = (550, 551, 553)  # of the answers to an address: no such mailbox (RFC 5321, 4.2.3)
OTHER_STATUS = ("5.2.", "5.7.", "5.3.", "5.4.", "5.5.")  # a full box, a policy, a system: the address exists (RFC 3463)


class NotHandedOverError(Exception):
    """The message was not given over: it may be tried again."""


class NotReachableError(NotHandedOverError, OSError):
    """No mail server answers any more: nothing is wrong with the message."""


class UncertainError(Exception):
    """The message was given over, and no answer came."""


class RefusedError(Exception):
    """The server said no. `is_for_good` when trying again would change nothing, `is_unknown` when nobody is there."""

    def __init__(self, code: int, answer: str, *, is_unknown: bool = False):
        super().__init__(f"{code} {answer}")
        self.code, self.is_unknown = code, is_unknown

    @property
    def is_for_good(self) -> bool:
        return self.code >= 500


class Transport(Protocol):
    def send(self, letter: Letter) -> None:
        """Hands it over. Raises NotHandedOverError, NotReachableError, UncertainError, RefusedError."""


@contextmanager
def opened() -> Iterator[Transport]:
    """A connection to the mail server, closed at the end. Raises NotReachableError when none answers."""
    try:
        transport = _Smtp() if settings.EMAIL_BACKEND == SMTP_BACKEND else _Backend()
    except (OSError, smtplib.SMTPException) as error:
        raise NotReachableError(str(error)) from error
    try:
        yield transport
    finally:
        transport.close()


class _Watched(smtplib.SMTP):
    """A connection that knows whether the dot ending a message left."""

    is_given_over = False

    def hand(self, content: bytes) -> tuple[int, bytes]:
        """The server's answer to a message, lines ended by CR LF, given over whole."""
        self.is_given_over = False
        self.putcmd("data")
        code, answer = self.getreply()
        if code != 354:
            return code, answer
        self.send(_stuffed(content))
        self.is_given_over = True
        return self.getreply()


class _TlsConnection(_Watched, smtplib.SMTP_SSL):
    pass


class _SmtpBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[_Watched]:
        return _TlsConnection if self.use_ssl else _Watched


class _Smtp:
    """One connection, opened again when it is lost."""

    def __init__(self) -> None:
        self.backend = _SmtpBackend(fail_silently=False)
        self.backend.open()

    def send(self, letter: Letter) -> None:
        content = letter.as_bytes()
        connection = self._reopened()
        connection.is_given_over = False
        try:
            self._hand_over(connection, letter, content)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            if connection.is_given_over:
                raise UncertainError(str(error)) from error
            raise NotHandedOverError(str(error)) from error

    def close(self) -> None:
        connection, self.backend.connection = self.backend.connection, None
        if connection is not None:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()

    def _reopened(self) -> _Watched:
        if self.backend.connection is None:
            try:
                self.backend.open()
            except (OSError, smtplib.SMTPException) as error:
                raise NotReachableError(str(error)) from error
        return cast(_Watched, self.backend.connection)

    def _hand_over(self, connection: _Watched, letter: Letter, content: bytes) -> None:
        connection.ehlo_or_helo_if_needed()
        self._accepted(connection.mail(_bare(letter.sender)))
        self._accepted(connection.rcpt(_bare(letter.recipient)), of_an_address=True)
        self._accepted(connection.hand(content))

    def _accepted(self, reply: tuple[int, bytes], *, of_an_address: bool = False) -> None:
        """Raises RefusedError unless the answer is yes; the connection is then ready for another message, or closed."""
        code, text = reply[0], _text(reply[1])
        if code == -1:  # not an answer at all
            raise smtplib.SMTPServerDisconnected(text)
        if code in (250, 251):
            return
        try:
            if code == CLOSING:
                self.close()
            else:
                cast(_Watched, self.backend.connection).rset()
        except (OSError, smtplib.SMTPException):
            self.close()
        is_unknown = of_an_address and code in UNKNOWN_ADDRESS and not text.startswith(OTHER_STATUS)
        raise RefusedError(code, text, is_unknown=is_unknown)


class _Backend:
    """Any other way that Django knows to send: a folder, a provider. It says yes, or why not."""

    def __init__(self) -> None:
        self.backend = get_connection(fail_silently=False)
        self.backend.open()

    def send(self, letter: Letter) -> None:
        try:
            self.backend.send_messages([letter.as_message()])
        except OSError as error:
            raise NotHandedOverError(str(error)) from error

    def close(self) -> None:
        self.backend.close()


def _bare(written: str) -> str:
    """The address alone, its domain in letters that every server reads."""
    return written if PLAIN.fullmatch(written) else _parsed(written)


@lru_cache(maxsize=64)
def _parsed(written: str) -> str:
    return sanitize_address(parseaddr(written)[1], "utf-8")


def _stuffed(content: bytes) -> bytes:
    """The message as it goes over the wire: dots at the start of a line doubled, then the dot that ends it."""
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    content = content.replace(b"\r\n.", b"\r\n..")
    if content.startswith(b"."):
        content = b"." + content
    return content + b".\r\n"


def _text(answer: bytes) -> str:
    return answer.decode("utf-8", "replace").replace("\n", " ")[:200]
