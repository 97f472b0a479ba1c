import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from clients import sectors
from clients.master_data import naf
from clients.models import Client, NafCode
from tests.factories import ClientFactory, NafCodeFactory

pytestmark = pytest.mark.django_db
TITLES = 'Code;Libellé\n6201Z;"Programmation informatique"\n4321A;"Travaux électriques"\n'
ALL_LEVELS = (
    "Ligne;Code; Intitulés de la  NAF rév. 2, version finale \n"
    "1;SECTION J;Information\n2;62;Programmation\n3;62.01Z;Logiciels\n"
)


def load(*paths):
    return [report for _path, report in naf.load(paths, by=User())]


def table(folder: Path, content: str, name="naf.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("text", ["62.01Z", "6201Z", "62.01z", " 62 01 z "])
def test_a_code_is_kept_without_its_dot_however_it_is_written(text):
    assert sectors.normalised(text) == "6201Z"


def test_a_code_is_shown_with_its_dot_and_what_is_none_as_it_is():
    assert (sectors.written("6201Z"), sectors.written("62"), sectors.written("ABC")) == ("62.01Z", "62", "ABC")


@pytest.mark.parametrize(
    ("code", "letter"),
    [("0111Z", "A"), ("0311Z", "A"), ("0510Z", "B"), ("3320D", "C"), ("4399C", "F"), ("4511Z", "G"), ("9900Z", "U")],
)
def test_the_division_of_a_code_says_its_section(code, letter):
    assert sectors.section_of(code) == letter


@pytest.mark.parametrize("code", ["", "0400Z", "4400Z", "8900A", "00", "XY"])
def test_a_division_that_does_not_exist_has_no_section(code):
    assert sectors.section_of(code) == ""


def test_the_88_divisions_are_shared_among_21_sections():
    shared = [division for letter in sectors.Section.values for division in sectors.divisions_of(letter)]
    assert (len(shared), len(set(shared)), len(sectors.Section.values)) == (88, 88, 21)


def test_clients_are_found_by_section_by_code_and_by_title():
    builder, coder, nobody = (ClientFactory(naf_code=code) for code in ("4321A", "6201Z", ""))
    NafCodeFactory(code="4321A", label="Travaux d’installation électrique")
    clients = Client.objects
    assert set(clients.in_sections(["F"])) == {builder}
    assert set(clients.in_sector("j")) == {coder}
    assert set(clients.in_sector("62.01z")) == {coder}
    assert set(clients.with_activity("62.0")) == {coder}
    assert set(clients.with_activity("ELECTRIQUE installation")) == {builder}
    assert set(clients.without_sector()) == {nobody}


def test_a_code_that_is_not_of_the_nomenclature_is_kept_and_flagged():
    right, wrong = ClientFactory(naf_code="6201Z"), ClientFactory(naf_code="6299X")
    odd = ClientFactory(naf_code="44XX")
    ClientFactory(naf_code="")
    assert set(Client.objects.with_unknown_naf()) == {odd}
    NafCodeFactory(code="6201Z")
    assert set(Client.objects.with_unknown_naf()) == {wrong, odd}
    assert right.section == wrong.section == "J"


def test_the_nomenclature_is_loaded_once_and_corrected_by_loading_again(tmp_path):
    assert load(table(tmp_path, TITLES))[0].created == 2
    assert load(table(tmp_path, TITLES))[0].unchanged == 2
    corrected = TITLES.replace("électriques", "d’électricité")
    assert load(table(tmp_path, corrected))[0].updated == 1
    assert NafCode.objects.get(code="4321A").label == "Travaux d’électricité"


def test_only_the_last_level_of_a_table_of_all_levels_is_kept(tmp_path):
    report = load(table(tmp_path, ALL_LEVELS))[0]
    assert (report.created, report.left_out, report.errors) == (1, 2, 0)
    assert str(NafCode.objects.get()) == "62.01Z Logiciels"


def test_the_command_loads_a_folder_and_counts_the_codes_that_nobody_knows(tmp_path):
    ClientFactory(naf_code="6299X")
    table(tmp_path, '"code";"libelle"\n"J";"Information"\n', "naf1.csv")
    table(tmp_path, TITLES, "naf5.csv")
    said = io.StringIO()
    call_command("load_naf", tmp_path, stdout=said)
    assert NafCode.objects.count() == 2
    assert "2 codes connus ; 1 clients portent un code qui n’en est pas." in said.getvalue()


def test_a_file_that_is_no_nomenclature_is_refused_and_changes_nothing(tmp_path):
    table(tmp_path, TITLES, "a.csv")
    table(tmp_path, "Nom;Ville\nGarage;Dax\n", "b.csv")
    with pytest.raises(CommandError, match=r"« b\.csv »"):
        call_command("load_naf", tmp_path)
    assert not NafCode.objects.exists()


def test_a_place_without_any_table_is_said(tmp_path):
    with pytest.raises(CommandError, match="Aucun tableau"):
        call_command("load_naf", tmp_path)


@pytest.mark.parametrize("code", ["62.01Z", "6201z"])
def test_a_code_typed_in_the_administration_is_kept_as_the_others(client, code):
    client.force_login(User.objects.create_user("a@b.example", "x", roles=["administrator"]))
    contacts = {"contacts-TOTAL_FORMS": 0, "contacts-INITIAL_FORMS": 0}
    fields = {"name": "Garage", "kind": "company", "country": "FR", "naf_code": code}
    assert client.post("/admin/clients/client/add/", {**fields, **contacts}).status_code == 302
    assert Client.objects.get().naf_code == "6201Z"
