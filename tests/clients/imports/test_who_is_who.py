"""Recognising clients and services from one import to the next."""

import pytest

from clients.models import Client, ClientKey, Contact, ImportChange, Service
from tests.clients.imports.books import import_text, sale, text
from tests.factories import ClientFactory, UserFactory

pytestmark = pytest.mark.django_db

SIRET, OTHER_SIRET = "73282932000074", "55208131766522"


def row(headings, *cells):
    return f"{headings};Date;Montant HT\n{';'.join(cells)};13/01/2025;{len(cells)}\n"


def test_the_code_of_the_source_comes_first():
    import_text(row("Code client;Client;SIRET", "C1", "Dupont", SIRET))
    import_text(
        row("Code client;Client;SIRET", "C1", "Dupont et fils", OTHER_SIRET) + f"C1;Dupont;{SIRET};14/01/2025;9\n"
    )
    assert Client.objects.count() == 1


def test_a_siret_finds_the_client_of_another_source():
    import_text(row("Code client;Client;SIRET", "C1", "Dupont", SIRET))
    import_text(row("Code client;Client;SIRET", "X9", "DUPONT SARL", SIRET), source_name="Autre logiciel")
    assert Client.objects.count() == 1


def test_a_siren_and_a_postcode_find_a_client():
    import_text(row("Client;SIRET;CP", "Dupont", SIRET, "75001"))
    import_text(row("Code client;Client;SIREN;CP", "X", "Dupont Paris", "732829320", "75001"), source_name="B")
    import_text(row("Code client;Client;SIREN;CP", "Y", "Dupont Lyon", "732829320", "69001"), source_name="B")
    assert Client.objects.count() == 2


def test_a_vat_number_finds_a_client_with_or_without_spaces():
    import_text(row("Client;N° TVA", "Dupont", "FR 44 732829320"))
    import_text(row("Code client;Client;N° TVA", "X", "Dupont SA", "FR44732829320"), source_name="B")
    assert Client.objects.count() == 1


def test_an_email_finds_a_client_whatever_its_case():
    import_text(row("Client;E-mail", "Dupont", "Contact@Dupont.example"))
    import_text(row("Code client;Client;E-mail", "X", "Dupont SA", "contact@dupont.example"), source_name="B")
    assert Client.objects.count() == 1


def test_an_auxiliary_in_a_table_finds_the_client_of_the_books():
    import_text(text(*sale("CDUP", 1000, aux_label="Dupont")))
    import_text(row("Code client;Compte auxiliaire;Client", "7", "CDUP", "Dupont SARL"))
    assert Client.objects.count() == 1


def test_two_sets_of_books_may_use_one_auxiliary_for_two_clients():
    import_text(text(*sale("C1", 1000, aux_label="Dupont")), name="732829320FEC20251231.txt")
    import_text(text(*sale("C1", 1000, aux_label="Martin")), source_name="Filiale")
    assert Client.objects.count() == 2


def test_without_code_the_exact_name_is_the_key_but_for_case_and_spaces():
    import_text(row("Client", "Garage  Martin"))
    import_text(row("Client", "GARAGE MARTIN"))
    assert Client.objects.count() == 1


def test_a_similar_name_is_somebody_else():
    import_text(row("Client", "Garage Martin") + "Garage Martin SARL;13/01/2025;5\nGarage Märtin;13/01/2025;5\n")
    assert Client.objects.count() == 3


def test_a_row_without_siret_finds_the_client_that_another_row_identifies():
    import_text(f"Client;SIRET;Date;Montant HT\nDupont;{SIRET};13/01/2025;1\ndupont;;14/01/2025;2\n")
    assert Client.objects.count() == 1


def test_an_identity_that_two_clients_share_answers_nobody():
    ClientFactory(name="A", email="x@y.example"), ClientFactory(name="B", email="x@y.example")
    import_text(row("Client;E-mail", "C", "x@y.example"))
    assert Client.objects.count() == 3


def test_blanks_are_filled_with_a_before_image_and_what_a_person_wrote_stays():
    owner = UserFactory()
    import_text(row("Code client;Client;Ville", "C1", "Dupont", ""))
    Client.objects.update(name="Dupont (le bon)", owner=owner, notes="rappeler")
    batch = import_text(row("Code client;Client;Ville", "C1", "DUPONT", "Orléans"))
    client = Client.objects.get()
    assert (client.name, client.city, client.owner, client.notes) == ("Dupont (le bon)", "Orléans", owner, "rappeler")
    assert ImportChange.objects.get(batch=batch, table="clients_client").before["city"] == ""


@pytest.mark.parametrize("heading", ["NAF", "APE", "Code APE", "code NAF"])
def test_an_activity_code_is_kept_with_its_nomenclature(heading):
    import_text(row(f"Client;{heading}", "Dupont", "62.01z - Programmation"))
    assert Client.objects.values_list("naf_code", "naf_nomenclature").get() == ("6201Z", "NAFRev2")


@pytest.mark.parametrize(("written", "kept"), [("62.99X", "6299X"), ("boulanger", ""), ("", "")])
def test_an_unknown_activity_code_is_kept_and_words_are_not(written, kept):
    import_text(row("Client;NAF", "Dupont", written))
    assert Client.objects.get().naf_code == kept


def test_an_activity_code_fills_a_blank_and_never_replaces_another():
    import_text(row("Code client;Client;NAF", "C1", "Dupont", ""))
    import_text(row("Code client;Client;NAF", "C1", "Dupont", "6201Z") + "C1;Dupont;6201Z;15/01/2025;9\n")
    import_text(row("Code client;Client;NAF", "C1", "Dupont", "4321A") + "C1;Dupont;4321A;16/01/2025;9\n")
    assert Client.objects.values_list("naf_code", "naf_nomenclature").get() == ("6201Z", "NAFRev2")


def test_a_name_is_filed_once_and_keys_name_their_import():
    batch = import_text(row("Code client;Client", "C1", "Dupont"))
    key = ClientKey.objects.get()
    assert (key.kind, key.value, key.created_by_import) == (ClientKey.Kind.CODE, "C1", batch)
    assert not Contact.objects.exists()


def test_a_service_is_found_by_code_else_by_name_without_case_or_accents():
    import_text("Client;Date;Référence article;Article;Montant HT\nA;13/01/2025;P1;Paie;1\nB;13/01/2025;;Révision;2\n")
    import_text("Client;Date;Référence article;Article;Montant HT\nA;14/01/2025;P1;Paies;1\nB;14/01/2025;;REVISION;2\n")
    import_text("Client;Date;Article;Montant HT\nA;15/01/2025;paie;1\n")
    assert sorted(Service.objects.values_list("code", flat=True)) == ["P1", "revision"]
