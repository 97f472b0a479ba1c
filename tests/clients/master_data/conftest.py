"""Lists sent to the administration by an administrator."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from clients.models import TableImport
from tests.factories import UserFactory


class Administration:
    """Somebody before one list of the administration, with a browser of the tests."""

    def __init__(self, browser, path):
        self.browser, self.path = browser, f"/admin/{path}/"

    def preview(self, content, name="liste.csv", **ticked):
        """The answer to sending this file."""
        content = content.encode() if isinstance(content, str) else content
        upload = SimpleUploadedFile(name, content)
        return self.browser.post(f"{self.path}import/", {"file": upload, **dict.fromkeys(ticked, "on")})

    def confirm(self, *answers, follow=False):
        """The answer to confirming what was last previewed."""
        token = TableImport.objects.waiting().values_list("token", flat=True).last()
        sent = {"token": token or "", "confirme": list(answers)}
        return self.browser.post(f"{self.path}process_import/", sent, follow=follow)

    def bring(self, content, **ticked):
        """The report of importing this file, previewed then confirmed."""
        shown = self.preview(content, **ticked)
        assert "report" in shown.context, shown.context["form"].errors
        confirmed = self.confirm()
        assert confirmed.status_code in (200, 302)
        return shown.context["report"]


@pytest.fixture
def administrator(client):
    administrator = UserFactory(roles=[Role.ADMINISTRATOR], email="admin@cabinet.example")
    client.force_login(administrator)
    return administrator


@pytest.fixture
def list_of(client, administrator):
    """A function: the administration of this list, for an administrator."""
    return lambda path: Administration(client, path)
