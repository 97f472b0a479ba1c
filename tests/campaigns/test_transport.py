"""What became of a message, whatever the mail server does: handed over, to try again, refused, or nobody knows."""

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import transport
from campaigns.mime import Letter
from campaigns.transport import NotHandedOverError, NotReachableError, RefusedError, UncertainError
from tests.campaigns.conftest import use_server
from tests.mail_servers import Hostile, free_port


def a_message(**values):
    given = {"sender": "Cabinet <cabinet@ici.example>", "recipient": "jeanne@la.example", "subject": "Objet"}
    return Letter(**{**given, "text": "Bonjour", "html": "<p>Bonjour</p>", **values})


def sent_to(settings, **script):
    with Hostile(**script) as server:
        use_server(settings, server.port)
        try:
            with transport.opened() as opened:
                opened.send(a_message())
        except Exception as error:
            return error, server.dots
        return None, server.dots


@pytest.mark.parametrize(
    "script", [{"MAIL": "DROP"}, {"RCPT": "DROP"}, {"DATA": "DROP"}, {"MAIL": "HANG"}, {"BODY": "DROP"}]
)
def test_lost_before_its_end_it_may_be_tried_again(settings, script):
    error, dots = sent_to(settings, **script)
    if script == {"BODY": "DROP"}:  # small enough to have left whole before the connection broke: nobody knows
        assert isinstance(error, UncertainError | NotHandedOverError)
        return
    assert type(error) is NotHandedOverError
    assert dots == 0


@pytest.mark.parametrize("script", [{"DOT": "DROP"}, {"DOT": "HANG"}])
def test_lost_after_its_end_nobody_knows(settings, script):
    error, dots = sent_to(settings, **script)
    assert isinstance(error, UncertainError)
    assert dots == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("answer", ["421 closing", "450 busy", "452 full"])
def test_a_no_for_now_is_no_for_good(settings, verb, answer):
    error, _dots = sent_to(settings, **{verb: answer})
    assert isinstance(error, RefusedError)
    assert (error.code, error.is_for_good, error.is_unknown) == (int(answer[:3]), False, False)


@pytest.mark.parametrize(
    ("script", "is_unknown"),
    [
        ({"RCPT": "550 no such user"}, True),
        ({"RCPT": "550 5.1.1 unknown"}, True),
        ({"RCPT": "553 not here"}, True),
        ({"RCPT": "550 5.7.1 policy"}, False),
        ({"RCPT": "552 5.2.2 mailbox full"}, False),
        ({"MAIL": "550 who are you"}, False),
        ({"DOT": "552 too large"}, False),
        ({"DOT": "550 spam"}, False),
    ],
)
def test_a_no_for_good_says_whether_the_address_exists(settings, script, is_unknown):
    error, _dots = sent_to(settings, **script)
    assert isinstance(error, RefusedError)
    assert (error.is_for_good, error.is_unknown) == (True, is_unknown)


def test_no_server_at_all_is_nobody_s_fault(settings):
    use_server(settings, free_port())
    with pytest.raises(NotReachableError), transport.opened():
        pass


def test_after_a_refusal_the_same_connection_serves_the_next_message(settings):
    with Hostile(RCPT="450 busy") as server:
        use_server(settings, server.port)
        with transport.opened() as opened:
            for _twice in range(2):
                with pytest.raises(RefusedError):
                    opened.send(a_message())


LINES = ".un\n..deux\n.\ntrois = quatre\tcinq \n\nÉté à l’étranger 𝄞 " + "long " * 400


def test_what_is_written_arrives_as_it_was(sink):
    letter = a_message(subject="Été : 3 € de moins 𝄞 " + "x" * 120, text=LINES, html=f"<p>{LINES}</p>")
    with transport.opened() as opened:
        opened.send(letter)
    ((recipient, message),) = sink.received
    assert (recipient, message["To"], message["From"]) == (letter.recipient, letter.recipient, letter.sender)
    assert message["Subject"] == letter.subject
    for kind, wanted in (("plain", letter.text), ("html", letter.html)):
        assert message.get_body((kind,)).get_content().replace("\r\n", "\n").rstrip("\n") == wanted


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300), st.text(max_size=2000))
def test_any_subject_and_any_text_survive(subject, text):
    text = text.encode(errors="ignore").decode().replace("\r", "")
    letter = a_message(subject=" ".join(subject.split()), text=text, sender='Élodie "Ó" <a@ici.example>')
    message = email.message_from_bytes(letter.as_bytes(), policy=email.policy.default)
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")
    assert all(len(line) <= 998 for line in letter.as_bytes().split(b"\r\n"))


@pytest.mark.parametrize("field", ["subject", "recipient", "sender", "headers"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("way", ["smtp", "any other"])
def test_no_field_adds_a_header_or_a_recipient(sink, settings, field, end, way):
    if way != "smtp":
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    evil = f"x@la.example{end}Bcc: tous@la.example"
    message = a_message(**{field: {"Reply-To": evil} if field == "headers" else evil})
    with transport.opened() as opened, pytest.raises(ValueError, match="newlines"):
        opened.send(message)
    assert sink.received == []
