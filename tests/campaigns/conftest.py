"""Mail servers that campaigns are sent to."""

import pytest

from tests.mail_servers import Sink


def use_server(settings, port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False


@pytest.fixture
def sink(settings):
    """A real mail server, which the site sends to, and what it received."""
    server = Sink()
    server.start()
    use_server(settings, server.port)
    yield server
    server.stop()
