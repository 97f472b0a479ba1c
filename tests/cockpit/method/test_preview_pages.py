"""The preview of a draft: watched, read, taken away; the same figures in the counters, the list and the file."""

import csv
import io
from decimal import Decimal

import pytest

from accounts.models import Export
from segmentation import drafting, scoring
from segmentation.models import Preview, Rules
from tests.factories import ClientFactory, ScoreFactory, ScoringRunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def preview(direction):
    """A finished preview where nobody changes yet."""
    official = ScoringRunFactory()
    draft = drafting.begin(by=direction)
    Rules.objects.filter(pk=draft.pk).update(new_client_days=60)
    trial = ScoringRunFactory(kind="draft", rules=draft, facts_version=scoring.facts_version())
    return Preview.objects.create(
        rules=draft, revision=draft.revision, run=trial, baseline=official, status="done", asked_by=direction
    )


def moved(preview, count=1, **now):
    clients = [ClientFactory() for _ in range(count)]
    for number, client in enumerate(clients, start=1):
        ScoreFactory(run=preview.baseline, client=client, tier_revenue=Decimal(100 * number))
        ScoreFactory(run=preview.run, client=client, **({"tier": "A"} | now))
    return clients


def address(preview):
    return f"/segmentation/regles/apercu/{preview.pk}/"


def text(answer):
    return answer.content.decode()


def test_who_changes_is_counted_weighed_and_listed_from_where_to_where(client, preview):
    first, second = moved(preview, 2)
    page = client.get(address(preview))
    assert page.context["result"].moved.clients == 2
    assert [one.pk for one in page.context["page"]] == [second.pk, first.pk]
    assert "300\u00a0€" in text(page)
    assert first.name in text(page)


def test_nobody_changing_is_said(client, preview):
    client_ = ClientFactory()
    ScoreFactory(run=preview.baseline, client=client_)
    ScoreFactory(run=preview.run, client=client_)
    assert "Personne : ces réglages" in text(client.get(address(preview)))


def test_a_current_preview_offers_to_publish_and_a_stale_one_does_not(client, preview):
    assert "Publier la v2" in text(client.get(address(preview)))
    Rules.objects.filter(pk=preview.rules_id).update(revision=9)
    page = text(client.get(address(preview)))
    assert "Publier la v2" not in page
    assert "n’est plus celui du brouillon" in page


def test_the_tabs_narrow_the_list_to_one_kind_of_change(client, preview):
    moved(preview, 1, segment="champions", tier="B")
    assert len(client.get(f"{address(preview)}?voir=segment").context["page"]) == 1
    assert len(client.get(f"{address(preview)}?voir=palier").context["page"]) == 0
    assert len(client.get(f"{address(preview)}?voir=inconnu").context["page"]) == 1


def test_the_file_holds_the_rows_of_the_list_and_is_journaled(client, preview):
    moved(preview, 30)
    answer = client.post(f"{address(preview)}export/csv/")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 31
    assert rows[1][2:4] == ["Palier B · Réguliers", "Palier A · Champions"]
    assert Export.objects.get().row_count == client.get(address(preview)).context["result"].moved.clients == 30


def test_the_list_asks_the_same_of_the_database_for_3_clients_and_for_300(
    client, preview, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(40) as asked:
            client.get(address(preview))
        return len(asked)

    moved(preview, 3)
    queries()
    few = queries()
    moved(preview, 297)
    assert queries() == few


@pytest.mark.parametrize(("status", "said"), [("queued", "En attente"), ("running", 'value="55"')])
def test_a_preview_at_work_says_how_far_it_is_and_asks_again(client, preview, status, said):
    Preview.objects.update(status=status, percent_done=55)
    page = text(client.get(address(preview)))
    assert said in page
    assert 'http-equiv="refresh"' in page
    fragment = client.get(address(preview), headers={"HX-Request": "true"})
    assert (fragment.status_code, 'hx-trigger="every 1s"' in text(fragment)) == (200, True)


def test_a_finished_preview_stops_the_asking(client, preview):
    fragment = client.get(address(preview), headers={"HX-Request": "true"})
    assert (fragment.status_code, "hx-trigger" in text(fragment)) == (286, False)


def test_the_whole_page_is_loaded_once_its_preview_is_over(client, preview):
    fragment = client.get(f"{address(preview)}?entier=1", headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == address(preview)


def test_a_failed_preview_says_why_and_offers_another_try(client, preview):
    Preview.objects.update(status="failed", error="Le disque est plein.")
    page = text(client.get(address(preview)))
    assert "Le disque est plein." in page
    sent = {"version": 2, "revision": preview.revision}
    answer = client.post("/segmentation/regles/apercu/", sent)
    assert answer["Location"] == address(Preview.objects.get(status="queued"))


def test_asking_for_a_draft_that_is_no_more_is_refused_in_words(client, preview):
    sent = {"version": 2, "revision": preview.revision + 5}
    assert "a changé entre-temps" in text(client.post("/segmentation/regles/apercu/", sent, follow=True))


def test_tiers_that_could_not_be_ranked_are_warned_of(client, preview):
    type(preview.run).objects.filter(pk=preview.run_id).update(frequency_fallback="few-clients")
    assert "faute de pouvoir classer" in text(client.get(address(preview)))


def test_comparing_with_a_trial_says_so(client, preview):
    type(preview.run).objects.filter(pk=preview.baseline_id).update(kind="draft")
    assert "Des factures sont arrivées" in text(client.get(address(preview)))
