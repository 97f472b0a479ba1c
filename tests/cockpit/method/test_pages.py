"""The rules in words for everybody; the draft as a form for whoever manages them."""

import pytest

from accounts.models import Firm
from accounts.roles import Role
from cockpit.method.forms import initial_of
from segmentation.drafting import Seen, setting_fields
from segmentation.models import Preview, Rules
from tests.factories import ScoringRunFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
METHOD, DRAFT = "/segmentation/regles/", "/segmentation/regles/brouillon/"


def filled(rules=None, **changes):
    """The whole form as a browser would send it, with these changes."""
    rules = rules or Rules.objects.drafts().first() or Rules.objects.published().get()
    sent = initial_of(rules) | changes
    return {name: "" if value is None else value for name, value in sent.items() if value is not False}


def text(answer):
    return answer.content.decode()


def errors(answer):
    """The fields in error, with what is said."""
    return {name: list(said) for name, said in answer.context["form"].errors.items()}


def test_anybody_reads_the_rules_in_force_in_words(client):
    client.force_login(UserFactory(roles=[Role.COMMERCIAL]))
    page = text(client.get(METHOD))
    assert "Comment c’est calculé" in page
    assert "30 jours, 90 jours, 180 jours, 365 jours" in page
    assert DRAFT not in page


def test_the_navigation_leads_there_once_segments_are_shown_and_settings_always_do(client):
    client.force_login(UserFactory(roles=[Role.COMMERCIAL]))
    assert f'href="{METHOD}"' not in text(client.get("/clients/"))
    assert f'href="{METHOD}"' in text(client.get("/reglages/"))
    Firm.objects.create(pk=Firm.ONLY, name="Fabre", parts=[Firm.Part.RFM])
    assert f'href="{METHOD}"' in text(client.get("/clients/"))


def test_looking_at_the_form_begins_no_draft(client, direction):
    page = text(client.get(DRAFT))
    assert "rien ne compte avant d’être publié" in page
    assert Rules.objects.count() == 1


def test_saving_begins_the_draft_and_says_that_nothing_changes_yet(client, direction):
    answer = client.post(DRAFT, filled(tier_a_share="25", do="save"), follow=True)
    assert "Rien ne change avant" in text(answer)
    draft = Rules.objects.drafts().get()
    assert (float(draft.tier_a_share), draft.author) == (0.25, direction)
    assert not Preview.objects.exists()


def test_the_form_shown_and_sent_back_as_it_is_changes_nothing(client, direction):
    client.post(DRAFT, filled(do="save"))
    draft = Rules.objects.drafts().get()
    assert (draft.revision, Rules.objects.published().get().grid.count()) == (1, 25)
    client.post(DRAFT, filled(draft, do="save"))
    draft.refresh_from_db()
    assert draft.revision == 1


def test_every_setting_of_the_rules_is_in_the_form_but_the_period_that_every_page_names(client, direction):
    client.post(DRAFT, filled(do="save"))
    form = client.get(DRAFT).context["form"]
    bound = type(form)(filled(), rules=Rules.objects.drafts().get())
    assert bound.is_valid(), bound.errors
    assert set(bound.values) == {field.name for field in setting_fields()} - {"tier_window_months"}


def test_asking_what_it_changes_saves_and_leads_to_the_preview(client, direction):
    answer = client.post(DRAFT, filled(new_client_days=60, do="preview"))
    preview = Preview.objects.get()
    assert answer["Location"] == f"/segmentation/regles/apercu/{preview.pk}/"
    assert (preview.rules.new_client_days, preview.asked_by) == (60, direction)


def test_each_change_asks_for_a_preview_beside_the_form(client, direction):
    answer = client.post(DRAFT, filled(new_client_days=60, apercu="preview"), headers={"HX-Request": "true"})
    draft = Rules.objects.drafts().get()
    assert answer.status_code == 200
    assert "<html" not in text(answer)
    assert f'name="revision" id="id_revision" value="{draft.revision}" hx-swap-oob="true"' in text(answer)
    assert Preview.objects.get().revision == draft.revision


def test_an_invalid_change_is_said_beside_the_form_and_saved_nowhere(client, direction):
    answer = client.post(DRAFT, filled(tier_b_share="10", apercu="preview"), headers={"HX-Request": "true"})
    assert "doit finir après le palier A" in text(answer)
    assert Rules.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"tier_a_share": "0"}, "tier_a_share", "supérieure"),
        ({"tier_b_share": "20"}, "tier_b_share", "après le palier A"),
        ({"rhythm_watch_ratio": "3"}, "rhythm_watch_ratio", "avant d’alerter"),
        ({"recency_4": "30"}, "recency_4", "plus grand"),
        ({"frequency_4": "12"}, "frequency_5", "plus petit"),
        ({"monetary_2": "100"}, "monetary_2", "quatre montants"),
        ({"cell_3_3": "new"}, "cell_3_3", "choix valide"),
        ({"rfm_window_months": "7"}, "rfm_window_months", "choix valide"),
        ({"excluded_services": ["999"]}, "excluded_services", "choix valide"),
        ({"new_client_days": "bientôt"}, "new_client_days", "entier"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(client, direction, changes, field, said):
    answer = client.post(DRAFT, filled(**changes, do="save"))
    assert answer.status_code == 422
    assert said in errors(answer)[field][0]
    assert Rules.objects.count() == 1


def test_amounts_typed_are_kept_and_emptied_they_are_worked_out_again(client, direction):
    client.post(DRAFT, filled(do="save", **{f"monetary_{level}": f"{level}00.5" for level in (2, 3, 4, 5)}))
    assert [float(cut) for cut in Rules.objects.drafts().get().monetary_thresholds] == [200.5, 300.5, 400.5, 500.5]
    client.post(DRAFT, filled(do="save", **{f"monetary_{level}": "" for level in (2, 3, 4, 5)}))
    assert Rules.objects.drafts().get().monetary_thresholds is None


def test_services_are_offered_by_name_and_left_out_by_the_draft(client, direction):
    expenses = ServiceFactory(name="Débours")
    assert "Débours" in text(client.get(DRAFT))
    client.post(DRAFT, filled(excluded_services=[expenses.pk], do="save"))
    assert Rules.objects.drafts().get().excluded_services == [expenses.pk]


def test_a_draft_changed_in_another_tab_is_refused_in_words(client, direction):
    first_tab = filled(new_client_days=30, do="save")
    client.post(DRAFT, filled(new_client_days=60, do="save"))
    answer = client.post(DRAFT, first_tab, follow=True)
    assert "a changé entre-temps" in text(answer)
    assert Rules.objects.drafts().get().new_client_days == 60


def test_beside_the_form_a_draft_changed_elsewhere_has_the_page_loaded_anew(client, direction):
    first_tab = filled(new_client_days=30, apercu="preview")
    client.post(DRAFT, filled(new_client_days=60, do="save"))
    answer = client.post(DRAFT, first_tab, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


def test_a_grid_that_leaves_a_segment_out_of_reach_is_warned_of(client, direction):
    client.post(DRAFT, filled(cell_3_3="loyal", do="save"))
    assert "segment « À surveiller »" in text(client.get(DRAFT))


def ready(direction):
    """A draft of 60 days, tried."""
    official = ScoringRunFactory()
    draft = Rules.objects.drafts().get()
    trial = ScoringRunFactory(kind="draft", rules=draft)
    return Preview.objects.create(rules=draft, revision=draft.revision, run=trial, baseline=official, status="done")


def test_publishing_says_what_follows_and_the_history_why_and_by_whom(client, direction):
    client.post(DRAFT, filled(new_client_days=60, do="save"))
    ready(direction)
    seen = Seen.of(Rules.objects.drafts().get())._asdict()
    answer = client.post("/segmentation/regles/publier/", seen | {"reason": "Deux mois suffisent."}, follow=True)
    page = text(answer)
    assert "Les règles v2 sont publiées" in page
    assert "Deux mois suffisent." in page
    assert "Jeanne Roux" in page
    again = client.post("/segmentation/regles/publier/", seen | {"reason": "Encore."}, follow=True)
    assert "Il n’y a plus de brouillon" in text(again)
    assert Rules.objects.count() == 2


def test_publishing_asks_why(client, direction):
    client.post(DRAFT, filled(new_client_days=60, do="save"))
    ready(direction)
    seen = Seen.of(Rules.objects.drafts().get())._asdict()
    answer = client.post("/segmentation/regles/publier/", seen | {"reason": " "}, follow=True)
    assert "Écrivez pourquoi" in text(answer)
    assert Rules.objects.published().get().version == 1


def test_abandoning_leaves_the_rules_as_they_are(client, direction):
    client.post(DRAFT, filled(new_client_days=60, do="save"))
    seen = Seen.of(Rules.objects.drafts().get())._asdict()
    answer = client.post("/segmentation/regles/abandonner/", seen, follow=True)
    assert "n’ont pas changé" in text(answer)
    assert Rules.objects.get().version == 1


def test_two_versions_are_compared_and_each_says_what_it_changed(client, direction):
    client.post(DRAFT, filled(new_client_days=60, do="save"))
    ready(direction)
    seen = Seen.of(Rules.objects.drafts().get())._asdict()
    client.post("/segmentation/regles/publier/", seen | {"reason": "Deux mois."})
    for address in ("/segmentation/regles/versions/2/", "/segmentation/regles/versions/?de=1&a=2"):
        page = text(client.get(address))
        assert "90 jours" in page
        assert "60 jours" in page
    assert "la même chose" in text(client.get("/segmentation/regles/versions/?de=2&a=2"))
    assert client.get("/segmentation/regles/versions/9/").status_code == 404


def test_odd_versions_in_the_address_fall_back_on_the_last_two(client, direction):
    assert client.get("/segmentation/regles/versions/?de=x&a=-1").status_code == 200
