"""Importing time spent: names asked once, the same file twice, each import taken back."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from clients.exporting import xlsx_file
from clients.models import TableImport, TimeEntry
from segmentation.models import ClientTime
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory, TimeEntryFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/importer/temps/"
HEAD = "Client;Date;Collaborateur;Durée;Libellé\n"


class Page:
    """Somebody before the page, with a browser of the tests."""

    def __init__(self, browser):
        self.browser = browser

    def preview(self, content, name="temps.csv"):
        content = content.encode() if isinstance(content, str) else content
        return self.browser.post(URL, {"file": SimpleUploadedFile(name, content)})

    def confirm(self, *answers):
        token = TableImport.objects.waiting().values_list("token", flat=True).last()
        return self.browser.post(f"{URL}confirmer/", {"token": token or "", "confirme": list(answers)}, follow=True)

    def bring(self, content, *answers, name="temps.csv"):
        """The report of the preview; what it showed is confirmed."""
        shown = self.preview(content, name)
        self.confirm(*answers)
        return shown.context["report"]

    def undo(self):
        return self.browser.post(f"{URL}{TableImport.objects.latest('imported_at').pk}/annuler/", follow=True)


@pytest.fixture
def page(client):
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR], first_name="Nadia", last_name="Benali"))
    return Page(client)


@pytest.fixture
def sorel():
    return ClientFactory(name="Boulangerie Sorel", code="C1")


@pytest.fixture
def claire():
    return UserFactory(first_name="Claire", last_name="Fabre", email="claire@cabinet.example")


def hours():
    return sorted(TimeEntry.objects.values_list("hours", flat=True))


def counts(report):
    return report.created, report.updated, report.unchanged, report.left_out, report.errors


def test_client_date_person_and_duration_are_enough(page, sorel, claire):
    page.bring(f"{HEAD}Boulangerie Sorel;03/10/2026;Claire Fabre;1:30;Bilan\nboulangerie SOREL;04/10/2026;CF;90 min;\n")
    found = TimeEntry.objects.order_by("spent_on").values_list("client", "person", "spent_on", "hours", "label")
    assert list(found) == [
        (sorel.pk, claire.pk, dt.date(2026, 10, 3), Decimal("1.5"), "Bilan"),
        (sorel.pk, claire.pk, dt.date(2026, 10, 4), Decimal("1.5"), ""),
    ]


def test_a_preview_writes_nothing(page, sorel, claire):
    report = page.preview(f"{HEAD}Boulangerie Sorel;03/10/2026;Claire Fabre;1;\n").context["report"]
    assert (report.created, TimeEntry.objects.count()) == (1, 0)


def test_a_workbook_comes_in_with_its_own_dates_and_numbers(page, sorel, claire):
    rows = [("C1", dt.date(2026, 10, 3), "claire@cabinet.example", Decimal("2.25"))]
    with xlsx_file(["Code client", "Date", "Intervenant", "Heures"], rows) as file:
        page.bring(file.read(), name="temps.xlsx")
    assert hours() == [Decimal("2.25")]


def test_without_a_person_the_hours_are_those_of_who_imports(page, sorel):
    page.bring("Client;Date;Heures\nBoulangerie Sorel;03/10/2026;2\n")
    assert TimeEntry.objects.get().person.first_name == "Nadia"


def test_minutes_have_a_column_of_their_own(page, sorel):
    page.bring("Client;Date;Minutes\nBoulangerie Sorel;03/10/2026;45\n")
    assert hours() == [Decimal("0.75")]


def test_the_same_file_twice_in_another_order_changes_nothing_even_with_equal_rows(page, sorel, claire):
    lines = [f"Boulangerie Sorel;03/10/2026;Claire Fabre;{text};Bilan\n" for text in ("1", "2", "1")]
    assert counts(page.bring(HEAD + "".join(lines))) == (3, 0, 0, 0, 0)
    assert counts(page.preview(HEAD + "".join(reversed(lines))).context["report"]) == (0, 0, 3, 0, 0)
    assert hours() == [1, 1, 2]


def test_a_duration_put_right_in_the_file_replaces_the_former_one(page, sorel, claire):
    page.bring(f"{HEAD}Boulangerie Sorel;03/10/2026;Claire Fabre;1;Bilan\n")
    assert counts(page.bring(f"{HEAD}Boulangerie Sorel;03/10/2026;Claire Fabre;3;Bilan\n")) == (0, 1, 0, 0, 0)
    assert hours() == [3]


def test_rows_with_a_number_are_known_by_it(page, sorel, claire):
    head = "N°;Client;Date;Collaborateur;Heures\n"
    page.bring(f"{head}7;Boulangerie Sorel;03/10/2026;Claire Fabre;1\n")
    page.bring(f"{head}7;Boulangerie Sorel;05/10/2026;Claire Fabre;1\n8;Boulangerie Sorel;05/10/2026;Claire Fabre;1\n")
    assert sorted(TimeEntry.objects.values_list("spent_on", flat=True)) == [dt.date(2026, 10, 5)] * 2


def test_an_unknown_person_is_asked_once_and_remembered(page, sorel, claire):
    lines = "Boulangerie Sorel;03/10/2026;Clairette;1;\nBoulangerie Sorel;04/10/2026;Clairette;2;\n"
    shown = page.preview(HEAD + lines)
    (question,) = shown.context["report"].questions.values()
    assert (question.name, question.lines) == ("Clairette", [2, 3])
    page.confirm(f"{claire.pk}|personne:clairette")
    assert set(TimeEntry.objects.values_list("person", flat=True)) == {claire.pk}
    again = page.preview(f"{HEAD}Boulangerie Sorel;05/10/2026;Clairette;1;\n")
    assert (again.context["report"].created, again.context["report"].questions) == (1, {})


def test_a_name_that_resembles_a_client_is_asked_and_one_that_does_not_stays_out(page, sorel, claire):
    lines = "Boulangerie Sorell;03/10/2026;Claire Fabre;1;\nCongés;04/10/2026;Claire Fabre;7;\n"
    shown = page.preview(HEAD + lines)
    answers = {question.name: question.answers for question in shown.context["report"].questions.values()}
    assert [label for _value, label in answers["Boulangerie Sorell"]] == ["Boulangerie Sorel (C1)"]
    assert answers["Congés"] == []
    page.confirm(answers["Boulangerie Sorell"][0][0])
    assert list(TimeEntry.objects.values_list("client", "hours")) == [(sorel.pk, 1)]


def test_a_client_that_the_importer_may_not_see_is_never_an_answer(page, sorel, claire):
    page.preview(f"{HEAD}Boulangerie Sorell;03/10/2026;Claire Fabre;1;\n")
    page.confirm("999999|client:boulangerie sorell")
    assert not TimeEntry.objects.exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Boulangerie Sorel;hier;Claire Fabre;1;", "Écrivez-la ainsi : 31/03/2026"),
        ("Boulangerie Sorel;03/10/2026;Claire Fabre;un peu;", "1,5 ou 1:30 ou 90 min"),
        ("Boulangerie Sorel;03/10/2026;;1;", "ne dit pas qui"),
    ],
)
def test_a_row_in_error_says_its_line_and_how_to_repair_it(page, sorel, claire, row, words):
    good = "".join(f"Boulangerie Sorel;{day:02}/10/2026;Claire Fabre;1;\n" for day in range(1, 7))
    report = page.bring(f"{HEAD}{good}{row}\n")
    (problem,) = report.problems
    assert (problem.line, words in problem.message) == (8, True)
    assert len(hours()) == 6


def test_rows_without_client_or_without_duration_stay_out_without_being_wrong(page, sorel, claire):
    report = page.preview(f"{HEAD};03/10/2026;Claire Fabre;1;\nBoulangerie Sorel;03/10/2026;Claire Fabre;0;\n").context[
        "report"
    ]
    assert report.reasons == {"Temps sans client": 1, "Durée nulle": 1}
    assert report.errors == 0


def test_a_file_without_durations_is_refused_with_the_headings_it_has(page):
    answer = page.preview("Client;Date\nSorel;03/10/2026\n")
    assert answer.status_code == 422
    assert "Il manque la colonne « Heures » ou « Minutes »" in answer.content.decode()


def test_undoing_removes_what_came_puts_back_what_changed_and_leaves_the_rest(page, sorel, claire):
    by_hand = TimeEntryFactory(client=sorel)
    page.bring(f"{HEAD}Boulangerie Sorel;03/10/2026;Claire Fabre;1;Bilan\n")
    page.bring(
        f"{HEAD}Boulangerie Sorel;03/10/2026;Claire Fabre;3;Bilan\nBoulangerie Sorel;04/10/2026;Claire Fabre;5;\n"
    )
    assert hours() == [2, 3, 5]
    for _ in range(2):  # the second click changes nothing
        page.undo()
        assert hours() == [1, 2]
    assert TimeEntry.objects.filter(pk=by_hand.pk).exists()


def test_undoing_leaves_what_was_changed_since(page, sorel, claire):
    page.bring(f"{HEAD}Boulangerie Sorel;03/10/2026;Claire Fabre;1;Bilan\n")
    page.bring(f"{HEAD}Boulangerie Sorel;03/10/2026;Claire Fabre;3;Bilan\n")
    TimeEntry.objects.update(hours=8)
    page.undo()
    assert hours() == [8]


def test_the_figures_on_show_follow_the_import_and_its_undoing(page, sorel, claire):
    score = ScoreFactory(run=ScoringRunFactory(), client=sorel, tier_revenue=Decimal(600))
    page.bring(f"{HEAD}Boulangerie Sorel;03/10/2026;Claire Fabre;4;\n")
    assert ClientTime.objects.get(score=score).revenue_per_hour == 150
    page.undo()
    assert not ClientTime.objects.exists()


def test_the_model_to_fill_is_recognised_whole(page, sorel, claire):
    model = page.browser.get("/importer/modeles/temps/")
    assert page.preview(model.content, "modele-temps.xlsx").context["form"].errors["file"][0].count("aucune ligne") == 1
