"""The page that helps to prepare a file, and the tables it offers."""

from io import BytesIO

import pytest
from django.urls import reverse

from accounts.roles import Role
from clients.models import Client, Import, Invoice
from tests.clients.imports.books import import_files
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(client):
    user = UserFactory(roles=[Role.ADMINISTRATOR])
    client.force_login(user)
    return user


def model(client, name):
    return client.get(reverse("clients:model", args=[name])).content


def test_the_page_offers_three_tables_and_says_what_is_understood(client, keeper):
    page = client.get(reverse("clients:prepare-file")).content.decode()
    assert all(reverse("clients:model", args=[name]) in page for name in ("vide", "exemple", "ca-annuel"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_filled_table_imports_as_it_is_in_either_language(client, keeper, language):
    keeper.language = language
    keeper.save()
    batch = import_files([("exemple.xlsx", model(client, "exemple"))])
    assert (batch.status, batch.created, Client.objects.count()) == ("committed", 10, 6)
    assert Invoice.objects.get(number="AV-0004").kind == "credit_note"
    assert not batch.findings.filter(reason__in=["ignored-columns", "unknown-status"]).exists()


def test_the_empty_table_is_refused_for_lack_of_rows_and_nothing_else(client, keeper):
    batch = import_files([("modele.xlsx", model(client, "vide"))])
    assert (batch.status, batch.findings.get().reason) == (Import.Status.REFUSED, "no-row")


def test_an_unknown_table_is_not_found(client, keeper):
    assert client.get(reverse("clients:model", args=["autre"])).status_code == 404


def test_a_workbook_to_fill_opens(client, keeper):
    assert BytesIO(model(client, "ca-annuel")).read(2) == b"PK"
