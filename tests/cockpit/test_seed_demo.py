"""The sample firm once loaded: everything that the product shows has somebody, and the figures add up."""

import datetime as dt
import io
import stat
from collections import Counter
from decimal import Decimal

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db.models import Count, F, Max, Min, Sum
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import Firm, User
from accounts.roles import Role
from campaigns import ambassadors, returns
from campaigns.models import Action, Approach, Prospect, TriggerRule
from clients.models import (
    Client,
    ClientDeparture,
    Contact,
    Event,
    Import,
    ImportFinding,
    Invoice,
    InvoiceLine,
    Service,
    TimeEntry,
)
from clients.sample import firm as invented
from clients.sample import team
from segmentation import portrait
from segmentation.models import (
    Assessment,
    Backtest,
    ClientTime,
    Colour,
    Grade,
    Hole,
    HoleReason,
    Offer,
    OfferOdds,
    PersonTime,
    Portrait,
    ReframingPlan,
    RelationFacts,
    RiskReason,
    Score,
    ScoringRun,
    SegmentSlug,
    Tier,
    Trait,
)
from segmentation.profitability import Profitability
from segmentation.relation import access, overview, rules

DAY = dt.date(2026, 11, 22)
TABLES = (
    User,
    Client,
    Contact,
    Service,
    Invoice,
    InvoiceLine,
    TimeEntry,
    Import,
    ScoringRun,
    Score,
    Action,
    Assessment,
    Grade,
    Prospect,
    Approach,
)


def seed(folder, day=DAY):
    out = io.StringIO()
    call_command("seed_demo", day=day, logins=folder / "demo-logins", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def folder(django_db_setup, django_db_blocker, tmp_path_factory):
    """The folder of the logins, while the sample firm is in the database: it is loaded once for the whole module."""
    path = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock():
        (path / "said").write_text(seed(path))
    yield path
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def demo(folder, db):
    """The sample firm's folder; what a test changes is put back after it."""
    return folder


def state():
    return [list(model.objects.order_by("pk").values()) for model in TABLES]


def scores():
    return Score.objects.of(ScoringRun.objects.latest_at())


def test_there_are_248_clients_whose_invoices_end_yesterday(demo):
    days = Invoice.objects.aggregate(first=Min("issued_on"), last=Max("issued_on"))

    assert Client.objects.count() == 248
    assert dt.date(2023, 11, 21) < days["first"] < dt.date(2023, 12, 1)
    assert days["last"] == dt.date(2026, 11, 21)


def test_everything_hangs_on_one_import(demo):
    loaded = Import.objects.get()
    for model in (Client, Invoice, Contact, TimeEntry):
        assert set(model.objects.values_list("created_by_import", flat=True)) == {loaded.pk}


def test_the_import_found_nothing_wrong(demo):
    loaded = Import.objects.get()
    assert not loaded.findings.filter(severity__in=[ImportFinding.Severity.ERROR, ImportFinding.Severity.REFUSAL])
    assert loaded.file_total == loaded.imported_total


def test_money_adds_up_from_lines_to_invoices_to_the_file(demo):
    off = Invoice.objects.annotate(lines_total=Sum("lines__amount_ht")).exclude(lines_total=F("amount_ht"))
    written = sum(
        cents
        for _, documents in invented.Firm(day=DAY).engine.stream(invented.CLIENTS)
        for document in documents
        for _, cents in document.lines
    )

    assert not off.exists()
    assert Invoice.objects.aggregate(total=Sum("amount_ht"))["total"] == Decimal(written) / 100


def test_every_segment_tier_and_reason_of_risk_has_somebody(demo):
    reasons = Counter(reason for score in scores().with_risk() for reason in score.shown.reasons)

    assert set(scores().values_list("segment", flat=True)) == set(SegmentSlug.values)
    assert set(scores().values_list("tier", flat=True)) >= set(Tier.values)
    assert set(reasons) >= set(RiskReason.values)
    assert min(reasons[reason] for reason in RiskReason.values) >= 5


def test_most_clients_are_not_at_risk(demo):
    at_risk = scores().at_risk().count() / scores().count()
    assert 0.14 < at_risk < 0.25


def test_healthy_ways_of_being_a_client_are_hardly_ever_at_risk(demo):
    """Steady clients billed each month or quarter make the firm: the list of alerts is not about them."""
    engine = invented.Firm(day=DAY).engine
    steady = {
        f"C{index + 1:05}" for index in range(invented.CLIENTS) if engine.lives.index(engine.life(index)) in range(5)
    }
    alarmed = scores().at_risk().filter(client__code__in=steady).count()

    assert len(steady) > 248 / 2
    assert alarmed <= len(steady) * 0.03


def test_the_first_tier_makes_about_two_thirds_of_revenue(demo):
    by_tier = dict(scores().exclude(tier="").values_list("tier").annotate(total=Sum("tier_revenue")))
    assert Decimal("0.60") < by_tier["A"] / sum(by_tier.values()) < Decimal("0.70")


def test_the_last_tier_takes_far_more_of_the_hours_than_it_brings_of_the_revenue(demo):
    run = ScoringRun.objects.latest_at()
    times = Profitability(ClientTime.objects.of(run), scores(), PersonTime.objects.of(run))
    last = times.by_tier[2]
    assert (last.key, times.worst) == ("C", last)
    assert Decimal("0.25") < last.share_of_hours < Decimal("0.35")
    assert last.share_of_revenue < Decimal("0.05")


def test_tier_revenues_add_up_to_the_year(demo):
    run = ScoringRun.objects.latest_at()
    year = Invoice.objects.counted().filter(issued_on__gt=dt.date(2025, 11, 21)).aggregate(total=Sum("amount_ht"))
    assert scores().aggregate(total=Sum("tier_revenue"))["total"] == run.revenue == year["total"]


def test_each_salesperson_has_a_portfolio_with_clients_at_risk(demo):
    for person in User.objects.with_role(Role.COMMERCIAL):
        mine = scores().visible_to(person)
        assert mine.count() >= 40
        assert mine.at_risk().count() >= 4


def test_a_few_clients_wait_for_somebody(demo):
    assert 0 < Client.objects.unassigned().count() <= 10


def test_each_role_has_somebody_who_can_log_in(demo):
    logins = dict(line.split("\t") for line in (demo / "demo-logins").read_text().splitlines())
    request = RequestFactory().get("/")

    roles = [role for email in logins for role in User.objects.get(email=email).roles]
    assert Counter(roles) == {"commercial": 4, "manager": 2, "marketing": 1, "direction": 1, "administrator": 1}
    for email, password in list(logins.items())[:2]:
        assert authenticate(request, email=email, password=password)
        assert not authenticate(request, email=email, password=password[:-1])


def test_logins_are_printed_and_kept_for_their_owner_only(demo):
    path = demo / "demo-logins"
    said = (demo / "said").read_text()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for line in path.read_text().splitlines():
        email, password = line.split("\t")
        assert f"{email} " in said
        assert password in said


def test_every_part_of_the_product_is_shown(demo):
    assert set(Firm.current().parts) == set(Firm.Part.values)


def test_clients_have_a_main_contact_and_hours(demo):
    assert Contact.objects.filter(is_main=True).count() == 248
    assert TimeEntry.objects.aggregate(n=Count("client", distinct=True))["n"] == 248


def test_monthly_fees_are_marked_as_such(demo):
    recurring = Service.objects.filter(is_recurring=True).values_list("name", flat=True)
    assert set(recurring) == {"Tenue comptable mensuelle", "Paie", "Tableaux de bord"}


def test_calls_were_made_and_one_is_overdue_for_each_salesperson(demo):
    outcomes = set(Action.objects.done().values_list("outcome", flat=True))
    assert outcomes == {"reached", "message-left", "call-back"}
    for person in User.objects.with_role(Role.COMMERCIAL):
        assert Action.objects.filter(assignee=person).overdue(timezone.localdate()).exists()


def test_some_clients_left_for_several_motives_and_are_not_at_risk(demo):
    gone = ClientDeparture.objects.standing()
    assert gone.count() >= 3
    assert len(set(gone.values_list("motive", flat=True))) >= 3
    assert not scores().at_risk().filter(client__in=gone.values("client")).exists()


def test_two_clients_of_tier_a_wait_for_a_stand_in(demo):
    top = scores().filter(tier=Tier.A, client__owner__isnull=False).values("client")
    assert Client.objects.filter(pk__in=top).uncovered().count() == 2


def test_some_clients_recommended_others(demo):
    everything = User.objects.get(email=team.DIRECTOR)
    found = ambassadors.ambassadors(Client.objects.all(), by=everything)
    won = ambassadors.won_by(found.values_list("pk", flat=True), run=ScoringRun.objects.latest_at(), by=everything)
    assert sum(len(one.clients) for one in won.values()) >= 5
    assert sum(one.prospects for one in won.values()) == 3


def test_events_of_every_origin_but_a_file_and_two_rules_on_that_fired(demo):
    assert set(Event.objects.values_list("origin", flat=True)) == {"hand", "invoices"}
    assert set(Event.objects.filter(origin="invoices").values_list("kind", flat=True)) >= {
        "anniversary",
        "service-end",
    }
    on = TriggerRule.objects.exclude(switched_on_at=None)
    assert (on.count(), TriggerRule.objects.filter(tried_at=None).count()) == (2, 1)
    assert on.filter(firings__action__isnull=False).distinct().count() == 2


def test_the_relation_has_every_colour_a_disagreement_a_red_to_confirm_and_plans(demo):
    colours = Counter(Grade.objects.values_list("colour", flat=True))
    assert set(colours) == set(Colour.values)
    assert min(colours.values()) >= 3
    assert Grade.objects.disputed().count() >= 3
    assert Grade.objects.to_confirm().count() == 1
    assert (ReframingPlan.objects.open().count(), ReframingPlan.objects.closed().count()) == (1, 1)


def test_the_calls_of_some_months_ago_can_be_judged(demo):
    total = returns.returns(returns.runs_to_judge(3)[0], 3).total
    assert total.called.clients > total.others.clients > 3
    assert all(action.done_at.weekday() < 5 for action in Action.objects.done())


def test_every_salesperson_has_clients_left_to_rate(demo):
    run = ScoringRun.objects.latest_at()
    for person in User.objects.with_role(Role.COMMERCIAL):
        assert overview.to_rate(access.clients_rated_by(person), run, rules.published()).count() >= 5


def test_most_clients_pay_on_time_and_some_late_enough_to_talk_about_it(demo):
    late = sorted(RelationFacts.objects.values_list("late_days", flat=True), key=lambda days: days or 0)
    assert sum(not days for days in late) > len(late) * 0.35
    assert late[-1] > 60


def test_a_second_loading_changes_nothing_and_says_so(demo):
    before = state()
    said = seed(demo, day=DAY + dt.timedelta(days=40))

    assert "déjà chargé" in said
    assert state() == before


def test_a_loading_cut_short_is_finished_by_the_next(demo):
    TimeEntry.objects.all().delete()
    Contact.objects.all().delete()
    Action.objects.all().delete()

    seed(demo)

    assert Contact.objects.filter(is_main=True).count() == 248
    assert TimeEntry.objects.count() > 10_000
    assert Action.objects.exists()


def test_a_person_already_there_keeps_their_password(demo, tmp_path):
    before = User.objects.get(email=team.DIRECTOR).password
    logins = {login.email: login.password for login in team.hire(logins=tmp_path / "lost")}

    assert User.objects.get(email=team.DIRECTOR).password == before
    assert logins[team.DIRECTOR] == ""


def test_opportunities_have_euros_reasons_of_every_kind_an_offer_and_a_trial(demo):
    assert OfferOdds.objects.filter(worth__gt=0).exists()
    assert set(Hole.objects.standing().values_list("reason", flat=True)) == set(HoleReason.values)
    assert Offer.objects.current().get().services.count() == 2
    found = Backtest.objects.told()[0].figures["opportunities"]
    assert found["clients"] > 0
    assert found["auc"] > found["chance"]["auc"]


def test_prospects_are_scored_in_every_state_with_calls_to_make_and_made(demo):
    invented_ones = Prospect.objects.filter(source_label="Répertoire Sirene")
    assert invented_ones.count() == 60
    assert {one.state for one in invented_ones} >= {"new", "contacted", "interested", "dismissed"}
    assert len({one.points for one in invented_ones}) > 10
    of_clients = set(Client.objects.values_list("siren", flat=True))
    assert {one.put_out for one in invented_ones if one.siren in of_clients} == {"group"}
    assert invented_ones.put_out().count() >= 2
    assert Approach.objects.open().count() == 5
    assert Approach.objects.done().count() == 6


def test_the_portrait_tells_what_the_clients_of_tier_a_employ(demo):
    drawn = Portrait.objects.get()
    assert drawn.is_enough
    assert drawn.auc > Decimal("0.6")
    lines = portrait.lines_of(drawn)
    assert {one.line.trait for one in lines} == set(Trait.values)
    assert "size" in {one.line.trait for one in portrait.telling(lines)}
