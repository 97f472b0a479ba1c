"""Importing in a real browser: the owner's first ten minutes on a dirty spreadsheet, and real files of other people."""

import io
import random
import re
import threading

import pytest
import xlsxwriter
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.test import Client as Visitor
from playwright.sync_api import expect

from accounts.models import Firm
from accounts.roles import Role
from clients import tasks
from clients.imports import pipeline
from clients.models import Client, Import, Invoice
from segmentation import nightly
from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
MOST_CLICKS = 12
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def work(import_id):
    """What a worker does when it is called, on a connection of its own."""
    try:
        pipeline.process(import_id)
        nightly.score_new_facts()
    finally:
        connection.close()


@pytest.fixture(autouse=True)
def _workers(monkeypatch):
    """A worker of its own for each call, all done before the test ends."""
    called = []

    def call(import_id):
        called.append(threading.Thread(target=work, args=[import_id]))
        called[-1].start()

    monkeypatch.setattr(tasks.process_import, "delay_on_commit", call)
    yield
    for worker in called:
        worker.join(60)


class Owner:
    """A person at a browser, whose clicks are counted and whose console is heard."""

    def __init__(self, page):
        self.page, self.clicks, self.said = page, 0, []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def click(self, target):
        self.clicks += 1
        target.click()

    def press(self, name):
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def drop(self, *files):
        self.page.goto("/importer/")
        self.page.set_input_files("input[type=file]", files)

    def reach(self, step):
        self.page.wait_for_url(f"**/{step}/**", timeout=60_000)

    def reach_one_of(self, *steps):
        self.page.wait_for_url(re.compile(rf"/importer/\d+/({'|'.join(steps)})/"), timeout=60_000)

    def broken_rules(self):
        found = Axe().run(self.page, options=RULES).response["violations"]
        wider = self.page.evaluate(WIDER_THAN_THE_WINDOW)
        return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found] + [wider] * (wider > 0)

    def to_the_report(self, *files):
        """Import these files, taking every guess as it is."""
        self.drop(*files)
        self.press("Continuer")
        self.reach_one_of("colonnes", "controle", "bilan")
        if "/colonnes/" in self.page.url:
            for question in self.page.locator("fieldset:has(input[type=radio])").all():
                if not question.locator("input:checked").count():
                    question.locator("input").first.check()
            self.press("Vérifier")
            self.reach_one_of("controle", "bilan")
        if "/controle/" in self.page.url and self.page.get_by_role("button", name="Importer", exact=True).count():
            self.press("Importer")
            self.reach("bilan")
        return Import.objects.order_by("-pk").first()


@pytest.fixture
def owner(browser, live_server, transactional_db):
    Firm.objects.create(pk=Firm.ONLY, name="Menuiserie Vidal")
    visitor = Visitor()
    visitor.force_login(UserFactory(roles=[Role.DIRECTION]))
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="fr-FR", accept_downloads=True
    )
    session = {"name": "sessionid", "value": visitor.cookies["sessionid"].value, "url": live_server.url}
    context.add_cookies([session])
    yield Owner(context.new_page())
    context.close()


HEADINGS = [
    "Client", "Contact", "Ville", "CP", "N° facture", "Date facture", "Prestation", "Montant", "Mode", "Échéance",
    "Suivi par", "Remarque",
]  # fmt: skip
DOUBLES = [("Garage Noël", "GARAGE NOEL SARL"), ("Boulangerie Estève", "Boulangerie Esteve"),
           ("Pharmacie Tissot", "PHARMACIE TISSOT SELARL"), ("Optique Vial", "Optique Vial SAS")]  # fmt: skip


TRADES = ["Menuiserie", "Cave", "Imprimerie", "Plomberie", "Librairie", "Scierie", "Ferme"]
TOWNS = ["Gaillac", "Castres", "Rodez", "Millau", "Cordes", "Graulhet", "Lavaur"]


def dirty_workbook():
    """A title, headings below, amounts as text, two spellings of four clients, blank rows and a total."""
    chance = random.Random(12)
    names = [name for pair in DOUBLES for name in pair] + [f"{trade} {town}" for trade in TRADES for town in TOWNS]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Ventes")
        workbook.add_worksheet("Notes").write_row(0, 0, ["penser aux étrennes"])
        sheet.write(0, 0, "CA clients 2026")
        sheet.write_row(3, 0, HEADINGS)
        total = 0
        for row in range(600):
            euros = round(5000 / (1 + chance.random() * 40))
            amount = f"{euros:,},00 €".replace(",", " ", euros // 1000 > 0)
            total += euros
            day, month = chance.randint(1, 28), chance.randint(1, 10)
            cells = [
                names[int(len(names) * chance.random() ** 2)], "", "Albi", "81000", f"FA-{row:04}",
                f"{day:02}/{month:02}/2026", "Pose", amount, "VIR", "", "",
                "",
            ]  # fmt: skip
            sheet.write_row(4 + row + row // 100, 0, cells)
        sheet.write_row(615, 0, ["Total", *[""] * 6, f"{total},00 €"])
    return file.getvalue(), total


def test_the_owner_sees_the_ribbons_within_twelve_clicks_of_a_dirty_spreadsheet(owner):
    content, total = dirty_workbook()
    owner.drop({"name": "CA clients 2026.xlsx", "mimeType": "application/octet-stream", "buffer": content})
    owner.press("Continuer")
    owner.reach("colonnes")
    page = owner.page
    amount = page.locator("tr", has=page.get_by_text("Montant", exact=True))
    expect(amount).to_contain_text("À confirmer")
    owner.click(page.get_by_label("Oui, hors taxes"))
    assert owner.broken_rules() == []
    owner.press("Vérifier")
    owner.reach("controle")
    main = page.locator("main")
    expect(main).to_contain_text(re.compile(f"{total:,}".replace(",", r"\s")))
    expect(main).to_contain_text("Lignes de total")
    expect(main).to_contain_text(re.compile(r"4\sclients en double probable"))
    assert (Client.objects.count(), Invoice.objects.count()) == (0, 0)
    assert owner.broken_rules() == []
    for pair in page.locator("fieldset.pair").all():
        owner.click(pair.get_by_label("C’est le même client"))
    owner.press("Importer")
    owner.reach("bilan")
    assert owner.broken_rules() == []
    owner.click(page.get_by_role("link", name="Voir ma segmentation"))
    page.wait_for_url("**/")
    expect(page.locator("main")).to_contain_text("Palier A")
    assert (Invoice.objects.count(), Client.objects.filter(name__icontains="garage no").count()) == (600, 1)
    assert owner.clicks <= MOST_CLICKS
    assert owner.said == []


def test_a_phone_takes_the_same_way(owner):
    owner.page.set_viewport_size({"width": 390, "height": 844})
    content, _total = dirty_workbook()
    owner.drop({"name": "ventes.xlsx", "mimeType": "application/octet-stream", "buffer": content})
    owner.press("Continuer")
    owner.reach("colonnes")
    assert owner.broken_rules() == []
    owner.press("Vérifier")
    owner.reach("controle")
    assert owner.broken_rules() == []


def test_the_way_is_open_without_javascript(browser, live_server, owner):
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, storage_state=owner.page.context.storage_state()
    )
    plain = Owner(context.new_page())
    table = "Client;Date;Montant HT\nDupont;13/01/2025;100\n"
    plain.drop({"name": "v.csv", "mimeType": "text/csv", "buffer": table.encode()})
    plain.press("Continuer")
    plain.reach("colonnes")
    plain.press("Vérifier")
    plain.reach("controle")
    plain.press("Importer")
    plain.reach("bilan")
    assert Invoice.objects.count() == 1
    context.close()


@pytest.mark.shared
def test_a_farm_imports_its_books(owner, shared):
    batch = owner.to_the_report(shared / "data/fec/0000000001FEC20220831.txt")
    assert (batch.status, batch.created, str(batch.imported_total)) == ("committed", 400, "1049934.32")
    assert owner.said == []


@pytest.mark.shared
def test_books_without_clients_are_refused_in_words(owner, shared):
    owner.drop(shared / "data/fec/123456789FEC20500930.txt")
    owner.press("Continuer")
    owner.reach("controle")
    expect(owner.page.locator("main")).to_contain_text("Aucun client identifiable")
    assert not Invoice.objects.exists()


@pytest.mark.shared
def test_orders_of_a_shop_give_their_customers(owner, shared):
    batch = owner.to_the_report(shared / "data/transactions/rfm_data_orders.csv")
    assert (batch.status, batch.created, Client.objects.count()) == ("committed", 4906, 995)


@pytest.mark.shared
def test_a_text_without_headings_is_read_once_its_columns_are_named(owner, shared):
    """Master id, id, date, CDs, dollars, between spaces and without a row of headings."""
    owner.drop(shared / "data/transactions/CDNOW_sample.txt")
    owner.press("Continuer")
    owner.reach("colonnes")
    for place, field in ((1, "client"), (2, "date"), (4, "amount")):
        owner.page.locator("tbody select").nth(place).select_option(field)
    owner.press("Vérifier")
    owner.reach("controle")
    owner.press("Importer")
    owner.reach("bilan")
    batch = Import.objects.get()
    assert (batch.created, str(batch.imported_total), Client.objects.count()) == (6919, "244091.94", 2357)


@pytest.mark.shared
def test_electronic_invoices_of_several_syntaxes_come_in_together(owner, shared):
    """One PDF without data is told and left out, the same invoice twice is one, the credit note is negative."""
    files = sorted((shared / "data/einvoice").iterdir())
    assert len(files) == 7
    owner.drop(*files)
    owner.press("Continuer")
    owner.reach("controle")
    expect(owner.page.locator("main")).to_contain_text("no_embedded_data.pdf")
    owner.press("Importer")
    owner.reach("bilan")
    assert Invoice.objects.filter(number="FA-2017-0010").count() == 1
    assert str(Invoice.objects.get(number="FA-2017-0010").amount_ht) == "624.90"
    assert Invoice.objects.filter(amount_ht="-218.48", kind="credit_note").count() == 1
