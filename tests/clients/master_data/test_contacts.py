"""Contacts brought in by a table: whom they belong to, and what of them is never undone."""

import datetime as dt

import pytest
from django.utils import timezone

from clients.models import Contact
from tests.factories import ClientFactory, ContactFactory

pytestmark = pytest.mark.django_db
LONG_AGO = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def contacts(list_of):
    return list_of("clients/contact")


def test_a_contact_attaches_by_code_siren_or_the_exact_name_of_one_client(contacts):
    ClientFactory(code="C1", name="Roux")
    ClientFactory(code="C2", name="Blanc", siren="732829320")
    ClientFactory(code="C3", name="Garage Vert")
    contacts.bring("Code client;SIREN;Société;Nom\nC1;;;Anne\n;732 829 320;;Luc\n;;garage VERT;Zoé\n")
    assert set(Contact.objects.values_list("client__code", "name")) == {("C1", "Anne"), ("C2", "Luc"), ("C3", "Zoé")}


def test_a_similar_name_waits_for_somebody_to_say_so(contacts):
    client = ClientFactory(code="C1", name="Garage Vert")
    shown = contacts.preview("Société;Nom\nGarage Vert SARL;Anne\nGarage Vert SARL;Luc\n")
    page = shown.content.decode()
    assert "« Garage Vert SARL » (2 lignes) est Garage Vert (C1)" in page
    contacts.confirm()
    assert Contact.objects.count() == 0
    contacts.preview("Société;Nom\nGarage Vert SARL;Anne\nGarage Vert SARL;Luc\n")
    contacts.confirm(f"{client.pk}|garage vert sarl")
    assert set(Contact.objects.values_list("client", "name")) == {(client.pk, "Anne"), (client.pk, "Luc")}


def test_only_what_was_suggested_can_be_confirmed(contacts):
    ClientFactory(name="Garage Vert")
    other = ClientFactory(name="Tout autre")
    contacts.preview("Société;Nom\nGarage Vert SARL;Anne\n")
    contacts.confirm(f"{other.pk}|garage vert sarl")
    assert Contact.objects.count() == 0


def test_an_unknown_client_and_an_ambiguous_one_are_errors_with_the_way_out(contacts):
    ClientFactory(code="C1", name="Roux")
    ClientFactory(code="C2", name="Roux")
    report = contacts.preview("Client;Nom du contact\nRoux;Anne\nInconnu;Luc\n").context["report"]
    assert "Roux (C1) ; Roux (C2)" in report.problems[0].message
    assert "Importez d’abord ce client" in report.problems[1].message


def test_a_known_contact_is_found_by_e_mail_then_by_name(contacts):
    client = ClientFactory(code="C1")
    one = ContactFactory(client=client, name="Anne Roy", email="anne@a.example")
    two = ContactFactory(client=client, name="Luc Viel")
    contacts.bring(
        "Code client;Prénom;Nom;E-mail;Fonction\nC1;Anne;Roy-Petit;ANNE@a.example;Gérante\nC1;Luc;VIEL;luc@a.example;\n"
    )
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.name, one.role, two.email, Contact.objects.count()) == ("Anne Roy-Petit", "Gérante", "luc@a.example", 2)


def test_a_main_contact_takes_that_place_from_another_and_two_are_an_error(contacts):
    client = ClientFactory(code="C1")
    former = ContactFactory(client=client, name="Anne", is_main=True)
    contacts.bring("Code client;Nom;Principal\nC1;Luc;oui\n")
    former.refresh_from_db()
    assert (former.is_main, Contact.objects.get(is_main=True).name) == (False, "Luc")
    content = "Code client;Nom;Principal\nC1;Zoé;oui\nC1;Max;oui\n" + "".join(f"C1;Autre {n};non\n" for n in range(5))
    report = contacts.preview(content).context["report"]
    assert "La ligne 2 nomme déjà le contact principal" in report.problems[0].message


def test_two_contacts_of_a_client_exchange_the_first_place(contacts):
    client = ClientFactory(code="C1")
    ContactFactory(client=client, name="Anne", is_main=True)
    ContactFactory(client=client, name="Luc")
    contacts.bring("Code client;Nom;Principal\nC1;Luc;oui\nC1;Anne;non\n")
    assert Contact.objects.get(is_main=True).name == "Luc"


def test_an_objection_comes_in_and_keeps_its_first_date(contacts):
    ContactFactory(client=ClientFactory(code="C1"), name="Anne", objected_at=LONG_AGO)
    contacts.bring("Code client;Nom;Opposition\nC1;Anne;12/05/2026\nC1;Luc;oui\nC1;Zoé;non\nC1;Max;\n")
    assert Contact.objects.get(name="Anne").objected_at == LONG_AGO
    assert timezone.localdate(Contact.objects.get(name="Luc").objected_at) == timezone.localdate()
    assert Contact.objects.filter(objected_at=None).count() == 2


@pytest.mark.parametrize("ticked", [{}, {"clears": True}])
@pytest.mark.parametrize("cell", ["", "non"])
def test_no_cell_lifts_an_objection_unless_it_was_asked(contacts, cell, ticked):
    ContactFactory(client=ClientFactory(code="C1"), name="Anne", objected_at=LONG_AGO, consented_at=LONG_AGO)
    contacts.bring(f"Code client;Nom;Opposition;Consentement\nC1;Anne;{cell};\n", **ticked)
    found = Contact.objects.get()
    assert (found.objected_at, found.consented_at) == (LONG_AGO, LONG_AGO)


def test_the_word_non_lifts_an_objection_when_it_was_asked_and_an_empty_cell_never_does(contacts):
    client = ClientFactory(code="C1")
    for name in ("Anne", "Luc"):
        ContactFactory(client=client, name=name, objected_at=LONG_AGO)
    contacts.bring("Code client;Nom;Opposition\nC1;Anne;non\nC1;Luc;\n", lifts=True, clears=True)
    assert list(Contact.objects.filter(objected_at=None).values_list("name", flat=True)) == ["Anne"]


def test_saying_twice_that_somebody_consents_keeps_the_date(contacts):
    content = "Code client;Nom;Consentement\nC1;Anne;01/03/2025\n"
    ClientFactory(code="C1")
    contacts.bring(content)
    assert contacts.preview(content).context["report"].unchanged == 1
