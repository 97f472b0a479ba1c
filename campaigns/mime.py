"""One e-mail, and how it goes over the wire.

The standard library takes longer to write a message than a server to accept it, so a hundred thousand of them are
written here: two parts, each in quoted-printable (RFC 2045, 6.7), headers encoded by RFC 2047 where they must be.
"""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.charset import Charset
from email.header import Header
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import BadHeaderError

EOL = "\r\n"
PLAIN = re.compile(r"[a-zA-Z0-9._+-]+@[a-zA-Z0-9.-]+")  # an address that needs no care
UTF8 = Charset("utf-8")
LONGEST_WORD = 75  # an encoded one (RFC 2047, 2), beside which "Subject: " stays far under the longest line
LONGEST_LINE = 900  # of a header that needs no folding (RFC 5322, 2.1.1: 998 octets)


@dataclass(frozen=True)
class Letter:
    """A message to one address, in plain text and in HTML. `headers` are added to those that it needs.

    Writing it raises BadHeaderError when a header holds an end of line: nobody adds a header, or a recipient, that way.
    """

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_message(self) -> EmailMultiAlternatives:
        """The same for the ways of sending that Django knows."""
        made = EmailMultiAlternatives(
            self.subject, self.text, self.sender, [self.recipient], headers=dict(self.headers)
        )
        made.attach_alternative(self.html, "text/html")
        return made

    def as_bytes(self) -> bytes:
        """The same as an SMTP server takes it, lines ended by CR LF."""
        boundary = f"=_{binascii.crc32(self.html.encode()):08x}{binascii.crc32(self.recipient.encode()):08x}_="
        named = {
            "From": _address(self.sender),
            "To": _address(self.recipient),
            "Subject": _encoded(self.subject),
            "Date": formatdate(),
            **{name: _encoded(value) for name, value in self.headers.items()},
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative; boundary="{boundary}"',
        }
        parts = [_part("plain", self.text), _part("html", self.html)]
        head = "".join(f"{name}: {value}{EOL}" for name, value in named.items())
        body = "".join(f"--{boundary}{EOL}{part}{EOL}" for part in parts)
        return f"{head}{EOL}{body}--{boundary}--{EOL}".encode("ascii")


def _part(kind: str, content: str) -> str:
    lines = content.replace("\r\n", "\n").replace("\r", "\n").encode()
    written = binascii.b2a_qp(lines, istext=True).decode("ascii").replace("\n", EOL)
    return (
        f'Content-Type: text/{kind}; charset="utf-8"{EOL}Content-Transfer-Encoding: quoted-printable{EOL}{EOL}{written}'
    )


def _encoded(value: str) -> str:
    """A header's value; folded over several lines when it is not plain ASCII."""
    plain = _checked(value)
    if plain.isascii() and len(plain) <= LONGEST_LINE:
        return plain
    return _folded(plain)


@lru_cache(maxsize=256)
def _folded(plain: str) -> str:
    """Over several lines, unless one encoded word holds it: most subjects, and many times faster."""
    word = UTF8.header_encode(plain)
    return word if len(word) <= LONGEST_WORD else Header(plain, "utf-8", maxlinelen=75).encode(linesep=EOL)


def _address(written: str) -> str:
    """A name and an address as a header holds them."""
    return written if PLAIN.fullmatch(written) else _formatted(_checked(written))


@lru_cache(maxsize=64)
def _formatted(written: str) -> str:
    return formataddr(parseaddr(written), "utf-8")


def _checked(value: str) -> str:
    if "\r" in value or "\n" in value:
        raise BadHeaderError(f"A header holds no newlines: {value[:60]!r}")
    return value
