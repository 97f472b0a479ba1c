"""The sample firm never mixes with the facts of a real one."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from clients.models import Client, Import
from clients.sample import loading
from tests.factories import ClientFactory, InvoiceFactory

DAY = dt.date(2026, 11, 22)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fact", [ClientFactory, InvoiceFactory])
def test_loading_over_real_facts_is_refused_and_nothing_is_written(fact, tmp_path):
    fact()

    with pytest.raises(CommandError, match="contient déjà des clients"):
        call_command("seed_demo", day=DAY, logins=tmp_path / "demo-logins")

    assert Client.objects.count() == 1
    assert not User.objects.exists()
    assert not Import.objects.exists()
    assert not (tmp_path / "demo-logins").exists()


def test_the_function_that_loads_refuses_too():
    ClientFactory()
    with pytest.raises(loading.RealFactsError):
        loading.load(day=DAY, by=None)
