"""Importing prospects from a page: a preview that writes nothing, who stays out and why, then all of it, scored."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.models import Prospect
from clients.models import TableImport
from cockpit.prospects import forms
from tests.cockpit.prospects.conftest import page
from tests.factories import ClientFactory, ProspectFactory

URL = "/prospects/importer/"
SIRENE = (
    "siren,siret,statutDiffusionEtablissement,trancheEffectifsEtablissement,denominationUniteLegale,"
    "codePostalEtablissement,etatAdministratifEtablissement,activitePrincipaleEtablissement\n"
    "732829320,73282932000074,O,11,CODEURS,12000,A,62.01Z\n"
    "732829320,73282932000108,P,11,SECRET,12000,A,62.01Z\n"
    "552081317,55208131766522,O,11,CLOS,12000,F,62.01Z\n"
)


def sent(browser, text, **fields):
    return browser.post(URL, {"file": SimpleUploadedFile("sirene.csv", text.encode())} | fields)


def test_a_sirene_extract_is_looked_at_then_written_and_scored(chief, director, portrait):
    response = sent(chief, SIRENE)
    assert not Prospect.objects.exists()
    text = page(response)
    assert "Entreprise qui s’oppose à la diffusion de ses données (Sirene)" in text
    assert "Établissement fermé (Sirene)" in text
    token = response.context["kept"].token
    text = page(chief.post(f"{URL}confirmer/", {"token": token}, follow=True))
    assert "Import terminé : 1 ligne créée" in text
    assert Prospect.objects.get().points == 26
    assert TableImport.objects.get().launched_by == director


def test_what_is_known_is_updated_and_a_client_stays_out(chief):
    ClientFactory(siren="552081317")
    ProspectFactory(siren="732829320", siret="73282932000074", state="interested")
    report = sent(chief, "Nom;SIRET;Ville\nCodeurs;73282932000074;Rodez\nEDF;55208131766522;Paris\n").context["report"]
    assert (report.created, report.updated, report.left_out) == (0, 1, 1)


@pytest.mark.parametrize("text", ["", "rien;du;tout\n1;2;3\n"])
def test_a_file_that_is_no_list_says_why(chief, text):
    response = sent(chief, text)
    assert response.status_code == 422
    assert response.context["form"].errors["file"]


def test_a_preview_is_confirmed_once(chief):
    token = sent(chief, SIRENE).context["kept"].token
    chief.post(f"{URL}confirmer/", {"token": token})
    text = page(chief.post(f"{URL}confirmer/", {"token": token}, follow=True))
    assert "Cet aperçu n’est plus valable" in text
    assert Prospect.objects.count() == 1
    assert "Cet aperçu n’est plus valable" in page(chief.post(f"{URL}confirmer/", {}, follow=True))


def test_the_files_imported_before_are_listed(chief):
    token = sent(chief, SIRENE).context["kept"].token
    chief.post(f"{URL}confirmer/", {"token": token})
    assert "sirene.csv" in page(chief.get(URL))


def test_who_may_not_import_does_not(browser):
    assert browser.get(URL).status_code == 403


def test_of_a_long_extract_only_the_areas_asked_for_are_kept(chief):
    extract = SIRENE + "356000000,35600000000048,O,11,LA POSTE,75015,A,53.10Z\n"
    report = sent(chief, extract, departements="12 ; 81").context["report"]
    assert (report.created, report.left_out) == (1, 3)
    assert report.reasons["Hors des départements demandés"] == 1
    assert "Département inconnu : 99" in page(sent(chief, extract, departements="12,99"))


def test_a_file_beyond_what_is_read_is_refused(chief, monkeypatch):
    monkeypatch.setattr(forms, "MOST_BYTES", 10)
    assert "dépasse 100 Mo" in page(sent(chief, SIRENE))
