"""Mail servers for tests: one that keeps what it receives, and one that behaves as badly as it is told to."""

import email
import email.policy
import logging
import socket
import threading

from aiosmtpd.controller import Controller

logging.getLogger("mail.log").setLevel(logging.WARNING)  # it tells every line of every conversation


class Sink(Controller):
    """A real SMTP server that keeps every message: `received` holds (recipient, parsed message) in order."""

    def __init__(self):
        self.received = []
        super().__init__(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.received += [(recipient, message) for recipient in envelope.rcpt_tos]
        return "250 OK"


class Hostile:
    """A server that follows a script: {verb: answer}; "DROP" closes there, "HANG" never answers.

    Verbs are MAIL, RCPT, DATA, BODY (while the message comes) and DOT (once it is whole). `dots` counts the messages
    that came whole.
    """

    def __init__(self, **script):
        self.script, self.dots, self.released = script, 0, threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.released.set()
        socket.create_connection(("127.0.0.1", self.port)).close()  # wakes who waits for a caller
        self.thread.join(10)
        self.listening.close()

    def _serve(self):
        while not self.released.is_set():
            peer, _address = self.listening.accept()
            with peer, peer.makefile("rwb") as stream:
                try:
                    self._talk(stream)
                except OSError:
                    continue

    def _talk(self, stream):
        self._say(stream, "220 ready")
        while line := stream.readline():
            verb = line.split()[0].decode().upper()
            answer = self.script.get(verb, "354 go on" if verb == "DATA" else "250 OK")
            if not self._say(stream, answer) or verb == "QUIT":
                return
            if verb == "DATA" and answer.startswith("354"):
                if self.script.get("BODY") == "DROP":
                    stream.readline()
                    return
                while stream.readline().rstrip(b"\r\n") != b".":
                    pass
                self.dots += 1
                if not self._say(stream, self.script.get("DOT", "250 OK")):
                    return

    def _say(self, stream, answer):
        if answer == "HANG":
            self.released.wait(30)
        if answer in ("DROP", "HANG"):
            return False
        stream.write(f"{answer}\r\n".encode())
        stream.flush()
        return True


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]
