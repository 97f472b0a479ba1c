"""The two real FECs, and what their own documentation says must come out."""

from decimal import Decimal

import pytest
from django.db.models import Count, Sum

from clients.models import Client, Import, Invoice
from tests.clients.imports.books import import_path

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


@pytest.fixture
def farm(shared):
    return shared / "fec" / "0000000001FEC20220831.txt"


def test_the_farm_sold_what_its_tax_return_says(farm):
    batch = import_path(farm)
    total = Invoice.objects.aggregate(n=Count("id"), ht=Sum("amount_ht"), vat=Sum("amount_vat"))
    assert (batch.status, batch.created) == (Import.Status.COMMITTED, 400)
    assert (total["n"], total["ht"], total["ht"] + total["vat"]) == (400, Decimal("1049934.32"), Decimal("1107507.72"))
    assert Invoice.objects.filter(kind=Invoice.Kind.CREDIT_NOTE).count() == 9


def test_the_farm_has_fifteen_clients_of_which_fourteen_bought(farm):
    import_path(farm)
    assert Client.objects.count() == 15
    assert Client.objects.filter(invoices__amount_ht__gt=0).distinct().count() == 14


def test_the_first_client_of_the_farm_is_nearly_half_of_it(farm):
    import_path(farm)
    first = Client.objects.annotate(n=Count("invoices"), ht=Sum("invoices__amount_ht")).order_by("-ht").first()
    assert first.n == 295
    assert round(first.ht / Decimal("1049934.32") * 100, 1) == Decimal("46.5")


def test_centralisations_without_client_are_left_out_and_weigh_nothing(farm):
    batch = import_path(farm)
    left_out = batch.findings.get(reason="without-client")
    assert (left_out.count, left_out.amount_ht) == (14, 0)


def test_importing_the_farm_again_changes_nothing(farm):
    import_path(farm)
    again = import_path(farm)
    assert (again.created, again.updated, again.unchanged, again.cancelled) == (0, 0, 400, 0)


def test_a_shop_without_client_ledger_is_refused(shared):
    batch = import_path(shared / "fec" / "123456789FEC20500930.txt")
    assert batch.status == Import.Status.REFUSED
    assert "Aucun client identifiable" in batch.findings.get(severity="refusal").repair
    assert not Client.objects.exists()
