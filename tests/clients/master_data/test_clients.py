"""Clients brought in by a table: who is recognised, what is written, what is never cleared."""

import pytest

from clients.models import Client, ClientKey, TableImport
from tests.clients.imports.books import import_text
from tests.factories import ClientFactory, SourceFactory, UserFactory

pytestmark = pytest.mark.django_db
SIRET, OTHER_SIRET = "73282932000074", "55208131766522"
SIREN = SIRET[:9]


@pytest.fixture
def clients(list_of):
    return list_of("clients/client")


def test_a_preview_says_what_would_be_written_and_writes_nothing(clients):
    known = ClientFactory(code="C1", name="Roux", city="Lyon")
    shown = clients.preview("Code client;Nom;Ville\nC1;Roux;Paris\nC2;Blanc;Nice\n")
    page = shown.content.decode()
    assert "1 ligne à créer" in page
    assert "1 à modifier" in page
    assert "<del>Lyon</del> <ins>Paris</ins>" in page
    known.refresh_from_db()
    assert (known.city, Client.objects.count()) == ("Lyon", 1)


def test_a_confirmed_import_creates_updates_and_counts(clients, administrator):
    ClientFactory(code="C1", name="Roux", city="Lyon")
    ClientFactory(code="C3", name="Vert", city="Metz")
    clients.bring("Code client;Nom;Ville\nC1;Roux;Paris\nC2;Blanc;Nice\nC3;Vert;Metz\n")
    assert set(Client.objects.values_list("code", "city")) == {("C1", "Paris"), ("C2", "Nice"), ("C3", "Metz")}
    noted = TableImport.objects.get()
    assert (noted.created, noted.updated, noted.unchanged) == (1, 1, 1)
    assert (noted.launched_by, noted.name, noted.content) == (administrator, "clients", None)


# --- Who is meant ---------------------------------------------------------------------------------


def test_a_client_is_found_by_siret_siren_and_postcode_vat_and_e_mail_in_turn(clients):
    ClientFactory(code="", name="A", siret=SIRET, siren=SIREN)
    ClientFactory(code="", name="B", siren="552081317", postcode="75009")
    ClientFactory(code="", name="C", vat_number="FR40303265045")
    ClientFactory(code="", name="D", email="D@d.example")
    clients.bring(
        "SIRET;SIREN;CP;TVA intra;E-mail;Nom\n"
        f"{SIRET};;;;;A2\n;552 081 317;75009;;;B2\n;;;FR 40 303 265 045;;C2\n;;;;d@d.example;D2\n"
    )
    assert set(Client.objects.values_list("name", flat=True)) == {"A2", "B2", "C2", "D2"}


def test_a_similar_name_never_names_a_client_and_is_told(clients):
    ClientFactory(code="C1", name="Garage Martin")
    report = clients.bring("Code client;Nom\nC9;GARAGE MARTIN SARL\n")
    assert Client.objects.count() == 2
    assert "ressemble à Garage Martin (C1)" in next(iter(report.warnings))


def test_a_row_with_nothing_but_a_name_is_whoever_bears_it_alone(clients):
    ClientFactory(code="C1", name="Garage Martin")
    clients.bring("Nom;Ville\ngarage  MARTIN;Lyon\n")
    assert Client.objects.get().city == "Lyon"


def test_the_same_file_twice_changes_nothing(clients):
    content = "Nom;Ville;Code client\nAube;Lyon;\nBrume;Nice;C7\n"
    clients.bring(content)
    report = clients.preview(content).context["report"]
    assert (report.created, report.updated, report.unchanged) == (0, 0, 2)


def test_a_name_borne_by_several_must_be_told_apart(clients):
    ClientFactory(code="C1", name="Martin", postcode="75011")
    ClientFactory(code="C2", name="Martin", postcode="69001")
    report = clients.preview("Nom;Ville\nMartin;Lyon\n").context["report"]
    assert "Martin (C1, 75011) ; Martin (C2, 69001)" in report.problems[0].message


def test_an_exact_name_answers_for_an_unknown_code_only_when_asked(clients):
    ClientFactory(code="", name="Garage Martin")
    content = "Code client;Nom\nC9;Garage Martin\n"
    assert clients.preview(content).context["report"].created == 1
    clients.bring(content, knows_names=True)
    assert Client.objects.get().code == "C9"


def test_a_code_and_a_siret_of_two_clients_are_an_error(clients):
    ClientFactory(code="C1", name="Roux")
    ClientFactory(code="C2", name="Blanc", siret=SIRET, siren=SIREN)
    report = clients.preview(f"Code;SIRET;Nom\nC1;{SIRET};Roux\n").context["report"]
    assert "« Roux »" in report.problems[0].message
    assert "« Blanc »" in report.problems[0].message


def test_two_clients_may_share_an_e_mail(clients):
    ClientFactory(code="C1", name="Roux", email="compta@cabinet.example")
    clients.bring("Code;Nom;E-mail\nC2;Blanc;compta@cabinet.example\nC3;Vert;compta@cabinet.example\n")
    assert set(Client.objects.values_list("code", "name")) == {("C1", "Roux"), ("C2", "Blanc"), ("C3", "Vert")}


def test_a_code_known_from_imported_invoices_names_its_client(clients):
    client = ClientFactory(code="", name="Roux")
    ClientKey.objects.create(client=client, source=SourceFactory(), kind="code", value="INV-7")
    clients.bring("Code client;Ville\nINV-7;Lyon\n")
    assert Client.objects.get().city == "Lyon"


def test_invoices_imported_later_find_the_client_of_the_list(clients):
    clients.bring("Code client;Nom\nC1;Roux\n;Blanc\n")
    import_text("Code client;Client;Date;Montant HT\nC1;Roux;13/01/2026;100\n;Blanc;14/01/2026;50\n")
    assert Client.objects.count() == 2


def test_a_client_merged_into_another_is_not_woken_up(clients):
    kept = ClientFactory(code="C1", name="Roux")
    ClientFactory(code="C2", name="Roux et fils", merged_into=kept)
    report = clients.preview("Code;Nom\nC2;Roux & fils\n").context["report"]
    assert "fusionné dans « Roux » (C1)" in report.problems[0].message


def test_a_line_repeated_counts_once_and_two_that_disagree_are_an_error(clients):
    rows = [f"C{n};Client {n};Lyon" for n in range(10)]
    report = clients.preview("Code;Nom;Ville\n" + "\n".join([*rows, rows[3], "C4;Client 4;Nice"])).context["report"]
    assert (report.created, report.left_out, report.errors) == (10, 1, 1)
    assert "la ligne 6 désignent la même fiche" in report.problems[0].message


# --- What is written, and what is not -------------------------------------------------------------


def test_columns_that_are_not_in_the_file_stay_as_they_are(clients):
    owner = UserFactory()
    ClientFactory(code="C1", name="Roux", owner=owner, notes="fidèle", phone="0102")
    clients.bring("Code client;Ville\nC1;Lyon\n")
    found = Client.objects.get()
    assert (found.city, found.owner, found.notes, found.phone) == ("Lyon", owner, "fidèle", "0102")


def test_an_empty_cell_clears_nothing(clients):
    owner = UserFactory()
    ClientFactory(code="C1", name="Roux", owner=owner, notes="fidèle", city="Lyon")
    report = clients.bring("Code client;Commercial;Notes;Ville;Client depuis\nC1;;;;\n")
    found = Client.objects.get()
    assert (found.owner, found.notes, found.city, report.unchanged) == (owner, "fidèle", "Lyon", 1)


def test_empty_cells_clear_when_asked_but_never_a_name(clients):
    ClientFactory(code="C1", name="Roux", owner=UserFactory(), notes="fidèle", city="Lyon", country="BE")
    clients.bring("Code client;Commercial;Notes;Ville;Pays\nC1;;;;\n", clears=True)
    found = Client.objects.get()
    assert (found.owner, found.notes, found.city, found.country) == (None, "", "", "FR")
    report = clients.preview("Code client;Nom\nC1;\n", clears=True).context["report"]
    assert report.problems[0].message == "Un client garde un nom. Écrivez-le."


def test_an_owner_is_named_by_e_mail_or_by_name_and_an_unknown_one_changes_nothing(clients):
    old, new = UserFactory(first_name="Zoé", last_name="Roy"), UserFactory(first_name="Inès", last_name="Vial")
    for code in ("C1", "C2", "C3"):
        ClientFactory(code=code, owner=old)
    report = clients.bring(f"Code client;Commercial\nC1;{new.email.upper()}\nC2;vial ines\nC3;Parti Depuis\n")
    owners = list(Client.objects.order_by("code").values_list("owner", flat=True))
    assert owners == [new.pk, new.pk, old.pk]
    assert "« Parti Depuis » ne désigne personne" in next(iter(report.warnings))


def test_somebody_who_left_is_given_no_client(clients):
    ClientFactory(code="C1")
    gone = UserFactory(is_active=False)
    report = clients.bring(f"Code client;Commercial\nC1;{gone.email}\n")
    assert (Client.objects.get().owner, len(report.warnings)) == (None, 1)


def test_a_damaged_or_false_number_is_left_and_the_row_comes_in(clients):
    report = clients.bring("Nom;SIRET\nRoux;7,32829E+13\nBlanc;12345678900011\n")
    assert set(Client.objects.values_list("name", "siret")) == {("Roux", ""), ("Blanc", "")}
    assert len(report.warnings) == 2


def test_what_a_spreadsheet_takes_away_comes_back(clients):
    clients.bring("Nom;Code postal;Téléphone;Pays\nRoux;1000;612345678;France\nPeeters;1000;021234;Belgique\n")
    assert set(Client.objects.values_list("postcode", "phone", "country")) == {
        ("01000", "0612345678", "FR"),
        ("1000", "021234", "BE"),
    }


def test_the_siren_follows_the_siret(clients):
    clients.bring(f"Nom;SIRET\nRoux;{SIRET}\n")
    assert Client.objects.get().siren == SIREN


def test_a_group_is_named_by_code_or_exact_name(clients):
    holding = ClientFactory(code="H1", name="Holding Roux")
    clients.bring("Code;Nom;Groupe\nC1;A;H1\nC2;B;holding ROUX\n")
    assert list(Client.objects.filter(head=holding).values_list("code", flat=True)) == ["C1", "C2"]


def test_errors_name_line_column_and_value_and_the_rest_comes_in(clients):
    rows = "".join(f"C{n};Client {n};2020-01-01;a{n}@b.example\n" for n in range(9))
    shown = clients.preview(f"Code;Nom;Client depuis;E-mail\n{rows}C9;Client 9;hier;pas une adresse\n")
    told = {(problem.line, problem.column, problem.value) for problem in shown.context["report"].problems}
    assert told == {(11, "Client depuis", "hier"), (11, "E-mail", "pas une adresse")}
    assert "Importer les autres lignes" in shown.content.decode()
    clients.confirm()
    assert Client.objects.count() == 9


def test_more_than_one_row_in_five_in_error_refuses_the_file(clients):
    shown = clients.preview("Code;Nom;Client depuis\nC1;A;hier\nC2;B;demain\nC3;C;2020-01-01\n")
    assert "Plus d’une ligne sur cinq" in shown.content.decode()
    clients.confirm()
    assert Client.objects.count() == 0


def test_headings_in_english_in_any_order_and_stacked_under_a_title(clients):
    shown = clients.preview("Our customers;;\n;;\nCity;Customer code;Company name\nLyon;C1;Roux\n")
    assert shown.context["report"].changes[0].values == [
        ("Code client", "", "C1"),
        ("Nom", "", "Roux"),
        ("Ville", "", "Lyon"),
    ]


def test_unknown_columns_are_listed_and_a_missing_one_is_named(clients):
    assert "Lune" in clients.preview("Code;Nom;Lune\nC1;Roux;pleine\n").content.decode()
    page = clients.preview("Ville;Lune\nLyon;pleine\n").content.decode()
    assert "Il manque la colonne « Code client » ou « Nom »" in page
    assert "non reconnus : « Lune »" in page


def test_the_workforce_is_read_as_a_band_or_as_a_number_of_people(clients):
    clients.bring("Code client;Nom;Effectif\nC1;Roux;12\nC2;Blanc;3 à 5 salariés\nC3;Vert;Aucun salarié\n")
    assert list(Client.objects.order_by("code").values_list("workforce", flat=True)) == ["11", "02", "00"]
